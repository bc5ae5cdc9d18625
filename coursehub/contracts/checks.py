"""Proving the records of contracts: every link, every signed text and every fact still give their hashes, and none is missing."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from coursehub.contracts import record
from coursehub.contracts.evidence import entry_data
from coursehub.contracts.models import Contract, ContributionFact, NegotiationEntry, Terms
from coursehub.contracts.operations.facts import hash_of_fact
from coursehub.contracts.terms import canonical
from coursehub.db import db


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
            document = {"semantics": terms.semantics, "terms": terms.body, "texts": terms.texts}
            if hashlib.sha256(canonical(document)).hexdigest() != terms.terms_hash:
                yield f"Terms of {name} were altered: what they say does not give the hash that was signed."
        yield from _facts(contract, entries)
    yield from _lost()


def _lost() -> Iterator[str]:
    for model, what in ((NegotiationEntry, "links of a record"), (Terms, "terms"), (ContributionFact, "facts")):
        of = sa.select(Contract.id).where(Contract.id == model.contract_id)
        lost = db.session.execute(sa.select(sa.func.count()).select_from(model).where(~of.exists())).scalar_one()
        if lost:
            yield f"The contract of {lost} {what} is not there."


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
