"""A fact that was contested counts in the end as if all had been known at once: what was shared meanwhile is put right."""

from datetime import timedelta

import pytest

from coursehub.contracts import operations, queries
from coursehub.contracts.models import FactSettlement
from coursehub.contracts.operations import mature_sale, putting_right
from coursehub.contracts.operations.closing import close_month
from coursehub.contracts.operations.resharing import reattribute
from coursehub.contracts.operations.sharing import reinstate, release_reserves
from coursehub.db import db, transaction
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_OWES, PARTNER_READY, PARTNER_RESERVE
from coursehub.ledger.operations import AccountRef, Leg, post

from .facts_rig import DAY, WAYS, Register, sound
from .rig import draft_of_dispute, draft_of_refund

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def register(cast, at):
    return Register(cast, at)


@pytest.mark.parametrize("way", WAYS)
def test_a_fact_that_stands_had_counted_all_along_and_one_contested_at_once_that_falls_never_did(register, at, way):
    """Northwind alone stated a weight: all is its own, and nothing while that does not count."""
    fact = register.state(1_000, at)
    before = register.sell(at + DAY)
    register.contest(fact, at + 2 * DAY)
    meanwhile = register.sell(at + 3 * DAY)
    over = register.end(fact, way, at + 4 * DAY)
    after = register.sell(over + DAY)
    assert [register.got(sale) for sale in (before, meanwhile)] == [10_000, 0]
    assert register.put_right(over + 2 * DAY) == 1
    stands = way in ("accepted", "let_stand")
    assert [register.got(sale) for sale in (before, meanwhile, after)] == ([10_000] * 3 if stands else [0] * 3)
    sound()


@pytest.mark.parametrize("way", WAYS)
def test_whoever_was_silent_for_two_weeks_cannot_take_back_what_was_shared_till_then(register, at, way):
    fact = register.state(1_000, at)
    before = register.sell(at + 15 * DAY)
    register.contest(fact, at + 16 * DAY)
    meanwhile = register.sell(at + 17 * DAY)
    over = register.end(fact, way, at + 18 * DAY)
    register.put_right(over + DAY)
    stands = way in ("accepted", "let_stand")
    assert [register.got(sale) for sale in (before, meanwhile)] == [10_000, 10_000 if stands else 0]
    sound()


def test_a_fact_that_was_let_stand_once_cannot_be_made_never_to_have_counted(register, at):
    fact = register.state(1_000, at)
    sale = register.sell(at + DAY)
    register.contest(fact, at + 2 * DAY)
    register.end(fact, "accepted", at + 3 * DAY)
    register.contest(fact, at + 4 * DAY)
    register.end(fact, "upheld", at + 5 * DAY)
    assert register.put_right(at + 6 * DAY) == 0 and register.got(sale) == 10_000


@pytest.mark.parametrize(("days", "left"), [(13, 0), (15, 10_000)])
def test_what_is_taken_back_as_soon_as_it_was_told_shared_nothing(register, at, days, left):
    fact = register.state(1_000, at)
    sale = register.sell(at + DAY)
    operations.take_back_fact(fact, by=register.pia, at=at + days * DAY)
    assert register.put_right(at + 20 * DAY) == (left == 0) and register.got(sale) == left
    sound()


def test_an_earlier_weight_counts_again_where_the_later_one_falls_and_other_sides_keep_theirs(register, at):
    """100 : 300, then 300 : 300 for a while, then as before."""
    register.state(300, at, own=False)
    register.state(100, at)
    fact = register.state(300, at + DAY)
    sale = register.sell(at + 2 * DAY)
    register.contest(fact, at + 3 * DAY)
    meanwhile = register.sell(at + 4 * DAY)
    assert [register.got(one) for one in (sale, meanwhile)] == [5_000, 2_500]
    register.end(fact, "upheld", at + 5 * DAY)
    assert register.put_right(at + 6 * DAY) == 1
    assert [register.got(one) for one in (sale, meanwhile)] == [2_500, 2_500]
    sound()


