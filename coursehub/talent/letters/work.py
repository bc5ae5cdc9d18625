"""How part-time work writes to its two sides: that something happened, and where to read it.

As in every letter of talent: no name of a person to an employer, no pay, no words that one side wrote to the other.
"""

from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db
from coursehub.people.queries import locale_of, members_with_role
from coursehub.talent.letters.writing import organisation_in, write
from coursehub.talent.models import Dispute, Engagement, Move, Timesheet
from coursehub.talent.working_days import last_day_before
from coursehub.web import external_url

KIND = "work"
"""What somebody turns off who wants no such letters."""


def _to_worker(row: Engagement, *, key: str, template: str, address: str, at: datetime, **context: object) -> None:
    _write(row.person_id, row, key=key, template=template, address=address, at=at, side="person", **context)


def _to_employer(row: Engagement, *, key: str, template: str, address: str, at: datetime, **context: object) -> None:
    people = members_with_role(row.organisation_id, "hr") or members_with_role(row.organisation_id, "owner")
    for person_id in people:
        _write(person_id, row, key=f"{key}:{person_id}", template=template, address=address, at=at, side="employer", **context)


def _write(person_id: int, row: Engagement, *, key: str, template: str, at: datetime, **context: object) -> None:
    write(
        person_id, key=key, template=f"work/{template}", kind=KIND, at=at, row=row, code=row.public_id[:5].upper(),
        organisation=organisation_in(row.organisation_id, locale_of(person_id)), last_day_before=last_day_before, **context,
    )  # fmt: skip


def _page(row: Engagement) -> str:
    return external_url("talent_work.engagement", public_id=row.public_id)


def _week_page(sheet: Timesheet) -> str:
    return external_url("talent_work.week", public_id=sheet.public_id)


def _last_move(machine: str, subject_id: int) -> Move:
    found = sa.select(Move).where(Move.machine == machine, Move.subject_id == subject_id).order_by(Move.n.desc()).limit(1)
    return db.session.execute(found).scalar_one()


@events.on("talent.engagement_proposed")
def tell_who_is_proposed(*, at: datetime, engagement_id: int) -> None:
    """An employer proposes work."""
    row = db.session.get_one(Engagement, engagement_id)
    if row.state == "proposed":
        _to_worker(row, key=f"work_proposed:{row.public_id}", template="proposed", address=_page(row), at=at)


def _answered(engagement_id: int, *, at: datetime) -> None:
    row = db.session.get_one(Engagement, engagement_id)
    _to_employer(row, key=f"work_answered:{row.public_id}", template="answered", address=_page(row), at=at)


@events.on("talent.engagement_home_rule")
def tell_the_employer_yes(*, at: datetime, engagement_id: int) -> None:
    """The worker said yes."""
    _answered(engagement_id, at=at)


@events.on("talent.engagement_declined")
def tell_the_employer_no(*, at: datetime, engagement_id: int) -> None:
    """The worker said no."""
    _answered(engagement_id, at=at)


@events.on("talent.engagement_expired")
def tell_the_employer_nothing(*, at: datetime, engagement_id: int) -> None:
    """The worker did not answer."""
    _answered(engagement_id, at=at)


def _changed(engagement_id: int, step: str, *, at: datetime) -> None:
    """To the side that did not do it; when nobody did it, to the employer."""
    row = db.session.get_one(Engagement, engagement_id)
    last = _last_move("engagement", row.id)
    if last.move != step:
        return
    key = f"work_{step}:{row.public_id}:{last.n}"
    tell = _to_employer if last.person_id in (None, row.person_id) else _to_worker
    tell(row, key=key, template="changed", address=_page(row), at=at)


@events.on("talent.engagement_paused")
def tell_of_the_pause(*, at: datetime, engagement_id: int) -> None:
    """One side paused."""
    _changed(engagement_id, "pause", at=at)


@events.on("talent.engagement_active")
def tell_that_it_goes_on(*, at: datetime, engagement_id: int) -> None:
    """One side took it up again."""
    _changed(engagement_id, "resume", at=at)


@events.on("talent.engagement_ended")
def tell_of_the_end(*, at: datetime, engagement_id: int) -> None:
    """One side ended it."""
    _changed(engagement_id, "end", at=at)


