"""Part-time work: what a person agreed to, the hours they put down, and what was said about them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.talent.machines import DISPUTE, ENGAGEMENT, TIMESHEET
from coursehub.talent.models import Dispute, Engagement, HomeDocument, Timesheet, TimesheetDay
from coursehub.talent.operations.engagements import close_what_hangs_on
from coursehub.talent.operations.moving import move
from coursehub.talent.personal.consent import forget_reasons
from coursehub.talent.personal.profiles import rows


def export(person_id: int) -> dict[str, Any]:
    """Engagements, weeks with their days, disputes, and which papers were attached."""
    engagements = sa.select(
        Engagement.public_id, Engagement.title, Engagement.about, Engagement.form, Engagement.weekly_minutes,
        Engagement.hourly_minor, Engagement.currency, Engagement.state, Engagement.home_rule, Engagement.proposed_at,
        Engagement.started_at, Engagement.ended_at,
    )  # fmt: skip
    weeks = sa.select(
        Timesheet.public_id, Timesheet.week_on, Timesheet.minutes, Timesheet.words, Timesheet.state, Timesheet.pay_minor,
        Timesheet.submitted_at, Timesheet.approved_at,
    )  # fmt: skip
    days = sa.select(Timesheet.public_id, TimesheetDay.on, TimesheetDay.minutes).join(
        Timesheet, Timesheet.id == TimesheetDay.timesheet_id
    )
    disputes = sa.select(
        Timesheet.public_id, Dispute.words, Dispute.answer, Dispute.decision, Dispute.state, Dispute.opened_at
    ).join(Timesheet, Timesheet.id == Dispute.timesheet_id)
    papers = sa.select(HomeDocument.name, HomeDocument.kind, HomeDocument.attached_at).join(
        Engagement, Engagement.id == HomeDocument.engagement_id
    )
    own = Timesheet.person_id == person_id
    return {
        "engagements": rows(engagements.where(Engagement.person_id == person_id).order_by(Engagement.id)),
        "weeks": rows(weeks.where(own).order_by(Timesheet.id)),
        "days": rows(days.where(own).order_by(TimesheetDay.on)),
        "disputes": rows(disputes.where(own).order_by(Dispute.id)),
        "papers": rows(papers.where(Engagement.person_id == person_id).order_by(Engagement.id)),
    }


def erase(person_id: int, at: datetime) -> None:
    """End what runs, drop what was not handed in, and forget every word and paper; hours and amounts stay for the books."""
    own = list(db.session.execute(sa.select(Engagement).where(Engagement.person_id == person_id)).scalars())
    sheets = list(db.session.execute(sa.select(Timesheet).where(Timesheet.person_id == person_id)).scalars())
    for row in own:
        step = "end" if ENGAGEMENT.allows(row.state, "end") else "decline" if ENGAGEMENT.allows(row.state, "decline") else None
        if step:
            move(row, ENGAGEMENT, step, mover=None, at=at, ended_at=at)
            close_what_hangs_on(row, at=at)
    for sheet in sheets:
        if sheet.state == "draft":
            move(sheet, TIMESHEET, "drop", mover=None, at=at)
    ids, sheet_ids = [row.id for row in own], [sheet.id for sheet in sheets]
    for statement in (
        sa.update(Engagement).where(Engagement.person_id == person_id).values(reason="", about=""),
        sa.update(Timesheet).where(Timesheet.person_id == person_id).values(words=""),
        sa.update(Dispute).where(Dispute.timesheet_id.in_(sheet_ids)).values(words="", answer="", decision=""),
        sa.delete(HomeDocument).where(HomeDocument.engagement_id.in_(ids)),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expire_all()
    about = list(db.session.execute(sa.select(Dispute.id).where(Dispute.timesheet_id.in_(sheet_ids))).scalars())
    for machine, subject_ids in ((ENGAGEMENT, ids), (TIMESHEET, sheet_ids), (DISPUTE, about)):
        forget_reasons(machine.name, subject_ids)
