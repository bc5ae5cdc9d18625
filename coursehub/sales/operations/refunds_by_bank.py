"""Refunds that failed at the rail and reached the buyer by bank transfer instead; the money is booked by who confirms it."""

from datetime import datetime

from coursehub import events
from coursehub.db import lock, transaction
from coursehub.errors import Refusal
from coursehub.sales.models import PassRefund, Refund


class RefundNotWaiting(Refusal):
    """This refund does not wait any more: it was tried again, or is paid. Look at it again."""


class PaidByBankAlready(Refusal):
    """Finance has written down that this refund was paid by bank transfer. Confirm or drop that entry before you try it again."""


def lock_failed(refund: Refund | PassRefund) -> None:
    """Hold a refund whose money waits in suspense, in the open transaction. Raises RefundNotWaiting."""
    lock(refund)
    if refund.state != "failed" or refund.booked_at is None:
        raise RefundNotWaiting


def say_paid_by_bank(refund: Refund | PassRefund, *, at: datetime) -> None:
    """One person says so: the transfer has left, so nobody tries it at the rail until that is confirmed or dropped."""
    with transaction():
        lock_failed(refund)
        refund.said_paid_at = at


def unsay_paid_by_bank(refund: Refund | PassRefund) -> None:
    """Nobody confirmed it: the refund waits as before."""
    with transaction():
        lock(refund)
        refund.said_paid_at = None


def not_said(refund: Refund | PassRefund) -> None:
    """Stop whoever would give the money a second time. The caller holds the refund. Raises PaidByBankAlready."""
    if refund.said_paid_at is not None:
        raise PaidByBankAlready


def mark_paid_by_bank(refund: Refund | PassRefund, *, at: datetime) -> None:
    """The buyer has it by bank. What the rail says of its earlier attempts changes nothing any more. Raises RefundNotWaiting."""
    with transaction():
        lock_failed(refund)
        refund.state, refund.done_at, refund.problem = "done", at, PAID_BY_BANK
        refund.rail_refund_id = refund.said_paid_at = None
        refund.attempt += 1
        kind = "refund" if isinstance(refund, Refund) else "pass_refund"
        events.record(f"sales.{kind}_paid_by_bank", at=at, refund_id=refund.id)


def unmark_paid_by_bank(refund: Refund | PassRefund) -> None:
    """The transfer was not made after all: the refund waits as before. Raises RefundNotWaiting."""
    with transaction():
        lock(refund)
        if (refund.state, refund.problem) != ("done", PAID_BY_BANK):
            raise RefundNotWaiting
        refund.state, refund.done_at, refund.problem = "failed", None, "transfer taken back"


PAID_BY_BANK = "paid by bank"
"""What stands beside such a refund where else the rail's own word does."""
