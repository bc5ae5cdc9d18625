"""From wish to pay page: pin everything in an order, open the rail's page, keep its address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from coursehub import events, jobs, rails
from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course
from coursehub.contracts import queries as contracts
from coursehub.contracts.instalments import may_be_divided
from coursehub.contracts.models import Terms
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import tax_within
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.learning.operations import AlreadyEnrolled
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.sales import policies, queries
from coursehub.sales.instalments import amounts
from coursehub.sales.models import Gift, Offering, Order, SponsorRequest
from coursehub.sales.operations.coupons import Discount, discount_by, give_coupon_back, use_coupon
from coursehub.sales.operations.holding import hold
from coursehub.sales.operations.instalments import asked_minor
from coursehub.sales.operations.offerings import NotOffered
from coursehub.sales.operations.order_invoices import take_invoice_back
from coursehub.sales.prices import Price, price_after
from coursehub.sales.queries.holding import is_kept
from coursehub.web import external_url

TIME_TO_PAY = timedelta(minutes=40)
LEAST_PAGE_TIME = timedelta(minutes=31)  # the rail opens no page for less than half an hour
ATTRIBUTION = timedelta(days=30)


class OfferingChanged(Refusal):
    """The offer for this course has changed. Look at the new price before you buy."""


class MayNotBuy(Refusal):
    """You cannot buy yet: confirm your e-mail address first and, if you are under age, let a guardian agree."""


class PartsOpen(Refusal):
    """You have this course, and a part of its price is due. Pay it on the page of your order, and the lessons open again."""


class NotByParts(Refusal):
    """At this price the course cannot be paid in parts. You can pay it whole."""


class SoldOut(Refusal):
    """The last seat is taken. A seat becomes free when somebody does not pay in time; look again in an hour."""


class NothingToGive(Refusal):
    """This costs nothing. Whoever you think of can enrol without you."""


class PaymentAway(Refusal):
    """The payment service does not answer. Nothing was charged; try again in a few minutes."""

    status = 503


@dataclass(frozen=True)
class Click:
    """This browser opened a partner's link then (kept in a signed cookie)."""

    link: str
    at: datetime


@dataclass(frozen=True)
class Quote:
    """What a course costs this buyer now, and what the price rests on; in how many parts it may be paid (1: only whole)."""

    price: Price
    discount: Discount | None
    terms: Terms
    release_id: int
    instalments: int = 1

    @property
    def first_minor(self) -> int:
        """What is paid first, where the price is paid in parts."""
        return amounts(self.price.gross_minor, self.instalments)[0]

    @property
    def later_minor(self) -> int:
        """What is paid in each month that follows."""
        return amounts(self.price.gross_minor, self.instalments)[-1]


def quote(offering: Offering, *, coupon_code: str = "", at: datetime) -> Quote:
    """The price of an offering with a coupon; changes nothing.

    Raises NotOffered without listing or terms in force, and what `discount_by` raises.
    """
    course = db.session.get_one(Course, offering.course_id)
    terms = contracts.terms_in_force(course.id, at)
    release = catalog.current_release(course.id)
    if terms is None or release is None or contracts.open_listing(course.id) is None:
        raise NotOffered
    body: TermsBody = contracts.body_of(terms)
    if body.currency != offering.currency:
        raise NotOffered
    discount = None
    if coupon_code.strip():
        discount = discount_by(coupon_code, offering=offering, course=course, terms=body, at=at)
    price = price_after(
        offering.price_minor,
        tax_bps=offering.tax_bps,
        off_bps=discount.off_bps if discount else 0,
        off_minor=discount.off_minor if discount else 0,
        floor_minor=discount.floor_minor if discount else 0,
        least_minor=rails.LEAST_MINOR[offering.currency],
    )
    parts = offering.instalments if may_be_divided(body, discounted=discount is not None) else 1
    if parts > 1 and price.gross_minor // parts < rails.LEAST_MINOR[offering.currency]:
        parts = 1  # no card takes so little
    return Quote(price, discount, terms, release.id, parts)


def start_checkout(
    offering: Offering,
    *,
    buyer: Actor,
    at: datetime,
    click: Click | None = None,
    coupon_code: str = "",
    by_parts: bool = False,
) -> Order:
    """Place an order and open its pay page; a free course is enrolled at once.

    Asked again while the first order waits to be paid, it gives that same order, so a
    slow double click buys once. by_parts: the price is paid in the monthly parts of the offering.
    Raises NotOffered, OfferingChanged, AlreadyEnrolled, PartsOpen, NotByParts,
    MayNotBuy, SoldOut, PaymentAway, and the refusals of coupons.
    """
    require(policies.may_buy(buyer))
    order = place(offering, buyer, click=click, coupon_code=coupon_code, by_parts=by_parts, at=at)
    if order.state == "placed":
        open_page(order, at=at)
    return order


