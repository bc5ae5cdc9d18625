"""The ways inside a place: links to the pages that their own audience lets this reader open."""

from typing import Any

import sqlalchemy as sa
from flask import current_app, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.web.audiences import audience_of

STUDIO = (
    ("desks.studio", _l("Today")),
    ("catalog.courses", _l("Courses")),
    ("contracts_studio.contracts", _l("Contracts")),
    ("contracts_earnings.earnings", _l("Earnings")),
    ("payouts.payouts", _l("Payouts")),
    ("statements.statements", _l("Statements")),
    (
        _l("Selling"),
        (
            ("sales.links", _l("Partner links")),
            ("sales.coupons", _l("Coupons")),
            ("bundles.own_bundles", _l("Bundles")),
            ("passes_studio.months", _l("Passes")),
        ),
    ),
)
HOUSE = (
    ("desks.house", _l("Today")),
    (
        _l("Partners"),
        (
            ("contracts_house.contracts", _l("Contracts")),
            ("people.house_organisations", _l("Organisations")),
            ("catalog.reviews", _l("Listing reviews")),
            ("contracts_prices.manage", _l("Prices")),
        ),
    ),
    (
        _l("Sales"),
        (
            ("sales.house_orders", _l("Orders")),
            ("sales.house_refunds", _l("Refunds")),
            ("sales.house_disputes", _l("Payment disputes")),
            ("sales.house_attributions", _l("Contested sales")),
            ("sales.fapiao_queue", _l("Fapiao")),
            ("passes_house.passes", _l("Passes")),
        ),
    ),
    (
        _l("Money"),
        (
            ("billing_house.invoices", _l("Invoices")),
            ("sales.buyer_invoices", _l("Buyers' invoices")),
            ("bank.statements", _l("Bank statements")),
            ("payouts_house.runs", _l("Payouts")),
            ("statements_house.partners", _l("Statements")),
            ("statements_periods.months", _l("Months")),
            ("books.accounts", _l("Books")),
        ),
    ),
    (
        _l("Learners"),
        (
            ("sales.house_support", _l("Learners' messages")),
            ("learning.report_queue", _l("Reports")),
            ("learning_credentials.issued", _l("Credentials")),
            ("people.house_people", _l("People")),
        ),
    ),
    (
        _l("Talent"),
        (
            ("talent_house.openings", _l("Openings")),
            ("talent_house_rounds.rounds", _l("Matching rounds")),
            ("talent_placements.house_placements", _l("Placements")),
            ("talent_disputes.disputes", _l("Disputed hours")),
            ("talent_exports.house_exports", _l("Exports")),
            ("talent_working_days.calendar", _l("Days off")),
        ),
    ),
    (
        _l("Engine room"),
        (
            ("floor.job_queue", _l("Jobs")),
            ("floor.outbox", _l("Outbox")),
        ),
    ),
)
CAREER = (
    ("talent_profiles.career_desk", _l("Today")),
    ("talent_openings.openings", _l("Openings")),
    (
        _l("Applying"),
        (
            ("talent_candidate.applications", _l("Applications")),
            ("talent_candidate.my_interviews", _l("Interviews")),
            ("talent_candidate.my_offers", _l("Offers")),
            ("talent_rounds.rounds", _l("Matching rounds")),
        ),
    ),
    ("talent_work.my_work", _l("Part-time work")),
    (
        _l("About me"),
        (
            ("talent_profiles.edit_profile", _l("My profile")),
            ("talent_parts.skills", _l("Skills")),
            ("talent_parts.portfolio", _l("Portfolio")),
            ("talent_parts.time", _l("My time")),
        ),
    ),
    (
        _l("Who knows what"),
        (
            ("talent_profiles.visibility", _l("Who sees me")),
            ("talent_consent.grants", _l("Consents")),
            ("talent_blocks.blocks", _l("Blocks")),
            ("talent_viewed.viewed", _l("Who viewed me")),
        ),
    ),
)
HIRE = (
    ("talent_hire.desk", _l("Today")),
    ("talent_hire.openings", _l("Openings")),
    ("talent_pool.pool", _l("Pool")),
    ("talent_shortlists.shortlists", _l("Shortlists")),
    ("talent_hire.sent_introductions", _l("Introductions")),
    ("talent_hire_rounds.rounds", _l("Matching rounds")),
    ("talent_placements.placements", _l("Placements")),
    ("talent_hire_work.work", _l("Part-time work")),
    ("talent_candidates.consents", _l("Consents")),
    ("talent_reports.reports", _l("Hiring reports")),
    ("billing.invoices", _l("Invoices")),
)
ALLIANCE = (
    ("alliance.overview", _l("Alliance")),
    ("alliance.flows", _l("Flows")),
    ("alliance.retention", _l("Retention")),
    ("alliance.scoreboards", _l("Scoreboards")),
    ("alliance.selections", _l("Selection rates")),
    ("alliance.courses", _l("Courses and hires")),
    ("alliance.rounds", _l("Matching rounds")),
    ("alliance.rosters", _l("Rosters")),
    ("alliance.terms", _l("Open book")),
    ("contracts_prices.prices", _l("Prices")),
    ("statements_days.days", _l("Roots of the days")),
)
Entry = tuple[str, LazyString]
Group = tuple[LazyString, tuple[Entry, ...]]
WAYS: dict[str, tuple[Entry | Group, ...]] = {
    "studio": STUDIO,
    "house": HOUSE,
    "career": CAREER,
    "hire": HIRE,
    "alliance": ALLIANCE,
}
COURSE = (
    ("catalog.course", "course_id", _l("Releases")),
    ("sales.offering", "public_id", _l("Price")),
    ("learning.learners", "course_id", _l("Learners")),
    ("desks.insight", "public_id", _l("Insight")),
)
"""The pages of one course in the studio, each with the name that its address gives the course."""
LEARNERS = ("learning.roster", "learning.studio_questions", "learning.studio_reviews", "learning.learner")
"""Pages below "Learners", which have tabs of their own."""
BELOW = {
    "/studio/courses": ("/studio/releases/", "/studio/uploads/"),
    "/house/invoices": ("/house/receipts", "/house/collection-accounts", "/house/members/"),
    "/house/passes": ("/house/pools/",),
}
"""Pages that belong to a way although their address does not begin with its."""

