"""Reading sales: offerings, orders, refunds, links, coupons and support, scoped by who reads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.sales import policies
from coursehub.sales.models import (
    PAYING,
    Bundle,
    Coupon,
    CouponCourse,
    CouponUse,
    LinkVisit,
    Offering,
    Order,
    PartnerLink,
    Payment,
    PaymentDispute,
    Refund,
    RefundRequest,
    SupportMessage,
    WebhookEvent,
)
from coursehub.sales.queries.instalments import paid_minor
from coursehub.sales.queries.turns import by_turn

# Offerings


def open_offering(course_id: int) -> Offering | None:
    """How the course is sold now, if it is."""
    found = sa.select(Offering).where(Offering.course_id == course_id, Offering.closed_at.is_(None))
    return db.session.execute(found).scalar_one_or_none()


def open_offerings(course_ids: Iterable[int]) -> dict[int, Offering]:
    """How each of these courses is sold now."""
    found = sa.select(Offering).where(Offering.course_id.in_(list(course_ids)), Offering.closed_at.is_(None))
    return {offering.course_id: offering for offering in db.session.execute(found).scalars()}


def offerings_of(course_id: int) -> Sequence[Offering]:
    """All offerings of a course, the latest first."""
    found = sa.select(Offering).where(Offering.course_id == course_id).order_by(Offering.id.desc())
    return db.session.execute(found).scalars().all()


def seats_held(course_id: int) -> set[int]:
    """The numbers of the seats that orders hold."""
    found = sa.select(Order.seat_n).where(Order.course_id == course_id, Order.seat_n.is_not(None))
    return {n for n in db.session.execute(found).scalars() if n is not None}


def seats_left(offering: Offering) -> int | None:
    """How many seats can still be had; None where seats are not limited."""
    if offering.seats_limit is None:
        return None
    held = sa.select(sa.func.count()).where(Order.course_id == offering.course_id, Order.seat_n <= offering.seats_limit)
    return max(0, offering.seats_limit - db.session.execute(held).scalar_one())


# Orders


def orders_of(person_id: int) -> "sa.Select[Order]":
    """A person's own orders, newest first."""
    return sa.select(Order).where(Order.buyer_id == person_id).order_by(Order.placed_at.desc(), Order.id.desc())


def orders_visible_to(reader: Actor) -> "sa.Select[Order]":
    """Finance and support staff see all orders, everyone else their own; newest first."""
    if not policies.may_read_orders(reader):
        return orders_of(reader.person_id)
    return sa.select(Order).order_by(Order.placed_at.desc(), Order.id.desc())


def paying_order(*, buyer_id: int, course_id: int, is_gift: bool = False) -> Order | None:
    """The order of a buyer for a course that waits to be paid, if there is one: for themselves, or for somebody else."""
    found = sa.select(Order).where(Order.buyer_id == buyer_id, Order.course_id == course_id, Order.state.in_(PAYING))
    found = found.where(Order.gift_id.is_not(None) if is_gift else Order.gift_id.is_(None))
    return db.session.execute(found).scalar_one_or_none()


def order_by_number(number: str) -> Order | None:
    """The order with this public id."""
    return db.session.execute(sa.select(Order).where(Order.public_id == number)).scalar_one_or_none()


def order_of_session(session_id: str, reference: str) -> Order | None:
    """The order that a pay page was opened for: by the page, else by what we wrote on it."""
    by_page = db.session.execute(sa.select(Order).where(Order.session_id == session_id)).scalar_one_or_none()
    return by_page or order_by_number(reference)


def payments_of(order_id: int) -> Sequence[Payment]:
    """Every payment that came for an order, the first first."""
    return db.session.execute(sa.select(Payment).where(Payment.order_id == order_id).order_by(Payment.id)).scalars().all()


def sold_payment(order_id: int) -> Payment | None:
    """The payment that bought the seat; of a price in parts, the first."""
    found = sa.select(Payment).where(Payment.order_id == order_id, Payment.outcome == "sold").order_by(Payment.id)
    return db.session.execute(found.limit(1)).scalar_one_or_none()


