"""Being active: minutes that a pass's money follows, counted by our own clock from signs of life."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is understood by SQLite, too

from coursehub.db import db, lock, transaction
from coursehub.errors import require
from coursehub.learning import policies
from coursehub.learning.models import ActiveDay, Enrolment, Pulse
from coursehub.people.actor import Actor
from coursehub.prepared import Prepared
from coursehub.web.locale import local_time

COUNTS_WHOLE = timedelta(minutes=5)
COUNTS_AT_ALL = timedelta(minutes=30)

_DAY: sa.ColumnElement[int] = sa.literal_column("86400")
_BEGIN = Prepared(insert(Pulse.__table__).on_conflict_do_nothing(index_elements=["person_id"]))  # type: ignore[arg-type]
_fresh = insert(ActiveDay.__table__)  # type: ignore[arg-type]
_total = ActiveDay.seconds + _fresh.excluded.seconds
_ADD = Prepared(
    _fresh.on_conflict_do_update(
        index_elements=["enrolment_id", "on_day"], set_={"seconds": sa.case((_total > _DAY, _DAY), else_=_total)}
    )
)


def note_active(enrolment: Enrolment, *, by: Actor, at: datetime) -> None:
    """A sign of life of somebody who learns by a pass: a page opened, or still being read.

    The time since the sign before counts for the course in which that was: whole up to five minutes, as five minutes up
    to half an hour, and not at all beyond. So nobody counts faster than the clock, in however many windows, and who reads
    without scripts counts by the pages they open. For other enrolments nothing is kept.
    """
    require(policies.may_learn(by, enrolment))
    if enrolment.source != "pass" or enrolment.ended_at is not None:
        return
    with transaction():
        row = {"person_id": by.person_id, "enrolment_id": enrolment.id, "at": at}
        _BEGIN(row)
        pulse = db.session.get_one(Pulse, by.person_id)
        lock(pulse)
        _count(pulse, at)
        if at >= pulse.at:
            pulse.enrolment_id, pulse.at = enrolment.id, at


def settle_pulse(enrolment: Enrolment, *, at: datetime) -> None:
    """Before an enrolment changes hands: what passed since its last sign counts if a pass holds it. Joins.

    The row stays, so that a sign that comes in the same moment finds it.
    """
    pulse = db.session.get(Pulse, enrolment.person_id)
    if pulse is None:
        return
    lock(pulse)
    if pulse.enrolment_id == enrolment.id and at > pulse.at:
        _count(pulse, at)
        pulse.at = at
        db.session.flush()


def _count(pulse: Pulse, at: datetime) -> None:
    """Add what passed since the last sign; nothing for a course that was bought meanwhile."""
    gap = at - pulse.at
    if not timedelta(0) < gap <= COUNTS_AT_ALL:
        return
    source = db.session.execute(sa.select(Enrolment.source).where(Enrolment.id == pulse.enrolment_id)).scalar_one()
    if source == "pass":
        seconds = int(min(gap, COUNTS_WHOLE).total_seconds())
        _ADD({"enrolment_id": pulse.enrolment_id, "on_day": local_time(at).date(), "seconds": seconds})
