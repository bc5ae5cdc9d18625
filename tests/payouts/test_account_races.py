"""A partner removes an account in the moment in which finance pays to it: no payout is left without its account."""

import pytest
import sqlalchemy as sa

from coursehub.db import db
from coursehub.payouts import operations, queries
from coursehub.payouts.models import Payout, PayoutRun
from coursehub.people.actor import actor_for
from coursehub.people.models import Organisation, PayeeRecord, Person
from coursehub.people.operations.partners import payees_of
from tests.rigs.threads import at_once

from .rig import CNY, World
from .test_races import sound
from .test_removing_accounts import own

ROUNDS = 4


@pytest.fixture
def paid_to(app, cast, at):
    """Northwind has 700.00 ready, an account for yuan, and one for every currency beside it."""
    world = World(cast, at)
    world.sell()
    return world, own(world, CNY, "CNY")


def acting(person_id):
    return actor_for(db.session.get_one(Person, person_id))


def removing(world, record):
    northwind, record_id, finn, at = world.cast.northwind.id, record.id, world.cast.finn.id, world.now

    def act():
        account, partner = db.session.get_one(PayeeRecord, record_id), db.session.get_one(Organisation, northwind)
        operations.remove_account(account, partner, by=acting(finn), at=at)

    return act


def accounts_of_payouts():
    db.session.expire_all()
    found = sa.select(PayeeRecord).join(Payout, Payout.payee_record_id == PayeeRecord.id).order_by(Payout.id)
    return db.session.execute(found).scalars().all()


def test_a_run_prepared_while_its_account_goes_pays_to_one_that_stays(app, paid_to, cast):
    world, _first = paid_to
    fay, at = cast.fay.id, world.now

    def prepare():
        return operations.prepare_run("CNY", pay_on=at.date(), by=acting(fay), at=at).id

    for n in range(ROUNDS):
        (record,) = [each for each in payees_of(cast.northwind.id) if each.currency == "CNY"]
        acts = [prepare, removing(world, record)]
        outcomes = at_once(app, *(acts if n % 2 else acts[::-1]))
        prepared, removed = outcomes if n % 2 else outcomes[::-1]
        assert isinstance(prepared, int) and (removed is None or isinstance(removed, operations.PayoutUnderWay)), outcomes
        assert accounts_of_payouts()[-1].ended_at is None
        assert (accounts_of_payouts()[-1].currency == "") is (removed is None)
        run = db.session.get_one(PayoutRun, prepared)
        if n == ROUNDS - 1:
            world.confirm(run)
        else:
            operations.take_run_back(run, by=cast.acting(cast.fay), at=at)
            if removed is None:
                own(world, CNY, "CNY")
    assert sound()


def test_an_account_stays_while_the_run_to_it_is_confirmed_by_several(app, paid_to, cast):
    world, record = paid_to
    run_id, stan, at = world.prepare().id, cast.stan.id, world.now

    def confirm():
        operations.confirm_run(db.session.get_one(PayoutRun, run_id), by=acting(stan), at=at)

    remove = removing(world, record)
    outcomes = at_once(app, confirm, remove, confirm, remove)
    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "PayoutUnderWay", "PayoutUnderWay", "RunDecided"]
    assert [each.ended_at for each in accounts_of_payouts()] == [None]
    assert queries.step_of(queries.payouts_of_run(run_id)[0].id) == "ordered" and sound()


def test_taken_back_and_removed_at_once_nothing_is_paid_to_an_account_that_is_gone(app, paid_to, cast):
    world, record = paid_to
    run_id, fay, stan, at = world.prepare().id, cast.fay.id, cast.stan.id, world.now

    def take_back():
        operations.take_run_back(db.session.get_one(PayoutRun, run_id), by=acting(fay), at=at)

    def confirm():
        operations.confirm_run(db.session.get_one(PayoutRun, run_id), by=acting(stan), at=at)

    taken, removed, confirmed = at_once(app, take_back, removing(world, record), confirm)
    assert [taken, confirmed].count(None) == 1, (taken, confirmed)
    assert removed is None or isinstance(removed, operations.PayoutUnderWay), removed
    assert not (removed is None and confirmed is None)
    assert sound()


def test_removed_by_two_owners_at_once_an_account_ends_once(app, paid_to, cast):
    world, record = paid_to
    remove = removing(world, record)
    assert at_once(app, remove, remove, remove) == [None, None, None]
    assert [each.currency for each in payees_of(cast.northwind.id)] == [""] and sound()
