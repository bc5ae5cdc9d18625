"""Who may do what with a credential."""

from coursehub.learning.credentials.models import Credential
from coursehub.people.actor import Actor


def may_choose_name(by: Actor, credential: Credential) -> bool:
    """Its holder, in person."""
    return by.person_id == credential.person_id and not by.is_only_looking


def may_revoke(by: Actor) -> bool:
    """Staff of the house who answer for courses or for people."""
    return bool(by.staff_roles & {"catalogue", "support"}) and not by.is_only_looking
