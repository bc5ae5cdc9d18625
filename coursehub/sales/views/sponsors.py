"""Asking an employer to pay: the learner's page, and the pages of whoever holds the link."""

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock, rails
from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.errors import NotAllowed, Refusal
from coursehub.learning.operations import AlreadyEnrolled
from coursehub.people import queries as people
from coursehub.sales import operations, policies, queries
from coursehub.sales.models import PAYING, Bundle, Offering, Order, SponsorRequest
from coursehub.sales.operations import employers, sponsors
from coursehub.sales.sponsor_forms import DeclineForm, EmployerInvoiceForm, SponsorForm
from coursehub.sales.views import sponsors_bp as bp
from coursehub.sales.views.clicks import last_click
from coursehub.sales.views.holding import who_holds
from coursehub.sales.views.wanted import Wanted, bundle_wanted, course_wanted, named_by
from coursehub.web import (
    MEMBER_OF,
    PUBLIC,
    SIGNED_IN,
    access,
    current_actor,
    external_url,
    one_or_404,
    page,
    see_other,
    signed_in_actor,
)


def _on_sale(slug: str) -> tuple[Course, Offering]:
    course = catalog.course_by_slug(slug)
    offering = queries.open_offering(course.id) if course else None
    if course is None or offering is None or offering.price_minor == 0:
        abort(404)
    return course, offering


def _bundle_now(public_id: str) -> Bundle:
    return one_or_404(queries.open_bundles().where(Bundle.public_id == public_id))


def _wanted(row: SponsorRequest, at: datetime) -> Wanted:
    """What a request is about, at what it costs now."""
    course, bundle = named_by(row)
    if bundle is not None:
        return bundle_wanted(bundle, person_id=row.learner_id, at=at)
    assert course is not None
    return course_wanted(course, queries.open_offering(course.id))


@bp.get("/courses/<slug>/employer")
@access(SIGNED_IN)
def ask(slug: str) -> ResponseReturnValue:
    """Where one asks for a course, and what became of it."""
    return _ask_page(_on_sale(slug)[0], SponsorForm())


@bp.get("/bundles/<public_id>/employer")
@access(SIGNED_IN)
def ask_for_bundle(public_id: str) -> ResponseReturnValue:
    """The same for a bundle."""
    return _ask_page(_bundle_now(public_id), SponsorForm())


def _ask_page(
    about: Course | Bundle, form: SponsorForm, *, token: str = "", problem: str = "", status: int = 200
) -> ResponseReturnValue:
    learner_id, now = signed_in_actor().person_id, clock.now()
    if isinstance(about, Bundle):
        asked = queries.last_sponsor_request(learner_id, bundle_id=about.id)
        wanted = bundle_wanted(about, person_id=learner_id, at=now)
        action = url_for("sponsors.send_for_bundle", public_id=about.public_id)
    else:
        asked = queries.last_sponsor_request(learner_id, course_id=about.id)
        wanted, action = course_wanted(about, queries.open_offering(about.id)), url_for("sponsors.send", slug=about.slug)
    order = db.session.get(Order, asked.order_id) if asked is not None and asked.order_id is not None else None
    waits = order is not None and order.state in PAYING and queries.employer_invoice_of(order.id) is not None
    return page(
        "sales/sponsor/ask.html",
        status=status,
        wanted=wanted,
        action=action,
        asked=asked,
        waits_for_invoice=order if waits else None,
        **who_holds(learner_id, None if isinstance(about, Bundle) else about.id),
        is_over=asked is not None and asked.state == "open" and now >= asked.expires_at,
        link=external_url("sponsors.look", token=token) if token else "",
        form=form,
        problem=problem,
    )


@bp.post("/courses/<slug>/employer")
@access(SIGNED_IN)
def send(slug: str) -> ResponseReturnValue:
    """Ask; the link stands on the page this once."""
    course, offering = _on_sale(slug)
    form = SponsorForm()
    if not form.validate_on_submit():
        return _ask_page(course, form, status=422)
    try:
        _asked, token = sponsors.ask_employer(offering, **_told(form))
    except (operations.NotOffered, AlreadyEnrolled) as refusal:
        flash(str(refusal), "warning")
        return see_other("sales.checkout", slug=slug)
    except Refusal as refusal:
        return _ask_page(course, form, problem=str(refusal), status=refusal.status)
    return _ask_page(course, SponsorForm(formdata=None), token=token)


@bp.post("/bundles/<public_id>/employer")
@access(SIGNED_IN)
def send_for_bundle(public_id: str) -> ResponseReturnValue:
    """Ask for a bundle."""
    bundle, form = _bundle_now(public_id), SponsorForm()
    if not form.validate_on_submit():
        return _ask_page(bundle, form, status=422)
    try:
        _asked, token = sponsors.ask_employer_for_bundle(bundle, **_told(form))
    except (operations.BundleNotNow, operations.BundleOwned) as refusal:
        flash(str(refusal), "warning")
        return see_other("bundles.bundles")
    except Refusal as refusal:
        return _ask_page(bundle, form, problem=str(refusal), status=refusal.status)
    return _ask_page(bundle, SponsorForm(formdata=None), token=token)


def _told(form: SponsorForm) -> dict[str, Any]:
    """Who asks, when, and with which words."""
    return {
        "words": form.words.data or "", "employer_email": (form.email.data or "").strip() or None, "by": signed_in_actor(),
        "at": clock.now(), "click": last_click(),
    }  # fmt: skip


