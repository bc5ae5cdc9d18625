"""What came in at the bank and waits: the list, and one entry with all that can become of it."""

from decimal import Decimal

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.validators import ValidationError

from coursehub import clock
from coursehub.billing import operations as billing
from coursehub.billing.bank import queries as bank
from coursehub.billing.models import BankEntry, Document, EntryUse
from coursehub.billing.operations.bank_entries import SentBackTooSoon
from coursehub.billing.operations.receipts import LineMarkedAlready
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.money import as_decimal
from coursehub.payouts.bank_forms import AsideForm, AssignForm, BackForm, UndoForm, assign_form
from coursehub.payouts.views.bank import FINANCE, bp
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.people.views.browser import add_problem
from coursehub.talent.working_days import local_day
from coursehub.web import access, one_or_404, page, paginate, see_other, signed_in_actor
from coursehub.web.amounts import minor_of


@bp.get("/suspense")
@access(FINANCE)
def suspense() -> ResponseReturnValue:
    """Everything that came in and is not assigned, the oldest first, with who looks after it."""
    entries = paginate(bank.waiting_for(signed_in_actor()), request.args.get("page", 1, int))
    matches, owners = bank.suggested(entries.items), bank.owners_of(entries.items)
    return page(
        "payouts/bank/suspense.html", entries=entries, left=bank.left_of([each.id for each in entries.items]), matches=matches,
        owners=owners, by=people.display_names(owners.values()), sums=bank.waiting_sums(), today=local_day(clock.now()),
        invoices=bank.documents(number for match in matches.values() for number in match.invoices),
    )  # fmt: skip


@bp.get("/entries/<public_id>")
@access(FINANCE)
def entry(public_id: str) -> ResponseReturnValue:
    """One entry: what it may pay, what became of it, and how that is undone."""
    return _entry_page(_entry(public_id))


@bp.post("/entries/<public_id>/assigned")
@access(FINANCE)
def assign(public_id: str) -> ResponseReturnValue:
    """This money pays these invoices."""
    found = _entry(public_id)
    offered = _offered(found)
    form = assign_form(offered, found.currency)
    form.offer_members(_members(offered))
    if not form.validate_on_submit():
        return _entry_page(found, assigning=form, status=422)
    try:
        credit_of = db.session.get(Organisation, form.credit_of.data) if form.credit_of.data else None
        billing.assign_entry(found, form.parts(), credit_of=credit_of, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        add_problem(form, None, refusal)
        return _entry_page(found, assigning=form, status=refusal.status)
    left = bank.left_of([found.id])[found.id]
    flash(_("Assigned. The rest waits on.") if left else _("Assigned."), "done")
    return see_other("bank.entry", public_id=public_id)


@bp.post("/entries/<public_id>/sent-back")
@access(FINANCE)
def send_back(public_id: str) -> ResponseReturnValue:
    """The transfer back stands on the statement."""
    found, form = _entry(public_id), BackForm()
    if not form.validate_on_submit() or form.paid_on.data is None:
        return _entry_page(found, back=form, status=422)
    try:
        billing.send_entry_back(
            found, amount_minor=minor_of(form.amount.data or Decimal(0), found.currency), paid_on=form.paid_on.data,
            bank_reference=form.bank_reference.data or "", words=form.words.data or "", by=signed_in_actor(), at=clock.now(),
        )  # fmt: skip
    except ValidationError as problem:
        form.amount.errors = [str(problem)]
        return _entry_page(found, back=form, status=422)
    except Refusal as refusal:
        fields = {LineMarkedAlready: "bank_reference", SentBackTooSoon: "paid_on"}
        add_problem(form, fields.get(type(refusal), "amount"), refusal)
        return _entry_page(found, back=form, status=refusal.status)
    flash(_("Marked as sent back."), "done")
    return see_other("bank.entry", public_id=public_id)


@bp.post("/entries/<public_id>/set-aside")
@access(FINANCE)
def set_aside(public_id: str) -> ResponseReturnValue:
    """It is no receipt, for a reason."""
    found, form = _entry(public_id), AsideForm()
    if not form.validate_on_submit():
        return _entry_page(found, aside=form, status=422)
    billing.set_entry_aside(found, words=form.words.data or "", by=signed_in_actor(), at=clock.now())
    flash(_("It leaves the list; the reason stays on record."), "done")
    return see_other("bank.entry", public_id=public_id)


@bp.post("/entries/<public_id>/taken-on")
@access(FINANCE)
def take_on(public_id: str) -> ResponseReturnValue:
    """Look after it from now on."""
    billing.take_entry_on(_entry(public_id), by=signed_in_actor(), at=clock.now())
    flash(_("You look after it now."), "done")
    return see_other("bank.entry", public_id=public_id)


@bp.post("/entries/<public_id>/uses/<int:use_id>/undone")
@access(FINANCE)
def undo(public_id: str, use_id: int) -> ResponseReturnValue:
    """It was a mistake: the money waits again."""
    found, form = _entry(public_id), UndoForm()
    use = one_or_404(bank.uses_visible_to(signed_in_actor()).where(EntryUse.id == use_id, EntryUse.entry_id == found.id))
    if not form.validate_on_submit():
        return _entry_page(found, undoing=form, at_fault=use.id, status=422)
    billing.undo_use(use, words=form.reason.data or "", by=signed_in_actor(), at=clock.now())
    flash(_("Undone. The money waits again."), "done")
    return see_other("bank.entry", public_id=public_id)


def _entry(public_id: str) -> BankEntry:
    return one_or_404(bank.entries_visible_to(signed_in_actor()).where(BankEntry.public_id == public_id))


def _offered(found: BankEntry) -> list[tuple[Document, int]]:
    """The invoices that the page offers, which its address says."""
    return bank.candidates(found, bank.suggested([found])[found.id], request.args.get("q", "").strip())


def _members(offered: list[tuple[Document, int]]) -> list[tuple[int, str]]:
    names = people.organisation_names([invoice.organisation_id for invoice, _left in offered])
    return sorted(names.items(), key=lambda each: each[1])


def _entry_page(
    found: BankEntry,
    *,
    assigning: AssignForm | None = None,
    back: BackForm | None = None,
    aside: AsideForm | None = None,
    undoing: UndoForm | None = None,
    at_fault: int | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    left, match, offered = bank.left_of([found.id])[found.id], bank.suggested([found])[found.id], _offered(found)
    if assigning is None:
        assigning = assign_form(offered, found.currency, formdata=None)
        assigning.propose(left, match.invoices)
    assigning.offer_members(_members(offered))
    if back is None:
        back = BackForm(formdata=None)
        back.amount.data = as_decimal(left, found.currency)
        back.paid_on.data = local_day(clock.now())
    uses, owners = bank.uses_of([found.id])[found.id], bank.owners_of([found])
    return page(
        "payouts/bank/entry.html", status=status, entry=found, left=left, match=match, offered=offered, assigning=assigning,
        back=back, aside=aside or AsideForm(formdata=None), undoing=undoing or UndoForm(formdata=None), at_fault=at_fault,
        uses=uses, undone={use.undoes_id for use in uses if use.undoes_id}, paid=bank.settled_by(uses), owner=owners[found.id],
        me=signed_in_actor().person_id, by=people.display_names([*owners.values(), *(use.by_id for use in uses)]),
        names=people.organisation_names([invoice.organisation_id for invoice, _left in offered]),
        statement=bank.statement_of(found), search=request.args.get("q", "").strip(),
        days=(local_day(clock.now()) - found.booked_on).days,
    )  # fmt: skip
