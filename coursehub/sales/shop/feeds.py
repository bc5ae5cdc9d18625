"""What machines read: which addresses there are, which to leave alone, and what is new."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from coursehub.catalog.models.course import LOCALES
from coursehub.sales.shop import queries
from coursehub.sales.shop.describing import alternates
from coursehub.sales.shop.views import bp, language_of_address
from coursehub.web import PUBLIC, access, current_locale, external_url

# Personal pages, pages of partners and staff, and the endless combinations of filters.
PRIVATE = tuple("/account /house /learn /orders /outbox /r/ /reports /sign- /studio /courses? /courses/*/checkout".split())


def _xml(template: str, media_type: str, **context: object) -> Response:
    return Response(render_template(template, **context), content_type=f"{media_type}; charset=utf-8")


@bp.get("/sitemap.xml")
@access(PUBLIC)
def sitemap() -> ResponseReturnValue:
    """Every public page of the shop, with its languages."""
    courses = [
        (external_url("shop.course", slug=each.slug), each.changed_at, alternates("shop.course", each.languages, slug=each.slug))
        for each in queries.addresses()
    ]
    partners = [
        (external_url("shop.partner", slug=slug), alternates("shop.partner", LOCALES, slug=slug)) for slug in queries.sellers()
    ]
    shelf = (external_url("shop.courses"), alternates("shop.courses", LOCALES))
    return _xml("sales/shop/sitemap.xml", "application/xml", shelf=shelf, courses=courses, partners=partners)


@bp.get("/robots.txt")
@access(PUBLIC)
def robots() -> ResponseReturnValue:
    """Which pages are not for search engines, and where the list of the others is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE), "Allow: /courses?lang=", "Allow: /", ""]
    lines.append(f"Sitemap: {external_url('shop.sitemap')}")
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@bp.get("/courses/feed.xml")
@access(PUBLIC)
def feed() -> ResponseReturnValue:
    """New courses and new releases, as an Atom feed in the reader's language."""
    with language_of_address():
        locale = current_locale()
        news = queries.news(locale)
        said = request.args.get("lang") or None
        address = external_url("shop.feed", lang=said)
        return _xml("sales/shop/feed.xml", "application/atom+xml", news=news, language=locale, address=address)
