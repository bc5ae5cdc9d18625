"""Drafts: made from a package or from an earlier release, given their facts, discarded."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from coursehub import events
from coursehub.archives import Package, open_package
from coursehub.catalog import policies
from coursehub.catalog.importers import read_course
from coursehub.catalog.importers.house import FORMAT
from coursehub.catalog.models import (
    Asset,
    Course,
    Lesson,
    LessonText,
    Phase,
    PhaseText,
    Release,
    ReleaseSkill,
    ReleaseText,
    Skill,
    Step,
    StepText,
)
from coursehub.catalog.operations.history import happened
from coursehub.catalog.operations.publicity import mark_public_files
from coursehub.catalog.operations.writing import StoredFile, store_files, write_content, write_skills
from coursehub.catalog.rendering import Rendering, render_course
from coursehub.catalog.source import CourseSource
from coursehub.db import Model, db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation

Progress = Callable[[int, int], None]


class DraftOpen(Refusal):
    """This course has an open draft. Submit it or discard it first, then bring the new package."""


class NotADraft(Refusal):
    """This release can no longer be changed. Begin a new draft from it."""


class SlugTaken(Refusal):
    """The address “%(slug)s” belongs to another organisation's course. Choose another slug in course.toml."""


class CourseElsewhere(Refusal):
    """The package belongs to the course “%(slug)s”, not to this one."""


def import_package(
    path: Path, *, organisation_id: int, author_id: int | None, at: datetime, progress: Progress | None = None
) -> Release:
    """Read a zip or folder and make it a draft: a new course, or the next release of the one with its slug.

    Raises a subclass of ArchiveRefused, UnknownFormat, CourseUnreadable, DraftOpen or SlugTaken; then nothing is kept.
    """
    package = open_package(path)
    prepared = prepare(read_course(package), package, progress)
    return create_draft(prepared, organisation_id=organisation_id, author_id=author_id, at=at)


@dataclass(frozen=True)
class Prepared:
    """A course rendered, its files in storage: all that takes time and needs no transaction."""

    source: CourseSource
    rendering: Rendering
    files: dict[str, StoredFile]


def prepare(source: CourseSource, package: Package, progress: Progress | None = None) -> Prepared:
    """Render a course and keep its files; the tables are not touched."""
    rendering = render_course(source, progress)
    return Prepared(source, rendering, store_files(source, package))


def create_draft(
    prepared: Prepared, *, organisation_id: int, author_id: int | None, at: datetime, course: Course | None = None
) -> Release:
    """Write a prepared course as a draft, of `course` if named, else of the one with its slug.

    Only the house's format names an address (slug). For every other format it is a guess from
    the title, so another organisation's course of that name is no reason to refuse the package.
    Raises DraftOpen, SlugTaken or CourseElsewhere.
    """
    source = prepared.source
    with transaction():
        course = _course_for(source, course, organisation_id=organisation_id, author_id=author_id, at=at)
        release = _open_draft(course, source.version, at=at)
        release.level = source.level
        release.languages = source.languages
        release.licence = source.licence[:80]
        release.teachers = source.teachers
        release.source_format = source.format
        _name_unknown_skills(source)
        release.report = source.report.as_dict()
        release.links = {"pages": source.pages, "labels": source.labels, "roots": source.roots}
        db.session.flush()
        write_content(release, source, prepared.rendering, prepared.files)
        happened(release, "imported", by_id=author_id, at=at)
        events.record("catalog.draft_created", at=at, release_id=release.id)
        return release


def _name_unknown_skills(source: CourseSource) -> None:
    codes = [skill.code for skill in source.skills]
    known = set(db.session.execute(sa.select(Skill.code).where(Skill.code.in_(codes))).scalars())
    for code in codes:
        if code not in known:
            source.report.remark("course.toml", "unknown_skill", code)


def _course_for(
    source: CourseSource, course: Course | None, *, organisation_id: int, author_id: int | None, at: datetime
) -> Course:
    slug = _slug_for(source, organisation_id)
    known = db.session.execute(sa.select(Course).where(Course.slug == slug)).scalar_one_or_none()
    if course is not None:
        lock(course)
        if known is not None and known.id != course.id:
            raise CourseElsewhere(slug=slug)
        return course
    if known is not None:
        if known.organisation_id != organisation_id:
            raise SlugTaken(slug=slug)
        lock(known)
        return known
    made = Course(
        slug=slug, organisation_id=organisation_id, original_locale=source.languages[0], created_by_id=author_id, created_at=at
    )
    db.session.add(made)
    db.session.flush()
    return made


def _slug_for(source: CourseSource, organisation_id: int) -> str:
    """The address that the package names; for a guessed one, the first that is free or this organisation's."""
    wished = source.slug or f"course-{source.report.files_in}"
    if source.format == FORMAT:
        return wished
    of = db.session.execute(sa.select(Organisation.slug).where(Organisation.id == organisation_id)).scalar_one()
    own = f"{wished[: 78 - len(of)].rstrip('-')}-{of}"
    candidates = chain((wished, own), (f"{own[:76].rstrip('-')}-{n}" for n in count(2)))
    owner = sa.select(Course.organisation_id)
    return next(
        slug
        for slug in candidates
        if db.session.execute(owner.where(Course.slug == slug)).scalar_one_or_none() in (None, organisation_id)
    )


