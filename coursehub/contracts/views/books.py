"""The books as house finance reads them: accounts, trial balance, journals, one journal, the proof, and files to take away.

They stand here and not in the ledger because they show whose money it is: the ledger knows parties by their ids alone.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from tempfile import TemporaryFile

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext

from coursehub import clock
from coursehub.contracts import queries as contracts
from coursehub.db import db
from coursehub.ledger import chain, checks, exports, names, queries
from coursehub.ledger.chain import Header
from coursehub.ledger.models import Account, Journal
from coursehub.ledger.sealing import DAY
from coursehub.ledger.trial_balance import trial_balance
from coursehub.money import as_decimal
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.web import STAFF, access, one_or_404, page, paginate
from coursehub.web.locale import local_time, read_day
from coursehub.web.sheets import as_csv

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


@bp.get("/trial-balance")
@access(STAFF("finance"))
def trial() -> ResponseReturnValue:
    """What stood on each account, what moved between two days, and what stands at the end; of one account, by party."""
    since, until = _between()
    code = request.args.get("account", "")
    found = trial_balance(since, until, code=code)
    return page(
        "contracts/books/trial.html", trials=found, since=since, until=until, months=_months(), code=code,
        counters=[] if code else trial_balance(since, until, counters=True),
        parties=_named(row.party for each in found for row in each.rows),
    )  # fmt: skip


@bp.get("/trial-balance.csv")
@access(STAFF("finance"))
def trial_table() -> ResponseReturnValue:
    """The same as a table for spreadsheets."""
    since, until = _between()
    code = request.args.get("account", "")
    found = trial_balance(since, until, code=code)
    called = _named(row.party for each in found for row in each.rows)
    heads = [_("Currency"), pgettext("books", "Account"), _("Name"), _("Party"), pgettext("books", "Opening")]
    heads += [_("Debit"), _("Credit"), _("Closing")]
    rows: list[list[str | Decimal]] = [
        [
            row.currency, row.code, str(names.account_name(row.code)), called.get(row.party, row.party),
            *(
                as_decimal(minor, row.currency)
                for minor in (row.opening_minor, row.debit_minor, row.credit_minor, row.closing_minor)
            ),
        ]
        for each in found
        for row in each.rows
    ]  # fmt: skip
    name = f"trial-balance-{since.isoformat()}-{until.isoformat()}.csv"
    return Response(
        as_csv(heads, rows), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )  # fmt: skip


@bp.get("/books.<name>")
@access(STAFF("finance"))
def export(name: str) -> ResponseReturnValue:
    """The whole book for another program; written whole before it is sent, so that nobody gets half of one."""
    if name not in exports.FORMATS:
        abort(404)
    file = TemporaryFile()  # noqa: SIM115 - it is read, and closed, after this has returned
    file.writelines(f"{line}\n".encode() for line in exports.FORMATS[name]())
    file.seek(0)
    answer = send_file(file, mimetype="text/plain", as_attachment=True, download_name=f"coursehub.{name}")
    answer.headers["Cache-Control"] = "no-store"
    return answer


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


def _between() -> tuple[date, date]:
    """The days in the address, in their order; without any, this month until today."""
    today = local_time(clock.now()).date()
    until = read_day(request.args.get("until", "")) or today
    since = read_day(request.args.get("since", "")) or until.replace(day=1)
    return min(since, until), max(since, until)


def _months() -> list[tuple[date, date]]:
    """This month until today and the five before it, each by its first and last day, for a quick choice."""
    last = local_time(clock.now()).date()
    found = []
    for _n in range(6):
        found.append((last.replace(day=1), last))
        last = last.replace(day=1) - DAY
    return found


def _named(parties: Iterable[str]) -> dict[str, str]:
    """What the organisations behind these parties are called in the reader's language."""
    found = db.session.execute(sa.select(Organisation).where(Organisation.public_id.in_(set(parties)))).scalars()
    return {organisation.public_id: people.name_of(organisation) for organisation in found}


def _called(words: str) -> list[str]:
    """The parties whose organisation is called like this."""
    if not words.strip():
        return []
    return [organisation.public_id for organisation in db.session.execute(people.organisations_matching(words)).scalars()]
