"""Letters of the learning room, each bound to something that happened."""

from datetime import datetime

from coursehub import events, mail
from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.learning import queries
from coursehub.learning.models import Answer, Credential, Question, Report
from coursehub.people.queries import display_names, email_of, locale_of, members_with_role


def _send(person_id: int, *, key: str, template: str, kind: str, at: datetime, **context: object) -> None:
    """Write to a person in their language; an erased one has no address and gets nothing."""
    to = email_of(person_id)
    if to is None:
        return
    name = display_names([person_id]).get(person_id, "")
    mail.send_once(
        key=key, person_id=person_id, to=to, locale=locale_of(person_id), template=f"learning/letters/{template}.txt",
        at=at, kind=kind, name=name, **context,
    )  # fmt: skip


@events.on("learning.question_answered")
def tell_who_asked(*, at: datetime, question_id: int, answer_id: int) -> None:
    """Somebody else answered your question."""
    question, answer = db.session.get_one(Question, question_id), db.session.get_one(Answer, answer_id)
    if answer.person_id == question.person_id or answer.deleted_at is not None or question.deleted_at is not None:
        return
    _send(
        question.person_id, key=f"learning.answer:{answer.public_id}", template="answer", kind="questions", at=at,
        question=question, answer=answer, by_teacher=answer.organisation_id is not None,
        course_title=queries.title_of_course(question.course_id, locale_of(question.person_id)),
    )  # fmt: skip


@events.on("learning.question_asked")
def tell_teachers(*, at: datetime, question_id: int, course_id: int) -> None:
    """A learner asks; the course's teachers hear of it."""
    question, course = db.session.get_one(Question, question_id), db.session.get_one(Course, course_id)
    if question.deleted_at is not None:
        return
    for person_id in members_with_role(course.organisation_id, "teacher"):
        if person_id == question.person_id:
            continue
        _send(
            person_id, key=f"learning.question:{question.public_id}:{person_id}", template="question", kind="teaching", at=at,
            question=question, course_title=queries.title_of_course(course_id, locale_of(person_id)),
        )  # fmt: skip


@events.on("learning.credential_issued")
def congratulate(*, at: datetime, credential_id: int, **_other_ids: int) -> None:
    """Everything is accepted, and the credential that says so is signed."""
    credential = db.session.get_one(Credential, credential_id)
    tree = queries.outline(credential.release_id, locale_of(credential.person_id))
    _send(
        credential.person_id, key=f"learning.completed:{credential.public_id}", template="completed", kind="learning", at=at,
        credential=credential, course_title=tree.title,
    )  # fmt: skip


@events.on("learning.report_judged")
def answer_the_reporter(*, at: datetime, report_id: int) -> None:
    """Staff decided what you reported."""
    report = db.session.get_one(Report, report_id)
    subject = queries.subject_of(report.subject, report.subject_id, locale_of(report.reporter_id))
    _send(
        report.reporter_id, key=f"learning.report:{report.public_id}", template="report_judged", kind="reports", at=at,
        report=report, subject=subject,
    )  # fmt: skip


@events.on("learning.words_hidden")
def tell_the_author(*, at: datetime, subject: str, subject_id: int, report_id: int) -> None:
    """What you wrote was hidden, and why."""
    report = db.session.get_one(Report, report_id)
    author_id = queries.subject_of(subject, subject_id, "").author_id
    if author_id is None:
        return
    found = queries.subject_of(subject, subject_id, locale_of(author_id))
    _send(
        author_id, key=f"learning.hidden:{subject}:{found.public_id}", template="words_hidden", kind="reports", at=at,
        report=report, subject=found,
    )  # fmt: skip


@events.on("learning.credential_revoked")
def tell_the_holder(*, at: datetime, credential_id: int, enrolment_id: int) -> None:  # noqa: ARG001
    """A credential of yours no longer counts, and why."""
    credential = db.session.get_one(Credential, credential_id)
    _send(
        credential.person_id, key=f"learning.revoked:{credential.public_id}", template="credential_revoked", kind="security",
        at=at, credential=credential,
    )  # fmt: skip
