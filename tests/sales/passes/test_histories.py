"""Random histories of passes: taken, learned with, renewed, declined, stopped, refunded, disputed, shared; told twice, late, cut off.

A history is its seed. After each, what stands in the books is what the periods say; and once everything is given back,
nothing is left with anybody but the fees that the rail keeps.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from coursehub import jobs, rails
from coursehub.contracts import pools
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.queries import refunded_of
from coursehub.db import db, transaction
from coursehub.demo.past import PastRail
from coursehub.errors import Refusal
from coursehub.learning.operations import note_active
from coursehub.ledger.accounts import PARTNER_HELD
from coursehub.ledger.checks import check_books
from coursehub.people.models import Person
from coursehub.sales.models import PassPeriod, PassSubscription, PaymentDispute, PoolMonth
from coursehub.sales.operations import follow_dispute
from coursehub.sales.passes import operations, queries
from coursehub.sandbox.errors import ApiError
from tests.ledger import strangers
from tests.sales.passes.rig import Story, left_in_pool

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PEOPLE = ("ada", "bo", "emma", "emil", "theo")


class CutOff(Exception):
    """The process ends before anything is committed."""


class History(Story):
    """One history, with a rail in this process."""

    def __init__(self, cast: Any, rail: PastRail, at: datetime, seed: int) -> None:
        self.cast, self.rail, self.at, self.now = cast, rail, at, at  # type: ignore[assignment]
        self.chance = Random(seed)
        self.numbers: list[str] = []
        self.decided: list[str] = []

    def run(self, steps: int) -> None:
        """So many steps by chance; what a rule refuses is a step like any other."""
        ways = [
            (self.take_one, 10), (self.learn_some, 20), (self.go, 22), (self.stop_one, 4), (self.decline_one, 4), (self.pay_one, 4),
            (self.refund_one, 8), (self.share_some, 10), (self.tell_again, 8), (self.cut_off, 5), (self.contest_one, 3),
            (self.dispute_one, 6), (self.decide_one, 6),
        ]  # fmt: skip
        for _n in range(steps):
            way = self.chance.choices([way for way, _weight in ways], [weight for _way, weight in ways])[0]
            self.rail.at = self.now
            try:
                way()
            except (Refusal, CutOff, rails.RailRefused):
                db.session.rollback()
            jobs.run_due(at=self.now)

    def some(self) -> PassSubscription | None:
        """Anybody's pass."""
        found = db.session.execute(sa.select(PassSubscription).order_by(PassSubscription.id)).scalars().all()
        return self.chance.choice(found) if found else None

    def person(self, mine: PassSubscription) -> Any:
        """Whoever has it."""
        return self.cast.acting(db.session.get_one(Person, mine.person_id))

    def take_one(self) -> None:
        person = getattr(self.cast, self.chance.choice(PEOPLE))
        mine = operations.subscribe(self.on_offer, by=self.cast.acting(person), at=self.now)
        self.rail.agree(str(mine.session_id))
        if self.chance.random() < 0.8:  # else the hourly look finds it
            operations.settle(mine, at=self.now)

    def learn_some(self) -> None:
        if mine := self.some():
            enrolment = operations.open_course(mine, self.chance.choice(self.courses), by=self.person(mine), at=self.now)
            for n in range(self.chance.randint(1, 8)):
                note_active(enrolment, by=self.person(mine), at=self.now + n * 5 * MINUTE)
            self.now += timedelta(hours=1)

    def go(self) -> None:
        self.now += self.chance.randint(1, 12) * DAY
        self.rail.at = self.now
        self.rail.renew()
        operations.settle_passes(at=self.now)
        operations.close_after_grace(at=self.now)

    def stop_one(self) -> None:
        if mine := self.some():
            self.chance.choice([operations.stop, operations.stop, operations.go_on])(mine, by=self.person(mine), at=self.now)

    def decline_one(self) -> None:
        mine = self.some()
        if mine and mine.rail_subscription_id:
            self.rail.renew(declines=mine.rail_subscription_id)

    def pay_one(self) -> None:
        from coursehub.sandbox import subscriptions

        late = db.session.execute(sa.select(PassSubscription).where(PassSubscription.state == "late")).scalars().first()
        if late and late.invoice_url:
            store = self.rail._history._store
            if store.get("invoice", late.invoice_url.rsplit("/", 1)[1])["status"] == "open":
                subscriptions.pay_invoice(store, late.invoice_url.rsplit("/", 1)[1], at=int(self.now.timestamp()))
            operations.follow(late, at=self.now)

    def refund_one(self) -> None:
        periods = db.session.execute(sa.select(PassPeriod).order_by(PassPeriod.id)).scalars().all()
        if periods:
            period = self.chance.choice(periods)
            left = queries.refundable_minor(period)
            amount = self.chance.choice([left, 1, self.chance.randint(1, max(1, left))])
            operations.refund_period(period, amount_minor=amount, by=self.house, at=self.now)

    def dispute_one(self) -> None:
        """A bank takes a period back, all that is left or a part of it, or only asks; we may hear of it later."""
        periods = db.session.execute(sa.select(PassPeriod).order_by(PassPeriod.id)).scalars().all()
        if periods:
            period = self.chance.choice(periods)
            amount = self.chance.choice([None, None, self.chance.randint(1, period.amount_minor)])
            try:
                number = self.rail.dispute(period.rail_payment_id, amount=amount, inquiry=self.chance.random() < 0.1)
            except ApiError:  # nothing is left, or it is disputed already
                return
            self.numbers.append(number)
            if self.chance.random() < 0.7:
                follow_dispute(number, at=self.now)

    def decide_one(self) -> None:
        """A bank decides, and is heard twice, or only at the next look."""
        if self.numbers:
            number = self.numbers.pop(self.chance.randrange(len(self.numbers)))
            self.rail.decide(number, won=self.chance.random() < 0.6)
            for _told in range(self.chance.choice([0, 1, 2])):
                follow_dispute(number, at=self.now)
            self.decided.append(number)

    def share_some(self) -> None:
        operations.draw_up_months(at=self.now)
        waiting = db.session.execute(sa.select(PoolMonth).where(PoolMonth.shared_at.is_(None))).scalars().all()
        for month in waiting:
            operations.share_month(month, by=self.house, at=self.now)

    def tell_again(self) -> None:
        mine = self.some()
        if mine:
            operations.settle(mine, at=self.now)
            operations.follow(mine, at=self.now)

    def cut_off(self) -> None:
        """Something happens whose process ends before it is committed."""
        month = db.session.execute(sa.select(PoolMonth).where(PoolMonth.shared_at.is_(None))).scalars().first()
        with transaction():
            if month is not None:
                operations.share_month(month, by=self.house, at=self.now)
            raise CutOff

    def contest_one(self) -> None:
        month = db.session.execute(sa.select(PoolMonth).where(PoolMonth.shared_at.is_(None))).scalars().first()
        uses = queries.uses_in(month.id) if month else []
        if uses:
            contest = operations.contest_use(
                self.chance.choice(uses), reason="?", by=self.cast.acting(self.cast.pia), at=self.now
            )
            minutes = self.chance.choice([None, 0, 3, 90])
            operations.answer_contest(contest, answer="!", minutes=minutes, by=self.house, at=self.now)

    def hear_everything(self) -> None:
        """Every bank decides, and nothing that happened at the rail is unknown any more."""
        self.rail.at = self.now
        while self.numbers:
            self.decide_one()
        for number in self.decided:
            follow_dispute(number, at=self.now)
        jobs.run_due(at=self.now)

    def give_everything_back(self) -> None:
        """Every period goes back whole; what the rail does not refund, since a bank had a part of it, a bank takes."""
        self.hear_everything()
        for period in db.session.execute(sa.select(PassPeriod).order_by(PassPeriod.id)).scalars().all():
            lost = [each for each in queries.disputes_of(period.id) if each.state == "lost"]
            if left := queries.refundable_minor(period):
                if lost:
                    facts = self.rail.read_dispute(lost[0].rail_dispute_id)
                    rest = replace(facts, id=f"{facts.id}_rest", amount_minor=left, fee_minor=0)
                    operations.record_period_dispute(period, rest, at=self.now)
                else:
                    operations.refund_period(period, amount_minor=left, by=self.house, at=self.now)
        jobs.run_due(at=self.now)


