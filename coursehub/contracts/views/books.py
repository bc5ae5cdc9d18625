"""The books as house finance reads them: accounts, journals, one journal, and the proof.

They stand here and not in the ledger because they show whose money it is: the ledger knows parties by their ids alone.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from coursehub.contracts import queries as contracts
from coursehub.db import db
from coursehub.ledger import chain, checks, names, queries
from coursehub.ledger.chain import Header
from coursehub.ledger.models import Account, Journal
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.web import STAFF, access, one_or_404, page, paginate

bp = Blueprint("books", __name__, url_prefix="/house/books")
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
    found = queries.standing_accounts(words, parties=_called(words))
    listed = paginate(found, request.args.get("page", 1, int), per_page=50, scalars=False)
    return page("contracts/books/accounts.html", listed=listed, words=words, parties=_named(row.party for row in listed.items))


@bp.get("/journals")
@access(STAFF("finance"))
def journals() -> ResponseReturnValue:
    """Journals, latest first; found by words, or all that touch one account."""
    words = request.args.get("q", "")
    account_id = request.args.get("account", type=int)
    account = one_or_404(sa.select(Account).where(Account.id == account_id)) if account_id is not None else None
    found = queries.journals_matching(words, account_id=account_id)
    listed = paginate(found, request.args.get("page", 1, int))
    moved = queries.moved_by([journal.id for journal in listed.items], account_id=account_id)
    return page(
        "contracts/books/journals.html", listed=listed, words=words, account=account, moved=moved,
        parties=_named([account.party] if account else []),
    )  # fmt: skip


@bp.get("/journals/<int:number>")
@access(STAFF("finance"))
def journal(number: int) -> ResponseReturnValue:
    """One journal: its legs, its place in the chain, what it reverses and what reverses it."""
    found = one_or_404(sa.select(Journal).where(Journal.id == number))
    lines = queries.lines_of(number)
    header = Header(*(getattr(found, field) for field in Header._fields))
    return page(
        "contracts/books/journal.html",
        journal=found,
        lines=lines,
        parties=_named(line.party for line in lines),
        contract=contracts.contract_of(found.terms_hash),
        reversals=queries.reversals_of(number),
        whole=chain.link(header, lines, prev_hash=found.prev_hash) == found.hash,
    )


@bp.get("/check")
@access(STAFF("finance"))
def check() -> ResponseReturnValue:
    """Prove the books now and show what was found."""
    return page("contracts/books/check.html", result=checks.check_books())


def _named(parties: Iterable[str]) -> dict[str, str]:
    """What the organisations behind these parties are called in the reader's language."""
    found = db.session.execute(sa.select(Organisation).where(Organisation.public_id.in_(set(parties)))).scalars()
    return {organisation.public_id: people.name_of(organisation) for organisation in found}


def _called(words: str) -> list[str]:
    """The parties whose organisation is called like this."""
    if not words.strip():
        return []
    return [organisation.public_id for organisation in db.session.execute(people.organisations_matching(words)).scalars()]
