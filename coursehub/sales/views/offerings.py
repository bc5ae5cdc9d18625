"""The page where a course gets its price."""

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog.models import Course
from coursehub.config import current_settings
from coursehub.contracts import queries as contracts
from coursehub.errors import Refusal
from coursehub.money import as_decimal
from coursehub.sales import operations, queries
from coursehub.sales.forms import OfferingForm, bps_of
from coursehub.sales.models import Offering
from coursehub.sales.views import bp
from coursehub.sales.views.audience import SELLERS
from coursehub.sales.views.selling import course_titles
from coursehub.web import access, one_or_404, page, see_other, signed_in_actor
from coursehub.web.amounts import minor_of


def _own_course(public_id: str) -> Course:
    return one_or_404(queries.courses_priced_by(signed_in_actor()).where(Course.public_id == public_id))


@bp.route("/studio/courses/<public_id>/offering", methods=["GET", "POST"])
@access(SELLERS)
def offering(public_id: str) -> ResponseReturnValue:
    """Price, tax, seats and refund window of one course, and what they were before."""
    course, now = _own_course(public_id), clock.now()
    terms = contracts.terms_in_force(course.id, now)
    current = queries.open_offering(course.id)
    form = OfferingForm(data=_typed(current) if current else {"currency": _currency(terms)})
    if form.validate_on_submit():
        try:
            operations.open_offering(course, _draft(form), by=signed_in_actor(), at=now)
        except Refusal as refusal:
            form.price.errors = [str(refusal)]
        else:
            flash(_("The course is sold at this price from now on. Orders placed before keep theirs."), "done")
            return see_other("sales.offering", public_id=public_id)
    return page(
        "sales/studio/offering.html",
        status=422 if form.errors or form.price.errors else 200,
        course=course,
        title=course_titles([course])[course.id],
        current=current,
        seats_left=queries.seats_left(current) if current else None,
        history=queries.offerings_of(course.id),
        terms=terms,
        form=form,
    )


def _currency(terms: object) -> str:
    if terms is not None:
        return contracts.body_of(terms).currency  # type: ignore[arg-type]
    return current_settings().default_currency


def _typed(current: Offering) -> dict[str, object]:
    return {
        "price": as_decimal(current.price_minor, current.currency),
        "currency": current.currency,
        "tax_percent": as_decimal(current.tax_bps, "CNY"),
        "seats_limit": current.seats_limit,
        "refund_days": current.refund_days,
        "instalments": current.instalments,
    }


def _draft(form: OfferingForm) -> operations.OfferingDraft:
    assert form.price.data is not None and form.tax_percent.data is not None
    return operations.OfferingDraft(
        price_minor=minor_of(form.price.data, form.currency.data),
        currency=form.currency.data,
        tax_bps=bps_of(form.tax_percent.data),
        seats_limit=form.seats_limit.data,
        refund_days=form.refund_days.data or 0,
        instalments=form.instalments.data or 1,
    )


@bp.post("/studio/courses/<public_id>/offering/closings")
@access(SELLERS)
def close_offering(public_id: str) -> ResponseReturnValue:
    """Stop selling the course."""
    try:
        operations.close_offering(_own_course(public_id), by=signed_in_actor(), at=clock.now())
        flash(_("The course is not sold any more. Those who bought it keep it."), "done")
    except operations.NotOffered as refusal:
        flash(str(refusal), "warning")
    return see_other("sales.offering", public_id=public_id)
