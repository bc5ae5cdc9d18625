"""The table of applications: narrowed down, in order, page by page; and no name or question more than is shown."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock, jobs
from coursehub.catalog.models import Skill
from coursehub.db import db
from coursehub.people import queries as people
from coursehub.people.models import AccessLog
from coursehub.talent.operations import profiles
from coursehub.talent.queries import applications as queries
from coursehub.talent.views import board
from tests.cast import sign_in

from .hiring import applied, opened, screened, wanted
from .test_proven import credential

__all__ = ["credential"]

DAY = timedelta(days=1)


@pytest.fixture
def emma(app, cast):
    return sign_in(app.test_client(), cast.emma)


@pytest.fixture
def two(cast, at, credential):
    """Ada, who has proven what is asked, is looked at; Bo waits longer than was promised."""
    now = clock.now()
    jobs.run_due(at=at, strict=True)
    profiles.begin_profile(by=cast.acting(cast.ada), at=at)
    opening = opened(cast, now - 20 * DAY, skills=wanted((db.session.execute(sa.select(Skill)).scalars().one(), 2)))
    ada = screened(cast, applied(cast, opening, cast.ada, now - DAY), now)
    bo = applied(cast, opening, cast.bo, now - 10 * DAY)
    return opening, ada, bo


@pytest.mark.parametrize(
    ("query", "ada_stays", "bo_stays"),
    [
        ("", True, True),
        ("stage=screen", True, False),
        ("stage=applied", False, True),
        ("late=1", False, True),
        ("met=1", True, False),
        ("met=1&late=1", False, False),
        ("source=introduction", False, False),
        ("stage=nonsense", False, False),
    ],
)
def test_the_table_shows_what_was_asked_for(emma, two, query, ada_stays, bo_stays):
    opening, ada, bo = two
    shown = emma.get(f"/hire/openings/{opening.public_id}/table?{query}").text
    assert [queries.code_of(row) in shown for row in (ada, bo)] == [ada_stays, bo_stays]
    if not (ada_stays or bo_stays):
        assert "No application is like that." in shown
    assert ("Show all" in shown) == bool(query)


def test_a_page_opens_only_the_names_that_stand_on_it(emma, two, monkeypatch):
    opening, ada, bo = two
    monkeypatch.setattr(board, "A_PAGE", 1)
    address = f"/hire/openings/{opening.public_id}/table?order=applied&names=1"
    first = emma.get(address).text
    assert name_of(bo) in first and name_of(ada) not in first and "Page 1 of 2" in first
    assert db.session.execute(sa.select(AccessLog.person_id)).scalars().all() == [bo.person_id]
    second = emma.get(f"{address}&page=2").text
    assert name_of(ada) in second and name_of(bo) not in second
    assert emma.get(f"{address}&page=99").status_code == 200


def name_of(application):
    """The name behind an application."""
    return people.display_names([application.person_id])[application.person_id]


def test_a_board_of_many_asks_no_more_questions_than_a_board_of_one(cast, two):
    opening, _ada, _bo = two
    emma = cast.acting(cast.emma)
    said = []

    def count(*arguments):
        said.append(arguments[2])

    sa.event.listen(db.engine, "before_cursor_execute", count)
    try:
        queries.cards_of(opening, emma)
        before = len(said)
        applied(cast, opening, cast.theo, clock.now())
        said.clear()
        assert len(queries.cards_of(opening, emma)) == 3
        assert len(said) == before
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", count)
