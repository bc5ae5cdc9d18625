"""Whatever happens to bundles in parts, prices and books agree (COURSEHUB_DRILL=1: two hundred histories), and so does their division."""

import os
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursehub.db import db
from coursehub.ledger.checks import check_books
from coursehub.people.actor import actor_for
from coursehub.people.models import Person
from coursehub.sales import operations, queries
from coursehub.sales.instalments import divided
from coursehub.sales.models import Order, RefundRequest
from coursehub.sales.operations import charging, refunds
from tests.sales.bundle_instalment_histories import PartsHistory
from tests.sales.months import DAY
from tests.sales.test_bundle_instalments import Together, part_of, together
from tests.sales.test_races import at_once

__all__ = ["together"]

DRILL = os.environ.get("COURSEHUB_DRILL") == "1"
SEEDS = range(200) if DRILL else range(int(os.environ.get("COURSEHUB_HISTORIES", 4)))


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 10**9)), min_size=1, max_size=12), st.integers(1, 6))
def test_the_parts_of_any_bundle_add_up_by_course_and_by_month(prices: list[tuple[int, int]], parts: int) -> None:
    prices = [(gross + 6, off) for gross, off in prices]
    columns = [divided(gross, off, parts) for gross, off in prices]
    for (gross, off), column in zip(prices, columns, strict=True):
        assert len(column) == parts and all(minor > 0 and less >= 0 for minor, less in column)
        assert (sum(minor for minor, _less in column), sum(less for _minor, less in column)) == (gross, off)
    months = [sum(minor for minor, _less in month) for month in zip(*columns, strict=True)]
    assert sum(months) == sum(gross for gross, _off in prices)
    assert months[0] >= months[-1] and len(set(months[1:])) <= 1, "the first may be more, the others are the same"


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=[pytest.mark.slow] if DRILL else []) for seed in SEEDS])
def test_a_history_of_a_bundle_in_parts_holds_at_every_step(together: Together, seed: int) -> None:
    chance = Random(seed)
    singly = [chance.randint(6_000, 90_000) for _course in range(3)]
    price = chance.randint(sum(singly) // 2, sum(singly) - 1)
    bundle = together.bundle(singly, price, git=chance.choice([2, 3, 6]), sql=chance.choice([3, 4]))
    history = PartsHistory(together, bundle, chance)
    history.run(18)
    assert check_books().faults == (), f"seed {seed}: {history.told}"


@pytest.mark.parametrize("turn", range(3))
def test_a_course_goes_back_in_the_moment_in_which_the_card_is_charged(app: Any, together: Together, turn: int) -> None:
    """Whoever is first: what is paid, open and dropped adds up, and nothing stays that is nobody's."""
    history = PartsHistory(together, together.bundle(), Random(turn))
    order_id, at = history.order.id, together.at + 31 * DAY
    together.at = at
    together.sandbox.tell("clock", stopped_at=int(at.timestamp()))
    git = part_of(history.order, "git")
    asked = operations.ask_refund(history.order, reason="?", by=history.ada, at=at, part=git)
    assert isinstance(asked, RefundRequest)
    stan, request_id, part_id = together.cast.stan.id, asked.id, git.id

    def give_back() -> None:
        order, request = db.session.get_one(Order, order_id), db.session.get_one(RefundRequest, request_id)
        left, by = operations.left_of(order, part_id), actor_for(db.session.get_one(Person, stan))
        operations.approve_refund(request, amount_minor=left, answer="!", by=by, at=at)

    at_once(app, give_back, lambda: charging.charge_due(at=at), give_back)
    for _again in range(2):
        together.work(at)
        history.look()
        charging.charge_due(at=at)
    history.look()
    assert queries.instalments_of(order_id)[1].payment_id is not None, "the others' part is paid"


def test_a_part_that_stays_as_large_after_a_course_went_back_is_found(together: Together, monkeypatch: Any) -> None:
    """The planted fault: nothing is dropped with a course that goes back."""
    monkeypatch.setattr(refunds, "drop_course", lambda *_given, **_more: None)
    history = PartsHistory(together, together.bundle(), Random(1))
    with pytest.raises(AssertionError, match="asked for what went back"):
        for _n in range(18):
            history.give_back()
            together.work(together.at)
            history.look()