def orders_matching(reader: Actor, *, state: str = "", search: str = "", trouble: bool = False) -> "sa.Select[Order]":
    """The orders a reader may see, narrowed: by state, by number or payment, or to those that staff must look at."""
    found = orders_visible_to(reader)
    if state:
        found = found.where(Order.state == state)
    if trouble:
        failed = sa.select(Refund.order_id).where(Refund.state == "failed")
        found = found.where(sa.or_(Order.trouble != "", Order.id.in_(failed)))
    if search:
        paid = sa.select(Payment.order_id).where(sa.or_(Payment.rail_payment_id == search, Payment.rail_charge_id == search))
        by_number = Order.public_id.startswith(search.lower(), autoescape=True)
        found = found.where(sa.or_(by_number, Order.session_id == search, Order.id.in_(paid)))
    return found


def orders_with_ids(ids: Iterable[int]) -> Sequence[Order]:
    """These orders, for pages that name them beside something else the reader may see."""
    return db.session.execute(sa.select(Order).where(Order.id.in_(list(ids)))).scalars().all()


def course_of(order: Order) -> Course | None:
    """The course that was ordered; None for a bundle."""
    return db.session.get(Course, order.course_id) if order.course_id is not None else None


def titles_of(orders: Iterable[Order], locale: str) -> dict[int, str]:
    """What was ordered, in a language, by the order's id: the title of the course, or the name of the bundle."""
    orders = list(orders)
    release_ids = [order.release_id for order in orders if order.release_id is not None]
    texts = catalog.release_texts(release_ids, locale) if release_ids else {}
    bundle_ids = {order.bundle_id for order in orders if order.bundle_id is not None}
    bundles = sa.select(Bundle).where(Bundle.id.in_(bundle_ids))
    names = {each.id: each for each in db.session.execute(bundles).scalars()} if bundle_ids else {}
    found = {}
    for order in orders:
        if order.release_id in texts:
            found[order.id] = texts[order.release_id].title
        elif order.bundle_id in names:
            found[order.id] = names[order.bundle_id].name_en if locale == "en" else names[order.bundle_id].name
    return found


def organisation_of(organisation_id: int | None) -> Organisation | None:
    """The organisation that brought a buyer, if one did."""
    return db.session.get(Organisation, organisation_id) if organisation_id else None


# Refunds


def refunds_of(order_id: int) -> Sequence[Refund]:
    """Every refund of an order, the first first."""
    return db.session.execute(sa.select(Refund).where(Refund.order_id == order_id).order_by(Refund.id)).scalars().all()


def refund_by_reference(reference: str) -> Refund | None:
    """The refund that a rail's note names (`<public id>-<attempt>`)."""
    found = sa.select(Refund).where(Refund.public_id == reference.partition("-")[0])
    return db.session.execute(found).scalar_one_or_none()


def refundable_minor(order: Order) -> int:
    """What of a paid order can still go back: neither given back nor on its way, nor taken by the buyer's bank."""
    return kept_minor(order) if order.state == "paid" else 0


def kept_minor(order: Order) -> int:
    """What of the price that was paid is with us, whatever became of the order."""
    gone = sa.select(sa.func.coalesce(sa.func.sum(Refund.amount_minor), 0)).join(Payment, Payment.id == Refund.payment_id)
    counts = sa.or_(Refund.state != "failed", Refund.booked_at.is_not(None))
    spent = db.session.execute(gone.where(Refund.order_id == order.id, Payment.outcome == "sold", counts)).scalar_one()
    taken = sa.select(sa.func.coalesce(sa.func.sum(PaymentDispute.shared_minor), 0)).where(
        PaymentDispute.order_id == order.id, PaymentDispute.reinstated_at.is_(None)
    )
    return paid_minor(order) - int(spent) - int(db.session.execute(taken).scalar_one())


def open_request(order_id: int) -> RefundRequest | None:
    """The request for a refund that waits for an answer."""
    found = sa.select(RefundRequest).where(RefundRequest.order_id == order_id, RefundRequest.answered_at.is_(None))
    return db.session.execute(found).scalar_one_or_none()


