"""Whatever banks do, suspense comes to nothing or is named (COURSEHUB_DRILL=1: two hundred histories)."""

import os

import pytest

from coursehub.ledger.checks import check_books
from coursehub.ledger.queries import balance_of
from coursehub.sales.operations import refunds
from tests.sales.suspense_histories import SUSPENSE, SuspenseHistory, beyond

DRILL = os.environ.get("COURSEHUB_DRILL") == "1"
SEEDS = range(200) if DRILL else range(int(os.environ.get("COURSEHUB_HISTORIES", 3)))


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=[pytest.mark.slow] if DRILL else []) for seed in SEEDS])
def test_suspense_comes_to_nothing_or_is_named(shop, offering, seed):
    history = SuspenseHistory(shop, offering, seed)
    history.run(40)
    history.come_to_rest()
    history.look()
    disputed = [refund for refund in history.refunds() if refund.state == "failed" and refund.problem == "charge_disputed"]
    waits = sum(refund.amount_minor for refund in disputed if refund.booked_at is not None)
    assert -balance_of(SUSPENSE, "CNY") == beyond() + waits, f"seed {seed}: {history.told}"
    assert check_books().faults == (), f"seed {seed}"


def test_a_refund_that_is_given_again_and_stays_in_suspense_is_found(shop, offering, monkeypatch):
    """The planted fault: the second attempt leaves by the rail, and nobody takes it out of suspense."""
    honest = refunds._post_suspense
    monkeypatch.setattr(
        refunds,
        "_post_suspense",
        lambda *given, kind, **more: None if kind == "refund_retry" else honest(*given, kind=kind, **more),
    )
    history = SuspenseHistory(shop, offering, 0)
    with pytest.raises(AssertionError, match="is named"):
        for _n in range(10):
            history.run(20)
            history.come_to_rest()
            history.look()
