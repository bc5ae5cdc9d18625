"""Booking the pool of a pass: what a period brings, what a month gives to each course, and what a refund takes back.

What learners pay waits on the account of the pool until the month in which their periods end is shared. Then each
course's part runs that course's own terms, all parts in one journal; the arithmetic is in `pools.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from coursehub.contracts import queries
from coursehub.contracts.counters import moved_back, moved_by, written
from coursehub.contracts.models import Contract, MoneyEvent
from coursehub.contracts.operations.counting import counted, memo_legs, standing_counters
from coursehub.contracts.operations.course_parts import Part, legs_of_part, write_down
from coursehub.contracts.operations.maturing import settle_matured
from coursehub.contracts.operations.sharing import EventDraft, Pinned, book_event, legs_of
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import Sale, share_refund, share_sale, tax_within
from coursehub.db import db, lock, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import POOL
from coursehub.ledger.allocation import reversal_step
from coursehub.ledger.models import Journal
from coursehub.ledger.operations import AccountRef, Booked, Leg, post

UNUSED = "income:pool"
CHANNEL = "platform"


@dataclass(frozen=True)
class PaidPeriod:
    """A period of a pass that somebody paid. pass_id: the pass's public id; amounts in minor units, tax included."""

    effect_key: str
    occurred_at: datetime
    pass_id: str
    currency: str
    gross_minor: int
    tax_bps: int
    fee_minor: int
    rail: str = "stripe"

    def legs(self) -> dict[str, int]:
        """Tax, the rail's fee, and what goes into the pool; a fee beyond what is left is the house's."""
        tax = tax_within(self.gross_minor, self.tax_bps)
        fee = min(self.fee_minor, self.gross_minor - tax)
        return {"tax": tax, "fee": fee, "pool": self.gross_minor - tax - fee}

    def left_in_pool(self, refunded_minor: int) -> int:
        """What of it is in the pool after so much was given back."""
        parts = self.legs()
        return parts["pool"] - reversal_step(parts, before_minor=0, amount_minor=refunded_minor)["pool"]


@dataclass(frozen=True)
class SharedMonth:
    """A month of a pool as it was divided. by_course: course id -> minor units; terms: course id -> the terms that answer.

    effect_key: `pool:<pass>:<month>`. occurred_at: the last moment of the month. document: hash of the facts and the rule.
    """

    effect_key: str
    occurred_at: datetime
    pass_id: str
    currency: str
    funded_minor: int
    by_course: Mapping[int, int]
    terms: Mapping[int, str]
    document: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class ReturnedPeriod:
    """A refund of a period, or of a part of it.

    Once its month was shared: shares is what the period gave to each course, of shared_minor that it had in the pool.
    """

    refund: str
    occurred_at: datetime
    period: PaidPeriod
    before_minor: int
    amount_minor: int
    month_key: str | None
    shares: Mapping[int, int]
    shared_minor: int = 0


def fund_pool(period: PaidPeriod, *, at: datetime) -> Booked:
    """Book a paid period in the open transaction, once per effect key: the rail owes it, and the pool holds it."""
    parts = period.legs()
    return post(
        kind="period", effect_key=period.effect_key, occurred_at=period.occurred_at, at=at, currency=period.currency,
        postings=[
            Leg(AccountRef(f"asset:rail:{period.rail}"), period.gross_minor - period.fee_minor),
            Leg(AccountRef("expense:rail_fee"), period.fee_minor - parts["fee"]),
            Leg(AccountRef("liability:tax"), -parts["tax"]),
            Leg(AccountRef(POOL, period.pass_id), -parts["pool"]),
        ],
    )  # fmt: skip


def share_pool(month: SharedMonth, *, at: datetime) -> Booked | None:
    """Share a month out in the open transaction, once per effect key; None if there was nothing to share.

    What no course gets is the house's. Raises ValueError if more is given than was funded.
    """
    unused = month.funded_minor - sum(month.by_course.values())
    if unused < 0 or min(month.by_course.values(), default=0) < 0:
        raise ValueError(f"{month.effect_key} gives more than it has")
    with transaction():
        before = ledger.journal_for(month.effect_key)
        if before is not None:
            return Booked(before.id, before.hash)
        if not month.funded_minor:
            return None
        parts = _parts(month)
        legs = [Leg(AccountRef(POOL, month.pass_id), month.funded_minor), Leg(AccountRef(UNUSED), -unused)]
        for part in parts:
            legs += legs_of_part(part)
        booked = post(
            kind="pool", effect_key=month.effect_key, occurred_at=month.occurred_at, at=at, postings=legs,
            currency=month.currency, terms_hash=month.document,
        )  # fmt: skip
        for part in parts:
            write_down(
                part, booked, kind="period", effect_key=month.effect_key, occurred_at=month.occurred_at, at=at,
                currency=month.currency, facts=month.facts, channel=CHANNEL,
                held_until=month.occurred_at + timedelta(days=queries.body_of(part.terms).hold.days),
            )  # fmt: skip
    return booked


