"""Invoices of a pass: one for each period that was paid, with credit notes over what went back; and their fapiao."""

from collections.abc import Sequence
from dataclasses import dataclass

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
from coursehub.sales import queries as sales
from coursehub.sales.models import CoursePass, FapiaoRequest, PassPeriod, PassSubscription
from coursehub.sales.paper_forms import PassPaperForm
from coursehub.sales.passes import queries
from coursehub.sales.passes.operations import papers
from coursehub.sales.passes.views.taking import bp, name_of, own_subscription
from coursehub.sales.words import FAPIAO_WORDS, period_days
from coursehub.web import SIGNED_IN, access, current_locale, one_or_404, page, see_other, signed_in_actor


@bp.get("/subscriptions/<public_id>/invoices")
@access(SIGNED_IN)
def invoices(public_id: str) -> ResponseReturnValue:
    """The invoices of a pass and the fapiao of its periods, and the way to ask for them."""
    mine, found = own_subscription(public_id)
    last = people.buyer_details_of(mine.person_id)
    names = ("kind", "title", "tax_number", "address", "bank")
    form = PassPaperForm(data={name: getattr(last, name) for name in names} if last else None)
    return _page(mine, found, form, _read(mine, form))


@dataclass(frozen=True)
class _Paper:
    """What there is on paper of a pass, and what can be asked for."""

    documents: Sequence[BuyerDocument]
    requests: Sequence[FapiaoRequest]
    periods: dict[int, PassPeriod]
    askable: list[PassPeriod]
    lacks_invoice: bool


def _read(mine: PassSubscription, form: PassPaperForm) -> _Paper:
    """Look, and let the form ask only for what there is."""
    documents = db.session.execute(billing.buyer_documents_of(mine.public_id)).scalars().all()
    invoiced = {each.effect_key for each in documents}
    periods = {each.id: each for each in queries.periods_of(mine.id)}
    requests, paid = sales.fapiao_of_periods(periods), sales.sold_periods(list(periods))
    asked = {each.period_id for each in requests if each.state != "declined"}
    askable = [each for each in periods.values() if each.id not in asked and paid[each.id].left_minor > 0]
    lacks_invoice = any(each.paid("").effect_key not in invoiced for each in periods.values())
    form.offer([(each.public_id, period_days(each)) for each in askable], invoices=lacks_invoice)
    return _Paper(documents, requests, periods, askable, lacks_invoice)


def _page(
    mine: PassSubscription, found: CoursePass, form: PassPaperForm, paper: _Paper, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    documents = paper.documents
    return page(
        "sales/passes/invoices.html", status=status, mine=mine, name=name_of(found), documents=documents, form=form,
        details=db.session.get_one(BuyerDetails, documents[-1].details_id) if documents else None, problem=problem,
        requests=[
            (each, sales.reversals_of_fapiao(each.id), period_days(paper.periods[each.period_id]))
            for each in paper.requests if each.period_id is not None
        ],
        goes_on=mine.ended_at is None and queries.fapiao_that_goes_on(mine.id) is not None,
        currency=mine.currency, lacks_invoice=paper.lacks_invoice, may_ask=paper.lacks_invoice or bool(paper.askable),
        spoken=current_locale(),
        pdf_url=lambda document_id: url_for("passes.invoice_pdf", public_id=mine.public_id, document_id=document_id),
        **FAPIAO_WORDS,
    )  # fmt: skip


@bp.post("/subscriptions/<public_id>/invoices")
@access(SIGNED_IN)
def ask_invoices(public_id: str) -> ResponseReturnValue:
    """Make out the invoices of what was paid, and ask for the fapiao of a period if it is wanted."""
    (mine, found), form, actor, now = own_subscription(public_id), PassPaperForm(), signed_in_actor(), clock.now()
    paper = _read(mine, form)
    if not form.validate_on_submit():
        return _page(mine, found, form, paper, status=422)
    wish = form.wish()
    try:
        if wish is not None:
            period = next(each for each in paper.askable if each.public_id == wish[1])
            papers.ask_fapiao_of_period(period, form.draft(), kind=wish[0], by=actor, at=now, goes_on=bool(form.goes_on.data))
        if wish is None or paper.lacks_invoice:
            papers.ask_invoices(mine, form.draft(), by=actor, at=now)
    except Refusal as refusal:
        return _page(mine, found, form, paper, problem=str(refusal), status=refusal.status)
    if wish is not None:
        flash(_("Finance makes out the fapiao; a letter brings you its number."), "done")
    else:
        flash(_("Here are your invoices. Each later period gets its own when it is paid."), "done")
    return see_other("passes.invoices", public_id=public_id)


@bp.post("/subscriptions/<public_id>/fapiao/stop")
@access(SIGNED_IN)
def stop_fapiao(public_id: str) -> ResponseReturnValue:
    """No fapiao for later periods any more."""
    mine, _found = own_subscription(public_id)
    papers.stop_fapiao(mine, by=signed_in_actor(), at=clock.now())
    flash(_("Later periods get no fapiao unless you ask for it."), "done")
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
