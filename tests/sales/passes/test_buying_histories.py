"""Random histories of passes and sales: never two open enrolments, never a paid course closed."""

import random
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal
from coursehub.learning.models import Enrolment
from coursehub.sales import operations, queries
from coursehub.sales.models import GOING, Order, PassSubscription, Refund
from coursehub.sales.operations import holding, instalments
from coursehub.sales.operations.bundles import BundleDraft
from coursehub.sales.passes import operations as passes
from coursehub.sales.passes.queries import enrolments_of, subscriptions_of
from coursehub.sales.passes.standing import is_open
from tests.sales.passes.rig import Story


class Histories:
    """Ada with a pass of two courses, which she buys singly, in parts and together, and gives back."""

    def __init__(self, story: Story, seed: int) -> None:
        self.story, self.dice, self.ada = story, random.Random(seed), story.cast.acting(story.cast.ada)
        for course in story.courses:
            story.offer(course, 30_000, instalments=3, refund_days=60)
        draft = BundleDraft("两门", "Both", "", "", tuple(story.courses), 40_000, "CNY", 60)
        self.bundle = operations.make_bundle(draft, by=story.cast.acting(story.cast.pia), at=story.now)
        self.done: dict[str, int] = {}

    @property
    def orders(self) -> list[Order]:
        return list(db.session.execute(sa.select(Order).where(Order.state == "paid")).scalars())

    @property
    def passes(self) -> list[PassSubscription]:
        return [one for one in subscriptions_of(self.story.cast.ada.id) if one.state in GOING]

    def run(self, steps: int) -> None:
        ways: list[Callable[[], object]] = [
            self.take, self.open, self.open, self.buy, self.buy_by_parts, self.buy_together, self.give_back, self.give_back,
            self.pause, self.pay_parts, self.let_time_go, self.fail, self.settle_late,
        ]  # fmt: skip
        for _n in range(steps):
            way = self.dice.choice(ways)
            try:
                way()
                self.done[way.__name__] = self.done.get(way.__name__, 0) + 1
            except Refusal:
                db.session.rollback()
            self.stand(way.__name__)

    def take(self) -> None:
        self.story.take(self.story.cast.ada)

    def open(self) -> None:
        for mine in self.passes[:1]:
            passes.open_course(mine, self.dice.choice(self.story.courses), by=self.ada, at=self.story.now)

    def buy(self, by_parts: bool = False) -> None:
        offering = queries.open_offering(self.dice.choice(self.story.courses).id)
        order = operations.start_checkout(offering, buyer=self.ada, at=self.story.now, by_parts=by_parts)
        self.story.pay(order)
        if self.dice.random() < 0.7:
            operations.settle_order(order, at=self.story.now)

    def buy_by_parts(self) -> None:
        self.buy(by_parts=True)

    def buy_together(self) -> None:
        order = operations.start_bundle_checkout(self.bundle, buyer=self.ada, at=self.story.now)
        self.story.pay(order)
        operations.settle_order(order, at=self.story.now)

    def settle_late(self) -> None:
        for order in db.session.execute(sa.select(Order).where(Order.state == "awaiting_payment")).scalars().all():
            operations.settle_order(order, at=self.story.now)

    def give_back(self) -> None:
        if self.orders:
            order = self.dice.choice(self.orders)
            part = self.dice.choice([None, *queries.parts_of(order.id)])
            made = operations.ask_refund(order, reason="why", by=self.ada, at=self.story.now, part=part)
            if not isinstance(made, Refund):
                left = operations.left_of(order, made.part_id)
                minor = self.dice.choice([left, max(1, left // 2)])
                operations.approve_refund(made, amount_minor=minor, answer="", by=self.story.house, at=self.story.now)
            self.story.work(self.story.now)

    def pause(self) -> None:
        for plan in queries.plans_going_of(self.story.cast.ada.id)[:1]:
            with transaction():
                lock(db.session.get_one(Order, plan.order_id))
                instalments.pause(plan, at=self.story.now)

    def pay_parts(self) -> None:
        for plan in queries.plans_going_of(self.story.cast.ada.id)[:1]:
            with transaction():
                order = db.session.get_one(Order, plan.order_id)
                lock(order)
                payment = queries.sold_payment(order.id)
                instalments.note_paid(plan, queries.open_instalments(order.id)[:1], payment, at=self.story.now)

    def let_time_go(self) -> None:
        for mine in self.passes:
            if self.dice.random() < 0.5:
                passes.stop(mine, by=self.ada, at=self.story.now)
        self.story.wait(self.dice.randint(1, 32), *self.passes)
        passes.close_after_grace(at=self.story.now)

    def fail(self) -> None:
        for mine in self.passes[:1]:
            self.story.wait(31, mine, declines=mine)

    def stand(self, after: str) -> None:
        """What must be true at any time."""
        db.session.expire_all()
        found = db.session.execute(sa.select(Enrolment).where(Enrolment.ended_at.is_(None))).scalars().all()
        held = {each.course_id: each for each in found}
        assert len(held) == len(found), f"two open enrolments after {after}"
        for order in self.orders:
            plan, left = queries.plan_of(order.id), queries.left_of_parts(order)
            parts = [part for part in queries.parts_of(order.id) if left[part.id]]
            for course_id, enrolment_id in [
                (order.course_id, order.enrolment_id),
                *((p.course_id, p.enrolment_id) for p in parts),
            ]:
                if course_id is not None and not (plan and plan.state == "paused"):
                    mine = held.get(course_id)
                    assert mine and (mine.id, mine.source) == (enrolment_id, "order"), f"a paid course is closed after {after}"
        for mine in self.passes:
            if is_open(mine, self.story.on_offer, self.story.now):
                for each in enrolments_of(mine.id):
                    assert each.ended_reason != "pass_ended" or each.course_id in held, f"a paid pass is closed after {after}"


@pytest.mark.parametrize("seed", range(4))
def test_no_way_leaves_two_open_enrolments_or_a_paid_course_closed(story, seed):
    history = Histories(story, seed)
    history.run(60)
    assert len(history.done) > 8, "the history is too quiet"


def test_a_pass_that_closes_what_was_bought_would_be_found(story, monkeypatch):
    honest = holding.keep_enrolment

    def forgetful(enrolment, **given):
        kept = honest(enrolment, **given)
        enrolment.source = "pass"
        return kept

    monkeypatch.setattr(holding, "keep_enrolment", forgetful)
    history = Histories(story, 2)
    with pytest.raises(AssertionError, match="a paid course is closed"):
        history.run(200)
