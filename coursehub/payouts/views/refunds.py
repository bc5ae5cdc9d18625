"""A refund that failed and was paid by bank transfer instead, for the house's finance."""

from flask import Blueprint, abort, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.payouts import operations, queries
from coursehub.payouts.adjustment_forms import RefundByBankForm
from coursehub.people.views.browser import add_problem
from coursehub.sales.models import PassRefund, Refund
from coursehub.talent.working_days import local_day
from coursehub.web import STAFF, access, page, see_other, signed_in_actor

bp = Blueprint("payouts_refunds", __name__, url_prefix="/house/payouts/refunds")
FINANCE = STAFF("finance")


@bp.get("/<public_id>")
@access(FINANCE)
def write(public_id: str) -> ResponseReturnValue:
    """What is asked of whoever made the transfer."""
    form = RefundByBankForm(formdata=None)
    form.paid_on.data = local_day(clock.now())
    return _page(_refund(public_id), form)


@bp.post("/<public_id>")
@access(FINANCE)
def propose(public_id: str) -> ResponseReturnValue:
    """Write it down for a colleague."""
    refund, form = _refund(public_id), RefundByBankForm()
    if not form.validate_on_submit() or form.paid_on.data is None:
        return _page(refund, form, status=422)
    try:
        row = operations.propose_refund_by_bank(
            refund, paid_on=form.paid_on.data, bank_reference=form.bank_reference.data or "", words=form.words.data or "",
            by=signed_in_actor(), at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        add_problem(form, "paid_on" if isinstance(refusal, operations.DayToCome) else None, refusal)
        return _page(refund, form, status=refusal.status)
    flash(_("Written down. Another person of finance confirms it; they get a letter."), "done")
    return see_other("payouts_adjustments.entry", public_id=row.public_id)


def _refund(public_id: str) -> Refund | PassRefund:
    found = queries.refund_named(public_id)
    if found is None or found.booked_at is None or found.state not in ("failed", "done"):
        abort(404)
    return found


def _page(refund: Refund | PassRefund, form: RefundByBankForm, *, status: int = 200) -> ResponseReturnValue:
    return page(
        "payouts/house/refund_by_bank.html", status=status, refund=refund, currency=queries.currency_of_refund(refund), form=form,
        standing=queries.entry_of_refund(refund.public_id),
    )  # fmt: skip
