"""A small course of Northwind's that Ada has completed, and the foreign verifier."""

import json
import os
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from coursehub.catalog.models import (
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
from coursehub.db import db, transaction
from coursehub.learning.credentials import documents, operations, queries
from coursehub.learning.models import Completion
from coursehub.learning.operations import enrol
from coursehub.learning.operations.completion import accept
from coursehub.people.actor import actor_for

VERIFIER = Path(__file__).parents[2] / "verifier"


@pytest.fixture
def course(cast, at):
    """“Small tools”: one lesson with one text, in both languages, approved."""
    with transaction():
        course = Course(slug="small-tools", organisation_id=cast.northwind.id, original_locale="zh-CN", created_at=at)
        db.session.add(course)
        db.session.flush()
        release = Release(
            course_id=course.id, number=1, version="1.2.0", state="draft", level="beginner", languages=["zh-CN", "en"],
            licence="MIT", teachers=["Tara"], source_format="coursehub-course/1", created_at=at,
        )  # fmt: skip
        db.session.add(release)
        db.session.flush()
        phase = Phase(release_id=release.id, position=1, key="p1")
        skill = Skill(code="python.loops", name={"zh-CN": "循环", "en": "Loops"})
        db.session.add_all([phase, skill])
        db.session.flush()
        lesson = Lesson(release_id=release.id, phase_id=phase.id, position=1, key="l1", minutes=10)
        db.session.add(lesson)
        db.session.flush()
        step = Step(release_id=release.id, lesson_id=lesson.id, position=1, key="s1", kind="text", acceptance={"rule": "read"})
        db.session.add(step)
        db.session.flush()
        for locale, title in (("zh-CN", "小工具"), ("en", "Small tools")):
            db.session.add_all([
                ReleaseText(release_id=release.id, locale=locale, title=title, summary=f"{title}.", outcomes=[], search_text=""),
                PhaseText(phase_id=phase.id, locale=locale, release_id=release.id, title=title),
                LessonText(lesson_id=lesson.id, locale=locale, release_id=release.id, title=title),
                StepText(step_id=step.id, locale=locale, release_id=release.id, title=title, source="x", html="<p>x</p>", texts={}),
            ])  # fmt: skip
        db.session.add(ReleaseSkill(release_id=release.id, skill_id=skill.id, level=2))
        db.session.flush()
        release.state, release.frozen_at, release.content_hash, release.manifest = "approved", at, "ab" * 32, {}
    return release


@pytest.fixture
def completion(course, cast, at):
    """Ada has read everything there is."""
    enrolment = enrol(person_id=cast.ada.id, release_id=course.id, at=at, source="free")
    with transaction():
        accept(enrolment, "s1", kind="read", inputs={}, outputs={}, grader="coursehub/1", at=at + timedelta(hours=1))
    return db.session.execute(db.select(Completion)).scalar_one()


@pytest.fixture
def later(at):
    """A day after."""
    return at + timedelta(days=1)


@pytest.fixture
def credential(completion, later):
    """What Ada holds."""
    return operations.issue_credential(completion.id, at=later)


@pytest.fixture
def stan(cast):
    """Stan, acting for the house."""
    return actor_for(cast.stan)


@pytest.fixture
def ada(cast):
    """Ada, acting for herself."""
    return actor_for(cast.ada)


def published():
    """Everything a stranger can fetch from us, by address."""
    places = queries.places()
    keys = [(key.public_id, key.public_multibase) for key in queries.trusted_keys()]
    found = {places.issuer: documents.issuer(places, queries.house_names(), keys)}
    for number in range(1, 10):
        status_list = db.session.execute(queries.status_list_numbered(number)).scalar_one_or_none()
        if status_list is not None:
            found[places.status_list(number)] = status_list.document
    return found


@pytest.fixture(scope="session")
def foreign_modules():
    """Digital Bazaar's packages, installed into an ignored folder."""
    required = os.environ.get("COURSEHUB_REQUIRE_ALL") == "1"
    if shutil.which("node") is None or shutil.which("npm") is None:
        (pytest.fail if required else pytest.skip)("node is not installed")
    if not (VERIFIER / "node_modules" / "@digitalbazaar" / "vc").is_dir():
        installed = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund"], cwd=VERIFIER, capture_output=True, text=True, timeout=300, check=False
        )
        if installed.returncode:
            (pytest.fail if required else pytest.skip)(f"npm ci failed: {installed.stderr[-400:]}")
    return VERIFIER


@pytest.fixture
def foreign_verdict(foreign_modules):
    """Ask the foreign verifier about a document, as of a moment, with what we publish."""

    def ask(document, *, at, documents=None):
        order = {"credential": document, "documents": documents or published(), "now": at.isoformat()}
        answer = subprocess.run(
            ["node", "verify.mjs"],
            cwd=foreign_modules,
            input=json.dumps(order),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    return ask
