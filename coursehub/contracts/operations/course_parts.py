"""What courses get of a fee that a member pays: each course's part, divided by that course's own terms.

A placement fee and the fee on hours take this one road. A part is divided like a sale through a member, held, and
written down as a money event of its own; all parts of a fee stand in one journal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from coursehub.catalog.models import Course
from coursehub.contracts import queries
from coursehub.contracts.counters import moved_by, written
from coursehub.contracts.models import Contract, MoneyEvent, MoneyLine, Terms
from coursehub.contracts.operations.counting import counted, memo_legs
from coursehub.contracts.waterfall import Line, Sale, share_sale, shares_of
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_READY
from coursehub.ledger.operations import AccountRef, Booked, Leg, post, stand_in_line

HELD, AVAILABLE = PARTNER_HELD, PARTNER_READY
CHANNEL = "member"
"""The door through which such money comes: a member of the alliance."""


@dataclass(frozen=True)
class Part:
    """What one course gets of a fee, and what its terms make of it."""

    course_id: int
    terms: Terms
    amount_minor: int
    contribution: dict[str, Any]
    lines: tuple[Line, ...]
    moved: dict[str, int]


def parts_of(
    fee: Mapping[str, int], weights: Mapping[str, int], *, event: Literal["hire", "hour"], currency: str, occurred_at: datetime
) -> tuple[list[Part], int]:
    """The courses' parts under their terms, and what stays with the house; contracts are locked in one order.

    fee: legs as of `placement_fee.share_fee`. weights: public id of a course -> weight of its evidence. A course whose
    terms do not name this event, or that are in another currency, gets nothing: nobody agreed to it.
    """
    found, house = [], fee["house"]
    moment = written(occurred_at)
    standing: dict[int, dict[str, int]] = {}
    ids = dict(db.session.execute(sa.select(Course.public_id, Course.id).where(Course.public_id.in_(weights))).tuples().all())
    in_force = {course: queries.terms_in_force(ids[course], occurred_at) for course in weights if course in ids}
    for contract_id in sorted({terms.contract_id for terms in in_force.values() if terms is not None}):
        lock(db.session.get_one(Contract, contract_id))
    for course in weights:
        amount, terms = fee[f"course:{course}"], in_force.get(course)
        body = queries.body_of(terms) if terms is not None else None
        if terms is None or body is None or event not in body.scope.events or body.currency != currency or not amount:
            house += amount
            continue
        known = queries.contribution(terms.contract_id, ids[course], occurred_at)
        counts = standing.setdefault(terms.contract_id, counted(body, moment))
        sale = Sale(
            gross_minor=amount, channel=CHANNEL, module_weights=known["module_weights"],
            approved_minutes=known["approved_minutes"], occurred_at=moment, counted=counts,
        )  # fmt: skip
        lines = share_sale(body, sale)
        moved = moved_by(body, lines, moment)
        standing[terms.contract_id] = {name: count + moved.get(name, 0) for name, count in counts.items()}
        found.append(Part(ids[course], terms, amount, known, lines, moved))
    return found, house


def legs_of_part(part: Part) -> list[Leg]:
    """What each side gets of one course's part; the house's own share is income at once."""
    body = queries.body_of(part.terms)
    legs = [
        Leg(AccountRef("income:share") if party == body.house.id else AccountRef(HELD, party), -amount)
        for party, amount in shares_of(part.lines).items()
    ]
    return [*legs, *memo_legs(body, part.moved)]


def write_down(
    part: Part, booked: Booked, *, kind: Literal["hire", "hour", "period"], effect_key: str, occurred_at: datetime, at: datetime,
    currency: str, facts: Mapping[str, Any], held_until: datetime, channel: str = CHANNEL,
) -> None:  # fmt: skip
    """Keep one course's part as a money event with its lines."""
    event = MoneyEvent(
        public_id=new_public_id(), kind=kind, effect_key=f"{effect_key}:{part.course_id}", occurred_at=occurred_at,
        recorded_at=at, contract_id=part.terms.contract_id, course_id=part.course_id, terms_hash=part.terms.terms_hash,
        currency=currency, channel=channel, amount_minor=part.amount_minor, contribution=part.contribution,
        facts={"gross_minor": part.amount_minor, **facts}, held_until=held_until, journal_id=booked.id,
    )  # fmt: skip
    db.session.add(event)
    db.session.flush()
    keep_lines(event, part.lines)


def keep_lines(event: MoneyEvent, lines: tuple[Line, ...]) -> None:
    """The lines of a money event, numbered in their order."""
    db.session.add_all(
        MoneyLine(
            event_id=event.id, n=n, role=line.role, party=line.party, amount_minor=line.amount_minor, path=line.path,
            reason=line.reason.as_data(),
        )
        for n, line in enumerate(lines, start=1)
    )  # fmt: skip
    db.session.flush()


def lock_contracts(events: Iterable[MoneyEvent]) -> None:
    """Wait for whoever books under the contracts of these events, in one order; before anything is booked."""
    for contract_id in sorted({event.contract_id for event in events}):
        lock(db.session.get_one(Contract, contract_id))


def release_parts(fee: Booked, *, effect_key: str, at: datetime, code: str = HELD) -> Booked | None:
    """What parties got on this account, with what went back and what was put right, can be paid out. None if that is nothing."""
    with transaction():
        stand_in_line()  # what is put right from now on finds it released
        held: dict[str, int] = {}
        anew = [one.journal_id for event in queries.events_of_journal(fee.id) for one in queries.reshared_of(event)]
        for journal_id in (fee.id, *(each.id for each in ledger.reversals_of(fee.id)), *filter(None, anew)):
            for leg in ledger.lines_of(journal_id):
                if leg.code == code:
                    held[leg.party] = held.get(leg.party, 0) - leg.amount_minor
        moves = [
            Leg(AccountRef(account, party), sign * amount)
            for party, amount in held.items()
            for account, sign in ((code, 1), (AVAILABLE, -1))
            if amount > 0
        ]
        if not moves:
            return None
        currency = ledger.lines_of(fee.id)[0].currency
        return post(kind="mature", effect_key=effect_key, occurred_at=at, at=at, postings=moves, currency=currency)
