"""What of a pool goes back, by a refund or because a subscriber's bank takes it, and what a bank gives back of that.

The payment of a period goes back along its legs. Once its money was shared, what the pool gives is taken from where it
had gone: each course's part along its very legs, and the house where no course had got it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.contracts import queries
from coursehub.contracts.models import TAKEN_BACK, MoneyEvent
from coursehub.contracts.operations.course_parts import lock_contracts
from coursehub.contracts.operations.pooling import UNUSED, PaidPeriod
from coursehub.contracts.operations.sharing import EventDraft, reinstate, share
from coursehub.db import db, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import POOL
from coursehub.ledger.allocation import way_to_target
from coursehub.ledger.models import Journal
from coursehub.ledger.operations import AccountRef, Booked, Leg, post

TAX = "liability:tax"


@dataclass(frozen=True)
class ReturnedPeriod:
    """Money of a period that goes back, all of it or a part.

    kind: refund | dispute. effect: its name in the books; facts: what the entries of the book say it was. effects: those
    over the same period before it.
    Once its money was shared: month_keys names the journals that did so, that of its month first; shares is what the period
    gave to each course, of shared_minor that it had in the pool.
    """

    kind: str
    effect: str
    facts: Mapping[str, str]
    occurred_at: datetime
    period: PaidPeriod
    amount_minor: int
    effects: Sequence[str] = ()
    month_keys: Sequence[str] = ()
    shares: Mapping[int, int] = field(default_factory=dict)
    shared_minor: int = 0


def return_period(back: ReturnedPeriod, *, at: datetime) -> Booked:
    """Book what goes back of a period in the open transaction, once per effect; the house bears the rail's fee of the payment."""
    with transaction():
        shared = [each for each in (ledger.journal_for(key) for key in back.month_keys) if each is not None]
        found = [event for journal in shared for event in queries.events_of_journal(journal.id)]
        events = [event for event in found if event.course_id in back.shares]
        lock_contracts(events)  # before the head of the chain, like every other event
        before = ledger.journal_for(back.effect)
        if before is not None:
            return Booked(before.id, before.hash)
        paid = ledger.journal_for(back.period.effect_key)
        if paid is None:
            raise LookupError(f"{back.period.effect_key} was never booked")
        taken = _taken(back.period)
        step = way_to_target(back.period.legs(), taken, amount_minor=back.amount_minor)
        booked = post(
            kind=back.kind, effect_key=back.effect, occurred_at=back.occurred_at, at=at, reverses=paid.id,
            currency=back.period.currency,
            postings=[
                Leg(AccountRef(f"asset:rail:{back.period.rail}"), -back.amount_minor),
                Leg(AccountRef("expense:rail_fee"), step["fee"]),
                Leg(AccountRef(TAX), step["tax"]),
                Leg(AccountRef(POOL, back.period.pass_id), step["pool"]),
            ],
        )  # fmt: skip
        if shared and step["pool"]:
            gone = back.shared_minor - (back.period.legs()["pool"] - taken["pool"])  # since the month was shared
            _refill(back, shared, events, gone=gone, amount=step["pool"], at=at)
    return booked


def _taken(period: PaidPeriod) -> dict[str, int]:
    """What went back of each leg of a payment so far, and did not come again."""
    legs, key = period.legs(), period.effect_key
    left = {
        "tax": -ledger.left_on([key], TAX).get(key, 0),
        "pool": -ledger.left_on([key], POOL, party=period.pass_id).get(key, 0),
    }
    with_rail = ledger.left_on([key], f"asset:rail:{period.rail}").get(key, 0)
    whole = period.gross_minor - period.fee_minor - with_rail
    taken = {name: legs[name] - minor for name, minor in left.items()}
    return taken | {"fee": whole - sum(taken.values())}


def _refill(
    back: ReturnedPeriod, shared: list[Journal], events: list[MoneyEvent], *, gone: int, amount: int, at: datetime
) -> None:
    """Take what the pool gave back from those who had got it: each course's part, and the house where no course did.

    gone: how much of what was shared went back before.
    """
    legs = {f"{course}": share for course, share in sorted(back.shares.items())}
    legs[""] = back.shared_minor - sum(legs.values())
    by_course = _gone_of(events, back.effects)
    taken = {f"{course}": by_course.get(course, 0) for course in back.shares}
    taken[""] = gone - sum(taken.values())
    step = way_to_target(legs, taken, amount_minor=amount)
    _take_unused(back, shared, step[""], at=at)
    for course in back.shares:
        _take_course(back, [each for each in events if each.course_id == course], step[f"{course}"], shared[0], at=at)


