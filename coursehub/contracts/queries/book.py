"""The book of money events: what was sold, given back, shared, held and let go of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from coursehub.contracts import reasons
from coursehub.contracts.counters import moved_by, names_for, written
from coursehub.contracts.models import TAKEN_BACK, MoneyEvent, MoneyLine, Terms
from coursehub.contracts.queries.terms import body_hashed, body_of
from coursehub.contracts.waterfall import Line, gone_of
from coursehub.db import db, look
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_RESERVE
from coursehub.ledger.models import Account, Journal, Posting

_EVENT_ID = select(MoneyEvent.id).where(MoneyEvent.effect_key == sa.bindparam("effect_key"))


def event_for(effect_key: str) -> MoneyEvent | None:
    """The money event of a business effect, or None if it is not in the book."""
    event_id = look(_EVENT_ID, {"effect_key": effect_key}).scalar_one_or_none()
    return None if event_id is None else db.session.get_one(MoneyEvent, event_id)


def refunded_of(sale: MoneyEvent) -> int:
    """How much of a sale has gone back to the buyer, in minor units."""
    total = select(sa.func.coalesce(sa.func.sum(MoneyEvent.amount_minor), 0)).where(MoneyEvent.reverses_id == sale.id)
    return -int(db.session.execute(total).scalar_one())


@dataclass(frozen=True, slots=True)
class Gone:
    """What is booked as gone of a sale by now: of each leg, out of each party's reserve, and off each counter."""

    legs: Mapping[str, int]
    reserve: dict[str, int] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """What has gone back to the buyer, in minor units."""
        return sum(self.legs.values())

    def shares(self) -> dict[str, int]:
        """What has gone of each party's share."""
        return {name.removeprefix("share:"): minor for name, minor in self.legs.items() if name.startswith("share:")}


def booked_as_gone(sale: MoneyEvent) -> Gone:
    """What refunds and disputes took of a sale by now, less what banks gave back."""
    events = [event for event in reversals_of_event(sale.id) if event.kind in TAKEN_BACK]
    gone = Gone(gone_of(line_of(row) for event in events for row in event.lines))
    for event in events:
        for leg in ledger.lines_of(event.journal_id) if event.journal_id else ():
            if leg.code == PARTNER_RESERVE:
                gone.reserve[leg.party] = gone.reserve.get(leg.party, 0) + leg.amount_minor
            elif leg.code.startswith("memo:"):
                name = leg.code.removeprefix("memo:")
                gone.counters[name] = gone.counters.get(name, 0) + leg.amount_minor
    return gone


def counted_before(event: MoneyEvent | sa.Row[Any]) -> dict[str, int]:
    """Where the counters of the contract stood before an event, for terms that look beyond one sale."""
    body, moment = body_hashed(event.terms_hash), written(event.occurred_at)
    names = names_for(body, moment)
    if not names or event.journal_id is None:
        return {}
    found = (
        select(Account.code, sa.func.sum(Posting.amount_minor))
        .join(Posting, Posting.account_id == Account.id)
        .where(
            Account.code.in_([f"memo:{name}" for name in names]), Account.party == body.contract,
            Account.currency == body.currency, Posting.journal_id < event.journal_id,
        )
        .group_by(Account.code)
    )  # fmt: skip
    stood = {code.removeprefix("memo:"): -int(amount) for code, amount in db.session.execute(found)}
    for part in events_of_journal(event.journal_id):  # parts of one fee count one after the other
        if part.id < event.id and part.contract_id == event.contract_id:
            for name, step in moved_by(body, [line_of(row) for row in part.lines], moment).items():
                stood[name] = stood.get(name, 0) + step
    return {name: amount for name in names if (amount := stood.get(name, 0))}


def came_back(event_id: str) -> bool:
    """Whether an entry of the book (by its public id) is a dispute whose money the bank gave back."""
    later = aliased(MoneyEvent)
    given = select(later.id).where(later.kind == "reinstated", later.effect_key == MoneyEvent.effect_key + ":back")
    found = select(MoneyEvent.id).where(MoneyEvent.public_id == event_id, MoneyEvent.kind == "dispute", given.exists())
    return db.session.execute(found).first() is not None


def came_of_a_contest(event_id: str) -> bool:
    """Whether an entry of the book (by its public id) shares a sale anew."""
    found = select(MoneyEvent.id).where(MoneyEvent.public_id == event_id, MoneyEvent.kind == "reshared")
    return db.session.execute(found).first() is not None


def events_for_party(party: str) -> Select[Any]:
    """Events that gave or took something for one party: (event, its amount), latest first."""
    mine = (
        select(MoneyLine.event_id, sa.func.sum(MoneyLine.amount_minor).label("amount_minor"))
        .where(MoneyLine.party == party)
        .group_by(MoneyLine.event_id)
        .subquery()
    )
    return (
        select(MoneyEvent, mine.c.amount_minor)
        .join(mine, mine.c.event_id == MoneyEvent.id)
        .order_by(MoneyEvent.occurred_at.desc(), MoneyEvent.id.desc())
    )


