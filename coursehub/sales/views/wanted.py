"""What somebody gives away, or asks an employer for: a course or a bundle, in one shape for the pages of both."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.people.models import Organisation
from coursehub.sales import operations, queries
from coursehub.sales.models import Bundle, Gift, Offering, SponsorRequest
from coursehub.sales.views.selling import course_titles, name_of, name_of_bundle


@dataclass(frozen=True)
class Terms:
    """What it costs now, and for how many days the money goes back without a question."""

    price_minor: int
    tax_minor: int
    tax_bps: int
    currency: str
    refund_days: int
    discount_minor: int = 0
    coupon_code: str = ""
    seats_left: int | None = None


@dataclass(frozen=True)
class Wanted:
    """A course or a bundle on a page: its name, its seller, where it stands, what it costs (None: it is not sold now).

    courses: of a bundle each course that is paid for, with its part of the price; held: those that the learner has already.
    """

    title: str
    url: str
    seller: str
    is_bundle: bool
    terms: Terms | None
    courses: tuple[tuple[str, int], ...] = ()
    held: tuple[str, ...] = ()


def course_wanted(course: Course, offering: Offering | None, quoted: operations.Quote | None = None) -> Wanted:
    """A course, at the price of its offering or at one that was quoted."""
    terms = None
    if offering is not None:
        terms = Terms(
            quoted.price.gross_minor if quoted else offering.price_minor, quoted.price.tax_minor if quoted else 0,
            offering.tax_bps, offering.currency, offering.refund_days, quoted.price.discount_minor if quoted else 0,
            quoted.discount.coupon.code if quoted and quoted.discount else "", queries.seats_left(offering),
        )  # fmt: skip
    seller = name_of(db.session.get_one(Organisation, course.organisation_id))
    return Wanted(course_titles([course])[course.id], f"/courses/{course.slug}", seller, False, terms)


def bundle_wanted(bundle: Bundle, *, person_id: int | None, at: datetime) -> Wanted:
    """A bundle for a person, who does not pay for what they have; for somebody unknown whole."""
    name, url = name_of_bundle(bundle), url_for("bundles.bundle", public_id=bundle.public_id)
    seller = name_of(db.session.get_one(Organisation, bundle.organisation_id))
    try:
        quoted = operations.quote_bundle(bundle, person_id=person_id, at=at)
    except operations.BundleNotNow:
        return Wanted(name, url, seller, True, None)
    titles, tax_bps = course_titles([part.course for part in quoted.parts]), quoted.parts[0].price.tax_bps
    courses = tuple((titles[part.course.id], part.price.gross_minor) for part in quoted.wanted)
    held = tuple(titles[part.course.id] for part in quoted.parts if part.is_owned)
    terms = Terms(quoted.gross_minor, quoted.tax_minor, tax_bps, bundle.currency, bundle.refund_days) if courses else None
    return Wanted(name, url, seller, True, terms, courses, held)


def named_by(row: Gift | SponsorRequest) -> tuple[Course | None, Bundle | None]:
    """The course or the bundle that a gift or a request is about."""
    course = db.session.get_one(Course, row.course_id) if row.course_id is not None else None
    return course, db.session.get_one(Bundle, row.bundle_id) if row.bundle_id is not None else None
