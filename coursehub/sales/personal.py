"""What sales knows of a person: orders and letters to the house to take with them; the words to empty."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub import jobs
from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.people.models import BuyerDetails
from coursehub.sales import queries
from coursehub.sales.models import (
    GOING,
    Bundle,
    CoursePass,
    FapiaoRequest,
    Gift,
    Instalment,
    InstalmentShare,
    Order,
    OrderPart,
    PassPeriod,
    PassSubscription,
    Payment,
    PaymentDispute,
    RefundRequest,
    SponsorRequest,
    SupportMessage,
    UseContest,
)
from coursehub.sales.operations.instalments import end_plan

EMPTIED = "—"
"""Stands where an answer was: that there was one stays known."""


def export(person_id: int) -> dict[str, Any]:
    """Passes with what was paid, orders with the parts of their prices, requests for refunds, what the person's bank wanted back,
    words to the house and answers.
    """
    own = sa.select(Order.id).where(Order.buyer_id == person_id)
    orders = sa.select(Order.public_id, Order.state, Order.gross_minor, Order.currency, Order.placed_at).where(
        Order.buyer_id == person_id
    )
    requests = sa.select(RefundRequest.reason, RefundRequest.asked_at, RefundRequest.decision, RefundRequest.answer)
    asked = sa.select(
        SponsorRequest.words, SponsorRequest.employer_email, SponsorRequest.asked_at, SponsorRequest.state, SponsorRequest.answer
    )
    fapiao = sa.select(FapiaoRequest.kind, FapiaoRequest.asked_at, FapiaoRequest.number, FapiaoRequest.answer)
    instalments = (
        sa.select(Order.public_id, Instalment.n, Instalment.amount_minor, Instalment.due_at, Payment.paid_at)
        .join(Order, Order.id == Instalment.order_id)
        .outerjoin(Payment, Payment.id == Instalment.payment_id)
        .where(Order.buyer_id == person_id)
    )
    shares = (
        sa.select(
            Order.public_id, Instalment.n, Course.slug, InstalmentShare.amount_minor, InstalmentShare.dropped_at,
        )
        .join(Instalment, Instalment.id == InstalmentShare.instalment_id)
        .join(Order, Order.id == Instalment.order_id)
        .join(OrderPart, OrderPart.id == InstalmentShare.part_id)
        .join(Course, Course.id == OrderPart.course_id)
        .where(Order.buyer_id == person_id)
    )  # fmt: skip
    messages = sa.select(SupportMessage.text, SupportMessage.written_at, SupportMessage.answer, SupportMessage.answered_at)
    passes = (
        sa.select(CoursePass.name_en, PassSubscription.state, PassSubscription.began_at, PassSubscription.ended_at)
        .join(CoursePass, CoursePass.id == PassSubscription.pass_id)
        .where(PassSubscription.person_id == person_id)
    )
    periods = (
        sa.select(PassPeriod.public_id, PassPeriod.starts_at, PassPeriod.ends_at, PassPeriod.amount_minor, PassPeriod.currency)
        .join(PassSubscription, PassSubscription.id == PassPeriod.subscription_id)
        .where(PassSubscription.person_id == person_id)
    )
    disputes = sa.select(
        PaymentDispute.amount_minor, PaymentDispute.currency, PaymentDispute.reason, PaymentDispute.state,
        PaymentDispute.opened_at, PaymentDispute.closed_at,
    ).where(sa.or_(PaymentDispute.order_id.in_(own), PaymentDispute.period_id.in_(_paid_periods(person_id))))  # fmt: skip
    given = sa.select(Gift.words, Gift.recipient_email, Gift.made_at, Gift.claimed_at).where(Gift.giver_id == person_id)
    accepted = (
        sa.select(Course.slug, Bundle.name_en.label("bundle"), Gift.claimed_at)
        .select_from(Gift)
        .join(Course, Course.id == Gift.course_id, isouter=True)
        .join(Bundle, Bundle.id == Gift.bundle_id, isouter=True)
    )
    return {
        "passes": _rows(passes.order_by(PassSubscription.id)),
        "pass_periods": _rows(periods.order_by(PassPeriod.id)),
        "orders": _rows(orders.order_by(Order.id)),
        "instalments": _rows(instalments.order_by(Instalment.id)),
        "instalments_by_course": _rows(shares.order_by(InstalmentShare.instalment_id, InstalmentShare.part_id)),
        "refund_requests": _rows(requests.where(RefundRequest.order_id.in_(own)).order_by(RefundRequest.id)),
        "payment_disputes": _rows(disputes.order_by(PaymentDispute.id)),
        "fapiao": _rows(fapiao.where(_fapiao_of(person_id)).order_by(FapiaoRequest.id)),
        "asked_employers": _rows(asked.where(SponsorRequest.learner_id == person_id).order_by(SponsorRequest.id)),
        "gifts_given": _rows(given.order_by(Gift.id)),
        "gifts_accepted": _rows(accepted.where(Gift.claimed_by_id == person_id).order_by(Gift.id)),
        "messages": _rows(messages.where(SupportMessage.person_id == person_id).order_by(SupportMessage.id)),
    }


def erase(person_id: int, at: datetime) -> None:
    """Empty what was written, end passes at the rail, and ask for no more parts of prices: cards are forgotten.

    Orders, payments and the books stay, as the law on accounts asks, and name nobody.
    """
    own = sa.select(Order.id).where(Order.buyer_id == person_id)
    requests = sa.update(RefundRequest).where(RefundRequest.order_id.in_(own))
    db.session.execute(requests.values(reason="", answer=""))
    db.session.execute(sa.update(FapiaoRequest).where(_fapiao_of(person_id)).values(answer=""))
    asked = sa.update(SponsorRequest).where(SponsorRequest.learner_id == person_id)
    db.session.execute(asked.values(words="", answer="", employer_email=None))
    given = sa.update(Gift).where(Gift.giver_id == person_id)
    db.session.execute(given.values(words="", recipient_email=None))
    messages = sa.update(SupportMessage).where(SupportMessage.person_id == person_id)
    db.session.execute(messages.values(text="", answer=sa.case((SupportMessage.answer == "", ""), else_=EMPTIED)))
    db.session.execute(sa.update(UseContest).where(UseContest.contested_by_id == person_id).values(reason=""))
    answered = sa.update(UseContest).where(UseContest.answered_by_id == person_id, UseContest.answer != "")
    db.session.execute(answered.values(answer=EMPTIED))
    going = sa.select(PassSubscription.id).where(PassSubscription.person_id == person_id, PassSubscription.state.in_(GOING))
    for plan in queries.plans_going_of(person_id):
        end_plan(db.session.get_one(Order, plan.order_id), at=at)
    for subscription_id in db.session.execute(going).scalars().all():
        jobs.enqueue("sales.end_pass", at=at, subscription_id=subscription_id)
    db.session.expire_all()


def _paid_periods(person_id: int) -> "sa.Select[int]":
    mine = PassSubscription.id == PassPeriod.subscription_id
    return sa.select(PassPeriod.id).join(PassSubscription, mine).where(PassSubscription.person_id == person_id)


def _fapiao_of(person_id: int) -> sa.ColumnElement[bool]:
    own = sa.select(Order.id).where(Order.buyer_id == person_id)
    given = sa.select(BuyerDetails.id).where(BuyerDetails.person_id == person_id)
    for_member = sa.and_(FapiaoRequest.document_id.is_not(None), FapiaoRequest.details_id.in_(given))
    return sa.or_(FapiaoRequest.order_id.in_(own), FapiaoRequest.period_id.in_(_paid_periods(person_id)), for_member)


def _rows(select: sa.Executable) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in db.session.execute(select)]
