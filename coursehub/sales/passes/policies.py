"""Who may do what with passes and their pools; pure, no query, no request."""

from coursehub.people.actor import Actor
from coursehub.sales.models import PassSubscription


def may_define(by: Actor) -> bool:
    """Finance and catalogue staff of the house: a pass is a price and a shelf."""
    return not by.is_only_looking and bool(by.staff_roles & {"finance", "catalogue"})


def may_subscribe(by: Actor) -> bool:
    """Everybody for themselves; nobody while looking as somebody else."""
    return not by.is_only_looking


def may_change_subscription(by: Actor, subscription: PassSubscription) -> bool:
    """Whoever has it."""
    return not by.is_only_looking and subscription.person_id == by.person_id


def may_read_pools(by: Actor) -> bool:
    """Finance staff of the house."""
    return "finance" in by.staff_roles


def may_share_pools(by: Actor) -> bool:
    """Finance staff, but nobody while looking as somebody else."""
    return not by.is_only_looking and may_read_pools(by)


def may_refund_period(by: Actor, subscription: PassSubscription) -> bool:
    """Finance staff, never about a pass of their own."""
    return may_share_pools(by) and subscription.person_id != by.person_id


def may_read_minutes(by: Actor) -> bool:
    """Owners, finance and authors of an organisation that sells."""
    return by.organisation is not None and "sells" in by.rights and by.has_role("owner", "finance", "author")


def may_contest(by: Actor, organisation_id: int) -> bool:
    """The same people, about a course of their own organisation."""
    return not by.is_only_looking and may_read_minutes(by) and by.acts_for(organisation_id)
