"""Applying as a partner, and bank and tax details."""

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.errors import require
from coursehub.people import operations, policies, queries
from coursehub.people.forms import typed
from coursehub.people.models import Organisation
from coursehub.people.organisation_forms import ApplyForm, HireForm, PayeeForm, ReasonForm
from coursehub.people.views import bp
from coursehub.people.views.browser import add_problem, only_when_fresh
from coursehub.people.views.organisations import visible
from coursehub.web import SIGNED_IN, access, page, see_other, signed_in_actor

FORMS = {"sells": ApplyForm, "hires": HireForm}
"""What is asked of an organisation, by the right that it asks for."""


def _wish() -> str:
    """The right that stands in the address; to sell, unless it says otherwise."""
    wish = request.args.get("wish", "sells")
    return wish if wish in FORMS else abort(404)


@bp.get("/organisations/<public_id>/application")
@access(SIGNED_IN)
def partner_application(public_id: str) -> ResponseReturnValue:
    """Ask what the organisation teaches, or whom it would hire."""
    organisation = visible(public_id)
    require(policies.may_apply_as_partner(signed_in_actor(), organisation))
    return _application_page(organisation, FORMS[_wish()](formdata=None))


@bp.post("/organisations/<public_id>/application")
@access(SIGNED_IN)
def apply_as_partner(public_id: str) -> ResponseReturnValue:
    """Send the application to the house."""
    organisation = visible(public_id)
    form = FORMS[_wish()]()
    if not form.validate_on_submit():
        return _application_page(organisation, form, status=422)
    try:
        operations.apply_as_partner(
            organisation, wish=_wish(), about=typed(form.about), website=typed(form.website), by=signed_in_actor(), at=clock.now()
        )
    except (operations.AlreadyPartner, operations.ApplicationIsOpen) as refusal:
        add_problem(form, None, refusal)
        return _application_page(organisation, form, status=refusal.status)
    flash(_("Your application is with the house. You will get a letter."), "done")
    return see_other("people.organisation", public_id=public_id)


def _application_page(organisation: Organisation, form: ApplyForm, status: int = 200) -> ResponseReturnValue:
    return page(
        "people/partner_apply.html", status=status, form=form, organisation=organisation,
        name=queries.name_of(organisation), house=queries.house_name(), wish=_wish(),
    )  # fmt: skip


@bp.get("/organisations/<public_id>/payee")
@access(SIGNED_IN)
def payee(public_id: str) -> ResponseReturnValue:
    """What is known of the bank account, masked, and who opened it."""
    organisation = visible(public_id)
    if not policies.may_see_payee(signed_in_actor(), organisation):
        abort(403)
    return payee_page(organisation)


def payee_page(
    organisation: Organisation,
    *,
    details: operations.PayeeDetails | None = None,
    currency: str = "",
    form: ReasonForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The masked details, or the opened ones once their reason is logged."""
    openings = list(db.session.execute(operations.payee_openings(organisation.id).limit(20)).scalars())
    return page(
        "people/payee.html", status=status, organisation=organisation, name=queries.name_of(organisation),
        payees=operations.payees_of(organisation.id), details=details, currency=currency, openings=openings,
        names=queries.display_names(row.by_id for row in openings), form=form or ReasonForm(formdata=None),
        may_change=policies.may_change_payee(signed_in_actor(), organisation),
    )  # fmt: skip


@bp.post("/organisations/<public_id>/payee/open")
@access(SIGNED_IN)
@only_when_fresh
def open_payee(public_id: str) -> ResponseReturnValue:
    """Show the numbers in full, once, and log it."""
    organisation = visible(public_id)
    form = ReasonForm()
    if not form.validate_on_submit():
        return payee_page(organisation, form=form, status=422)
    currency = request.form.get("currency", "")
    details = operations.open_payee_details(
        organisation, reason=typed(form.reason), by=signed_in_actor(), at=clock.now(), currency=currency
    )
    return payee_page(organisation, details=details, currency=currency)


@bp.get("/organisations/<public_id>/payee/edit")
@access(SIGNED_IN)
@only_when_fresh
def edit_payee(public_id: str) -> ResponseReturnValue:
    """Ask for bank and tax details; old numbers are not shown here."""
    organisation = visible(public_id)
    require(policies.may_change_payee(signed_in_actor(), organisation))
    form = PayeeForm(formdata=None, currency=request.args.get("currency", ""))
    return page("people/payee_edit.html", form=form, organisation=organisation, name=queries.name_of(organisation))


@bp.post("/organisations/<public_id>/payee/edit")
@access(SIGNED_IN)
@only_when_fresh
def give_payee(public_id: str) -> ResponseReturnValue:
    """Keep them, sealed."""
    organisation = visible(public_id)
    form = PayeeForm()
    if not form.validate_on_submit():
        return page(
            "people/payee_edit.html", status=422, form=form, organisation=organisation, name=queries.name_of(organisation)
        )
    details = operations.PayeeDetails(
        holder=typed(form.holder).strip(),
        bank=typed(form.bank).strip(),
        account=typed(form.account),
        tax_number=typed(form.tax_number),
        country=typed(form.country),
        bank_code=typed(form.bank_code),
    )
    operations.give_payee_details(organisation, details, by=signed_in_actor(), at=clock.now(), currency=form.currency.data or "")
    flash(_("Saved. Whoever answers for the money gets a letter about it."), "done")
    return see_other("people.payee", public_id=public_id)
