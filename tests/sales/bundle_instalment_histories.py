"""Random histories of bundles in parts: paid, refused, given back course by course, taken by banks and given back; what must hold.

After every step: each course's price is what was paid of it, what is open and what was dropped; a part is the sum of its
shares; what our rows say is left of each course is what the books say; and suspense holds nothing.
"""

from dataclasses import replace
from random import Random
from typing import Any

import sqlalchemy as sa

from coursehub import rails
from coursehub.contracts import queries as contracts
from coursehub.contracts.operations.bundling import part_key
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.sales import operations, queries
from coursehub.sales.models import PLAN_GOING, Bundle, Instalment, Order, OrderPart, PaymentDispute, RefundRequest
from coursehub.sales.operations import charging
from tests.sales.rig import books
from tests.sales.test_bundle_instalments import Together, opened, slug_of


class PartsHistory:
    """One order for a bundle, and a year in which anything may happen to it. `chance` says what."""

    def __init__(self, together: Together, bundle: Bundle, chance: Random) -> None:
        self.together, self.chance = together, chance
        self.ada, self.stan = together.cast.acting(together.cast.ada), together.cast.acting(together.cast.stan)
        self.told: list[str] = []
        self.paid: set[str | None] = set()
        self.order = together.buy_bundle(bundle, together.cast.ada)
        self.look()

    def run(self, steps: int) -> None:
        """So many steps, each followed by a look; what a rule refuses is a step like any other."""
        ways = (self.wait, self.wait, self.pay_page, self.bank, self.give_back, self.give_back, self.dispute, self.decide)
        for _step in range(steps):
            way = self.chance.choice(ways)
            self.told.append(way.__name__)
            try:
                way()
            except Refusal as refusal:
                db.session.rollback()
                self.told[-1] += f" ({type(refusal).__name__})"
            self.together.work(self.together.at)
            self.look()

    def wait(self) -> None:
        self.together.wait(self.chance.choice([1, 4, 8, 31]))

    def pay_page(self) -> None:
        charging.open_instalment_page(self.order, whole=self.chance.random() < 0.3, by=self.ada, at=self.together.at)
        plan = queries.plan_of(self.order.id)
        assert plan is not None
        if self.chance.random() < 0.8 and plan.session_id not in self.paid:
            self.paid.add(plan.session_id)
            self.together.sandbox.tell(f"sessions/{plan.session_id}/pay")
        if self.chance.random() < 0.7:
            charging.settle_parts(self.order, at=self.together.at)

    def bank(self) -> None:
        """The bank of the card changes its mind about it."""
        plan = queries.plan_of(self.order.id)
        if plan is not None and plan.payer_id:
            self.together.answer(self.order, self.chance.choice(["", "card_declined"]))

    def give_back(self) -> None:
        """A course or all of it, whole or a part, as the window and staff allow."""
        part = self.chance.choice([None, *queries.parts_of(self.order.id)])
        asked = operations.ask_refund(self.order, reason="?", by=self.ada, at=self.together.at, part=part)
        if isinstance(asked, RefundRequest):
            left = operations.left_of(self.order, asked.part_id)
            amount = self.chance.choice([left, left, 1 + self.chance.randrange(left)])
            operations.approve_refund(asked, amount_minor=amount, answer="!", by=self.stan, at=self.together.at)

    def dispute(self) -> None:
        """The bank takes back a payment of which something is left."""
        taken = {dispute.payment_id for dispute in db.session.execute(sa.select(PaymentDispute)).scalars()}
        left = {payment.id: payment for payment, _part, minor in queries.left_of_sales(self.order) if minor > 0}
        choice = [payment for id, payment in left.items() if id not in taken]
        if choice and self.order.state == "paid":
            charge = self.chance.choice(choice).rail_charge_id
            operations.follow_dispute(self.together.sandbox.tell("disputes", charge=charge)["id"], at=self.together.at)

    def decide(self) -> None:
        """The bank decides for the buyer, or for us, perhaps on appeal after it had decided for the buyer."""
        found = sa.select(PaymentDispute).where(PaymentDispute.state != "won", PaymentDispute.reinstated_at.is_(None))
        for dispute in db.session.execute(found).scalars().all():
            facts = self.together.rail.read_dispute(dispute.rail_dispute_id)
            if dispute.closed_at is None and self.chance.random() < 0.5:
                payment = next(each for each in queries.sold_payments(self.order.id) if each.id == dispute.payment_id)
                operations.record_dispute(payment, replace(facts, state="lost"), at=self.together.at)
            else:
                self.together.sandbox.tell("disputes", dispute=dispute.rail_dispute_id, won=True)
                operations.follow_dispute(dispute.rail_dispute_id, at=self.together.at)

    def look(self) -> None:
        """Everything that must hold now."""
        order = db.session.get_one(Order, self.order.id)
        rows, plan = queries.instalments_of(order.id), queries.plan_of(order.id)
        assert plan is not None
        for part in queries.parts_of(order.id):
            self._price_is_accounted_for(part, rows)
            self._books_agree(order, part)
        by_row: dict[int, int] = {}
        for share in queries.shares_of(order.id):
            if share.dropped_at is None:
                by_row[share.instalment_id] = by_row.get(share.instalment_id, 0) + share.amount_minor
        whole = {row.id: row.amount_minor for row in rows if row.dropped_at is None}
        assert {id: minor for id, minor in by_row.items() if id in whole} == whole, self.told
        left = queries.open_instalments(order.id)
        assert bool(left) == (plan.state in PLAN_GOING), (plan.state, self.told)
        assert not opened(order) or plan.state != "paused" or queries.given_up(order.id), self.told
        assert queries.kept_minor(order) == sum(queries.kept_of_parts(order).values()) >= 0, self.told
        assert all(row.amount_minor >= rails.LEAST_MINOR[order.currency] for row in left if row.replaces_n is None), self.told
        assert "liability:suspense" not in books([self.together.cast.northwind]), self.told

    def _price_is_accounted_for(self, part: OrderPart, rows: Any) -> None:
        """Price = paid + open + not asked for any more; what stands for money that a bank took is beside it."""
        numbered: dict[int, Instalment] = {row.id: row for row in rows if row.replaces_n is None}
        paid = open_ = dropped = 0
        for share in queries.shares_of(self.order.id):
            row = numbered.get(share.instalment_id)
            if row is None or share.part_id != part.id:
                continue
            held = part.enrolment_id is not None or row.payment_id is not None
            assert held or row.dropped_at is not None or share.dropped_at is not None, ("asked for what went back", self.told)
            if share.dropped_at is not None or row.dropped_at is not None:
                dropped += share.amount_minor
            elif row.payment_id is not None:
                paid += share.amount_minor
            else:
                open_ += share.amount_minor
        assert paid + open_ + dropped == part.gross_minor, (slug_of(part.course_id), self.told)

    def _books_agree(self, order: Order, part: OrderPart) -> None:
        """What was paid of a course less what went back is what its money events say."""
        left = {payment.id: minor for payment, part_id, minor in queries.left_of_sales(order) if part_id == part.id}
        booked = {}
        for payment in queries.sold_payments(order.id):
            event = contracts.event_for(part_key(payment.effect_key, part.course_id))
            if event is not None:
                assert event.terms_hash == part.terms_hash
                booked[payment.id] = event.amount_minor - contracts.refunded_of(event)
        assert left == booked, (slug_of(part.course_id), self.told)
