"""How every letter of sales is written: once a mark, in the reader's language."""

from datetime import datetime
from typing import Any

from coursehub import mail
from coursehub.catalog import queries as catalog
from coursehub.db import db
from coursehub.people import queries as people
from coursehub.sales import queries
from coursehub.sales.models import Bundle, Gift, Order, SponsorRequest


def write(name: str, *, person_id: int, mark: str, at: datetime, kind: str = "receipt", **context: Any) -> None:
    """A letter to a person, unless they were forgotten."""
    to = people.email_of(person_id)
    if to is None:
        return  # erased: there is nobody to write to
    mail.send_once(
        key=f"sales.{name}:{mark}",
        person_id=person_id,
        to=to,
        locale=people.locale_of(person_id),
        template=f"sales/letters/{name}.txt",
        at=at,
        kind=kind,
        **context,
    )


def about(order: Order) -> dict[str, Any]:
    """What letters about an order say of it."""
    locale = people.locale_of(order.buyer_id)
    parts = [(catalog.title_of(part.release_id, locale), part.gross_minor) for part in queries.parts_of(order.id)]
    title = queries.titles_of([order], locale).get(order.id, "")
    return {"order": order, "title": title, "parts": parts, "gift": queries.gift_of(order)}


def title_of(row: Gift | SponsorRequest, locale: str) -> str:
    """What a gift or a request is about: the title of a course, or the name of a bundle."""
    if row.bundle_id is None:
        return course_title(row.course_id, locale) if row.course_id is not None else ""
    bundle = db.session.get_one(Bundle, row.bundle_id)
    return bundle.name_en if locale == "en" else bundle.name


def course_title(course_id: int, locale: str) -> str:
    """What a course is called now."""
    release = catalog.current_release(course_id) or catalog.newest_release(course_id)
    return catalog.title_of(release.id, locale) if release else ""