def _own(public_id: str) -> SponsorRequest:
    return one_or_404(queries.sponsor_requests_of(signed_in_actor().person_id).where(SponsorRequest.public_id == public_id))


@bp.post("/employer-requests/<public_id>/links")
@access(SIGNED_IN)
def send_again(public_id: str) -> ResponseReturnValue:
    """A new link; the old one stops working."""
    asked = _own(public_id)
    course, bundle = named_by(asked)
    about = course or bundle
    assert about is not None
    try:
        token = sponsors.send_sponsor_link_again(asked, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        return _ask_page(about, SponsorForm(formdata=None), problem=str(refusal), status=refusal.status)
    return _ask_page(about, SponsorForm(formdata=None), token=token)


@bp.post("/employer-requests/<public_id>/withdrawals")
@access(SIGNED_IN)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take the request back."""
    asked = _own(public_id)
    sponsors.withdraw_sponsor_request(asked, by=signed_in_actor(), at=clock.now())
    flash(_("Taken back. The link does not work any more."), "done")
    course, bundle = named_by(asked)
    if bundle is not None:
        return see_other("sponsors.ask_for_bundle", public_id=bundle.public_id)
    return see_other("sponsors.ask", slug=course.slug if course else "")


@bp.get("/employer/<token>")
@access(PUBLIC)
def look(token: str) -> ResponseReturnValue:
    """Who asks, for what, how much and why; pay or decline."""
    return _look_page(token, DeclineForm())


def _look_page(
    token: str, form: DeclineForm, invoice_form: EmployerInvoiceForm | None = None, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    now, actor = clock.now(), current_actor()
    asked = sponsors.sponsor_request_behind(token, at=now)
    order = db.session.get(Order, asked.order_id) if asked.order_id is not None else None
    document = queries.employer_document_of(order.id) if order is not None and order.state in PAYING else None
    return page(
        "sales/sponsor/look.html",
        status=status,
        token=token,
        asked=asked,
        wanted=_wanted(asked, now),
        learner=people.display_names([asked.learner_id]).get(asked.learner_id, ""),
        form=form,
        invoice_form=invoice_form or EmployerInvoiceForm(formdata=None),
        may_be_invoiced=actor is not None and policies.may_be_invoiced(actor),
        is_signed_in=actor is not None,
        document=document,
        order=order,
        is_ours=actor is not None and document is not None and actor.acts_for(document.organisation_id),
        path=url_for("sponsors.look", token=token),
        problem=problem,
    )


@bp.post("/employer/<token>/invoices")
@access(MEMBER_OF("owner", "finance"))
def choose_invoice(token: str) -> ResponseReturnValue:
    """Pay by invoice: the invoice is made out, and the seat waits for the money."""
    form, actor = EmployerInvoiceForm(), signed_in_actor()
    if not form.validate_on_submit():
        return _look_page(token, DeclineForm(formdata=None), form, status=422)
    company = {name: (form[name].data or "").strip() for name in ("tax_number", "address", "reference")}
    try:
        document = employers.choose_invoice(token, company, by=actor, at=clock.now())
    except (sponsors.SponsorLinkOver, NotAllowed):
        raise
    except Refusal as refusal:
        return _look_page(token, DeclineForm(formdata=None), problem=str(refusal), status=refusal.status)
    if not actor.acts_for(document.organisation_id):
        return _look_page(token, DeclineForm(formdata=None), problem=str(sponsors.InvoiceIsOut()), status=409)
    flash(_("Here is your invoice. The learner is enrolled as soon as the money has arrived."), "done")
    return see_other("billing.invoice", public_id=document.public_id)


@bp.post("/employer/<token>/payments")
@access(PUBLIC)
def pay(token: str) -> ResponseReturnValue:
    """On to the pay page."""
    try:
        order = sponsors.pay_as_employer(token, at=clock.now())
    except sponsors.SponsorLinkOver:
        raise
    except Refusal as refusal:
        return _look_page(token, DeclineForm(formdata=None), problem=str(refusal), status=refusal.status)
    if order.session_url is None:
        problem = str(operations.PaymentAway())
        return _look_page(token, DeclineForm(formdata=None), problem=problem, status=503)
    return redirect(order.session_url, 303)


@bp.post("/employer/<token>/answers")
@access(PUBLIC)
def decline(token: str) -> ResponseReturnValue:
    """Say no, with words if one likes."""
    form = DeclineForm()
    if not form.validate_on_submit():
        return _look_page(token, form, status=422)
    sponsors.decline_as_employer(token, answer=form.answer.data or "", at=clock.now())
    return page("sales/sponsor/done.html", order=None, title="")


@bp.get("/employer-payments/<public_id>")
@access(PUBLIC)
def come_back(public_id: str) -> ResponseReturnValue:
    """Where the rail sends the employer: ask it what happened and say so; it names no learner."""
    asked = one_or_404(queries.sponsor_requests().where(SponsorRequest.public_id == public_id))
    order = db.session.get(Order, asked.order_id) if asked.order_id is not None else None
    if order is None:
        abort(404)
    if order.state == "awaiting_payment":
        try:
            operations.settle_order(order, at=clock.now())
        except (rails.RailAway, rails.RailRefused):
            flash(_("The payment service does not answer just now. The course is given as soon as it does."), "warning")
    return page("sales/sponsor/done.html", order=order, title=_wanted(asked, clock.now()).title)
