"""The books in the words of other programs: beancount and hledger, so that strangers can add them up again.

Account names are ours with capitals: `liability:payable:held` of party `abc` becomes
`Liabilities:Payable:Held:P-abc`; memo accounts stand below `Equity:Memo`. Days are
UTC. Both end with what every account must hold, taken from the kept balances, so
that the other program proves those too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy import func as sql

from coursehub.ledger import queries
from coursehub.ledger.models import Account, Balance, Journal, Posting
from coursehub.money import as_decimal, currency_exponent

ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "income": "Income",
    "expense": "Expenses",
    "memo": "Equity:Memo",
}


@dataclass(frozen=True)
class _Standing:
    """What one account holds in one currency when the export ends."""

    name: str
    currency: str
    amount_minor: int


def beancount(*, until: datetime | None = None) -> Iterator[str]:
    """The books as lines of a beancount file; `until` leaves out what occurred later."""
    with queries.at_one_moment() as connection:
        standings = _standings(connection, until)
        first, last = _days(connection, until)
        yield 'option "title" "coursehub"'
        for currency in sorted({standing.currency for standing in standings}):
            yield f'option "operating_currency" "{currency}"'
        for name in dict.fromkeys(standing.name for standing in standings):
            held = ",".join(standing.currency for standing in standings if standing.name == name)
            yield f"{first} open {name} {held}"
        for journal, lines in queries.walk(connection, until=until):
            yield ""
            yield f'{_day(journal.occurred_at)} * "{_plain(journal.kind)}" "{_plain(journal.effect_key)}"'
            yield from (f'  {key}: "{value}"' for key, value in _said(journal))
            for line in lines:
                yield f"  {account_name(line.code, line.party)}  {_amount(line.amount_minor, line.currency)}"
                if line.term_path:
                    yield f'    term: "{_plain(line.term_path)}"'
        yield ""
        for standing in standings:
            amount = f"{_decimal(standing.amount_minor, standing.currency)} ~ 0 {standing.currency}"
            yield f"{last + timedelta(days=1)} balance {standing.name}  {amount}"


def hledger(*, until: datetime | None = None) -> Iterator[str]:
    """The books as lines of an hledger journal; `until` leaves out what occurred later."""
    with queries.at_one_moment() as connection:
        standings = _standings(connection, until)
        _first, last = _days(connection, until)
        yield "; coursehub"
        yield "decimal-mark ."
        for currency in sorted({standing.currency for standing in standings}):
            point = "" if currency_exponent(currency) else "."
            yield f"commodity {_decimal(1000 * 10 ** currency_exponent(currency), currency)}{point} {currency}"
        for name in dict.fromkeys(standing.name for standing in standings):
            yield f"account {name}"
        for journal, lines in queries.walk(connection, until=until):
            yield ""
            yield f"{_day(journal.occurred_at)} * ({journal.id}) {_plain(journal.kind)} | {_plain(journal.effect_key)}"
            yield from (f"    ; {key}:{value}" for key, value in _said(journal))
            for line in lines:
                term = f"  ; term:{_plain(line.term_path)}" if line.term_path else ""
                yield f"    {account_name(line.code, line.party)}  {_amount(line.amount_minor, line.currency)}{term}"
        if standings:
            yield ""
            yield f"{last + timedelta(days=1)} * what every account must hold"
        for standing in standings:
            yield f"    {standing.name}  {_amount(0, standing.currency)} = {_amount(standing.amount_minor, standing.currency)}"


FORMATS = {"beancount": beancount, "hledger": hledger}


def _standings(connection: Connection, until: datetime | None) -> list[_Standing]:
    """The kept balances; up to an earlier moment, the sums of postings."""
    if until is None:
        held = select(Account.code, Account.party, Account.currency, Balance.posted_minor).join(
            Balance, Balance.account_id == Account.id
        )
    else:
        held = (
            select(Account.code, Account.party, Account.currency, sql.sum(Posting.amount_minor))
            .join(Posting, Posting.account_id == Account.id)
            .join(Journal, Journal.id == Posting.journal_id)
            .where(Journal.occurred_at < until)
            .group_by(Account.code, Account.party, Account.currency)
        )
    rows = connection.execute(held.order_by(Account.code, Account.party, Account.currency))
    return [_Standing(account_name(code, party), currency, int(amount)) for code, party, currency, amount in rows]


def _days(connection: Connection, until: datetime | None) -> tuple[date, date]:
    span = select(sql.min(Journal.occurred_at), sql.max(Journal.occurred_at))
    if until is not None:
        span = span.where(Journal.occurred_at < until)
    first, last = connection.execute(span).one()
    return _day(first) if first else date(2000, 1, 1), _day(last) if last else date(2000, 1, 1)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _said(journal: Row[Any]) -> Iterator[tuple[str, str]]:
    yield "number", str(journal.id)
    yield "recorded", journal.recorded_at.isoformat()
    yield "hash", journal.hash
    if journal.terms_hash:
        yield "terms", _plain(journal.terms_hash)
    if journal.reverses:
        yield "reverses", str(journal.reverses)


def account_name(code: str, party: str) -> str:
    """An account as both formats name it."""
    kind, _colon, rest = code.partition(":")
    parts = [re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-") for part in rest.split(":")]
    named = [ROOTS[kind], *(part[:1].upper() + part[1:] for part in parts if part)]
    return ":".join([*named, f"P-{party}"] if party else named)


def _amount(amount_minor: int, currency: str) -> str:
    return f"{_decimal(amount_minor, currency)} {currency}"


def _decimal(amount_minor: int, currency: str) -> str:
    return format(as_decimal(amount_minor, currency), "f")


def _plain(words: str) -> str:
    """Without the characters that mean something in either format."""
    return re.sub(r'[\s;|"\\,]+', " ", words).strip()