def _parts(month: SharedMonth) -> list[Part]:
    """Each course's part under its terms; contracts are locked in one order, and their parts count one after the other."""
    found, standing = [], dict[int, dict[str, int]]()
    moment = written(month.occurred_at)
    terms = {course: queries.terms_with_hash(month.terms[course]) for course, amount in month.by_course.items() if amount}
    for contract_id in sorted({each.contract_id for each in terms.values() if each is not None}):
        lock(db.session.get_one(Contract, contract_id))
    for course_id, each in terms.items():
        if each is None:
            raise LookupError(f"course {course_id} names terms that are not here")
        body = queries.body_of(each)
        if "period" not in body.scope.events or body.currency != month.currency:
            raise ValueError(f"terms {each.id} do not answer for a pass in {month.currency}")
        known = queries.contribution(each.contract_id, course_id, month.occurred_at)
        counts = standing.setdefault(each.contract_id, counted(body, moment))
        sale = Sale(
            gross_minor=month.by_course[course_id], channel=CHANNEL, module_weights=known["module_weights"],
            approved_minutes=known["approved_minutes"], occurred_at=moment, counted=counts,
        )  # fmt: skip
        lines = share_sale(body, sale)
        moved = moved_by(body, lines, moment)
        standing[each.contract_id] = {name: count + moved.get(name, 0) for name, count in counts.items()}
        found.append(Part(course_id, each, month.by_course[course_id], known, lines, moved))
    return found


def return_period(back: ReturnedPeriod, *, at: datetime) -> Booked:
    """Book a refund of a period in the open transaction, once per refund.

    The payment goes back along its legs; the rail keeps its fee, which the house bears. Once the month was shared, what the
    pool gives back is taken from where this period's money had gone, along the legs of each course's part.
    """
    with transaction():
        shared = ledger.journal_for(back.month_key) if back.month_key else None
        events = [event for event in queries.events_of_journal(shared.id) if event.course_id in back.shares] if shared else []
        for contract_id in sorted({event.contract_id for event in events}):
            lock(db.session.get_one(Contract, contract_id))  # before the head of the chain, like every other event
        paid = ledger.journal_for(back.period.effect_key)
        if paid is None:
            raise LookupError(f"{back.period.effect_key} was never booked")
        parts = back.period.legs()
        step = reversal_step(parts, before_minor=back.before_minor, amount_minor=back.amount_minor)
        booked = post(
            kind="refund", effect_key=f"refund:{back.refund}", occurred_at=back.occurred_at, at=at, reverses=paid.id,
            currency=back.period.currency,
            postings=[
                Leg(AccountRef(f"asset:rail:{back.period.rail}"), -back.amount_minor),
                Leg(AccountRef("expense:rail_fee"), step["fee"]),
                Leg(AccountRef("liability:tax"), step["tax"]),
                Leg(AccountRef(POOL, back.period.pass_id), step["pool"]),
            ],
        )  # fmt: skip
        if shared is not None and step["pool"]:
            before = back.shared_minor - back.period.left_in_pool(back.before_minor)  # what went back since the month was shared
            _refill(back, shared, events, before=before, amount=step["pool"], at=at)
    return booked


def _refill(back: ReturnedPeriod, shared: Journal, events: list[MoneyEvent], *, before: int, amount: int, at: datetime) -> None:
    """Take what the pool gave back from those who had got it: each course's part, and the house where no course did."""
    legs = {f"{course}": share for course, share in sorted(back.shares.items())}
    legs[""] = back.shared_minor - sum(legs.values())
    step = reversal_step(legs, before_minor=before, amount_minor=amount)
    if step[""]:
        post(
            kind="refund", effect_key=f"refund:{back.refund}:unused", occurred_at=back.occurred_at, at=at, reverses=shared.id,
            currency=back.period.currency,
            postings=[Leg(AccountRef(POOL, back.period.pass_id), -step[""]), Leg(AccountRef(UNUSED), step[""])],
        )  # fmt: skip
    for event in events:
        if taken := step.get(f"{event.course_id}", 0):
            _take_back(event, back, taken, at=at)


def _take_back(event: MoneyEvent, back: ReturnedPeriod, amount: int, *, at: datetime) -> None:
    """One course's part gives an amount back along its very legs; what matured or was paid out is settled as at any refund."""
    key = f"refund:{back.refund}:{event.course_id}"
    if queries.event_for(key) is not None:
        return
    body = queries.body_hashed(event.terms_hash)
    before = queries.refunded_of(event)
    sold = [queries.line_of(row) for row in event.lines]
    lines = share_refund(body, sold, before_minor=before, amount_minor=amount)
    draft = EventDraft(
        kind="refund", effect_key=key, occurred_at=back.occurred_at, course_id=event.course_id, currency=event.currency,
        facts={"sale_effect_key": event.effect_key, "amount_minor": amount, "refund": back.refund},
    )  # fmt: skip
    row = book_event(
        draft, Pinned(event.terms_hash, event.contract_id, covers=True), lines,
        legs=[
            Leg(AccountRef(POOL, back.period.pass_id), -amount), *legs_of(body, lines, {}),
            *memo_legs(body, _counted_back(event, body, before, amount)),
        ],
        amount_minor=-amount, channel=event.channel, contribution={}, held_until=event.held_until, sale=event, at=at,
    )  # fmt: skip
    settle_matured(event, body, row, at=at)


def _counted_back(event: MoneyEvent, body: TermsBody, before: int, amount: int) -> dict[str, int]:
    moved = moved_by(body, [queries.line_of(row) for row in event.lines], written(event.occurred_at))
    steps = moved_back(moved, gross_minor=event.amount_minor, before_minor=before, amount_minor=amount)
    standing = standing_counters(body, steps)
    return {name: -min(step, standing[name]) for name, step in steps.items()}