Way = tuple[str, str, bool]


def ways_in(place: str, reader: Actor | None) -> list[Way]:
    """The links of a place as (words, address, whether it is this page or one below it); a group leads to its first page."""
    if reader is None:
        return []
    found: list[Way] = []
    for label, inside in _open_to(place, reader):
        words = label if len(inside) > 1 else inside[0][0]
        found.append((words, inside[0][1], any(here for _words, _url, here in inside)))
    if place == "studio" and reader.organisation is not None and not reader.organisation.is_house:
        words, url = _members(reader.organisation.public_id)
        found.append((words, url, _is_here(url, place)))
    return found


def ways_beside(place: str, reader: Actor | None) -> list[Way]:
    """The pages of the group that this page belongs to; none where a page stands alone."""
    groups = [inside for _label, inside in _open_to(place, reader)] if reader else []
    return next((inside for inside in groups if len(inside) > 1 and any(here for _words, _url, here in inside)), [])


def _open_to(place: str, reader: Actor) -> list[tuple[str, list[Way]]]:
    """The groups of a place with the pages in them that this reader may open; a page alone is a group of one."""
    found = []
    for first, second in WAYS.get(place, ()):
        entries = second if isinstance(second, tuple) else ((str(first), second),)
        urls = [(str(label), url_for(endpoint)) for endpoint, label in entries if may_open(endpoint, reader)]
        if urls:
            found.append((str(first), [(words, url, _is_here(url, place)) for words, url in urls]))
    return found


def ways_of_course(reader: Actor | None) -> list[Way]:
    """The pages about the course of this page, for those who act for the organisation that owns it."""
    here = "learning.learners" if request.endpoint in LEARNERS else request.endpoint
    named = next((name for endpoint, name, _words in COURSE if endpoint == here), None)
    if named is None or reader is None:
        return []
    course_id = str((request.view_args or {})[named])
    own = sa.select(Course.id).where(Course.public_id == course_id, Course.organisation_id == reader.organisation_id)
    if db.session.execute(own).first() is None:
        return []
    found: list[Way] = []
    for endpoint, name, words in COURSE:
        if may_open(endpoint, reader):
            values: dict[str, Any] = {name: course_id}
            url = url_for(endpoint, **values)
            found.append((str(words), url, endpoint == here))
    return found


def may_open(endpoint: str, reader: Actor) -> bool:
    """Whether a page of this application would let the reader in."""
    if endpoint not in current_app.view_functions:
        return False
    audience = audience_of(current_app, endpoint)
    return audience is not None and audience.admits(reader)


def _members(public_id: str) -> tuple[str, str]:
    words: LazyString = _l("Members")
    return str(words), url_for("people.organisation", public_id=public_id)


def _is_here(url: str, place: str) -> bool:
    """The desk itself is only itself; every other link also stands for the pages below it."""
    below = (f"{url}/", *BELOW.get(url, ()))
    return request.path == url or (url != f"/{place}" and request.path.startswith(below))
