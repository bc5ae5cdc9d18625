"""Bundles: their shelf and page for everybody, and the page where they are made."""

from typing import NamedTuple

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.config import current_settings
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people.models import Organisation
from coursehub.sales import operations, policies, queries
from coursehub.sales.forms import BundleForm, BundleOrderForm
from coursehub.sales.models import Bundle
from coursehub.sales.views import bundles_bp as bp
from coursehub.sales.views.audience import SELLERS
from coursehub.sales.views.buying import go_and_pay
from coursehub.sales.views.clicks import last_click
from coursehub.sales.views.selling import course_choices, course_titles, name_of, name_of_bundle
from coursehub.web import (
    PUBLIC,
    SIGNED_IN,
    access,
    current_actor,
    current_locale,
    one_or_404,
    page,
    paginate,
    see_other,
    signed_in_actor,
)
from coursehub.web.amounts import minor_of


class BundleOnShelf(NamedTuple):
    """A bundle as its shelf shows it."""

    bundle: Bundle
    name: str
    about: str
    quoted: operations.BundleQuote
    seller: Organisation


def _on_shelf(bundle: Bundle) -> BundleOnShelf | None:
    """The bundle with what it costs this reader; None while it cannot be bought."""
    reader = current_actor()
    try:
        quoted = operations.quote_bundle(bundle, person_id=reader.person_id if reader else None, at=clock.now())
    except operations.BundleNotNow:
        return None
    about = bundle.about_en if current_locale() == "en" else bundle.about
    return BundleOnShelf(bundle, name_of_bundle(bundle), about, quoted, db.session.get_one(Organisation, bundle.organisation_id))


@bp.get("/bundles")
@access(PUBLIC)
def bundles() -> ResponseReturnValue:
    """Every bundle that can be bought now."""
    found = paginate(queries.open_bundles(), request.args.get("page", 1, int), per_page=20)
    shown = [each for each in map(_on_shelf, found.items) if each is not None]
    courses = [part.course for each in shown for part in each.quoted.parts]
    return page("sales/bundles.html", bundles=found, shown=shown, titles=course_titles(courses), name_of=name_of)


@bp.get("/bundles/<public_id>")
@access(PUBLIC)
def bundle(public_id: str) -> ResponseReturnValue:
    """One bundle: its courses, what they cost together, and what of it the reader has already."""
    return _bundle_page(one_or_404(queries.open_bundles().where(Bundle.public_id == public_id)))


def _bundle_page(bundle: Bundle, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    shown = _on_shelf(bundle)
    if shown is None:
        abort(404)
    reader = current_actor()
    waiting = queries.paying_bundle_order(buyer_id=reader.person_id, bundle_id=bundle.id) if reader else None
    return page(
        "sales/bundle.html",
        status=status,
        shown=shown,
        titles=course_titles([part.course for part in shown.quoted.parts]),
        reader=reader,
        waiting=waiting,
        form=BundleOrderForm(formdata=None),
        problem=problem,
        name_of=name_of,
    )


@bp.post("/bundles/<public_id>/orders")
@access(SIGNED_IN)
def order_bundle(public_id: str) -> ResponseReturnValue:
    """Place one order for all courses that one does not have yet, and go to the pay page."""
    bundle = one_or_404(queries.open_bundles().where(Bundle.public_id == public_id))
    form = BundleOrderForm()
    seen = form.seen_minor.data if form.validate_on_submit() else None
    try:
        order = operations.start_bundle_checkout(
            bundle,
            buyer=signed_in_actor(),
            at=clock.now(),
            click=last_click(),
            seen_minor=seen,
            by_parts=bool(form.by_parts.data),
        )
    except operations.BundleNotNow as refusal:
        flash(str(refusal), "warning")
        return see_other("bundles.bundles")
    except Refusal as refusal:
        return _bundle_page(bundle, problem=str(refusal), status=refusal.status)
    return go_and_pay(order)


@bp.route("/studio/bundles", methods=["GET", "POST"])
@access(SELLERS)
def own_bundles() -> ResponseReturnValue:
    """The bundles of one's organisation and those with a course of it; make another."""
    actor = signed_in_actor()
    courses = list(queries.courses_for_bundles(actor))
    form = BundleForm(data={"currency": current_settings().default_currency, "refund_days": 7})
    form.courses.choices = course_choices(courses)
    if form.validate_on_submit():
        assert form.price.data is not None
        draft = operations.BundleDraft(
            name=form.name.data or "", name_en=form.name_en.data or "", about=form.about.data or "",
            about_en=form.about_en.data or "", price_minor=minor_of(form.price.data, form.currency.data),
            courses=tuple(course for course in courses if course.public_id in (form.courses.data or [])),
            currency=form.currency.data, refund_days=form.refund_days.data or 0,
        )  # fmt: skip
        try:
            made = operations.make_bundle(draft, by=actor, at=clock.now())
        except operations.BundleNotCheaper as refusal:
            form.price.errors = [str(refusal)]
        except Refusal as refusal:
            form.courses.errors = [str(refusal)]
        else:
            flash(_("The bundle %(name)s is on the shelf.", name=name_of_bundle(made)), "done")
            return see_other("bundles.own_bundles")
    found = paginate(queries.bundles_visible_to(actor), request.args.get("page", 1, int))
    return page(
        "sales/studio/bundles.html",
        status=422 if form.errors or form.price.errors or form.courses.errors else 200,
        form=form,
        bundles=found,
        courses=(inside := queries.courses_of_bundles([each.id for each in found.items])),
        titles=course_titles([course for those in inside.values() for course in those]),
        sellers={each.id: name_of(db.session.get_one(Organisation, each.organisation_id)) for each in found.items},
        sold=queries.bundles_sold([each.id for each in found.items]),
        name_of_bundle=name_of_bundle,
        may_close=lambda bundle: policies.may_close_bundle(actor, bundle),
    )


@bp.post("/studio/bundles/<public_id>/closings")
@access(SELLERS)
def close_bundle(public_id: str) -> ResponseReturnValue:
    """Take a bundle from the shelf."""
    actor = signed_in_actor()
    bundle = one_or_404(queries.bundles_visible_to(actor).where(Bundle.public_id == public_id))
    operations.close_bundle(bundle, by=actor, at=clock.now())
    flash(_("The bundle is not sold any more. Those who bought it keep its courses."), "done")
    return see_other("bundles.own_bundles")
