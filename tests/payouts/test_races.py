"""Several at once, and killed in between: nothing is paid twice."""

import pytest
import sqlalchemy as sa

from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.ledger.checks import check_books
from coursehub.ledger.models import Journal
from coursehub.payouts import operations, queries
from coursehub.payouts.checks import faults
from coursehub.payouts.models import PayoutRun, PayoutStep, RunDecision
from coursehub.people.actor import actor_for
from coursehub.people.models import Person
from tests.rigs.threads import at_once

from .rig import World


@pytest.fixture
def world(cast, at):
    return World(cast, at)


def journals(kind):
    return db.session.execute(sa.select(sa.func.count()).where(Journal.kind == kind)).scalar_one()


def sound():
    db.session.expire_all()
    return list(faults()) == [] and check_books().faults == ()


def test_of_many_who_confirm_or_take_back_at_once_one_wins(app, world, cast):
    world.sell()
    run_id, at = world.prepare().id, world.now
    stan, fay = cast.stan.id, cast.fay.id

    def confirm():
        operations.confirm_run(db.session.get_one(PayoutRun, run_id), by=actor_for(db.session.get_one(Person, stan)), at=at)

    def take_back():
        operations.take_run_back(db.session.get_one(PayoutRun, run_id), by=actor_for(db.session.get_one(Person, fay)), at=at)

    outcomes = at_once(app, confirm, take_back, confirm, take_back, confirm)
    assert sum(isinstance(each, Refusal) for each in outcomes) == 4, outcomes
    db.session.expire_all()
    kind = db.session.get_one(RunDecision, run_id).kind
    assert journals("payout") == (1 if kind == "confirmed" else 0)
    assert sound()


def test_answers_read_at_once_book_a_payout_once(app, world, cast):
    world.sell()
    run = world.prepare()
    world.confirm(run)
    (payout,) = queries.payouts_of_run(run.id)
    row, fay, at = f"{payout.public_id},paid,{world.now.date()},{payout.amount_minor / 100:.2f},CNY", cast.fay.id, world.now

    def read(n):
        raw = f"reference,result,date,amount,currency,bank_reference\n{row},B{n}\n".encode()
        return lambda: operations.import_answer(f"{n}.csv", raw, by=actor_for(db.session.get_one(Person, fay)), at=at)

    outcomes = at_once(app, read(1), read(1), read(2), read(3))
    assert sum(isinstance(each, Refusal) for each in outcomes) == 1, outcomes
    assert journals("payout_paid") == 1 and sound()


def test_a_refund_while_a_run_is_confirmed_leaves_books_that_agree(app, world, cast):
    sales = [world.sell() for _ in range(3)]
    run_id, at, stan = world.prepare().id, world.now, cast.stan.id

    def confirm():
        operations.confirm_run(db.session.get_one(PayoutRun, run_id), by=actor_for(db.session.get_one(Person, stan)), at=at)

    outcomes = at_once(app, confirm, *(lambda sale=sale, n=n: world.refund_as(sale, 60_000, n) for n, sale in enumerate(sales)))
    assert all(each is None or isinstance(each, operations.RunOutOfDate) for each in outcomes), outcomes
    assert sound()
    standing = world.standing
    assert standing.get("ready", 0) >= 0 and standing.get("held", 0) == 0
    if outcomes[0] is None:
        assert standing["way"] > 0


def test_holds_that_two_workers_end_at_once_end_once(app, world):
    for _ in range(4):
        world.sell(mature=False)
    at_once(app, *(lambda: operations.end_holds(at=world.now) for _ in range(3)))
    assert journals("mature") == 4 and sound()


class Killed(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("after", [1, 2, 3])
def test_killed_between_two_writes_nothing_is_half_done(world, cast, monkeypatch, after):
    """Dying while a run is confirmed, before any of its writes: afterwards it is confirmed as if nothing had been."""
    world.sell()
    run = world.prepare()
    before = world.standing
    seen = []
    plain = type(db.session()).flush

    def flush(session, *rest):
        seen.append(1)
        if len(seen) == after:
            raise Killed
        return plain(session, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(type(db.session()), "flush", flush)
        with pytest.raises(Killed):
            world.confirm(run)
    db.session.rollback()
    assert world.standing == before and queries.decision_of(run.id) is None
    world.confirm(run)
    assert journals("payout") == 1 and sound()
    assert db.session.execute(sa.select(sa.func.count()).select_from(PayoutStep)).scalar_one() == 1
