"""Letters of the catalogue: a package has been read, a release was answered or submitted."""

from datetime import datetime

from coursehub import events, mail
from coursehub.catalog import queries
from coursehub.catalog.models import Course, CourseImport, Release, ReleaseReview
from coursehub.db import db
from coursehub.people.queries import display_names, email_of, house, locale_of, members_with_role


def _send(person_id: int, *, key: str, template: str, kind: str, at: datetime, **context: object) -> None:
    to = email_of(person_id)
    if to is None:
        return
    mail.send_once(
        key=key, person_id=person_id, to=to, locale=locale_of(person_id), template=f"catalog/letters/{template}.txt",
        at=at, kind=kind, name=display_names([person_id]).get(person_id, ""), **context,
    )  # fmt: skip


@events.on("catalog.import_finished")
def tell_who_uploaded(*, at: datetime, upload_id: int) -> None:
    """The package has been read, or could not be."""
    upload = db.session.get_one(CourseImport, upload_id)
    _send(upload.by_id, key=f"catalog.upload:{upload.public_id}", template="upload", kind="authoring", at=at, upload=upload)


@events.on("catalog.release_submitted")
def tell_reviewers(*, at: datetime, release_id: int, review_id: int) -> None:
    """A release waits for review."""
    review, release = db.session.get_one(ReleaseReview, review_id), db.session.get_one(Release, release_id)
    for person_id in members_with_role(house().id, "staff_catalogue"):
        _send(
            person_id, key=f"catalog.submitted:{review.public_id}:{person_id}", template="submitted", kind="reviews", at=at,
            review=review, release=release, course_title=queries.title_of(release.id, locale_of(person_id)),
        )  # fmt: skip


@events.on("catalog.changes_requested")
def tell_authors_what_to_change(*, at: datetime, release_id: int, review_id: int) -> None:
    """The answer is: not yet."""
    _tell_authors(release_id, review_id, "changes_requested", at=at)


@events.on("catalog.release_approved")
def tell_authors_it_is_approved(*, at: datetime, release_id: int, review_id: int) -> None:
    """The answer is: yes."""
    _tell_authors(release_id, review_id, "approved", at=at)


def _tell_authors(release_id: int, review_id: int, template: str, *, at: datetime) -> None:
    review, release = db.session.get_one(ReleaseReview, review_id), db.session.get_one(Release, release_id)
    course = db.session.get_one(Course, release.course_id)
    readers = dict.fromkeys([review.submitted_by_id, *members_with_role(course.organisation_id, "owner", "author")])
    remarks = queries.remarks_of(review.id)
    for person_id in readers:
        _send(
            person_id, key=f"catalog.{template}:{review.public_id}:{person_id}", template=template, kind="authoring", at=at,
            review=review, release=release, remarks=remarks, course_title=queries.title_of(release.id, locale_of(person_id)),
        )  # fmt: skip
