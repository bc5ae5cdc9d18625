"""Work of billing that the worker does."""

from datetime import datetime, timedelta

from coursehub.billing import letters, queries
from coursehub.jobs import cron, job
from coursehub.web.locale import SHOWN_ZONE

REMIND_AFTER_DAYS = (1, 8, 22)
"""How many days after the day it was due each reminder goes out."""


@job("billing.remind")
def remind(*, at: datetime) -> None:
    """Write to members whose invoices are late; each reminder goes out once."""
    today = at.astimezone(SHOWN_ZONE).date()
    for document, left in queries.overdue(today):
        late = (today - document.due_on).days if document.due_on else 0
        step = sum(late >= after for after in REMIND_AFTER_DAYS)
        if step:
            letters.remind(document, left, step=step, at=at)


cron("billing.remind", every=timedelta(hours=12))
