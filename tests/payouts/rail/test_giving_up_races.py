"""Two persons and the provider in the same moment: a refused reversal is given up once, or not at all."""

import pytest
import sqlalchemy as sa

from coursehub.db import db
from coursehub.payouts import operations, queries
from coursehub.payouts.models import BackGivenUp, Payout, PayoutStep, TransferTrouble
from coursehub.people.actor import actor_for
from coursehub.people.models import Person
from tests.payouts.rail.test_giving_up import paid, refused
from tests.payouts.rail.test_transfers import SHARE
from tests.rigs.threads import at_once

__all__ = ["paid", "refused"]


def acting(person_id):
    return actor_for(db.session.get_one(Person, person_id))


def proposals():
    db.session.expire_all()
    return db.session.execute(sa.select(BackGivenUp).order_by(BackGivenUp.id)).scalars().all()


def test_of_those_who_propose_an_ending_at_once_one_is_heard(app, refused, cast):
    world, payout = refused
    payout_id, at = payout.id, world.now

    def proposing(person_id, ending):
        def act():
            wanted = db.session.get_one(Payout, payout_id)
            operations.propose_giving_up(wanted, ending=ending, words="So it was.", by=acting(person_id), at=at)

        return act

    wishes = [(cast.fay.id, "back"), (cast.stan.id, "keeps"), (cast.fay.id, "lost"), (cast.stan.id, "back")]
    outcomes = at_once(app, *(proposing(*wish) for wish in wishes))
    assert sum(isinstance(each, operations.GivenUpAlready) for each in outcomes) == 3, outcomes
    (row,) = proposals()
    assert (row.proposed_by_id, row.ending) == wishes[outcomes.index(None)] and row.is_confirmed is None
    world.sound()


@pytest.mark.parametrize("ending", ["back", "lost", "keeps"])
def test_confirmed_and_declined_at_once_it_ends_one_way_and_is_booked_once(app, refused, cast, ending):
    world, payout = refused
    before, at = world.stood(), world.now
    row_id = operations.propose_giving_up(payout, ending=ending, words="Agreed.", by=world.fay, at=at).id
    fay, stan = cast.fay.id, cast.stan.id

    def confirm():
        operations.confirm_giving_up(db.session.get_one(BackGivenUp, row_id), by=acting(stan), at=at)

    def decline():
        operations.decline_giving_up(db.session.get_one(BackGivenUp, row_id), by=acting(fay), at=at)

    outcomes = at_once(app, confirm, decline, confirm, decline, confirm)
    assert sum(isinstance(each, operations.ProposalAnswered) for each in outcomes) == 4, outcomes
    (row,) = proposals()
    confirmed = outcomes.index(None) in (0, 2, 4)
    assert row.is_confirmed is confirmed
    gained = SHARE if confirmed and ending != "keeps" else 0
    assert world.stood()["ready"] == before["ready"] + gained
    returned = sa.select(sa.func.count()).where(PayoutStep.kind == "returned")
    assert db.session.execute(returned).scalar_one() == bool(gained)
    assert bool(queries.standing_still()) is not confirmed
    world.sound()


def test_given_up_and_tried_again_at_once_one_of_the_two_happens(app, refused, cast):
    world, payout = refused
    payout_id, before, at = payout.id, world.stood(), world.now
    row_id = operations.propose_giving_up(payout, ending="lost", words="Agreed.", by=world.fay, at=at).id
    trouble_id, fay, stan = queries.standing_still()[0][0].id, cast.fay.id, cast.stan.id

    def confirm():
        operations.confirm_giving_up(db.session.get_one(BackGivenUp, row_id), by=acting(stan), at=at)

    def again():
        operations.try_again(db.session.get_one(TransferTrouble, trouble_id), by=acting(fay), at=at)

    first, tried, second = at_once(app, confirm, again, confirm)
    (row,) = proposals()
    was_tried = db.session.get_one(TransferTrouble, trouble_id).again_at is not None
    assert tried is None and bool(row.is_confirmed) is not was_tried
    expected = {operations.NotRefused} if was_tried else {type(None), operations.ProposalAnswered}
    assert {type(first), type(second)} == expected
    world.shop.work(at)
    assert world.stood()["ready"] == before["ready"] + (0 if was_tried else SHARE)
    assert queries.step_of(payout_id) == ("paid" if was_tried else "returned")
    world.sound()