def place(
    offering: Offering,
    buyer: Actor,
    *,
    click: Click | None,
    coupon_code: str,
    at: datetime,
    by_parts: bool = False,
    sponsor: SponsorRequest | None = None,
    gift: Gift | None = None,
) -> Order:
    """Pin an order, or give the one that waits already; in the open transaction, without its pay page.

    sponsor: the request of a learner whose employer pays; such an order and one of the
    learner's own are never the same. gift: the row that a new order points at when the course
    is for somebody else; an order that waits already has one. Raises as `start_checkout` does, and NothingToGive.
    """
    require(policies.may_buy(buyer))
    with transaction():
        lock(offering)  # one buyer at a time looks at the seats of a course
        if offering.closed_at is not None:
            raise OfferingChanged
        if not people.can_pay(buyer.person_id, at=at):
            raise MayNotBuy
        if gift is None:
            check_held(buyer.person_id, offering.course_id)
        quoted = quote(offering, coupon_code=coupon_code, at=at)
        if gift is not None and quoted.price.gross_minor == 0:
            raise NothingToGive
        if by_parts and (quoted.instalments == 1 or gift is not None):
            raise NotByParts
        instalments = quoted.instalments if by_parts else 1
        before = queries.paying_order(buyer_id=buyer.person_id, course_id=offering.course_id, is_gift=gift is not None)
        if before is not None:
            lock(before)
            if _still_good(before, offering, quoted, instalments, at) and queries.sponsor_request_of(before.id) is sponsor:
                return before
            close_unpaid(before, state="cancelled", at=at)
        order = _pin(offering, quoted, buyer, click, at)
        if instalments > 1:
            order.instalments = instalments
            order.tax_minor = sum(tax_within(minor, order.tax_bps) for minor in amounts(order.gross_minor, instalments))
        if sponsor is not None and order.channel == "platform":
            order.channel = "sponsor"
        if gift is not None:
            db.session.add(gift)
            db.session.flush()
            order.gift_id = gift.id
        order.seat_n = _free_seat(offering)
        db.session.add(order)
        db.session.flush()
        if quoted.discount is not None:
            use_coupon(quoted.discount.coupon, order, at=at)
        if order.gross_minor == 0:
            _give_away(order, quoted.release_id, at=at)
    return order


def check_held(person_id: int, course_id: int) -> None:
    """Nobody buys for themselves what they have, open or closed until a part is paid; what a pass opens they may."""
    if is_kept(person_id, course_id):
        raise AlreadyEnrolled
    if queries.paused_order(person_id, course_id) is not None:
        raise PartsOpen


def _still_good(before: Order, offering: Offering, quoted: Quote, instalments: int, at: datetime) -> bool:
    coupon_id = quoted.discount.coupon.id if quoted.discount else None
    pinned = (before.offering_id, before.gross_minor, before.coupon_id, before.terms_hash, before.instalments)
    wished = (offering.id, quoted.price.gross_minor, coupon_id, quoted.terms.terms_hash, instalments)
    time_left = before.expires_at - at
    enough = time_left > (LEAST_PAGE_TIME if before.state == "placed" else timedelta(minutes=5))
    return enough and not before.trouble and pinned == wished


def _pin(offering: Offering, quoted: Quote, buyer: Actor, click: Click | None, at: datetime) -> Order:
    price, discount = quoted.price, quoted.discount
    channel, organisation_id, link_id = brought_by([offering.course_id], click, discount, at)
    return Order(
        buyer_id=buyer.person_id,
        offering_id=offering.id,
        course_id=offering.course_id,
        release_id=quoted.release_id,
        terms_hash=quoted.terms.terms_hash,
        list_price_minor=price.list_price_minor,
        discount_minor=price.discount_minor,
        discount_borne_by=discount.borne_by if discount else None,
        gross_minor=price.gross_minor,
        tax_bps=price.tax_bps,
        tax_minor=price.tax_minor,
        currency=offering.currency,
        refund_days=offering.refund_days,
        channel=channel,
        attributed_organisation_id=organisation_id,
        partner_link_id=link_id,
        clicked_at=click.at if click is not None and link_id is not None else None,
        coupon_id=discount.coupon.id if discount else None,
        locale=buyer.person.locale,
        is_live=rails.is_live(),
        state="placed",
        placed_at=at,
        expires_at=at + TIME_TO_PAY,
    )


