"""Credit of members, for the house's finance: who has some, and what was sent back."""

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.validators import ValidationError

from coursehub import clock
from coursehub.billing import operations, queries
from coursehub.billing.forms import CURRENCIES, RepaymentForm
from coursehub.billing.operations.receipts import LineMarkedAlready
from coursehub.billing.operations.repayments import MoreThanCredit, PaidInTheFuture
from coursehub.billing.views import showing
from coursehub.billing.views.house import FINANCE, bp
from coursehub.errors import Refusal
from coursehub.money import as_decimal, format_money
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.people.views.browser import add_problem
from coursehub.web import access, current_locale, one_or_404, page, see_other, signed_in_actor
from coursehub.web.amounts import minor_of


@bp.get("/house/credits")
@access(FINANCE)
def credits() -> ResponseReturnValue:
    """Whom we owe money beyond their invoices."""
    found = queries.members_with_credit()
    names = {member.id: people.name_of(member) for member, _currency, _minor in found}
    return page("billing/house/credits.html", credits=found, names=names)


@bp.get("/house/members/<public_id>/repayments/<currency>")
@access(FINANCE)
def new_repayment(public_id: str, currency: str) -> ResponseReturnValue:
    """Mark a line of the bank statement by which credit left."""
    member, form = _member(public_id, currency), RepaymentForm(formdata=None)
    form.amount.data = as_decimal(queries.credit_minor(member.id, currency), currency)
    form.paid_on.data = showing.today_at(clock.now())
    return _repayment_page(member, currency, form)


@bp.post("/house/members/<public_id>/repayments/<currency>")
@access(FINANCE)
def record_repayment(public_id: str, currency: str) -> ResponseReturnValue:
    """It stands on the statement: book it."""
    member, form = _member(public_id, currency), RepaymentForm()
    valid, amount, day = form.validate_on_submit(), form.amount.data, form.paid_on.data
    if not valid or amount is None or day is None:
        return _repayment_page(member, currency, form, status=422)
    try:
        repayment = operations.record_repayment(
            member, currency=currency, amount_minor=minor_of(amount, currency), paid_on=day,
            bank_reference=form.bank_reference.data or "", note=form.note.data or "", by=signed_in_actor(), at=clock.now(),
        )  # fmt: skip
    except ValidationError as problem:
        form.amount.errors = [str(problem)]
        return _repayment_page(member, currency, form, status=422)
    except Refusal as refusal:
        fields = {LineMarkedAlready: "bank_reference", PaidInTheFuture: "paid_on", MoreThanCredit: "amount"}
        add_problem(form, fields.get(type(refusal)), refusal)
        return _repayment_page(member, currency, form, status=422)
    shown = format_money(repayment.amount_minor, currency, current_locale())
    flash(_("%(amount)s is marked as sent back.", amount=shown), "done")
    return see_other("billing_house.credits")


def _member(public_id: str, currency: str) -> Organisation:
    known = [code for code, _name in CURRENCIES]
    return one_or_404(queries.members_in(currency if currency in known else "").where(Organisation.public_id == public_id))


def _repayment_page(member: Organisation, currency: str, form: RepaymentForm, *, status: int = 200) -> ResponseReturnValue:
    return page(
        "billing/house/repayment.html", status=status, form=form, member=member, name=people.name_of(member), currency=currency,
        credit=queries.credit_minor(member.id, currency), before=queries.repayments_of(member.id),
    )  # fmt: skip
