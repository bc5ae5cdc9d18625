"""Who may do what in the catalogue. Sentences about an actor and a thing; no query, no request."""

from coursehub.catalog.models import Course, Release, ReleaseReview
from coursehub.people.actor import Actor


def may_author(by: Actor, organisation_id: int) -> bool:
    """Owners and authors of an organisation that sells; for the house also its catalogue staff."""
    if by.is_only_looking or not by.acts_for(organisation_id) or "sells" not in by.rights:
        return False
    return by.has_role("owner", "author") or "catalogue" in by.staff_roles


def may_mend(by: Actor, course: Course, release: Release) -> bool:
    """Its authors, while it is a draft."""
    return release.course_id == course.id and release.state == "draft" and may_author(by, course.organisation_id)


def may_withdraw(by: Actor, course: Course, review: ReleaseReview) -> bool:
    """Its authors, until the review is decided."""
    return review.decision is None and may_author(by, course.organisation_id)


def may_read(by: Actor, course: Course) -> bool:
    """Everybody in the organisation that owns it, and catalogue staff."""
    return by.acts_for(course.organisation_id) or "catalogue" in by.staff_roles


def may_review(by: Actor) -> bool:
    """Catalogue staff, when they act for the house."""
    return "catalogue" in by.staff_roles and not by.is_only_looking
