"""Who may change a profile: its person, and nobody else."""

from coursehub.people.actor import Actor
from coursehub.talent.models import Profile


def may_change_profile(by: Actor, profile: Profile) -> bool:
    """The person themselves, never somebody who looks as them."""
    return not by.is_only_looking and by.person_id == profile.person_id


def may_begin_profile(by: Actor) -> bool:
    """Anybody who is here as themselves."""
    return not by.is_only_looking
