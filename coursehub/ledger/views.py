"""The books as house finance reads them: accounts, journals, one journal, and the proof."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from coursehub.ledger import chain, checks, names, queries
from coursehub.ledger.chain import Header
from coursehub.ledger.models import Account, Journal
from coursehub.web import STAFF, access, one_or_404, page, paginate

bp = Blueprint("ledger", __name__, url_prefix="/house/books")
bp.app_context_processor(
    lambda: {
        "account_name": names.account_name,
        "account_kind": names.account_kind,
        "journal_kind": names.journal_kind,
    }
)


@bp.get("")
@access(STAFF("finance"))
def accounts() -> ResponseReturnValue:
    """Every account with what stands on it."""
    words = request.args.get("q", "")
    found = queries.standing_accounts(words)
    listed = paginate(found, request.args.get("page", 1, int), per_page=50, scalars=False)
    return page("ledger/accounts.html", listed=listed, words=words)


@bp.get("/journals")
@access(STAFF("finance"))
def journals() -> ResponseReturnValue:
    """Journals, latest first; found by words, or all that touch one account."""
    words = request.args.get("q", "")
    account_id = request.args.get("account", type=int)
    account = one_or_404(select(Account).where(Account.id == account_id)) if account_id is not None else None
    found = queries.journals_matching(words, account_id=account_id)
    listed = paginate(found, request.args.get("page", 1, int))
    moved = queries.moved_by([journal.id for journal in listed.items], account_id=account_id)
    return page("ledger/journals.html", listed=listed, words=words, account=account, moved=moved)


@bp.get("/journals/<int:number>")
@access(STAFF("finance"))
def journal(number: int) -> ResponseReturnValue:
    """One journal: its legs, its place in the chain, what it reverses and what reverses it."""
    found = one_or_404(select(Journal).where(Journal.id == number))
    lines = queries.lines_of(number)
    header = Header(*(getattr(found, field) for field in Header._fields))
    return page(
        "ledger/journal.html",
        journal=found,
        lines=lines,
        reversals=queries.reversals_of(number),
        whole=chain.link(header, lines, prev_hash=found.prev_hash) == found.hash,
    )


@bp.get("/check")
@access(STAFF("finance"))
def check() -> ResponseReturnValue:
    """Prove the books now and show what was found."""
    return page("ledger/check.html", result=checks.check_books())
