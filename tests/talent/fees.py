"""What tests of fees begin with: prices that hold, a course under terms that speak of hires, somebody placed."""

from datetime import date, timedelta

import sqlalchemy as sa

from coursehub.catalog.models import Skill
from coursehub.contracts.operations.prices import announce_prices
from coursehub.contracts.placement_fee import Band, PriceList
from coursehub.contracts.price_book import PriceBook
from coursehub.db import db, transaction
from coursehub.learning.credentials.operations import issue_credential
from coursehub.learning.models import Completion
from coursehub.learning.operations import enrol
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import MEMBER_OWES
from coursehub.talent.operations import offers, placements
from tests.contracts.rig import agree, terms_data
from tests.learning.course import make_course, make_release
from tests.talent.hiring import DAYS, applied, offered, opened, wanted

BOOK = PriceBook(
    PriceList("CNY", (Band(12_000_000, 600_000), Band(None, 900_000)), training_bps=4_000, tax_bps=600),
    {"personal_service": 800, "employee": 0},
)
SHOWN = ("display_name", "email", "credentials")
START = date(2026, 4, 1)


def prices(cast, at, book=BOOK):
    """Fay says what a placement costs, from now on."""
    return announce_prices(book, effective_from=at, by=cast.acting(cast.fay), at=at)


def proven_course(cast, at, *, events=("sale", "hire"), person=None, **changes):
    """A course of Northwind that proves Python, completed; its terms name these events."""
    course = make_course(cast.northwind, at=at)
    scope = terms_data(cast.house, cast.northwind, course)["scope"]
    agree(cast, course, at - 9 * DAYS, scope=scope | {"events": list(events)}, **changes)
    release = make_release(course, at=at, skills={"Python": 3})
    enrolment = enrol(person_id=(person or cast.ada).id, release_id=release.id, at=at)
    with transaction():
        completion = Completion(enrolment_id=enrolment.id, release_id=release.id, at=at)
        db.session.add(completion)
        db.session.flush()
    issue_credential(completion.id, at=at)
    return course


def agreed(cast, at, *, person=None, hr=None):
    """Somebody took the offer and shows credentials with it."""
    person, hr = person or cast.ada, cast.acting(hr or cast.emma)
    python = db.session.execute(sa.select(Skill).where(Skill.code == "python")).scalar_one_or_none()
    opening = opened(cast, at, by=hr, skills=wanted((python, 2)) if python else None)
    application = applied(cast, opening, person, at, fields=SHOWN)
    return offers.accept_offer(offered(cast, application, at + DAYS, by=hr), by=cast.acting(person), at=at + 2 * DAYS)


def started(cast, at, *, person=None, hr=None):
    """And both say that the work has begun."""
    placement = agreed(cast, at, person=person, hr=hr)
    placements.confirm_start_as_person(placement, by=cast.acting(person or cast.ada), at=morning(START))
    placements.confirm_start_as_employer(placement, by=cast.acting(hr or cast.emma), at=morning(START))
    return placement


def morning(day):
    """Ten o'clock in Beijing."""
    from datetime import UTC, datetime

    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


def after(days):
    """So many days after the first day of work."""
    return morning(START) + timedelta(days=days)


def standing(cast):
    """What stands where: the account and, if an organisation is behind it, its slug."""
    known = {one.public_id: one.slug for one in (cast.house, cast.northwind, cast.harbour, cast.beacon)}
    return {
        (row.code, known.get(row.party, row.party)): row.posted_minor
        for row in db.session.execute(ledger.standing_accounts())
        if row.posted_minor
    }


OWED = MEMBER_OWES
HELD, READY = "liability:payable:held", "liability:payable:available"
