"""Letters about negotiations: to those who answer for each side, in their language, with one link."""

from collections.abc import Container
from datetime import date, datetime

from coursehub import mail
from coursehub.contracts import queries
from coursehub.contracts.counters import last_day
from coursehub.contracts.models import Contract, ContributionFact, FactContest, FactSettlement, NegotiationEntry, Proposal, Terms
from coursehub.contracts.queries.campaigns import JOINED
from coursehub.db import db
from coursehub.events import on
from coursehub.people import queries as people
from coursehub.people.models import Organisation


def _write(
    template: str, contract: Contract, *, mark: str, at: datetime, but: Container[str | None] = (), doer: str | None = None,
    **context: object,
) -> None:  # fmt: skip
    """One letter to everybody who answers for a side; `but` are parties that need not be told, `doer` the one it names."""
    for party in contract.parties:
        if party.party in but:
            continue
        roles = ("staff_finance", "staff_catalogue") if party.side == "house" else ("owner", "finance")
        for person_id in people.members_with_role(party.organisation_id, *roles):
            email = people.email_of(person_id)
            if email is None:
                continue
            locale = people.locale_of(person_id)
            if doer is not None:
                context["name"] = _name(contract, doer, locale)
            mail.send_once(
                key=f"contracts.{template}:{mark}:{person_id}", person_id=person_id, to=email,
                locale=locale, template=f"contracts/letters/{template}.txt", at=at, kind="contracts",
                contract=contract, party=party.party,
                desk="contracts_house" if party.side == "house" else "contracts_studio", **context,
            )  # fmt: skip


def _answered(proposal: Proposal) -> set[str]:
    """The sides that have said yes or no: there is nothing to remind them of."""
    return {signature.party for signature in proposal.signatures} | set(queries.declines_of(proposal))


def _name(contract: Contract, party: str, locale: str) -> str:
    """What a side is called in the language of a letter."""
    organisation_id = next(one.organisation_id for one in contract.parties if one.party == party)
    organisation = db.session.get_one(Organisation, organisation_id)
    return organisation.name_en if locale == "en" else organisation.name


@on("contracts.terms_proposed")
def send_terms_proposed(*, at: datetime, proposal_id: int) -> None:
    """The other sides have something to answer."""
    proposal = db.session.get_one(Proposal, proposal_id)
    if proposal.state == "open":
        _write("terms_proposed", proposal.contract, mark=str(proposal.id), at=at, but={proposal.offered_party}, proposal=proposal)


@on("contracts.proposal_signed")
def send_proposal_signed(*, at: datetime, proposal_id: int, party: str) -> None:
    """A side has signed, and the text waits for those who have not answered."""
    proposal = db.session.get_one(Proposal, proposal_id)
    if proposal.state == "open":
        mark = f"{proposal.id}-{party}"
        _write("proposal_signed", proposal.contract, mark=mark, at=at, but=_answered(proposal), doer=party, proposal=proposal)


@on("contracts.side_declined")
def send_side_declined(*, at: datetime, proposal_id: int, party: str) -> None:
    """A side said no, and the others can go on without it."""
    proposal = db.session.get_one(Proposal, proposal_id)
    entry = queries.declines_of(proposal).get(party)
    if proposal.state == "open" and entry is not None:
        quorum = queries.quorum_of(proposal)
        _write(
            "side_declined", proposal.contract, mark=f"{proposal.id}-{party}", at=at, but={party}, doer=party, proposal=proposal,
            reason=entry.body["reason"], enough=quorum.enough, many=len(quorum.signers),
        )  # fmt: skip


@on("contracts.proposal_ends_soon")
def send_proposal_ends_soon(*, at: datetime, proposal_id: int) -> None:
    """Whoever has neither signed nor declined is reminded before the time to answer runs out; once."""
    proposal = db.session.get_one(Proposal, proposal_id)
    if proposal.state == "open":
        _write("proposal_ends_soon", proposal.contract, mark=str(proposal.id), at=at, but=_answered(proposal), proposal=proposal)


@on("contracts.clause_commented")
def send_clause_commented(*, at: datetime, proposal_id: int, n: int) -> None:
    """The other sides learn that something was said; what it is they read on the page."""
    proposal = db.session.get_one(Proposal, proposal_id)
    entry = db.session.get_one(NegotiationEntry, (proposal.contract_id, n))
    _write("clause_commented", proposal.contract, mark=f"{proposal.id}-{n}", at=at, but={entry.party}, proposal=proposal)


@on("contracts.terms_end_soon")
def send_terms_end_soon(*, at: datetime, terms_id: int, n: int) -> None:
    """Every side is reminded of the last day, unless other terms were agreed meanwhile."""
    terms = db.session.get_one(Terms, terms_id)
    contract = db.session.get_one(Contract, terms.contract_id)
    body, latest = queries.body_of(terms), queries.latest_terms(contract)
    if body.ends is not None and latest is not None and latest.id == terms_id and contract.ends_at is None:
        _write(
            "terms_end_soon", contract, mark=f"{terms_id}-{n}", at=at, last=last_day(body.ends),
            reply_days=body.governance.reply_days,
        )  # fmt: skip


@on("contracts.terms_reopened")
def send_terms_reopened(*, at: datetime, contract_id: int, n: int) -> None:
    """Every side is asked to talk again."""
    contract = db.session.get_one(Contract, contract_id)
    entry = db.session.get_one(NegotiationEntry, (contract_id, n))
    answer_by = datetime.fromisoformat(entry.body["answer_by"])
    begins_on = date.fromisoformat(entry.body["begins_on"]) if "begins_on" in entry.body else None
    on = date.fromisoformat(entry.body["on"]) if "on" in entry.body else None
    _write(
        "terms_reopened", contract, mark=f"{contract_id}-{n}", at=at, answer_by=answer_by, begins_on=begins_on, on=on,
        body=entry.body,
    )  # fmt: skip


