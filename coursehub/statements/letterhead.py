"""The printed form of a statement: Chinese and English on one sheet."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_skeleton
from flask_babel import force_locale

from coursehub import pdf
from coursehub.ledger.sealing import day_of
from coursehub.money import format_money
from coursehub.people.models import Organisation
from coursehub.people.queries import house
from coursehub.statements import reckoning, telling
from coursehub.statements.models import Statement
from coursehub.statements.months import read_month

BABEL = {"zh": "zh_Hans_CN", "en": "en"}
OURS = {"zh": "zh-CN", "en": "en"}


def printed(organisation: Organisation, data: Mapping[str, Any], *, issued: Statement | None, at: datetime) -> bytes:
    """The PDF of a statement; one that was issued gives the same bytes each time. Raises NoChineseFont."""
    month, sums, currency = read_month(data["month"]), reckoning.totals(data), data["currency"]
    if month is None:
        raise ValueError(f"{data['month']} is no month")
    moment = issued.issued_at if issued else at
    told = {language: telling.told_lines(data, OURS[language]) for language in BABEL}
    sheet = {
        "month": {language: format_skeleton("yMMMM", month.first, locale=locale) for language, locale in BABEL.items()},
        "final": issued is not None,
        "over": month.is_over(at),
        "from": {"zh": house().name, "en": house().name_en},
        "to": {"zh": organisation.name, "en": organisation.name_en},
        "issued": _day(day_of(moment)),
        "period": {
            language: f"{_day(month.first)[language]} – {_day(min(month.last, day_of(at)))[language]}" for language in BABEL
        },
        "currency": currency,
        "summary": _summary(sums, currency),
        "accounts": [
            {
                **_both(lambda code=code: telling.account_words(code)),
                "opening": _money(data["opening"].get(code, 0), currency),
                "closing": _money(data["closing"].get(code, 0), currency),
            }
            for code in sorted({*data["opening"], *data["closing"]})
        ],
        "held": _until(data["held"], currency),
        "reserved": _until(data["reserved"], currency),
        "beside": _beside(data, currency),
        "lines": [
            {
                "zh": f"{chinese.course} · {_kind(chinese.kind, 'zh')} · {chinese.channel}",
                "en": f"{english.course} · {_kind(english.kind, 'en')} · {english.channel}",
                "detail_zh": f"{chinese.clause} {chinese.sentence}",
                "detail_en": f"{english.clause} {english.sentence}",
                "events": chinese.events,
                "amount": _money(chinese.amount_minor, currency),
            }
            for chinese, english in zip(told["zh"], told["en"], strict=True)
        ],
        "contracts": [{"reference": reference, "hash": terms_hash} for reference, terms_hash in telling.references_of(data)],
        "journals": f"{data['journals']['after'] + 1}–{data['journals']['through']}",
        "chain": data["chain"]["hash"],
        "root": data["chain"]["root"],
        "hash": reckoning.hash_of(data),
    }
    return pdf.render("statement", sheet, at=moment)


def _summary(sums: reckoning.Totals, currency: str) -> list[dict[str, Any]]:
    rows: list[tuple[str, str, int]] = [
        ("期初余额", "Opening balance", sums.opening_minor),
        ("本月所得", "Earned", sums.earned_minor),
        ("退款与退费", "Refunds and rebates", sums.taken_back_minor),
        *((_kind(kind, "zh"), _kind(kind, "en"), amount) for kind, amount in sums.others),
        ("期末余额", "Closing balance", sums.closing_minor),
    ]
    last = len(rows) - 1
    return [
        {"zh": chinese, "en": english, "amount": _money(amount, currency), "strong": n in (0, last)}
        for n, (chinese, english, amount) in enumerate(rows)
    ]


def _until(rows: Sequence[Mapping[str, Any]], currency: str) -> list[dict[str, str]]:
    return [{**_day(date.fromisoformat(row["until"])), "amount": _money(row["amount_minor"], currency)} for row in rows]


def _beside(data: Mapping[str, Any], currency: str) -> dict[str, str] | None:
    """What is on hold though no later day says so."""
    amount = telling.held_beside(data)
    if not amount:
        return None
    words = ("已到期，尚未转出", "its day has come, not moved yet") if amount > 0 else ("到期前已转出", "moved before its day")
    return {"zh": words[0], "en": words[1], "amount": _money(amount, currency)}


def _kind(kind: str, language: str) -> str:
    with force_locale(BABEL[language]):
        return telling.kind_words(kind)


def _both(words: Any) -> dict[str, str]:
    found = {}
    for language, locale in BABEL.items():
        with force_locale(locale):
            found[language] = str(words())
    return found


def _day(day: date) -> dict[str, str]:
    return {"zh": format_date(day, "long", locale="zh_Hans_CN"), "en": format_date(day, "long", locale="en_GB")}


def _money(minor: int, currency: str) -> str:
    return format_money(minor, currency, "en")
