"""The rail's balance held against our payments, refunds and disputes: what matches nothing, and which side knows more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from coursehub.db import db
from coursehub.ledger.models import Account, Balance
from coursehub.payouts import exchange
from coursehub.payouts.models import (
    Adjustment,
    MovementExplanation,
    MovementMatch,
    Payout,
    RailMovement,
    TransferBack,
    TransferMade,
)
from coursehub.payouts.policies import may_read_all
from coursehub.payouts.queries.adjustments import standing
from coursehub.payouts.queries.explanations import taken_back
from coursehub.people.actor import Actor
from coursehub.sales.models import PassPeriod, PassRefund, Payment, PaymentDispute, Refund

T = TypeVar("T", Payment, PassPeriod)

VISIBLE_WITHIN = timedelta(days=2)
"""A payment of ours shows among the rail's movements sooner; later it is missing there."""


TO_BE_BOOKED = ("unknown", "by_hand")
"""What is wrong with a movement of which two persons of finance may say by an entry what it was."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A movement and what is wrong with it.

    why:    unknown (nothing of ours), differs (another amount or fee), by_hand (of a kind that no room books).
    booked: currency and amount that our books moved at the rail for it, where the rail settled it in another currency.
    """

    movement: RailMovement
    why: str
    booked: tuple[str, int] | None = None


def unmatched() -> list[Unmatched]:
    """Movements without their payment or refund that nobody has explained, the oldest first."""
    return [each for each in looked_at() if each.why]


def looked_at() -> list[Unmatched]:
    """Movements that nobody has matched, booked or explained, each judged as things are now; why is "" where it matches."""
    return _judged(~_is_booked().exists())


def booked_twice() -> list[RailMovement]:
    """Movements that two persons of finance booked by an entry, and whose payment or refund has turned up since."""
    return [each.movement for each in _judged(_is_booked().exists()) if not each.why]


def exchanged_back() -> list[Unmatched]:
    """Refunds that failed, settled in another currency: the two movements differ by the rates of their days, and both count."""
    found = (
        sa.select(RailMovement)
        .outerjoin(MovementMatch, MovementMatch.movement_id == RailMovement.id)
        .where(
            RailMovement.presented_minor.is_not(None),
            MovementMatch.movement_id.is_(None),
            RailMovement.source_id.in_(_undone()),
        )
        .order_by(RailMovement.id)
    )
    return [
        Unmatched(movement, "", (movement.presented_currency, movement.presented_minor))
        for movement in db.session.execute(found).scalars()
        if movement.presented_currency is not None and movement.presented_minor is not None
    ]


def _judged(which: sa.ColumnElement[bool]) -> list[Unmatched]:
    found = (
        sa.select(
            RailMovement, Payment, Refund, PaymentDispute, Payout, PassPeriod, PassRefund,
            sa.func.coalesce(_paid.currency, _of_pass.currency, ""),
        )
        .outerjoin(Payment, sa.and_(RailMovement.kind == "sale", Payment.rail_charge_id == RailMovement.source_id))
        .outerjoin(PassPeriod, sa.and_(RailMovement.kind == "sale", PassPeriod.rail_charge_id == RailMovement.source_id))
        .outerjoin(
            PassRefund,
            sa.and_(RailMovement.kind.in_(("refund", "refund_failed")), PassRefund.rail_refund_id == RailMovement.source_id),
        )
        .outerjoin(
            Refund,
            sa.and_(RailMovement.kind.in_(("refund", "refund_failed")), Refund.rail_refund_id == RailMovement.source_id),
        )
        .outerjoin(_paid, _paid.id == Refund.payment_id)
        .outerjoin(_of_pass, _of_pass.id == PassRefund.period_id)
        .outerjoin(
            PaymentDispute,
            sa.and_(RailMovement.kind == "dispute", PaymentDispute.rail_dispute_id == RailMovement.source_id),
        )
        .outerjoin(TransferMade, TransferMade.rail_transfer_id == RailMovement.source_id)
        .outerjoin(TransferBack, TransferBack.rail_reversal_id == RailMovement.source_id)
        .outerjoin(Payout, Payout.id == sa.func.coalesce(TransferMade.payout_id, TransferBack.payout_id))
        .outerjoin(MovementExplanation, MovementExplanation.movement_id == RailMovement.id)
        .outerjoin(MovementMatch, MovementMatch.movement_id == RailMovement.id)
        .where(
            RailMovement.journal_id.is_(None), MovementMatch.movement_id.is_(None),
            sa.or_(MovementExplanation.movement_id.is_(None), taken_back("movement", RailMovement.id)),
            RailMovement.source_id.not_in(_undone()), which,
        )
        .order_by(RailMovement.made_at, RailMovement.id)
    )  # fmt: skip
    return [
        _judge(movement, _Ours(payment or period, refund or of_pass, dispute, payout, refunded_in))
        for movement, payment, refund, dispute, payout, period, of_pass, refunded_in in db.session.execute(found)
    ]


