"""What the rail never answers about must not keep other orders from being closed or settled."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from coursehub import rails
from coursehub.db import db
from coursehub.rails.stripe import StripeRail
from coursehub.sales import operations, queries
from coursehub.sales.operations import charging
from coursehub.sales.operations.turns import in_turn
from tests.asked import statements
from tests.sales.test_disputes import decide, open_dispute
from tests.sandbox.rig import KEY, SECRET


class HalfAway(StripeRail):
    """The rail answers about every page but these."""

    lost: frozenset[str] = frozenset()

    def read_session(self, session_id):
        if session_id in self.lost:
            raise rails.RailAway("no answer")
        return super().read_session(session_id)

    def read_agreement(self, session_id):
        if session_id in self.lost:
            raise rails.RailAway("no answer")
        return super().read_agreement(session_id)

    def read_dispute(self, dispute_id):
        if dispute_id in self.lost:
            raise rails.RailAway("no answer")
        return super().read_dispute(dispute_id)

    def expire_session(self, session_id):
        if session_id in self.lost:
            raise rails.RailAway("no answer")
        return super().expire_session(session_id)


class Odd(StripeRail):
    """What the rail says about one page is a thing that our program stumbles over."""

    odd = ""

    def read_session(self, session_id):
        return 1 // 0 if session_id == self.odd else super().read_session(session_id)


@pytest.fixture
def orders(shop, cast, offering):
    """Three orders that the rail says nothing about any more, and a newer one; the rail."""
    found = [shop.order(offering, buyer, at=shop.at) for buyer in (cast.ada, cast.bo, cast.emma, cast.pia)]
    return found, half_away(shop, *(order.session_id for order in found[:3]))


def test_an_order_behind_a_whole_batch_without_an_answer_is_closed_all_the_same(orders, at):
    found, rail = orders
    with rails.use(rail):
        operations.expire_orders(at=at + timedelta(hours=1), limit=3, patience=3)
    assert [order.state for order in found] == [*["awaiting_payment"] * 3, "expired"]


def test_a_payment_behind_a_whole_batch_without_an_answer_is_settled_all_the_same(orders, shop, at):
    found, rail = orders
    shop.pay(found[3])
    with rails.use(rail):
        operations.settle_waiting(at=at + timedelta(minutes=11), limit=3, patience=3)
    assert [order.state for order in found] == [*["awaiting_payment"] * 3, "paid"]


def test_orders_that_stay_open_with_and_without_an_answer_leave_a_newer_one_its_turn(shop, cast, offering, at):
    """Two that the rail says nothing about, two whose pages it says are open still, and the last one is paid; two are read at a time."""
    found = [shop.order(offering, buyer, at=at) for buyer in (cast.ada, cast.bo, cast.emma, cast.pia, cast.stan)]
    shop.pay(found[4])
    with rails.use(half_away(shop, *(order.session_id for order in found[:2]))):
        for hour in range(1, 4):
            assert operations.settle_waiting(at=at + timedelta(hours=hour), limit=2, patience=3) == 2
    assert [order.state for order in found] == [*["awaiting_payment"] * 4, "paid"]
    assert [order.asked_at.hour - at.hour for order in found] == [3, 1, 2, 2, 3]


def test_what_was_not_asked_about_while_the_rail_was_away_comes_first_when_it_answers_again(orders, shop, at):
    found, rail = orders
    shop.pay(found[1])
    rail.lost = frozenset(order.session_id for order in found)
    with rails.use(rail):
        assert operations.settle_waiting(at=at + timedelta(hours=1), limit=3, patience=1) == 2
    assert [order.asked_at is not None for order in found] == [True, False, False, True]
    operations.settle_waiting(at=at + timedelta(hours=2), limit=1)
    assert found[1].state == "paid"


def test_turns_are_written_in_one_statement_however_many_they_are(orders, at):
    found, rail = orders
    rail.lost = frozenset(order.session_id for order in found)
    with rails.use(rail), statements() as asked:
        assert operations.settle_waiting(at=at + timedelta(hours=1)) == 4
    assert len([each for each in asked if each.startswith("UPDATE")]) == 1
    db.session.expire_all()
    assert {order.asked_at for order in found} == {at + timedelta(hours=1)}


def test_an_order_whose_answer_nobody_foresaw_has_had_its_turn_too(orders, shop, at):
    found, _rail = orders
    shop.pay(found[1])
    with rails.use(Odd(key=KEY, base_url=shop.sandbox.url, secret=SECRET, retries=0)) as rail:
        rail.odd = found[0].session_id
        with pytest.raises(ZeroDivisionError):
            operations.settle_waiting(at=at + timedelta(hours=1))
        operations.settle_waiting(at=at + timedelta(hours=2), limit=1)
    assert [order.state for order in found[:2]] == ["awaiting_payment", "paid"]


def half_away(shop, *lost):
    rail = HalfAway(key=KEY, base_url=shop.sandbox.url, secret=SECRET, retries=0)
    rail.lost = frozenset(lost)
    return rail


def test_disputes_that_stay_open_with_and_without_an_answer_leave_a_newer_one_its_turn(shop, cast, offering, at):
    """Two that the rail says nothing about, two that it says are open still, and the last one is lost; two are read at a time."""
    orders = [shop.buy(offering, buyer) for buyer in (cast.ada, cast.bo, cast.emma, cast.pia, cast.stan)]
    numbers = [open_dispute(shop, order) for order in orders]
    found = [operations.follow_dispute(number, at=at) for number in numbers]
    decide(shop, numbers[-1], won=False)
    with rails.use(half_away(shop, *numbers[:2])):
        for hour in range(3):
            assert operations.follow_disputes(at=at + timedelta(hours=hour), limit=2, patience=3) == 2
    assert [dispute.state for dispute in found] == [*["needs_response"] * 4, "lost"]
    assert [dispute.asked_at.hour - at.hour for dispute in found] == [2, 0, 1, 1, 2]


def test_a_rail_that_is_away_is_not_asked_about_every_dispute(shop, cast, offering, at):
    numbers = [open_dispute(shop, shop.buy(offering, buyer)) for buyer in (cast.ada, cast.bo, cast.emma, cast.pia, cast.stan)]
    for number in numbers:
        operations.follow_dispute(number, at=at)
    with rails.use(half_away(shop, *numbers)):
        assert operations.follow_disputes(at=at, patience=2) == 4


def test_a_page_of_parts_behind_a_whole_batch_without_an_answer_is_settled_all_the_same(months, by_three, cast, at):
    orders = [months.buy_by_parts(by_three, buyer) for buyer in (cast.ada, cast.bo, cast.emma, cast.stan)]
    for order, buyer in zip(orders, (cast.ada, cast.bo, cast.emma, cast.stan), strict=True):
        charging.open_instalment_page(order, whole=True, by=cast.acting(buyer), at=at)
    pages = [queries.plan_of(order.id).session_id for order in orders]
    months.sandbox.tell(f"sessions/{pages[3]}/pay")
    with rails.use(half_away(months, *pages[:3])):
        assert charging.settle_pages(at=at, limit=3, patience=3) == 4
    assert [queries.plan_of(order.id).state for order in orders] == [*["running"] * 3, "paid"]


@dataclass
class Thing:
    id: int

    @property
    def public_id(self) -> str:
        return str(self.id)


def asked_of(lost, *, refused=frozenset(), of=10, limit=6, patience=2):
    """Which of ten things were asked after where the rail says nothing about some, and how many it was asked about."""
    things, asked = [Thing(n) for n in range(of)], []

    def ask(thing):
        asked.append(thing.id)
        if thing.id in lost:
            raise rails.RailAway("no answer")
        if thing.id in refused:
            raise rails.RailRefused("No such thing.", "resource_missing")

    count = in_turn(lambda newest: (things[::-1] if newest else things)[:limit], ask, what="thing", patience=patience)
    assert count == len(asked) == len(set(asked))
    return asked


def test_the_oldest_go_first_and_single_ones_without_an_answer_are_passed_over():
    assert asked_of({0, 2, 4}) == [0, 1, 2, 3, 4, 5]


def test_things_that_the_rail_refuses_to_speak_of_stop_no_other():
    assert asked_of({0}, refused={1, 2, 3, 4}) == [0, 1, 2, 3, 4, 5]


def test_the_newest_follow_where_the_oldest_get_no_answer():
    assert asked_of({0, 1, 2, 3, 4, 5, 6}) == [0, 1, 9, 8, 7, 6, 5]


def test_where_the_rail_is_away_it_is_not_asked_about_everything():
    assert asked_of(set(range(10))) == [0, 1, 9, 8]
