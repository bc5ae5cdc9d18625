"""What the rail never answers about must not keep other orders from being closed or settled."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from coursehub import rails
from coursehub.rails.stripe import StripeRail
from coursehub.sales import operations
from coursehub.sales.operations.turns import in_turn
from tests.sandbox.rig import KEY, SECRET


class HalfAway(StripeRail):
    """The rail answers about every page but these."""

    lost: frozenset[str] = frozenset()

    def read_session(self, session_id):
        if session_id in self.lost:
            raise rails.RailAway("no answer")
        return super().read_session(session_id)

    def expire_session(self, session_id):
        if session_id in self.lost:
            raise rails.RailAway("no answer")
        return super().expire_session(session_id)


@pytest.fixture
def orders(shop, cast, offering):
    """Three orders that the rail says nothing about any more, and a newer one; the rail."""
    found = [shop.order(offering, buyer, at=shop.at) for buyer in (cast.ada, cast.bo, cast.emma, cast.pia)]
    rail = HalfAway(key=KEY, base_url=shop.sandbox.url, secret=SECRET, retries=0)
    rail.lost = frozenset(order.session_id for order in found[:3])
    return found, rail


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


@dataclass
class Thing:
    id: int

    @property
    def public_id(self) -> str:
        return str(self.id)


def asked_of(lost, *, of=10, limit=6, patience=2):
    """Which of ten things were asked after where the rail says nothing about some, and how many it was asked about."""
    things, asked = [Thing(n) for n in range(of)], []

    def ask(thing):
        asked.append(thing.id)
        if thing.id in lost:
            raise rails.RailAway("no answer")

    count = in_turn(lambda newest: (things[::-1] if newest else things)[:limit], ask, what="thing", patience=patience)
    assert count == len(asked) == len(set(asked))
    return asked


def test_the_oldest_go_first_and_single_ones_without_an_answer_are_passed_over():
    assert asked_of({0, 2, 4}) == [0, 1, 2, 3, 4, 5]


def test_the_newest_follow_where_the_oldest_get_no_answer():
    assert asked_of({0, 1, 2, 3, 4, 5, 6}) == [0, 1, 9, 8, 7, 6, 5]


def test_where_the_rail_is_away_it_is_not_asked_about_everything():
    assert asked_of(set(range(10))) == [0, 1, 9, 8]
