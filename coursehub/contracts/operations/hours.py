"""Sharing out the fee on approved hours: the pay whole to whoever worked, each course's part through that course's terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from coursehub.contracts import queries
from coursehub.contracts.hour_fee import HourTerms, share_week
from coursehub.contracts.models import MoneyEvent, PublishedPrices
from coursehub.contracts.operations.course_parts import keep_lines, legs_of_part, lock_contracts, parts_of, write_down
from coursehub.contracts.operations.maturing import owed_back, released_key
from coursehub.contracts.operations.resharing import keep_pace
from coursehub.contracts.placement_fee import share_fee
from coursehub.contracts.price_book import from_data
from coursehub.contracts.reasons import Factor, Reason
from coursehub.contracts.waterfall import Line, shares_of
from coursehub.db import db, new_public_id, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import MEMBER_WILL_OWE, PARTNER_HELD, PARTNER_OWES, PARTNER_READY
from coursehub.ledger.operations import AccountRef, Booked, Leg, post

WORKER = "liability:payable:worker"
FEES = "income:hours"


@dataclass(frozen=True)
class Week:
    """An approved week, as its fee needs to know it.

    effect_key: such as `week:<id>`. employer: public id of the organisation that owes. work: public id of the
    engagement, under which the worker stands in the books. weights: public id of a course -> weight of its evidence.
    """

    effect_key: str
    occurred_at: datetime
    employer: str
    work: str
    terms: HourTerms
    approved_minutes: int
    weights: Mapping[str, int]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BookedWeek:
    """What a week came to, in minor units; tax is what the fee contains of it."""

    journal: Booked
    pay_minor: int
    fee_minor: int
    tax_minor: int


def share_hours(week: Week, prices: PublishedPrices, *, at: datetime) -> BookedWeek:
    """Book an approved week in the open transaction, once per effect key.

    The employer will owe the pay and the fee on top. Of the fee without tax the courses whose evidence counted
    share what the prices say, each by its own terms if these name hours; the rest is the house's.
    """
    book = from_data(prices.body)
    with transaction():
        owed = share_week(week.terms, week.approved_minutes)
        fee = share_fee(book.for_hours, owed["fee"], week.weights)
        parts, house = parts_of(fee, week.weights, event="hour", currency=book.currency, occurred_at=week.occurred_at)
        legs = [
            Leg(AccountRef(MEMBER_WILL_OWE, week.employer), owed["worker"] + owed["fee"]),
            Leg(AccountRef(WORKER, week.work), -owed["worker"]),
            Leg(AccountRef("liability:tax"), -fee["tax"]),
            Leg(AccountRef(FEES), -house),
        ]
        for part in parts:
            legs += legs_of_part(part)
        booked = post(
            kind="hours", effect_key=week.effect_key, occurred_at=week.occurred_at, at=at, postings=legs,
            currency=book.currency, terms_hash=prices.body_hash,
        )  # fmt: skip
        shared = BookedWeek(booked, owed["worker"], owed["fee"], fee["tax"])
        if queries.events_of_journal(booked.id):
            return shared
        for part in parts:
            body = queries.body_of(part.terms)
            write_down(
                part, booked, kind="hour", effect_key=week.effect_key, occurred_at=week.occurred_at, at=at,
                currency=book.currency, facts={"fee_minor": owed["fee"], "minutes": week.approved_minutes, **week.facts},
                held_until=week.occurred_at + timedelta(days=body.hold.days),
            )  # fmt: skip
    return shared


def take_hours_back(booked: Booked, *, effect_key: str, at: datetime) -> Booked:
    """An approved week goes back whole, along the very legs of its journal, in the open transaction.

    What courses could have been paid already is held again first, so that the legs fit.
    """
    with transaction():
        lock_contracts(queries.events_of_journal(booked.id))
        week = ledger.journal(booked.id)
        legs = ledger.lines_of(booked.id)
        currency = legs[0].currency
        released = ledger.journal_for(released_key(week.effect_key))
        if released is not None:
            _reverse(released.id, currency, effect_key=f"{released.effect_key}:reversed", at=at)
        back = _reverse(booked.id, currency, effect_key=effect_key, at=at, terms_hash=week.terms_hash)
        if queries.events_of_journal(back.id):
            return back
        for event in queries.events_of_journal(booked.id):
            row = _write_back(event, back, effect_key=effect_key, at=at)
            anew = keep_pace(event, queries.body_hashed(event.terms_hash), row, at=at)
            if released is not None:
                _owe_what_was_paid(event, [row, anew] if anew else [row], effect_key=effect_key, at=at)
                if anew is not None:
                    _settle_since(released.id, event, anew, at=at)
    return back


def _owe_what_was_paid(event: MoneyEvent, back: Sequence[MoneyEvent], *, effect_key: str, at: datetime) -> None:
    """What a partner had been paid of a part that went back is a debt, not a balance below nothing."""
    house = queries.body_hashed(event.terms_hash).house.id
    legs: list[Leg] = []
    for party, share in shares_of([queries.line_of(row) for each in back for row in each.lines]).items():
        short = ledger.balance_of(PARTNER_READY, event.currency, party=party)
        if party != house and share < 0 < short:
            owed = min(-share, short)
            legs += [Leg(AccountRef(PARTNER_READY, party), -owed), Leg(AccountRef(PARTNER_OWES, party), owed, "/clawback")]
    if legs:
        post(
            kind="clawback", effect_key=f"clawback:{effect_key}:{event.course_id}", occurred_at=at, at=at, postings=legs,
            currency=event.currency, terms_hash=event.terms_hash,
        )  # fmt: skip


def _settle_since(released_id: int, event: MoneyEvent, anew: MoneyEvent, *, at: datetime) -> None:
    """What was put right after the hold had ended was settled at once, so it is not on hold: it goes back the same way."""
    legs: list[Leg] = []
    ready: dict[str, int] = {}
    for one in queries.reshared_of(event):
        if one.id == anew.id or one.journal_id is None or one.journal_id < released_id:
            continue
        for leg in ledger.lines_of(one.journal_id):
            if leg.code == PARTNER_HELD:
                legs.append(Leg(AccountRef(PARTNER_HELD, leg.party), leg.amount_minor))
                if leg.amount_minor < 0:
                    legs += owed_back(leg.party, -leg.amount_minor, event.currency, ready)
                else:
                    legs.append(Leg(AccountRef(PARTNER_READY, leg.party), -leg.amount_minor))
    if legs:
        post(
            kind="clawback", effect_key=f"clawback:{anew.public_id}", occurred_at=at, at=at, postings=legs,
            currency=event.currency, terms_hash=event.terms_hash,
        )  # fmt: skip


def _reverse(journal_id: int, currency: str, *, effect_key: str, at: datetime, terms_hash: str | None = None) -> Booked:
    return post(
        kind="correction", effect_key=effect_key, occurred_at=at, at=at, currency=currency, reverses=journal_id,
        terms_hash=terms_hash,
        postings=[
            Leg(AccountRef(leg.code, leg.party or None), -leg.amount_minor, leg.term_path)
            for leg in ledger.lines_of(journal_id)
        ],
    )  # fmt: skip


def _write_back(event: MoneyEvent, back: Booked, *, effect_key: str, at: datetime) -> MoneyEvent:
    """One course's part of a week as it went back: every line of it, turned round."""
    row = MoneyEvent(
        public_id=new_public_id(), kind="rebate", effect_key=f"{effect_key}:{event.course_id}", occurred_at=at, recorded_at=at,
        contract_id=event.contract_id, course_id=event.course_id, terms_hash=event.terms_hash, currency=event.currency,
        channel=event.channel, amount_minor=-event.amount_minor, facts={}, contribution={}, held_until=event.held_until,
        journal_id=back.id, reverses_id=event.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    lines = [
        Line(
            line.role, line.party, -line.amount_minor, "/clawback",
            Reason("refund", Fraction(line.amount_minor), (Factor("refunded", 1, 1),)),
        )
        for line in event.lines
        if line.amount_minor
    ]  # fmt: skip
    keep_lines(row, tuple(lines))
    return row