@on("contracts.campaign_joined")
@on("contracts.campaign_left")
def send_campaign_moved(*, at: datetime, contract_id: int, n: int) -> None:
    """The other sides learn that one joined a campaign, or left it."""
    contract = db.session.get_one(Contract, contract_id)
    entry = db.session.get_one(NegotiationEntry, (contract_id, n))
    _write(
        "campaign_moved", contract, mark=f"{contract_id}-{n}", at=at, but={entry.party}, doer=entry.party,
        code=entry.body["words"], joined=entry.kind == JOINED,
    )  # fmt: skip


@on("contracts.proposal_declined")
def send_proposal_declined(*, at: datetime, proposal_id: int) -> None:
    """Whoever offered learns that the answer is no."""
    proposal = db.session.get_one(Proposal, proposal_id)
    _write("proposal_declined", proposal.contract, mark=str(proposal.id), at=at, proposal=proposal)


@on("contracts.proposal_withdrawn")
def send_proposal_withdrawn(*, at: datetime, proposal_id: int) -> None:
    """The other sides learn that there is nothing to answer any more."""
    proposal = db.session.get_one(Proposal, proposal_id)
    own = proposal.offered_party
    _write("proposal_withdrawn", proposal.contract, mark=str(proposal.id), at=at, but={own}, doer=own, proposal=proposal)


@on("contracts.proposal_expired")
def send_proposal_expired(*, at: datetime, proposal_id: int) -> None:
    """Nobody answered in time."""
    proposal = db.session.get_one(Proposal, proposal_id)
    _write("proposal_expired", proposal.contract, mark=str(proposal.id), at=at, proposal=proposal)


@on("contracts.terms_agreed")
def send_terms_agreed(*, at: datetime, terms_id: int) -> None:
    """Every side gets the hash of what is agreed, so that nobody can forge it later."""
    terms = db.session.get_one(Terms, terms_id)
    contract = db.session.get_one(Contract, terms.contract_id)
    signed, many = len(db.session.get_one(Proposal, terms.proposal_id).signatures), len(contract.parties)
    _write("terms_agreed", contract, mark=str(terms.id), at=at, terms=terms, signed=signed, many=many)


@on("contracts.contract_ended")
def send_contract_ended(*, at: datetime, contract_id: int) -> None:
    """Notice was given."""
    contract = db.session.get_one(Contract, contract_id)
    _write("contract_ended", contract, mark=str(contract.id), at=at)


@on("contracts.fact_recorded")
def send_fact_recorded(*, at: datetime, fact_id: int) -> None:
    """The other sides may contest it, and say yes to hours that wait for them."""
    fact = db.session.get_one(ContributionFact, fact_id)
    contract = db.session.get_one(Contract, fact.contract_id)
    if fact.withdrawn_at is None:
        _write("fact_recorded", contract, mark=str(fact.id), at=at, but={fact.recorded_party}, fact=fact)


@on("contracts.fact_contested")
def send_fact_contested(*, at: datetime, contest_id: int) -> None:
    """Whoever recorded the fact has something to answer, by a day."""
    contest, fact, contract = _contest(contest_id)
    _write("fact_contested", contract, mark=str(contest.id), at=at, but=_all_but(contract, fact.recorded_party), contest=contest)


@on("contracts.contest_answered")
def send_contest_answered(*, at: datetime, contest_id: int) -> None:
    """Whoever contests reads the answer and says whether it accepts, by a day."""
    contest, _fact, contract = _contest(contest_id)
    _write("contest_answered", contract, mark=str(contest.id), at=at, but=_all_but(contract, contest.party), contest=contest)


@on("contracts.contest_ends_soon")
def send_contest_ends_soon(*, at: datetime, contest_id: int) -> None:
    """The side whose turn it is is reminded, once for each turn."""
    contest, fact, contract = _contest(contest_id)
    if contest.settled_at is not None:
        return
    turn = contest.party if contest.answered_at else fact.recorded_party
    mark = f"{contest.id}-{'answered' if contest.answered_at else 'contested'}"
    _write("contest_ends_soon", contract, mark=mark, at=at, but=_all_but(contract, turn), contest=contest)


@on("contracts.contest_closed")
def send_contest_closed(*, at: datetime, contest_id: int) -> None:
    """Every side learns how it ended and whether the fact counts."""
    contest, fact, contract = _contest(contest_id)
    never = queries.until_of(fact) == fact.recorded_at
    _write("contest_closed", contract, mark=str(contest.id), at=at, contest=contest, never=never)


@on("contracts.facts_put_right")
def send_facts_put_right(*, at: datetime, settlement_id: int) -> None:
    """Every side learns how many sales were put right after a fact was settled, and what that gives it or takes."""
    settlement = db.session.get_one(FactSettlement, settlement_id)
    contract = db.session.get_one(Contract, db.session.get_one(ContributionFact, settlement.fact_id).contract_id)
    _write("facts_put_right", contract, mark=str(settlement.id), at=at, settlement=settlement)


def _contest(contest_id: int) -> tuple[FactContest, ContributionFact, Contract]:
    contest = db.session.get_one(FactContest, contest_id)
    fact = db.session.get_one(ContributionFact, contest.fact_id)
    return contest, fact, db.session.get_one(Contract, fact.contract_id)


def _all_but(contract: Contract, kept: str) -> set[str]:
    return {party.party for party in contract.parties} - {kept}
