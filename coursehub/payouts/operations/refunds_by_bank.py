"""A refund that failed is paid by bank transfer: one person of finance says so, another confirms it."""

from datetime import date, datetime

from coursehub.db import transaction
from coursehub.errors import require
from coursehub.ledger.accounts import BANK
from coursehub.ledger.operations import stand_in_line
from coursehub.payouts import policies, queries
from coursehub.payouts.adjusting import SUSPENSE
from coursehub.payouts.models import Adjustment
from coursehub.payouts.operations.adjustments import AdjustmentDraft, MovementStands, propose
from coursehub.people.actor import Actor
from coursehub.sales.models import PassRefund, Refund
from coursehub.sales.operations.refunds_by_bank import lock_failed, say_paid_by_bank


def propose_refund_by_bank(
    refund: Refund | PassRefund, *, paid_on: date, bank_reference: str, words: str, by: Actor, at: datetime
) -> Adjustment:
    """Write down that the buyer got the money by bank; it leaves suspense and the bank once a colleague confirms it.

    Until that is confirmed or dropped nobody can try it again at the provider: the buyer has the money.

    paid_on, bank_reference: of the line by which it left. Raises RefundNotWaiting, DayToCome, and MovementStands where an entry
    about this refund waits or stands already.
    """
    require(policies.may_prepare(by))
    with transaction():
        lock_failed(refund)
        stand_in_line()
        if queries.entry_of_refund(refund.public_id) is not None:
            raise MovementStands
        draft = AdjustmentDraft(
            SUSPENSE, BANK, queries.currency_of_refund(refund), refund.amount_minor, paid_on, words, bank_reference
        )
        say_paid_by_bank(refund, at=at)
        return propose(draft, refund_name=refund.public_id, by=by, at=at)
