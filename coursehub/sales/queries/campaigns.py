"""Campaigns: coupons of the house whose discount is borne as terms say, and the sides that joined them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub.catalog.models import Course
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import Contract
from coursehub.contracts.terms import TermsBody
from coursehub.db import db
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.sales.models import Coupon, Order
from coursehub.sales.queries.orders import coupon_course_ids


@dataclass(frozen=True)
class Campaign:
    """A campaign that touches courses of one contract, as one side of it has to do with it.

    floor_minor: down to which price the side bears it once it joined; None: its terms join nothing. since: in it, from when.
    """

    coupon: Coupon
    contract: Contract
    party: str
    courses: tuple[int, ...]
    floor_minor: int | None
    currency: str
    since: datetime | None


def campaigns_at(at: datetime) -> "sa.Select[Coupon]":
    """Campaigns that hold or will, the newest first."""
    house = people.house()
    return (
        sa.select(Coupon)
        .where(
            Coupon.organisation_id == house.id, Coupon.borne_by == "terms", Coupon.closed_at.is_(None),
            sa.or_(Coupon.ends_at.is_(None), Coupon.ends_at > at),
        )
        .order_by(Coupon.id.desc())
    )  # fmt: skip


def campaigns_of(organisation: Organisation, at: datetime) -> list[Campaign]:
    """The campaigns that touch courses which terms in force of this organisation answer for, contract by contract.

    Of the house: those of every partner that is bound by terms in force.
    """
    coupons = db.session.execute(campaigns_at(at)).scalars().all()
    if not coupons:
        return []
    held = contracts.terms_held(at) if organisation.is_house else contracts.terms_held(at, by=organisation.id)
    found = [(contract, contracts.body_of(terms)) for contract, terms in db.session.execute(held)]
    named = {course.id for _contract, body in found for course in body.scope.courses}
    numbers = dict(db.session.execute(sa.select(Course.public_id, Course.id).where(Course.public_id.in_(named))).tuples().all())
    only = coupon_course_ids([coupon.id for coupon in coupons])
    joined = contracts.sides_in_campaigns([coupon.public_id for coupon in coupons], at)
    return [
        Campaign(
            coupon, contract, side.id, touched, contracts.joining_by(body).get(side.id), body.currency,
            joined.get((contract.id, coupon.public_id), {}).get(side.id),
        )
        for contract, body in found
        for side in body.parties
        for coupon in coupons
        if (side.side == "partner" if organisation.is_house else side.id == organisation.public_id)
        if coupon.currency in (None, body.currency)
        if (touched := _touched(body, numbers, only.get(coupon.id)))
    ]  # fmt: skip


def _touched(body: TermsBody, numbers: Mapping[str, int], only: Collection[int] | None) -> tuple[int, ...]:
    """The courses of terms for which a coupon holds. only: those that it names; None: all."""
    covered = sorted(numbers[course.id] for course in body.scope.courses if course.id in numbers)
    return tuple(course for course in covered if only is None or course in only)


def joined_by_sides(order: Order) -> list[str]:
    """The sides that had joined the campaign of an order when it was placed, as its sale keeps them; later ones do not count.

    Read from the record of the contract, so every payment of an order, whenever it comes, says the same.
    """
    coupon = db.session.get(Coupon, order.coupon_id) if order.coupon_id is not None else None
    if coupon is None or coupon.borne_by != "terms" or order.terms_hash is None:
        return []
    if all(choice.campaigns != "joined" for choice in contracts.body_hashed(order.terms_hash).discount.opted_in):
        return []
    contract = contracts.contract_of(order.terms_hash)
    return list(contracts.sides_in_campaign(contract.id, coupon.public_id, order.placed_at)) if contract is not None else []
