"""A run asks the database no more often for many than for few, leaves nothing half done, and does nothing twice."""

import pytest
import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.models import Organisation
from coursehub.talent.machines import IllegalMove
from coursehub.talent.matching.certificates import verify
from coursehub.talent.models import MatchingEntry, MatchingList, MatchingResult, MatchingRound, Move
from coursehub.talent.operations import blocks, round_lists, round_running
from coursehub.talent.queries import rounds as queries
from coursehub.talent.queries.blocks import blocked_roots, is_blocked, root_of
from tests.asked import statements

from .big_round import RUNS, sealed_round
from .test_rounds import DAY, stage

__all__ = ["stage"]
pytestmark = pytest.mark.usefixtures("app")


def asked_for(cast, at, **size) -> int:
    """How many statements the run of a round of this size takes."""
    row = sealed_round(cast, at, **size)
    db.session.expire_all()
    with statements() as seen:
        round_running.run_round(row, at=at + RUNS)
    return len(seen)


def test_the_number_of_statements_grows_neither_with_pairs_nor_with_people(cast, at):
    few = asked_for(cast, at, people=12, seats=4, wishes=1)
    assert asked_for(cast, at, people=12, seats=8, wishes=6) == few
    assert asked_for(cast, at, people=60, seats=8, wishes=6) == few
    assert few < 40


def test_every_result_of_a_big_run_is_told_by_its_moves_and_proven_by_its_certificate(cast, at):
    row = sealed_round(cast, at, people=40, seats=10, wishes=5)
    round_running.run_round(row, at=at + RUNS)
    run = queries.runs_of(row)[0]
    results = list(db.session.execute(sa.select(MatchingResult).where(MatchingResult.round_id == row.id)).scalars())
    entries = {one.id: one for one in db.session.execute(sa.select(MatchingEntry)).scalars()}
    assert (len(results), run.matched) == (40, sum(one.state == "offered" for one in results))
    assert {one.state for one in results} == {"offered", "unmatched"}
    for one in results:
        moves = sa.select(Move.to_state).where(Move.machine == "match", Move.subject_id == one.id).order_by(Move.n)
        assert list(db.session.execute(moves).scalars()) == (["offered"] if one.state == "offered" else ["offered", "unmatched"])
        wishes, salt = round_lists.opened(row, queries.list_of(row, 1, entry=entries[one.entry_id]))
        verify(one.certificate, wishes=wishes, salt=salt, root=run.certificates_root)


def test_a_run_is_not_done_twice(cast, at):
    row = sealed_round(cast, at, people=8, seats=3, wishes=2)
    assert round_running.advance_rounds(at=at + RUNS) == 1
    before = results_of(row)
    assert round_running.advance_rounds(at=at + RUNS) == 0
    with pytest.raises(IllegalMove):
        round_running.run_round(row, at=at + RUNS)
    db.session.rollback()
    assert results_of(row) == before


def test_a_run_that_breaks_leaves_nothing_and_the_next_one_says_the_same(cast, at, monkeypatch):
    row = sealed_round(cast, at, people=8, seats=3, wishes=2)
    honest = round_running.begin_many

    def breaks(*args, **more):
        honest(*args, **more)
        raise OSError("the machine went away")

    with monkeypatch.context() as planted:
        planted.setattr(round_running, "begin_many", breaks)
        with pytest.raises(OSError, match="went away"):
            round_running.run_round(row, at=at + RUNS)
    db.session.rollback()
    assert results_of(row) == {} and db.session.get_one(MatchingRound, row.id).state == "sealed"
    round_running.run_round(row, at=at + RUNS)
    assert len(results_of(row)) == 8


def results_of(row):
    found = sa.select(MatchingResult).where(MatchingResult.round_id == row.id)
    return {one.entry_id: (one.opening_id, one.certificate["seal"]) for one in db.session.execute(found).scalars()}


def test_blocks_of_many_say_the_same_as_blocks_one_by_one(cast, at, stage):
    """Affiliates included, blocks that were lifted left out."""
    parent = db.session.get_one(Organisation, cast.harbour.id)
    child = db.session.get_one(Organisation, cast.beacon.id)
    child.parent_id = parent.id
    db.session.commit()
    stage.announced()
    for who in (stage.ada, stage.bo, stage.theo):
        stage.write(who, stage.harbour)
    blocks.block_organisation(child, by=stage.ada, at=at + DAY)
    blocks.block_organisation(parent, by=stage.bo, at=at + DAY)
    block = db.session.execute(sa.select(blocks.Block).where(blocks.Block.person_id == stage.bo.person_id)).scalar_one()
    blocks.lift_block(block, by=stage.bo, at=at + 2 * DAY)
    people = sa.select(MatchingEntry.person_id).where(MatchingEntry.round_id == stage.row.id)
    found = blocked_roots(people)
    for organisation in (parent, child, db.session.get_one(Organisation, cast.northwind.id)):
        for who in (stage.ada, stage.bo, stage.theo):
            assert ((who.person_id, root_of(organisation)) in found) == is_blocked(who.person_id, organisation.id)
    assert found == {(stage.ada.person_id, parent.id)}
    assert db.session.execute(sa.select(sa.func.count()).select_from(MatchingList)).scalar_one() == 3
