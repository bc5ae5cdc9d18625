"""Keeping the calendar of days off."""

from datetime import date, datetime

from coursehub.db import db, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.talent.models import DayOff
from coursehub.talent.policies import hiring as policies


class NotAWeekday(Refusal):
    """Saturdays and Sundays are off already. Choose a day from Monday to Friday."""

    status = 422


def add_day_off(on: date, *, words: str, by: Actor, at: datetime) -> None:
    """Nobody is expected to answer on this day; clocks that start from now on leave it out. Raises NotAWeekday."""
    require(policies.may_keep_calendar(by))
    if on.weekday() > 4:
        raise NotAWeekday
    with transaction():
        found = db.session.get(DayOff, on)
        if found is None:
            db.session.add(DayOff(on=on, words=words.strip(), set_by_id=by.person_id, set_at=at))
        else:
            found.words = words.strip()


def remove_day_off(on: date, *, by: Actor) -> None:
    """The day counts again; clocks that run already keep their end."""
    require(policies.may_keep_calendar(by))
    with transaction():
        found = db.session.get(DayOff, on)
        if found is not None:
            db.session.delete(found)
