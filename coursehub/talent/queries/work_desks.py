"""What part-time work waits for, on the desk of the employer and on the desk of the worker; each with its clock."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.talent.models import Dispute, Engagement, Timesheet
from coursehub.talent.queries.work import timesheets_of, timesheets_visible_to, waiting_for

SHOWN = 30
DAY = timedelta(days=1)

Disputed = tuple[Timesheet, Dispute]


@dataclass(frozen=True)
class EmployersHours:
    """Weeks to answer, the first to be approved by silence first; weeks in dispute, the first rung to end first."""

    weeks: list[Timesheet]
    disputed: list[Disputed]
    of: dict[int, Engagement]

    @property
    def any(self) -> bool:
        """Whether there is anything at all."""
        return bool(self.weeks or self.disputed)


@dataclass(frozen=True)
class WorkersHours:
    """Proposals to answer, papers to attach, past weeks to hand in, weeks in dispute; the most urgent first.

    unfilled: the week of each engagement that is over and has no hours yet, if it is last week's.
    """

    proposals: list[Engagement]
    papers: list[Engagement]
    drafts: list[Timesheet]
    unfilled: list[tuple[Engagement, date]]
    disputed: list[Disputed]
    of: dict[int, Engagement]

    @property
    def any(self) -> bool:
        """Whether there is anything at all."""
        return bool(self.proposals or self.papers or self.drafts or self.unfilled or self.disputed)


def employers_hours(reader: Actor) -> EmployersHours:
    """What waits for the reader's organisation."""
    weeks = waiting_for(reader)[:SHOWN]
    disputed = _disputed(timesheets_visible_to(reader))
    return EmployersHours(weeks, disputed, _engagements_of(weeks, disputed))


def workers_hours(reader: Actor, today: date) -> WorkersHours:
    """What waits for the reader as a worker. today: in the platform's zone."""
    mine = sa.select(Engagement).where(Engagement.person_id == reader.person_id)
    proposals = mine.where(Engagement.state == "proposed").order_by(Engagement.answer_by_at, Engagement.id)
    papers = mine.where(Engagement.state == "home_rule", Engagement.home_rule == "pending")
    this_week = today - today.weekday() * DAY
    over = timesheets_of(reader).where(Timesheet.state == "draft", Timesheet.minutes > 0, Timesheet.week_on < this_week)
    drafts = list(db.session.execute(over.order_by(None).order_by(Timesheet.week_on, Timesheet.id).limit(SHOWN)).scalars())
    disputed = _disputed(timesheets_of(reader))
    return WorkersHours(
        list(db.session.execute(proposals.limit(SHOWN)).scalars()),
        list(db.session.execute(papers.order_by(Engagement.start_on, Engagement.id).limit(SHOWN)).scalars()),
        drafts, _unfilled(mine, this_week - 7 * DAY), disputed, _engagements_of(drafts, disputed),
    )  # fmt: skip


def _unfilled(mine: "sa.Select[Engagement]", last_week: date) -> list[tuple[Engagement, date]]:
    """Engagements that run and began before last week was over, without hours for it; a pause or a week off needs none."""
    filled = sa.select(Timesheet.engagement_id).where(
        Timesheet.week_on == last_week, Timesheet.minutes > 0, Timesheet.state.not_in(("reversed", "dropped"))
    )
    running = mine.where(
        Engagement.state == "active", Engagement.start_on < last_week + 7 * DAY, Engagement.id.not_in(filled)
    )  # fmt: skip
    return [(row, last_week) for row in db.session.execute(running.order_by(Engagement.id).limit(SHOWN)).scalars()]


def _disputed(weeks: "sa.Select[Timesheet]") -> list[Disputed]:
    """Those in dispute, with what is said about each; what went outside last, since no clock runs there."""
    found = weeks.order_by(None).add_columns(Dispute).join(Dispute, Dispute.timesheet_id == Timesheet.id)
    running = found.where(Dispute.ended_at.is_(None))
    ordered = running.order_by(Dispute.due_at.is_(None), Dispute.due_at, Dispute.id).limit(SHOWN)
    return [(sheet, dispute) for sheet, dispute in db.session.execute(ordered)]


def _engagements_of(weeks: list[Timesheet], disputed: list[Disputed]) -> dict[int, Engagement]:
    ids = {sheet.engagement_id for sheet in weeks} | {sheet.engagement_id for sheet, _dispute in disputed}
    found = db.session.execute(sa.select(Engagement).where(Engagement.id.in_(ids))).scalars() if ids else ()
    return {row.id: row for row in found}
