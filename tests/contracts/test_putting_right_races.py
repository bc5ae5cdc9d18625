"""Threads around a fact that is settled: whoever comes first, every sale ends with what it is due, once."""

import pytest

from coursehub.catalog.models import Course
from coursehub.contracts import operations, queries
from coursehub.contracts.models import ContributionFact, MoneyEvent, Terms
from coursehub.contracts.operations.contests import run_out_contests
from coursehub.contracts.operations.course_parts import release_parts
from coursehub.contracts.operations.hiring import share_rebate
from coursehub.contracts.operations.putting_right import put_facts_right
from coursehub.db import db, transaction
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_OWES, PARTNER_READY
from coursehub.people.actor import actor_for
from coursehub.people.models import Person

from .facts_rig import DAY, Register, sound
from .rig import draft_of_refund, draft_of_sale
from .test_fee_legs import announced, hired
from .test_races import at_once

pytestmark = pytest.mark.usefixtures("app")
ROUNDS = 4


def shared(register, make, at):
    """A sale or refund in a thread of its own; `make` gives its draft."""
    course_id, terms_id = register.course.id, register.terms.id

    def act():
        with transaction():
            return operations.share(make(db.session.get_one(Terms, terms_id), db.session.get_one(Course, course_id)), at=at).id

    return act


def accepting(register, fact, at):
    fact_id, person_id = fact.id, register.cast.stan.id

    def act():
        by = actor_for(db.session.get_one(Person, person_id))
        operations.settle_contest(db.session.get_one(ContributionFact, fact_id), by=by, at=at)

    return act


def had(register):
    """What Northwind has of every sale by now."""
    db.session.expire_all()
    sales = db.session.query(MoneyEvent).filter(MoneyEvent.kind.in_(("sale", "hire"))).order_by(MoneyEvent.id).all()
    return [register.got(sale) for sale in sales]


def test_a_sale_while_the_contest_is_settled_counts_the_fact_whichever_is_first(app, cast, at):
    register = Register(cast, at)
    for n in range(ROUNDS):
        begun = at + 20 * n * DAY
        fact = register.state(1_000 + n, begun)
        register.contest(fact, begun + DAY)
        moment = begun + 16 * DAY
        draft = {"tax_bps": 0, "fee_minor": 0}
        selling = shared(
            register, lambda terms, course, n=n, moment=moment, draft=draft: draft_of_sale(terms, course, moment, f"sale:{n}", **draft),
            moment,
        )  # fmt: skip
        operations.answer_contest(fact, by=register.pia, at=begun + DAY, answer="But it is")
        outcomes = at_once(
            app, selling, accepting(register, fact, moment), lambda moment=moment: run_out_contests(at=moment), selling
        )
        assert not [one for one in outcomes if isinstance(one, Exception) and "contest" not in str(one)], outcomes
        at_once(app, lambda at=moment: put_facts_right(at=at), lambda at=moment: put_facts_right(at=at))
        assert had(register) == [10_000] * (n + 1)
    sound()


def test_two_workers_put_each_sale_right_once_while_parts_of_it_go_back(app, cast, at):
    register = Register(cast, at)
    fact = register.state(1_000, at)
    register.contest(fact, at + DAY)
    for _n in range(6):
        register.sell(at + 2 * DAY)
    register.end(fact, "accepted", at + 3 * DAY)
    later = at + 4 * DAY
    acts = [
        shared(register, lambda _terms, course, n=n: draft_of_refund(course, later, 3_333, f"refund:{n}", f"sale:{n}"), later)
        for n in range(1, 4)
    ]
    outcomes = at_once(app, lambda: put_facts_right(at=later), lambda: put_facts_right(at=later), *acts)
    assert not [one for one in outcomes if isinstance(one, Exception)] and sum(outcomes[:2]) == 6
    assert had(register) == [6_667] * 3 + [10_000] * 3
    anew = [one for n in range(1, 7) for one in queries.reshared_of(queries.event_for(f"sale:{n}"))]
    assert len([one for one in anew if one.effect_key.startswith("reshared:fact:")]) == 6
    sound()


@pytest.mark.parametrize("rebate", [0, 600_000])
def test_a_fee_that_is_let_go_of_or_goes_back_while_it_is_put_right_leaves_nothing_on_hold(app, cast, at, rebate):
    register, prices = Register(cast, at), announced(cast, at)
    fact = register.state(1_000, at)
    register.state(1_000, at, own=False)
    register.contest(fact, at + DAY)
    booked = hired(cast, at + 2 * DAY, prices, {register.course.public_id: 1})
    register.end(fact, "accepted", at + 3 * DAY)
    later = at + 4 * DAY

    def back():
        with transaction():
            share_rebate(booked, effect_key="placement:p1:rebate", amount_minor=rebate, occurred_at=later, at=later)

    def let_go():
        with transaction():
            release_parts(booked, effect_key="placement:p1:released", at=later)

    outcomes = at_once(app, lambda: put_facts_right(at=later), back if rebate else let_go)
    assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
    let_go()
    due = 0 if rebate else 113_207
    assert had(register) == [due] and register.stood(PARTNER_HELD, PARTNER_READY, PARTNER_OWES) == [0, due, 0]
    sound()
