"""Weeks: filled by the worker, handed in, approved by the employer or by time; a correction is a reversal and a new one."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.talent.machines import TIMESHEET
from coursehub.talent.models import Engagement, Timesheet, TimesheetDay
from coursehub.talent.operations import hour_money as money
from coursehub.talent.operations.engagements import SayWhy
from coursehub.talent.operations.moving import begin, move
from coursehub.talent.operations.timeline import note_fact
from coursehub.talent.policies import work as policies
from coursehub.talent.queries.work import days_of, elsewhere_on, week_of
from coursehub.talent.queries.working_days import due_after
from coursehub.talent.rule_packs import PACKS, week_faults
from coursehub.talent.working_days import end_of, local_day

MONDAY, WEEK, DAY_MINUTES = 0, timedelta(days=7), 24 * 60


class NotAWeek(Refusal):
    """A week begins on a Monday, and its days belong to it."""

    status = 422


class DayIsOutside(Refusal):
    """You can put down hours from the first day of this work to its last, up to today."""

    status = 422


class OverTheDay(Refusal):
    """This is more on one day than this form of work allows with one employer."""

    status = 422


class OverTheWeek(Refusal):
    """This is more in one week than this form of work allows with one employer."""

    status = 422


class OverTheAgreement(Refusal):
    """This is more than the hours a week you agreed on. Agree on more first, by a new proposal."""

    status = 422


class DayIsFull(Refusal):
    """With your other work this day would have more than 24 hours."""

    status = 422


class NothingWorked(Refusal):
    """There are no hours in this week yet."""

    status = 422


class WeekIsHandedIn(Refusal):
    """This week is handed in. Take it back first, or correct it once it is approved."""


def fill_week(
    engagement: Engagement, week_on: date, minutes: Mapping[date, int], *, words: str, by: Actor, at: datetime
) -> Timesheet:
    """Keep the worker's hours of a week as a draft; days with 0 minutes are left out.

    Raises NotAWeek, DayIsOutside, OverTheDay, OverTheWeek, OverTheAgreement, DayIsFull, WeekIsHandedIn.
    """
    require(policies.may_answer_work(by, engagement))
    worked = {day: one for day, one in minutes.items() if one}
    _checked(engagement, week_on, worked, at)
    with transaction():
        lock(engagement)
        sheet = week_of(engagement.id, week_on)
        if sheet is None:
            sheet = _begin(engagement, week_on, None, by=by, at=at)
        lock(sheet)
        if sheet.state != "draft":
            raise WeekIsHandedIn
        sheet.words = words.strip()
        _put_down(sheet, worked)
    return sheet


def _checked(engagement: Engagement, week_on: date, worked: Mapping[date, int], at: datetime) -> None:
    faults = week_faults(PACKS[engagement.form], week_on, worked)
    if week_on.weekday() != MONDAY or "outside_week" in faults or "no_such_minutes" in faults:
        raise NotAWeek
    if "over_day" in faults:
        raise OverTheDay
    if "over_week" in faults:
        raise OverTheWeek
    if sum(worked.values()) > engagement.weekly_minutes:
        raise OverTheAgreement
    if engagement.started_at is None:
        raise DayIsOutside
    first = min(engagement.start_on, local_day(engagement.started_at))
    last = min(local_day(at), local_day(engagement.ended_at or at))
    if any(not first <= day <= last for day in worked):
        raise DayIsOutside


def _begin(engagement: Engagement, week_on: date, corrects: Timesheet | None, *, by: Actor, at: datetime) -> Timesheet:
    sheet = Timesheet(
        public_id=new_public_id(), engagement_id=engagement.id, person_id=engagement.person_id,
        organisation_id=engagement.organisation_id, week_on=week_on, minutes=0, begun_at=at,
        corrects_id=corrects.id if corrects else None,
    )  # fmt: skip
    begin(sheet, TIMESHEET, mover=by, at=at)
    return sheet


def _put_down(sheet: Timesheet, worked: Mapping[date, int]) -> None:
    others = elsewhere_on(sheet.person_id, worked, apart_from=sheet.id)
    if any(one + others.get(day, 0) > DAY_MINUTES for day, one in worked.items()):
        raise DayIsFull
    gone = sa.delete(TimesheetDay).where(TimesheetDay.timesheet_id == sheet.id)
    db.session.execute(gone.execution_options(synchronize_session=False))
    if worked:
        days = [{"timesheet_id": sheet.id, "on": day, "minutes": one} for day, one in sorted(worked.items())]
        db.session.execute(sa.insert(TimesheetDay), days)
    sheet.minutes = sum(worked.values())
    db.session.flush()


def submit_week(sheet: Timesheet, *, by: Actor, at: datetime) -> None:
    """The worker hands the week in; the employer's clock begins. Raises NothingWorked, IllegalMove."""
    require(policies.may_answer_work(by, sheet))
    with transaction():
        lock(sheet)
        if sheet.state == "draft" and not sheet.minutes:
            raise NothingWorked
        engagement = db.session.get_one(Engagement, sheet.engagement_id)
        due_at = due_after(at, engagement.approve_within_days)
        move(sheet, TIMESHEET, "submit", mover=by, at=at, submitted_at=at, due_at=due_at)