def stand(history: History) -> None:
    """What the books say is what the periods say."""
    assert check_books().faults == ()
    periods = db.session.execute(sa.select(PassPeriod).order_by(PassPeriod.id)).scalars().all()
    ids = [period.id for period in periods]
    refunded, taken = queries.refunded_minor(ids), queries.disputed_minor(ids)
    back = {id: refunded.get(id, 0) + taken.get(id, 0) for id in ids}
    fees = sum(each.fee_minor for each in db.session.execute(sa.select(PaymentDispute)).scalars())
    waiting = [period for period in periods if period.pooled_minor is None]
    assert history.pooled == sum(left_in_pool(period, back[period.id]) for period in waiting)
    assert history.standing("asset:rail:stripe") == sum(p.amount_minor - p.fee_minor - back[p.id] for p in periods) - fees
    assert history.standing(PARTNER_HELD, history.cast.northwind.public_id) <= 0 and history.standing("income:pool") <= 0
    for month in db.session.execute(sa.select(PoolMonth).where(PoolMonth.shared_at.is_not(None))).scalars():
        rows, uses = queries.periods_in(month.id), queries.uses_in(month.id)
        given = {row.id: sum(use.share_minor or 0 for use in uses if use.period_id == row.id) for row in rows}
        for row in rows:
            assert given[row.id] in (0, row.pooled_minor), "a period gives all of its money, or none"
        assert (month.funded_minor, month.distributed_minor) == (
            sum(row.pooled_minor or 0 for row in rows), sum(given.values()),
        )  # fmt: skip
    for event in db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind == "period")).scalars():
        assert 0 <= refunded_of(event) <= event.amount_minor


