"""Lifecycles: random walks over every table, and the moves of a row tell its state again."""

import random

import pytest
import sqlalchemy as sa

from coursehub.db import db, new_public_id, transaction
from coursehub.talent.machines import MACHINES, IllegalMove, replay
from coursehub.talent.models import Move, TalentGrant
from coursehub.talent.operations import moving


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_every_state_can_be_reached_and_every_walk_ends_or_goes_on_by_the_table(machine):
    reached = {machine.start}
    chance = random.Random(20260302)
    for _ in range(400):
        state, made = machine.start, []
        for _ in range(12):
            ways = machine.possible(state)
            if not ways:
                break
            made.append(chance.choice(ways))
            state = machine.after(state, made[-1])
            reached.add(state)
        assert replay(machine, made) == state
    assert reached == set(machine.states)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_a_move_that_the_table_does_not_know_is_refused_with_a_sentence(machine):
    for state in machine.states:
        for step in machine.moves:
            if not machine.allows(state, step):
                with pytest.raises(IllegalMove, match="moved on"):
                    machine.after(state, step)


def test_a_final_state_has_no_way_out():
    for machine in MACHINES.values():
        assert all(not machine.possible(state) for state in machine.final)


def grant(cast, at) -> TalentGrant:
    return TalentGrant(
        public_id=new_public_id(), person_id=cast.ada.id, organisation_id=cast.harbour.id, purpose="hiring", fields=["display_name"],
        cause="request", asked_at=at, until_at=at,
    )  # fmt: skip


def test_each_move_leaves_a_row_and_the_rows_tell_the_state(cast, at):
    row, machine = grant(cast, at), MACHINES["grant"]
    ada = cast.acting(cast.ada)
    with transaction():
        moving.begin(row, machine, mover=cast.acting(cast.emma), at=at)
        moving.move(row, machine, "give", mover=ada, at=at, granted_at=at)
        moving.move(row, machine, "withdraw", mover=ada, at=at, reason="enough")
    rows = db.session.execute(sa.select(Move).where(Move.machine == "grant").order_by(Move.n)).scalars().all()
    assert [(m.move, m.from_state, m.to_state) for m in rows] == [
        ("begin", "", "requested"), ("give", "requested", "granted"), ("withdraw", "granted", "withdrawn"),
    ]  # fmt: skip
    assert replay(machine, [m.move for m in rows[1:]]) == row.state == "withdrawn"
    assert rows[-1].person_id == cast.ada.id
    assert rows[-1].reason == "enough"


def test_an_illegal_move_leaves_everything_as_it_was(cast, at):
    row, machine = grant(cast, at), MACHINES["grant"]
    with transaction():
        moving.begin(row, machine, mover=None, at=at)
    with pytest.raises(IllegalMove), transaction():
        moving.move(row, machine, "withdraw", mover=None, at=at)
    db.session.expire_all()
    assert row.state == "requested"
    assert db.session.execute(sa.select(sa.func.count(Move.id))).scalar_one() == 1


def test_nobody_rewrites_what_happened(cast, at):
    with transaction():
        moving.begin(grant(cast, at), MACHINES["grant"], mover=None, at=at)
    for statement in ("UPDATE move SET move = 'give'", "DELETE FROM move"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
            db.session.execute(sa.text(statement))
