"""Giving a course to somebody else: the giver's pages, and the page of whoever holds the link."""

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.learning.operations import AlreadyEnrolled
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.people.views.browser import add_problem
from coursehub.sales import operations, queries
from coursehub.sales.forms import RefundForm, SupportForm
from coursehub.sales.gift_forms import GiftForm
from coursehub.sales.models import Gift, Offering, Order
from coursehub.sales.operations import gifts
from coursehub.sales.operations.checkout import PartsOpen
from coursehub.sales.views import gifts_bp as bp
from coursehub.sales.views.buying import go_and_pay, own_order
from coursehub.sales.views.clicks import last_click
from coursehub.sales.views.holding import held
from coursehub.sales.views.orders import show_order
from coursehub.sales.views.selling import course_titles, name_of
from coursehub.web import PUBLIC, SIGNED_IN, access, current_actor, page, see_other, signed_in_actor


def _on_sale(slug: str) -> tuple[Course, Offering]:
    course = catalog.course_by_slug(slug)
    offering = queries.open_offering(course.id) if course else None
    if course is None or offering is None or offering.price_minor == 0:
        abort(404)
    return course, offering


def _draft(form: GiftForm) -> gifts.GiftDraft:
    return gifts.GiftDraft(form.words.data or "", (form.email.data or "").strip() or None, form.letter_on.data)


@bp.get("/courses/<slug>/gift")
@access(SIGNED_IN)
def give(slug: str) -> ResponseReturnValue:
    """For whom, with which words, when; and the price."""
    course, offering = _on_sale(slug)
    return _give_page(course, offering, GiftForm(formdata=None, coupon=request.args.get("coupon", "")))


def _give_page(
    course: Course, offering: Offering, form: GiftForm, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    now = clock.now()
    try:
        quoted = operations.quote(offering, coupon_code=form.coupon.data or "", at=now)
    except operations.NotOffered:
        abort(404)
    except Refusal as refusal:  # the coupon; the price without it stands
        problem, status = problem or str(refusal), 409
        quoted = operations.quote(offering, at=now)
    return page(
        "sales/gift/give.html",
        status=status,
        course=course,
        offering=offering,
        quoted=quoted,
        title=course_titles([course])[course.id],
        seats_left=queries.seats_left(offering),
        form=form,
        problem=problem,
    )


@bp.post("/courses/<slug>/gifts")
@access(SIGNED_IN)
def order_gift(slug: str) -> ResponseReturnValue:
    """Place the order and go to the pay page."""
    course, offering = _on_sale(slug)
    form = GiftForm()
    if not form.validate_on_submit():
        return _give_page(course, offering, form, status=422)
    try:
        order = gifts.give_course(
            offering, _draft(form), by=signed_in_actor(), at=clock.now(), click=last_click(), coupon_code=form.coupon.data or ""
        )
    except gifts.LetterDayOut as refusal:
        add_problem(form, "letter_on", refusal)
        return _give_page(course, offering, form, status=422)
    except (operations.NotOffered, operations.OfferingChanged) as refusal:
        flash(str(refusal), "warning")
        return see_other("gifts.give", slug=slug)
    except Refusal as refusal:
        return _give_page(course, offering, form, problem=str(refusal), status=refusal.status)
    return go_and_pay(order)


def _own(public_id: str) -> tuple[Order, Gift]:
    order = own_order(public_id)
    gift = queries.gift_of(order)
    if gift is None:
        abort(404)
    return order, gift


@bp.post("/orders/<public_id>/gift")
@access(SIGNED_IN)
def change(public_id: str) -> ResponseReturnValue:
    """Another address, other words, another day; the letter goes out again."""
    order, gift = _own(public_id)
    form = GiftForm()
    if not form.validate_on_submit():
        return _order_page(order, form, status=422)
    try:
        gifts.change_gift(gift, _draft(form), by=signed_in_actor(), at=clock.now())
    except gifts.LetterDayOut as refusal:
        add_problem(form, "letter_on", refusal)
        return _order_page(order, form, status=422)
    except Refusal as refusal:
        add_problem(form, None, refusal)
        return _order_page(order, form, status=refusal.status)
    if gift.letter_sent_at is not None:
        flash(_("Kept. The letter is on its way; the link that was out before does not work any more."), "done")
    else:
        flash(_("Kept. The link that was out before does not work any more."), "done")
    return see_other("sales.order_page", public_id=public_id)


@bp.post("/orders/<public_id>/gift/links")
@access(SIGNED_IN)
def make_link(public_id: str) -> ResponseReturnValue:
    """A link to hand over; it stands on the page this once."""
    order, gift = _own(public_id)
    try:
        token = gifts.make_gift_link(gift, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warning")
        return see_other("sales.order_page", public_id=public_id)
    return _order_page(order, None, token=token)


def _order_page(order: Order, form: GiftForm | None, *, token: str = "", status: int = 200) -> ResponseReturnValue:
    return show_order(
        order, RefundForm(formdata=None), SupportForm(formdata=None), gift_form=form, gift_token=token, status=status
    )


@bp.get("/gifts/<token>")
@access(PUBLIC)
def look(token: str) -> ResponseReturnValue:
    """Who gives what, and the way to accept; a stranger is asked to sign in or up first and comes back."""
    return _look_page(token)


def _look_page(token: str, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    gift, _order = gifts.gift_behind(token, at=clock.now())
    course, actor = db.session.get_one(Course, gift.course_id), current_actor()
    return page(
        "sales/gift/look.html",
        status=status,
        token=token,
        gift=gift,
        course=course,
        title=course_titles([course])[course.id],
        seller=name_of(db.session.get_one(Organisation, course.organisation_id)),
        giver=people.display_names([gift.giver_id]).get(gift.giver_id, ""),
        own_name=people.display_names([actor.person_id]).get(actor.person_id, "") if actor else None,
        **held(actor.person_id if actor else None, course.id),
        next=request.path if request.method == "GET" else "",
        problem=problem,
    )


@bp.post("/gifts/<token>/claims")
@access(SIGNED_IN)
def claim(token: str) -> ResponseReturnValue:
    """Accept, and on to the lessons."""
    try:
        enrolment = gifts.claim_gift(token, by=signed_in_actor(), at=clock.now())
    except AlreadyEnrolled:
        return _look_page(token, status=409)
    except (gifts.MayNotAccept, PartsOpen) as refusal:
        return _look_page(token, problem=str(refusal), status=refusal.status)
    flash(_("The course is yours. Enjoy it."), "done")
    return see_other("learning.course", enrolment_id=enrolment.public_id)