def _open_draft(course: Course, version: str, *, at: datetime, derived_from_id: int | None = None) -> Release:
    newest = db.session.execute(
        sa.select(Release.number, Release.state).where(Release.course_id == course.id).order_by(Release.number.desc())
    ).all()
    if any(state == "draft" for _number, state in newest):
        raise DraftOpen
    release = Release(
        course_id=course.id, number=newest[0].number + 1 if newest else 1, version=version, state="draft",
        level="beginner", languages=[course.original_locale], source_format="", created_at=at,
        derived_from_id=derived_from_id, report={}, links={}, teachers=[], licence="",
    )  # fmt: skip
    db.session.add(release)
    return release


def discard_draft(release: Release, *, by: Actor, at: datetime) -> None:
    """Delete a draft and everything in it; a course without any other release goes with it.

    Raises NotADraft.
    """
    with transaction():
        course = db.session.get_one(Course, release.course_id)
        lock(course)
        db.session.refresh(release)
        require(policies.may_author(by, course.organisation_id))
        if release.state != "draft":
            raise NotADraft
        events.record("catalog.draft_discarded", at=at, course_id=course.id, number=release.number)
        db.session.execute(sa.delete(Release).where(Release.id == release.id))
        db.session.expunge(release)


def revise_release(release: Release, *, by: Actor, at: datetime) -> Release:
    """Begin a new draft with the content of a release that can no longer be changed.

    Raises DraftOpen.
    """
    with transaction():
        course = db.session.get_one(Course, release.course_id)
        lock(course)
        require(policies.may_author(by, course.organisation_id))
        draft = _open_draft(course, next_version(release.version), at=at, derived_from_id=release.id)
        for name in ("level", "languages", "licence", "teachers", "source_format", "report", "links"):
            setattr(draft, name, getattr(release, name))
        db.session.flush()
        _copy_content(release.id, draft.id)
        happened(draft, "revised", by_id=by.person_id, at=at)
        return draft


def next_version(version: str) -> str:
    """The version after this one: its last number grows by one."""
    match = re.fullmatch(r"(.*?)(\d+)(\D*)", version)
    return f"{match[1]}{int(match[2]) + 1}{match[3]}"[:40] if match else f"{version}.1"[:40]


def _copy_content(old_id: int, new_id: int) -> None:
    phases = _copy(Phase, old_id, new_id, {})
    lessons = _copy(Lesson, old_id, new_id, {"phase_id": phases})
    steps = _copy(Step, old_id, new_id, {"lesson_id": lessons})
    _copy(PhaseText, old_id, new_id, {"phase_id": phases})
    _copy(LessonText, old_id, new_id, {"lesson_id": lessons})
    _copy(StepText, old_id, new_id, {"step_id": steps})
    for table in (ReleaseText, Asset, ReleaseSkill):
        _copy(table, old_id, new_id, {})


def _copy(table: type[Model], old_id: int, new_id: int, moved: dict[str, dict[int, int]]) -> dict[int, int]:
    """Copy one table's rows to another release; says which id became which."""
    columns = [column.name for column in table.__table__.columns if column.name != "id"]
    ids: dict[int, int] = {}
    found = sa.select(table).where(table.__table__.c.release_id == old_id)
    for row in db.session.execute(found).scalars().all():
        values: dict[str, Any] = {name: getattr(row, name) for name in columns} | {"release_id": new_id}
        for name, mapping in moved.items():
            values[name] = mapping[values[name]]
        copy = table(**values)
        db.session.add(copy)
        if hasattr(row, "id"):
            db.session.flush()
            ids[row.id] = copy.id  # type: ignore[attr-defined]
    db.session.flush()
    return ids


def set_facts(
    release: Release,
    *,
    texts: dict[str, dict[str, Any]],
    level: str,
    licence: str,
    version: str,
    teachers: list[str],
    skills: dict[str, int],
    by: Actor,
    at: datetime,
) -> None:
    """Set what a draft says about itself: title, summary and outcomes by language, level, licence, skills.

    Raises NotADraft.
    """
    with transaction():
        course = db.session.get_one(Course, release.course_id)
        lock(release)
        require(policies.may_author(by, course.organisation_id))
        if release.state != "draft":
            raise NotADraft
        for locale, said in texts.items():
            row = db.session.get_one(ReleaseText, (release.id, locale))
            row.title, row.summary, row.outcomes = said["title"], said["summary"], said["outcomes"]
        release.level, release.licence, release.version, release.teachers = level, licence, version, teachers
        write_skills(release, skills)
        happened(release, "facts_set", by_id=by.person_id, at=at)


def set_preview(release: Release, lesson_keys: set[str], *, by: Actor, at: datetime) -> None:
    """Say which lessons of a draft everybody may read before they buy.

    Raises NotADraft.
    """
    with transaction():
        course = db.session.get_one(Course, release.course_id)
        lock(release)
        require(policies.may_author(by, course.organisation_id))
        if release.state != "draft":
            raise NotADraft
        for lesson in db.session.execute(sa.select(Lesson).where(Lesson.release_id == release.id)).scalars():
            lesson.is_preview = lesson.key in lesson_keys
        db.session.flush()
        mark_public_files(release.id)
        happened(release, "previews_set", by_id=by.person_id, at=at)
