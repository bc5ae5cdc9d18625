"""A small bilingual course for tests: two lessons, one step of each kind, written straight into the tables."""

from datetime import datetime
from typing import Any

from coursehub import storage
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
from coursehub.db import db, transaction
from coursehub.people.models import Organisation

LOCALES = ("zh-CN", "en")

QUIZ: dict[str, Any] = {
    "attempts": 3,
    "pass_percent": 80,
    "questions": [
        {"id": "one", "kind": "single", "points": 1, "choices": [{"id": "a", "correct": True}, {"id": "b", "correct": False}]},
        {
            "id": "many", "kind": "multiple", "points": 1,
            "choices": [{"id": "a", "correct": True}, {"id": "b", "correct": True}, {"id": "c", "correct": False}],
        },
        {"id": "number", "kind": "numeric", "points": 1, "answer": "3.14", "tolerance": "0.01", "mistakes": [{"answer": "31.4", "tolerance": "0.1"}]},
        {"id": "word", "kind": "text", "points": 1, "accept": ["print"], "case_sensitive": False, "mistakes": [{"accept": ["println"]}]},
        {"id": "order", "kind": "ordering", "points": 1, "items": [{"id": "x"}, {"id": "y"}, {"id": "z"}]},
    ],
}  # fmt: skip

RIGHT: dict[str, Any] = {"one": "a", "many": ["a", "b"], "number": "3.14", "word": "print", "order": ["x", "y", "z"]}
WRONG: dict[str, Any] = {"one": "b", "many": ["a", "c"], "number": "31.4", "word": "println", "order": ["z", "y", "x"]}

CODE: dict[str, Any] = {
    "language": "python",
    "file": "solution.py",
    "limits": {},
    "starter": {"solution.py": "def double(n):\n    ...\n", "notes.txt": "Read me."},
    "cases": [
        {
            "id": "two", "visible": True, "call": "double", "args": "[2]", "expect": "4",
            "title": {"en": "Twice two", "zh-CN": "二的两倍"}, "feedback": {"en": "Think of plus.", "zh-CN": "想想加法。"},
        },
        {
            "id": "minus", "visible": False, "call": "double", "args": "[-3]", "expect": "-6",
            "title": {"en": "A negative number", "zh-CN": "负数"}, "feedback": {"en": "Below zero too.", "zh-CN": "负数也要对。"},
        },
    ],
}  # fmt: skip

QUIZ_TEXTS = {
    "one.prompt": "Which one is right?", "one.explanation": "The explanation of one.", "one.a.text": "The left",
    "one.a.feedback": "Well seen.", "one.b.text": "The other", "one.b.feedback": "Look again at b.",
    "many.prompt": "Which are right?", "many.a.text": "A", "many.b.text": "B", "many.c.text": "C", "many.c.feedback": "C is not.",
    "number.prompt": "How much?", "number.mistake-0.feedback": "A place too far.",
    "word.prompt": "Which word?", "word.mistake-0.feedback": "That is another language.",
    "order.prompt": "In which order?", "order.x.text": "First", "order.y.text": "Second", "order.z.text": "Third",
}  # fmt: skip
CODE_TEXTS = {"hint.0": "Use a return.", "hint.1": "Use n * 2."}

STEPS: list[tuple[str, str, str, dict[str, Any], dict[str, str]]] = [
    # key, kind, rule, definition, texts
    ("l1-read", "text", "read", {}, {}),
    ("l1-film", "video", "watched", {"video": "film.mp4", "poster": "poster.png", "captions": {"en": "en.vtt", "zh-CN": "zh-CN.vtt"}}, {}),
    ("l2-quiz", "quiz", "passed", QUIZ, QUIZ_TEXTS),
    ("l2-code", "code", "passed", CODE, CODE_TEXTS),
]  # fmt: skip

FILM = bytes(range(256)) * 40


def make_course(organisation: Organisation, *, at: datetime, slug: str = "first-steps") -> Course:
    """An empty course."""
    with transaction():
        course = Course(slug=slug, organisation_id=organisation.id, original_locale="zh-CN", created_at=at)
        db.session.add(course)
        db.session.flush()
    return course