@events.on("talent.engagement_taken_back")
def tell_that_it_is_taken_back(*, at: datetime, engagement_id: int) -> None:
    """The employer took the proposal back."""
    _changed(engagement_id, "take_back", at=at)


def _about(timesheet_id: int) -> tuple[Timesheet, Engagement]:
    sheet = db.session.get_one(Timesheet, timesheet_id)
    return sheet, db.session.get_one(Engagement, sheet.engagement_id)


@events.on("talent.timesheet_submitted")
def tell_of_a_week(*, at: datetime, timesheet_id: int) -> None:
    """A week waits; each time it is handed in anew."""
    sheet, row = _about(timesheet_id)
    if sheet.state == "submitted" and sheet.submitted_at is not None:
        key = f"week:{sheet.public_id}:{sheet.submitted_at.isoformat()}"
        _to_employer(row, key=key, template="handed_in", address=_week_page(sheet), at=at, sheet=sheet, due_at=sheet.due_at)


@events.on("talent.timesheet_approved")
def tell_of_the_approval(*, at: datetime, timesheet_id: int) -> None:
    """A week counts, by the employer's word or by time; by time the employer learns it as well."""
    sheet, row = _about(timesheet_id)
    steps = sa.select(Move.move).where(Move.machine == "timesheet", Move.subject_id == sheet.id)
    by_time = "approve_by_time" in set(db.session.execute(steps).scalars())
    about = {"address": _week_page(sheet), "at": at, "sheet": sheet}
    _to_worker(row, key=f"week_approved:{sheet.public_id}", template="approved", by_time=by_time, **about)  # type: ignore[arg-type]
    if by_time:
        _to_employer(row, key=f"week_passed:{sheet.public_id}", template="passed", **about)  # type: ignore[arg-type]


@events.on("talent.timesheet_reversed")
def tell_of_a_correction(*, at: datetime, timesheet_id: int) -> None:
    """An approved week goes back."""
    sheet, row = _about(timesheet_id)
    _to_employer(row, key=f"week_back:{sheet.public_id}", template="corrected", address=_week_page(sheet), at=at, sheet=sheet)


@events.on("talent.timesheet_disputed")
def tell_of_a_dispute(*, at: datetime, timesheet_id: int) -> None:
    """The employer sees it differently."""
    sheet, row = _about(timesheet_id)
    dispute = db.session.execute(sa.select(Dispute).where(Dispute.timesheet_id == sheet.id)).scalar_one()
    if dispute.due_at is not None:
        key = f"disputed_week:{sheet.public_id}"
        _to_worker(row, key=key, template="disputed", address=_week_page(sheet), at=at, sheet=sheet, due_at=dispute.due_at)


def _dispute_moved(dispute_id: int, state: str, *, at: datetime, worker: bool = True) -> None:
    dispute = db.session.get_one(Dispute, dispute_id)
    sheet, row = _about(dispute.timesheet_id)
    key = f"dispute_{state}:{dispute.public_id}"
    about = {"template": "dispute_moved", "address": _week_page(sheet), "at": at, "sheet": sheet, "state": state}
    _to_employer(row, key=key, **about)  # type: ignore[arg-type]
    if worker:
        _to_worker(row, key=key, **about)  # type: ignore[arg-type]


@events.on("talent.dispute_answered")
def tell_of_the_workers_side(*, at: datetime, dispute_id: int) -> None:
    """The worker said how they see it."""
    _dispute_moved(dispute_id, "answered", at=at, worker=False)


@events.on("talent.dispute_with_mediator")
def tell_of_mediation(*, at: datetime, dispute_id: int) -> None:
    """It came to the house."""
    _dispute_moved(dispute_id, "with_mediator", at=at)


@events.on("talent.dispute_outside")
def tell_that_it_goes_outside(*, at: datetime, dispute_id: int) -> None:
    """The house did not decide in time."""
    _dispute_moved(dispute_id, "outside", at=at)


@events.on("talent.dispute_settled")
def tell_of_the_end_of_a_dispute(*, at: datetime, dispute_id: int) -> None:
    """It is over."""
    _dispute_moved(dispute_id, "settled", at=at)
