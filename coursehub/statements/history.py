"""The history of contracts for a bundle: what clauses over many sales look at, from the first event of a contract on.

Counters, true-ups and guarantees come of all events of their contract, also of those that gave the reader nothing. A side
of a contract may have them: what they say is how a sale came, what was paid, who contributed, and what each side got, as
its own events say it; nothing about who bought. Journals of earlier months stay away: each was proven with the statement
of its own month (decision 65).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from coursehub.contracts import queries as contracts
from coursehub.contracts.counters import names_for, written
from coursehub.contracts.models import Contract, ContractParty, MoneyEvent, Terms
from coursehub.contracts.operations.counting import CONTRA
from coursehub.contracts.record import stamp
from coursehub.db import db
from coursehub.ledger.models import Account, Posting
from coursehub.statements.entries import as_data

MEMO = "memo:"


def history_data(
    party: str, currency: str, through: int, span: tuple[datetime, datetime], events: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Contracts of a party whose terms look beyond one sale, as far as its statement needs them.

    through: the last journal. span: from when to when the statement is. events: those of its bundle; they are told there,
    and their contracts are told here, with those that guaranteed something to a month that ended.
    """
    hashes, told = {event["terms_hash"] for event in events}, {event["id"] for event in events}
    found = []
    for contract in _contracts_of(party):
        held = [terms for terms in reversed(contracts.terms_history(contract)) if terms.effective_from <= span[1]]
        if _is_needed(held, currency, hashes, begins=span[0]):
            found.append(
                {
                    "contract": contract.public_id,
                    "reference": contract.reference,
                    "terms": [_terms_data(terms, span[1]) for terms in held],
                    "events": [each for each in _events(contract, through) if each["id"] not in told],
                    "counters": _counters(contract, currency, through),
                }
            )
    return found


def _contracts_of(party: str) -> Sequence[Contract]:
    bound = select(ContractParty.contract_id).where(ContractParty.party == party)
    return db.session.execute(select(Contract).where(Contract.id.in_(bound)).order_by(Contract.id)).scalars().all()


def _is_needed(held: Sequence[Terms], currency: str, hashes: set[str], *, begins: datetime) -> bool:
    """Whether a statement looks at a contract: something of it is in the bundle, or it guarantees something to a month before."""
    bodies = {terms.terms_hash: contracts.body_of(terms) for terms in held}
    looks_back = any(names_for(body, written(begins)) or body.guarantees for body in bodies.values())
    if not looks_back or currency not in {body.currency for body in bodies.values()}:
        return False
    promised = any(bodies[terms.terms_hash].guarantees and (terms.ended_at is None or terms.ended_at >= begins) for terms in held)
    return promised or not hashes.isdisjoint(bodies)


def _terms_data(terms: Terms, ends: datetime) -> dict[str, str | None]:
    """From when until when terms held; an end that was still to come when the statement ended is none yet."""
    over = terms.ended_at is not None and terms.ended_at <= ends
    return {
        "hash": terms.terms_hash,
        "from": stamp(terms.effective_from),
        "until": stamp(terms.ended_at) if over and terms.ended_at else None,
    }


def _events(contract: Contract, through: int) -> list[dict[str, Any]]:
    """All of them in the order of the book. What moved nothing has no journal; it counts up to the last one that has."""
    last = select(sa.func.max(MoneyEvent.id)).where(MoneyEvent.contract_id == contract.id, MoneyEvent.journal_id <= through)
    known = select(MoneyEvent.__table__).where(MoneyEvent.contract_id == contract.id, MoneyEvent.id <= last.scalar_subquery())
    return as_data(db.session.execute(known.order_by(MoneyEvent.id)).all())


def _counters(contract: Contract, currency: str, through: int) -> dict[str, dict[str, int]]:
    """How far each journal moved each counter of the contract: journal -> counter -> how far up."""
    found = (
        select(Posting.journal_id, Account.code, sa.func.sum(Posting.amount_minor))
        .join(Account, Account.id == Posting.account_id)
        .where(
            Account.party == contract.public_id, Account.currency == currency, Account.code != CONTRA,
            Account.code.startswith(MEMO, autoescape=True), Posting.journal_id <= through,
        )
        .group_by(Posting.journal_id, Account.code)
        .order_by(Posting.journal_id)
    )  # fmt: skip
    moved: dict[str, dict[str, int]] = {}
    for journal, code, minor in db.session.execute(found):
        if minor:
            moved.setdefault(f"{journal}", {})[code.removeprefix(MEMO)] = -int(minor)
    return moved
