"""Invoices of a pass: one for each period that was paid, with credit notes over what went back."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from coursehub import clock
from coursehub.billing import queries as billing
from coursehub.billing.buyer_sheet import printed_for_buyer
from coursehub.billing.models import BuyerDocument
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import queries as people
from coursehub.people.models import BuyerDetails
from coursehub.sales.models import CoursePass, PassSubscription
from coursehub.sales.paper_forms import InvoiceForm
from coursehub.sales.passes import queries
from coursehub.sales.passes.operations import papers
from coursehub.sales.passes.views.taking import bp, name_of, own_subscription
from coursehub.web import SIGNED_IN, access, current_locale, one_or_404, page, see_other, signed_in_actor


@bp.get("/subscriptions/<public_id>/invoices")
@access(SIGNED_IN)
def invoices(public_id: str) -> ResponseReturnValue:
    """The invoices of a pass, and the way to ask for them."""
    mine, found = own_subscription(public_id)
    last = people.buyer_details_of(mine.person_id)
    names = ("kind", "title", "tax_number", "address", "bank")
    return _page(mine, found, InvoiceForm(data={name: getattr(last, name) for name in names} if last else None))


def _page(
    mine: PassSubscription, found: CoursePass, form: InvoiceForm, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    documents = db.session.execute(billing.buyer_documents_of(mine.public_id)).scalars().all()
    invoiced = {each.effect_key for each in documents}
    return page(
        "sales/passes/invoices.html", status=status, mine=mine, name=name_of(found), documents=documents, form=form,
        details=db.session.get_one(BuyerDetails, documents[-1].details_id) if documents else None, problem=problem,
        may_ask=any(each.paid("").effect_key not in invoiced for each in queries.periods_of(mine.id)), spoken=current_locale(),
        pdf_url=lambda document_id: url_for("passes.invoice_pdf", public_id=mine.public_id, document_id=document_id),
    )  # fmt: skip


@bp.post("/subscriptions/<public_id>/invoices")
@access(SIGNED_IN)
def ask_invoices(public_id: str) -> ResponseReturnValue:
    """Make out the invoices of what was paid."""
    (mine, found), form = own_subscription(public_id), InvoiceForm()
    if not form.validate_on_submit():
        return _page(mine, found, form, status=422)
    try:
        papers.ask_invoices(mine, form.draft(), by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        return _page(mine, found, form, problem=str(refusal), status=refusal.status)
    flash(_("Here are your invoices. Each later period gets its own when it is paid."), "done")
    return see_other("passes.invoices", public_id=public_id)


@bp.get("/subscriptions/<public_id>/invoices/<document_id>.pdf")
@access(SIGNED_IN)
def invoice_pdf(public_id: str, document_id: str) -> ResponseReturnValue:
    """An invoice or a credit note as a sheet for the files."""
    mine, _found = own_subscription(public_id)
    document = one_or_404(billing.buyer_documents_of(mine.public_id).where(BuyerDocument.public_id == document_id))
    answer = Response(printed_for_buyer(document), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{document.reference}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
