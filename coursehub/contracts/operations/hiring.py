"""Sharing out a placement fee: one price, each course's part through that course's terms, one journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from coursehub.catalog.models import Course
from coursehub.contracts import queries
from coursehub.contracts.models import Contract, MoneyEvent, MoneyLine, PublishedPrices, Terms
from coursehub.contracts.placement_fee import PriceList, share_fee
from coursehub.contracts.price_book import from_data
from coursehub.contracts.reasons import Factor, Reason
from coursehub.contracts.waterfall import Line, Sale, share_sale, shares_of
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import MEMBER_OWES
from coursehub.ledger.allocation import reversal_step
from coursehub.ledger.operations import AccountRef, Booked, Leg, post

PLACEMENTS = "income:placement"
HELD, AVAILABLE = "liability:payable:held", "liability:payable:available"
CHANNEL = "member"
"""The door through which the money of a hire comes: a member of the alliance."""


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


@dataclass(frozen=True)
class _Part:
    """What one course gets of a fee, and what its terms make of it."""

    course_id: int
    terms: Terms
    amount_minor: int
    contribution: dict[str, Any]
    lines: tuple[Line, ...]


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
        parts, house = _parts(hire, fee, book.placements)
        legs = [
            Leg(AccountRef(MEMBER_OWES, hire.employer), hire.price_minor),
            Leg(AccountRef("liability:tax"), -fee["tax"]),
            Leg(AccountRef(PLACEMENTS), -house),
        ]
        for part in parts:
            legs += _legs_of(part)
        booked = post(
            kind="hire", effect_key=hire.effect_key, occurred_at=hire.occurred_at, at=at, postings=legs,
            currency=book.currency, terms_hash=prices.body_hash,
        )  # fmt: skip
        if queries.events_of_journal(booked.id):
            return booked
        for part in parts:
            _write_down(hire, part, book.currency, booked, at=at)
    return booked


def _parts(hire: Hire, fee: Mapping[str, int], prices: PriceList) -> tuple[list[_Part], int]:
    """The courses' parts under their terms, and what stays with the house; contracts are locked in one order."""
    found, house = [], fee["house"]
    ids = dict(
        db.session.execute(sa.select(Course.public_id, Course.id).where(Course.public_id.in_(hire.weights))).tuples().all()
    )
    in_force = {course: queries.terms_in_force(ids[course], hire.occurred_at) for course in hire.weights if course in ids}
    for contract_id in sorted({terms.contract_id for terms in in_force.values() if terms is not None}):
        lock(db.session.get_one(Contract, contract_id))
    for course in hire.weights:
        amount, terms = fee[f"course:{course}"], in_force.get(course)
        body = queries.body_of(terms) if terms is not None else None
        if terms is None or body is None or "hire" not in body.scope.events or body.currency != prices.currency or not amount:
            house += amount
            continue
        known = queries.contribution(terms.contract_id, ids[course], hire.occurred_at)
        sale = Sale(
            gross_minor=amount, channel=CHANNEL, module_weights=known["module_weights"],
            approved_minutes=known["approved_minutes"],
        )  # fmt: skip
        found.append(_Part(ids[course], terms, amount, known, share_sale(body, sale)))
    return found, house


def _legs_of(part: _Part) -> list[Leg]:
    """What each side gets of one course's part; the house's own share is income at once."""
    house = queries.body_of(part.terms).house.id
    return [
        Leg(AccountRef("income:share") if party == house else AccountRef(HELD, party), -amount)
        for party, amount in shares_of(part.lines).items()
    ]


def _write_down(hire: Hire, part: _Part, currency: str, booked: Booked, *, at: datetime) -> None:
    event = MoneyEvent(
        public_id=new_public_id(), kind="hire", effect_key=f"{hire.effect_key}:{part.course_id}", occurred_at=hire.occurred_at,
        recorded_at=at, contract_id=part.terms.contract_id, course_id=part.course_id, terms_hash=part.terms.terms_hash,
        currency=currency, channel=CHANNEL, amount_minor=part.amount_minor, contribution=part.contribution,
        facts={"gross_minor": part.amount_minor, "price_minor": hire.price_minor, **hire.facts}, held_until=hire.held_until,
        journal_id=booked.id,
    )  # fmt: skip
    db.session.add(event)
    db.session.flush()
    _keep_lines(event, part.lines)


def _keep_lines(event: MoneyEvent, lines: tuple[Line, ...]) -> None:
    db.session.add_all(
        MoneyLine(
            event_id=event.id, n=n, role=line.role, party=line.party, amount_minor=line.amount_minor, path=line.path,
            reason=line.reason.as_data(),
        )
        for n, line in enumerate(lines, start=1)
    )  # fmt: skip
    db.session.flush()


def share_rebate(hire: Booked, *, effect_key: str, amount_minor: int, occurred_at: datetime, at: datetime) -> Booked:
    """Give part of a fee back over the very legs of its journal, once per effect key, in the open transaction.

    Webster's rule over every leg but the debt: no leg gives back more than it got, nobody
    is credited, and a whole fee given back leaves every leg at nothing.
    """
    with transaction():
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
            ],
        )  # fmt: skip
        if queries.events_of_journal(booked.id):
            return booked
        for event in events:
            _write_rebate(event, step, booked, effect_key=effect_key, occurred_at=occurred_at, at=at)
    return booked


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
) -> None:
    house = queries.body_hashed(event.terms_hash).house.id
    lines = []
    for name, amount in step.items():
        _code, party, of = [*name.split("|"), "", ""][:3]
        if of == str(event.id) and amount:
            got = sum(line.amount_minor for line in event.lines if line.party == (party or house))
            reason = Reason("refund", Fraction(got), (Factor("refunded", amount, got or 1),))
            lines.append(Line("share", party or house, -amount, "/clawback", reason))
    if not lines:
        return
    row = MoneyEvent(
        public_id=new_public_id(), kind="rebate", effect_key=f"{effect_key}:{event.course_id}", occurred_at=occurred_at,
        recorded_at=at, contract_id=event.contract_id, course_id=event.course_id, terms_hash=event.terms_hash,
        currency=event.currency, channel=event.channel, amount_minor=sum(line.amount_minor for line in lines), facts={},
        contribution={}, held_until=event.held_until, journal_id=booked.id, reverses_id=event.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _keep_lines(row, tuple(lines))


def release_hire(hire: Booked, *, effect_key: str, at: datetime) -> Booked | None:
    """The guarantee passed and the fee is paid: what courses got, less rebates, can be paid out. None if that is nothing."""
    with transaction():
        held: dict[str, int] = {}
        for journal_id in (hire.id, *(each.id for each in ledger.reversals_of(hire.id))):
            for leg in ledger.lines_of(journal_id):
                if leg.code == HELD:
                    held[leg.party] = held.get(leg.party, 0) - leg.amount_minor
        moves = [
            Leg(AccountRef(code, party), sign * amount)
            for party, amount in held.items()
            for code, sign in ((HELD, 1), (AVAILABLE, -1))
            if amount > 0
        ]
        if not moves:
            return None
        currency = ledger.lines_of(hire.id)[0].currency
        return post(kind="mature", effect_key=effect_key, occurred_at=at, at=at, postings=moves, currency=currency)
