"""Reviews, their remarks, what happened to a release, and uploads on their way."""

import sqlalchemy as sa

from coursehub.catalog.models import Course, CourseImport, Release, ReleaseEvent, ReleaseReview, ReviewRemark, StepEdit
from coursehub.db import db
from coursehub.people.actor import Actor


def review_queue() -> sa.Select[ReleaseReview]:
    """Reviews that wait for a decision, the nearest deadline first."""
    return sa.select(ReleaseReview).where(ReleaseReview.decision.is_(None)).order_by(ReleaseReview.due_at, ReleaseReview.id)


def reviews_visible_to(reader: Actor) -> sa.Select[ReleaseReview]:
    """Catalogue staff see every review; authors see those of their own organisation's courses."""
    every = sa.select(ReleaseReview).order_by(ReleaseReview.submitted_at.desc(), ReleaseReview.id.desc())
    if "catalogue" in reader.staff_roles:
        return every
    return (
        every.join(Release, Release.id == ReleaseReview.release_id)
        .join(Course, Course.id == Release.course_id)
        .where(Course.organisation_id == reader.organisation_id)
    )


def review_of(release_id: int) -> ReleaseReview | None:
    """The review of a release, if it was ever submitted."""
    return db.session.execute(sa.select(ReleaseReview).where(ReleaseReview.release_id == release_id)).scalar_one_or_none()


def remarks_of(review_id: int) -> list[ReviewRemark]:
    """Remarks of a review in the order they were made."""
    rows = sa.select(ReviewRemark).where(ReviewRemark.review_id == review_id).order_by(ReviewRemark.id)
    return list(db.session.execute(rows).scalars())


def events_of(release_id: int) -> list[ReleaseEvent]:
    """What happened to a release, first to last."""
    rows = sa.select(ReleaseEvent).where(ReleaseEvent.release_id == release_id).order_by(ReleaseEvent.id)
    return list(db.session.execute(rows).scalars())


def imports_visible_to(reader: Actor) -> sa.Select[CourseImport]:
    """Uploads of the organisation the reader acts for, newest first."""
    return sa.select(CourseImport).where(CourseImport.organisation_id == reader.organisation_id).order_by(CourseImport.id.desc())


def import_for(release_id: int) -> CourseImport | None:
    """The upload a release came from."""
    rows = sa.select(CourseImport).where(CourseImport.release_id == release_id).order_by(CourseImport.id.desc()).limit(1)
    return db.session.execute(rows).scalar_one_or_none()


def can_undo(step_id: int, locale: str) -> bool:
    """Whether a draft step has a mend in this language that was not taken back."""
    edits = sa.select(StepEdit.id).where(StepEdit.step_id == step_id, StepEdit.locale == locale, StepEdit.undone_at.is_(None))
    return db.session.execute(edits.limit(1)).first() is not None
