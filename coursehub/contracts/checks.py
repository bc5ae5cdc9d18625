"""Proving the records of contracts: every link, every offered and signed text and every fact still give their hashes, every
signature is the one that the record says was given, and nothing is missing."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.contracts import record
from coursehub.contracts.evidence import entry_data
from coursehub.contracts.models import Contract, ContributionFact, NegotiationEntry, Proposal, Signature, Terms, TermsCourse
from coursehub.contracts.operations.facts import hash_of_fact
from coursehub.contracts.operations.signing import REAUTHENTICATION_LASTS
from coursehub.contracts.record import stamp
from coursehub.contracts.terms import canonical
from coursehub.db import db
from coursehub.people import passkeys
from coursehub.people.models import Passkey, Person

SOUND = "Every record is whole, all terms and facts are what their hashes say, and every signature is the one that was given."


def faults() -> Iterator[str]:
    """Everything that was edited, deleted or put in another order, in plain English for whoever runs the house's machines."""
    for contract in db.session.execute(sa.select(Contract).order_by(Contract.id)).scalars():
        name = f"contract {contract.public_id}"
        found = sa.select(NegotiationEntry).where(NegotiationEntry.contract_id == contract.id).order_by(NegotiationEntry.n)
        entries = list(db.session.execute(found).scalars())
        if len(entries) != contract.entries or not record.is_whole(contract.public_id, map(entry_data, entries)):
            yield f"The record of {name} is not whole: {len(entries)} of {contract.entries} links, or one that does not fit."
        agreed = [
            (entry.body.get("terms_hash"), datetime.fromisoformat(entry.body.get("effective_from", "")))
            for entry in entries
            if entry.kind == "agreed"
        ]
        if sorted(agreed) != sorted((terms.terms_hash, terms.effective_from) for terms in _terms(contract)):
            yield f"The terms of {name} are not those that its record says were agreed."
        for terms in _terms(contract):
            if _hash_of(terms) != terms.terms_hash:
                yield f"Terms of {name} were altered: what they say does not give the hash that was signed."
            if _outlive(terms):
                yield f"Terms of {name} go on after the last day that they name."
        yield from _facts(contract, entries)
        yield from _proposals(contract, entries)
        yield from _signatures(contract, entries)
    yield from _lost()


def _lost() -> Iterator[str]:
    owned = (
        (NegotiationEntry, "links of a record"), (Terms, "terms"), (ContributionFact, "facts"), (Proposal, "proposals"),
    )  # fmt: skip
    for model, what in owned:
        of = sa.select(Contract.id).where(Contract.id == model.contract_id)
        lost = db.session.execute(sa.select(sa.func.count()).select_from(model).where(~of.exists())).scalar_one()
        if lost:
            yield f"The contract of {lost} {what} is not there."
    under = sa.select(Proposal.id).where(Proposal.id == Signature.proposal_id)
    loose = db.session.execute(sa.select(sa.func.count()).select_from(Signature).where(~under.exists())).scalar_one()
    if loose:
        yield f"The proposal of {loose} signatures is not there."


def _hash_of(document: Terms | Proposal) -> str:
    told = {"semantics": document.semantics, "terms": document.body, "texts": document.texts}
    return hashlib.sha256(canonical(told)).hexdigest()


def _outlive(terms: Terms) -> bool:
    """Whether terms, or what they say of a course, stand as if they ended later than signed."""
    if "ends" not in terms.body:
        return False
    covered = sa.select(TermsCourse.ended_at).where(TermsCourse.terms_id == terms.id)
    ends = datetime.fromisoformat(terms.body["ends"])
    return any(one is None or one > ends for one in (terms.ended_at, *db.session.execute(covered).scalars()))


def _terms(contract: Contract) -> list[Terms]:
    return list(db.session.execute(sa.select(Terms).where(Terms.contract_id == contract.id).order_by(Terms.id)).scalars())