def requests_of(order_id: int) -> Sequence[RefundRequest]:
    """Every request for a refund of an order, the first first."""
    found = sa.select(RefundRequest).where(RefundRequest.order_id == order_id).order_by(RefundRequest.id)
    return db.session.execute(found).scalars().all()


def requests_waiting() -> "sa.Select[RefundRequest, Order]":
    """Requests that staff must answer, the most urgent first, each with its order."""
    return (
        sa.select(RefundRequest, Order)
        .join(Order, Order.id == RefundRequest.order_id)
        .where(RefundRequest.answered_at.is_(None))
        .order_by(RefundRequest.answer_by, RefundRequest.id)
    )


def requests_answered() -> "sa.Select[RefundRequest]":
    """Requests that were answered, the latest first."""
    found = sa.select(RefundRequest).where(RefundRequest.answered_at.is_not(None))
    return found.order_by(RefundRequest.answered_at.desc(), RefundRequest.id.desc())


def all_requests() -> "sa.Select[RefundRequest]":
    """Every request, for staff who decide them."""
    return sa.select(RefundRequest)


def all_refunds() -> "sa.Select[Refund]":
    """Every refund, for finance staff."""
    return sa.select(Refund)


def refunds_in_trouble() -> Sequence[Refund]:
    """Refunds that the rail could not make."""
    return db.session.execute(sa.select(Refund).where(Refund.state == "failed").order_by(Refund.id)).scalars().all()


def events_of(order: Order) -> Sequence[WebhookEvent]:
    """What the rail told us about an order's pay page, the first first."""
    if order.session_id is None:
        return []
    found = sa.select(WebhookEvent).where(WebhookEvent.object_id == order.session_id).order_by(WebhookEvent.made_at)
    return db.session.execute(found).scalars().all()


# Links and coupons


@dataclass(frozen=True)
class LinkRow:
    """A partner link with what it brought: numbers, never people."""

    link: PartnerLink
    visits: int
    orders: int
    gross_minor: int
    currency: str | None


def link_by_code(code: str) -> PartnerLink | None:
    """The link with this code, open or closed."""
    return db.session.execute(sa.select(PartnerLink).where(PartnerLink.code == code)).scalar_one_or_none()


def links_visible_to(reader: Actor) -> "sa.Select[PartnerLink]":
    """The links of the organisation one acts for, the open ones first, newest first."""
    found = sa.select(PartnerLink).where(PartnerLink.organisation_id == reader.organisation_id)
    return found.order_by(PartnerLink.closed_at.is_not(None), PartnerLink.id.desc())


def link_rows(links: Sequence[PartnerLink]) -> list[LinkRow]:
    """Each link with its visits and what was sold through it (of several currencies, the most sold)."""
    ids = [link.id for link in links]
    counted = sa.select(LinkVisit.link_id, sa.func.sum(LinkVisit.visits)).where(LinkVisit.link_id.in_(ids))
    visits = {id: int(n) for id, n in db.session.execute(counted.group_by(LinkVisit.link_id))}
    sold: dict[int, tuple[int, int, str]] = {}
    summed = (
        sa.select(Order.partner_link_id, Order.currency, sa.func.count(), sa.func.sum(Order.gross_minor))
        .where(Order.partner_link_id.in_(ids), Order.paid_at.is_not(None))
        .group_by(Order.partner_link_id, Order.currency)
    )
    for id, currency, orders, gross in db.session.execute(summed):
        if id is not None and orders > sold.get(id, (0, 0, ""))[0]:
            sold[id] = (orders, int(gross), currency)
    nothing = (0, 0, None)
    return [LinkRow(link, visits.get(link.id, 0), *sold.get(link.id, nothing)) for link in links]


def coupon_by_code(code_key: str) -> Coupon | None:
    """The coupon with this code, whatever its dates."""
    return db.session.execute(sa.select(Coupon).where(Coupon.code_key == code_key)).scalar_one_or_none()


