"""The storm's subscribers: they take a pass, learn with it, stop it or leave their card empty; banks take what they paid.

"monthly" is paid from its first day, "tried" after a week. A payment is asked for again three, eight and fifteen days after it
failed; then the rail gives up. On day 68 the month of the first payments is drawn up, and it is shared on day 73.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coursehub.contracts.clauses import Pool
from coursehub.contracts.operations import list_course
from coursehub.db import db
from coursehub.learning.operations import note_active
from coursehub.people.operations.buyer_details import DetailsDraft
from coursehub.sales.models import CoursePass, PassSubscription, PoolMonth
from coursehub.sales.operations import open_offering
from coursehub.sales.operations.offerings import OfferingDraft
from coursehub.sales.passes import operations, queries
from coursehub.sales.passes.operations import papers
from coursehub.sandbox import disputes, subscriptions
from tests.cast import Cast
from tests.contracts.rig import agree, course_of, terms_data
from tests.rigs.storm_orders import pay, refund_that_waits, refunds_are_decided
from tests.rigs.storm_story import Life, Story, patiently
from tests.rigs.world import PRICE_MINOR, acting, start

RULE = Pool("minutes_each", 5, "house")
PART_MINOR = 3_300


def open_passes(cast: Cast, *, at: datetime) -> tuple[dict[str, int], int]:
    """A course whose terms name the rule, in two passes, to pay at once and to try for a week; and on sale for good. Their ids."""
    course, stan = course_of(cast.northwind, "python", at), cast.acting(cast.stan)
    scope = terms_data(cast.house, cast.northwind, course)["scope"]
    rule = {"rule": RULE.rule, "floor_minutes": RULE.floor_minutes, "unused": RULE.unused}
    agree(cast, course, at, scope=scope | {"events": [*scope["events"], "period"]}, pool=rule)
    list_course(course, by=stan, at=at)
    found = {}
    for slug, trial_days in (("monthly", 0), ("tried", 7)):
        draft = operations.PassDraft(
            slug=slug, name="畅学卡", name_en="Learn all", about="", about_en="", price_minor=9_900, currency="CNY", tax_bps=600,
            pool=RULE, trial_days=trial_days,
        )  # fmt: skip
        made = operations.open_pass(draft, by=stan, at=at)
        operations.add_course(made, course, by=stan, at=at)
        found[slug] = made.id
    offered = OfferingDraft(price_minor=PRICE_MINOR, currency="CNY", tax_bps=600, seats_limit=None, refund_days=30)
    return found, open_offering(course, offered, by=cast.acting(cast.pia), at=at).id


# At the house


def take_monthly(story: Story, buyer: int) -> None:
    _take(story, buyer, "monthly")


def take_tried(story: Story, buyer: int) -> None:
    _take(story, buyer, "tried")


def _take(story: Story, buyer: int, slug: str) -> None:
    pass_ = db.session.get_one(CoursePass, story.passes[slug])
    story.something_breaks("lose_reply")
    by = acting(story.people[buyer])
    patiently(lambda: story.subscriptions.update({buyer: operations.subscribe(pass_, by=by, at=story.now).id}))


def _of(story: Story, buyer: int) -> PassSubscription:
    return db.session.get_one(PassSubscription, story.subscriptions[buyer], populate_existing=True)


def come_back(story: Story, buyer: int) -> None:
    """The rail's page leads back to ours, which asks at once."""
    patiently(lambda: operations.settle(_of(story, buyer), at=story.now))


def learn(story: Story, buyer: int) -> None:
    come_back(story, buyer)
    mine, by = _of(story, buyer), acting(story.people[buyer])
    course = queries.courses_in(mine.pass_id, story.now)[0]
    enrolment = operations.open_course(mine, course, by=by, at=story.now)
    for n in range(3 + buyer % 4):
        note_active(enrolment, by=by, at=story.now + timedelta(minutes=n * 4))


