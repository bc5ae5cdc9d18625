"""The catalogue, the page of a course, the page of a partner. They write nothing and start no session."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from markupsafe import Markup
from werkzeug.wrappers import Response

from coursehub.catalog.words import language_words, level_words
from coursehub.config import current_settings
from coursehub.learning import queries as learning
from coursehub.sales.shop import queries
from coursehub.sales.shop.describing import alternates, as_json_ld, joined, sale_data
from coursehub.sales.shop.finding import CourseRow, courses_found, courses_of
from coursehub.sales.shop.forms import Wish
from coursehub.sales.shop.lasting import lasting_of
from coursehub.sales.shop.shelf import Counts
from coursehub.sales.shop.together import together_with
from coursehub.sales.shop.words import band_words, sort_words
from coursehub.web import PUBLIC, Page, access, current_actor, current_locale, external_url, gettext_locale, page
from coursehub.web.locale import LANGUAGE_COOKIE, LOCALES
from coursehub.web.spoken import fragment

bp = Blueprint("shop", __name__)
blueprints = [bp]

REVIEWS_PER_PAGE = 10


@contextmanager
def language_of_address() -> Iterator[None]:
    """`?lang=` speaks for search engines and shared links; whoever has chosen a language keeps it."""
    asked = request.args.get("lang")
    if asked in LOCALES and LANGUAGE_COOKIE not in request.cookies:
        with force_locale(gettext_locale(asked)):
            yield
    else:
        yield


@bp.after_request
def _say_what_it_varies_by(answer: Response) -> Response:
    answer.vary.update(("Cookie", "Accept-Language"))
    return answer


@bp.get("/courses")
@access(PUBLIC)
def courses() -> ResponseReturnValue:
    """Every course on the shelf that meets the wish in the address."""
    wish = Wish.from_address(request.args)
    with language_of_address():
        locale = current_locale()
        found = courses_found(wish, locale=locale, home_currency=current_settings().default_currency)
        return page(
            "sales/shop/courses.html",
            wish=wish,
            found=found.courses,
            rows=_rows(found.courses.items, locale),
            counts=found.counts,
            choices=_choices(wish, found.counts, locale),
            sorts=_sorts(wish),
            canonical=external_url("shop.courses"),
            alternates=alternates("shop.courses", LOCALES),
        )


def _rows(rows: Sequence[CourseRow], locale: str, *, by: str = "") -> list[Markup]:
    """Each course of a list as it is drawn; a row is kept by all that stands in it."""
    levels, languages = level_words(), language_words()
    return [
        fragment(
            "sales/shop/_row.html", row=row, level=levels[row.level], locale=locale, by=by,
            languages=tuple((code, languages.get(code, code)) for code in row.languages),
        )
        for row in rows
    ]  # fmt: skip


def _choices(wish: Wish, counts: Counts, locale: str) -> Markup:
    """The choices of every filter with what each would leave; neither words nor order nor page matter to them."""
    settings = current_settings()
    return fragment(
        "sales/shop/_choices.html", wish=replace(wish, q="", sort="newest", page=1), counts=counts,
        house=settings.house_name_en if locale == "en" else settings.house_name, levels=tuple(level_words().items()),
        bands=tuple(band_words(settings.default_currency).items()), languages=tuple(language_words().items()),
    )  # fmt: skip


def _sorts(wish: Wish) -> list[tuple[str, str, bool]]:
    """The orders one can choose as (words, address, whether it holds)."""
    kept = [(name, value) for name, value in wish.as_args() if name != "sort"]
    return [
        (words, "/courses?" + urlencode([*kept, ("sort", sort)]), sort == wish.sort)
        for sort, words in sort_words().items()
        if sort != "relevance" or wish.q
    ]


@bp.get("/courses/<slug>")
@access(PUBLIC)
def course(slug: str) -> ResponseReturnValue:
    """One course: what it teaches and proves, what it costs and what that includes, what learners say."""
    with language_of_address():
        locale = current_locale()
        found = queries.course_page(slug, locale)
        if found is None:
            abort(404)
        course, lasting = found.facts, lasting_of(found.facts)
        reviews = _reviews(course.course_id, found.reviews.count)
        said: dict[str, Any] = {"contents": lasting.contents, "preview_key": lasting.preview_key}
        reader = queries.reader_of(course, current_actor())
        return page(
            "sales/shop/course.html",
            course=course,
            lasting=lasting,
            reader=reader,
            buy=fragment("sales/shop/_buy.html", course=course, offer=found.offer, reader=None, **said)
            if reader is None
            else None,
            offer=found.offer,
            together=together_with(course.course_id, locale) if found.offer else [],
            given=found.reviews,
            reviews=reviews,
            said=fragment("sales/shop/_reviews.html", course=course, given=found.reviews, review_views=tuple(reviews.items)),
            **said,
            canonical=lasting.canonical,
            alternates=lasting.alternates,
            json_ld=joined(lasting.json_ld, as_json_ld(sale_data(course, found.offer, found.reviews))),
        )


def _reviews(course_id: int, total: int) -> Page[learning.ReviewView]:
    """The page of reviews that the address asks for; `total` is how many there are."""
    last = max(1, -(-total // REVIEWS_PER_PAGE))
    number = min(max(1, request.args.get("page", 1, int)), last)
    items = learning.reviews_of(course_id, limit=REVIEWS_PER_PAGE, skipped=(number - 1) * REVIEWS_PER_PAGE) if total else ()
    return Page(list(items), number, REVIEWS_PER_PAGE, total)


@bp.get("/partners/<slug>")
@access(PUBLIC)
def partner(slug: str) -> ResponseReturnValue:
    """An organisation and its courses."""
    with language_of_address():
        locale = current_locale()
        found = queries.partner_page(slug, locale)
        if found is None:
            abort(404)
        return page(
            "sales/shop/partner.html",
            partner=found,
            courses=_rows(courses_of(slug, locale=locale), locale, by=slug),
            canonical=external_url("shop.partner", slug=slug),
            alternates=alternates("shop.partner", LOCALES, slug=slug),
        )


# The feeds register themselves on bp, which must exist first.
from coursehub.sales.shop import feeds  # noqa: E402

__all__ = ["blueprints", "bp", "feeds"]
