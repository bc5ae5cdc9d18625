"""What a payout is made of: everything that came onto the partner's ready account, and left it, since the payout before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.contracts.models import MoneyEvent
from coursehub.db import db
from coursehub.ledger.accounts import PARTNER_READY, account_id
from coursehub.ledger.models import Journal, Posting
from coursehub.payouts.models import Payout, PayoutOffset, PayoutRun, PayoutStep
from coursehub.payouts.policies import may_read_own
from coursehub.people.actor import Actor

NAMED_AFTER = ("mature:", "clawback:")
"""Journals whose effect names the entry of the book that they are about, by its public id."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one journal added to a payout, or took from it.

    amount_minor: positive where it adds.
    event:        the entry of the book behind it, where there is one.
    """

    journal_id: int
    kind: str
    occurred_at: datetime
    amount_minor: int
    event: MoneyEvent | None


def own_payout(reader: Actor, public_id: str) -> "sa.Select[Payout]":
    """One payout of the reader's own organisation, once it was ordered."""
    ordered = sa.select(PayoutStep.payout_id).where(PayoutStep.kind == "ordered")
    found = sa.select(Payout).where(Payout.public_id == public_id, Payout.id.in_(ordered))
    return found.where(Payout.organisation_id == reader.organisation_id) if may_read_own(reader) else found.where(sa.false())


def made_of(payout: Payout, party: str) -> "sa.Select[Any]":
    """The journals behind what was ready for a payout, the oldest first: id, kind, effect key, moment, posted amount.

    party: the public id of the organisation. A run takes everything that is ready when it is prepared, and only one waits at a
    time: so a payout holds what came between the preparation of the payout before and its own.
    """
    ready = account_id(PARTNER_READY, party, payout.currency)
    earlier = sa.select(PayoutStep.payout_id).where(PayoutStep.kind == "ordered", PayoutStep.payout_id < payout.id)
    since = (
        sa.select(sa.func.max(PayoutRun.prepared_at))
        .join(Payout, Payout.run_id == PayoutRun.id)
        .where(Payout.organisation_id == payout.organisation_id, Payout.currency == payout.currency, Payout.id.in_(earlier))
    )
    begin, end = db.session.execute(since).scalar(), db.session.get_one(PayoutRun, payout.run_id).prepared_at
    columns: tuple[Any, ...] = (Journal.id, Journal.kind, Journal.effect_key, Journal.occurred_at)
    minor: Any = sa.func.sum(Posting.amount_minor).label("minor")
    found = (
        sa.select(*columns, minor)
        .join(Posting, Posting.journal_id == Journal.id)
        .where(Posting.account_id == ready, Journal.kind != "payout", Journal.recorded_at <= end)
        .group_by(*columns)
        .order_by(Journal.id)
    )  # fmt: skip
    return found if begin is None else found.where(Journal.recorded_at > begin)


def parts_of(rows: Iterable[Any]) -> list[Part]:
    """Rows of `made_of` with the entries of the book behind them."""
    rows = list(rows)
    named = {row.id: _named(row.effect_key) for row in rows}
    found = sa.select(MoneyEvent).where(
        sa.or_(MoneyEvent.journal_id.in_(list(named)), MoneyEvent.public_id.in_([name for name in named.values() if name]))
    )
    events = db.session.execute(found).scalars().all()
    by_journal = {event.journal_id: event for event in events}
    by_name = {event.public_id: event for event in events}
    return [
        Part(row.id, row.kind, row.occurred_at, -int(row.minor), by_name.get(named[row.id]) or by_journal.get(row.id))
        for row in rows
    ]


def set_off_in(payout: Payout) -> list[tuple[Part, int]]:
    """Claims that a payout was set against, and by how much each."""
    found = (
        sa.select(Journal.id, Journal.kind, Journal.effect_key, Journal.occurred_at, PayoutOffset.amount_minor.label("minor"))
        .join(Journal, Journal.id == PayoutOffset.journal_id)
        .where(PayoutOffset.payout_id == payout.id)
        .order_by(Journal.id)
    )
    return [(part, -part.amount_minor) for part in parts_of(db.session.execute(found))]


def _named(effect_key: str) -> str:
    for prefix in NAMED_AFTER:
        if effect_key.startswith(prefix):
            return effect_key.removeprefix(prefix)
    return ""
