"""Sharing out a placement fee: one price, each course's part through that course's terms, one journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from coursehub.contracts import queries
from coursehub.contracts.counters import moved_back, moved_by, written
from coursehub.contracts.models import MoneyEvent, PublishedPrices
from coursehub.contracts.operations.counting import memo_legs, standing_counters
from coursehub.contracts.operations.course_parts import HELD, keep_lines, legs_of_part, lock_contracts, parts_of, write_down
from coursehub.contracts.operations.resharing import keep_pace
from coursehub.contracts.placement_fee import share_fee
from coursehub.contracts.price_book import from_data
from coursehub.contracts.reasons import Factor, Reason
from coursehub.contracts.waterfall import Line
from coursehub.db import db, new_public_id, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import MEMBER_OWES
from coursehub.ledger.allocation import reversal_step
from coursehub.ledger.operations import AccountRef, Booked, Leg, post

PLACEMENTS = "income:placement"


@dataclass(frozen=True)
class Hire:
    """A placement that both sides confirmed, as the fee needs to know it.

    effect_key: such as `placement:<id>`. employer: public id of the organisation that owes.
    weights: public id of a course -> weight of its evidence. facts: what else stands in the book.
    """

    effect_key: str
    occurred_at: datetime
    employer: str
    price_minor: int
    held_until: datetime
    weights: Mapping[str, int]
    facts: Mapping[str, Any] = field(default_factory=dict)


def share_hire(hire: Hire, prices: PublishedPrices, *, at: datetime) -> Booked:
    """Book a placement fee in the open transaction, once per effect key.

    The employer owes the price; the state gets its tax; the courses whose evidence counted
    share the training part, each by its own terms in force, held until the guarantee
    passes; the rest is the house's. A course whose terms do not speak of hires shares
    nothing: nobody agreed to it, so its part stays with the house.
    """
    book = from_data(prices.body)
    with transaction():
        fee = share_fee(book.placements, hire.price_minor, hire.weights)
        parts, house = parts_of(fee, hire.weights, event="hire", currency=book.currency, occurred_at=hire.occurred_at)
        legs = [
            Leg(AccountRef(MEMBER_OWES, hire.employer), hire.price_minor),
            Leg(AccountRef("liability:tax"), -fee["tax"]),
            Leg(AccountRef(PLACEMENTS), -house),
        ]
        for part in parts:
            legs += legs_of_part(part)
        booked = post(
            kind="hire", effect_key=hire.effect_key, occurred_at=hire.occurred_at, at=at, postings=legs,
            currency=book.currency, terms_hash=prices.body_hash,
        )  # fmt: skip
        if queries.events_of_journal(booked.id):
            return booked
        known = {"price_minor": hire.price_minor, **hire.facts}
        for part in parts:
            write_down(
                part, booked, kind="hire", effect_key=hire.effect_key, occurred_at=hire.occurred_at, at=at,
                currency=book.currency, facts=known, held_until=hire.held_until,
            )  # fmt: skip
    return booked


def share_rebate(hire: Booked, *, effect_key: str, amount_minor: int, occurred_at: datetime, at: datetime) -> Booked:
    """Give part of a fee back over the very legs of its journal, once per effect key, in the open transaction.

    Webster's rule over every leg but the debt: no leg gives back more than it got, nobody
    is credited, and a whole fee given back leaves every leg at nothing.
    """
    with transaction():
        lock_contracts(queries.events_of_journal(hire.id))
        given = ledger.lines_of(hire.id)
        (employer,) = {leg.party for leg in given if leg.code == MEMBER_OWES}
        events = queries.events_of_journal(hire.id)
        legs = _names_of(events) | {
            f"{leg.code}|": -leg.amount_minor for leg in given if leg.code in ("liability:tax", PLACEMENTS)
        }
        before = queries.rebated_of(hire.id, MEMBER_OWES)
        step = reversal_step(legs, before_minor=before, amount_minor=amount_minor)
        back: dict[AccountRef, int] = {}
        for name, amount in step.items():
            code, _sep, rest = name.partition("|")
            account = AccountRef(code, rest.partition("|")[0] or None)
            back[account] = back.get(account, 0) + amount
        booked = post(
            kind="rebate", effect_key=effect_key, occurred_at=occurred_at, at=at, reverses=hire.id,
            currency=given[0].currency, terms_hash=ledger.journal(hire.id).terms_hash,
            postings=[
                Leg(AccountRef(MEMBER_OWES, employer), -amount_minor),
                *(Leg(account, amount) for account, amount in back.items()),
                *(leg for event in events for leg in _counted_back(event, step)),
            ],
        )  # fmt: skip
        if queries.events_of_journal(booked.id):
            return booked
        for event in events:
            row = _write_rebate(event, step, booked, effect_key=effect_key, occurred_at=occurred_at, at=at)
            if row is not None:
                keep_pace(event, queries.body_hashed(event.terms_hash), row, at=at)
    return booked


def _counted_back(event: MoneyEvent, step: Mapping[str, int]) -> list[Leg]:
    """How far a rebate moves the counters of one course's contract back."""
    body = queries.body_hashed(event.terms_hash)
    moved = moved_by(body, [queries.line_of(row) for row in event.lines], written(event.occurred_at))
    if not moved:
        return []
    amount = sum(minor for name, minor in step.items() if name.split("|")[2:] == [str(event.id)])
    before = -sum(each.amount_minor for each in queries.reversals_of_event(event.id))
    back = moved_back(moved, gross_minor=event.amount_minor, before_minor=before, amount_minor=amount)
    standing = standing_counters(body, back)
    return memo_legs(body, {name: -min(minor, standing[name]) for name, minor in back.items()})


def _names_of(events: list[MoneyEvent]) -> dict[str, int]:
    """The legs that courses got, each by account, party and event, in the order of the book."""
    found: dict[str, int] = {}
    for event in events:
        house = queries.body_hashed(event.terms_hash).house.id
        for line in event.lines:
            if line.party and line.amount_minor:
                name = f"income:share||{event.id}" if line.party == house else f"{HELD}|{line.party}|{event.id}"
                found[name] = found.get(name, 0) + line.amount_minor
    return found


def _write_rebate(
    event: MoneyEvent, step: Mapping[str, int], booked: Booked, *, effect_key: str, occurred_at: datetime, at: datetime
) -> MoneyEvent | None:
    house = queries.body_hashed(event.terms_hash).house.id
    lines = []
    for name, amount in step.items():
        _code, party, of = [*name.split("|"), "", ""][:3]
        if of == str(event.id) and amount:
            got = sum(line.amount_minor for line in event.lines if line.party == (party or house))
            reason = Reason("refund", Fraction(got), (Factor("refunded", amount, got or 1),))
            lines.append(Line("share", party or house, -amount, "/clawback", reason))
    if not lines:
        return None
    row = MoneyEvent(
        public_id=new_public_id(), kind="rebate", effect_key=f"{effect_key}:{event.course_id}", occurred_at=occurred_at,
        recorded_at=at, contract_id=event.contract_id, course_id=event.course_id, terms_hash=event.terms_hash,
        currency=event.currency, channel=event.channel, amount_minor=sum(line.amount_minor for line in lines), facts={},
        contribution={}, held_until=event.held_until, journal_id=booked.id, reverses_id=event.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    keep_lines(row, tuple(lines))
    return row
