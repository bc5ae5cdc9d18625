"""Campaigns: coupons of the house whose discount is borne as terms say, and the sides that joined them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub.catalog.models import Course
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import Contract
from coursehub.db import db
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.sales.models import Coupon, Order
from coursehub.sales.queries.orders import coupon_course_ids


@dataclass(frozen=True)
class Campaign:
    """A campaign that touches courses of one contract, as one side of it sees it.

    floor_minor: down to which price the side bears it once it joined; None: its terms join nothing. since: in it, from when.
    """

    coupon: Coupon
    contract: Contract
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
    """The campaigns that touch courses which terms in force of this organisation answer for, contract by contract."""
    coupons = db.session.execute(campaigns_at(at)).scalars().all()
    if not coupons or organisation.is_house:
        return []
    only = coupon_course_ids([coupon.id for coupon in coupons])
    found = []
    for contract in db.session.execute(contracts.contracts_of(organisation.id)).scalars():
        holding = contracts.terms_of(contract, at)
        if holding is None:
            continue
        body = contracts.body_of(holding)
        named = sa.select(Course.id).where(Course.public_id.in_([course.id for course in body.scope.courses]))
        covered = db.session.execute(named.order_by(Course.id)).scalars().all()
        floor = contracts.joining_sides(contract, at).get(organisation.public_id)
        for coupon in coupons:
            touched = tuple(course for course in covered if coupon.id not in only or course in only[coupon.id])
            if touched and coupon.currency in (None, body.currency):
                since = contracts.sides_in_campaign(contract.id, coupon.public_id, at).get(organisation.public_id)
                found.append(Campaign(coupon, contract, touched, floor, body.currency, since))
    return found


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
