"""The storm's buyers of courses: what they do at the till and at the rail."""

from coursehub.db import db
from coursehub.sales import operations
from coursehub.sales.models import Order
from coursehub.sandbox import payments, refunds
from tests.rigs.storm_story import Life, Story, patiently
from tests.rigs.world import acting, settle, start
from tests.rigs.world import pay as pay_at_rail


def place(story: Story, buyer: int) -> None:
    story.something_breaks("lose_reply")
    patiently(lambda: story.orders.update({buyer: start(story.offering, story.people[buyer], at=story.now)}))


def _session(story: Story, buyer: int) -> str:
    session = db.session.get_one(Order, story.orders[buyer], populate_existing=True).session_id
    assert session is not None
    return session


def pay(story: Story, buyer: int) -> None:
    pay_at_rail(story.store, story.orders[buyer])


def decline(story: Story, buyer: int) -> None:
    payments.decline(story.store, _session(story, buyer), at=story.store.now())


def leave(story: Story, buyer: int) -> None:
    payments.expire(story.store, _session(story, buyer), at=story.store.now())


def wallet(story: Story, buyer: int) -> None:
    payments.await_wallet(story.store, _session(story, buyer), method="alipay", at=story.store.now())


def empty_wallet(story: Story, buyer: int) -> None:
    payments.await_wallet(story.store, _session(story, buyer), method="alipay", at=story.store.now(), succeeds=False)


def wallets_decide(story: Story, _buyer: int) -> None:
    payments.settle_wallets(story.store, at=story.store.now(), all=True)


def refund_that_waits(story: Story, buyer: int) -> None:
    _refund(story, buyer, "pending")


def refund_that_fails(story: Story, buyer: int) -> None:
    _refund(story, buyer, "failed")


def _refund(story: Story, buyer: int, outcome: str) -> None:
    """The buyer comes back to the order page, sees it paid, and wants the money back."""
    story.store.keep("refund_outcome", outcome)
    patiently(lambda: settle(story.orders[buyer], at=story.now))
    order = db.session.get_one(Order, story.orders[buyer], populate_existing=True)
    refund = operations.ask_refund(order, reason="", by=acting(story.people[buyer]), at=story.now)
    story.something_breaks("lose_reply", "fail_after_commit")
    patiently(lambda: operations.send_refund(refund, at=story.now))  # type: ignore[arg-type]


def refunds_are_decided(story: Story, _buyer: int) -> None:
    refunds.settle_refunds(story.store, at=story.store.now())


ORDERS: list[Life] = [
    {0: [place, pay]},
    {0: [place, pay, refund_that_waits, refunds_are_decided]},
    {0: [place, decline, pay]},
    {0: [place, wallet, wallets_decide]},
    {0: [place, empty_wallet, wallets_decide]},
    {0: [place, pay, refund_that_fails, refunds_are_decided]},
    {0: [place, leave]},
]
