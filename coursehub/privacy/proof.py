"""The proof of privacy: replays the access log, and names every opening of a personal field that had no right at that instant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.learning.models import Enrolment
from coursehub.people.grants import EMPLOYER_PURPOSES, TEACHING_FIELDS
from coursehub.people.models import AccessLog, Membership
from coursehub.talent.models import Move, TalentGrant

ENDS = ("withdraw", "expire")


@dataclass(frozen=True)
class Violation:
    """One opening that should not have been possible, and why."""

    opening_id: int
    purpose: str
    why: str


def violations() -> list[Violation]:
    """Every opening in the log without a right to it at its own instant, the oldest first; empty when all is well."""
    return [found for row in _log() for found in _of(row)]


def _log() -> Iterator[AccessLog]:
    """The whole log in order, some hundred rows at a time: reads hold no transaction, so there is no cursor to follow."""
    seen = 0
    some = sa.select(AccessLog).where(AccessLog.id > sa.bindparam("seen")).order_by(AccessLog.id).limit(500)
    while rows := db.session.execute(some, {"seen": seen}).scalars().all():
        yield from rows
        seen = rows[-1].id


def _of(row: AccessLog) -> Iterator[Violation]:
    if row.purpose in EMPLOYER_PURPOSES:
        why = _employer(row)
    elif row.purpose == "teaching":
        why = _teacher(row)
    elif row.purpose == "support":
        why = None if _held(row, "staff_support") else "no support role then"
    elif row.purpose == "invoice":
        why = None if _held(row, "staff_finance") else "no finance role then"
    else:
        why = "no such purpose"
    if why is not None:
        yield Violation(row.id, row.purpose, why)


def _employer(row: AccessLog) -> str | None:
    if row.grant_public_id is None:
        return "names no consent"
    grant = db.session.execute(sa.select(TalentGrant).where(TalentGrant.public_id == row.grant_public_id)).scalar_one_or_none()
    if grant is None:
        return "no such consent"
    if (grant.person_id, grant.organisation_id, grant.purpose) != (row.person_id, row.organisation_id, row.purpose):
        return "a consent of somebody else, to somebody else or for something else"
    if not set(row.fields) <= set(grant.fields):
        return "more fields than were given"
    if not _live(grant, row.at):
        return "not live at that instant"
    return None if _held(row, "hr", "owner") else "no role that hires then"


def _live(grant: TalentGrant, at: datetime) -> bool:
    """Whether the moves of a consent say that it stood given at a moment."""
    moves = sa.select(Move.move, Move.at).where(Move.machine == "grant", Move.subject_id == grant.id)
    told = db.session.execute(moves.order_by(Move.n)).tuples().all()
    given = any(step == "give" and when <= at for step, when in told)
    ended = any(step in ENDS and when < at for step, when in told)
    return given and not ended and at < grant.until_at


def _teacher(row: AccessLog) -> str | None:
    open_then = (
        sa.select(Enrolment.id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(
            Enrolment.person_id == row.person_id, Course.organisation_id == row.organisation_id, Enrolment.opened_at <= row.at,
            sa.or_(Enrolment.ended_at.is_(None), Enrolment.ended_at >= row.at),
        )
    )  # fmt: skip
    if db.session.execute(open_then).first() is None:
        return "no enrolment open then"
    if not set(row.fields) <= TEACHING_FIELDS:
        return "more fields than teaching opens"
    return None if _held(row, "owner", "author", "teacher") else "no role that teaches then"


def _held(row: AccessLog, *roles: str) -> bool:
    """Whether whoever opened it held one of these roles in that organisation at that moment."""
    held = sa.select(Membership.id).where(
        Membership.person_id == row.by_id, Membership.organisation_id == row.organisation_id, Membership.role.in_(roles),
        Membership.since_at <= row.at, sa.or_(Membership.ended_at.is_(None), Membership.ended_at >= row.at),
    )  # fmt: skip
    return db.session.execute(held).first() is not None
