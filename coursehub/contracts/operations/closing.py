"""Closing a month of a contract: one true-up for what arrived out of order, and what guarantees come to by now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from coursehub.contracts import queries
from coursehub.contracts.clauses import Guarantee
from coursehub.contracts.closing import Closed, Happened, replayed, shortfall, true_up
from coursehub.contracts.counters import limits_for, names_for, windows_between, written
from coursehub.contracts.models import TAKEN_BACK, Contract, MoneyEvent, Terms, TermsCourse
from coursehub.contracts.operations.counting import memo_legs, standing_counters
from coursehub.contracts.operations.course_parts import AVAILABLE, keep_lines
from coursehub.contracts.operations.maturing import owed_back
from coursehub.contracts.reasons import Reason
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import Line
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.ledger.operations import AccountRef, Leg, post, stand_in_line
from coursehub.web.locale import SHOWN_ZONE, local_time

CLOSES_AFTER = timedelta(days=5)
"""So long after the end of a month its events are expected to have arrived."""
GUARANTEES = "expense:guarantee"
TRUE_UP = "/true_up"
NOT_REPLAYED = ("reshared", "true_up", "guarantee")


def close_months(*, at: datetime) -> int:
    """Close the last month that is over for every contract whose terms count or guarantee; how many moved something.

    A month that was missed needs no close of its own: each one looks at all that is known by then, and at every window before.
    """
    first = local_time(at - CLOSES_AFTER).date().replace(day=1)
    month = f"{first - timedelta(days=1):%Y-%m}"
    moved = 0
    for contract_id in db.session.execute(sa.select(Contract.id).order_by(Contract.id)).scalars().all():
        moved += close_month(db.session.get_one(Contract, contract_id), month, at=at)
    return moved


def close_month(contract: Contract, month: str, *, at: datetime) -> bool:
    """Close one month (2026-03) of one contract, once: a second call finds nothing to move. Whether anything moved."""
    known = _read(contract, at)  # takes as long as the contract has lived; nobody waits for it
    with transaction():
        lock(contract)
        if known.mark != _mark(contract):
            known = _read(contract, at)
        if known.right is None:
            return False
        newest = known.events[-1].id if known.events else None
        moved = _true_up(contract, known.right, known.events, key=f"{month}:{newest}" if newest else month, at=at)
        return _guarantees(contract, known.right, known.held, month=month, at=at) or moved


@dataclass(frozen=True)
class _Known:
    """A contract's terms and events, and what they come to in the right order; right: None where nothing counts over time.

    mark: which events and terms there were before they were read. What is new since has another mark.
    """

    mark: tuple[Any, ...]
    held: Sequence[Terms]
    events: list[MoneyEvent]
    right: Closed | None


def _read(contract: Contract, at: datetime) -> _Known:
    mark = _mark(contract)
    found = sa.select(Terms).where(Terms.contract_id == contract.id).order_by(Terms.id)
    held = db.session.execute(found, execution_options={"populate_existing": True}).scalars().all()
    bodies = {terms.terms_hash: queries.body_of(terms) for terms in held}
    if not any(names_for(body, written(at)) or body.guarantees for body in bodies.values()):
        return _Known(mark, held, [], None)
    events = _events(contract, at)
    return _Known(mark, held, events, replayed(_happened(events, bodies)))


def _mark(contract: Contract) -> tuple[Any, ...]:
    terms = sa.select(Terms.id, Terms.ended_at).where(Terms.contract_id == contract.id).order_by(Terms.id)
    return _newest(contract), *(tuple(row) for row in db.session.execute(terms))


def hold_limits(cause: MoneyEvent, sale: MoneyEvent, *, at: datetime) -> bool:
    """True the contract up at once if an event that gave something again lifted a counter above its limit; whether it did.

    A limit that a sale had filled is free while a bank has its money, and another sale may fill it by then. The caller holds
    the lock of the contract.
    """
    body = queries.body_hashed(sale.terms_hash)
    most = limits_for(body, written(sale.occurred_at))
    standing = standing_counters(body, most)
    if all(standing[name] <= limit for name, limit in most.items()):
        return False
    contract = db.session.get_one(Contract, sale.contract_id)
    events = _events(contract, max(at, cause.occurred_at))
    bodies = {event.terms_hash: queries.body_hashed(event.terms_hash) for event in events}
    return _true_up(contract, replayed(_happened(events, bodies)), events, key=cause.effect_key, facts={"limit": True}, at=at)


def _events(contract: Contract, at: datetime) -> list[MoneyEvent]:
    """Everything that is known by now, also of the month that has begun: counters run on, so it is put right as well."""
    found = sa.select(MoneyEvent).where(MoneyEvent.contract_id == contract.id, MoneyEvent.occurred_at <= at)
    events = list(db.session.execute(found.order_by(MoneyEvent.occurred_at, MoneyEvent.effect_key)).scalars())
    known = {event.id for event in events}
    return [event for event in events if event.reverses_id is None or event.reverses_id in known]


def _happened(events: list[MoneyEvent], bodies: Mapping[str, TermsBody]) -> list[Happened]:
    keys = {event.id: event.effect_key for event in events}
    given = {event.id: event for event in events}
    anew = {event.reverses_id: event for event in sorted(events, key=lambda one: one.id) if event.kind == "reshared"}
    passing = {
        key for event in events if event.kind == "reinstated" for key in (event.facts["taken_effect_key"], event.effect_key)
    }
    found = []
    for event in events:
        moment, terms = written(event.occurred_at), bodies[event.terms_hash]
        if event.kind in NOT_REPLAYED:
            found.append(Happened(event.effect_key, moment, terms, fixed={}))
        elif event.kind == "rebate":
            of, back = given[event.reverses_id or 0], -event.amount_minor
            rebate = Happened(
                event.effect_key, moment, terms, reverses=of.effect_key, amount_minor=back, fixed=_got(event), was=_got(of)
            )
            found.append(rebate)
        elif event.kind in TAKEN_BACK:
            taken, gone = keys.get(event.reverses_id or 0, ""), -event.amount_minor
            passes = gone if event.effect_key in passing else 0
            found.append(Happened(event.effect_key, moment, terms, reverses=taken, amount_minor=gone, passing_minor=passes))
        else:
            sale = queries.sale_said(event, queries.said_by(event, anew.get(event.id)))
            found.append(Happened(event.effect_key, moment, terms, sale=sale))
    return found


def _got(event: MoneyEvent) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in event.lines:
        if line.party and line.role in ("share", "discount"):
            found[line.party] = found.get(line.party, 0) + line.amount_minor
    return found


def _true_up(
    contract: Contract, right: Closed, events: list[MoneyEvent], *, key: str, at: datetime, facts: Mapping[str, Any] | None = None
) -> bool:
    """One line for each party whose total differs from what the right order gives, and the counters put right with it."""
    if not events:
        return False
    terms_hash, course_id = events[-1].terms_hash, events[-1].course_id
    body = queries.body_hashed(terms_hash)
    booked: dict[str, int] = {}
    for event in events:
        if event.kind != "guarantee":
            for party, amount in _got(event).items():
                booked[party] = booked.get(party, 0) + amount
    due = true_up(right.totals(), booked, house=body.house.id)
    counters = standing_counters(body, right.counters)
    moves = {name: right.counters[name] - counters[name] for name in right.counters if right.counters[name] != counters[name]}
    key = f"true_up:{contract.public_id}:{key}"
    if not (due or moves) or queries.event_for(key) is not None:
        return False
    stand_in_line()  # what is ready may be on its way to a bank in the next moment
    legs: list[Leg] = []
    ready: dict[str, int] = {}
    for party, amount in due.items():
        if party == body.house.id:
            legs.append(Leg(AccountRef("income:share"), -amount, TRUE_UP))
        elif amount > 0:
            legs.append(Leg(AccountRef(AVAILABLE, party), -amount, TRUE_UP))
        else:
            legs += owed_back(party, -amount, body.currency, ready)
    lines = [Line("share", party, amount, TRUE_UP, Reason("true_up", Fraction(amount))) for party, amount in due.items()]
    legs += memo_legs(body, moves)
    _write(_Close("true_up", key, contract, body.currency, terms_hash, course_id, facts or {}), legs, lines, at=at)
    return True


def _guarantees(contract: Contract, right: Closed, held: Sequence[Terms], *, month: str, at: datetime) -> bool:
    """What each window that is over by the end of the month is due, sold or not, less what stands booked for it.

    What a party earned in a window can change long after its close: a sale becomes known late, a contest says that one came
    otherwise. Then one line more puts right what was added, and takes back what was too much.
    """
    stands, newest, moved = _guaranteed(contract), _newest(contract), False
    for window, terms, n, promise in _promises(held, month):
        due, before = shortfall(promise, right.earned(promise.party, window)), stands.get((promise.party, window))
        change = due - (before or 0)
        if not change:
            continue
        key = f"guarantee:{contract.public_id}:{promise.party}:{window}"
        kind, path, currency = "guarantee", f"/guarantees/{n}", queries.body_of(terms).currency
        if before is not None:
            key, kind = f"{key}:{month}:{newest}", "guarantee_put_right"
        legs = [Leg(AccountRef(GUARANTEES), change, path)]
        if change > 0:
            legs.append(Leg(AccountRef(AVAILABLE, promise.party), -change, path))
        else:
            stand_in_line()  # what is ready may be on its way to a bank in the next moment
            legs += owed_back(promise.party, -change, currency, {})
        line = Line("share", promise.party, change, path, Reason(kind, Fraction(change)))
        close = _Close("guarantee", key, contract, currency, terms.terms_hash, _course_of(terms), {"window": window})
        _write(close, legs, [line], at=at)
        moved = True
    return moved


def _promises(held: Sequence[Terms], month: str) -> Iterator[tuple[str, Terms, int, Guarantee]]:
    """Each window that is over by the end of a month, and what the terms that held at its end promise for it, with its place.

    So terms that hold on its last day promise the whole window, and those that ended before nothing of it.
    """
    begins = min(terms.effective_from for terms in held)
    for ended in windows_between("month", begins, _last_moment(month)):
        last = _last_moment(ended)
        standing = [one for one in held if one.effective_from <= last and (one.ended_at is None or one.ended_at > last)]
        for terms in standing[-1:]:
            for n, promise in enumerate(queries.body_of(terms).guarantees):
                if promise.window == "month":
                    yield ended, terms, n, promise
                elif ended.endswith("-12"):
                    yield ended[: len("2026")], terms, n, promise


def _guaranteed(contract: Contract) -> dict[tuple[str, str], int]:
    """What stands booked for each party and window, whoever closed it and whenever: the effect names both."""
    found = sa.select(MoneyEvent.effect_key, MoneyEvent.amount_minor)
    stands: dict[tuple[str, str], int] = {}
    for key, amount in db.session.execute(found.where(MoneyEvent.contract_id == contract.id, MoneyEvent.kind == "guarantee")):
        _kind, _contract, party, window, *_state = key.split(":")
        stands[party, window] = stands.get((party, window), 0) + amount
    return stands


def _course_of(terms: Terms) -> int:
    """The first course that terms cover: what no single course brought stands with it."""
    return db.session.execute(sa.select(sa.func.min(TermsCourse.course_id)).where(TermsCourse.terms_id == terms.id)).scalar_one()


def _newest(contract: Contract) -> int | None:
    """The last event of a contract. Whatever is put right is one more: what has the same one before it is the same."""
    found = sa.select(sa.func.max(MoneyEvent.id)).where(MoneyEvent.contract_id == contract.id)
    newest: int | None = db.session.execute(found).scalar_one()
    return newest


def _last_moment(month: str) -> datetime:
    after = (date.fromisoformat(f"{month}-01") + timedelta(days=32)).replace(day=1)
    return datetime(after.year, after.month, 1, tzinfo=SHOWN_ZONE).astimezone(UTC) - timedelta(seconds=1)


@dataclass(frozen=True)
class _Close:
    """What a close brings: its kind and effect, and under which terms and with which course it stands.

    facts: whether it came at once, because of a limit; the window that a guarantee is for.
    """

    kind: str
    key: str
    contract: Contract
    currency: str
    terms_hash: str
    course_id: int
    facts: Mapping[str, Any] = field(default_factory=dict)


def _write(close: _Close, legs: list[Leg], lines: list[Line], *, at: datetime) -> None:
    """Book it, and write it down beside the contract's other events."""
    booked = post(
        kind=close.kind,
        effect_key=close.key,
        occurred_at=at,
        at=at,
        postings=legs,
        currency=close.currency,
        terms_hash=close.terms_hash,
    )
    row = MoneyEvent(
        public_id=new_public_id(), kind=close.kind, effect_key=close.key, occurred_at=at, recorded_at=at,
        contract_id=close.contract.id, course_id=close.course_id, terms_hash=close.terms_hash, currency=close.currency,
        channel="platform", amount_minor=sum(line.amount_minor for line in lines), facts=dict(close.facts), contribution={},
        held_until=at, journal_id=booked.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    keep_lines(row, tuple(lines))
