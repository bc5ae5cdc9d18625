"""Whatever happens in whatever order, the books are sound and everybody has what the terms give.

COURSEHUB_DRILL=1 runs a hundred thousand steps; each failure prints the seed that makes it happen again.
"""

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from coursehub.contracts.operations.closing import close_months
from coursehub.db import db
from coursehub.ledger import checks
from coursehub.statements.months import month_of
from coursehub.statements.queries import reckon
from coursehub.statements.reckoning import disagreements
from tests.ledger import strangers

from .histories import DAY, History, faults

pytestmark = pytest.mark.usefixtures("app")
DRILL = os.environ.get("COURSEHUB_DRILL") == "1"
STEPS = 100
SEEDS = range(1000) if DRILL else range(3)


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=[pytest.mark.slow] if DRILL else []) for seed in SEEDS])
def test_a_random_history_leaves_sound_books(cast, at, seed, tmp_path):
    history = History(cast, at, seed)
    partner = cast.northwind.public_id
    for _part in range(4):
        history.run(STEPS // 4)
        assert faults(history.seen(), partner) == [], f"seed {seed}: {history.told}"
    # A quiet year, so that everything that may arrive has arrived and every month is closed.
    history.now += 70 * DAY
    history.mature()
    close_months(at=history.now)
    assert faults(history.seen(closed=True), partner) == [], f"seed {seed}: {history.told}"
    assert checks.check_books().faults == (), f"seed {seed}"
    strangers.agree(tmp_path)
    if seed % 50 == 0:
        strangers.find_a_cent(tmp_path)
    month, last = month_of(at.date()), month_of(history.now.date())
    while month <= last:
        data = reckon(cast.northwind, month, "CNY", at=history.now)
        assert disagreements(data) == [], f"seed {seed}, {month}"
        month = month.next
    db.session.rollback()


def test_every_fault_that_is_planted_is_found(cast, at):
    history = History(cast, at, 1)
    history.run(60)
    history.now += timedelta(days=70)
    close_months(at=history.now)
    seen, partner = history.seen(closed=True), cast.northwind.public_id
    assert faults(seen, partner) == []
    kind, number, of, got, lines = next(event for event in seen.events if event[3].get(partner))
    richer = [(kind, number, of, {**got, partner: got[partner] + 1}, lines)] + [e for e in seen.events if e[1] != number]
    assert faults(replace(seen, events=richer), partner)
    assert faults(replace(seen, paid=seen.paid + 1), partner)
    for place in [key for key in seen.standing if key[1] == partner]:
        assert faults(replace(seen, standing={**seen.standing, place: seen.standing[place] + 1}), partner), place
    assert faults(replace(seen, right={**(seen.right or {}), partner: -1}), partner)
    assert faults(replace(seen, counters={**seen.counters, "__right__": 0}), partner)
    assert faults(replace(seen, limits={"recouped:none": -1}), partner)
