"""Issuing statements: once a month is over and its last day sealed, each is fixed."""

from datetime import date, datetime, timedelta

from coursehub import events
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal
from coursehub.ledger import queries as ledger
from coursehub.ledger.sealing import day_of
from coursehub.people.models import Organisation
from coursehub.statements import queries, reckoning
from coursehub.statements.models import Statement
from coursehub.statements.months import Month, month_at, months_between
from coursehub.talent.queries.working_days import days_off
from coursehub.talent.working_days import is_working


class DoesNotAddUp(ValueError):
    """The lines of the events and the books disagree: a program is wrong, and a person must look."""


class MonthNotOver(Refusal):
    """This month is not over, or its last day is not sealed yet. A statement is issued once nothing can change it."""


def issue_due(*, at: datetime) -> int:
    """Issue what is due: from the first working day after a month on, for every partner; how many statements.

    Each is a transaction of its own, and a second run finds nothing left. One that does not add up holds up no other;
    the first such is raised when all others are issued.
    """
    last = month_at(at).before
    if day_of(at) < first_working_day(last.next.first):
        last = last.before
    known, issued, wrong = queries.issued_months(), 0, list[DoesNotAddUp]()
    for organisation, currency in queries.parties_with_accounts():
        first = queries.first_month(organisation.public_id, currency)
        for month in months_between(first, last) if first else ():
            if (organisation.id, str(month), currency) not in known and ledger.sealed_day(month.last):
                try:
                    issue(organisation, month, currency, at=at)
                    issued += 1
                except DoesNotAddUp as fault:
                    wrong.append(fault)
    if wrong:
        raise wrong[0]
    return issued


def first_working_day(day: date) -> date:
    """That day, or the first working day after it: Monday to Friday, less the days off that staff keep."""
    off = days_off(day)
    while not is_working(day, off):
        day += timedelta(days=1)
    return day


def issue(organisation: Organisation, month: Month, currency: str, *, at: datetime) -> Statement:
    """Fix a statement, once per party, month and currency.

    Raises DoesNotAddUp, and refuses with MonthNotOver.
    """
    with transaction():
        lock(organisation)
        before = queries.issued(organisation.id, month, currency)
        if before is not None:
            return before
        if not month.is_over(at) or ledger.sealed_day(month.last) is None:
            raise MonthNotOver
        body = queries.reckon(organisation, month, currency, at=at, for_issue=True)
        if wrong := reckoning.disagreements(body):
            raise DoesNotAddUp(f"the statement of {organisation.public_id} for {month} does not add up: {'; '.join(wrong)}")
        statement = Statement(
            organisation_id=organisation.id, month=str(month), currency=currency, after_id=body["journals"]["after"],
            through_id=body["journals"]["through"], body=body, body_hash=reckoning.hash_of(body), issued_at=at,
        )  # fmt: skip
        db.session.add(statement)
        db.session.flush()
        events.record("statements.issued", at=at, statement_id=statement.id)
    return statement
