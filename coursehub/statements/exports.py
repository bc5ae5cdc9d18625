"""A statement for other programs: a table for spreadsheets, and the partner's own books for beancount."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from coursehub.ledger.sealing import DAY
from coursehub.money import as_decimal
from coursehub.statements import reckoning, telling
from coursehub.statements.months import Month, read_month


def as_csv(data: Mapping[str, Any], locale: str) -> str:
    """One row for each account's opening, each line, each other move and each account's closing; in one language."""
    currency = data["currency"]
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(
        [
            _("Part"), _("Kind"), _("Where"), _("Course"), _("How it came"), _("Clause"), _("What the clause says"),
            _("Hash of the terms"), _("How many"), _("Amount"), _("Currency"),
        ]
    )  # fmt: skip

    def row(part: str, amount_minor: int, **cells: Any) -> None:
        order = ("kind", "account", "course", "channel", "clause", "sentence", "terms", "events")
        rows.writerow([part, *(_plain(cells.get(name, "")) for name in order), as_decimal(amount_minor, currency), currency])

    for code, amount in data["opening"].items():
        row(_("At the beginning"), amount, account=telling.account_words(code))
    for line, told in zip(data["lines"], telling.told_lines(data, locale), strict=True):
        row(_("Line"), line["amount_minor"], kind=telling.kind_words(told.kind), course=told.course, channel=told.channel,
            clause=told.clause, sentence=told.sentence, terms=line["terms_hash"], events=told.events)  # fmt: skip
    for move in data["moves"]:
        if not move["explained"]:
            kind, account = telling.kind_words(move["kind"]), telling.account_words(move["account"])
            row(_("Move"), move["amount_minor"], kind=kind, account=account, events=move["journals"])
    for code, amount in data["closing"].items():
        row(_("At the end"), amount, account=telling.account_words(code))
    for held in data["held"]:
        row(_("Of this on hold until"), held["amount_minor"], kind=held["until"])
    for kept in data["reserved"]:
        row(_("Of this in reserve until"), kept["amount_minor"], kind=kept["until"])
    return out.getvalue()


def _plain(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def as_beancount(data: Mapping[str, Any]) -> str:
    """The partner's side of the month: what the house holds for it, what courses gave, what moved; closing asserted.

    Each month stands alone: it begins with an opening entry and ends with the balance of every account,
    which `bean-check` proves from what stands between.
    """
    month = read_month(data["month"])
    if month is None:
        raise ValueError(f"{data['month']} is no month")
    return "\n".join(_beans(data, month)) + "\n"


def _beans(data: Mapping[str, Any], month: Month) -> Iterator[str]:
    currency, first, last = data["currency"], month.first, month.last
    accounts = sorted({*data["opening"], *data["closing"], *(move["account"] for move in data["moves"])})
    incomes = sorted({_income(line) for line in data["lines"]})
    others = sorted({_other(move["kind"]) for move in data["moves"] if not move["explained"]})
    yield f'option "title" "Statement of {data["party"]} for {month}"'
    yield f'option "operating_currency" "{currency}"'
    for name in [*(_account(code) for code in accounts), *incomes, *others, "Equity:Opening-Balances"]:
        yield f"{first} open {name} {currency}"
    yield ""
    yield f'{first} * "Opening balance"'
    for code, amount in data["opening"].items():
        yield _leg(_account(code), amount, currency)
    yield _leg("Equity:Opening-Balances", -sum(data["opening"].values()), currency)
    explained = [move for move in data["moves"] if move["explained"]]
    if explained:
        yield ""
        yield f'{last} * "Courses"'
        yield f'  statement: "{reckoning.hash_of(data)}"'
        yield from (_leg(_account(move["account"]), move["amount_minor"], currency) for move in explained)
        for line in data["lines"]:
            yield _leg(_income(line), -line["amount_minor"], currency)
            yield from (
                f'    {name}: "{line[key]}"' for name, key in (("kind", "kind"), ("clause", "path"), ("terms", "terms_hash"))
            )
    for kind in sorted({move["kind"] for move in data["moves"] if not move["explained"]}):
        moves = [move for move in data["moves"] if move["kind"] == kind and not move["explained"]]
        yield ""
        yield f'{last} * "{_word(kind)}"'
        yield from (_leg(_account(move["account"]), move["amount_minor"], currency) for move in moves)
        if rest := sum(move["amount_minor"] for move in moves):
            yield _leg(_other(kind), -rest, currency)
    yield ""
    for code in accounts:
        amount = as_decimal(data["closing"].get(code, 0), currency)
        yield f"{last + DAY} balance {_account(code)}  {amount:f} ~ 0 {currency}"


def _leg(name: str, amount_minor: int, currency: str) -> str:
    return f"  {name}  {as_decimal(amount_minor, currency):f} {currency}"


def _account(code: str) -> str:
    kind = "Liabilities" if code.startswith("asset:") else "Assets"
    return f"{kind}:House:{_word(code.rpartition(':')[2])}"


def _income(line: Mapping[str, Any]) -> str:
    return f"Income:Courses:P-{line['course']}:{_word(line['channel'])}"


def _other(kind: str) -> str:
    return f"Equity:Moves:{_word(kind)}"


def _word(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
    return plain[:1].upper() + plain[1:]
