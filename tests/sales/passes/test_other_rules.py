"""What the past months of a pass would have given under another rule: in the simulation of terms, from the minutes of then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from coursehub import clock
from coursehub.contracts import operations as contracts
from coursehub.contracts import queries as terms_queries
from coursehub.contracts.clauses import Pool
from coursehub.contracts.models import Contract
from coursehub.contracts.pool_past import pooled_months
from coursehub.contracts.pools import RULES
from coursehub.contracts.replay import replay
from coursehub.contracts.terms import to_data
from coursehub.contracts.views import simulating
from coursehub.contracts.views.simulating import simulated
from coursehub.db import db
from coursehub.sales.passes import operations, queries
from coursehub.sales.passes.comparing import compare
from tests.cast import sign_in
from tests.contracts.rig import in_force
from tests.sales.passes.rig import RULE

DAY = timedelta(days=1)
OTHERS = [Pool(rule, floor, unused) for rule in RULES for floor in (0, 5, 30) for unused in ("house", "together")]


@pytest.fixture
def month(story, cast):
    """Ada learns 60 minutes of Python and 20 of SQL, Bo 10 of Python and 3 of SQL, Theo nothing; all in April, which is shared."""
    mine = [story.take(person) for person in (cast.ada, cast.bo, cast.theo)]
    for which, minutes in ((mine[0], (60, 20)), (mine[1], (10, 3))):
        for course, each in zip(story.courses, minutes, strict=True):
            story.learn(which, course, each)
    story.wait(31, *mine)
    story.wait(30)
    return story.share(story.draw_up("2026-04"))


def contract_of(story, course):
    terms = in_force(course, story.now)
    return db.session.get_one(Contract, terms.contract_id), terms_queries.body_of(terms)


def past_of(story, contract, *pools):
    return terms_queries.past_of(contract.id, story.now - 365 * DAY, currency="CNY", most=100, pools=pools)[0]


def test_the_rule_of_the_pass_gives_what_was_booked_also_after_refunds(story, cast, month):
    periods = queries.periods_in(month.id)
    operations.refund_period(periods[0], amount_minor=3_333, by=story.house, at=story.now)
    operations.refund_period(periods[1], amount_minor=9_900, by=story.house, at=story.now)
    story.work(story.now)
    for course in story.courses:
        contract, body = contract_of(story, course)
        (told,) = pooled_months(contract.id, story.now - 365 * DAY, OTHERS, most=100)
        (each,) = past_of(story, contract, *OTHERS)
        assert told.part(RULE, str(course.id)) == (each.sale.gross_minor, each.refunded_minor) and each.refunded_minor
        assert all(row.change_minor == 0 for row in replay([each], body, [cast.northwind.public_id, cast.house.public_id]))


@pytest.mark.parametrize("pool", OTHERS, ids=lambda pool: f"{pool.rule}-{pool.floor_minutes}-{pool.unused}")
def test_another_rule_divides_the_same_minutes(story, cast, month, pool):
    """As sharing the month by it would have done: what courses get together is what the three rules side by side say."""
    beside = replace(queries.sharing_of(story.on_offer, month))
    story.on_offer.rule, story.on_offer.floor_minutes, story.on_offer.unused = pool.rule, pool.floor_minutes, pool.unused
    compared = compare(story.on_offer, beside, at=story.now)
    db.session.rollback()
    for course in story.courses:
        contract, body = contract_of(story, course)
        moved = replay(past_of(story, contract, pool), replace(body, pool=pool), [cast.northwind.public_id, cast.house.public_id])
        assert sum(row.after_minor for row in moved) == compared.courses[course.id][RULES.index(pool.rule)]


def test_the_simulation_says_what_another_rule_would_have_given_and_that_other_courses_are_not_in_it(story, cast, month):
    contract, body = contract_of(story, story.courses[1])
    other = replace(body, pool=replace(RULE, rule="courses_each"))
    year = simulated(contract, other, body, story.now)
    assert (year.divided_anew, year.kinds) == (1, {"period": 1})
    (effect,) = [each for each in year.effects if each.by_party]
    # of Ada's 8853 SQL had 20 of 80 minutes and would have had the half: 2213 and 4426; Bo's three minutes stay below the floor
    assert sum(effect.by_party.values()) in (2_213, 2_214) and min(effect.by_party.values()) > 0
    assert simulated(contract, body, body, story.now).divided_anew == 0


def test_months_with_too_many_periods_stay_as_they_were_shared_and_the_page_says_so(story, cast, month, monkeypatch):
    contract, body = contract_of(story, story.courses[1])
    other = replace(body, pool=replace(RULE, rule="courses_each"))
    monkeypatch.setattr(simulating, "MOST_AT_ONCE", 2)  # three periods ended in April
    year = simulated(contract, other, body, story.now)
    assert (year.divided_anew, year.as_shared) == (0, 1) and all(row.change_minor == 0 for row in year.moved)
    assert simulated(contract, other, body, story.now, whole=True).divided_anew == 1
    assert simulated(contract, body, body, story.now).as_shared == 0


def test_a_course_that_got_nothing_is_in_the_simulation_of_a_rule_that_gives_it_something(story, cast):
    mine = story.take(cast.bo)
    story.learn(mine, story.courses[0], 10)
    story.learn(mine, story.courses[1], 3)
    story.wait(31, mine)
    story.wait(30)
    story.share(story.draw_up("2026-04"))
    contract, body = contract_of(story, story.courses[1])
    assert past_of(story, contract) == []
    year = simulated(contract, replace(body, pool=replace(RULE, floor_minutes=0)), body, story.now)
    assert year.kinds == {} and year.left_out == 0 and {row.before_minor for row in year.moved} == {0}
    assert sum(row.after_minor for row in year.moved) == round((9_900 - 560 - 487) * 3 / 13)


def test_the_page_of_a_proposal_says_on_what_it_rests(story, cast, month, client, monkeypatch):
    contract, body = contract_of(story, story.courses[1])
    data = to_data(replace(body, pool=replace(RULE, rule="courses_each"), starts=None))
    monkeypatch.setattr(clock, "now", lambda: story.now)
    offered = contracts.propose_terms(contract, terms=data, by=cast.acting(cast.pia), at=story.now)
    page = sign_in(client, cast.pia, at=story.now).get(
        f"/studio/contracts/{contract.public_id}/proposals/{offered.public_id}", headers={"Accept-Language": "en"}
    )
    assert "divided by the rule of these terms" in page.text and "the course leaves it" in page.text
