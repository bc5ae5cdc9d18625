"""Coupons: made by the house or a partner, checked and used by an order, given back."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.catalog.models import Course
from coursehub.contracts.terms import Borne, TermsBody
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.sales import policies, queries
from coursehub.sales.models import Coupon, CouponCourse, CouponUse, Offering, Order
from coursehub.sales.operations.links import NotYourCourse


class CouponUnknown(Refusal):
    """There is no coupon with this code. Look at its spelling."""


class CouponNotNow(Refusal):
    """This coupon does not hold now: it has not begun, has ended, or was withdrawn."""


class CouponNotHere(Refusal):
    """This coupon does not hold for this course."""


class CouponUsedUp(Refusal):
    """This coupon has been used as often as it may be."""


class CouponUsedByYou(Refusal):
    """You have used this coupon before; it holds once for each person."""


class CodeTaken(Refusal):
    """There is a coupon with this code already. Choose another code."""


class NotYoursToCharge(Refusal):
    """Only the house can let the house bear a discount, and only a partner itself."""


@dataclass(frozen=True)
class CouponDraft:
    """A coupon as its maker wishes it. Exactly one of off_bps and off_minor (with its currency)."""

    code: str
    borne_by: str
    starts_at: datetime
    off_bps: int | None = None
    off_minor: int | None = None
    currency: str | None = None
    uses_limit: int | None = None
    ends_at: datetime | None = None
    courses: tuple[Course, ...] = ()


def code_key(code: str) -> str:
    """A code as it is compared: however it is typed, one key."""
    return unicodedata.normalize("NFKC", code).strip().upper()


def make_coupon(draft: CouponDraft, *, by: Actor, at: datetime) -> Coupon:
    """A coupon of the organisation one acts for.

    Raises CodeTaken, NotYourCourse, NotYoursToCharge.
    """
    require(policies.may_sell(by))
    assert by.organisation is not None
    if draft.borne_by == ("partner" if by.organisation.is_house else "house"):
        raise NotYoursToCharge
    if any(not by.acts_for(course.organisation_id) for course in draft.courses) and not by.organisation.is_house:
        raise NotYourCourse
    with transaction():
        if queries.coupon_by_code(code_key(draft.code)) is not None:
            raise CodeTaken
        coupon = Coupon(
            organisation_id=by.organisation.id,
            code=draft.code.strip(),
            code_key=code_key(draft.code),
            kind="percent" if draft.off_bps is not None else "fixed",
            off_bps=draft.off_bps,
            off_minor=draft.off_minor,
            currency=draft.currency,
            uses_limit=draft.uses_limit,
            starts_at=draft.starts_at,
            ends_at=draft.ends_at,
            borne_by=draft.borne_by,
            made_at=at,
            made_by_id=by.person_id,
        )
        try:
            with db.session.begin_nested():
                db.session.add(coupon)
        except sa.exc.IntegrityError as problem:  # somebody took the code a moment ago
            raise CodeTaken from problem
        db.session.add_all(CouponCourse(coupon_id=coupon.id, course_id=course.id) for course in draft.courses)
        events.record("sales.coupon_made", at=at, coupon_id=coupon.id, by_id=by.person_id)
    return coupon


def close_coupon(coupon: Coupon, *, by: Actor, at: datetime) -> None:
    """The coupon holds no longer; orders that used it keep their price."""
    require(policies.may_close_coupon(by, coupon))
    with transaction():
        lock(coupon)
        if coupon.closed_at is None:
            coupon.closed_at = at
            events.record("sales.coupon_closed", at=at, coupon_id=coupon.id, by_id=by.person_id)


@dataclass(frozen=True)
class Discount:
    """What a coupon takes off an offering, who bears it (as terms name parties), and down to which price."""

    coupon: Coupon
    off_bps: int
    off_minor: int
    floor_minor: int
    borne_by: str | None


def discount_by(code: str, *, offering: Offering, course: Course, terms: TermsBody, at: datetime) -> Discount:
    """The discount that a code gives on an offering; changes nothing.

    Raises CouponUnknown, CouponNotNow, CouponNotHere.
    """
    coupon = queries.coupon_by_code(code_key(code))
    if coupon is None:
        raise CouponUnknown
    if coupon.closed_at is not None or at < coupon.starts_at or (coupon.ends_at is not None and at >= coupon.ends_at):
        raise CouponNotNow
    if not _covers(coupon, course) or coupon.currency not in (None, offering.currency):
        raise CouponNotHere
    floor_minor, borne_by = 0, None
    if coupon.borne_by != "terms":
        borne_by = db.session.get_one(Organisation, coupon.organisation_id).public_id
        floor_minor = _floor(terms, borne_by)
    return Discount(coupon, coupon.off_bps or 0, coupon.off_minor or 0, floor_minor, borne_by)


def _floor(terms: TermsBody, party: str) -> int:
    """Down to which price a side bears the discounts of its own campaigns. Raises CouponNotHere where others would bear them."""
    rest = terms.discount.rest
    if isinstance(rest, Borne) and rest.party == party == terms.house.id:
        return 0  # whatever nobody else bears
    choice = next((choice for choice in terms.discount.opted_in if choice.party == party), None)
    if choice is None:
        raise CouponNotHere
    return choice.floor_price_minor


def _covers(coupon: Coupon, course: Course) -> bool:
    only = queries.coupon_course_ids([coupon.id]).get(coupon.id)
    if only is not None:
        return course.id in only
    return coupon.organisation_id in (course.organisation_id, people.house().id)


def use_coupon(coupon: Coupon, order: Order, *, at: datetime) -> None:
    """Count one use for a new order, in its transaction. Raises CouponUsedUp, CouponUsedByYou."""
    with transaction():
        lock(coupon)
        if coupon.closed_at is not None:
            raise CouponNotNow
        counting = sa.select(CouponUse.n, CouponUse.person_id).where(CouponUse.coupon_id == coupon.id, CouponUse.n.is_not(None))
        rows = db.session.execute(counting).all()
        if any(row.person_id == order.buyer_id for row in rows):
            raise CouponUsedByYou
        used = {row.n for row in rows}
        n = next(n for n in range(1, len(used) + 2) if n not in used)
        if coupon.uses_limit is not None and n > coupon.uses_limit:
            raise CouponUsedUp
        db.session.add(CouponUse(coupon_id=coupon.id, order_id=order.id, person_id=order.buyer_id, n=n, used_at=at))
        db.session.flush()


def give_coupon_back(order: Order, *, at: datetime) -> None:
    """An order came to nothing: its use of a coupon counts no more. Joins the open transaction."""
    if order.coupon_id is None:
        return
    counting = sa.update(CouponUse).where(CouponUse.order_id == order.id, CouponUse.n.is_not(None))
    db.session.execute(counting.values(n=None, given_back_at=at))