@pytest.fixture
def rail(app: Any, at: datetime, tmp_path: Path) -> Iterator[PastRail]:
    made = PastRail(tmp_path / "rail.sqlite3", public_url="http://localhost:9", at=at)
    with rails.use(made):
        yield made
    made.close()


def told(cast: Any, rail: PastRail, at: datetime, seed: int, steps: int = 110) -> History:
    history = History(cast, rail, at, seed)
    history.open_pass()
    history.run(steps)
    return history


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_pool_holds_what_is_not_shared_and_everything_can_go_back(cast, rail, at, seed, tmp_path):
    history = told(cast, rail, at, seed)
    stand(history)
    history.give_everything_back()
    stand(history)
    northwind = cast.northwind.public_id
    left = [history.pooled, history.standing("liability:tax"), history.standing("income:pool"), history.standing("income:share")]
    assert [*left, history.standing(PARTNER_HELD, northwind)] == [0] * 5
    disputed = sum(each.fee_minor for each in db.session.execute(sa.select(PaymentDispute)).scalars())
    fees = disputed + sum(period.fee_minor for period in db.session.execute(sa.select(PassPeriod)).scalars())
    assert history.standing("expense:rail_fee") == fees == -history.standing("asset:rail:stripe")
    strangers.agree(tmp_path)


def test_a_rule_that_loses_a_unit_would_be_found(cast, rail, at, monkeypatch):
    honest = pools.share_out

    def lossy(amount: int, weights: Any) -> dict[str, int]:
        shares = honest(amount, weights)
        first = max(shares, key=lambda name: shares[name])
        return shares | {first: max(0, shares[first] - 1)}

    monkeypatch.setattr(pools, "share_out", lossy)
    history = told(cast, rail, at, 1)
    with pytest.raises(AssertionError, match="all of its money"):
        for _n in range(4):  # until a month in which somebody learned is shared
            history.run(40)
            stand(history)
        raise AssertionError("nothing was shared")
