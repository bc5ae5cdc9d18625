"""What is the same for every dispute, whatever was paid: how it goes on, and the money that moves beside what was sold."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from coursehub import rails
from coursehub.db import db
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.sales.models import DISPUTE_OVER, PaymentDispute

log = logging.getLogger(__name__)

_AGAINST = {"dispute_beyond": "liability:suspense", "dispute_fee": "expense:rail_fee"}


class Heard(NamedTuple):
    """A dispute as it stands now, and what is new: it was not known, money left, money came back, it ended."""

    dispute: PaymentDispute
    is_new: bool
    leaves: bool
    returns: bool
    closes: bool


def write_down(facts: rails.DisputeFacts, *, left_minor: Callable[[], int], at: datetime, **about: int) -> Heard:
    """Write down what the rail says of a dispute; each movement of money is new once. Joins.

    about: order_id and payment_id, or period_id. left_minor: what no refund and no other dispute took, asked when money leaves.
    """
    found = sa.select(PaymentDispute).where(PaymentDispute.rail_dispute_id == facts.id)
    dispute = db.session.execute(found).scalar_one_or_none()
    is_new = dispute is None
    if dispute is None:
        dispute = PaymentDispute(
            rail_dispute_id=facts.id, amount_minor=facts.amount_minor, currency=facts.currency, reason=facts.reason[:60],
            state="inquiry", opened_at=facts.opened_at, noted_at=at, **about,
        )  # fmt: skip
        db.session.add(dispute)
        db.session.flush()
        log.info("payment %s is disputed", facts.payment_id)
    if dispute.closed_at is None:
        dispute.answer_by, dispute.amount_minor = facts.answer_by, facts.amount_minor
    leaves = facts.withdrawn_at is not None and dispute.withdrawn_at is None
    returns = facts.reinstated_at is not None and dispute.reinstated_at is None
    if leaves:
        left = left_minor()
        dispute.withdrawn_at, dispute.fee_minor = facts.withdrawn_at, facts.fee_minor
        dispute.shared_minor = min(facts.amount_minor, left)
    if returns:
        dispute.reinstated_at = facts.reinstated_at
    closes = _move(dispute, facts.state, at)
    db.session.flush()
    return Heard(dispute, is_new, leaves, returns, closes)


def _move(dispute: PaymentDispute, state: str, at: datetime) -> bool:
    """Where the dispute stands now; whether it ended. A lost one can still be won on appeal, nothing else begins again."""
    before = dispute.state
    if before in DISPUTE_OVER and (before, state) != ("lost", "won"):
        return False
    dispute.state = state
    if state not in DISPUTE_OVER:
        return False
    dispute.closed_at = at
    return True


def book_beside(heard: Heard, *, rail: str, fee_back_minor: int, at: datetime) -> None:
    """The rail's fee, which the house bears, and what a bank took beyond what was left; and what came back of both."""
    dispute = heard.dispute
    beyond = dispute.amount_minor - dispute.shared_minor
    if heard.leaves:
        _post(dispute, rail, "dispute_beyond", beyond, at=at)
        _post(dispute, rail, "dispute_fee", dispute.fee_minor, at=at)
    if heard.returns:
        _post(dispute, rail, "dispute_beyond", -beyond, at=at)
        _post(dispute, rail, "dispute_fee", -fee_back_minor, at=at)


def _post(dispute: PaymentDispute, rail: str, kind: str, amount_minor: int, *, at: datetime) -> None:
    """Move an amount out of the rail's balance, or back into it if it is negative; nothing if it is nothing."""
    moment = dispute.reinstated_at if amount_minor < 0 else dispute.withdrawn_at
    if amount_minor and moment is not None:
        key = f"{kind}:{dispute.rail_dispute_id}{':back' if amount_minor < 0 else ''}"
        legs = [Leg(AccountRef(f"asset:rail:{rail}"), -amount_minor), Leg(AccountRef(_AGAINST[kind]), amount_minor)]
        post(kind=kind, effect_key=key, occurred_at=moment, at=at, currency=dispute.currency, postings=legs)