def _facts(contract: Contract, entries: list[NegotiationEntry]) -> Iterator[str]:
    written = {entry.body.get("fact_hash") for entry in entries if entry.body.get("fact_hash")}
    found = sa.select(ContributionFact).where(ContributionFact.contract_id == contract.id).order_by(ContributionFact.id)
    held = set()
    for fact in db.session.execute(found).scalars():
        held.add(fact.fact_hash)
        if hash_of_fact(contract, fact) != fact.fact_hash:
            yield f"A fact of contract {contract.public_id} was altered: what it says does not give its hash."
    if written != held:
        yield f"The facts of contract {contract.public_id} are not those that its record says were recorded."


def _proposals(contract: Contract, entries: list[NegotiationEntry]) -> Iterator[str]:
    rows = db.session.execute(
        sa.select(Proposal, Person.public_id)
        .outerjoin(Person, Person.id == Proposal.offered_by_id)
        .where(Proposal.contract_id == contract.id)
        .order_by(Proposal.n)
    ).all()
    held = [
        (row.public_id, row.terms_hash, row.message, row.offered_party, person, stamp(row.offered_at)) for row, person in rows
    ]
    written = [
        (entry.body.get("proposal"), entry.body.get("terms_hash"), entry.body.get("message"), entry.party, entry.person,
         stamp(entry.at))
        for entry in entries if entry.kind == "proposed"
    ]  # fmt: skip
    if held != written:
        yield f"The proposals of contract {contract.public_id} are not those that its record says were made."
    for row, _person in rows:
        if _hash_of(row) != row.terms_hash:
            yield f"Proposal {row.n} of contract {contract.public_id} was altered: what it says does not give its hash."


def _signatures(contract: Contract, entries: list[NegotiationEntry]) -> Iterator[str]:
    """Each row beside the link that recorded it: who signed what for which side, when and by what; and each proof anew."""
    rows = db.session.execute(
        sa.select(Signature, Proposal, Person.public_id)
        .join(Proposal, Proposal.id == Signature.proposal_id)
        .outerjoin(Person, Person.id == Signature.person_id)
        .where(Proposal.contract_id == contract.id)
    ).all()
    held = {
        (proposal.public_id, row.party): (row.signed_at, person, row.terms_hash, row.method, row.assertion)
        for row, proposal, person in rows
    }
    signed = {(entry.body.get("proposal"), entry.party): entry for entry in entries if entry.kind == "signed"}
    written = {
        key: (entry.at, entry.person, *(entry.body.get(name) for name in ("terms_hash", "method", "assertion")))
        for key, entry in signed.items()
    }
    if held != written or len(held) != len(rows):
        yield f"The signatures of contract {contract.public_id} are not those that its record says were given."
    for row, proposal, _person in rows:
        name = f"The signature of {row.party} under proposal {proposal.n} of contract {contract.public_id}"
        if row.terms_hash != proposal.terms_hash:
            yield f"{name} signs something else."
        entry = signed.get((proposal.public_id, row.party))
        proved_at = entry.body.get("proved_at") if entry else None  # older links do not say it
        if proved_at not in (None, stamp(row.reauthenticated_at)) or not _was_proved(row):
            yield f"{name} tells another moment at which its signer proved who they are."
        if row.method == "passkey" and not _is_of_its_key(row, proposal):
            yield f"{name} was not given by the passkey that it names."


def _was_proved(row: Signature) -> bool:
    return timedelta(0) <= row.signed_at - row.reauthenticated_at <= REAUTHENTICATION_LASTS


def _is_of_its_key(row: Signature, proposal: Proposal) -> bool:
    """Whether the key signed this very text and, as long as its holder keeps it, is theirs."""
    told = row.assertion or {}
    if not passkeys.is_proof(told, challenge=bytes.fromhex(_hash_of(proposal))):
        return False
    kept = db.session.execute(sa.select(Passkey).where(Passkey.credential_id == told.get("credential_id"))).scalar_one_or_none()
    return kept is None or (kept.person_id == row.person_id and passkeys.numbers_of(kept.public_key) == told.get("key"))
