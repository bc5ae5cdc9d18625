"""Giving a course or a bundle to somebody else: the giver's pages, and the page of whoever holds the link."""

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.learning.operations import AlreadyEnrolled
from coursehub.people import queries as people
from coursehub.people.views.browser import add_problem
from coursehub.sales import operations, queries
from coursehub.sales.forms import RefundForm, SupportForm
from coursehub.sales.gift_forms import GiftForm
from coursehub.sales.models import Bundle, Gift, Offering, Order
from coursehub.sales.operations import PaymentDisputed, gifts
from coursehub.sales.operations.checkout import PartsOpen
from coursehub.sales.views import gifts_bp as bp
from coursehub.sales.views.buying import go_and_pay, own_order
from coursehub.sales.views.clicks import last_click
from coursehub.sales.views.holding import who_holds
from coursehub.sales.views.orders import show_order
from coursehub.sales.views.selling import course_titles
from coursehub.sales.views.wanted import bundle_wanted, course_wanted, named_by
from coursehub.web import PUBLIC, SIGNED_IN, access, current_actor, one_or_404, page, see_other, signed_in_actor


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
        wanted=course_wanted(course, offering, quoted),
        action=url_for("gifts.order_gift", slug=course.slug),
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


def _bundle(public_id: str) -> Bundle:
    return one_or_404(queries.open_bundles().where(Bundle.public_id == public_id))


@bp.get("/bundles/<public_id>/gift")
@access(SIGNED_IN)
def give_bundle(public_id: str) -> ResponseReturnValue:
    """A bundle for somebody else: for whom, with which words, when; and the price."""
    return _give_bundle_page(_bundle(public_id), GiftForm(formdata=None))


def _give_bundle_page(bundle: Bundle, form: GiftForm, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    wanted = bundle_wanted(bundle, person_id=None, at=clock.now())
    if wanted.terms is None:
        abort(404)
    action = url_for("gifts.order_bundle_gift", public_id=bundle.public_id)
    return page("sales/gift/give.html", status=status, wanted=wanted, action=action, form=form, problem=problem)


@bp.post("/bundles/<public_id>/gifts")
@access(SIGNED_IN)
def order_bundle_gift(public_id: str) -> ResponseReturnValue:
    """Place the order for a bundle and go to the pay page."""
    bundle, form = _bundle(public_id), GiftForm()
    if not form.validate_on_submit():
        return _give_bundle_page(bundle, form, status=422)
    try:
        order = gifts.give_bundle(bundle, _draft(form), by=signed_in_actor(), at=clock.now(), click=last_click())
    except gifts.LetterDayOut as refusal:
        add_problem(form, "letter_on", refusal)
        return _give_bundle_page(bundle, form, status=422)
    except operations.BundleNotNow as refusal:
        flash(str(refusal), "warning")
        return see_other("bundles.bundles")
    except Refusal as refusal:
        return _give_bundle_page(bundle, form, problem=str(refusal), status=refusal.status)
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
    now, actor = clock.now(), current_actor()
    gift, order = gifts.gift_behind(token, at=now)
    course, bundle = named_by(gift)
    opening, held = gifts.shared_out(order, actor.person_id if actor else None)
    titles = course_titles([db.session.get_one(Course, part.course_id) for part in (*opening, *held)])
    return page(
        "sales/gift/look.html",
        status=status,
        token=token,
        gift=gift,
        wanted=course_wanted(course, None) if course else bundle_wanted(bundle, person_id=None, at=now) if bundle else None,
        opening=[titles[part.course_id] for part in opening],
        held=[titles[part.course_id] for part in held],
        giver=people.display_names([gift.giver_id]).get(gift.giver_id, ""),
        own_name=people.display_names([actor.person_id]).get(actor.person_id, "") if actor else None,
        **who_holds(actor.person_id if actor else None, course.id if course else None),
        has_all=actor is not None and bundle is not None and not opening,
        next=request.path if request.method == "GET" else "",
        problem=problem,
    )


@bp.post("/gifts/<token>/claims")
@access(SIGNED_IN)
def claim(token: str) -> ResponseReturnValue:
    """Accept, and on to the lessons."""
    now = clock.now()
    gift, _order = gifts.gift_behind(token, at=now)
    try:
        enrolment = gifts.claim_gift(token, by=signed_in_actor(), at=now)
    except AlreadyEnrolled:
        return _look_page(token, status=409)
    except (gifts.MayNotAccept, PartsOpen, PaymentDisputed) as refusal:
        return _look_page(token, problem=str(refusal), status=refusal.status)
    if gift.bundle_id is not None:
        flash(_("The courses are yours. Enjoy them."), "done")
        return see_other("learning.my_courses")
    flash(_("The course is yours. Enjoy it."), "done")
    return see_other("learning.course", enrolment_id=enrolment.public_id)
