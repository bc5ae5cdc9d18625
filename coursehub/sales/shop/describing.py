"""The same facts for search engines: structured data in schema.org's words, and addresses by language."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from coursehub.learning.queries import ReviewSummary
from coursehub.money import as_decimal
from coursehub.sales.shop.queries import CourseFacts, Offer
from coursehub.web import external_url

_LICENCES = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC-BY-NC-4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "CC-BY-NC-SA-4.0": "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}


def alternates(endpoint: str, languages: Iterable[str], **values: str) -> list[tuple[str, str]]:
    """(language, address) for each language a page speaks, and `x-default` for the address that asks the reader."""
    plain = external_url(endpoint, **values)
    spoken = [(language, f"{plain}?{urlencode({'lang': language})}") for language in languages]
    return [*spoken, ("x-default", plain)]


def licence_url(licence: str) -> str | None:
    """Where a licence can be read, if it is one that many use."""
    return _LICENCES.get(licence)


def course_data(course: CourseFacts, minutes: int) -> dict[str, Any]:
    """A course as schema.org describes one; what the page does not say is not said here either."""
    url = external_url("shop.course", slug=course.slug)
    provider = {
        "@type": "Organization",
        "name": course.organisation,
        "url": external_url("shop.partner", slug=course.organisation_slug),
    }
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Course",
        "@id": url,
        "url": url,
        "name": course.title,
        "description": course.summary or course.title,
        "provider": provider,
        "inLanguage": course.locale,
        "availableLanguage": list(course.languages),
        "educationalLevel": course.level,
        "version": course.version,
        "datePublished": course.released_at.date().isoformat(),
        "hasCourseInstance": _instance(course, minutes),
    }
    if course.outcomes:
        data["teaches"] = list(course.outcomes)
    if course.skills:
        data["about"] = [{"@type": "DefinedTerm", "name": skill.name, "termCode": skill.code} for skill in course.skills]
    if course.licence:
        data["license"] = licence_url(course.licence) or course.licence
    return data


def sale_data(course: CourseFacts, offer: Offer | None, reviews: ReviewSummary) -> dict[str, Any]:
    """What sales and learners change of it: the offer and the mean of the reviews."""
    data: dict[str, Any] = {}
    if offer is not None:
        data["offers"] = _offer(offer, external_url("shop.course", slug=course.slug))
        data["isAccessibleForFree"] = offer.price_minor == 0
    if reviews.count:
        data["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": tenths(reviews.average_tenths),
            "reviewCount": reviews.count,
            "bestRating": 5,
            "worstRating": 1,
        }
    return data


def _instance(course: CourseFacts, minutes: int) -> dict[str, Any]:
    instance: dict[str, Any] = {"@type": "CourseInstance", "courseMode": "Online", "inLanguage": course.locale}
    if minutes:
        instance["courseWorkload"] = f"PT{minutes // 60}H{minutes % 60}M"
    if course.teachers:
        instance["instructor"] = _people(course.teachers)
    return instance


def _people(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"@type": "Person", "name": name} for name in names]


def _offer(offer: Offer, url: str) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "url": url,
        "category": "Free" if offer.price_minor == 0 else "Paid",
        "price": str(as_decimal(offer.price_minor, offer.currency)),
        "priceCurrency": offer.currency,
        "availability": "https://schema.org/SoldOut" if offer.seats_left == 0 else "https://schema.org/InStock",
    }


def tenths(value: int) -> str:
    """46 -> 4.6."""
    return f"{value // 10}.{value % 10}"


def as_json_ld(data: dict[str, Any]) -> Markup:
    """Data as a block that no text in it can leave: every <, > and & is written as an escape."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - nothing in it can end the block


def joined(lasting: Markup, passing: Markup) -> Markup:
    """Two blocks as one: {"a":1} and {"b":2} make {"a":1,"b":2}."""
    return lasting[:-1] + Markup(",") + passing[1:] if passing != "{}" else lasting
