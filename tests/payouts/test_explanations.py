"""What was found out about something that matches nothing can be taken back, for a reason, and said anew."""

from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from coursehub import clock
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed, Refusal
from coursehub.payouts import operations, queries
from coursehub.payouts.models import AnswerLine, ExplanationChange
from coursehub.people.actor import actor_for
from coursehub.people.models import PeopleAudit, Person
from coursehub.web import paginate
from tests.cast import sign_in
from tests.rigs.threads import at_once

from .rig import HOLD, World

LIST = "/house/payouts/reconciliation"


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def world(cast, now):
    return World(cast, now - HOLD)


@pytest.fixture
def line(cast, world, now):
    """A line of the bank that matches nothing, explained."""
    world.answer(("rent-2026-02", "paid", 128_000), at=now)
    ((found, _answer),) = queries.open_lines()
    operations.explain_line(found, words="Rent.", by=cast.acting(cast.fay), at=now)
    return found


def take_back(cast, line, now, words="It was the deposit."):
    operations.take_explanation_back("line", line.id, words=words, by=cast.acting(cast.stan), at=now)


def said(cast):
    rows = db.session.execute(queries.explained_matching(cast.acting(cast.fay))).all()
    return [(row.name, row.words, row.by_id) for row in rows]


def test_what_was_not_so_is_listed_again_and_explained_anew_with_a_line_of_the_audit(cast, line, now):
    assert queries.open_lines() == [] and said(cast) == [("rent-2026-02", "Rent.", cast.fay.id)]
    take_back(cast, line, now)
    assert [found.id for found, _answer in queries.open_lines()] == [line.id] and said(cast) == []
    acts = db.session.execute(sa.select(PeopleAudit.act, PeopleAudit.by_id).order_by(PeopleAudit.id.desc()).limit(1)).one()
    assert acts == ("explanation_taken_back", cast.stan.id)
    operations.explain_line(line, words="The deposit.", by=cast.acting(cast.stan), at=now)
    assert queries.open_lines() == [] and said(cast) == [("rent-2026-02", "The deposit.", cast.stan.id)]
    take_back(cast, line, now, "Neither.")
    assert len(queries.open_lines()) == 1


def test_neither_is_done_twice(cast, line, now):
    with pytest.raises(operations.ExplainedAlready):
        operations.explain_line(line, words="Again.", by=cast.acting(cast.fay), at=now)
    take_back(cast, line, now)
    with pytest.raises(operations.NotExplained):
        take_back(cast, line, now)
    with pytest.raises(operations.NotExplained):
        operations.take_explanation_back("movement", line.id, words="?", by=cast.acting(cast.fay), at=now)


def test_only_finance_may_take_it_back_and_the_database_keeps_what_was_said(cast, line, now):
    with pytest.raises(NotAllowed):
        operations.take_explanation_back("line", line.id, words="?", by=cast.acting(cast.susi), at=now)
    take_back(cast, line, now)
    with pytest.raises(DatabaseError), transaction():
        db.session.execute(sa.update(ExplanationChange).values(words="else"))


def test_of_many_who_take_it_back_at_once_one_does(app, cast, line, now):
    number, stan = line.id, cast.stan.id

    def undo():
        by = actor_for(db.session.get_one(Person, stan))
        operations.take_explanation_back("line", number, words="No.", by=by, at=now)

    outcomes = at_once(app, undo, undo, undo)
    assert sum(isinstance(each, Refusal) for each in outcomes) == 2, outcomes
    db.session.expire_all()
    assert queries.changes_of("line", number) == 1


def test_the_page_finds_pages_and_takes_back(client, cast, monkeypatch, world, line, now):
    world.answer(("rent-2026-03", "paid", 1_000), at=now, name="b.csv")
    ((other, _answer),) = queries.open_lines()
    operations.explain_line(other, words="More rent.", by=cast.acting(cast.stan), at=now)
    fay = sign_in(client, cast.fay)
    shown = fay.get(f"{LIST}/explained?q=more").text
    assert "rent-2026-03" in shown and "rent-2026-02" not in shown
    monkeypatch.setattr("coursehub.payouts.views.records.paginate", partial(paginate, per_page=1))
    pages = [fay.get(f"{LIST}/explained?page={n}").text for n in (1, 2)]
    assert sorted("rent-2026-02" in each for each in pages) == [False, True]
    path = f"{LIST}/explained/line/{line.id}/taken-back"
    assert fay.post(path, data={"words": ""}).status_code == 422
    assert fay.post(path, data={"words": "No."}).status_code == 303
    assert fay.post(path, data={"words": "No."}).status_code == 409
    assert fay.post(f"{LIST}/explained/claim/1/taken-back", data={"words": "No."}).status_code == 404
    assert "rent-2026-02" in fay.get(LIST).text
    assert db.session.get_one(AnswerLine, line.id).result == "unknown", "the line stays what it was"
