"""Who may do what between an opening and a placement; pure."""

from typing import Protocol

from coursehub.people.actor import Actor
from coursehub.talent.policies.consent import HIRING_ROLES


class Owned(Protocol):
    """Something that belongs to an employer."""

    organisation_id: int


class Personal(Protocol):
    """Something that is about one person, who decides."""

    person_id: int


def may_hire(by: Actor) -> bool:
    """HR and owners, while acting for an organisation that staff let hire."""
    return not by.is_only_looking and by.organisation is not None and "hires" in by.rights and by.has_role(*HIRING_ROLES)


def may_work_on(by: Actor, thing: Owned) -> bool:
    """The same people, on what is their own organisation's."""
    return may_hire(by) and by.acts_for(thing.organisation_id)


def may_keep_search(by: Actor, search: "Searching") -> bool:
    """Whoever saved it, while they hire for that employer."""
    return may_work_on(by, search) and by.person_id == search.person_id


def may_publish(by: Actor) -> bool:
    """Catalogue staff look at every opening before it is shown."""
    return not by.is_only_looking and "catalogue" in by.staff_roles


def may_keep_calendar(by: Actor) -> bool:
    """Any staff keep the days off."""
    return not by.is_only_looking and by.is_staff


def may_settle_disputes(by: Actor) -> bool:
    """Support staff decide what two parties could not."""
    return not by.is_only_looking and "support" in by.staff_roles


def may_speak_for_oneself(by: Actor) -> bool:
    """Whoever is here as themselves."""
    return not by.is_only_looking


def may_answer(by: Actor, thing: Personal) -> bool:
    """The person it is about, and nobody else."""
    return not by.is_only_looking and by.person_id == thing.person_id


def may_speak_in(by: Actor, placement: "Placed") -> bool:
    """Either party of a placement."""
    return may_answer(by, placement) or may_work_on(by, placement)


class Placed(Owned, Personal, Protocol):
    """Something between a person and an employer."""


class Searching(Owned, Personal, Protocol):
    """Something that one person keeps while they work for an employer."""