def ask_invoices(story: Story, buyer: int) -> None:
    come_back(story, buyer)
    papers.ask_invoices(_of(story, buyer), DetailsDraft("personal", "A. Buyer"), by=acting(story.people[buyer]), at=story.now)


def buy_it_too(story: Story, buyer: int) -> None:
    """The course that the pass opens is bought for good."""
    story.something_breaks("lose_reply")
    patiently(lambda: story.orders.update({buyer: start(story.offered_too, story.people[buyer], at=story.now)}))


def stop(story: Story, buyer: int) -> None:
    come_back(story, buyer)
    story.something_breaks("lose_reply", "fail_after_commit")
    patiently(lambda: operations.stop(_of(story, buyer), by=acting(story.people[buyer]), at=story.now))


def go_on(story: Story, buyer: int) -> None:
    come_back(story, buyer)
    story.something_breaks("lose_reply", "fail_after_commit")
    patiently(lambda: operations.go_on(_of(story, buyer), by=acting(story.people[buyer]), at=story.now))


def ask_back_and_wait(story: Story, buyer: int) -> None:
    _ask_back(story, buyer, "pending")


def ask_back_in_vain(story: Story, buyer: int) -> None:
    _ask_back(story, buyer, "failed")


def _ask_back(story: Story, buyer: int, outcome: str) -> None:
    come_back(story, buyer)
    refund = operations.ask_back(_of(story, buyer), by=acting(story.people[buyer]), at=story.now)
    _send(story, refund, outcome)


def part_goes_back(story: Story, buyer: int) -> None:
    """Finance gives a part of the first period back, in the month itself or long after it was shared."""
    _part_goes_back(story, buyer, "pending")


def part_goes_back_in_vain(story: Story, buyer: int) -> None:
    _part_goes_back(story, buyer, "failed")


def _part_goes_back(story: Story, buyer: int, outcome: str) -> None:
    come_back(story, buyer)
    period = queries.periods_of(story.subscriptions[buyer])[-1]
    refund = operations.refund_period(period, amount_minor=PART_MINOR, by=acting(story.fay), at=story.now)
    _send(story, refund, outcome)


def _send(story: Story, refund: Any, outcome: str) -> None:
    story.store.keep("refund_outcome", outcome)
    story.something_breaks("lose_reply", "fail_after_commit")
    patiently(lambda: operations.send(refund, at=story.now))


def draw_up(story: Story, _nobody: int) -> None:
    assert operations.draw_up_months(at=story.now)


def share(story: Story, _nobody: int) -> None:
    waiting = sa.select(PoolMonth).where(PoolMonth.shared_at.is_(None)).order_by(PoolMonth.id)
    for month in db.session.execute(waiting).scalars().all():
        operations.share_month(month, by=acting(story.fay), at=story.now)


# At the rail and at the bank


def _at_rail(story: Story, buyer: int) -> dict[str, Any]:
    session = story.store.get("checkout.session", str(_of(story, buyer).session_id))
    return story.store.get("subscription", session["subscription"])


def agree_on_page(story: Story, buyer: int) -> None:
    session = story.store.get("checkout.session", str(_of(story, buyer).session_id))
    subscriptions.begin(story.store, session, public_url=story.url, at=story.store.now())


def card_is_empty(story: Story, buyer: int) -> None:
    story.store.put(_at_rail(story, buyer) | {"_declines": True})


def card_is_full(story: Story, buyer: int) -> None:
    story.store.put(_at_rail(story, buyer) | {"_declines": False})


def pay_by_hand(story: Story, buyer: int) -> None:
    """The rail itself wrote that the card was refused, with the address of a page on which to pay."""
    subscriptions.pay_invoice(story.store, _at_rail(story, buyer)["latest_invoice"], at=story.store.now())


def _first_charge(story: Story, buyer: int) -> str:
    """What was charged first, as the bank knows it, whether or not we heard of it."""
    where = {"parent.subscription_details.subscription": _at_rail(story, buyer)["id"], "status": "paid"}
    invoice = next(each for each in story.store.matching("invoice", **where) if each["amount_due"])
    (paid,) = story.store.matching("invoice_payment", invoice=invoice["id"])
    return str(story.store.get("payment_intent", paid["payment"]["payment_intent"])["latest_charge"])