def make_release(
    course: Course,
    *,
    at: datetime,
    number: int = 1,
    steps: list[Any] | None = None,
    state: str = "listed",
    skills: dict[str, int] | None = None,
) -> Release:
    """A release of a course with its whole content, frozen; an older listed one is retired. skills: name to level."""
    with transaction():
        for old in db.session.query(Release).filter_by(course_id=course.id, state="listed"):
            old.state = "retired"
        release = Release(
            course_id=course.id, number=number, version=f"1.{number - 1}.0", state="draft", level="beginner",
            languages=list(LOCALES), licence="CC-BY-4.0", teachers=[], source_format="house", report={}, created_at=at,
        )  # fmt: skip
        db.session.add(release)
        db.session.flush()
        for locale in LOCALES:
            title = "First steps" if locale == "en" else "第一步"
            db.session.add(
                ReleaseText(release_id=release.id, locale=locale, title=title, summary="", outcomes=[], search_text="")
            )
        _add_content(release, STEPS if steps is None else steps)
        _add_files(release)
        for name, level in (skills or {}).items():
            skill = Skill(code=name.lower(), name={"zh-CN": name, "en": name})
            db.session.add(skill)
            db.session.flush()
            db.session.add(ReleaseSkill(release_id=release.id, skill_id=skill.id, level=level))
        db.session.flush()
        release.state, release.frozen_at, release.listed_at = state, at, at
        release.content_hash, release.manifest = f"{number:064d}", {}
        db.session.flush()
    return release


def _add_content(release: Release, steps: list[Any]) -> None:
    phase = Phase(release_id=release.id, position=1, key="basics")
    db.session.add(phase)
    db.session.flush()
    for locale in LOCALES:
        title = "Basics" if locale == "en" else "基础"
        db.session.add(PhaseText(phase_id=phase.id, locale=locale, release_id=release.id, title=title))
    lessons: dict[str, Lesson] = {}
    for position, (key, kind, rule, definition, texts) in enumerate(steps, 1):
        name = key.split("-")[0]
        if name not in lessons:
            lessons[name] = _add_lesson(release, phase, name, len(lessons) + 1)
        step = Step(
            release_id=release.id, lesson_id=lessons[name].id, position=position, key=key, kind=kind,
            definition=definition, acceptance={"rule": rule},
        )  # fmt: skip
        db.session.add(step)
        db.session.flush()
        for locale in LOCALES:
            words = f"The words of {key}." if locale == "en" else f"{key}的正文。"
            db.session.add(
                StepText(
                    step_id=step.id, locale=locale, release_id=release.id, title=f"{'Step' if locale == 'en' else '步骤'} {key}",
                    source=words, html=f"<p>{words}</p>" if kind != "quiz" else "", texts=texts, texts_html={},
                )
            )  # fmt: skip


def _add_lesson(release: Release, phase: Phase, name: str, position: int) -> Lesson:
    lesson = Lesson(release_id=release.id, phase_id=phase.id, position=position, key=name, minutes=20, is_preview=name == "l1")
    db.session.add(lesson)
    db.session.flush()
    for locale in LOCALES:
        title = f"Lesson {name}" if locale == "en" else f"课{name}"
        db.session.add(LessonText(lesson_id=lesson.id, locale=locale, release_id=release.id, title=title, summary=""))
    return lesson


def _add_files(release: Release) -> None:
    import hashlib

    for path, media_type, data in (
        ("film.mp4", "video/mp4", FILM),
        ("poster.png", "image/png", b"\x89PNG not really"),
        ("en.vtt", "text/vtt", b"WEBVTT\n"),
        ("zh-CN.vtt", "text/vtt", b"WEBVTT\n"),
        ("page.html", "text/html", b"<script>alert(1)</script>"),
    ):
        db.session.add(
            Asset(
                release_id=release.id, path=path, storage_key=storage.put(data), sha256=hashlib.sha256(data).hexdigest(),
                media_type=media_type, bytes=len(data), is_public=path != "page.html",
            )
        )  # fmt: skip