def events_of_journal(journal_id: int) -> list[MoneyEvent]:
    """The entries of the book that one journal stands behind, in order."""
    found = select(MoneyEvent).where(MoneyEvent.journal_id == journal_id).order_by(MoneyEvent.id)
    return list(db.session.execute(found).scalars())


def reversals_of_event(event_id: int) -> Sequence[MoneyEvent]:
    """What took an entry of the book back, wholly or in part, oldest first."""
    return (
        db.session.execute(select(MoneyEvent).where(MoneyEvent.reverses_id == event_id).order_by(MoneyEvent.id)).scalars().all()
    )


def reshared_of(event: MoneyEvent) -> list[MoneyEvent]:
    """What was put right between the parties of an entry of the book, oldest first."""
    return [one for one in reversals_of_event(event.id) if one.kind == "reshared"]


def rebated_of(journal_id: int, account: str) -> int:
    """What was given back of a journal before, as it stands on this account."""
    taken = [
        leg.amount_minor for each in ledger.reversals_of(journal_id) for leg in ledger.lines_of(each.id) if leg.code == account
    ]
    return -sum(taken)


def on_hold() -> sa.ColumnElement[bool]:
    """Whether something of a fee's `Journal` is on hold: what its parts got, less what went back, with what was put right.

    What was released since does not count here. A fee of which the house has every part, or that went back whole, is not.
    """
    back, event, anew = aliased(Journal), aliased(MoneyEvent), aliased(MoneyEvent)
    held = select(func.coalesce(func.sum(Posting.amount_minor), 0)).select_from(Posting).join(
        Account, sa.and_(Account.id == Posting.account_id, Account.code == PARTNER_HELD)
    )  # fmt: skip
    own = held.where(Posting.journal_id == Journal.id)
    gone = held.join(back, back.id == Posting.journal_id).where(back.reverses == Journal.id)
    right = (
        held.join(anew, anew.journal_id == Posting.journal_id)
        .join(event, event.id == anew.reverses_id)
        .where(event.journal_id == Journal.id, anew.kind == "reshared")
    )
    sums = [each.correlate(Journal).scalar_subquery() for each in (own, gone, right)]
    return sums[0] + sums[1] + sums[2] < 0


def hours_to_release(at: datetime) -> Sequence[Journal]:
    """Journals of weeks in which courses have parts whose holds are all over, and which were neither released nor taken back."""
    later = aliased(Journal)
    ended = select(later.id).where(or_(later.effect_key == Journal.effect_key + ":released", later.reverses == Journal.id))
    found = (
        select(Journal)
        .where(
            Journal.id.in_(select(MoneyEvent.journal_id).where(MoneyEvent.kind == "hour", MoneyEvent.held_until <= at)),
            ~sa.exists().where(MoneyEvent.journal_id == Journal.id, MoneyEvent.held_until > at),
            ~ended.exists(), on_hold(),
        )
        .order_by(Journal.id)
    )  # fmt: skip
    return db.session.execute(found).scalars().all()


def days_of_reserves() -> dict[str, int]:
    """Terms that keep a part of each share longer than the hold, hash -> days from the sale on."""
    every = db.session.execute(select(Terms).order_by(Terms.id)).scalars()
    return {terms.terms_hash: kept.days for terms in every if (kept := body_of(terms).reserve)}


def reserves_that_end(at: datetime) -> list[MoneyEvent]:
    """Sales whose reserve has been kept for its days and was not let go of yet, oldest first."""
    released, found = aliased(Journal), list[MoneyEvent]()
    for terms_hash, days in days_of_reserves().items():
        gone = select(released.id).where(released.effect_key == MoneyEvent.effect_key + ":reserve")
        refund = aliased(MoneyEvent)
        refunded = select(func.coalesce(func.sum(refund.amount_minor), 0)).where(refund.reverses_id == MoneyEvent.id)
        due = select(MoneyEvent).where(
            MoneyEvent.terms_hash == terms_hash, MoneyEvent.kind == "sale",
            MoneyEvent.amount_minor + refunded.scalar_subquery() > 0,
            MoneyEvent.occurred_at <= at - timedelta(days=days), ~gone.exists(),
        )  # fmt: skip
        found += db.session.execute(due.order_by(MoneyEvent.id)).scalars()
    return found


def line_of(row: MoneyLine) -> Line:
    """The waterfall's line that a row of the book keeps."""
    return Line(row.role, row.party, row.amount_minor, row.path, reasons.from_data(row.reason))
