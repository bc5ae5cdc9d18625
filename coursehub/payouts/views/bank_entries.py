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
from coursehub.money import as_decimal, format_money
from coursehub.payouts import debts, operations, queries
from coursehub.payouts.bank_forms import AsideForm, AssignForm, BackForm, UndoForm, assign_form
from coursehub.payouts.debt_forms import Offer, debt_form, offers_of
from coursehub.payouts.views.bank import FINANCE, bp
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.people.views.browser import add_problem
from coursehub.talent.working_days import local_day
from coursehub.web import access, current_locale, one_or_404, page, paginate, see_other, signed_in_actor
from coursehub.web.amounts import minor_of


@bp.get("/suspense")
@access(FINANCE)
def suspense() -> ResponseReturnValue:
    """Everything that came in and is not assigned, the oldest first, with who looks after it."""
    entries = paginate(bank.waiting_for(signed_in_actor()), request.args.get("page", 1, int))
    matches, owners = bank.suggested(entries.items), bank.owners_of(entries.items)
    left = bank.left_of([each.id for each in entries.items])
    debtors = queries.entries_of_debtors(entries.items, left)
    return page(
        "payouts/bank/suspense.html", entries=entries, left=left, matches=matches, debtors=debtors, owners=owners,
        by_name=people.organisation_names(each.organisation_id for each in debtors.values()),
        by=people.display_names(owners.values()), sums=bank.waiting_sums(), today=local_day(clock.now()),
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
        billing.assign_entry(found, form.parts(), credit_of=credit_of, seen=_seen(), by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        add_problem(form, None, refusal)
        return _entry_page(found, assigning=form, status=refusal.status)
    left = bank.left_of([found.id])[found.id]
    flash(_("Assigned. The rest waits on.") if left else _("Assigned."), "done")
    return see_other("bank.entry", public_id=public_id)


@bp.post("/entries/<public_id>/debts/<party>")
@access(FINANCE)
def pay_debt(public_id: str, party: str) -> ResponseReturnValue:
    """This money pays back what a partner owes."""
    found = _entry(public_id)
    debtor = next((each for each in queries.debtors(found.currency) if each.public_id == party), None)
    partner = people.organisation_by_public_id(party)
    if debtor is None or partner is None:
        flash(_("This partner owes nothing in this currency any more. The money stays where it was."), "warning")
        return see_other("bank.entry", public_id=public_id)
    form = debt_form(queries.claims_of(party, found.currency), found.currency)
    offer = Offer(debtor, form, is_suggested=True)
    if not form.validate_on_submit():
        return _entry_page(found, paying=offer, status=422)
    try:
        use = operations.book_debt_paid(found, partner, form.parts(), seen=_seen(), by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        add_problem(form, None, refusal)
        return _entry_page(found, paying=offer, status=refusal.status)
    left = bank.left_of([found.id])[found.id]
    paid, rest = (format_money(minor, found.currency, current_locale()) for minor in (use.amount_minor, left))
    told = _("Booked: %(paid)s of what it owed.", paid=paid)
    if left:
        told = _("Booked: %(paid)s of what it owed. The other %(rest)s of this line stay where they were.", paid=paid, rest=rest)
    flash(told, "done")
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
    operations.undo_entry_use(use, words=form.reason.data or "", by=signed_in_actor(), at=clock.now())
    flash(_("Undone. The money waits again."), "done")
    return see_other("bank.entry", public_id=public_id)


def _entry(public_id: str) -> BankEntry:
    return one_or_404(bank.entries_visible_to(signed_in_actor()).where(BankEntry.public_id == public_id))


def _seen() -> int | None:
    """The last use of the money that the page showed."""
    return request.form.get("seen", type=int)


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
    paying: Offer | None = None,
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
    search, paid_back = request.args.get("q", "").strip(), queries.paid_back(use_ids=[use.id for use in uses])
    offers = [paying] if paying else offers_of(found, left, search)
    quoted = [] if offers else debts.named_in(f"{found.words} {found.end_to_end}")
    owing = queries.debtors(found.currency) if left and not offers else []
    return page(
        "payouts/bank/entry.html", status=status, entry=found, left=left, match=match, offered=offered, assigning=assigning,
        back=back, aside=aside or AsideForm(formdata=None), undoing=undoing or UndoForm(formdata=None), at_fault=at_fault,
        uses=uses, undone={use.undoes_id for use in uses if use.undoes_id}, paid=bank.settled_by(uses),
        owner=owners.get(found.id), me=signed_in_actor().person_id,
        by=people.display_names([*owners.values(), *(use.by_id for use in uses)]),
        names=people.organisation_names(
            [*(invoice.organisation_id for invoice, _left in offered), *(each.organisation_id for each in paid_back),
             *(each.debtor.organisation_id for each in offers), *(each.organisation_id for each in owing), *quoted]
        ),
        seen=max((use.id for use in uses), default=0), offers=offers, quoted=quoted, owing=owing,
        paid_back={each.use_id: each for each in paid_back},
        statement=bank.statement_of(found), search=search,
        days=(local_day(clock.now()) - found.booked_on).days,
    )  # fmt: skip
