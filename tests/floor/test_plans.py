"""What `look` reads is what the session reads, on both databases, errors and connections that go included."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from coursehub.db import db, look, transaction
from coursehub.people.models import Person, SignInSession
from coursehub.plans import plan_of
from tests.cast import sign_in

_BY_LOCALE = sa.select(Person.id, Person.public_id.label("named"), Person.created_at, Person.erased_at).where(
    Person.locale == sa.bindparam("locale")
)
_SINCE = sa.select(sa.func.count(), sa.func.max(Person.id).label("newest")).where(Person.created_at >= sa.bindparam("since"))
_ANY_OF = sa.select(Person.id).where(Person.id.in_(sa.bindparam("ids", expanding=True))).order_by(Person.id)
_KEPT_VALUE = sa.select(Person.id).where(Person.locale == "en", Person.erased_at.is_(None)).limit(sa.bindparam("many"))
_TWICE = sa.select(Person.id, SignInSession.id, Person.locale).join(SignInSession, SignInSession.person_id == Person.id)
_NOWHERE = sa.select(sa.column("nothing")).select_from(sa.table("no_such_table"))


def test_columns_come_as_the_session_gives_them(cast):
    rows = look(_BY_LOCALE, {"locale": cast.ada.locale}).all()
    assert [tuple(row) for row in rows] == [tuple(row) for row in db.session.execute(_BY_LOCALE, {"locale": cast.ada.locale})]
    assert rows[0].named == rows[0][1] == dict(rows[0]._mapping)["named"]
    assert rows[0].created_at.tzinfo is UTC


def test_a_value_is_bound_as_its_column_wants_it(cast):
    assert cast.ada and cast.bo
    late = datetime(2999, 1, 1, tzinfo=UTC)
    assert look(_SINCE, {"since": late}).one()[0] == 0
    assert look(_SINCE, {"since": late - timedelta(days=365_000)}).one().newest is not None
    assert len(look(_KEPT_VALUE, {"many": 1}).all()) == 1
    with pytest.raises(ValueError, match="time zone"):
        look(_SINCE, {"since": datetime(2026, 1, 1)})  # noqa: DTZ001 - a moment without a zone is the fault


def test_a_list_of_values_takes_the_ordinary_way(cast):
    wanted = sorted([cast.ada.id, cast.bo.id])
    assert look(_ANY_OF, {"ids": wanted}).scalars().all() == wanted
    assert look(_ANY_OF, {"ids": []}).first() is None


def test_one_row_is_one_row(cast):
    assert cast.ada and cast.bo
    assert look(_BY_LOCALE, {"locale": "xx"}).one_or_none() is None
    with pytest.raises(sa.exc.NoResultFound):
        look(_BY_LOCALE, {"locale": "xx"}).one()
    with pytest.raises(sa.exc.MultipleResultsFound):
        look(sa.select(Person.id)).scalar_one_or_none()


def test_columns_of_one_name_do_not_hide_the_others(cast, client):
    sign_in(client, cast.ada)
    assert look(_TWICE).one()[2] == cast.ada.locale
    assert look(_TWICE).all() == [tuple(row) for row in db.session.execute(_TWICE)]


def test_what_the_transaction_has_flushed_is_seen_and_what_it_takes_back_is_not(cast):
    public_id = cast.ada.public_id
    own = sa.select(Person.locale).where(Person.public_id == sa.bindparam("public_id"))
    before = look(own, {"public_id": public_id}).scalar_one_or_none()
    with pytest.raises(RuntimeError, match="on purpose"), transaction():
        cast.ada.locale = "en" if before != "en" else "zh-CN"
        db.session.flush()
        assert look(own, {"public_id": public_id}).scalar_one_or_none() != before
        raise RuntimeError("on purpose")
    assert look(own, {"public_id": public_id}).scalar_one_or_none() == before


def test_the_drivers_refusal_comes_as_sqlalchemys(app):
    with pytest.raises((sa.exc.OperationalError, sa.exc.ProgrammingError)):
        look(_NOWHERE)
    db.session.rollback()


def test_statements_are_told_to_whoever_listens_and_compiled_once(cast):
    seen = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *told: seen.append(told[2]), once=True)
    look(_BY_LOCALE, {"locale": "en"})
    assert len(seen) == 1 and "FROM person" in seen[0]
    assert plan_of(_BY_LOCALE, db.engine.dialect) is plan_of(_BY_LOCALE, db.engine.dialect)
