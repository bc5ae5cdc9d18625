"""Work of sales that is done later or again and again, one operation call each."""

from datetime import datetime, timedelta

from coursehub.db import db
from coursehub.jobs import cron, job
from coursehub.sales import operations
from coursehub.sales.models import Order, Refund, WebhookEvent


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


cron("sales.expire_orders", every=timedelta(minutes=5))
cron("sales.settle_waiting", every=timedelta(minutes=15))
cron("sales.sweep_events", every=timedelta(days=1))
cron("sales.follow_disputes", every=timedelta(hours=12))
