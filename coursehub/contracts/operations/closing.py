"""Closing a month of a contract: one true-up for what arrived out of order, and what a guarantee adds."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import sqlalchemy as sa

from coursehub.contracts import queries
from coursehub.contracts.closing import Closed, Happened, replayed, shortfall, true_up
from coursehub.contracts.counters import names_for, written
from coursehub.contracts.models import Contract, MoneyEvent, Terms
from coursehub.contracts.operations.counting import memo_legs, standing_counters
from coursehub.contracts.operations.course_parts import AVAILABLE, keep_lines
from coursehub.contracts.operations.maturing import owed_back
from coursehub.contracts.reasons import Reason
from coursehub.contracts.replay import sale_from
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import Line
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.ledger.operations import AccountRef, Leg, post, stand_in_line
from coursehub.web.locale import SHOWN_ZONE, local_time

CLOSES_AFTER = timedelta(days=5)
"""So long after the end of a month its events are expected to have arrived."""
GUARANTEES = "expense:guarantee"
TRUE_UP = "/true_up"
NOT_REPLAYED = ("rebate", "true_up", "guarantee")


def close_months(*, at: datetime) -> int:
    """Close the last month that is over for every contract whose terms count or guarantee; how many moved something."""
    first = local_time(at - CLOSES_AFTER).date().replace(day=1)
    month = f"{first - timedelta(days=1):%Y-%m}"
    moved = 0
    for contract_id in db.session.execute(sa.select(Contract.id).order_by(Contract.id)).scalars().all():
        moved += close_month(db.session.get_one(Contract, contract_id), month, at=at)
    return moved


def close_month(contract: Contract, month: str, *, at: datetime) -> bool:
    """Close one month (2026-03) of one contract, once: a second call finds nothing to move. Whether anything moved."""
    with transaction():
        lock(contract)
        bodies = {
            terms.terms_hash: queries.body_of(terms)
            for terms in db.session.execute(sa.select(Terms).where(Terms.contract_id == contract.id)).scalars()
        }
        if not any(names_for(body, written(at)) or body.guarantees for body in bodies.values()):
            return False
        ends = _end_of(month)
        events = _events(contract, ends)
        if not events:
            return False
        right = replayed(_happened(events, bodies))
        last = events[-1]
        body = bodies[last.terms_hash]
        moved = _post_true_up(contract, last, body, right, events, month=month, at=at)
        for guarantee in body.guarantees:
            window = month if guarantee.window == "month" else month[:4]
            if guarantee.window == "year" and not month.endswith("-12"):
                continue
            missing = shortfall(guarantee, right.earned(guarantee.party, window))
            key = f"guarantee:{contract.public_id}:{guarantee.party}:{window}"
            if missing and queries.event_for(key) is None:
                _post_guarantee(last, body, guarantee.party, missing, key=key, ends=ends, at=at)
                moved = True
    return moved


def _end_of(month: str) -> datetime:
    first = date.fromisoformat(f"{month}-01")
    after = (first + timedelta(days=32)).replace(day=1)
    return datetime(after.year, after.month, 1, tzinfo=SHOWN_ZONE).astimezone(UTC)


def _events(contract: Contract, ends: datetime) -> list[MoneyEvent]:
    found = sa.select(MoneyEvent).where(MoneyEvent.contract_id == contract.id, MoneyEvent.occurred_at < ends)
    return list(db.session.execute(found.order_by(MoneyEvent.occurred_at, MoneyEvent.effect_key)).scalars())


def _happened(events: list[MoneyEvent], bodies: Mapping[str, TermsBody]) -> list[Happened]:
    keys = {event.id: event.effect_key for event in events}
    found = []
    for event in events:
        moment, terms = written(event.occurred_at), bodies[event.terms_hash]
        if event.kind in NOT_REPLAYED:
            fixed = {} if event.kind != "rebate" else _got(event)
            found.append(Happened(event.effect_key, moment, terms, fixed=fixed))
        elif event.kind == "refund":
            of = keys.get(event.reverses_id or 0, "")
            found.append(Happened(event.effect_key, moment, terms, reverses=of, amount_minor=-event.amount_minor))
        else:
            facts = {"channel": event.channel, **event.facts}
            sale = sale_from(facts if event.kind == "sale" else _of_fee(event), event.contribution, moment)
            found.append(Happened(event.effect_key, moment, terms, sale=sale))
    return found


def _of_fee(event: MoneyEvent) -> dict[str, object]:
    """A course's part of a member's fee as a sale: its fee and its tax were taken off before."""
    return {"gross_minor": event.amount_minor, "channel": event.channel}


def _got(event: MoneyEvent) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in event.lines:
        if line.party and line.role in ("share", "discount"):
            found[line.party] = found.get(line.party, 0) + line.amount_minor
    return found


def _post_true_up(
    contract: Contract, last: MoneyEvent, body: TermsBody, right: Closed, events: list[MoneyEvent], *, month: str, at: datetime
) -> bool:
    booked: dict[str, int] = {}
    for event in events:
        if event.kind != "guarantee":
            for party, amount in _got(event).items():
                booked[party] = booked.get(party, 0) + amount
    due = true_up(right.totals(), booked)
    counters = standing_counters(body, right.counters)
    moves = {name: right.counters[name] - counters[name] for name in right.counters if right.counters[name] != counters[name]}
    if not due and not moves:
        return False
    key = f"true_up:{contract.public_id}:{month}:{last.id}"
    if queries.event_for(key) is not None:
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
            legs += owed_back(party, -amount, last.currency, body, ready)
    lines = [Line("share", party, amount, TRUE_UP, Reason("true_up", Fraction(amount))) for party, amount in due.items()]
    _write("true_up", last, legs + memo_legs(body, moves), lines, key=key, ends=_end_of(month), at=at)
    return True


def _post_guarantee(
    last: MoneyEvent, body: TermsBody, party: str, missing: int, *, key: str, ends: datetime, at: datetime
) -> None:
    n = next(n for n, one in enumerate(body.guarantees) if one.party == party)
    path = f"/guarantees/{n}"
    legs = [Leg(AccountRef(GUARANTEES), missing, path), Leg(AccountRef(AVAILABLE, party), -missing, path)]
    line = Line("share", party, missing, path, Reason("guarantee", Fraction(missing)))
    _write("guarantee", last, legs, [line], key=key, ends=ends, at=at)


def _write(kind: str, last: MoneyEvent, legs: list[Leg], lines: list[Line], *, key: str, ends: datetime, at: datetime) -> None:
    """Book it as the last thing of its month, and write it down beside the contract's other events."""
    moment = min(at, ends - timedelta(seconds=1))
    booked = post(
        kind=kind, effect_key=key, occurred_at=moment, at=at, postings=legs, currency=last.currency, terms_hash=last.terms_hash
    )
    row = MoneyEvent(
        public_id=new_public_id(), kind=kind, effect_key=key, occurred_at=moment, recorded_at=at, contract_id=last.contract_id,
        course_id=last.course_id, terms_hash=last.terms_hash, currency=last.currency, channel="platform",
        amount_minor=sum(line.amount_minor for line in lines), facts={}, contribution={}, held_until=moment,
        journal_id=booked.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    keep_lines(row, tuple(lines))
