"""What a run left behind, told without numbers, names and times that differ from run to run.

Two runs are equal when buyers hold the same courses, the books say the same, as much
money moved at the rail, the same letters went out, and nothing is left undone.
"""

from collections import Counter
from typing import Any

import sqlalchemy as sa

from coursehub.billing import checks as of_papers
from coursehub.billing.models import BuyerDocument, Charge, ChargeEnd, Document, EntryUse, Receipt, Settlement
from coursehub.contracts.models import MoneyEvent
from coursehub.db import db
from coursehub.events import Event
from coursehub.jobs import Job
from coursehub.learning.models import Enrolment
from coursehub.ledger import checks, queries
from coursehub.ledger.models import DayRoot, Journal
from coursehub.mail import Letter
from coursehub.payouts.models import AnswerLine, ClaimPaid, HoldEnd, Payout, PayoutOffset, PayoutStep, RunDecision
from coursehub.sales.models import (
    CouponUse,
    Instalment,
    InstalmentPlan,
    InstalmentShare,
    Order,
    OrderPart,
    Payment,
    Refund,
    RefundRequest,
    WebhookEvent,
)
from coursehub.sandbox.store import Store
from coursehub.statements.models import MonthClose, Statement
from coursehub.talent.models import Placement, Timesheet
from tests.rigs.pass_effects import of_passes


def of_the_house() -> dict[str, Any]:
    """Everything on our side that matters, as plain data."""

    def counted(*columns: Any) -> dict[str, int]:
        rows = Counter(" | ".join(map(str, row)) for row in db.session.execute(sa.select(*columns)))
        return dict(sorted(rows.items()))

    course = sa.select(OrderPart.course_id).where(OrderPart.id == InstalmentShare.part_id).scalar_subquery()
    journals = Counter(
        f"{journal.kind}: " + "; ".join(sorted(f"{line.code} {line.amount_minor}" for line in queries.lines_of(journal.id)))
        for journal in db.session.execute(sa.select(Journal).order_by(Journal.id)).scalars()
    )
    balances = Counter(f"{row.code} {row.currency} {row.posted_minor}" for row in db.session.execute(queries.standing_accounts()))
    return {
        "orders": counted(
            Order.buyer_id, Order.course_id, Order.state, Order.gross_minor, Order.enrolment_id.is_not(None), Order.trouble
        ),
        "payments": counted(Payment.outcome, Payment.amount_minor, Payment.fee_minor),
        "plans": counted(InstalmentPlan.state, InstalmentPlan.payer_id != "", InstalmentPlan.session_id.is_not(None)),
        "parts": counted(
            Instalment.n,
            Instalment.amount_minor,
            Instalment.payment_id.is_not(None),
            Instalment.dropped_at.is_not(None),
            Instalment.tries,
            Instalment.asked_at.is_not(None),
            Instalment.problem,
        ),
        "shares of parts": counted(course, InstalmentShare.amount_minor, InstalmentShare.dropped_at.is_not(None)),
        "enrolments": counted(Enrolment.person_id, Enrolment.course_id, Enrolment.source, Enrolment.ended_reason),
        "refunds": counted(Refund.state, Refund.cause, Refund.amount_minor, Refund.booked_at.is_not(None)),
        "requests": counted(RefundRequest.decision, RefundRequest.amount_minor),
        "coupons": counted(CouponUse.person_id),
        "money events": counted(MoneyEvent.kind, MoneyEvent.amount_minor),
        "payouts": counted(PayoutStep.kind),
        "lines of the bank": counted(EntryUse.kind, EntryUse.amount_minor),
        "claims paid back": counted(ClaimPaid.amount_minor),
        "runs": counted(RunDecision.kind),
        "answers": counted(AnswerLine.outcome, AnswerLine.result),
        "amounts of runs": counted(Payout.ready_minor, Payout.offset_minor, Payout.amount_minor),
        "set off": counted(PayoutOffset.amount_minor),
        "holds that ended": counted(HoldEnd.journal_id.is_not(None)),
        "documents": counted(Document.kind, Document.number, Document.amount_minor, Document.tax_minor, Document.cause),
        "papers of buyers": counted(
            BuyerDocument.kind, BuyerDocument.number, BuyerDocument.amount_minor, BuyerDocument.tax_minor
        ),
        "receipts": counted(Receipt.amount_minor, Receipt.undoes_id.is_not(None)),
        "settled": counted(Settlement.amount_minor),
        "charges": counted(Charge.amount_minor, Charge.tax_minor),
        "charges that ended": counted(ChargeEnd.document_id.is_not(None)),
        "placements": counted(Placement.state),
        "weeks": counted(Timesheet.state, Timesheet.minutes, Timesheet.pay_minor),
        "statements": counted(Statement.month, Statement.currency, Statement.after_id, Statement.through_id),
        "months closed": counted(MonthClose.month, MonthClose.after_id, MonthClose.through_id),
        "days sealed": counted(DayRoot.day, DayRoot.after_id, DayRoot.through_id),
        "journals": dict(sorted(journals.items())),
        "balances": dict(sorted(balances.items())),
        "events": counted(Event.name),
        "letters": counted(Letter.kind, Letter.subject),
        "webhooks undone": counted(WebhookEvent.type, WebhookEvent.done_at.is_not(None)).get("False", 0),
        "dead jobs": db.session.scalar(sa.select(sa.func.count()).where(Job.state == "dead")),
        "faults of the books": [*checks.check_books().faults, *of_papers.faults()],
    } | of_passes()


def of_the_rail(store: Store) -> dict[str, Any]:
    """How much the rail took and gave back, and what goes on there."""
    kinds = {"payment_intent": "amount", "refund": "amount", "transfer": "amount", "dispute": "amount"}
    kinds |= {"invoice": "amount_paid", "subscription": "cancel_at_period_end"}
    return {
        f"{kind} at the rail": dict(
            sorted(Counter(f"{body.get('status', '')} {body[name]}" for body in store.matching(kind)).items())
        )
        for kind, name in kinds.items()
    }


def difference(undisturbed: dict[str, Any], disturbed: dict[str, Any]) -> list[str]:
    """Where two runs differ, a line each; empty when nothing can be told apart."""
    return [
        f"{name}: {undisturbed[name]!r} became {disturbed.get(name)!r}"
        for name in undisturbed
        if undisturbed[name] != disturbed.get(name)
    ]
