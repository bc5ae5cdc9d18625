"""What stands behind the figures of a statement that no course explains: the journals of a move, the sales of a hold."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from coursehub.contracts import queries as contracts
from coursehub.contracts.models import TAKEN_BACK, MoneyEvent, MoneyLine
from coursehub.db import db
from coursehub.ledger.accounts import PARTNER_RESERVE, account_id
from coursehub.ledger.models import Journal, Posting
from coursehub.ledger.sealing import DAY, begin_of


def journals_of_move(party: str, data: Mapping[str, Any], move: Mapping[str, Any]) -> "sa.Select[Any]":
    """The journals that a move of a statement adds up, the latest first: id, kind, effect key, moment, posted amount."""
    number = account_id(move["account"], party, data["currency"])
    explained = sa.exists().where(MoneyEvent.journal_id == Journal.id).correlate(Journal)
    columns: tuple[Any, ...] = (Journal.id, Journal.kind, Journal.effect_key, Journal.occurred_at)
    minor: Any = sa.func.sum(Posting.amount_minor).label("minor")
    return (
        sa.select(*columns, minor)
        .join(Posting, Posting.journal_id == Journal.id)
        .where(
            Posting.account_id == number, Journal.kind == move["kind"], Journal.id > data["journals"]["after"],
            Journal.id <= data["journals"]["through"], explained if move["explained"] else ~explained,
        )
        .group_by(*columns)
        .order_by(Journal.id.desc())
    )  # fmt: skip


def events_held_until(party: str, data: Mapping[str, Any], until: date) -> "sa.Select[MoneyEvent]":
    """The entries of the book whose shares a statement says are held until this day, the oldest first."""
    return (
        sa.select(MoneyEvent)
        .where(
            MoneyEvent.currency == data["currency"], MoneyEvent.journal_id <= data["journals"]["through"],
            MoneyEvent.held_until >= begin_of(until), MoneyEvent.held_until < begin_of(until + DAY),
            MoneyEvent.held_until > datetime.fromisoformat(data["ends"]),
            sa.exists().where(MoneyLine.event_id == MoneyEvent.id, MoneyLine.party == party, MoneyLine.role != "fee_cost"),
        )
        .order_by(MoneyEvent.occurred_at, MoneyEvent.id)
    )  # fmt: skip


def held_of(party: str, events: Sequence[MoneyEvent]) -> dict[int, int]:
    """What each of these entries put on hold for a party, in minor units: its share, less what the reserve keeps of it."""
    ids = [event.id for event in events]
    shares = (
        sa.select(MoneyLine.event_id, sa.func.sum(MoneyLine.amount_minor))
        .where(MoneyLine.event_id.in_(ids), MoneyLine.party == party, MoneyLine.role != "fee_cost")
        .group_by(MoneyLine.event_id)
    )
    found = {event_id: int(minor) for event_id, minor in db.session.execute(shares)}
    keeping = [
        event for event in events
        if event.kind in ("sale", "reshared", *TAKEN_BACK) and event.terms_hash in contracts.days_of_reserves()
    ]  # fmt: skip
    by_currency = {event.currency: account_id(PARTNER_RESERVE, party, event.currency) for event in keeping}
    kept = (
        sa.select(Posting.journal_id, sa.func.sum(Posting.amount_minor))
        .where(Posting.account_id.in_(by_currency.values()), Posting.journal_id.in_([event.journal_id for event in keeping]))
        .group_by(Posting.journal_id)
    )
    reserved = {journal_id: int(minor) for journal_id, minor in db.session.execute(kept)}
    for event in keeping:
        found[event.id] = found.get(event.id, 0) + reserved.get(event.journal_id or 0, 0)
    return found