_paid, _of_pass = aliased(Payment), aliased(PassPeriod)
"""What a refund gives back."""


def _is_booked() -> "sa.Select[Adjustment]":
    """An entry of two persons of finance says what the movement was."""
    return standing().where(Adjustment.movement_id == RailMovement.id, Adjustment.is_confirmed.is_(sa.true()))


def _undone() -> "sa.Select[str]":
    """Refunds that failed: the rail took the money and gave it back, and ours has another number by now."""
    return (
        sa.select(RailMovement.source_id)
        .where(RailMovement.kind.in_(("refund", "refund_failed")))
        .group_by(RailMovement.source_id)
        .having(
            sa.func.count() > 1,
            sa.func.sum(sa.func.coalesce(RailMovement.presented_minor, RailMovement.amount_minor)) == 0,
        )
    )


class _Ours(NamedTuple):
    """What we know of the same money, if anything."""

    payment: Payment | PassPeriod | None
    refund: Refund | PassRefund | None
    dispute: PaymentDispute | None
    payout: Payout | None
    refunded_in: str

    @property
    def told(self) -> tuple[str, int, int] | None:
        """Currency, amount and fee of it as our books moved them at the rail; signs as the amount of a sale."""
        if self.payment is not None:
            return self.payment.currency, self.payment.amount_minor, self.payment.fee_minor
        if self.dispute is not None:
            return self.dispute.currency, self.dispute.amount_minor, self.dispute.fee_minor
        return (self.refunded_in, self.refund.amount_minor, 0) if self.refund is not None else None


def _judge(movement: RailMovement, ours: _Ours) -> Unmatched:
    told = ours.told
    why = _why(movement, ours)
    if why or told is None or told[0] == movement.currency:
        return Unmatched(movement, why)
    currency, minor, fee = told
    presented, back = movement.presented_minor, movement.amount_minor < 0
    if presented is None or movement.rate is None or (movement.presented_currency, abs(presented)) != (currency, minor):
        return Unmatched(movement, "differs")
    taken = exchange.in_presented(movement.fee_minor, presented, movement.amount_minor)
    if movement.kind == "dispute" and not back:
        fee = taken  # what of its fee came back stands in no row of ours; it was reckoned in this way
    if movement.kind in ("sale", "dispute") and abs(taken - fee) > 1:
        return Unmatched(movement, "differs")
    if not exchange.fits(presented, movement.rate, movement.amount_minor):
        return Unmatched(movement, "differs")
    return Unmatched(movement, "", (currency, presented - fee))


def _why(movement: RailMovement, ours: _Ours) -> str:
    payment, refund, dispute, payout, _currency = ours
    if movement.kind == "sale":
        if payment is None:
            return "unknown"
        same = (payment.amount_minor, payment.fee_minor) == (movement.amount_minor, movement.fee_minor)
        return "" if same or payment.currency != movement.currency else "differs"  # another currency: see _judge
    if movement.kind in ("refund", "refund_failed"):
        same = refund is not None and (refund.amount_minor == abs(movement.amount_minor) or ours.refunded_in != movement.currency)
        return "unknown" if refund is None else "" if same else "differs"
    if movement.kind == "dispute":
        return _why_dispute(movement, dispute)
    if movement.kind in ("transfer", "transfer_back"):
        same = payout is not None and (payout.amount_minor, payout.currency) == (abs(movement.amount_minor), movement.currency)
        return "unknown" if payout is None else "" if same else "differs"
    return "by_hand"


