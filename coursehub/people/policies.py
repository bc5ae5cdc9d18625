"""Who may do what with people and organisations; pure, no query, no request."""

from datetime import datetime

from coursehub.people.actor import Actor
from coursehub.people.grants import EMPLOYER_FIELDS, EMPLOYER_PURPOSES, FIELDS, TEACHING_FIELDS, Grant
from coursehub.people.models import Organisation, Person


def may_change_own_account(by: Actor) -> bool:
    """The person themselves, never somebody who looks as them."""
    return not by.is_only_looking


def may_change_members(by: Actor, organisation: Organisation) -> bool:
    """An owner, while acting for that organisation."""
    return not by.is_only_looking and by.acts_for(organisation.id) and by.has_role("owner")


def may_confirm_role(by: Actor, organisation: Organisation, *, asked_by_id: int, person_id: int) -> bool:
    """An owner or any staff of the house, but neither who asked nor who would hold the role."""
    of_the_house = organisation.is_house and by.acts_for(organisation.id) and (by.is_staff or by.has_role("owner"))
    return not by.is_only_looking and of_the_house and by.person_id not in (asked_by_id, person_id)


def may_decline_role(by: Actor, organisation: Organisation, *, asked_by_id: int, person_id: int) -> bool:
    """Whoever may confirm it; and who asked takes it back."""
    own = not by.is_only_looking and by.acts_for(organisation.id) and by.person_id == asked_by_id
    return own or may_confirm_role(by, organisation, asked_by_id=asked_by_id, person_id=person_id)


def may_see_payee(by: Actor, organisation: Organisation) -> bool:
    """Its owners and finance; the house's finance staff."""
    own = by.acts_for(organisation.id) and by.has_role("owner", "finance")
    return own or "finance" in by.staff_roles


def may_change_payee(by: Actor, organisation: Organisation) -> bool:
    """Its owners and its finance people, while acting for it."""
    return not by.is_only_looking and by.acts_for(organisation.id) and by.has_role("owner", "finance")


def may_open_payee(by: Actor, organisation: Organisation) -> bool:
    """Whoever may see that they exist may open them; every opening is logged."""
    return not by.is_only_looking and may_see_payee(by, organisation)


def may_apply_as_partner(by: Actor, organisation: Organisation) -> bool:
    """An owner asks for their organisation; the house does not apply to itself."""
    return may_change_members(by, organisation) and not organisation.is_house


def may_answer_applications(by: Actor) -> bool:
    """Catalogue staff decide who sells here."""
    return not by.is_only_looking and "catalogue" in by.staff_roles


def may_grant_rights(by: Actor) -> bool:
    """Catalogue staff give and take the rights of organisations."""
    return may_answer_applications(by)


def may_find_people(by: Actor) -> bool:
    """Support staff look people up, one at a time, by address or id."""
    return not by.is_only_looking and "support" in by.staff_roles


def may_look_as(by: Actor, person: Person, *, is_staff: bool) -> bool:
    """Support staff, as anybody but themselves and other staff (whose powers they would borrow)."""
    return may_find_people(by) and person.id != by.person_id and not is_staff


def may_open_profile(
    by: Actor,
    person: Person,
    *,
    purpose: str,
    fields: frozenset[str],
    grant: Grant | None,
    at: datetime,
    beside: frozenset[str] = frozenset(),
) -> bool:
    """Support staff any field; teachers and employers what a live grant to their organisation covers, and no more."""
    if by.is_only_looking or not fields | beside or not fields <= set(FIELDS):
        return False
    if purpose == "support":
        return "support" in by.staff_roles and not beside
    fits = grant is not None and grant.covers(person.id, by.organisation_id, purpose, fields | beside, at)
    if purpose == "teaching":
        return by.has_role("owner", "author", "teacher") and fits and fields <= TEACHING_FIELDS and not beside
    if purpose in EMPLOYER_PURPOSES:
        return by.has_role("owner", "hr") and "hires" in by.rights and fits and fields <= EMPLOYER_FIELDS
    return False


def may_open_buyer_details(by: Actor) -> bool:
    """Finance staff, who make out invoices."""
    return not by.is_only_looking and "finance" in by.staff_roles


def may_set_parent(by: Actor) -> bool:
    """Catalogue staff say which organisation owns another."""
    return may_answer_applications(by)
