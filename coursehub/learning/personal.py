"""What learning knows of a person: their work and their words to take with them; the words to empty."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub import events
from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.learning.credentials.models import Credential
from coursehub.learning.credentials.operations import forget_holder
from coursehub.learning.models import (
    ActiveDay,
    Answer,
    Attempt,
    CourseReview,
    Enrolment,
    Evidence,
    Pulse,
    Question,
    Report,
    StepProgress,
)


def export(person_id: int) -> dict[str, Any]:
    """Enrolments with work and evidence, credentials as signed, questions, answers, reviews, reports."""
    own = sa.select(Enrolment.id).where(Enrolment.person_id == person_id)
    enrolments = (
        sa.select(Enrolment.public_id, Course.slug, Enrolment.opened_at, Enrolment.ended_at, Enrolment.locale)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.person_id == person_id)
        .order_by(Enrolment.id)
    )
    active = (
        sa.select(Enrolment.public_id, ActiveDay.on_day, ActiveDay.seconds)
        .join(Enrolment, Enrolment.id == ActiveDay.enrolment_id)
        .where(Enrolment.person_id == person_id)
        .order_by(ActiveDay.enrolment_id, ActiveDay.on_day)
    )
    return {
        "enrolments": _rows(enrolments),
        "active_days": _rows(active),
        "drafts": _rows(
            sa.select(StepProgress.step_key, StepProgress.done_at, StepProgress.draft)
            .where(StepProgress.enrolment_id.in_(own))
            .order_by(StepProgress.id)
        ),
        "attempts": _rows(
            sa.select(
                Attempt.step_key, Attempt.kind, Attempt.at, Attempt.submitted, Attempt.feedback, Attempt.passed,
                Attempt.score_bps,
            )
            .where(Attempt.enrolment_id.in_(own))
            .order_by(Attempt.id)
        ),
        "evidence": _rows(
            sa.select(
                Evidence.public_id, Evidence.n, Evidence.step_key, Evidence.kind, Evidence.verdict, Evidence.score_bps,
                Evidence.grader, Evidence.at, Evidence.prev_hash, Evidence.hash,
            )
            .where(Evidence.enrolment_id.in_(own))
            .order_by(Evidence.enrolment_id, Evidence.n)
        ),
        "credentials": _rows(
            sa.select(
                Credential.public_id, Credential.holder_name, Credential.issued_at, Credential.revoked_at, Credential.document,
            )
            .where(Credential.person_id == person_id)
            .order_by(Credential.id)
        ),
        "questions": _rows(_words_of(Question, person_id, "step_key", "text", "asked_at")),
        "answers": _rows(_words_of(Answer, person_id, "text", "answered_at")),
        "reviews": _rows(_words_of(CourseReview, person_id, "stars", "text", "written_at")),
        "reports": _rows(
            sa.select(Report.subject, Report.why, Report.text, Report.reported_at)
            .where(Report.reporter_id == person_id)
            .order_by(Report.id)
        ),
    }  # fmt: skip


def erase(person_id: int, at: datetime) -> None:
    """Empty what the person wrote and handed in; evidence, hashes and credentials without a name stay and still verify."""
    for table in (Question, Answer, CourseReview):
        rows = sa.update(table).where(table.person_id == person_id)
        db.session.execute(rows.values(text="", deleted_at=sa.func.coalesce(table.deleted_at, at)))
    db.session.execute(sa.update(Answer).where(Answer.person_id == person_id).values(marked_at=None))
    db.session.execute(sa.update(Report).where(Report.reporter_id == person_id).values(text=""))
    own = sa.select(Enrolment.id).where(Enrolment.person_id == person_id)
    db.session.execute(sa.update(StepProgress).where(StepProgress.enrolment_id.in_(own)).values(draft=None))
    work = sa.update(Attempt).where(Attempt.enrolment_id.in_(own))
    db.session.execute(work.where(Attempt.state == "waiting").values(state="refused"))
    db.session.execute(work.where(Attempt.kind == "quiz").values(submitted={"answers": {}}, feedback={}))
    db.session.execute(work.where(Attempt.kind == "code").values(submitted={"source": ""}, feedback={}))
    db.session.execute(sa.delete(Pulse).where(Pulse.person_id == person_id))
    forget_holder(person_id, at=at)
    db.session.expire_all()
    for review in db.session.execute(sa.select(CourseReview).where(CourseReview.person_id == person_id)).scalars():
        events.record("learning.review_changed", at=at, review_id=review.id, course_id=review.course_id)


def _words_of(table: Any, person_id: int, *columns: str) -> sa.Executable:
    return sa.select(*(getattr(table, name) for name in columns)).where(table.person_id == person_id).order_by(table.id)


def _rows(select: sa.Executable) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in db.session.execute(select)]
