"""What is put in writing month by month: days are sealed, statements of partners issued, and months closed."""

from datetime import datetime, time, timedelta
from functools import partial

from coursehub.demo.agenda import Agenda
from coursehub.demo.players import Players
from coursehub.ledger.operations import seal_days
from coursehub.statements.jobs import issue_statements
from coursehub.statements.months import Month, month_at, months_between
from coursehub.statements.operations import close_month, first_working_day, prepare_close
from coursehub.statements.operations.closing import EarlierMonthOpen, NotEverythingDone
from coursehub.web.locale import SHOWN_ZONE


def put_on_the_agenda(agenda: Agenda, people: Players) -> None:
    """On the first working day of each month, on its eighth, and last night."""
    for month in months_between(month_at(agenda.ago(days=365)).next, month_at(agenda.end)):
        day = first_working_day(month.first)
        agenda.add(datetime.combine(day, time(10), SHOWN_ZONE), lambda at: issue_statements(at=at))
        eighth = datetime.combine(month.first + timedelta(days=7), time(16), SHOWN_ZONE)
        agenda.add(eighth, partial(_close, people, month.before))

    def sealed(at: datetime) -> datetime:
        seal_days(at=agenda.end)
        return at + timedelta(minutes=1)

    agenda.add(agenda.ago(hours=0.01), sealed)


def _close(people: Players, month: Month, at: datetime) -> datetime:
    """Fay goes through the checklist, Stan closes; a month in which something is left stays open."""
    closed_at = at + timedelta(minutes=40)
    try:
        prepared = prepare_close(month, named="", by=people.acting("fay"), at=at)
        close_month(prepared, by=people.acting("stan"), at=closed_at)
    except (NotEverythingDone, EarlierMonthOpen):
        return at
    return closed_at
