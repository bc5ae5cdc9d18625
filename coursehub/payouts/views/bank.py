"""Statements of the house's bank: handed in, looked at, booked."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from coursehub import clock
from coursehub.billing import operations as billing
from coursehub.billing.bank import queries as bank
from coursehub.billing.bank import reading
from coursehub.billing.models import BankDraft, BankEntry, BankStatement
from coursehub.billing.operations.bank_statements import PreviewChanged
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.payouts import operations, queries
from coursehub.payouts.debts import Payer
from coursehub.payouts.forms import StatementForm
from coursehub.payouts.views import showing
from coursehub.people import queries as people
from coursehub.people.views.browser import add_problem
from coursehub.web import STAFF, access, one_or_404, page, paginate, part_of, see_other, signed_in_actor

bp = Blueprint("bank", __name__, url_prefix="/house/bank")
bp.context_processor(showing.bank_words)
FINANCE = STAFF("finance")
WAITING = ("underpaid", "overpaid", "several", "settled", "guess", "unknown")
"""How lines fit that wait in suspense."""


@bp.get("")
@access(FINANCE)
def statements() -> ResponseReturnValue:
    """Hand in a statement, what waits to be booked, and every one that was."""
    return _statements_page(StatementForm(formdata=None))


@bp.post("")
@access(FINANCE)
def take_in() -> ResponseReturnValue:
    """Read a file; nothing is booked before somebody has looked at it."""
    form = StatementForm()
    form.offer(bank.our_accounts())
    if not form.validate_on_submit():
        return _statements_page(form, status=422)
    upload = form.file.data
    account, currency = form.chosen
    try:
        draft = billing.take_in_statement(
            upload.filename or "", upload.stream.read(reading.LARGEST_BYTES + 1), account=account, currency=currency,
            by=signed_in_actor(), at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        add_problem(form, "file", refusal)
        return _statements_page(form, status=refusal.status)
    return see_other("bank.draft", public_id=draft.public_id)


@bp.get("/drafts/<public_id>")
@access(FINANCE)
def draft(public_id: str) -> ResponseReturnValue:
    """What booking a statement would do, line by line."""
    return _draft_page(_draft(public_id))


@bp.post("/drafts/<public_id>/booked")
@access(FINANCE)
def book(public_id: str) -> ResponseReturnValue:
    """Book the whole statement as it was shown."""
    found = _draft(public_id)
    try:
        statement = operations.book_bank_statement(
            found, expected=request.form.get("digest", ""), by=signed_in_actor(), at=clock.now()
        )
    except PreviewChanged as refusal:
        flash(str(refusal), "warning")
        return _draft_page(found, status=refusal.status)
    waiting = bank.waiting_in(statement.id)
    told = ngettext("Booked. %(num)s line waits in suspense.", "Booked. %(num)s lines wait in suspense.", waiting)
    flash(told if waiting else _("Booked. Nothing of it waits."), "warning" if waiting else "done")
    return see_other("bank.statement", public_id=statement.public_id)


@bp.post("/drafts/<public_id>/dropped")
@access(FINANCE)
def drop(public_id: str) -> ResponseReturnValue:
    """The file was a mistake."""
    billing.drop_draft(_draft(public_id), by=signed_in_actor(), at=clock.now())
    flash(_("Dropped. Nothing was booked."), "done")
    return see_other("bank.statements")


@bp.get("/statements/<public_id>")
@access(FINANCE)
def statement(public_id: str) -> ResponseReturnValue:
    """One statement that was booked, and what became of each of its lines."""
    actor = signed_in_actor()
    found = one_or_404(bank.statements_visible_to(actor).where(BankStatement.public_id == public_id))
    own = bank.entries_visible_to(actor).where(BankEntry.statement_id == found.id)
    entries = paginate(own, request.args.get("page", 1, int))
    ids = [each.id for each in entries.items]
    return page(
        "payouts/bank/statement.html", statement=found, entries=entries, left=bank.left_of(ids), uses=bank.uses_of(ids),
        invoices=bank.invoices_paid_by(ids), by=people.display_names([found.by_id]),
    )  # fmt: skip


def _draft(public_id: str) -> BankDraft:
    return one_or_404(bank.drafts_visible_to(signed_in_actor()).where(BankDraft.public_id == public_id))


def _statements_page(form: StatementForm, *, status: int = 200) -> ResponseReturnValue:
    actor = signed_in_actor()
    form.offer(bank.our_accounts())
    found = paginate(bank.statements_visible_to(actor), request.args.get("page", 1, int))
    drafts = list(db.session.execute(bank.drafts_visible_to(actor)).scalars())
    return page(
        "payouts/bank/statements.html", status=status, form=form, statements=found, drafts=drafts,
        layouts=showing.table_columns(), waiting=bank.waiting_now()[0], counts=bank.counts_of([each.id for each in found.items]),
        by=people.display_names([*(each.by_id for each in found.items), *(each.by_id for each in drafts)]),
    )  # fmt: skip


def _draft_page(draft: BankDraft, *, status: int = 200) -> ResponseReturnValue:
    read = reading.read(draft.content, account=draft.account, currency=draft.currency)
    shown = bank.preview(read, queries.own_lines(read))
    named = {number for each in shown.seen if each.match for number in each.match.invoices}
    new = {each.line.fingerprint: each.line for each in shown.seen if each.match and not each.is_known}
    payers = {
        key: Payer(f"{line.structured} {line.words} {line.end_to_end}", line.party, line.amount_minor)
        for key, line in new.items()
    }  # fmt: skip
    debtors = queries.debts_suggested(payers, read.currency)
    parts = {"exact": shown.of("exact"), "waits": shown.of(*WAITING), "aside": shown.aside}
    listed = {name: part_of(lines, request.args.get(name, 1, int)) for name, lines in parts.items()}
    sums = {name: sum(each.line.signed_minor for each in lines) for name, lines in parts.items()}
    return page(
        "payouts/bank/draft.html", status=status, draft=draft, read=read, preview=shown, invoices=bank.documents(named),
        listed=listed, sums=sums,
        debtors=debtors, by_name=people.organisation_names(each.organisation_id for each in debtors.values()),
        by=people.display_names([draft.by_id]),
    )  # fmt: skip
