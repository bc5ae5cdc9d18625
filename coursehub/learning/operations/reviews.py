"""Course reviews by people who enrolled, and the partner's reply."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from coursehub import events
from coursehub.catalog.models import Course
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.learning import policies
from coursehub.learning.models import CourseReview
from coursehub.learning.queries.enrolments import has_enrolled
from coursehub.people.actor import Actor


class NotYours(Refusal):
    """Only people who enrolled in a course can review it."""

    status = 403


class ReviewHidden(Refusal):
    """Your review was hidden after a report, so it cannot be changed. The letter says why."""


def write_review(course: Course, *, stars: int, text: str, by: Actor, at: datetime) -> CourseReview:
    """Say what one thinks of a course; a second time changes the first.

    Raises NotYours for people who never enrolled and ReviewHidden for a hidden one.
    """
    require(by.looked_as_by_id is None)
    if not policies.may_review(by, has_enrolled=has_enrolled(person_id=by.person_id, course_id=course.id)):
        raise NotYours
    with transaction():
        existing = _review_of(course.id, by.person_id)
        if existing is None:
            try:
                with db.session.begin_nested():
                    review = CourseReview(
                        course_id=course.id, person_id=by.person_id, stars=stars, text=text.strip(), written_at=at
                    )
                    db.session.add(review)
            except IntegrityError:  # written in another tab a moment ago: that one is changed
                existing = _review_of(course.id, by.person_id)
            else:
                events.record("learning.review_written", at=at, review_id=review.id, course_id=course.id)
                return review
        assert existing is not None
        return _change(existing, stars=stars, text=text, at=at)


def _review_of(course_id: int, person_id: int) -> CourseReview | None:
    found = sa.select(CourseReview).where(CourseReview.course_id == course_id, CourseReview.person_id == person_id)
    return db.session.execute(found).scalar_one_or_none()


def _change(review: CourseReview, *, stars: int, text: str, at: datetime) -> CourseReview:
    lock(review)
    if review.hidden_at is not None:
        raise ReviewHidden
    review.stars, review.text, review.edited_at, review.deleted_at = stars, text.strip(), at, None
    events.record("learning.review_changed", at=at, review_id=review.id, course_id=review.course_id)
    return review


def delete_review(review: CourseReview, *, by: Actor, at: datetime) -> None:
    """Take back one's own review."""
    require(policies.may_edit_review(by, review))
    with transaction():
        lock(review)
        review.deleted_at = review.deleted_at or at
        events.record("learning.review_changed", at=at, review_id=review.id, course_id=review.course_id)


def reply_to_review(review: CourseReview, *, text: str, by: Actor, at: datetime) -> None:
    """The course's organisation answers a review, once; a second reply takes the place of the first."""
    organisation_id = db.session.get_one(Course, review.course_id).organisation_id
    require(policies.may_reply_to_review(by, organisation_id=organisation_id))
    with transaction():
        lock(review)
        review.reply_text, review.replied_by_id, review.replied_at = text.strip(), by.person_id, at
        events.record("learning.review_changed", at=at, review_id=review.id, course_id=review.course_id)
