"""Interviews: the employer proposes times, the person picks one, either side can ask for others."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import available_timezones

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.talent.machines import INTERVIEW
from coursehub.talent.models import Application, CalendarFeed, ChosenZone, Interview, InterviewSlot, Move, Opening
from coursehub.talent.operations.applications import answered, move_on
from coursehub.talent.operations.moving import begin, move
from coursehub.talent.operations.timeline import note_fact
from coursehub.talent.policies import hiring as policies
from coursehub.talent.queries.working_days import due_after

MOST_SLOTS = 6
NOTICE = timedelta(hours=12)
"""The earliest time one can propose, from now."""


class NoTimes(Refusal):
    """Propose at least one time that is more than 12 hours away, and at most six, each once."""

    status = 422


class NotPossibleNow(Refusal):
    """This application has moved on, so no interview can be arranged for it."""


class TimeIsGone(Refusal):
    """This time is not open any more. Choose one of those that are shown now."""


class NotOverYet(Refusal):
    """You can say how it went once the interview has begun."""


class NoSuchZone(Refusal):
    """We do not know this time zone. Choose one from the list."""

    status = 422


def propose_interview(
    application: Application,
    *,
    kind: str,
    place: str,
    minutes: int,
    words: str,
    times: Iterable[datetime],
    by: Actor,
    at: datetime,
) -> Interview:
    """Propose times for a meeting; while it is pending the answer clock rests. Raises NoTimes, NotPossibleNow."""
    require(policies.may_work_on(by, application))
    starts = _checked(times, at)
    with transaction():
        lock(application)
        if application.ended_at is not None or application.state not in ("applied", "sourced", "screen", "interview"):
            raise NotPossibleNow
        if application.state != "interview":
            move_on(application, "interview", mover=by, at=at)
        application.due_at = None
        answered(application, at=at)
        interview = Interview(
            public_id=new_public_id(), application_id=application.id, organisation_id=application.organisation_id,
            person_id=application.person_id, kind=kind, place=place.strip(), minutes=minutes, words=words.strip(),
            made_by_id=by.person_id, made_at=at, changed_at=at,
        )  # fmt: skip
        begin(interview, INTERVIEW, mover=by, at=at)
        _open_slots(interview, starts)
        _told(interview, "proposed", at)
    return interview


def propose_other_times(interview: Interview, *, times: Iterable[datetime], by: Actor, at: datetime) -> None:
    """The employer proposes other times instead; a time picked before is off. Raises NoTimes, IllegalMove."""
    require(policies.may_work_on(by, interview))
    starts = _checked(times, at)
    with transaction():
        lock(interview)
        was_agreed = interview.state == "agreed"
        move(
            interview, INTERVIEW, "reschedule", mover=by, at=at, changed_at=at, asked_other_times="",
            sequence=interview.sequence + was_agreed, starts_at=None,
        )  # fmt: skip
        _open_slots(interview, starts)
        _told(interview, "proposed", at)


def ask_for_other_times(interview: Interview, *, words: str, by: Actor, at: datetime) -> None:
    """The person cannot come at any of the times, or not any more. Raises IllegalMove."""
    require(policies.may_answer(by, interview))
    with transaction():
        lock(interview)
        was_agreed = interview.state == "agreed"
        move(
            interview, INTERVIEW, "reschedule", mover=by, at=at, changed_at=at, asked_other_times=words.strip() or "—",
            sequence=interview.sequence + was_agreed, starts_at=None,
        )  # fmt: skip
        _open_slots(interview, [])
        _told(interview, "other_times", at)


def pick_time(interview: Interview, slot: InterviewSlot, *, by: Actor, at: datetime) -> None:
    """The person picks one of the times. Raises TimeIsGone, IllegalMove."""
    require(policies.may_answer(by, interview))
    with transaction():
        lock(interview)
        lock(slot)
        if slot.interview_id != interview.id or not slot.open or slot.starts_at <= at:
            raise TimeIsGone
        move(
            interview,
            INTERVIEW,
            "pick",
            mover=by,
            at=at,
            starts_at=slot.starts_at,
            changed_at=at,
            sequence=interview.sequence + 1,
        )
        _told(interview, "agreed", at)


def say_it_was_held(interview: Interview, *, by: Actor, at: datetime) -> None:
    """The meeting took place; the employer owes the next answer again. Raises NotOverYet, IllegalMove."""
    require(policies.may_work_on(by, interview))
    _over(interview, "hold", by=by, at=at)


def say_it_was_missed(interview: Interview, *, by: Actor, at: datetime) -> None:
    """Nobody came; the employer owes the next answer, which may be other times. Raises NotOverYet, IllegalMove."""
    require(policies.may_work_on(by, interview))
    _over(interview, "miss", by=by, at=at)


def _over(interview: Interview, step: str, *, by: Actor, at: datetime) -> None:
    with transaction():
        lock(interview)
        if interview.state == "agreed" and interview.starts_at is not None and at < interview.starts_at:
            raise NotOverYet
        move(interview, INTERVIEW, step, mover=by, at=at, changed_at=at)
        _clock_runs_again(interview, at=at)
        if step == "hold":
            note_fact(
                "interviewed", interview.person_id, key=f"interviewed:{interview.application_id}",
                true_at=interview.starts_at or at, at=at, source="employer", organisation_id=interview.organisation_id,
                subject_id=interview.application_id,
            )  # fmt: skip


def cancel_interview(interview: Interview, *, reason: str, by: Actor, at: datetime) -> None:
    """The employer calls it off, with a reason that the person reads. Raises IllegalMove."""
    require(policies.may_work_on(by, interview))
    with transaction():
        lock(interview)
        move(
            interview, INTERVIEW, "cancel", mover=by, at=at, reason=reason.strip(), changed_at=at, sequence=interview.sequence + 1
        )
        _clock_runs_again(interview, at=at)
        _told(interview, "cancelled", at)


def make_feed(*, by: Actor, at: datetime) -> CalendarFeed:
    """A secret address for one's calendar program; the one before ends."""
    require(policies.may_speak_for_oneself(by))
    with transaction():
        _revoke(by.person_id, at)
        feed = CalendarFeed(public_id=new_public_id(), person_id=by.person_id, made_at=at)
        db.session.add(feed)
        db.session.flush()
    return feed


