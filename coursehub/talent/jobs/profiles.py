"""Projections and reminders of profiles."""

from datetime import datetime, timedelta

from coursehub import events
from coursehub.db import db, transaction
from coursehub.jobs import cron, job
from coursehub.learning.models import Credential, Enrolment
from coursehub.talent.letters.profiles import ask_to_confirm
from coursehub.talent.operations.pool_changes import sweep_changes
from coursehub.talent.operations.proven import rebuild_proven
from coursehub.talent.operations.timeline import note_fact
from coursehub.talent.queries.profiles import to_remind

AHEAD = timedelta(days=7)


@events.on("learning.enrolled")
def note_enrolled(*, at: datetime, enrolment_id: int, course_id: int) -> None:
    """A learner began a course: the first fact of a career here."""
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    with transaction():
        note_fact(
            "enrolled", enrolment.person_id, key=f"enrolled:{enrolment_id}", true_at=enrolment.opened_at, at=at,
            course_id=course_id, subject_id=enrolment_id,
        )  # fmt: skip


@events.on("learning.credential_issued")
def prove_by_credential(*, at: datetime, credential_id: int, enrolment_id: int) -> None:
    """A new credential proves skills."""
    credential = db.session.get_one(Credential, credential_id)
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    with transaction():
        note_fact(
            "certified", credential.person_id, key=f"certified:{credential_id}", true_at=credential.issued_at, at=at,
            course_id=enrolment.course_id, subject_id=credential_id,
        )  # fmt: skip
        rebuild_proven(credential.person_id, at=at)


@events.on("learning.credential_revoked")
def disprove_by_revocation(*, at: datetime, credential_id: int, enrolment_id: int) -> None:  # noqa: ARG001
    """A revoked credential proves nothing any more."""
    rebuild_proven(db.session.get_one(Credential, credential_id).person_id, at=at)


@job("talent.remind_to_confirm")
def remind_to_confirm(*, at: datetime) -> None:
    """Once a day: write to those whose confirmation runs out within a week; one letter for each confirmation."""
    for profile in to_remind(at, AHEAD):
        ask_to_confirm(profile, at=at)


cron("talent.remind_to_confirm", every=timedelta(days=1))


@job("talent.sweep_pool_changes")
def sweep_pool_changes(*, at: datetime) -> None:
    """Once a day: every process has seen what is older."""
    sweep_changes(at=at)


cron("talent.sweep_pool_changes", every=timedelta(days=1))
