"""All invoices for the house's finance: what is open, what came in, where members pay."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from wtforms.validators import ValidationError

from coursehub import clock
from coursehub.billing import operations, queries
from coursehub.billing.forms import CURRENCIES, CollectionForm, ReasonForm, ReceiptForm
from coursehub.billing.models import Document, Receipt
from coursehub.billing.operations.receipts import LineMarkedAlready, ReceivedInTheFuture
from coursehub.billing.views import showing
from coursehub.billing.views.own import pdf_of
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.money import as_decimal, format_money
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.people.views.browser import add_problem, only_when_fresh
from coursehub.web import STAFF, access, current_locale, one_or_404, page, paginate, see_other, signed_in_actor
from coursehub.web.amounts import minor_of

bp = Blueprint("billing_house", __name__)
bp.context_processor(showing.words)
FINANCE = STAFF("finance")


@bp.get("/house/invoices")
@access(FINANCE)
def invoices() -> ResponseReturnValue:
    """Every invoice and credit note, with what is late."""
    actor, today = signed_in_actor(), showing.today_at(clock.now())
    state, search = request.args.get("state", ""), request.args.get("q", "").strip()
    state = state if state in showing.STATES else ""
    found = paginate(queries.documents_matching(actor, state=state, search=search, today=today), request.args.get("page", 1, int))
    return page(
        "billing/house/invoices.html", documents=found, left=queries.open_of([each.id for each in found.items]), state=state,
        search=search, names=people.organisation_names([each.organisation_id for each in found.items]),
        ageing=queries.ageing(actor, today), today=today,
    )  # fmt: skip


@bp.get("/house/invoices/<public_id>")
@access(FINANCE)
def invoice(public_id: str) -> ResponseReturnValue:
    """One document, and where to mark what was paid."""
    document = _any(public_id)
    member = db.session.get_one(Organisation, document.organisation_id)
    return page(
        "billing/house/invoice.html", member=member, name=people.name_of(member),
        **showing.document_context(document, clock.now()),
    )  # fmt: skip


@bp.get("/house/invoices/<public_id>.pdf")
@access(FINANCE)
def invoice_pdf(public_id: str) -> ResponseReturnValue:
    """The sheet that the member gets."""
    return pdf_of(_any(public_id))


@bp.get("/house/members/<public_id>/receipts/<currency>")
@access(FINANCE)
def new_receipt(public_id: str, currency: str) -> ResponseReturnValue:
    """Mark a line of the bank statement for one member."""
    member, form = _member(public_id, currency), ReceiptForm(formdata=None)
    named = request.args.get("invoice")
    waiting = queries.open_invoices(member.id, currency)
    chosen = [each for each in waiting if each.public_id == named]
    form.first.data = [each.id for each in chosen]
    if chosen:
        form.amount.data = as_decimal(queries.open_minor(chosen[0]), currency)
    form.received_on.data = showing.today_at(clock.now())
    return _receipt_page(member, currency, form)


@bp.post("/house/members/<public_id>/receipts/<currency>")
@access(FINANCE)
def record_receipt(public_id: str, currency: str) -> ResponseReturnValue:
    """It stands on the statement: book it."""
    member, form = _member(public_id, currency), ReceiptForm()
    waiting = queries.open_invoices(member.id, currency)
    form.offer([(each.id, each.reference) for each in waiting])
    valid, amount, day = form.validate_on_submit(), form.amount.data, form.received_on.data
    if not valid or amount is None or day is None:
        return _receipt_page(member, currency, form, status=422)
    try:
        receipt = operations.record_receipt(
            member, currency=currency, amount_minor=minor_of(amount, currency), received_on=day,
            bank_reference=form.bank_reference.data or "", note=form.note.data or "",
            first=[each for each in waiting if each.id in (form.first.data or [])], by=signed_in_actor(), at=clock.now(),
        )  # fmt: skip
    except ValidationError as problem:
        form.amount.errors = [str(problem)]
        return _receipt_page(member, currency, form, status=422)
    except Refusal as refusal:
        field = {LineMarkedAlready: "bank_reference", ReceivedInTheFuture: "received_on"}.get(type(refusal))
        add_problem(form, field, refusal)
        return _receipt_page(member, currency, form, status=422)
    shown = format_money(receipt.amount_minor, currency, current_locale())
    flash(_("%(amount)s is marked as received.", amount=shown), "done")
    return see_other("billing_house.receipts")


@bp.get("/house/receipts")
@access(FINANCE)
def receipts() -> ResponseReturnValue:
    """What was marked as received, the latest first, and what was taken back."""
    return _receipts_page(ReasonForm(formdata=None))


@bp.post("/house/receipts/<public_id>/undone")
@access(FINANCE)
def undo_receipt(public_id: str) -> ResponseReturnValue:
    """Take back a receipt that was marked by mistake."""
    receipt = one_or_404(queries.all_receipts().where(Receipt.public_id == public_id))
    form = ReasonForm()
    if not form.validate_on_submit():
        return _receipts_page(form, at_fault=receipt.id, status=422)
    operations.undo_receipt(receipt, reason=form.reason.data or "", by=signed_in_actor(), at=clock.now())
    flash(_("Taken back. What it paid is open again."), "done")
    return see_other("billing_house.receipts")


@bp.get("/house/collection-accounts")
@access(FINANCE)
def collection_accounts() -> ResponseReturnValue:
    """Where members pay."""
    return _accounts_page(CollectionForm(formdata=None))


@bp.post("/house/collection-accounts")
@access(FINANCE)
@only_when_fresh
def set_collection_account() -> ResponseReturnValue:
    """Name another account on new invoices."""
    form = CollectionForm()
    if not form.validate_on_submit():
        return _accounts_page(form, status=422)
    operations.set_collection_account(
        form.currency.data, holder=form.holder.data or "", bank=form.bank.data or "", number=form.number.data or "",
        by=signed_in_actor(), at=clock.now(),
    )  # fmt: skip
    flash(_("New invoices name this account."), "done")
    return see_other("billing_house.collection_accounts")


def _any(public_id: str) -> Document:
    return one_or_404(queries.documents_visible_to(signed_in_actor()).where(Document.public_id == public_id))


def _member(public_id: str, currency: str) -> Organisation:
    known = [code for code, _name in CURRENCIES]
    return one_or_404(queries.members_in(currency if currency in known else "").where(Organisation.public_id == public_id))


def _receipt_page(member: Organisation, currency: str, form: ReceiptForm, *, status: int = 200) -> ResponseReturnValue:
    waiting = queries.open_invoices(member.id, currency)
    form.offer([
        (
            each.id,
            _(
                "%(number)s, %(amount)s open, due on %(day)s", number=each.reference,
                amount=format_money(queries.open_minor(each), currency, current_locale()), day=format_date(each.due_on, "medium"),
            ),
        )
        for each in waiting
    ])  # fmt: skip
    return page(
        "billing/house/receipt.html", status=status, form=form, member=member, name=people.name_of(member), currency=currency,
        waiting=waiting, credit=queries.credit_minor(member.id, currency),
    )  # fmt: skip


def _receipts_page(form: ReasonForm, *, at_fault: int | None = None, status: int = 200) -> ResponseReturnValue:
    found = paginate(queries.all_receipts(), request.args.get("page", 1, int))
    return page(
        "billing/house/receipts.html", status=status, receipts=found, form=form, at_fault=at_fault,
        names=people.organisation_names([each.organisation_id for each in found.items]),
        undone=queries.undone_ids([each.id for each in found.items]),
        by=people.display_names(each.recorded_by_id for each in found.items),
    )  # fmt: skip


def _accounts_page(form: CollectionForm, *, status: int = 200) -> ResponseReturnValue:
    return page("billing/house/accounts.html", status=status, form=form, accounts=queries.collection_accounts())