def _gone_of(events: Sequence[MoneyEvent], effects: Sequence[str]) -> dict[int, int]:
    """By course: what these effects took of these events and did not give back."""
    if not (events and effects):
        return {}
    found = sa.select(MoneyEvent.course_id, sa.func.sum(MoneyEvent.amount_minor)).where(
        MoneyEvent.reverses_id.in_([event.id for event in events]), MoneyEvent.kind.in_(TAKEN_BACK),
        sa.or_(*(MoneyEvent.effect_key.startswith(f"{effect}:", autoescape=True) for effect in effects)),
    )  # fmt: skip
    return {course: -int(minor) for course, minor in db.session.execute(found.group_by(MoneyEvent.course_id))}


def _take_unused(back: ReturnedPeriod, shared: list[Journal], amount: int, *, at: datetime) -> None:
    """What no course had got the house gives back; what was shared last goes first."""
    for journal in reversed(shared):
        taken = min(amount, -ledger.left_on([journal.effect_key], UNUSED).get(journal.effect_key, 0))
        if taken > 0:
            amount -= taken
            post(
                kind=back.kind, effect_key=f"{_unused(back.effect)}{'' if journal is shared[0] else f':{journal.id}'}",
                occurred_at=back.occurred_at, at=at, reverses=journal.id, currency=back.period.currency,
                postings=[Leg(AccountRef(POOL, back.period.pass_id), -taken), Leg(AccountRef(UNUSED), taken)],
            )  # fmt: skip
    if amount:
        raise ValueError(f"{back.effect} takes more than no course had got")


def _unused(effect: str) -> str:
    return f"{effect}:unused"


def _take_course(back: ReturnedPeriod, events: list[MoneyEvent], amount: int, month: Journal, *, at: datetime) -> None:
    """One course's part gives an amount back along its very legs; what was shared last goes first."""
    for event in reversed(events):
        if taken := min(amount, event.amount_minor - queries.refunded_of(event)):
            amount -= taken
            key = f"{back.effect}:{event.course_id}"
            _take_back(event, back, taken, key if event.journal_id == month.id else f"{key}:{event.public_id}", at=at)
    if amount:
        raise ValueError(f"{back.effect} takes more than its courses had got")


def _take_back(event: MoneyEvent, back: ReturnedPeriod, amount: int, key: str, *, at: datetime) -> None:
    """As at any refund or dispute. A close replays a month in order, so nothing precedes the part that it takes back."""
    facts = {"sale_effect_key": event.effect_key, "amount_minor": amount, **back.facts}
    moment = max(back.occurred_at, event.occurred_at + timedelta(seconds=1))
    share(EventDraft(back.kind, key, moment, event.course_id, event.currency, facts), at=at)


def reinstate_period(effect: str, pass_id: str, *, occurred_at: datetime, at: datetime, named: Callable[[str], str]) -> int:
    """Undo what a dispute took of a period, leg by leg, in the open transaction, once; what of it then waits in the pool.

    What had been taken from courses and house goes back to them. Of a period that was shared without this money nobody had
    it, so the pool has it now. named: how the effect of the same money coming back is called.
    """
    with transaction():
        taken = _events_of(effect)
        lock_contracts(taken)
        journal = ledger.journal_for(effect)
        if journal is None:
            raise LookupError(f"{effect} was never booked")
        if ledger.journal_for(named(effect)) is not None:
            return 0
        found = sa.select(Journal).where(Journal.effect_key.startswith(_unused(effect), autoescape=True))
        waits = 0
        for each in (journal, *db.session.execute(found.order_by(Journal.id)).scalars().all()):
            waits += sum(leg.amount_minor for leg in ledger.lines_of(each.id) if leg.code == POOL and leg.party == pass_id)
            _undo(each, named(each.effect_key), occurred_at=occurred_at, at=at)
        for event in taken:
            moment = max(occurred_at, event.occurred_at)
            reinstate(event, effect_key=named(event.effect_key), occurred_at=moment, at=at)
            waits += event.amount_minor
    return waits


def _events_of(effect: str) -> list[MoneyEvent]:
    own = MoneyEvent.effect_key.startswith(f"{effect}:", autoescape=True)
    found = sa.select(MoneyEvent).where(MoneyEvent.kind == "dispute", own).order_by(MoneyEvent.id)
    return list(db.session.execute(found).scalars())


def _undo(journal: Journal, effect_key: str, *, occurred_at: datetime, at: datetime) -> None:
    lines = ledger.lines_of(journal.id)
    post(
        kind="reinstated", effect_key=effect_key, occurred_at=occurred_at, at=at, reverses=journal.id, currency=lines[0].currency,
        postings=[Leg(AccountRef(line.code, line.party or None), -line.amount_minor, line.term_path) for line in lines],
    )  # fmt: skip
