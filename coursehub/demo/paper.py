"""What is put in writing month by month: the days are sealed and the statements of partners issued."""

from datetime import datetime, time, timedelta

from coursehub.demo.agenda import Agenda
from coursehub.ledger.operations import seal_days
from coursehub.statements.jobs import issue_statements
from coursehub.statements.months import month_at, months_between
from coursehub.statements.operations import first_working_day
from coursehub.web.locale import SHOWN_ZONE


def put_on_the_agenda(agenda: Agenda) -> None:
    """On the first working day of each month, and last night."""
    for month in months_between(month_at(agenda.ago(days=365)).next, month_at(agenda.end)):
        day = first_working_day(month.first)
        agenda.add(datetime.combine(day, time(10), SHOWN_ZONE), lambda at: issue_statements(at=at))

    def sealed(at: datetime) -> datetime:
        seal_days(at=agenda.end)
        return at + timedelta(minutes=1)

    agenda.add(agenda.ago(hours=0.01), sealed)