def bank_takes(story: Story, buyer: int) -> None:
    disputes.open_dispute(story.store, _first_charge(story, buyer), at=story.store.now())


def bank_asks(story: Story, buyer: int) -> None:
    disputes.open_dispute(story.store, _first_charge(story, buyer), at=story.store.now(), inquiry=True)


def _dispute(story: Story, buyer: int) -> str:
    return str(story.store.matching("dispute", charge=_first_charge(story, buyer))[-1]["id"])


def bank_insists(story: Story, buyer: int) -> None:
    disputes.escalate(story.store, _dispute(story, buyer), at=story.store.now())


def bank_asks_no_more(story: Story, buyer: int) -> None:
    disputes.close_dispute(story.store, _dispute(story, buyer), won=False, at=story.store.now())


def bank_gives_back(story: Story, buyer: int) -> None:
    disputes.close_dispute(story.store, _dispute(story, buyer), won=True, at=story.store.now())


def bank_keeps(story: Story, buyer: int) -> None:
    disputes.close_dispute(story.store, _dispute(story, buyer), won=False, at=story.store.now())


HOUSE: Life = {68: [draw_up], 73: [share]}

# The first nine are told in the suite, all in longer storms. What goes back of a month that was shared takes a unit of
# rounding along or leaves it, by its turn: so what goes back on one day is of one amount.
PASSES: list[Life] = [
    {0: [take_monthly, agree_on_page, learn, ask_invoices], 33: [learn], 73: [bank_takes], 81: [bank_keeps]},
    {0: [take_monthly, agree_on_page, learn], 9: [bank_takes], 81: [bank_gives_back]},
    {0: [take_monthly, agree_on_page], 9: [card_is_empty], 33: [pay_by_hand], 38: [stop]},
    {0: [take_tried, agree_on_page, learn, card_is_empty]},
    {0: [take_tried, agree_on_page, stop], 5: [go_on], 9: [learn], 33: [stop]},
    {0: [take_monthly, agree_on_page, learn], 5: [buy_it_too, pay, ask_back_and_wait, refunds_are_decided]},
    {
        0: [take_monthly, agree_on_page, learn, ask_invoices],
        9: [part_goes_back, refunds_are_decided],
        77: [part_goes_back, refunds_are_decided],
    },
    {0: [take_monthly, agree_on_page, bank_takes], 9: [bank_keeps]},
    {0: [take_monthly]},
    {0: [take_tried, agree_on_page, learn], 9: [learn]},
    {0: [take_tried, agree_on_page, learn, stop], 9: [come_back, take_tried, agree_on_page, learn], 33: [stop]},
    {0: [take_monthly, agree_on_page, learn], 9: [card_is_empty]},
    {0: [take_monthly, agree_on_page, learn], 9: [card_is_empty], 33: [card_is_full]},
    {0: [take_tried, agree_on_page, card_is_empty], 9: [pay_by_hand]},
    {0: [take_monthly, agree_on_page, ask_back_and_wait, refunds_are_decided]},
    {0: [take_monthly, agree_on_page, ask_back_in_vain, refunds_are_decided]},
    {0: [take_monthly, agree_on_page, learn], 9: [bank_asks], 33: [bank_insists], 38: [bank_gives_back]},
    {0: [take_monthly, agree_on_page, bank_asks, bank_asks_no_more], 9: [stop]},
    {0: [take_monthly, agree_on_page, learn], 9: [part_goes_back, bank_takes, refunds_are_decided], 33: [bank_keeps]},
    {0: [take_monthly, agree_on_page], 9: [part_goes_back_in_vain, bank_takes, refunds_are_decided], 33: [bank_gives_back]},
    {0: [take_monthly, agree_on_page, learn], 5: [buy_it_too, pay], 33: [refund_that_waits, refunds_are_decided], 38: [stop]},
]
