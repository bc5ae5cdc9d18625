"""The canonical manifest of a release and its hash: everything a learner may meet, nothing rendered.

Source: RFC 8785 (JSON Canonicalization Scheme) under SHA-256.
"""

import hashlib
from typing import Any, cast

import rfc8785
import sqlalchemy as sa

from coursehub.catalog.models import (
    Asset,
    Course,
    Lesson,
    LessonText,
    ModuleMaker,
    Phase,
    PhaseText,
    Release,
    ReleaseSkill,
    ReleaseText,
    Skill,
    Step,
    StepText,
)
from coursehub.db import db
from coursehub.people.models import Organisation


def hash_of(manifest: dict[str, Any]) -> str:
    """The SHA-256 of a manifest in canonical form, in hex."""
    return hashlib.sha256(rfc8785.dumps(cast(Any, manifest))).hexdigest()


def manifest_of(release: Release) -> dict[str, Any]:
    """The release as plain data, in an order of its own."""
    course = db.session.get_one(Course, release.course_id)
    makers = makers_of(release.id)
    return {
        "format": "coursehub-release/1",
        "course": course.slug,
        "version": release.version,
        "level": release.level,
        "languages": release.languages,
        "licence": release.licence,
        "teachers": release.teachers,
        "links": release.links,
        "texts": _texts(sa.select(ReleaseText).where(ReleaseText.release_id == release.id), "title", "summary", "outcomes"),
        "phases": _phases(release.id),
        "steps": _steps(release.id),
        "skills": [
            {"code": code, "level": level}
            for code, level in db.session.execute(
                sa.select(Skill.code, ReleaseSkill.level)
                .join(ReleaseSkill, ReleaseSkill.skill_id == Skill.id)
                .where(ReleaseSkill.release_id == release.id)
                .order_by(Skill.code)
            )
        ],
        "assets": [
            {"path": path, "sha256": sha256, "bytes": size, "media_type": media_type}
            for path, sha256, size, media_type in db.session.execute(
                sa.select(Asset.path, Asset.sha256, Asset.bytes, Asset.media_type)
                .where(Asset.release_id == release.id)
                .order_by(Asset.path)
            )
        ],
    } | ({"makers": makers} if makers else {})  # left out where nobody is named, so that older hashes stay


def makers_of(release_id: int) -> dict[str, str]:
    """The organisations (public ids) that are named as makers of what is new, by the key of the lesson."""
    rows = db.session.execute(
        sa.select(ModuleMaker.lesson_key, Organisation.public_id)
        .join(Organisation, Organisation.id == ModuleMaker.organisation_id)
        .where(ModuleMaker.release_id == release_id)
        .order_by(ModuleMaker.lesson_key)
    )
    return {row.lesson_key: row.public_id for row in rows}


def _texts(select: "sa.Select[Any]", *fields: str) -> dict[str, dict[str, Any]]:
    rows = db.session.execute(select).scalars()
    return {row.locale: {name: getattr(row, name) for name in fields} for row in rows}


def _phases(release_id: int) -> list[dict[str, Any]]:
    phases: dict[int, dict[str, Any]] = {}
    for phase in db.session.execute(sa.select(Phase).where(Phase.release_id == release_id).order_by(Phase.position)).scalars():
        texts = _texts(sa.select(PhaseText).where(PhaseText.phase_id == phase.id), "title")
        phases[phase.id] = {"key": phase.key, "texts": texts, "lessons": []}
    lessons = sa.select(Lesson).where(Lesson.release_id == release_id).order_by(Lesson.position)
    for lesson in db.session.execute(lessons).scalars():
        texts = _texts(sa.select(LessonText).where(LessonText.lesson_id == lesson.id), "title", "summary")
        phases[lesson.phase_id]["lessons"].append(
            {"key": lesson.key, "minutes": lesson.minutes, "preview": lesson.is_preview, "texts": texts}
        )
    return list(phases.values())


def _steps(release_id: int) -> list[dict[str, Any]]:
    texts: dict[int, dict[str, Any]] = {}
    for text in db.session.execute(sa.select(StepText).where(StepText.release_id == release_id)).scalars():
        said = {"title": text.title, "page": text.page, "source": text.source, "texts": text.texts}
        texts.setdefault(text.step_id, {})[text.locale] = said
    rows = sa.select(Step, Lesson.key).join(Lesson, Lesson.id == Step.lesson_id)
    rows = rows.where(Step.release_id == release_id).order_by(Step.position)
    return [
        {
            "key": step.key,
            "lesson": lesson_key,
            "kind": step.kind,
            "definition": step.definition,
            "acceptance": step.acceptance,
            "texts": texts.get(step.id, {}),
        }
        for step, lesson_key in db.session.execute(rows)
    ]
