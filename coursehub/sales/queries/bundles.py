"""Reading bundles and the parts of their orders."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course
from coursehub.contracts.models import Listing
from coursehub.db import db
from coursehub.learning.models import Enrolment
from coursehub.people.actor import Actor
from coursehub.sales.models import PAYING, Bundle, BundleCourse, InstalmentPlan, Offering, Order, OrderPart, Payment, Refund
from coursehub.sales.queries.disputes import taken_of_sales
from coursehub.sales.queries.holding import KEPT
from coursehub.sales.queries.instalments import paid_shares, sold_payments


def open_bundles() -> "sa.Select[Bundle]":
    """Bundles that are sold now, the newest first."""
    return sa.select(Bundle).where(Bundle.closed_at.is_(None)).order_by(Bundle.opened_at.desc(), Bundle.id.desc())


def bundles_with(course_id: int) -> Sequence[Bundle]:
    """Bundles sold now in which a course stands, the newest first."""
    found = open_bundles().join(BundleCourse, BundleCourse.bundle_id == Bundle.id).where(BundleCourse.course_id == course_id)
    return db.session.execute(found).scalars().all()


def bundles_visible_to(reader: Actor) -> "sa.Select[Bundle]":
    """The bundles of the organisation one acts for and those in which a course of it stands, open ones first, newest first."""
    inside = (
        sa.select(BundleCourse.bundle_id)
        .join(Course, Course.id == BundleCourse.course_id)
        .where(Course.organisation_id == reader.organisation_id)
    )
    found = sa.select(Bundle).where(sa.or_(Bundle.organisation_id == reader.organisation_id, Bundle.id.in_(inside)))
    return found.order_by(Bundle.closed_at.is_not(None), Bundle.id.desc())


def courses_for_bundles(reader: Actor) -> Sequence[Course]:
    """Courses one may put into a bundle: those of one's organisation that are sold for money, for the house all of them."""
    found = (
        sa.select(Course)
        .join(Offering, sa.and_(Offering.course_id == Course.id, Offering.closed_at.is_(None), Offering.price_minor > 0))
        .join(Listing, sa.and_(Listing.course_id == Course.id, Listing.closed_at.is_(None)))
        .where(Offering.seats_limit.is_(None))
        .order_by(Course.slug)
    )
    if reader.organisation is None or not reader.organisation.is_house:
        found = found.where(Course.organisation_id == reader.organisation_id)
    return db.session.execute(found).scalars().all()


def courses_of_bundle(bundle_id: int) -> list[Course]:
    """The courses of a bundle, in their places."""
    found = (
        sa.select(Course)
        .join(BundleCourse, BundleCourse.course_id == Course.id)
        .where(BundleCourse.bundle_id == bundle_id)
        .order_by(BundleCourse.n)
    )
    return list(db.session.execute(found).scalars())


def courses_of_bundles(bundle_ids: Iterable[int]) -> dict[int, list[Course]]:
    """The courses of each of these bundles, in their places."""
    rows = (
        sa.select(BundleCourse.bundle_id, Course)
        .join(Course, Course.id == BundleCourse.course_id)
        .where(BundleCourse.bundle_id.in_(list(bundle_ids)))
        .order_by(BundleCourse.bundle_id, BundleCourse.n)
    )
    found: dict[int, list[Course]] = {}
    for bundle_id, course in db.session.execute(rows):
        found.setdefault(bundle_id, []).append(course)
    return found


def bundles_sold(bundle_ids: Iterable[int]) -> dict[int, int]:
    """How often each of these bundles was bought; numbers, never people."""
    sold = sa.and_(Order.bundle_id.in_(list(bundle_ids)), Order.paid_at.is_not(None))
    counted = sa.select(Order.bundle_id, sa.func.count()).where(sold).group_by(Order.bundle_id)
    return {bundle_id: int(n) for bundle_id, n in db.session.execute(counted) if bundle_id is not None}