def revoke_feed(*, by: Actor, at: datetime) -> None:
    """The secret address shows nothing any more."""
    require(policies.may_speak_for_oneself(by))
    with transaction():
        _revoke(by.person_id, at)


def choose_zone(zone: str, *, by: Actor) -> None:
    """In which time zone this person wants to read times. Raises NoSuchZone."""
    require(policies.may_speak_for_oneself(by))
    if zone not in available_timezones():
        raise NoSuchZone
    with transaction():
        found = db.session.get(ChosenZone, by.person_id)
        if found is None:
            db.session.add(ChosenZone(person_id=by.person_id, zone=zone))
        else:
            found.zone = zone


def _revoke(person_id: int, at: datetime) -> None:
    db.session.execute(
        sa.update(CalendarFeed)
        .where(CalendarFeed.person_id == person_id, CalendarFeed.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def _checked(times: Iterable[datetime], at: datetime) -> list[datetime]:
    starts = sorted(set(times))
    if not 0 < len(starts) <= MOST_SLOTS or starts[0] < at + NOTICE:
        raise NoTimes
    return starts


def _open_slots(interview: Interview, starts: list[datetime]) -> None:
    """These times are open, and no others."""
    slots = {
        slot.starts_at: slot
        for slot in db.session.execute(sa.select(InterviewSlot).where(InterviewSlot.interview_id == interview.id)).scalars()
    }
    for slot in slots.values():
        slot.open = slot.starts_at in starts
    db.session.add_all(
        InterviewSlot(public_id=new_public_id(), interview_id=interview.id, starts_at=start)
        for start in starts
        if start not in slots
    )
    db.session.flush()


def _clock_runs_again(interview: Interview, *, at: datetime) -> None:
    application = db.session.get_one(Application, interview.application_id)
    lock(application)
    pending = sa.select(Interview.id).where(
        Interview.application_id == application.id, Interview.state.in_(("proposed", "agreed")), Interview.id != interview.id
    )
    if application.ended_at is None and application.state == "interview" and not db.session.execute(pending).first():
        opening = db.session.get_one(Opening, application.opening_id)
        application.due_at = due_after(at, opening.answer_within_days)
        db.session.flush()


def _told(interview: Interview, what: str, at: datetime) -> None:
    changes = sa.select(sa.func.count()).select_from(Move).where(Move.machine == "interview", Move.subject_id == interview.id)
    n = db.session.execute(changes).scalar_one()
    events.record("talent.interview_told", at=at, interview_id=interview.id, what=what, n=n)
