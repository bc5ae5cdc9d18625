"""Who may do what with a contract: each policy one sentence, no query, no request."""

from coursehub.catalog.models import Course
from coursehub.contracts.models import Contract, ContributionFact, Proposal
from coursehub.people.actor import Actor


def side_of(by: Actor, contract: Contract) -> str | None:
    """For which party of this contract somebody acts, by its public id, if for any."""
    for party in contract.parties:
        if by.acts_for(party.organisation_id):
            return party.party
    return None


def may_see(by: Actor, contract: Contract) -> bool:
    """Staff, and those whose organisation is bound."""
    return by.is_staff or side_of(by, contract) is not None


def may_open_for_the_house(by: Actor) -> bool:
    """Staff for courses or for money."""
    return not by.is_only_looking and bool(by.staff_roles & {"catalogue", "finance"})


def may_open_as_partner(by: Actor) -> bool:
    """Whoever answers for an organisation that may sell."""
    return not by.is_only_looking and "sells" in by.rights and by.has_role("owner", "finance")


def may_negotiate(by: Actor, contract: Contract) -> bool:
    """Those who answer for a bound organisation: its owner or finance; for the house, its staff for courses or money."""
    if by.is_only_looking or side_of(by, contract) is None:
        return False
    return by.has_role("owner", "finance") or bool(by.staff_roles & {"catalogue", "finance"})


def may_answer(by: Actor, proposal: Proposal) -> bool:
    """A side that did not make the offer."""
    return may_negotiate(by, proposal.contract) and side_of(by, proposal.contract) != proposal.offered_party


def may_withdraw(by: Actor, proposal: Proposal) -> bool:
    """The side that made the offer."""
    return may_negotiate(by, proposal.contract) and side_of(by, proposal.contract) == proposal.offered_party


def may_sign(by: Actor, contract: Contract) -> bool:
    """Who can bind a side: the owner of a partner; for the house, its finance staff."""
    if by.is_only_looking or side_of(by, contract) is None:
        return False
    return by.has_role("owner") or "finance" in by.staff_roles


def may_record_facts(by: Actor, contract: Contract) -> bool:
    """Those of a bound organisation who make courses or answer for it."""
    if by.is_only_looking or side_of(by, contract) is None:
        return False
    return by.has_role("owner", "author", "finance") or bool(by.staff_roles & {"catalogue", "finance"})


def may_contest(by: Actor, fact: ContributionFact, contract: Contract) -> bool:
    """A side that did not record the fact."""
    return may_record_facts(by, contract) and side_of(by, contract) != fact.recorded_party


def may_take_back(by: Actor, fact: ContributionFact, contract: Contract) -> bool:
    """The side that recorded the fact."""
    return may_record_facts(by, contract) and side_of(by, contract) == fact.recorded_party


def may_answer_contest(by: Actor, fact: ContributionFact, contract: Contract) -> bool:
    """The side that recorded the fact."""
    return may_take_back(by, fact, contract)


def may_approve(by: Actor, fact: ContributionFact, contract: Contract) -> bool:
    """A side other than the one whose teaching hours they are."""
    return fact.kind == "approved_minutes" and may_record_facts(by, contract) and side_of(by, contract) != fact.party


def may_list(by: Actor, course: Course) -> bool:
    """The course's own organisation (owner or author), and staff for courses."""
    if by.is_only_looking:
        return False
    return (by.acts_for(course.organisation_id) and by.has_role("owner", "author")) or "catalogue" in by.staff_roles


def may_announce_prices(by: Actor) -> bool:
    """Finance staff of the house, since prices bind it towards every member."""
    return not by.is_only_looking and "finance" in by.staff_roles
