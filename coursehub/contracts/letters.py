"""Letters about negotiations: to those who answer for each side, in their language, with one link."""

from collections.abc import Container
from datetime import datetime

from coursehub import mail
from coursehub.contracts.models import Contract, NegotiationEntry, Proposal, Terms
from coursehub.db import db
from coursehub.events import on
from coursehub.people import queries as people


def _write(
    template: str, contract: Contract, *, mark: str, at: datetime, but: Container[str | None] = (), **context: object
) -> None:
    """One letter to everybody who answers for a side; `but` are parties that need not be told."""
    for party in contract.parties:
        if party.party in but:
            continue
        roles = ("staff_finance", "staff_catalogue") if party.side == "house" else ("owner", "finance")
        for person_id in people.members_with_role(party.organisation_id, *roles):
            email = people.email_of(person_id)
            if email is None:
                continue
            mail.send_once(
                key=f"contracts.{template}:{mark}:{person_id}", person_id=person_id, to=email,
                locale=people.locale_of(person_id), template=f"contracts/letters/{template}.txt", at=at, kind="contracts",
                contract=contract, desk="contracts_house" if party.side == "house" else "contracts_studio", **context,
            )  # fmt: skip


@on("contracts.terms_proposed")
def send_terms_proposed(*, at: datetime, proposal_id: int) -> None:
    """The other sides have something to answer."""
    proposal = db.session.get_one(Proposal, proposal_id)
    if proposal.state == "open":
        _write("terms_proposed", proposal.contract, mark=str(proposal.id), at=at, but={proposal.offered_party}, proposal=proposal)


@on("contracts.proposal_ends_soon")
def send_proposal_ends_soon(*, at: datetime, proposal_id: int) -> None:
    """Whoever has not signed is reminded before the time to answer runs out; once."""
    proposal = db.session.get_one(Proposal, proposal_id)
    if proposal.state == "open":
        signed = {signature.party for signature in proposal.signatures}
        _write("proposal_ends_soon", proposal.contract, mark=str(proposal.id), at=at, but=signed, proposal=proposal)


@on("contracts.clause_commented")
def send_clause_commented(*, at: datetime, proposal_id: int, n: int) -> None:
    """The other sides learn that something was said; what it is they read on the page."""
    proposal = db.session.get_one(Proposal, proposal_id)
    entry = db.session.get_one(NegotiationEntry, (proposal.contract_id, n))
    _write("clause_commented", proposal.contract, mark=f"{proposal.id}-{n}", at=at, but={entry.party}, proposal=proposal)


@on("contracts.terms_reopened")
def send_terms_reopened(*, at: datetime, contract_id: int, n: int) -> None:
    """Every side is asked to talk again."""
    contract = db.session.get_one(Contract, contract_id)
    entry = db.session.get_one(NegotiationEntry, (contract_id, n))
    answer_by = datetime.fromisoformat(entry.body["answer_by"])
    _write("terms_reopened", contract, mark=f"{contract_id}-{n}", at=at, answer_by=answer_by, body=entry.body)


@on("contracts.proposal_declined")
def send_proposal_declined(*, at: datetime, proposal_id: int) -> None:
    """Whoever offered learns that the answer is no."""
    proposal = db.session.get_one(Proposal, proposal_id)
    _write("proposal_declined", proposal.contract, mark=str(proposal.id), at=at, proposal=proposal)


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
    _write("terms_agreed", contract, mark=str(terms.id), at=at, terms=terms)


@on("contracts.contract_ended")
def send_contract_ended(*, at: datetime, contract_id: int) -> None:
    """Notice was given."""
    contract = db.session.get_one(Contract, contract_id)
    _write("contract_ended", contract, mark=str(contract.id), at=at)
