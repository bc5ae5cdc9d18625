"""Whatever a contract of three sides lives through, both partners' statements are worked out again by a stranger."""

import os

import pytest

from coursehub.contracts.counters import moved_by
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.operations import course_parts, hiring
from coursehub.contracts.operations.resharing import contribute_anew
from coursehub.db import db, transaction
from coursehub.ledger.checks import check_books
from coursehub.ledger.operations import seal_days
from coursehub.statements import checks, operations

from .fee_histories import DAY, FeeHistory, kinds_of
from .offline import not_found_late
from .test_closes_offline import half_counted

pytestmark = pytest.mark.usefixtures("app")
DRILL = os.environ.get("COURSEHUB_DRILL") == "1"
FOUND = 17
"""A week that goes back after a close has moved the counter, with what was put right of it: that moved the counter once more."""
SEEDS = range(200) if DRILL else sorted({*range(int(os.environ.get("COURSEHUB_FEE_HISTORIES", 2))), FOUND})
STEPS = 90


def over(history):
    """A quiet time, after which every statement is issued; what the program finds in those of both partners."""
    history.now += (70 if history.seed % 3 else 365) * DAY
    history.close()
    seal_days(at=history.now + 40 * DAY)
    operations.issue_due(at=history.now + 40 * DAY)
    cast = history.cast
    return [fault for partner in (cast.northwind, cast.lumen) for fault in not_found_late(partner, history.closed)]


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=[pytest.mark.slow] if DRILL else []) for seed in SEEDS])
def test_both_partners_work_out_the_same(cast, at, seed):
    history = FeeHistory(cast, at, seed)
    history.run(STEPS)
    assert over(history) == [], f"seed {seed}: {history.told}"
    assert check_books().faults == () and list(checks.faults()) == [], f"seed {seed}"
    assert seed > 1 or kinds_of(history) >= {"sale", "refund", "hire", "hour", "period"}  # by chance a history has no hours
    db.session.rollback()


def test_a_rebate_of_a_fee_that_was_shared_anew_is_no_fault(cast, at):
    """Until it was tried, the program took the step up of the correction for one of the rebate."""
    history = FeeHistory(cast, at, 1)
    history._weights = lambda: {history.courses[0].public_id: 1}
    history.hire()
    event = db.session.execute(db.select(MoneyEvent)).scalar_one()
    known = {"module_weights": {cast.northwind.public_id: 1}, "approved_minutes": {}}
    with transaction():
        anew = contribute_anew(event, known, fact="f1", stands=True, key="fact:1", at=history.now)
    assert anew and any(line.party == cast.northwind.public_id and line.amount_minor > 0 for line in anew.lines)
    history.rebate()
    assert over(history) == []


def counted_by_half(body, lines, moment):
    """What fees of members bring counts by half."""
    fee = any(line.reason.channel == "member" for line in lines)
    return half_counted(body, lines, moment) if fee else moved_by(body, lines, moment)


def test_volume_of_fees_that_counts_by_half_is_found(cast, at, monkeypatch):
    """The planted fault, in booking and in giving back alike, so that the books are sound."""
    for where in (course_parts, hiring):
        monkeypatch.setattr(where, "moved_by", counted_by_half)
    history = FeeHistory(cast, at, 1)
    history.run(STEPS)
    assert check_books().faults == ()
    assert [told for _month, told in over(history) if "moves the counter volume:" in told]
