"""A sale shared anew: something that is said of it was put right, and what that moves is booked beside the sale, which stays.

How it came is put right after a contest of the sale, what its sides had contributed after a contest of a fact. The correction
is dated today and stands in today's month, so no closed month changes. It is always the difference between what the sale
would have given by now, had all been known as it is now, and what was booked for it by now. So a refund after it takes back
the sale and, beside it, its part of the correction. A part of a fee or of a pool is put right like a sale.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from coursehub.contracts import queries
from coursehub.contracts.closing import true_up
from coursehub.contracts.counters import moved_back, moved_by, written
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.operations.closing import hold_limits
from coursehub.contracts.operations.counting import memo_legs, standing_counters
from coursehub.contracts.operations.course_parts import keep_lines
from coursehub.contracts.operations.maturing import hold_is_over, reserve_key, settle_matured
from coursehub.contracts.queries import Said
from coursehub.contracts.reasons import Reason
from coursehub.contracts.reserve import reserve_left
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import Line, share_refund, shares_of
from coursehub.db import db, new_public_id, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_RESERVE
from coursehub.ledger.operations import AccountRef, Booked, Leg, post

RESHARED = "reshared"


def reattribute(sale: MoneyEvent, *, channel: str, attributed: str | None, contest: str, at: datetime) -> MoneyEvent:
    """State anew how a sale came, and book what that moves, in the open transaction. Once for each contest.

    The caller holds the lock of the contract. channel, attributed: as the facts of a sale name them.
    contest: its public id; statements name it. Raises ValueError for what is no sale.
    """
    if sale.kind != "sale":
        raise ValueError(f"money event {sale.id} is no sale")
    key = f"{RESHARED}:{contest}"
    before = queries.event_for(key)
    if before is not None:
        return before
    now = queries.said_anew(sale) or queries.as_sold(sale)
    return _say(sale, replace(now, channel=channel, attributed=attributed, cause={"contest": contest}), key=key, at=at)


def contribute_anew(
    event: MoneyEvent, contribution: Mapping[str, Any], *, fact: str, stands: bool, key: str, at: datetime
) -> MoneyEvent | None:
    """State anew what the sides of an event had contributed, and book what that moves, in the open transaction.

    The caller holds the lock of the contract. fact: public id of the one that was settled, stands: whether it outlived that;
    both stand on the lines. key: the effect, once. None if everybody has what they are due already.
    """
    before = queries.event_for(key)
    if before is not None:
        return before
    now = queries.said_anew(event) or queries.as_sold(event)
    said = replace(now, contribution=contribution, cause={"fact": fact, "stands": stands})
    body = queries.body_hashed(event.terms_hash)
    if now.contribution == contribution or _shares(event, body, now) == _shares(event, body, said):
        return None
    return _say(event, said, key=key, at=at)


def keep_pace(sale: MoneyEvent, body: TermsBody, cause: MoneyEvent, *, at: datetime) -> MoneyEvent | None:
    """After something of a sale went back (or came again): its part of the correction follows. None if none was made."""
    said = queries.said_anew(sale)
    if said is None:
        return None
    return _put_right(sale, body, said, key=f"{cause.effect_key}:{RESHARED}", occurred_at=cause.occurred_at, at=at)


def _say(event: MoneyEvent, said: Said, *, key: str, at: datetime) -> MoneyEvent:
    body = queries.body_hashed(event.terms_hash)
    with transaction():
        is_over = hold_is_over(event, at=at)
        anew = _put_right(event, body, said, key=key, occurred_at=at, at=at)
        settle_matured(event, body, anew, at=at, is_over=is_over)
        hold_limits(anew, event, at=at)
    return anew


def _shares(event: MoneyEvent, body: TermsBody, said: Said) -> dict[str, int]:
    return {party: amount for party, amount in shares_of(queries.lines_said(event, body, said)).items() if amount}


def _put_right(sale: MoneyEvent, body: TermsBody, said: Said, *, key: str, occurred_at: datetime, at: datetime) -> MoneyEvent:
    gone = queries.refunded_of(sale)
    beside, earlier = queries.reversals_of_event(sale.id), queries.reshared_of(sale)
    right = queries.lines_said(sale, body, said)
    due = true_up(_left(body, right, gone), _booked([sale, *beside]), house=body.house.id)
    kept = _reserve_due(sale, body, right, earlier, gone)
    moved = _counters_due(sale, body, right, earlier, gone)
    legs = memo_legs(body, moved)
    for party, amount in due.items():
        if party == body.house.id:
            legs.append(Leg(AccountRef("income:share"), -amount, said.path))
        else:
            legs.append(Leg(AccountRef(PARTNER_HELD, party), kept.get(party, 0) - amount, said.path))
    legs += [Leg(AccountRef(PARTNER_RESERVE, party), -amount, "/reserve") for party, amount in kept.items()]
    legs += [Leg(AccountRef(PARTNER_HELD, party), amount, "/reserve") for party, amount in kept.items() if party not in due]
    booked: Booked | None = None
    if any(leg.amount_minor for leg in legs):
        booked = post(
            kind=RESHARED, effect_key=key, occurred_at=occurred_at, at=at, postings=legs, currency=sale.currency,
            terms_hash=sale.terms_hash,
        )  # fmt: skip
    event = MoneyEvent(
        public_id=new_public_id(), kind=RESHARED, effect_key=key, occurred_at=occurred_at, recorded_at=at,
        contract_id=sale.contract_id, course_id=sale.course_id, terms_hash=sale.terms_hash, currency=sale.currency,
        channel=said.channel, amount_minor=0, held_until=sale.held_until,
        contribution={} if said.contribution == sale.contribution else dict(said.contribution),
        facts={"channel": said.channel, "attributed": said.attributed, **said.cause, "moved": moved},
        journal_id=booked.id if booked else None, reverses_id=sale.id,
    )  # fmt: skip
    db.session.add(event)
    db.session.flush()
    keep_lines(event, tuple(Line("share", who, sum_, said.path, Reason(RESHARED, Fraction(sum_))) for who, sum_ in due.items()))
    return event


def _left(body: TermsBody, lines: tuple[Line, ...], gone_minor: int) -> dict[str, int]:
    """What lines leave each party once so much of their sale went back."""
    left = shares_of(lines)
    if gone_minor:
        for party, amount in shares_of(share_refund(body, lines, before_minor=0, amount_minor=gone_minor)).items():
            left[party] = left.get(party, 0) + amount
    return left


def _booked(events: list[MoneyEvent]) -> dict[str, int]:
    booked: dict[str, int] = {}
    for event in events:
        for party, amount in shares_of([queries.line_of(row) for row in event.lines]).items():
            booked[party] = booked.get(party, 0) + amount
    return booked


def _reserve_due(
    sale: MoneyEvent, body: TermsBody, right: tuple[Line, ...], earlier: list[MoneyEvent], gone: int
) -> dict[str, int]:
    """What more (or, negative, less) of each share the reserve keeps; nothing once it was let go of, and of sales alone."""
    if sale.kind != "sale" or body.reserve is None or ledger.journal_for(reserve_key(sale.effect_key)) is not None:
        return {}
    due = reserve_left(body, right, gone_minor=gone)
    for party, kept in reserve_left(body, [queries.line_of(row) for row in sale.lines], gone_minor=gone).items():
        due[party] = due.get(party, 0) - kept
    for event in earlier:
        for leg in ledger.lines_of(event.journal_id) if event.journal_id else ():
            if leg.code == PARTNER_RESERVE:
                due[leg.party] = due.get(leg.party, 0) + leg.amount_minor
    return {party: amount for party, amount in due.items() if amount}


def _counters_due(
    sale: MoneyEvent, body: TermsBody, right: tuple[Line, ...], earlier: list[MoneyEvent], gone: int
) -> dict[str, int]:
    """How far the counters of the contract still move; none of them below nothing: a close may have moved it already."""
    moment = written(sale.occurred_at)
    due: dict[str, int] = {}
    for sign, lines in ((1, right), (-1, [queries.line_of(row) for row in sale.lines])):
        moved = moved_by(body, lines, moment)
        back = moved_back(moved, gross_minor=sale.amount_minor, before_minor=0, amount_minor=gone) if gone else {}
        for name, step in moved.items():
            due[name] = due.get(name, 0) + sign * (step - back.get(name, 0))
    for event in earlier:
        for name, step in event.facts["moved"].items():
            due[name] = due.get(name, 0) - step
    standing = standing_counters(body, due)
    return {name: max(step, -standing[name]) for name, step in due.items() if step and max(step, -standing[name])}
