"""Coupons: the page where a partner or the house makes and closes them."""

from datetime import datetime, time, timedelta

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog.models import Course
from coursehub.contracts.views.looking import names_by_id
from coursehub.errors import Refusal
from coursehub.people.actor import Actor
from coursehub.sales import operations, policies, queries
from coursehub.sales.forms import CouponForm, bps_of
from coursehub.sales.models import Coupon
from coursehub.sales.views import bp
from coursehub.sales.views.audience import SELLERS
from coursehub.sales.views.selling import course_choices, course_titles
from coursehub.sales.words import bearer_words
from coursehub.web import access, one_or_404, page, paginate, see_other, signed_in_actor
from coursehub.web.amounts import minor_of
from coursehub.web.locale import SHOWN_ZONE, local_time


@bp.route("/studio/coupons", methods=["GET", "POST"])
@access(SELLERS)
def coupons() -> ResponseReturnValue:
    """The coupons of one's organisation and how often each was used; make another."""
    actor, form = signed_in_actor(), CouponForm()
    house = actor.organisation is not None and actor.organisation.is_house
    courses = list(queries.courses_sold_by(actor))
    form.courses.choices = course_choices(courses)
    form.borne_by.choices = [(who, bearer_words(who)) for who in ("house" if house else "partner", "terms")]
    if request.method == "GET":
        form.starts_on.data = local_time(clock.now()).date()
        form.borne_by.data = form.borne_by.choices[0][0]
    status = 200
    if form.validate_on_submit():
        try:
            coupon = operations.make_coupon(_draft(form, courses), by=actor, at=clock.now())
        except Refusal as refusal:
            form.code.errors = [str(refusal)]
        else:
            flash(_("The coupon %(code)s is ready.", code=coupon.code), "done")
            return see_other("sales.coupons")
    if form.errors or form.code.errors:
        status = 422
    return _coupons_page(actor, form, courses, status)


def _coupons_page(actor: Actor, form: CouponForm, courses: list[Course], status: int) -> ResponseReturnValue:
    found = paginate(queries.coupons_visible_to(actor), request.args.get("page", 1, int))
    ids = [coupon.id for coupon in found.items]
    campaigns = queries.campaigns_of(actor.organisation, clock.now()) if actor.organisation is not None else []
    return page(
        "sales/studio/coupons.html",
        status=status,
        form=form,
        coupons=found,
        uses=queries.coupon_uses(ids),
        scopes=queries.coupon_course_ids(ids),
        titles=course_titles(courses),
        bearer_words=bearer_words,
        campaigns=campaigns,
        partners=names_by_id(one.party for one in campaigns),
        in_the_house=actor.organisation is not None and actor.organisation.is_house,
        may_close=lambda coupon: policies.may_close_coupon(actor, coupon),
    )


def _draft(form: CouponForm, courses: list[Course]) -> operations.CouponDraft:
    percent = form.kind.data == "percent"
    last = form.ends_on.data
    return operations.CouponDraft(
        code=form.code.data or "",
        borne_by=form.borne_by.data,
        starts_at=_midnight(form.starts_on.data),
        ends_at=_midnight(last + timedelta(days=1)) if last else None,
        off_bps=bps_of(form.percent.data) if percent and form.percent.data is not None else None,
        off_minor=minor_of(form.amount.data, form.currency.data) if not percent and form.amount.data is not None else None,
        currency=None if percent else form.currency.data,
        uses_limit=form.uses_limit.data,
        courses=tuple(course for course in courses if course.public_id in (form.courses.data or [])),
    )


def _midnight(day: object) -> datetime:
    return datetime.combine(day, time(), SHOWN_ZONE)  # type: ignore[arg-type]


@bp.post("/studio/coupons/<public_id>/closings")
@access(SELLERS)
def close_coupon(public_id: str) -> ResponseReturnValue:
    """End a coupon now."""
    actor = signed_in_actor()
    coupon = one_or_404(queries.coupons_visible_to(actor).where(Coupon.public_id == public_id))
    operations.close_coupon(coupon, by=actor, at=clock.now())
    flash(_("The coupon holds no longer. Orders that used it keep their price."), "done")
    return see_other("sales.coupons")
