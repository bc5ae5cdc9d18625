"""Random histories of money that waits for an explanation: paid too late, refused by a bank, taken by a bank beyond a sale.

After every step what stands in suspense is what our own rows name; once banks take again what they refused, it is nothing, or
what a bank took beyond a sale. A history is its seed.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from coursehub import rails
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal
from coursehub.ledger import queries as ledger
from coursehub.payouts.queries import suspense, waiting_in_suspense
from coursehub.sales import operations, queries
from coursehub.sales.models import Offering, Order, Payment, PaymentDispute, Refund
from coursehub.sales.operations.checkout import close_unpaid
from tests.sales.rig import Shop

SUSPENSE = "liability:suspense"
BUYERS = ("ada", "bo", "emma", "emil", "theo")


def named() -> int:
    """What should stand in suspense by what orders, refunds and disputes say, in minor units that we owe."""
    total = 0
    refunds = {refund.payment_id: refund for refund in _all(Refund) if refund.state in ("pending", "done")}
    for payment in _all(Payment):
        if payment.outcome == "returned" and payment.id not in refunds:
            total += payment.amount_minor
    stray = {payment.id for payment in _all(Payment) if payment.outcome == "returned"}
    for refund in _all(Refund):
        if refund.payment_id not in stray and refund.booked_at is not None and refund.state in ("wanted", "failed"):
            total += refund.amount_minor
    return total + beyond()


def beyond() -> int:
    """What banks took beyond what was left of the sales, and did not give back: below nothing, since it is owed to us."""
    return -sum(
        dispute.amount_minor - dispute.shared_minor
        for dispute in _all(PaymentDispute)
        if dispute.withdrawn_at is not None and dispute.reinstated_at is None
    )


def _all(model: Any) -> list[Any]:
    return list(db.session.execute(sa.select(model).order_by(model.id)).scalars())


class SuspenseHistory:
    """One history of one course's buyers and of banks that change their minds."""

    def __init__(self, shop: Shop, offering: Offering, seed: int) -> None:
        self.shop, self.offering, self.chance = shop, offering, Random(seed)
        self.cast, self.now = shop.cast, shop.at
        self.since: datetime | None = None
        self.told: list[str] = []
        self.disputes = 0

    def run(self, steps: int) -> None:
        """So many steps by chance, each followed by a look at what waits; what a rule refuses is a step like any other."""
        ways = [
            (self.buy, 10), (self.pay_too_late, 5), (self.ask_back, 12), (self.bank_changes, 6), (self.bank_answers, 10),
            (self.try_again, 8), (self.tell_again, 4), (self.take_beyond, 3), (self.give_back, 2), (self.wait, 6),
        ]  # fmt: skip
        for _n in range(steps):
            way = self.chance.choices([way for way, _weight in ways], [weight for _way, weight in ways])[0]
            self.told.append(way.__name__)
            try:
                way()
            except (Refusal, rails.RailRefused):
                db.session.rollback()
            self.shop.work(self.now)
            self.look()

    def look(self) -> None:
        """The books, our rows and the desk of finance tell the same, and since when."""
        waits = -ledger.balance_of(SUSPENSE, "CNY")
        assert waits == named(), f"{waits} waits, {named()} is named: {self.told}"
        self.since = (self.since or self.now) if waits else None
        shown = [(currency, minor) for currency, minor, _since in suspense()]
        assert shown == ([("CNY", waits)] if waits else []), self.told
        assert all(since <= self.now for _currency, _minor, since in suspense())
        parts = waiting_in_suspense("CNY")
        assert sum(each.minor for each in parts) == waits and all(each.about for each in parts), (parts, self.told)
        assert sum(each.minor for each in parts if each.about == "dispute") == beyond(), (parts, self.told)

    def buy(self) -> None:
        order = self._order()
        self.shop.pay(order)
        operations.settle_order(order, at=self.now)

    def pay_too_late(self) -> None:
        """The order is over here, the page at the rail is not: the money is for nothing and goes back."""
        order = self._order()
        session = order.session_id
        self.shop.pay(order)
        with transaction():
            lock(order)
            close_unpaid(order, state="expired", at=self.now)
        operations.settle_order(order, at=self.now, session_id=session)

    def ask_back(self) -> None:
        if order := self._some(Order, Order.state == "paid"):
            person = next(p for p in (getattr(self.cast, name) for name in BUYERS) if p.id == order.buyer_id)
            asked = operations.ask_refund(order, reason="?", by=self.cast.acting(person), at=self.now)
            if not isinstance(asked, Refund):
                amount = self.chance.randint(1, queries.refundable_minor(order))
                operations.approve_refund(asked, amount_minor=amount, answer="!", by=self.cast.acting(self.cast.fay), at=self.now)

    def bank_changes(self) -> None:
        self.shop.sandbox.tell("refunds", outcome=self.chance.choice(["succeeded", "pending", "failed"]))

    def bank_answers(self) -> None:
        """What was on its way arrives or fails; we read it."""
        self.shop.sandbox.tell("settle")
        for refund in _all(Refund):
            if refund.rail_refund_id and self.chance.random() < 0.8:
                operations.record_refund(refund, self.shop.rail.read_refund(refund.rail_refund_id), at=self.now)

    def try_again(self) -> None:
        if refund := self._some(Refund, Refund.state == "failed"):
            operations.retry_refund(refund, by=self.cast.acting(self.cast.fay), at=self.now)

    def tell_again(self) -> None:
        """An old answer comes once more, twice."""
        refund = self._some(Refund, Refund.rail_refund_id.is_not(None))
        if refund is not None:
            facts = self.shop.rail.read_refund(str(refund.rail_refund_id))
            operations.record_refund(refund, facts, at=self.now)
            operations.record_refund(refund, facts, at=self.now)

    def take_beyond(self) -> None:
        """A bank takes the whole of a payment, whatever of it went back before."""
        disputed = sa.select(PaymentDispute.payment_id)  # a bank takes a payment once, as long as something of it is left
        payment = self._some(Payment, Payment.outcome == "sold", Payment.id.not_in(disputed))
        if payment is not None and queries.refundable_minor(db.session.get_one(Order, payment.order_id)):
            self.disputes += 1
            charge = self.shop.sandbox.tell("disputes", charge=payment.rail_charge_id)["id"]
            facts = self.shop.rail.read_dispute(charge)
            operations.record_dispute(payment, replace(facts, id=f"du_{self.disputes}"), at=self.now)
            operations.record_dispute(payment, facts, at=self.now)

    def give_back(self) -> None:
        """The bank decides a dispute."""
        dispute = self._some(
            PaymentDispute, PaymentDispute.closed_at.is_(None), ~PaymentDispute.rail_dispute_id.startswith("du_")
        )
        if dispute is not None:
            won = self.chance.random() < 0.5
            self.shop.sandbox.tell("disputes", dispute=dispute.rail_dispute_id, won=won)
            operations.follow_dispute(dispute.rail_dispute_id, at=self.now)

    def wait(self) -> None:
        self.now += timedelta(days=self.chance.choice([1, 5, 20]))
        self.shop.sandbox.tell("clock", stopped_at=int(self.now.timestamp()))

    def come_to_rest(self) -> None:
        """Banks take what they refused, everything that failed is tried again until nothing fails any more."""
        self.shop.sandbox.tell("refunds", outcome="succeeded")
        for _round in range(3):
            self.shop.work(self.now)
            self.shop.sandbox.tell("settle")
            for refund in _all(Refund):
                if refund.rail_refund_id:
                    operations.record_refund(refund, self.shop.rail.read_refund(refund.rail_refund_id), at=self.now)
                if refund.state == "failed":
                    operations.retry_refund(refund, by=self.cast.acting(self.cast.fay), at=self.now)
        self.shop.work(self.now)

    def refunds(self) -> list[Refund]:
        """All that were wanted."""
        return _all(Refund)

    def _order(self) -> Order:
        buyer = getattr(self.cast, self.chance.choice(BUYERS))
        return operations.start_checkout(self.offering, buyer=self.cast.acting(buyer), at=self.now)

    def _some(self, model: Any, *where: Any) -> Any:
        found = db.session.execute(sa.select(model).where(*where).order_by(model.id)).scalars().all()
        return self.chance.choice(found) if found else None