def test_two_facts_under_contest_put_a_sale_right_whichever_ends_first(register, at):
    """Alone Northwind gets all, with the house's weight three quarters of it."""
    own, other = register.state(300, at), register.state(100, at, own=False)
    register.contest(own, at + DAY)
    operations.contest_fact(other, by=register.pia, at=at + DAY, reason="Not so")
    sale = register.sell(at + 2 * DAY)
    register.end(own, "accepted", at + 3 * DAY)
    assert register.put_right(at + 4 * DAY) == 1 and register.got(sale) == 10_000
    operations.settle_contest(other, by=register.pia, at=at + 5 * DAY)
    assert register.put_right(at + 6 * DAY) == 1 and register.got(sale) == 7_500
    sound()


def test_hours_that_were_contested_count_again_but_none_that_another_side_had_approved_are_undone(cast, at):
    register = Register(cast, at, kind="approved_minutes")
    fact = register.state(60, at, kind="approved_minutes")
    early = register.sell(at + DAY)
    operations.approve_fact(fact, by=register.stan, at=at + 2 * DAY)
    approved = register.sell(at + 3 * DAY)
    register.contest(fact, at + 4 * DAY)
    meanwhile = register.sell(at + 5 * DAY)
    register.end(fact, "accepted", at + 6 * DAY)
    assert register.put_right(at + 7 * DAY) == 1
    assert [register.got(one) for one in (early, approved, meanwhile)] == [0, 10_000, 10_000]
    register.contest(fact, at + 8 * DAY)
    register.end(fact, "upheld", at + 9 * DAY)
    assert register.put_right(at + 10 * DAY) == 0 and register.got(approved) == 10_000
    sound()


def test_many_sales_are_put_right_in_batches_and_what_it_came_to_is_written_down(register, at, monkeypatch):
    monkeypatch.setattr(putting_right, "AT_ONCE", 3)
    fact = register.state(1_000, at)
    register.contest(fact, at + DAY)
    sales = [register.sell(at + 2 * DAY) for _n in range(7)]
    register.end(fact, "accepted", at + 3 * DAY)
    assert register.put_right(at + 4 * DAY) == 7 and {register.got(sale) for sale in sales} == {10_000}
    (settlement,) = db.session.query(FactSettlement).all()
    house = register.cast.house.public_id
    assert (settlement.sales, settlement.done_at) == (7, at + 4 * DAY)
    assert settlement.moved == {"CNY": {register.own: 70_000, house: -70_000}}
    assert queries.settlements_of([fact.id]) == {fact.id: [settlement]}


def test_nothing_is_looked_at_where_nothing_was_sold_meanwhile(register, at):
    fact = register.state(1_000, at)
    register.sell(at + DAY)
    register.contest(fact, at + 2 * DAY)
    register.end(fact, "accepted", at + 3 * DAY)
    assert db.session.query(FactSettlement).count() == 0


def test_what_went_back_and_came_again_meanwhile_is_put_right_by_what_is_left_of_the_sale(register, at):
    fact = register.state(1_000, at)
    register.contest(fact, at + DAY)
    sale = register.sell(at + 2 * DAY)
    taken = register.share(draft_of_dispute(register.course, at + 3 * DAY, 4_000), at + 3 * DAY)
    register.share(draft_of_refund(register.course, at + 4 * DAY, 2_500), at + 4 * DAY)
    register.end(fact, "accepted", at + 5 * DAY)
    assert register.put_right(at + 6 * DAY) == 1 and register.got(sale) == 3_500
    with transaction():
        reinstate(taken, effect_key="dispute:1:back", occurred_at=at + 7 * DAY, at=at + 7 * DAY)
    assert register.got(sale) == 7_500
    register.share(draft_of_refund(register.course, at + 8 * DAY, 7_500, "refund:2"), at + 8 * DAY)
    assert register.got(sale) == 0 and register.stood(PARTNER_HELD) == [0]
    sound()


def test_a_sale_that_went_back_whole_meanwhile_has_nothing_to_put_right_but_its_return_has(register, at):
    fact = register.state(1_000, at)
    register.contest(fact, at + DAY)
    sale = register.sell(at + 2 * DAY)
    taken = register.share(draft_of_dispute(register.course, at + 3 * DAY, 10_000), at + 3 * DAY)
    register.end(fact, "accepted", at + 5 * DAY)
    register.put_right(at + 6 * DAY)
    assert register.got(sale) == 0
    with transaction():
        reinstate(taken, effect_key="dispute:1:back", occurred_at=at + 7 * DAY, at=at + 7 * DAY)
    assert register.got(sale) == 10_000
    sound()


