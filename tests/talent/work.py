"""What tests of part-time work begin with: a worker with hours to give, and an engagement at any step."""

from datetime import date, timedelta

from coursehub.db import db
from coursehub.talent.models import Engagement, Profile
from coursehub.talent.operations import consent, engagements, timesheets

from .hiring import hiring_now, in_pool

DAYS = timedelta(days=1)
MONDAY = date(2026, 3, 2)


def proposal(**values) -> engagements.Proposal:
    """Twelve hours a week of mentoring at 120 an hour, from Monday on."""
    first = {
        "title": "带教新人", "about": "Review and teach.", "form": "non_full_time", "weekly_minutes": 12 * 60, "hourly_minor": 12_000,
        "currency": "CNY", "start_on": MONDAY,
    }  # fmt: skip
    return engagements.Proposal(**(first | values))


def worker(cast, at, *, hours=20, person=None) -> Profile:
    """Somebody in the pool with so many hours a week, who lets Harbour and Beacon see their name."""
    person = person or cast.theo
    profile = in_pool(person, at, weekly_hours=hours, forms=["non_full_time"])
    for organisation, hr in ((cast.harbour, cast.emma), (cast.beacon, cast.emil)):
        hiring_now(cast, at, hr)
        grant = consent.ask_for_consent(
            profile, fields=["display_name"], why="Work", until_at=at + 60 * DAYS, by=cast.acting(hr), at=at
        )
        assert grant.organisation_id == organisation.id
        consent.give_consent(grant, fields=["display_name"], until_at=at + 60 * DAYS, by=cast.acting(person), at=at)
    return profile


def proposed(cast, profile, at, *, hr=None, **values) -> Engagement:
    """An employer has proposed work."""
    return engagements.propose_to_person(profile, proposal(**values), by=cast.acting(hr or cast.emma), at=at)


def working(cast, profile, at, *, hr=None, person=None, **values) -> Engagement:
    """Work that has begun."""
    row = proposed(cast, profile, at, hr=hr, **values)
    engagements.accept_work(row, needs_paper=False, by=cast.acting(person or cast.theo), at=at)
    db.session.refresh(row)
    return row


def handed_in(cast, row, at, *, week_on=MONDAY, minutes=(120, 180), person=None):
    """A week that waits for the employer."""
    by = cast.acting(person or cast.theo)
    days = {week_on + n * DAYS: one for n, one in enumerate(minutes)}
    sheet = timesheets.fill_week(row, week_on, days, words="", by=by, at=at)
    timesheets.submit_week(sheet, by=by, at=at)
    return sheet
