"""Whatever happens in whatever order, the books are sound and everybody has what the terms give.

COURSEHUB_DRILL=1 runs a hundred thousand steps; each failure prints the seed that makes it happen again.
"""

import os
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from coursehub.contracts import queries
from coursehub.contracts.counters import window_of, written
from coursehub.contracts.models import Terms
from coursehub.contracts.operations import closing, sharing
from coursehub.contracts.operations.closing import close_months
from coursehub.db import db
from coursehub.ledger import checks
from coursehub.ledger.operations import seal_days
from coursehub.payouts import checks as payout_checks
from coursehub.payouts.queries import claims
from coursehub.statements import operations as statements
from coursehub.statements import reserves
from coursehub.statements.months import month_at, month_of
from coursehub.statements.queries import reckon
from coursehub.statements.reckoning import disagreements
from tests.contracts.rig import gave_back_as_before
from tests.ledger import strangers
from tests.statements import offline

from . import histories, rerun
from .histories import DAY, History
from .seen import faults

pytestmark = pytest.mark.usefixtures("app")
DRILL = os.environ.get("COURSEHUB_DRILL") == "1"
STEPS = 100
REPAYS = 6
"""A seed in which a partner pays its debts back, and such a payment is found to be wrong."""
SEEDS = range(1000) if DRILL else sorted({*range(int(os.environ.get("COURSEHUB_HISTORIES", 3))), REPAYS})


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=[pytest.mark.slow] if DRILL else []) for seed in SEEDS])
def test_a_random_history_leaves_sound_books(cast, at, seed, tmp_path):
    history = History(cast, at, seed)
    partner = cast.northwind.public_id
    for _part in range(4):
        history.run(STEPS // 4)
        assert faults(history.seen(), partner) == [], f"seed {seed}: {history.told}"
        assert disagreements(so_far(history)) == [], f"seed {seed}: {history.told}"
    # A quiet time, so that everything that may arrive has arrived and every month is closed; every third is a year long.
    history.now += (70 if seed % 3 else 365) * DAY
    history.mature()
    history.close()
    assert faults(history.seen(closed=True), partner) == [], f"seed {seed}: {history.told}"
    assert checks.check_books().faults == (), f"seed {seed}"
    assert list(payout_checks.faults()) == [], f"seed {seed}: {history.told}"
    assert rerun.differences() == [], f"seed {seed}"
    strangers.agree(tmp_path)
    if seed % 50 == 0:
        strangers.find_a_cent(tmp_path)
    month, last = month_of(at.date()), month_of(history.now.date())
    while month <= last:
        data = reckon(cast.northwind, month, "CNY", at=history.now)
        assert disagreements(data) == [], f"seed {seed}, {month}"
        month = month.next
    assert found_offline(history) == [], f"seed {seed}: {history.told}"
    db.session.rollback()


def found_offline(history):
    """What the program for partners finds in the bundle of any month; that a close was missed only where the worker was away."""
    seal_days(at=history.now + 40 * DAY)
    statements.issue_due(at=history.now + 40 * DAY)
    return offline.not_found_late(history.cast.northwind, history.closed)


def so_far(history):
    """Northwind's statement of the month that is not over."""
    return reckon(history.cast.northwind, month_at(history.now), "CNY", at=history.now)


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
    for n, (window, earned, added, promised, most) in enumerate(seen.guarantees):
        more = (window, earned, added + 1, promised, most)
        assert faults(replace(seen, guarantees=(*seen.guarantees[:n], more, *seen.guarantees[n + 1 :])), partner), window
    assert any(added for _window, _earned, added, _promised, _most in seen.guarantees)


def test_a_payment_that_leaves_its_claim_as_it_was_is_found(cast, at, monkeypatch):
    """The planted fault: what was paid back is still owed, claim by claim, and is set against the next payout as well."""
    history = History(cast, at, REPAYS)
    history.run(STEPS)
    assert any(told.startswith("pay back") for told in history.told) and "take off a repayment" in history.told
    assert list(payout_checks.faults()) == []
    monkeypatch.setattr(claims, "_paid_back", lambda _party, _through: {})
    assert any("its claims add up to" in told for told in payout_checks.faults())


def test_a_sale_that_forgets_what_came_before_it_is_found_when_history_is_run_again(cast, at, monkeypatch):
    """The planted fault: the waterfall is run without the counters, and books what it gives all the same."""
    reckoned = sharing.reckon_sale
    monkeypatch.setattr(sharing, "reckon_sale", lambda draft, body, terms, _counts: reckoned(draft, body, terms, {}))
    history = History(cast, at, 3)
    history.run(4 * STEPS // 5)
    assert any("gives other lines" in told for told in rerun.differences())
    assert any("gives another journal" in told for told in rerun.differences())


def booked_once(monkeypatch):
    """A guarantee that was added once is never put right."""
    write = closing._write
    puts_right = lambda lines: any(line.reason.kind == "guarantee_put_right" for line in lines)  # noqa: E731
    monkeypatch.setattr(
        closing, "_write", lambda close, legs, lines, *, at: None if puts_right(lines) else write(close, legs, lines, at=at)
    )  # fmt: skip


def last_month_alone(monkeypatch):
    """A close looks at no window but those that end with its own month."""
    monkeypatch.setattr(closing, "windows_between", lambda window, _first, last: [window_of(window, written(last))])


def owed_after_a_last_day(monkeypatch):
    """Terms go on promising when their last day is over and no others have begun."""
    promises = closing._promises

    def without_ends(held, month):
        endless = [
            SimpleNamespace(id=one.id, terms_hash=one.terms_hash, body=one.body, effective_from=one.effective_from, ended_at=None)
            for one in held
        ]
        return promises(endless, month)

    monkeypatch.setattr(closing, "_promises", without_ends)


@pytest.mark.parametrize("planted", [booked_once, last_month_alone, owed_after_a_last_day])
def test_a_guarantee_that_does_not_follow_its_window_is_found(cast, at, monkeypatch, planted):
    """The planted faults, until decision 60 real ones but for the last."""
    planted(monkeypatch)
    history = History(cast, at, 2 if planted is owed_after_a_last_day else 1)
    history.run(STEPS)
    history.now += 70 * DAY
    close_months(at=history.now)
    assert [told for told in faults(history.seen(closed=True), cast.northwind.public_id) if "a guarantee of" in told]


def test_a_limit_that_is_free_while_a_bank_has_the_money_is_found(cast, at, monkeypatch):
    """The planted fault, until decision 49 a real one: nothing holds a limit when the money comes again."""
    monkeypatch.setattr(sharing, "hold_limits", lambda *_events, at: False)
    history = History(cast, at, 3)
    found = []
    while not found and len(history.told) < STEPS:  # a close would put it right
        history.run(1)
        found = faults(history.seen(), cast.northwind.public_id)
    assert [told for told in found if "passed its limit" in told]


def test_a_list_of_reserves_that_leaves_out_what_banks_took_is_found(cast, at, monkeypatch):
    """The planted fault, until decision 56 a real one."""
    history = History(cast, at, 0)
    before = reserves.kept_until_without_banks
    monkeypatch.setattr(reserves, "kept_until", lambda *named: before(*named, history.now))
    found = []
    while not found and len(history.told) < 10 * STEPS:
        history.run(STEPS // 4)
        found = disagreements(so_far(history))
    assert [told for told in found if "until their days do not make" in told]


def test_a_return_that_undoes_its_dispute_leg_by_leg_is_found_when_history_is_run_again(cast, at, monkeypatch):
    """The planted fault, until decision 49 a real one: with a refund in between, what is gone depends on the order."""
    monkeypatch.setattr(histories, "reinstate", lambda taken, *, effect_key, occurred_at, at: back_once(taken, at))
    history = History(cast, at, 3)
    history.run(STEPS)
    assert any(":back gives other lines" in told for told in rerun.differences())


def back_once(taken, at):
    if queries.event_for(f"{taken.effect_key}:back") is None:
        gave_back_as_before(taken, at)


def test_terms_that_reach_back_before_their_date_are_found_when_they_are_signed(cast, at, monkeypatch):
    """The planted fault: whatever was signed last holds for every day."""
    latest = lambda contract_id: sa.select(Terms).where(Terms.contract_id == contract_id).order_by(Terms.id.desc()).limit(1)  # noqa: E731
    history = History(cast, at, 1)
    history.run(20)
    monkeypatch.setattr(
        queries, "terms_in_force", lambda _course, _at: db.session.execute(latest(history.contract)).scalar_one()
    )  # fmt: skip
    with pytest.raises(AssertionError, match="signing changed something"):
        for _n in range(20):
            history.amend()
            history.now += DAY
