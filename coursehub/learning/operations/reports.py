"""Reports, and the staff's decision on them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from coursehub import events
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.learning import policies
from coursehub.learning.models import Answer, Report
from coursehub.learning.queries.reports import Subject, words_of
from coursehub.people.actor import Actor


class AlreadyReported(Refusal):
    """You have reported this already. We will write to you when it is decided."""


class AlreadyJudged(Refusal):
    """Somebody has decided this report meanwhile. Look at the queue again."""


def report(subject: Subject, *, why: str, text: str, by: Actor, at: datetime) -> Report:
    """Tell staff that a course, review, question or answer breaks the rules.

    Raises AlreadyReported while the same person's report on it is undecided.
    """
    require(policies.may_report(by, author_id=subject.author_id))
    with transaction():
        row = Report(
            subject=subject.kind, subject_id=subject.id, course_id=subject.course_id, reporter_id=by.person_id,
            why=why, text=text.strip(), reported_at=at,
        )  # fmt: skip
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except IntegrityError as problem:
            raise AlreadyReported from problem
        events.record("learning.reported", at=at, report_id=row.id)
    return row


def judge_report(row: Report, *, decision: str, text: str, by: Actor, at: datetime) -> None:
    """Decide a report, with a reason that its reporter reads; other open reports on the same thing close with it.

    decision: "keep" or "hide". A course itself is not hidden here: staff ask its
    partner or retire its release in the catalogue, and say so in the reason.
    Raises AlreadyJudged if a colleague was quicker.
    """
    require(policies.may_judge(by, row))
    with transaction():
        lock(row)
        if row.decided_at is not None:
            raise AlreadyJudged
        same = sa.select(Report).where(
            Report.subject == row.subject, Report.subject_id == row.subject_id, Report.decided_at.is_(None)
        )
        for each in db.session.execute(same.order_by(Report.id)).scalars():
            if not policies.may_judge(by, each):
                continue  # one's own report waits for a colleague
            each.decision, each.decision_text, each.decided_by_id, each.decided_at = decision, text.strip(), by.person_id, at
            events.record("learning.report_judged", at=at, report_id=each.id)
        _show_or_hide(row, hidden=decision == "hide", at=at)


def _show_or_hide(row: Report, *, hidden: bool, at: datetime) -> None:
    subject = words_of(row)
    if subject is None:
        return
    lock(subject)
    if hidden and subject.hidden_at is None:
        subject.hidden_at = at
        events.record("learning.words_hidden", at=at, subject=row.subject, subject_id=row.subject_id, report_id=row.id)
        if isinstance(subject, Answer):
            subject.marked_at = None
