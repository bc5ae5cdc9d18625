"""Who may read whose statements; pure, no query, no request."""

from coursehub.people.actor import Actor
from coursehub.statements.models import MonthPreparation


def may_read_own(by: Actor) -> bool:
    """Owner and finance of an organisation that sells."""
    return by.organisation_id is not None and "sells" in by.rights and by.has_role("owner", "finance")


def may_read_all(by: Actor) -> bool:
    """Finance staff of the house."""
    return "finance" in by.staff_roles


def may_read(by: Actor, organisation_id: int) -> bool:
    """A party's own people who answer for its money, and the house's finance."""
    return may_read_all(by) or (may_read_own(by) and by.acts_for(organisation_id))


def may_prepare_close(by: Actor) -> bool:
    """Finance staff, but nobody while looking as somebody else."""
    return not by.is_only_looking and may_read_all(by)


def may_close(by: Actor, preparation: MonthPreparation) -> bool:
    """Another person of finance than who prepared it."""
    return may_prepare_close(by) and by.person_id != preparation.prepared_by_id
