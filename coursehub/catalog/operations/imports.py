"""Packages uploaded on the screen: stored at once, read by the worker, reported when done."""

from datetime import datetime
from typing import BinaryIO

import sqlalchemy as sa
from flask_babel import force_locale

from coursehub import events, jobs, storage
from coursehub.archives import open_package
from coursehub.catalog import policies
from coursehub.catalog.importers import read_course
from coursehub.catalog.models import Course, CourseImport
from coursehub.catalog.operations.drafts import create_draft, prepare
from coursehub.db import db, lock, transaction
from coursehub.errors import NotAllowed, Refusal, require
from coursehub.people.actor import Actor
from coursehub.web.locale import gettext_locale

LARGEST_UPLOAD = 1 << 30
_PROGRESS_EVERY = 10


class UploadTooBig(Refusal):
    """The package is larger than 1 GB. Leave out what the course does not need, or use smaller videos."""

    status = 422


def upload_package(file: BinaryIO, filename: str, *, course: Course | None, locale: str, by: Actor, at: datetime) -> CourseImport:
    """Keep an uploaded package and let the worker read it.

    course: the course it is a new release of; None when it is new or named by its slug.
    Raises UploadTooBig.
    """
    if by.organisation_id is None:
        raise NotAllowed
    require(policies.may_author(by, by.organisation_id if course is None else course.organisation_id))
    key = storage.put(file, suffix=".zip")
    size = storage.size(key)
    if size > LARGEST_UPLOAD:
        storage.path(key).unlink(missing_ok=True)
        raise UploadTooBig
    with transaction():
        upload = CourseImport(
            organisation_id=by.organisation_id, course_id=course.id if course else None, by_id=by.person_id,
            locale=locale, filename=filename[-255:] or "course.zip", storage_key=key, bytes=size, state="waiting",
            done_count=0, total_count=0, refusal="", created_at=at,
        )  # fmt: skip
        db.session.add(upload)
        db.session.flush()
        jobs.enqueue("catalog.read_upload", at=at, dedupe_key=f"catalog.read_upload:{upload.id}", upload_id=upload.id)
        return upload


def read_upload(upload_id: int, *, at: datetime) -> None:
    """Read an uploaded package into a draft, or keep the sentence why not. A second run does nothing."""
    upload = db.session.get_one(CourseImport, upload_id)
    if upload.state in ("done", "refused"):
        return
    _note_progress(upload_id, 0, 0)
    course = db.session.get(Course, upload.course_id) if upload.course_id else None
    with force_locale(gettext_locale(upload.locale)):
        try:
            package = open_package(storage.path(upload.storage_key))
            prepared = prepare(read_course(package), package, lambda done, total: _report_progress(upload_id, done, total))
            with transaction():
                release = create_draft(
                    prepared, organisation_id=upload.organisation_id, author_id=upload.by_id, at=at, course=course
                )
                lock(upload)
                upload.state, upload.release_id, upload.course_id = "done", release.id, release.course_id
                upload.report, upload.finished_at = release.report, at
                events.record("catalog.import_finished", at=at, upload_id=upload.id)
        except Refusal as refusal:
            with transaction():
                lock(upload)
                upload.state, upload.refusal, upload.finished_at = "refused", str(refusal), at
                events.record("catalog.import_finished", at=at, upload_id=upload.id)


def _report_progress(upload_id: int, done: int, total: int) -> None:
    if done % _PROGRESS_EVERY == 0 or done == total:
        _note_progress(upload_id, done, total)


def _note_progress(upload_id: int, done: int, total: int) -> None:
    with transaction():
        db.session.execute(
            sa.update(CourseImport)
            .where(CourseImport.id == upload_id)
            .values(state="reading", done_count=done, total_count=total)
        )
