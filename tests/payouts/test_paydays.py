"""What terms promise about paying out: the amount from which it leaves, the day, and whom the desk reminds of it."""

from datetime import timedelta

import pytest

from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.models import Contract
from coursehub.contracts.operations.sharing import release_reserves
from coursehub.contracts.prose import text_of
from coursehub.contracts.terms import parse
from coursehub.db import db
from coursehub.payouts import queries
from tests.cast import sign_in
from tests.contracts.rig import agree
from tests.contracts.test_waterfall import JOINT

from .rig import World

DAY = timedelta(days=1)
WEEKLY = {"payday": {"every": "week", "minimum_minor": 500}}


def test_terms_say_when_and_from_which_amount_in_both_languages():
    body = compile_terms({**JOINT, **WEEKLY})
    assert "每周" in text_of(body, "zh-CN") and "不足5.00元" in text_of(body, "zh-CN")
    english = text_of(body, "en")
    assert "at least once a week" in english and "Less than 5.00 CNY waits for the next time" in english
    assert "No amount is too small" in text_of(
        parse({**JOINT, "payday": {"every": "month", "minimum_minor": 0}}), "en"
    )  # as was signed before


@pytest.mark.parametrize(("terms", "reason"), [({}, "below_minimum"), (WEEKLY, "")])
def test_the_amount_from_which_money_leaves_is_the_one_that_was_signed(cast, at, terms, reason):
    world = World(cast, at, **terms)
    world.sell(gross=2_000)
    assert [each.reason for each in queries.proposal("CNY", world.now)] == [reason]


def test_the_desk_reminds_finance_until_a_run_is_prepared(cast, at, client):
    world = World(cast, at, **WEEKLY)  # it is 1 April 2026, a Wednesday: Monday the 30th has come, the fifteenth of April not
    assert queries.due_today(world.now) == []
    world.sell()
    (due,) = queries.due_today(world.now)
    assert (due.party, due.currency) == (cast.northwind.public_id, "CNY")
    sign_in(client, cast.fay)
    assert "partner is to be paid" in client.get("/house").text
    run = world.prepare()
    assert queries.due_today(world.now) == []
    world.confirm(run)
    world.sell()
    assert queries.due_today(world.now + DAY) == [], "paid this week already"
    assert len(queries.due_today(world.now + 7 * DAY)) == 1, "the next Monday has come"


def test_without_a_promise_the_houses_day_counts(cast, at):
    world = World(cast, at)
    world.sell()
    assert len(queries.due_today(world.now)) == 1, "the fifteenth of March has come"
    run = world.prepare()
    world.confirm(run)
    world.sell()
    assert queries.due_today(world.now + 7 * DAY) == []
    assert len(queries.due_today(world.now + 14 * DAY)) == 1


def ended(world, at, **terms):
    """Other terms begin, without the promise of those before."""
    contract = db.session.get_one(Contract, world.terms.contract_id)
    world.terms = agree(world.cast, world.course, at, contract=contract, **terms)[1]


def is_promised(world, at):
    return (world.cast.northwind.id, "CNY") in queries.promised(at)


def test_what_was_earned_under_a_promise_is_paid_by_it_after_its_terms_ended(cast, at):
    world = World(cast, at, **WEEKLY)
    world.sell(gross=2_000)
    ended(world, at + DAY)
    assert is_promised(world, world.now)
    assert [each.reason for each in queries.proposal("CNY", world.now)] == [""] and len(
        queries.due_today(world.now + 7 * DAY)
    ) == 1
    run = world.prepare()
    assert is_promised(world, world.now), "prepared is not paid"
    world.confirm(run, at=world.now + timedelta(hours=1))
    assert not is_promised(world, world.now + 2 * timedelta(hours=1))
    world.now += DAY
    world.sell(gross=2_000)  # under the terms that came after
    assert [each.reason for each in queries.proposal("CNY", world.now)] == ["below_minimum"]


def test_a_promise_without_money_ends_with_its_terms(cast, at):
    world = World(cast, at, **WEEKLY)
    assert is_promised(world, at)
    ended(world, at + DAY)
    assert not is_promised(world, at + DAY)


def test_a_promise_holds_while_money_of_it_is_on_hold_or_came_back_from_the_bank_and_not_for_what_was_refunded(cast, at):
    world = World(cast, at, **WEEKLY)
    sale, given_back = world.sell(gross=3_000), world.sell(gross=2_000, mature=False)
    world.refund(given_back, 2_000)
    waiting = world.sell(gross=2_500, mature=False)
    ended(world, at + DAY)
    world.confirm(run := world.prepare())
    assert is_promised(world, world.now), "one sale is on hold still"
    world.refund(waiting, 2_500)
    assert not is_promised(world, world.now), f"all that stands, {sale}, was paid, and the others went back"
    (payout,) = queries.payouts_of_run(run.id)
    world.answer((payout.public_id, "bounced", payout.amount_minor))
    assert is_promised(world, world.now), "the bank sent it back"


def test_a_promise_holds_while_a_reserve_keeps_money_of_it(cast, at):
    world = World(cast, at, reserve={"share_bps": 1_000, "days": 90}, **WEEKLY)
    world.sell(gross=50_000)
    ended(world, at + DAY)
    world.confirm(world.prepare())
    assert is_promised(world, world.now)
    after = at + 91 * DAY
    release_reserves(at=after)
    assert [each.reason for each in queries.proposal("CNY", after)] == [""], "35.00 is less than the house would pay"
    world.now = after + DAY
    world.confirm(world.prepare())
    assert not is_promised(world, world.now)


def test_a_partner_reads_its_own_rhythm(cast, at, client):
    world = World(cast, at, **WEEKLY)
    world.sell(gross=700)
    sign_in(client, cast.finn)
    assert "every week, as your terms say" in client.get("/studio/payouts").text
