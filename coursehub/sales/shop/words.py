"""What the shop calls its filters, its orders and the contents of a course."""

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from coursehub.money import as_decimal
from coursehub.sales.shop.finding import LOW_MINOR
from coursehub.sales.shop.queries import CoursePage


def band_words(currency: str) -> dict[str, str]:
    """Ranges of price; the line between them in the house's currency."""
    from babel.numbers import format_currency

    line = as_decimal(LOW_MINOR.get(currency, LOW_MINOR["CNY"]), currency)
    shown = format_currency(line, currency, format="¤#,##0", locale=get_locale() or "en", currency_digits=False)
    return {"free": _("Free"), "low": _("Up to %(price)s", price=shown), "high": _("Over %(price)s", price=shown)}


def sort_words() -> dict[str, str]:
    """Orders in which courses can stand."""
    return {"relevance": _("Best match"), "newest": _("Newest"), "rating": _("Best rated"), "price": _("Lowest price")}


def contents_words(course: CoursePage) -> list[str]:
    """What there is to do in a course, counted."""
    kinds = course.steps_by_kind
    said = [ngettext("%(num)s lesson", "%(num)s lessons", len(course.tree.lessons))]
    if kinds.get("video"):
        said.append(ngettext("%(num)s video", "%(num)s videos", kinds["video"]))
    if kinds.get("quiz"):
        said.append(ngettext("%(num)s quiz", "%(num)s quizzes", kinds["quiz"]))
    if kinds.get("code"):
        said.append(ngettext("%(num)s graded exercise", "%(num)s graded exercises", kinds["code"]))
    return said
