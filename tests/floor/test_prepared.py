"""Prepared statements: the words and conversions of Core, kept; and rows that become objects without being asked for."""

from datetime import UTC, timedelta, timezone

import pytest
import sqlalchemy as sa

from coursehub.db import db, look, rewritten, transaction, written
from coursehub.events import Event
from coursehub.prepared import Prepared

INSERT = Prepared(sa.insert(Event.__table__))
INSERT_AND_TELL = Prepared(sa.insert(Event.__table__).returning(Event.id))
NAME = sa.select(Event.name).where(Event.id == sa.bindparam("id"))
RENAME = Prepared(sa.update(Event).where(Event.id == sa.bindparam("event_id")).values(name=sa.bindparam("name")))
SHANGHAI = timezone(timedelta(hours=8))


def rows():
    return [(event.name, event.at, event.payload) for event in db.session.scalars(sa.select(Event).order_by(Event.id))]


def row(name, at, **payload):
    return {"name": name, "at": at, "payload": payload}


def test_values_are_kept_as_their_columns_say(app, at):
    with transaction():
        event_id = INSERT_AND_TELL(row("one", at.astimezone(SHANGHAI), word="量")).scalar_one()
    assert rows() == [("one", at, {"word": "量"})]
    assert rows()[0][1].tzinfo is UTC
    assert look(NAME, {"id": event_id}).scalar_one_or_none() == "one"
    with transaction():
        RENAME({"event_id": event_id, "name": "other"})
    assert look(NAME, {"id": event_id}).scalar_one_or_none() == "other"


def test_rows_of_one_statement_are_all_converted_each_in_its_place(app, at):
    three = [row(f"r{n}", (at + timedelta(days=n)).astimezone(SHANGHAI), n=n) for n in range(3)]
    with transaction():
        INSERT.rows(three)
        INSERT.rows(three[:1])
    assert rows() == [(each["name"], each["at"], each["payload"]) for each in [*three, three[0]]]


def test_a_moment_without_a_zone_and_a_value_that_is_missing_are_refused(app, at):
    with pytest.raises(ValueError, match="time zone"), transaction():
        INSERT(row("one", at.replace(tzinfo=None)))
    with pytest.raises(KeyError), transaction():
        RENAME({"name": "other"})
    with pytest.raises(sa.exc.IntegrityError), transaction():
        INSERT({"name": "one"})
    assert rows() == []


def test_a_written_row_is_an_object_of_the_session_that_can_be_changed(app, at):
    with transaction():
        values = row("one", at, n=1)
        event = written(Event, {"id": INSERT_AND_TELL(values).scalar_one(), **values})
        assert event in db.session and event not in db.session.new
        event.name = "two"
    assert rows() == [("two", at, {"n": 1})]
    with transaction():
        RENAME({"event_id": event.id, "name": "three"})
        rewritten(event, {"name": "three"})
        assert not db.session.dirty
    assert event.name == "three"


def test_after_a_rollback_nothing_told_stands_and_its_number_may_be_written_again(app, at):
    values = row("one", at)
    with pytest.raises(ZeroDivisionError), transaction():
        lost = written(Event, {"id": INSERT_AND_TELL(values).scalar_one(), **values})
        raise ZeroDivisionError
    with transaction():
        event = written(Event, {"id": INSERT_AND_TELL({"id": lost_id(lost), **values}).scalar_one(), **values})
    assert rows() == [("one", at, {})]
    assert event is not lost and event in db.session and lost not in db.session


def lost_id(event):
    """The number an object had, whose row is not there any more."""
    return sa.inspect(event).identity[0]
