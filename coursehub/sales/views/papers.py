"""Invoices of orders, and the fapiao that finance makes out."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from coursehub import clock
from coursehub.billing import queries as billing
from coursehub.billing.buyer_sheet import printed_for_buyer
from coursehub.billing.models import BuyerDocument, Document
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.money import as_decimal
from coursehub.people import queries as people
from coursehub.people.models import BuyerDetails
from coursehub.sales import queries
from coursehub.sales.models import FapiaoRequest, Order
from coursehub.sales.operations import fapiao, papers
from coursehub.sales.paper_forms import FapiaoDeclineForm, FapiaoForm, InvoiceForm
from coursehub.sales.views import bp
from coursehub.sales.views.buying import own_order, titles_of
from coursehub.sales.words import FAPIAO_WORDS, fapiao_kind_words
from coursehub.web import SIGNED_IN, STAFF, access, current_locale, one_or_404, page, paginate, see_other, signed_in_actor
from coursehub.web.locale import local_time
from coursehub.web.sheets import as_csv


@bp.get("/orders/<public_id>/invoice")
@access(SIGNED_IN)
def invoice(public_id: str) -> ResponseReturnValue:
    """The invoice of an order with its credit notes, and the way to ask for it or for its fapiao."""
    order = own_order(public_id)
    last = people.buyer_details_of(order.buyer_id)
    names = ("kind", "title", "tax_number", "address", "bank")
    return _invoice_page(order, InvoiceForm(data={name: getattr(last, name) for name in names} if last else None))


def _invoice_page(order: Order, form: InvoiceForm, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    documents = db.session.execute(billing.buyer_documents_of(order.public_id)).scalars().all()
    requests = queries.fapiao_of(order.id)
    return page(
        "sales/invoice.html",
        status=status,
        order=order,
        title=titles_of([order]).get(order.id, ""),
        documents=documents,
        details=db.session.get_one(BuyerDetails, documents[0].details_id) if documents else None,
        requests=[(each, queries.reversals_of_fapiao(each.id), "") for each in requests],
        may_ask=queries.sold_payment(order.id) is not None and not any(each.state != "declined" for each in requests),
        form=form,
        problem=problem,
        currency=order.currency,
        spoken=current_locale(),
        pdf_url=lambda document_id: url_for("sales.invoice_pdf", public_id=order.public_id, document_id=document_id),
        **FAPIAO_WORDS,
    )


@bp.post("/orders/<public_id>/invoices")
@access(SIGNED_IN)
def ask_invoice(public_id: str) -> ResponseReturnValue:
    """Make out the invoice, and ask for the fapiao if it is wanted."""
    order, form, actor, now = own_order(public_id), InvoiceForm(), signed_in_actor(), clock.now()
    if not form.validate_on_submit():
        return _invoice_page(order, form, status=422)
    try:
        if form.fapiao.data:
            fapiao.ask_fapiao(order, form.draft(), kind=form.fapiao.data, by=actor, at=now)
        papers.ask_invoice(order, form.draft(), by=actor, at=now)
    except Refusal as refusal:
        return _invoice_page(order, form, problem=str(refusal), status=refusal.status)
    if form.fapiao.data:
        flash(_("Here is your invoice. Finance makes out the fapiao; a letter brings you its number."), "done")
    else:
        flash(_("Here is your invoice."), "done")
    return see_other("sales.invoice", public_id=public_id)


@bp.get("/orders/<public_id>/invoices/<document_id>.pdf")
@access(SIGNED_IN)
def invoice_pdf(public_id: str, document_id: str) -> ResponseReturnValue:
    """The invoice or a credit note as a sheet for the files."""
    order = own_order(public_id)
    document = one_or_404(billing.buyer_documents_of(order.public_id).where(BuyerDocument.public_id == document_id))
    answer = Response(printed_for_buyer(document), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{document.reference}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/house/fapiao")
@access(STAFF("finance"))
def fapiao_queue() -> ResponseReturnValue:
    """What buyers wait for, what must be reversed, and what was answered lately."""
    answered = paginate(queries.fapiao_answered(), request.args.get("page", 1, int))
    waiting = db.session.execute(queries.fapiao_waiting()).scalars().all()
    to_reverse = db.session.execute(queries.fapiao_to_reverse()).tuples().all()
    return page(
        "sales/house/fapiao.html",
        waiting=waiting,
        to_reverse=to_reverse,
        answered=answered,
        sold=queries.sold_for_each([*waiting, *(asked for asked, _due in to_reverse), *answered.items]),
        spoken=current_locale(),
        **FAPIAO_WORDS,
    )


@bp.post("/house/fapiao/<public_id>/takings")
@access(STAFF("finance"))
def take_fapiao(public_id: str) -> ResponseReturnValue:
    """Open one request with for whom it is made out."""
    return _opened(one_or_404(queries.all_fapiao().where(FapiaoRequest.public_id == public_id)), FapiaoForm(formdata=None))


def _opened(
    asked: FapiaoRequest, form: FapiaoForm, decline: FapiaoDeclineForm | None = None, *, status: int = 200
) -> ResponseReturnValue:
    try:
        details = fapiao.take_fapiao(asked, by=signed_in_actor(), at=clock.now())
    except fapiao.FapiaoTaken as refusal:
        flash(str(refusal), "warning")
        return see_other("sales.fapiao_queue")
    return page(
        "sales/house/fapiao_request.html",
        status=status,
        asked=asked,
        sold=queries.sold_for(asked),
        document=db.session.get(Document, asked.document_id) if asked.document_id is not None else None,
        spoken=current_locale(),
        details=details,
        to_reverse_minor=queries.fapiao_to_reverse_minor(asked),
        reversals=queries.reversals_of_fapiao(asked.id),
        form=form,
        decline=decline or FapiaoDeclineForm(formdata=None),
        **FAPIAO_WORDS,
    )


@bp.post("/house/fapiao/<public_id>/numbers")
@access(STAFF("finance"))
def record_fapiao(public_id: str) -> ResponseReturnValue:
    """Keep the number of a fapiao, or of one in red letters, that was made out."""
    asked = one_or_404(queries.all_fapiao().where(FapiaoRequest.public_id == public_id))
    form = FapiaoForm()
    if not form.validate_on_submit() or form.issued_on.data is None:
        return _opened(asked, form, status=422)
    act = fapiao.record_fapiao if asked.state == "asked" else fapiao.reverse_fapiao
    try:
        act(asked, number=form.number.data or "", issued_on=form.issued_on.data, by=signed_in_actor(), at=clock.now())
    except fapiao.NumberUsed as refusal:
        form.number.errors = [str(refusal)]
        return _opened(asked, form, status=422)
    except Refusal as refusal:
        flash(str(refusal), "warning")
    else:
        flash(_("Kept. The buyer gets a letter with the number."), "done")
    return see_other("sales.fapiao_queue")


@bp.post("/house/fapiao/<public_id>/declines")
@access(STAFF("finance"))
def decline_fapiao(public_id: str) -> ResponseReturnValue:
    """Say why it cannot be made out so."""
    asked = one_or_404(queries.all_fapiao().where(FapiaoRequest.public_id == public_id))
    form = FapiaoDeclineForm()
    if not form.validate_on_submit():
        return _opened(asked, FapiaoForm(formdata=None), form, status=422)
    try:
        fapiao.decline_fapiao(asked, answer=form.answer.data or "", by=signed_in_actor(), at=clock.now())
        flash(_("The buyer gets your words by mail and can ask again."), "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("sales.fapiao_queue")


@bp.post("/house/fapiao/files")
@access(STAFF("finance"))
def export_fapiao() -> ResponseReturnValue:
    """All waiting requests as a file for the program that makes fapiao out."""
    now = clock.now()
    found = fapiao.export_fapiao(by=signed_in_actor(), at=now)
    heads = [
        _("Order, pass or invoice"), _("Asked for"), _("Fapiao"), _("Made out for"), _("Name on the invoice"), _("Tax number"),
        _("Address and telephone"), _("Bank and account number"), _("Item"), _("Amount"), _("Currency"),
        _("Tax rate, in percent"),
    ]  # fmt: skip
    rows = [
        [
            sold.number, local_time(asked.asked_at).date().isoformat(), fapiao_kind_words(asked.kind),
            _("A company") if details.kind == "company" else _("A person"), details.title, details.tax_number, details.address,
            details.bank, sold.titles[current_locale()], str(as_decimal(sold.left_minor, sold.currency)), sold.currency,
            "" if sold.tax_bps is None else str(as_decimal(sold.tax_bps, "CNY")),
        ]
        for asked, sold, details in found
    ]  # fmt: skip
    return Response(
        as_csv(heads, rows), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="fapiao-{now:%Y%m%d}.csv"', "Cache-Control": "no-store"},
    )  # fmt: skip
