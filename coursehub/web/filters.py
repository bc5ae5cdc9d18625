"""How templates write money, moments, days and rates in the reader's language."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import dates
from babel.numbers import format_currency
from flask import Flask
from flask_babel import format_date, format_datetime, get_locale
from markupsafe import Markup, escape

from coursehub import clock
from coursehub.config import current_settings
from coursehub.money import as_decimal, format_money
from coursehub.web.audiences import current_actor
from coursehub.web.locale import current_locale, gettext_locale, local_time
from coursehub.web.pages import external_url


def money(minor: int, currency: str) -> str:
    """¥1,234.50: an amount in minor units, as its reader writes it."""
    return format_money(minor, currency, str(get_locale() or "zh_Hans_CN"))


def amount(minor: int, currency: str) -> str:
    """1,234.50: the number alone, in a column whose head names the currency once."""
    locale = str(get_locale() or "zh_Hans_CN")
    return str(format_currency(as_decimal(minor, currency), currency, format="#,##0.00", locale=locale))


def moment(value: datetime) -> str:
    """A date and time in our zone; the component of that name makes it machine-readable."""
    return str(format_datetime(value, "yyyy年M月d日 HH:mm" if current_locale() == "zh-CN" else "d MMM yyyy, HH:mm"))


def day(value: date | datetime) -> str:
    """A day; a moment is shown as the day it is in our zone."""
    as_day = local_time(value).date() if isinstance(value, datetime) else value
    return _day(as_day, current_locale())


@lru_cache(maxsize=4096)
def _day(value: date, locale: str) -> str:
    pattern = "yyyy年M月d日" if locale == "zh-CN" else "d MMM yyyy"
    return str(dates.format_date(value, pattern, locale=gettext_locale(locale)))


def month(value: str) -> str:
    """A month by its name, written as 2026-11."""
    return str(format_date(date.fromisoformat(f"{value}-01"), "yyyy年M月" if current_locale() == "zh-CN" else "MMMM yyyy"))


def weekday(value: date) -> str:
    """A day of this week or one near it, by its name and date."""
    return str(format_date(value, "M月d日 EEE" if current_locale() == "zh-CN" else "EEE d MMM"))


def bps(value: int) -> str:
    """Basis points as a percentage without needless zeros: 3250 -> 32.5%."""
    shown = format((Decimal(value) / 100).normalize(), "f")
    return f"{shown}%"


def paragraphs(text: str) -> Markup:
    """Plain text as typed, with its paragraphs and line breaks."""
    blocks = [b.strip() for b in text.replace("\r\n", "\n").split("\n\n") if b.strip()]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in b.split("\n"))) for b in blocks
    )


_ADDRESS = re.compile(r"https?://[^\s<>]+")


def linked_paragraphs(text: str) -> Markup:
    """The same, with our own addresses as links; letters are shown so."""
    base = current_settings().base_url

    def link(found: re.Match[str]) -> str:
        url = found.group(0)
        return f'<a href="{url}">{url}</a>' if url.startswith(str(escape(base))) else url

    return Markup(_ADDRESS.sub(link, str(paragraphs(text))))  # noqa: S704 - paragraphs() has escaped it


def init_app(app: Flask) -> None:
    """Give every template these filters and the few things a layout needs."""
    app.jinja_env.filters.update(
        money=money, amount=amount, moment=moment, day=day, month=month, weekday=weekday, bps=bps, paragraphs=paragraphs,
        linked_paragraphs=linked_paragraphs,
    )  # fmt: skip
    app.jinja_env.globals.update(external_url=external_url)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def _layout() -> dict[str, Any]:
        return {
            "actor": current_actor(),
            "locale": current_locale(),
            "settings": current_settings(),
            "now": clock.now(),
        }
