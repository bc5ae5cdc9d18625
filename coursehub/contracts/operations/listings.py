"""Listing: a course is on offer while a release is approved and terms are in force."""

from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.catalog import operations as catalog_operations
from coursehub.catalog import queries as catalog_queries
from coursehub.catalog.models import Course, Release
from coursehub.contracts import policies, queries
from coursehub.contracts.models import Listing, Terms
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor


class NotApproved(Refusal):
    """No release of this course is approved. Submit one for review first."""


class NoTermsInForce(Refusal):
    """No terms are in force for this course. Agree and sign terms first; the course can be listed from the day they begin."""


class NotListed(Refusal):
    """This course is not listed."""


def list_course(course: Course, *, by: Actor, at: datetime) -> Listing:
    """Put a course on offer with its approved release, under the terms in force.

    Listing again moves the offer to a newer approved release. Raises NotApproved or NoTermsInForce.
    """
    require(policies.may_list(by, course))
    with transaction():
        lock(course)
        release = catalog_queries.approved_release(course.id) or catalog_queries.current_release(course.id)
        if release is None:
            raise NotApproved
        terms = queries.terms_in_force(course.id, at)
        if terms is None:
            raise NoTermsInForce
        standing = queries.open_listing(course.id)
        if standing is not None:
            if (standing.release_id, standing.terms_hash) == (release.id, terms.terms_hash):
                return standing
            _close(standing, "replaced", by=by, at=at)
        listing = _open(course, release, terms, by=by, at=at)
        if release.state != "listed":
            catalog_operations.list_release(release, at=at)
        events.record("contracts.course_listed", at=at, course_id=course.id, listing_id=listing.id)
        return listing


def close_listing(course: Course, *, by: Actor, at: datetime) -> None:
    """Take a course off the offer; those who are enrolled keep it. Raises NotListed."""
    require(policies.may_list(by, course))
    with transaction():
        lock(course)
        standing = queries.open_listing(course.id)
        if standing is None:
            raise NotListed
        _take_off(standing, "closed", by=by, at=at)


def follow_terms(*, at: datetime) -> int:
    """Bring every open listing in line with the terms that hold now; says how many changed.

    Where none hold the listing closes; where others have begun it goes on under those.
    """
    changed = 0
    for course_id in db.session.execute(sa.select(Listing.course_id).where(Listing.closed_at.is_(None))).scalars().all():
        with transaction():
            course = db.session.get_one(Course, course_id)
            lock(course)
            standing = queries.open_listing(course_id)
            terms = queries.terms_in_force(course_id, at)
            if standing is None or (terms is not None and terms.terms_hash == standing.terms_hash):
                continue
            changed += 1
            if terms is None:
                _take_off(standing, "terms_ended", by=None, at=at)
            else:
                _close(standing, "replaced", by=None, at=at)
                _open(course, db.session.get_one(Release, standing.release_id), terms, by=None, at=at)
    return changed


def _open(course: Course, release: Release, terms: Terms, *, by: Actor | None, at: datetime) -> Listing:
    listing = Listing(
        course_id=course.id, release_id=release.id, terms_hash=terms.terms_hash, opened_at=at,
        opened_by_id=by.person_id if by else None, close_reason="",
    )  # fmt: skip
    db.session.add(listing)
    db.session.flush()
    return listing


def _close(listing: Listing, reason: str, *, by: Actor | None, at: datetime) -> None:
    listing.closed_at = at
    listing.close_reason = reason
    listing.closed_by_id = by.person_id if by else None
    db.session.flush()  # before the next one opens: one open listing per course


def _take_off(listing: Listing, reason: str, *, by: Actor | None, at: datetime) -> None:
    _close(listing, reason, by=by, at=at)
    release = catalog_queries.current_release(listing.course_id)
    if release is not None:
        catalog_operations.unlist_release(release, at=at)
    events.record("contracts.listing_closed", at=at, course_id=listing.course_id, listing_id=listing.id)