def coupon_code_of(order: Order) -> str:
    """The code that an order used, or nothing."""
    return db.session.get_one(Coupon, order.coupon_id).code if order.coupon_id else ""


def coupons_visible_to(reader: Actor) -> "sa.Select[Coupon]":
    """House finance sees all coupons, everyone else those of the organisation they act for; open ones first."""
    every = sa.select(Coupon).order_by(Coupon.closed_at.is_not(None), Coupon.id.desc())
    return every if "finance" in reader.staff_roles else every.where(Coupon.organisation_id == reader.organisation_id)


def coupon_uses(coupon_ids: Sequence[int]) -> dict[int, int]:
    """How often each coupon has been used and not given back."""
    used = sa.and_(CouponUse.coupon_id.in_(coupon_ids), CouponUse.n.is_not(None))
    counted = sa.select(CouponUse.coupon_id, sa.func.count()).where(used).group_by(CouponUse.coupon_id)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def coupon_course_ids(coupon_ids: Sequence[int]) -> dict[int, list[int]]:
    """The courses that each coupon is limited to."""
    found = sa.select(CouponCourse.coupon_id, CouponCourse.course_id).where(CouponCourse.coupon_id.in_(coupon_ids))
    courses: dict[int, list[int]] = {}
    for coupon_id, course_id in db.session.execute(found.order_by(CouponCourse.course_id)):
        courses.setdefault(coupon_id, []).append(course_id)
    return courses


def links_with_code(code: str) -> "sa.Select[PartnerLink]":
    """The link with this code, for whoever opens it."""
    return sa.select(PartnerLink).where(PartnerLink.code == code)


def courses_priced_by(reader: Actor) -> "sa.Select[Course]":
    """The courses whose price the reader may see and set: those of the organisation they act for."""
    return sa.select(Course).where(Course.organisation_id == reader.organisation_id)


def courses_sold_by(reader: Actor) -> Sequence[Course]:
    """The courses of the organisation one acts for, by address."""
    found = sa.select(Course).where(Course.organisation_id == reader.organisation_id).order_by(Course.slug)
    return db.session.execute(found).scalars().all()


# Support


def messages_of(person_id: int) -> "sa.Select[SupportMessage]":
    """What a person wrote to support, the latest first."""
    return sa.select(SupportMessage).where(SupportMessage.person_id == person_id).order_by(SupportMessage.id.desc())


def messages_waiting() -> "sa.Select[SupportMessage]":
    """Messages without an answer, the oldest first."""
    return (
        sa.select(SupportMessage)
        .where(SupportMessage.answered_at.is_(None))
        .order_by(SupportMessage.written_at, SupportMessage.id)
    )


def messages_to_answer() -> "sa.Select[SupportMessage]":
    """Every message, for support staff."""
    return sa.select(SupportMessage)


def messages_answered() -> "sa.Select[SupportMessage]":
    """Messages with an answer, the latest first."""
    found = sa.select(SupportMessage).where(SupportMessage.answered_at.is_not(None))
    return found.order_by(SupportMessage.answered_at.desc(), SupportMessage.id.desc())


def orders_to_expire(at: datetime, limit: int, *, newest_first: bool = False) -> Sequence[Order]:
    """Orders whose time to pay has run out, the oldest first or the newest."""
    found = sa.select(Order).where(Order.state.in_(PAYING), Order.expires_at <= at, Order.trouble == "")
    turn = (Order.expires_at.desc(), Order.id.desc()) if newest_first else (Order.expires_at, Order.id)
    return db.session.execute(found.order_by(*turn).limit(limit)).scalars().all()


def orders_to_settle(at: datetime, limit: int, *, newest_first: bool = False) -> Sequence[Order]:
    """Orders that have had a pay page for a while and are not settled, by their turns."""
    found = sa.select(Order).where(
        Order.state == "awaiting_payment", Order.trouble == "", Order.placed_at < at - timedelta(minutes=10)
    )
    return db.session.execute(found.order_by(*by_turn(Order, newest_first=newest_first)).limit(limit)).scalars().all()
