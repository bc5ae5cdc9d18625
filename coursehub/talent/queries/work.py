"""Part-time work as each side meets it: engagements, weeks, disputes, and the hours a person has promised."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.talent.models import Dispute, Engagement, HomeDocument, TalentGrant, Timesheet, TimesheetDay
from coursehub.talent.models.work import PROMISED
from coursehub.talent.queries.consent import is_live

WEEK = timedelta(days=7)
EARNED = ("approved", "invoiced", "paid")


def code_of(engagement: Engagement) -> str:
    """How an engagement is called where its worker is not named."""
    return engagement.public_id[:5].upper()


def engagements_of(reader: Actor) -> "sa.Select[Engagement]":
    """The reader's own engagements as a worker, the latest first."""
    return sa.select(Engagement).where(Engagement.person_id == reader.person_id).order_by(Engagement.id.desc())


def engagements_visible_to(reader: Actor) -> "sa.Select[Engagement]":
    """The engagements of the reader's organisation, the latest first."""
    return sa.select(Engagement).where(Engagement.organisation_id == reader.organisation_id).order_by(Engagement.id.desc())


def timesheets_of(reader: Actor) -> "sa.Select[Timesheet]":
    """The reader's own weeks, the latest first."""
    return (
        sa.select(Timesheet)
        .where(Timesheet.person_id == reader.person_id)
        .order_by(Timesheet.week_on.desc(), Timesheet.id.desc())
    )


def timesheets_visible_to(reader: Actor) -> "sa.Select[Timesheet]":
    """The weeks that workers handed to the reader's organisation, the latest first; drafts are the worker's alone."""
    mine = Timesheet.organisation_id == reader.organisation_id
    shown = sa.and_(Timesheet.submitted_at.is_not(None), Timesheet.state != "draft")
    return sa.select(Timesheet).where(mine, shown).order_by(Timesheet.week_on.desc(), Timesheet.id.desc())


def waiting_for(reader: Actor) -> list[Timesheet]:
    """The weeks that wait for the reader's organisation, the first to be due first."""
    found = timesheets_visible_to(reader).where(Timesheet.state == "submitted").order_by(None)
    return list(db.session.execute(found.order_by(Timesheet.due_at, Timesheet.id)).scalars())


def promised_minutes(person_id: int, *, apart_from: int = 0) -> int:
    """How many minutes a week the person has promised, over all employers."""
    promised = sa.select(sa.func.coalesce(sa.func.sum(Engagement.weekly_minutes), 0)).where(
        Engagement.person_id == person_id, Engagement.state.in_(PROMISED), Engagement.id != apart_from
    )
    return int(db.session.execute(promised).scalar_one())


def engagements_by_id(ids: Iterable[int]) -> dict[int, Engagement]:
    """Engagements by their numbers."""
    found = db.session.execute(sa.select(Engagement).where(Engagement.id.in_(set(ids)))).scalars()
    return {row.id: row for row in found}


def days_of(timesheet_id: int) -> dict[date, int]:
    """The days of a week with work, and the minutes of each."""
    found = sa.select(TimesheetDay.on, TimesheetDay.minutes).where(TimesheetDay.timesheet_id == timesheet_id)
    return dict(db.session.execute(found.order_by(TimesheetDay.on)).tuples().all())


def week_of(engagement_id: int, week_on: date) -> Timesheet | None:
    """The sheet of a week that counts, if it was begun."""
    found = sa.select(Timesheet).where(
        Timesheet.engagement_id == engagement_id, Timesheet.week_on == week_on, Timesheet.state.not_in(("reversed", "dropped"))
    )
    return db.session.execute(found).scalar_one_or_none()


def elsewhere_on(person_id: int, days: Iterable[date], *, apart_from: int) -> dict[date, int]:
    """Minutes that the person put down for these days in other weeks that count, over all employers."""
    found = (
        sa.select(TimesheetDay.on, sa.func.sum(TimesheetDay.minutes))
        .join(Timesheet, Timesheet.id == TimesheetDay.timesheet_id)
        .where(
            Timesheet.person_id == person_id, Timesheet.id != apart_from, TimesheetDay.on.in_(list(days)),
            Timesheet.state.not_in(("reversed", "dropped")),
        )
        .group_by(TimesheetDay.on)
    )  # fmt: skip
    return {day: int(minutes) for day, minutes in db.session.execute(found)}


def dispute_about(timesheet_id: int) -> Dispute | None:
    """The dispute about a week, if there is one."""
    return db.session.execute(sa.select(Dispute).where(Dispute.timesheet_id == timesheet_id)).scalar_one_or_none()


def disputes_to_mediate() -> "sa.Select[Dispute]":
    """What came to the house, the first to be due first; what went outside last, until somebody writes down its end."""
    found = sa.select(Dispute).where(Dispute.state.in_(("with_mediator", "outside")))
    return found.order_by(Dispute.due_at.is_(None), Dispute.due_at, Dispute.id)


def home_document_of(engagement_id: int) -> HomeDocument | None:
    """The home employer's paper; for the worker's eyes."""
    return db.session.get(HomeDocument, engagement_id)


def seen_of_worker(engagement: Engagement, at: datetime) -> TalentGrant | None:
    """The consent under which the employer sees something of the worker now."""
    mine = sa.and_(TalentGrant.cause == "engagement", TalentGrant.cause_id == engagement.id)
    return db.session.execute(sa.select(TalentGrant).where(mine, is_live(at))).scalar_one_or_none()


def earned_by(person_id: int) -> dict[str, dict[str, int]]:
    """What a person earned by approved weeks, in minor units: for each currency the sum "waiting" for payment and "paid"."""
    rows = db.session.execute(
        sa.select(Engagement.currency, Timesheet.state, sa.func.sum(Timesheet.pay_minor))
        .join(Engagement, Engagement.id == Timesheet.engagement_id)
        .where(Timesheet.person_id == person_id, Timesheet.state.in_(EARNED))
        .group_by(Engagement.currency, Timesheet.state)
    )
    found: dict[str, dict[str, int]] = {}
    for currency, state, minor in rows:
        sums = found.setdefault(currency, {"waiting": 0, "paid": 0})
        sums["paid" if state == "paid" else "waiting"] += int(minor or 0)
    return found
