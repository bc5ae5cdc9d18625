"""However facts are stated, contested and settled around sales and refunds: in the end everybody has what is known to be theirs."""

import os
from datetime import timedelta

import pytest

from coursehub.contracts import standing
from coursehub.contracts.operations import putting_right
from coursehub.ledger import checks
from coursehub.statements.months import month_of
from coursehub.statements.queries import reckon
from coursehub.statements.reckoning import disagreements

from . import rerun
from .fact_histories import FactHistory
from .histories import DAY
from .seen import faults
from .test_histories import found_offline

pytestmark = pytest.mark.usefixtures("app")
DRILL = os.environ.get("COURSEHUB_DRILL") == "1"
STEPS = 100
SEEDS = range(300) if DRILL else range(int(os.environ.get("COURSEHUB_HISTORIES", 3)))


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=[pytest.mark.slow] if DRILL else []) for seed in SEEDS])
def test_a_random_history_of_facts_leaves_everybody_what_is_known_to_be_theirs(cast, at, seed):
    history, partner = FactHistory(cast, at, seed), cast.northwind.public_id
    for _part in range(4):
        history.run(STEPS // 4)
        assert faults(history.seen(), partner) == [], f"seed {seed}: {history.told}"
    history.settle_everything()
    assert history.misgiven() == [], f"seed {seed}: {history.told}"
    history.now += 70 * DAY
    history.mature()
    history.close()
    assert faults(history.seen(closed=True), partner) == [], f"seed {seed}: {history.told}"
    assert checks.check_books().faults == (), f"seed {seed}"
    assert rerun.differences() == [], f"seed {seed}"
    month, last = month_of(at.date()), month_of(history.now.date())
    while month <= last:
        assert disagreements(reckon(cast.northwind, month, "CNY", at=history.now)) == [], f"seed {seed}, {month}"
        month = month.next
    assert found_offline(history) == [], f"seed {seed}: {history.told}"


def nobody_is_put_right(monkeypatch):
    """Until decision 62: a contested fact counts for nothing meanwhile, and that stays."""
    monkeypatch.setattr(putting_right, "contribute_anew", lambda *_what, **_more: None)


def a_fact_that_falls_never_counted(monkeypatch):
    """One side's word takes back whatever was shared, however long the other had believed that it stands."""
    monkeypatch.setattr(standing, "SILENCE_AGREES", timedelta(days=10_000))


def the_last_sale_is_forgotten(monkeypatch):
    """A batch that looks at one sale too few."""
    some = putting_right._next
    monkeypatch.setattr(putting_right, "_next", lambda settlement, fact: some(settlement, fact)[:-1])


@pytest.mark.parametrize(
    ("planted", "seed"), [(nobody_is_put_right, 4), (a_fact_that_falls_never_counted, 7), (the_last_sale_is_forgotten, 4)]
)
def test_what_puts_nobody_right_or_too_much_is_found(cast, at, monkeypatch, planted, seed):
    planted(monkeypatch)
    history = FactHistory(cast, at, seed)
    history.run(STEPS)
    history.settle_everything()
    assert history.misgiven()