def take_back_week(sheet: Timesheet, *, by: Actor, at: datetime) -> None:
    """The worker takes a week back that nobody has answered. Raises IllegalMove."""
    require(policies.may_answer_work(by, sheet))
    with transaction():
        move(sheet, TIMESHEET, "take_back", mover=by, at=at, submitted_at=None, due_at=None)


def approve_weeks(sheets: Iterable[Timesheet], *, by: Actor, at: datetime) -> None:
    """The employer approves these weeks, all of them or none. Raises IllegalMove."""
    found = sorted(sheets, key=lambda sheet: sheet.id)
    for sheet in found:
        require(policies.may_decide_on_work(by, sheet))
    with transaction():
        for sheet in found:
            approve(sheet, "approve", mover=by, at=at)


def approve(sheet: Timesheet, step: str, *, mover: Actor | None, at: datetime, reason: str = "") -> None:
    """A week counts: its pay is fixed, booked, and told to the timeline; in the caller's transaction. Raises IllegalMove."""
    lock(sheet)
    TIMESHEET.after(sheet.state, step)
    engagement = db.session.get_one(Engagement, sheet.engagement_id)
    pay = money.pay_of(engagement, sheet.minutes)
    move(sheet, TIMESHEET, step, mover=mover, at=at, reason=reason, approved_at=at, due_at=None, pay_minor=pay)
    note_fact(
        "hours_approved", sheet.person_id, key=f"hours_approved:{sheet.id}", true_at=end_of(sheet.week_on), at=at, source="both",
        organisation_id=sheet.organisation_id, subject_id=engagement.id, detail=str(sheet.minutes),
    )  # fmt: skip
    money.book(sheet, engagement, at=at)


def correct_week(sheet: Timesheet, *, reason: str, by: Actor, at: datetime) -> Timesheet:
    """The worker reopens an approved week: it goes back whole, and a draft with the same days takes its place.

    Raises SayWhy, IllegalMove.
    """
    require(policies.may_answer_work(by, sheet))
    if not reason.strip():
        raise SayWhy
    with transaction():
        lock(sheet)
        move(sheet, TIMESHEET, "reverse", mover=by, at=at, reason=reason.strip())
        money.reverse(sheet, at=at)
        return begin_again(sheet, mover=by, at=at)


def begin_again(sheet: Timesheet, *, mover: Actor, at: datetime) -> Timesheet:
    """A draft with the same days in the place of a dropped week; in the caller's transaction."""
    engagement = db.session.get_one(Engagement, sheet.engagement_id)
    fresh = _begin(engagement, sheet.week_on, sheet, by=mover, at=at)
    fresh.words = sheet.words
    _put_down(fresh, days_of(sheet.id))
    return fresh


def let_weeks_pass(*, at: datetime) -> int:
    """Weeks that nobody answered within the working days agreed are approved by time; how many."""
    late = sa.select(Timesheet.id).where(Timesheet.state == "submitted", Timesheet.due_at <= at)
    passed = 0
    for sheet_id in list(db.session.execute(late.order_by(Timesheet.id)).scalars()):
        with transaction():
            sheet = db.session.get_one(Timesheet, sheet_id)
            lock(sheet)
            if sheet.state != "submitted" or sheet.due_at is None or sheet.due_at > at:
                continue
            approve(sheet, "approve_by_time", mover=None, at=at)
            events.record("talent.week_passed_by_time", at=at, timesheet_id=sheet.id)
            passed += 1
    return passed
