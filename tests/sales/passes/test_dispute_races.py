"""A bank takes or gives back the money of a period in the very moment in which its month is shared; threads on the real database."""

import pytest
import sqlalchemy as sa

from coursehub.db import db
from coursehub.ledger.checks import check_books
from coursehub.people.actor import actor_for
from coursehub.people.models import Person
from coursehub.sales.models import PassPeriod, PaymentDispute, PoolMonth
from coursehub.sales.operations import follow_dispute
from coursehub.sales.passes import operations, queries
from tests.sales.passes.test_disputes import DAY, NET, disputed, standing, used
from tests.sales.test_races import at_once

NOTHING = {"pool": 0, "held": 0, "house": 0, "unused": 0}
ALL = {"pool": 0, "held": 6_197, "house": 2_656, "unused": 0}


def drawn_up(story):
    """April's minutes are fixed and can be shared."""
    story.wait(61)
    month = story.draw_up("2026-04")
    story.now = month.drawn_up_at + operations.TIME_TO_CONTEST
    return month


def sharing(month, story):
    stan, id, now = story.cast.stan.id, month.id, story.now
    return lambda: operations.share_month(
        db.session.get_one(PoolMonth, id), by=actor_for(db.session.get_one(Person, stan)), at=now
    )


def reading(number, at):
    return lambda: follow_dispute(number, at=at).state


@pytest.mark.parametrize("round", range(3))
def test_money_taken_while_the_month_is_shared_is_taken_once_from_whoever_has_it(app, story, cast, round):
    _mine, period = used(story, cast)
    month = drawn_up(story)
    number = story.sandbox.tell("disputes", charge=period.rail_charge_id)["id"]
    told = at_once(app, reading(number, story.now), sharing(month, story), reading(number, story.now))
    assert not [each for each in told if isinstance(each, Exception)], told
    db.session.expire_all()
    assert standing(story) == NOTHING and check_books().faults == ()
    story.sandbox.tell("disputes", dispute=number, won=True)
    story.now += DAY
    told = at_once(app, *(reading(number, story.now) for _n in range(3)))
    db.session.expire_all()
    assert told == ["won"] * 3 and standing(story) == ALL and check_books().faults == ()


@pytest.mark.parametrize("round", range(3))
def test_money_given_back_while_the_month_is_shared_reaches_the_courses_once(app, story, cast, round):
    _mine, period = used(story, cast)
    number, _dispute = disputed(story, period)
    month = drawn_up(story)
    story.sandbox.tell("disputes", dispute=number, won=True)
    told = at_once(app, reading(number, story.now), sharing(month, story), reading(number, story.now))
    assert not [each for each in told if isinstance(each, Exception)], told
    db.session.expire_all()
    assert standing(story) == ALL and check_books().faults == ()
    shared = db.session.execute(sa.select(PoolMonth.funded_minor, PoolMonth.distributed_minor)).one()
    assert tuple(shared) == (NET, NET) and db.session.get_one(PassPeriod, period.id).pooled_minor == NET


@pytest.mark.parametrize("round", range(3))
def test_a_refund_in_the_moment_of_a_dispute_gives_the_money_back_once(app, story, cast, round):
    _mine, period = used(story, cast)
    story.share(drawn_up(story))
    refund = operations.refund_period(period, amount_minor=4_000, by=story.house, at=story.now)
    number = story.sandbox.tell("disputes", charge=period.rail_charge_id)["id"]
    id, now = refund.id, story.now
    at_once(app, reading(number, now), lambda: operations.send(db.session.get_one(type(refund), id), at=now).state)
    db.session.expire_all()
    dispute = db.session.execute(sa.select(PaymentDispute)).scalar_one()
    assert (refund.state, dispute.shared_minor) == ("failed", 9_900), "the rail refunds nothing that a bank has"
    assert queries.left_minor(period) == 0 and standing(story) == NOTHING