def courses_held(person_id: int, course_ids: Iterable[int]) -> set[int]:
    """Which of these courses a person has for good; what only a pass opens is not among them, what waits for a part is."""
    wanted = list(course_ids)
    kept = sa.select(Enrolment.course_id).where(Enrolment.person_id == person_id, Enrolment.course_id.in_(wanted), KEPT)
    waits = sa.and_(Order.buyer_id == person_id, InstalmentPlan.state == "paused")
    alone = sa.select(Order.course_id).join(InstalmentPlan, InstalmentPlan.order_id == Order.id)
    together = (
        sa.select(OrderPart.course_id)
        .join(Order, Order.id == OrderPart.order_id)
        .join(InstalmentPlan, InstalmentPlan.order_id == Order.id)
        .where(waits, OrderPart.course_id.in_(wanted), OrderPart.enrolment_id.is_not(None))
    )
    paused = alone.where(waits, Order.course_id.in_(wanted))
    return set(db.session.execute(sa.union(kept, paused, together)).scalars())


def paying_bundle_order(*, buyer_id: int, bundle_id: int, is_gift: bool = False) -> Order | None:
    """The order of a buyer for a bundle that waits to be paid, if there is one: for themselves, or for somebody else."""
    found = sa.select(Order).where(Order.buyer_id == buyer_id, Order.bundle_id == bundle_id, Order.state.in_(PAYING))
    found = found.where(Order.gift_id.is_not(None) if is_gift else Order.gift_id.is_(None))
    return db.session.execute(found).scalar_one_or_none()


def parts_of(order_id: int) -> Sequence[OrderPart]:
    """The courses of an order for a bundle, in their places; nothing for an order for one course."""
    return db.session.execute(sa.select(OrderPart).where(OrderPart.order_id == order_id).order_by(OrderPart.n)).scalars().all()


def left_of_parts(order: Order) -> dict[int, int]:
    """What of each part of an order's price can still go back, by the part's id; nothing unless it is paid."""
    return kept_of_parts(order) if order.state == "paid" else {}


def kept_of_parts(order: Order) -> dict[int, int]:
    """What of each part of a price that was paid is neither given back, on its way nor taken by a bank, by the part's id."""
    if order.bundle_id is None:
        return {}
    kept = {part.id: 0 for part in parts_of(order.id)}
    for _payment, part_id, minor in left_of_sales(order):
        kept[part_id or 0] += minor
    return kept


def left_of_sales(order: Order) -> list[tuple[Payment, int | None, int]]:
    """What of each sale of an order is neither given back, on its way nor taken by a bank, the last payment first.

    (payment, part of the order or None for one course, minor units): of a bundle each course of each payment is a sale.
    """
    counts = sa.or_(Refund.state != "failed", Refund.booked_at.is_not(None))
    spent = (
        sa.select(Refund.payment_id, Refund.part_id, sa.func.sum(Refund.amount_minor))
        .where(Refund.order_id == order.id, counts)
        .group_by(Refund.payment_id, Refund.part_id)
    )
    gone = {(payment_id, part_id): int(minor) for payment_id, part_id, minor in db.session.execute(spent)}
    parts: dict[int | None, int | None] = {part.course_id: part.id for part in parts_of(order.id)}
    for (payment_id, course_id), minor in taken_of_sales(order).items():
        sale = payment_id, parts.get(course_id)
        gone[sale] = gone.get(sale, 0) + minor
    payments = list(reversed(sold_payments(order.id)))
    if order.bundle_id is None:
        return [(each, None, each.amount_minor - gone.get((each.id, None), 0)) for each in payments]
    paid = paid_shares(order)
    return [
        (each, part_id, minor - gone.get((each.id, part_id), 0))
        for each in payments
        for (payment_id, part_id), minor in paid.items()
        if payment_id == each.id
    ]


def parts_with_titles(part_ids: Iterable[int | None], locale: str) -> dict[int, str]:
    """The titles of the courses that these parts of orders are about."""
    found = sa.select(OrderPart).where(OrderPart.id.in_([part_id for part_id in part_ids if part_id is not None]))
    parts = db.session.execute(found).scalars().all()
    texts = catalog.release_texts([part.release_id for part in parts], locale) if parts else {}
    return {part.id: texts[part.release_id].title for part in parts if part.release_id in texts}
