"""From the course page to the pay page and back."""

from dataclasses import dataclass

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock, rails
from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import AlreadyEnrolled
from coursehub.sales import operations, queries
from coursehub.sales.forms import CheckoutForm
from coursehub.sales.instalments import CLOSED_BY
from coursehub.sales.models import Bundle, Offering, Order, OrderPart
from coursehub.sales.operations import gifts
from coursehub.sales.views import bp
from coursehub.sales.views.clicks import last_click
from coursehub.sales.views.holding import who_holds
from coursehub.web import SIGNED_IN, access, current_locale, one_or_404, page, see_other, signed_in_actor


def _on_sale(slug: str) -> tuple[Course, Offering]:
    course = catalog.course_by_slug(slug)
    offering = queries.open_offering(course.id) if course else None
    if course is None or offering is None:
        abort(404)
    return course, offering


def _checkout_page(
    course: Course, offering: Offering, form: CheckoutForm, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    actor, now = signed_in_actor(), clock.now()
    quoted = None
    try:
        quoted = operations.quote(offering, coupon_code=form.coupon.data or "", at=now)
    except operations.NotOffered:
        abort(404)
    except Refusal as refusal:  # the coupon; the price without it stands
        problem, status = problem or str(refusal), 409
        quoted = operations.quote(offering, at=now)
    release_id = quoted.release_id
    return page(
        "sales/checkout.html",
        status=status,
        course=course,
        title=catalog.title_of(release_id, current_locale()),
        offering=offering,
        quoted=quoted,
        seats_left=queries.seats_left(offering),
        **who_holds(actor.person_id, course.id),
        form=form,
        problem=problem,
    )


@bp.get("/courses/<slug>/checkout")
@access(SIGNED_IN)
def checkout(slug: str) -> ResponseReturnValue:
    """The price with everything in it, before anything is asked for."""
    course, offering = _on_sale(slug)
    return _checkout_page(course, offering, CheckoutForm(request.args))


@bp.post("/courses/<slug>/orders")
@access(SIGNED_IN)
def start_checkout(slug: str) -> ResponseReturnValue:
    """Place the order and go to the pay page, or straight into a free course."""
    course, offering = _on_sale(slug)
    form = CheckoutForm()
    if not form.validate_on_submit():
        return _checkout_page(course, offering, form, status=422)
    try:
        order = operations.start_checkout(
            offering,
            buyer=signed_in_actor(),
            at=clock.now(),
            click=last_click(),
            coupon_code=form.coupon.data or "",
            by_parts=bool(form.by_parts.data),
        )
    except (operations.NotOffered, operations.OfferingChanged, AlreadyEnrolled) as refusal:
        flash(str(refusal), "warning")
        return see_other("sales.checkout", slug=slug)
    except Refusal as refusal:
        return _checkout_page(course, offering, form, problem=str(refusal), status=refusal.status)
    return go_and_pay(order)


def go_and_pay(order: Order) -> ResponseReturnValue:
    """On to the rail's page, or to the order if there is nothing to pay."""
    if order.state == "awaiting_payment" and order.session_url:
        return redirect(order.session_url, 303)
    if order.state == "free":
        flash(_("You are enrolled."), "done")
    return see_other("sales.order_page", public_id=order.public_id)


def own_order(public_id: str) -> Order:
    """The signed-in person's own order, or 404."""
    return one_or_404(queries.orders_of(signed_in_actor().person_id).where(Order.public_id == public_id))


@bp.post("/orders/<public_id>/pay")
@access(SIGNED_IN)
def go_on_paying(public_id: str) -> ResponseReturnValue:
    """Back to the pay page of an order that waits; one whose page never opened tries again."""
    order = own_order(public_id)
    if order.state == "placed":
        try:
            order = _placed_again(order)
        except Refusal as refusal:
            flash(str(refusal), "warning")
    return go_and_pay(order)


def _placed_again(order: Order) -> Order:
    """The order with its pay page opened; another one if what it rests on has changed."""
    actor, now = signed_in_actor(), clock.now()
    if order.bundle_id is not None:
        bundle = db.session.get_one(Bundle, order.bundle_id)
        gift = queries.gift_of(order)
        if gift is not None:
            return gifts.give_bundle(bundle, gifts.draft_of(gift, at=now), by=actor, at=now, click=last_click())
        by_parts = order.instalments > 1
        return operations.start_bundle_checkout(bundle, buyer=actor, at=now, click=last_click(), by_parts=by_parts)
    offering = queries.open_offering(order.course_id) if order.course_id is not None else None
    if offering is None:
        abort(404)
    coupon_code, gift = queries.coupon_code_of(order), queries.gift_of(order)
    if gift is not None:
        return gifts.give_course(
            offering, gifts.draft_of(gift, at=now), by=actor, at=now, click=last_click(), coupon_code=coupon_code
        )
    return operations.start_checkout(
        offering, buyer=actor, at=now, click=last_click(), coupon_code=coupon_code, by_parts=order.instalments > 1
    )


@bp.post("/orders/<public_id>/cancellations")
@access(SIGNED_IN)
def cancel(public_id: str) -> ResponseReturnValue:
    """The buyer lets an unpaid order go."""
    order = own_order(public_id)
    operations.cancel_order(order, by=signed_in_actor(), at=clock.now())
    flash(_("The order is cancelled. Nothing was charged."), "done")
    return see_other("sales.order_page", public_id=public_id)


@bp.get("/orders/<public_id>/return")
@access(SIGNED_IN)
def come_back(public_id: str) -> ResponseReturnValue:
    """Where the rail sends the buyer: ask it what happened, complete, and show the order."""
    order = own_order(public_id)
    if order.state in ("placed", "awaiting_payment"):
        try:
            operations.settle_order(order, at=clock.now())
        except (rails.RailAway, rails.RailRefused):
            flash(
                _("The payment service does not answer just now. Your order completes by itself as soon as it does."), "warning"
            )
    return see_other("sales.order_page", public_id=public_id)


def lessons_url(order: Order) -> str | None:
    """Where the bought course is read, if the order gave it to its buyer."""
    if order.enrolment_id is None or order.gift_id is not None or order.state == "refunded":
        return None
    enrolment = db.session.get_one(Enrolment, order.enrolment_id)
    if enrolment.ended_reason == CLOSED_BY:
        return None
    return url_for("learning.course", enrolment_id=enrolment.public_id)


def titles_of(orders: list[Order]) -> dict[int, str]:
    """What each order is for, in the reader's language, by order id."""
    return queries.titles_of(orders, current_locale())


@dataclass(frozen=True)
class PartOnScreen:
    """A course of a bundle that was ordered: its title, its part of the price, what is left of it, where it is read."""

    part: OrderPart
    title: str
    left_minor: int
    lessons_url: str | None


def parts_on_screen(order: Order) -> list[PartOnScreen]:
    """The courses of an order for a bundle."""
    left = queries.left_of_parts(order)
    found = []
    for part in queries.parts_of(order.id):
        own = part.enrolment_id is not None and order.gift_id is None
        enrolment = db.session.get(Enrolment, part.enrolment_id) if own else None
        url = url_for("learning.course", enrolment_id=enrolment.public_id) if enrolment and enrolment.ended_at is None else None
        found.append(PartOnScreen(part, catalog.title_of(part.release_id, current_locale()), left.get(part.id, 0), url))
    return found