def _why_dispute(movement: RailMovement, dispute: PaymentDispute | None) -> str:
    """Taken and given back are each held against the moment at which the dispute says so, and against its amount and fee."""
    if dispute is None:
        return "unknown"
    taken = movement.amount_minor < 0
    if (dispute.withdrawn_at if taken else dispute.reinstated_at) is None:
        return "unknown"
    if dispute.currency != movement.currency:
        return ""
    fits = abs(movement.amount_minor) == dispute.amount_minor and (not taken or movement.fee_minor == dispute.fee_minor)
    return "" if fits else "differs"


def missing(at: datetime) -> list[Payment | PassPeriod]:
    """Payments of ours that the rail does not show although it should by now, the oldest first; none before it was asked."""
    last = db.session.execute(sa.select(sa.func.max(RailMovement.read_at))).scalar()
    if last is None:
        return []
    return [*_not_shown(Payment, min(at, last)), *_not_shown(PassPeriod, min(at, last))]


def _not_shown(paid: type[T], at: datetime) -> list[T]:
    shown = sa.select(RailMovement.id).where(RailMovement.kind == "sale", RailMovement.source_id == paid.rail_charge_id)
    found = sa.select(paid).where(paid.paid_at < at - VISIBLE_WITHIN, paid.rail != "invoice", ~shown.exists()).order_by(paid.id)
    return list(db.session.execute(found.limit(200)).scalars())


def rail_balances() -> list[tuple[str, str, int, int]]:
    """(rail, currency, what its movements add up to, what our books say) of each balance."""
    told = {
        (rail, currency): int(minor)
        for rail, currency, minor in db.session.execute(
            sa.select(
                RailMovement.rail, RailMovement.currency, sa.func.sum(RailMovement.amount_minor - RailMovement.fee_minor)
            ).group_by(RailMovement.rail, RailMovement.currency)
        )
    }
    booked = {
        (code.removeprefix("asset:rail:"), currency): int(minor)
        for code, currency, minor in db.session.execute(
            sa.select(Account.code, Account.currency, Balance.posted_minor)
            .join(Balance, Balance.account_id == Account.id)
            .where(Account.code.startswith("asset:rail:"))
        )
    }
    return [(*key, told.get(key, 0), booked.get(key, 0)) for key in sorted({*told, *booked})]


def movement_visible_to(reader: Actor, movement_id: int) -> "sa.Select[RailMovement]":
    """One movement, for finance staff."""
    found = sa.select(RailMovement).where(RailMovement.id == movement_id)
    return found if may_read_all(reader) else found.where(sa.false())


def movements_matching(reader: Actor, words: str = "") -> "sa.Select[RailMovement]":
    """Every movement, the latest first, or those whose number or whose charge, refund, transfer or dispute has these letters."""
    found = sa.select(RailMovement).order_by(RailMovement.made_at.desc(), RailMovement.id.desc())
    if words:
        names = (RailMovement.movement_id, RailMovement.source_id)
        found = found.where(sa.or_(*(name.icontains(words, autoescape=True) for name in names)))
    return found if may_read_all(reader) else found.where(sa.false())


def states_of(movements: Sequence[RailMovement]) -> dict[int, str]:
    """Where each of these stands: waits, booked (by an entry, or as money for the bank), explained, or matched."""
    ids = [movement.id for movement in movements]
    waits = {each.movement.id for each in unmatched()}
    explained = sa.select(RailMovement.id).join(MovementExplanation, MovementExplanation.movement_id == RailMovement.id)
    said = explained.where(RailMovement.id.in_(ids), sa.not_(taken_back("movement", RailMovement.id)))
    known = set(db.session.execute(said).scalars())
    entries = sa.select(Adjustment.movement_id).where(Adjustment.movement_id.in_(ids), Adjustment.is_confirmed.is_(sa.true()))
    booked = {movement.id for movement in movements if movement.journal_id} | set(db.session.execute(entries).scalars())

    def state(number: int) -> str:
        found = ("waits", waits), ("explained", known), ("booked", booked)
        return next((name for name, numbers in found if number in numbers), "matched")

    return {number: state(number) for number in ids}


def read_last_at() -> datetime | None:
    """When a movement was last read from the rail."""
    return db.session.execute(sa.select(sa.func.max(RailMovement.read_at))).scalar()
