"""Booking the pool of a pass: what a period brings, and what a month gives to each course.

What learners pay waits on the account of the pool until the month in which their periods end is shared. Then each
course's part runs that course's own terms, all parts in one journal; the arithmetic is in `pools.py`. What goes back, and
comes again, is in `pool_returns.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from coursehub.contracts import queries
from coursehub.contracts.counters import moved_by, written
from coursehub.contracts.models import Contract
from coursehub.contracts.operations.counting import counted
from coursehub.contracts.operations.course_parts import Part, legs_of_part, write_down
from coursehub.contracts.waterfall import Sale, share_sale, tax_within
from coursehub.db import db, lock, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import POOL
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
