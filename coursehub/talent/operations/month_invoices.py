"""One invoice for each member, month and currency over the weeks that were approved in it, on the first working day after it."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from coursehub.billing import queries as billing
from coursehub.billing.operations import invoice_charges
from coursehub.db import db, lock, transaction
from coursehub.people.models import Organisation
from coursehub.talent.machines import TIMESHEET
from coursehub.talent.models import Timesheet
from coursehub.talent.operations.moving import move
from coursehub.talent.queries.working_days import days_off
from coursehub.talent.working_days import DAY, end_of, is_working, local_day

CAUSE = "work"


def invoice_month(*, at: datetime) -> int:
    """Invoice every member for the weeks approved before this month, once its first working day has come; how many invoices.

    Each invoice is a transaction of its own, and a second run finds nothing left. What a run missed stands on the next one.
    """
    first = local_day(at).replace(day=1)
    if local_day(at) < _first_working_day(first):
        return 0
    before, period = end_of(first - DAY), f"{first - DAY:%Y-%m}"
    issued = 0
    for organisation_id, currency in billing.members_with_charges(CAUSE, before):
        issued += _invoice(organisation_id, currency, before=before, period=period, at=at)
    return issued


def _first_working_day(first: date) -> date:
    day, off = first, days_off(first)
    while not is_working(day, off):
        day += timedelta(days=1)
    return day


def _invoice(organisation_id: int, currency: str, *, before: datetime, period: str, at: datetime) -> bool:
    """The weeks first, then the books: a correction takes its locks in the same order."""
    with transaction():
        waiting = billing.charges_waiting(organisation_id, currency, cause=CAUSE, before=before)
        sheets = _sheets([charge.cause_id for charge in waiting])
        for sheet in sheets:
            lock(sheet)
        organisation = db.session.get_one(Organisation, organisation_id)
        invoice = invoice_charges(organisation, currency, cause=CAUSE, before=before, period=period, at=at)
        if invoice is None:
            return False
        for sheet in sheets:
            if sheet.state == "approved":
                move(sheet, TIMESHEET, "invoice", mover=None, at=at)
    return True


def mark_paid(invoice_id: int, *, at: datetime) -> None:
    """The employer paid its invoice of a month: so are the weeks on it; a second call changes nothing."""
    with transaction():
        for sheet in _sheets([charge.cause_id for charge in billing.charges_on(invoice_id)]):
            lock(sheet)
            if sheet.state == "invoiced":
                move(sheet, TIMESHEET, "pay", mover=None, at=at)


def _sheets(public_ids: list[str]) -> list[Timesheet]:
    found = sa.select(Timesheet).where(Timesheet.public_id.in_(public_ids)).order_by(Timesheet.id)
    return list(db.session.execute(found).scalars())
