"""Course reviews as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.db import db, look
from coursehub.learning.models import CourseReview
from coursehub.people.queries import display_names


@dataclass(frozen=True)
class ReviewSummary:
    """How many people reviewed a course and what they gave; the average in tenths of a star."""

    count: int
    average_tenths: int
    by_stars: tuple[tuple[int, int], ...] = ()
    """(stars, how many gave them), without those that nobody gave."""

    @property
    def average(self) -> str:
        """The average as people read it: 4.6."""
        return f"{self.average_tenths // 10}.{self.average_tenths % 10}"

    def gave(self, stars: int) -> int:
        """How many gave so many stars."""
        return dict(self.by_stars).get(stars, 0)


@dataclass(frozen=True)
class ReviewView:
    """One review with its author's display name and the partner's reply."""

    public_id: str
    stars: int
    text: str
    name: str
    written_at: datetime
    edited_at: datetime | None
    reply_text: str | None
    replied_at: datetime | None


def standing_reviews(course_id: int) -> sa.Select[CourseReview]:
    """The reviews of a course that are shown, newest first."""
    return (
        sa.select(CourseReview)
        .where(CourseReview.course_id == course_id, CourseReview.deleted_at.is_(None), CourseReview.hidden_at.is_(None))
        .order_by(CourseReview.written_at.desc(), CourseReview.id.desc())
    )


def review_views(reviews: Iterable[CourseReview]) -> list[ReviewView]:
    """Reviews with the names to show; an erased person's name is empty."""
    reviews = list(reviews)
    names = display_names({review.person_id for review in reviews}) if reviews else {}
    return [
        ReviewView(
            r.public_id, r.stars, r.text, names.get(r.person_id, ""), r.written_at, r.edited_at, r.reply_text, r.replied_at
        )
        for r in reviews
    ]


# The page of every reviewed course asks these two, so they are put together once.
_STANDING = sa.and_(
    CourseReview.course_id == sa.bindparam("course_id"), CourseReview.deleted_at.is_(None), CourseReview.hidden_at.is_(None)
)
_NEWEST = (
    sa.select(*(getattr(CourseReview, name) for name in (
        "public_id", "stars", "text", "person_id", "written_at", "edited_at", "reply_text", "replied_at",
    )))
    .where(_STANDING)
    .order_by(CourseReview.written_at.desc(), CourseReview.id.desc())
    .limit(sa.bindparam("many"))
    .offset(sa.bindparam("skipped"))
)  # fmt: skip
_BY_STARS = sa.select(CourseReview.stars, sa.func.count().label("n")).where(_STANDING).group_by(CourseReview.stars)


def reviews_of(course_id: int, *, limit: int = 20, skipped: int = 0) -> tuple[ReviewView, ...]:
    """The newest standing reviews of a course, for its page."""
    rows = look(_NEWEST, {"course_id": course_id, "many": limit, "skipped": skipped}).all()
    names = display_names({row.person_id for row in rows}) if rows else {}
    return tuple(
        ReviewView(
            r.public_id, r.stars, r.text, names.get(r.person_id, ""), r.written_at, r.edited_at, r.reply_text, r.replied_at
        )
        for r in rows
    )


def review_summary(course_id: int) -> ReviewSummary:
    """Count and average of a course's standing reviews; zero when there are none."""
    rows = look(_BY_STARS, {"course_id": course_id})
    by_stars = {row.stars: row.n for row in rows}
    return _summary(by_stars) if by_stars else ReviewSummary(0, 0)


AT_ONCE = 24
"""For how many courses one statement tells reviews: as many parameters, so that it is always the same."""
_BY_COURSE = (
    sa.select(CourseReview.course_id, CourseReview.stars, sa.func.count().label("n"))
    .where(
        CourseReview.course_id.in_([sa.bindparam(f"course_{n}", type_=sa.BigInteger) for n in range(AT_ONCE)]),
        CourseReview.deleted_at.is_(None),
        CourseReview.hidden_at.is_(None),
    )
    .group_by(CourseReview.course_id, CourseReview.stars)
)


def review_summaries(course_ids: Iterable[int]) -> dict[int, ReviewSummary]:
    """The same for many courses at once, for lists; courses without reviews are missing."""
    ids = list(course_ids)
    by_course: dict[int, dict[int, int]] = {}
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        values = {f"course_{n}": some[n] if n < len(some) else 0 for n in range(AT_ONCE)}
        for course_id, stars, many in look(_BY_COURSE, values):
            by_course.setdefault(course_id, {})[stars] = many
    return {course_id: _summary(by_stars) for course_id, by_stars in by_course.items()}


def _summary(by_stars: dict[int, int]) -> ReviewSummary:
    count = sum(by_stars.values())
    stars = sum(star * n for star, n in by_stars.items())
    return ReviewSummary(count, (20 * stars + count) // (2 * count), tuple(sorted(by_stars.items())))


def own_review(*, person_id: int, course_id: int) -> CourseReview | None:
    """What this person wrote about a course, also when hidden; None if nothing stands."""
    found: sa.Select[Any] = sa.select(CourseReview).where(
        CourseReview.person_id == person_id, CourseReview.course_id == course_id, CourseReview.deleted_at.is_(None)
    )
    return db.session.execute(found).scalar_one_or_none()
