"""What the shop calls its filters, its orders and the contents of a course."""

from collections import Counter
from functools import lru_cache

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from coursehub.learning.queries import Outline
from coursehub.money import as_decimal
from coursehub.sales.shop.shelf import LOW_MINOR


def band_words(currency: str) -> dict[str, str]:
    """Ranges of price; the line between them in the house's currency."""
    shown = _line(currency, str(get_locale() or "en"))
    return {"free": _("Free"), "low": _("Up to %(price)s", price=shown), "high": _("Over %(price)s", price=shown)}


@lru_cache(maxsize=64)
def _line(currency: str, locale: str) -> str:
    """The highest low price, without decimals."""
    from babel.numbers import format_currency

    line = as_decimal(LOW_MINOR.get(currency, LOW_MINOR["CNY"]), currency)
    return str(format_currency(line, currency, format="¤#,##0", locale=locale, currency_digits=False))


def sort_words() -> dict[str, str]:
    """Orders in which courses can stand."""
    return {"relevance": _("Best match"), "newest": _("Newest"), "rating": _("Best rated"), "price": _("Lowest price")}


def contents_words(tree: Outline) -> list[str]:
    """What there is to do in a course, counted."""
    kinds = Counter(step.kind for step in tree.steps)
    said = [ngettext("%(num)s lesson", "%(num)s lessons", len(tree.lessons))]
    if kinds["video"]:
        said.append(ngettext("%(num)s video", "%(num)s videos", kinds["video"]))
    if kinds["quiz"]:
        said.append(ngettext("%(num)s quiz", "%(num)s quizzes", kinds["quiz"]))
    if kinds["code"]:
        said.append(ngettext("%(num)s graded exercise", "%(num)s graded exercises", kinds["code"]))
    return said