def brought_by(
    course_ids: Sequence[int], click: Click | None, discount: Discount | None, at: datetime
) -> tuple[str, int | None, int | None]:
    """Channel, organisation and link: the last link opened within 30 days, else a partner's coupon, else we ourselves."""
    if click is not None and timedelta(0) <= at - click.at <= ATTRIBUTION:
        link = queries.link_by_code(click.link)
        if link is not None and link.course_id in (None, *course_ids) and (link.closed_at is None or link.closed_at > click.at):
            return "partner_link", link.organisation_id, link.id
    if discount is not None and not _is_house(discount.coupon.organisation_id):
        return "coupon", discount.coupon.organisation_id, None
    return "platform", None, None


def _is_house(organisation_id: int) -> bool:
    return db.session.get_one(Organisation, organisation_id).is_house


def _free_seat(offering: Offering) -> int | None:
    if offering.seats_limit is None:
        return None
    held = queries.seats_held(offering.course_id)
    free = next((n for n in range(1, offering.seats_limit + 1) if n not in held), None)
    if free is None:
        raise SoldOut
    return free


def _give_away(order: Order, release_id: int, *, at: datetime) -> None:
    assert order.course_id is not None
    enrolment = hold(person_id=order.buyer_id, release_id=release_id, course_id=order.course_id, source="free", at=at)
    order.enrolment_id = enrolment.id
    order.state, order.paid_at, order.closed_at = "free", at, at
    db.session.flush()
    events.record("sales.course_purchased", at=at, order_id=order.id)


def open_page(order: Order, *, at: datetime) -> None:
    """Open the rail's page for a placed order and keep its address. The key is the order's own: asked twice, one page.

    A rail that failed keeps its failure under the key, so the order then asks for its
    next page at once. Should the lost page exist after all, nobody has its address.
    Raises PaymentAway; the order then waits for another try until it expires.
    """
    try:
        opened = _opened(order)
    except rails.RailRefused as problem:
        with transaction():  # it will say no again: let the next try be a new order
            lock(order)
            close_unpaid(order, state="cancelled", at=at)
        raise PaymentAway from problem
    except (rails.RailAway, rails.PaymentsNotSetUp) as problem:
        raise PaymentAway from problem
    with transaction():
        lock(order)
        if order.state == "placed":
            order.state = "awaiting_payment"
            order.session_id, order.session_url = opened.id, opened.url


def _opened(order: Order) -> rails.OpenedSession:
    spoiled = order.page_n
    try:
        return rails.current().open_session(_wish(order))
    except rails.KeySpoiled:
        with transaction():
            lock(order)
            if order.page_n == spoiled:  # a twin may have turned the page already
                order.page_n += 1
        return rails.current().open_session(_wish(order))


def _wish(order: Order) -> rails.SessionWish:
    sponsor = queries.sponsor_request_of(order.id)
    if sponsor is None:
        email = people.email_of(order.buyer_id) or ""
        back = external_url("sales.come_back", public_id=order.public_id)
        away = external_url("sales.order_page", public_id=order.public_id)
    else:
        email = sponsor.employer_email or ""
        back = away = external_url("sponsors.come_back", public_id=sponsor.public_id)
    return rails.SessionWish(
        key=f"session:{order.public_id}" if order.page_n == 1 else f"session:{order.public_id}:{order.page_n}",
        reference=order.public_id,
        title=queries.titles_of([order], order.locale).get(order.id, ""),
        amount_minor=asked_minor(order),
        currency=order.currency,
        locale=order.locale,
        email=email,
        success_url=back,
        cancel_url=away,
        expires_at=order.expires_at,
        keeps_card=order.instalments > 1,
    )


def close_unpaid(order: Order, *, state: str, at: datetime) -> None:
    """An order that nobody paid lets go of its seat and its coupon; its page is closed by a job. Joins; order is locked.

    state: expired | cancelled.
    """
    order.state, order.closed_at, order.seat_n = state, at, None
    give_coupon_back(order, at=at)
    if order.gift_id is not None:
        close_gift(db.session.get_one(Gift, order.gift_id))
    if take_invoice_back(order, at=at) is not None and state == "expired":
        events.record("sales.invoice_lapsed", at=at, order_id=order.id)
    if state == "cancelled" and order.session_id is not None:
        jobs.enqueue("sales.close_page", at=at, order_id=order.id)
    db.session.flush()


def close_gift(gift: Gift) -> None:
    """Nobody can accept this gift any more: its link dies and the address of whom it was for is forgotten. Joins."""
    gift.token_hash, gift.link_until, gift.recipient_email, gift.letter_at = None, None, None, None
    db.session.flush()


def cancel_order(order: Order, *, by: Actor, at: datetime) -> None:
    """The buyer does not want to pay after all; nothing happens to an order that is over."""
    require(policies.may_ask_refund(by, order))
    with transaction():
        lock(order)
        if order.state in ("placed", "awaiting_payment"):
            close_unpaid(order, state="cancelled", at=at)
