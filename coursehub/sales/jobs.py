"""Work of sales that is done later or again and again, one operation call each."""

from datetime import datetime, timedelta

from coursehub.db import db, transaction
from coursehub.events import on
from coursehub.jobs import cron, job
from coursehub.sales import letters, operations, queries
from coursehub.sales.models import InstalmentPlan, Order, PassRefund, PassSubscription, Refund, WebhookEvent
from coursehub.sales.operations import attribution, charging, instalments
from coursehub.sales.passes import operations as passes


@job("sales.read_event")
def read_event(*, at: datetime, event_id: int) -> None:
    """Do what an event of the rail asks for."""
    operations.read_event(db.session.get_one(WebhookEvent, event_id), at=at)


@job("sales.send_refund")
def send_refund(*, at: datetime, refund_id: int) -> None:
    """Send a wanted refund to the rail."""
    operations.send_refund(db.session.get_one(Refund, refund_id), at=at)


@job("sales.close_page")
def close_page(*, at: datetime, order_id: int) -> None:
    """Close the pay page of a cancelled order."""
    operations.close_page(db.session.get_one(Order, order_id), at=at)


@job("sales.expire_orders")
def expire_orders(*, at: datetime) -> None:
    """Close orders that nobody paid in time."""
    operations.expire_orders(at=at)


@job("sales.settle_waiting")
def settle_waiting(*, at: datetime) -> None:
    """Ask the rail after orders that have waited for a while."""
    operations.settle_waiting(at=at)


@job("sales.sweep_events")
def sweep_events(*, at: datetime) -> None:
    """Fetch the events that no webhook brought."""
    operations.sweep_events(at=at)


@job("sales.follow_disputes")
def follow_disputes(*, at: datetime) -> None:
    """Read the disputes that are not over."""
    operations.follow_disputes(at=at)


@job("sales.run_out_attributions")
def run_out_attributions(*, at: datetime) -> None:
    """End contests of how a sale came whose time is over, and bring to mind what nearly ran out."""
    attribution.run_out_attributions(at=at)


@job("sales.charge_due")
def charge_due(*, at: datetime) -> None:
    """Ask the cards for the parts of prices that are due."""
    charging.charge_due(at=at)


@job("sales.settle_instalment_pages")
def settle_instalment_pages(*, at: datetime) -> None:
    """Ask after the pages on which parts are paid."""
    charging.settle_pages(at=at)


@job("sales.close_instalment_page")
def close_instalment_page(*, at: datetime, plan_id: int) -> None:
    """Close the pay page of a plan that is over."""
    charging.close_instalment_page(db.session.get_one(InstalmentPlan, plan_id), at=at)


@job("sales.forget_payer")
def forget_payer(*, at: datetime, plan_id: int) -> None:
    """Forget the card of a plan that is over."""
    charging.forget_payer(db.session.get_one(InstalmentPlan, plan_id), at=at)


@job("sales.pause_late")
def pause_late(*, at: datetime) -> None:
    """Close the courses of which a part was not paid within the days of grace."""
    instalments.pause_late(at=at)


@job("sales.end_pass")
def end_pass(*, at: datetime, subscription_id: int) -> None:
    """End a subscription at the rail."""
    passes.end_at_rail(db.session.get_one(PassSubscription, subscription_id), at=at)


@job("sales.stop_disputed_pass")
def stop_disputed_pass(*, at: datetime, subscription_id: int) -> None:
    """Ask the rail to charge nothing more while a bank decides."""
    passes.stop_while_disputed(db.session.get_one(PassSubscription, subscription_id), at=at)


@job("sales.send_pass_refund")
def send_pass_refund(*, at: datetime, refund_id: int) -> None:
    """Send a wanted refund of a period to the rail."""
    passes.send(db.session.get_one(PassRefund, refund_id), at=at)


@job("sales.settle_passes")
def settle_passes(*, at: datetime) -> None:
    """Ask the rail after passes of which something was due."""
    passes.settle_passes(at=at)


@job("sales.close_after_grace")
def close_after_grace(*, at: datetime) -> None:
    """Close the courses of passes that were not paid within their days of grace."""
    passes.close_after_grace(at=at)


@job("sales.remind_of_use_contests")
def remind_of_use_contests(*, at: datetime) -> None:
    """Bring contests of minutes to mind that wait for an answer."""
    passes.remind_of_contests(at=at)


@job("sales.draw_up_pools")
def draw_up_pools(*, at: datetime) -> None:
    """Fix the facts of the month of every pool that is over."""
    passes.draw_up_months(at=at)


@job("sales.follow_gifts")
def follow_gifts(*, at: datetime) -> None:
    """Letters of gifts on their day, words to givers whose gift nobody accepted."""
    operations.follow_gifts(at=at)


@on("sales.course_purchased")
def send_gift(*, at: datetime, order_id: int) -> None:
    """A gift that was paid: the letter goes out, unless its day comes later."""
    gift = queries.gift_of(db.session.get_one(Order, order_id))
    if gift is not None:
        operations.send_gift(gift, at=at)


@on("sales.course_purchased")
def answer_sponsor_request(*, at: datetime, order_id: int) -> None:
    """Where an employer paid, the request is answered and the employer thanked."""
    asked = operations.note_sponsor_paid(order_id, at=at)
    if asked is not None and asked.state == "paid":
        with transaction():
            letters.send_sponsor_thanks(asked, db.session.get_one(Order, order_id), at=at)


@on("billing.invoice_paid")
def settle_invoiced(*, at: datetime, cause: str, cause_id: str, **_more: object) -> None:
    """An invoice over an order was paid: the order completes as after a payment by card."""
    order = queries.order_by_number(cause_id) if cause == "order" else None
    if order is not None:
        operations.settle_invoiced(order, at=at)


cron("sales.run_out_attributions", every=timedelta(hours=1))
cron("sales.charge_due", every=timedelta(hours=1))
cron("sales.settle_instalment_pages", every=timedelta(minutes=15))
cron("sales.pause_late", every=timedelta(hours=6))
cron("sales.settle_passes", every=timedelta(hours=1))
cron("sales.close_after_grace", every=timedelta(hours=6))
cron("sales.remind_of_use_contests", every=timedelta(hours=6))
cron("sales.draw_up_pools", every=timedelta(days=1))
cron("sales.follow_gifts", every=timedelta(hours=1))
cron("sales.expire_orders", every=timedelta(minutes=5))
cron("sales.settle_waiting", every=timedelta(minutes=15))
cron("sales.sweep_events", every=timedelta(days=1))
cron("sales.follow_disputes", every=timedelta(hours=12))