def test_it_is_on_hold_with_its_sale_and_in_reserve_or_ready_and_what_was_let_go_of_is_owed(cast, at):
    register = Register(cast, at, hold={"days": 14}, reserve={"share_bps": 2_000, "days": 60})
    fact = register.state(1_000, at)
    codes = (PARTNER_HELD, PARTNER_RESERVE, PARTNER_READY, PARTNER_OWES)
    early = register.sell(at + DAY)
    register.contest(fact, at + 2 * DAY)
    late = register.sell(at + 3 * DAY)
    assert register.stood(*codes) == [8_000, 2_000, 0, 0]
    mature_sale(early, at=at + 20 * DAY)
    mature_sale(late, at=at + 20 * DAY)
    register.end(fact, "upheld", at + 21 * DAY, answered_at=at + 3 * DAY)
    assert register.put_right(at + 22 * DAY) == 1
    assert register.stood(*codes) == [0, 0, 0, 0] and release_reserves(at=at + 90 * DAY) == 0
    sound()


def test_what_was_paid_out_already_is_owed_back(register, at):
    fact = register.state(1_000, at)
    sale = register.sell(at + DAY)
    operations.contest_fact(fact, by=register.stan, at=at + 2 * DAY, reason="Not so")
    mature_sale(sale, at=sale.held_until)
    with transaction():
        legs = [Leg(AccountRef(PARTNER_READY, register.own), 10_000), Leg(AccountRef("asset:bank"), -10_000)]
        post(kind="payout", effect_key="payout:1", occurred_at=at, at=at, currency="CNY", postings=legs)
    register.end(fact, "upheld", sale.held_until, answered_at=at + 3 * DAY)
    assert register.put_right(sale.held_until + DAY) == 1
    assert register.stood(PARTNER_HELD, PARTNER_READY, PARTNER_OWES) == [0, 0, -10_000]
    sound()


def test_a_sale_keeps_how_it_came_and_what_was_contributed_when_the_other_of_the_two_is_put_right(cast, at):
    """A tenth for the house by the link, all of the rest by modules: 9,000 for Northwind, in either order."""
    rates = {"party": cast.house.public_id, "channels": [], "rest": {"share_bps": 5_000, "cap_minor": None}}
    rates["channels"] = [{"channel": "partner_link", "share_bps": 1_000, "cap_minor": None}]
    register = Register(cast, at, rates=rates)
    fact = register.state(1_000, at)
    register.contest(fact, at + DAY)
    first, second = register.sell(at + 2 * DAY), register.sell(at + 2 * DAY)

    def came_by_the_link(sale, n):
        with transaction():
            reattribute(sale, channel="partner_link", attributed=register.own, contest=f"c{n}", at=at + n * DAY)

    came_by_the_link(first, 3)
    register.end(fact, "accepted", at + 4 * DAY)
    register.put_right(at + 5 * DAY)
    came_by_the_link(second, 6)
    assert [register.got(sale) for sale in (first, second)] == [9_000, 9_000]
    assert close_month(register.contract, "2026-03", at=at + timedelta(days=60)) is False
    sound()


def test_a_close_replays_what_counts_now_where_clauses_count_over_several_sales(cast, at):
    """Costs of 80.00 come back to the house first, half of what is left each time; only the rest is divided by modules."""
    recoup = [{"id": "film", "party": cast.house.public_id, "amount_minor": 8_000, "share_bps": 5_000}]
    register = Register(cast, at, recoup=recoup)
    fact = register.state(1_000, at)
    register.contest(fact, at + DAY)
    sales = [register.sell(at + (2 + n) * DAY) for n in range(2)]
    register.end(fact, "accepted", at + 5 * DAY)
    assert register.put_right(at + 6 * DAY) == 2
    assert [register.got(sale) for sale in sales] == [5_000, 7_000]
    assert not close_month(register.contract, "2026-03", at=at + timedelta(days=60))
    sound()
