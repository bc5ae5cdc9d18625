"""A shelf for the tests of the shop: courses with what a reader can ask for."""

from datetime import datetime, timedelta
from typing import Any

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
from coursehub.catalog.operations.listing import index_course
from coursehub.contracts.models import Listing
from coursehub.db import db, transaction
from coursehub.learning.models import CourseReview
from coursehub.people.models import Organisation, Person
from coursehub.sales.models import Offering

TITLES = {"zh-CN": "数据清洗", "en": "Cleaning data"}


def skill_named(code: str, zh: str, en: str, parent: Skill | None = None) -> Skill:
    """A skill of the graph, perhaps below a wider one."""
    with transaction():
        skill = Skill(code=code, name={"zh-CN": zh, "en": en}, parent_id=parent.id if parent else None)
        db.session.add(skill)
    return skill


def course_on_shelf(
    organisation: Organisation,
    slug: str,
    at: datetime,
    *,
    titles: dict[str, str] | None = None,
    summary: str = "",
    level: str = "beginner",
    price_minor: int | None = 19_900,
    currency: str = "CNY",
    skills: dict[Skill, int] | None = None,
    lessons: int = 2,
    **offering: Any,
) -> Course:
    """A listed course of some lessons, the first free to read; without a price it is listed but not sold."""
    titles = titles or TITLES
    with transaction():
        course = Course(slug=slug, organisation_id=organisation.id, original_locale=next(iter(titles)), created_at=at)
        db.session.add(course)
        db.session.flush()
        release = Release(
            course_id=course.id, number=1, version="1.2.0", state="draft", level=level, languages=list(titles), created_at=at,
            licence="CC-BY-4.0", teachers=["Tara Wu"], source_format="coursehub-course/1",
        )  # fmt: skip
        db.session.add(release)
        db.session.flush()
        for locale, title in titles.items():
            words = ReleaseText(release_id=release.id, locale=locale, title=title, summary=summary, outcomes=[f"{title} +1"])
            words.search_text = f"{title} {summary}"
            db.session.add(words)
        _content(release, list(titles), lessons)
        for skill, reached in (skills or {}).items():
            db.session.add(ReleaseSkill(release_id=release.id, skill_id=skill.id, level=reached))
        db.session.flush()
        release.frozen_at, release.content_hash, release.manifest = at, "0" * 64, {}
        release.state, release.listed_at = "listed", at
        db.session.add(Listing(course_id=course.id, release_id=release.id, terms_hash="0" * 64, opened_at=at))
        if price_minor is not None:
            priced = {"price_minor": price_minor, "currency": currency, "tax_bps": 600, "refund_days": 14, **offering}
            db.session.add(Offering(course_id=course.id, opened_at=at, **priced))
        index_course(course.id)
    return course


def _content(release: Release, locales: list[str], lessons: int) -> None:
    phase = Phase(release_id=release.id, position=1, key="p1")
    db.session.add(phase)
    db.session.flush()
    for locale in locales:
        db.session.add(PhaseText(release_id=release.id, phase_id=phase.id, locale=locale, title=f"Phase {locale}"))
    for n in range(1, lessons + 1):
        lesson = Lesson(release_id=release.id, phase_id=phase.id, position=n, key=f"l{n}", minutes=40, is_preview=n == 1)
        db.session.add(lesson)
        db.session.flush()
        step = Step(
            release_id=release.id, lesson_id=lesson.id, position=n, key=f"s{n}", kind="quiz", acceptance={"rule": "passed"}
        )
        db.session.add(step)
        db.session.flush()
        for locale in locales:
            db.session.add(LessonText(release_id=release.id, lesson_id=lesson.id, locale=locale, title=f"Lesson {n} {locale}"))
            db.session.add(StepText(release_id=release.id, step_id=step.id, locale=locale, title=f"Step {n}"))


def review(course: Course, person: Person, stars: int, at: datetime, **more: Any) -> CourseReview:
    """A review as it stands in the table; who may write one is the learning room's question."""
    with transaction():
        row = CourseReview(course_id=course.id, person_id=person.id, stars=stars, text=f"{stars} stars", written_at=at, **more)
        db.session.add(row)
    return row


def later(at: datetime, days: int) -> datetime:
    """Some days after."""
    return at + timedelta(days=days)
