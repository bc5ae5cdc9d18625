"""Disputes as the house sees them: what waits for evidence and until when, and what each did to whom."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from coursehub.catalog.models import Course
from coursehub.contracts import queries as contracts
from coursehub.contracts.cascade import cascade
from coursehub.contracts.models import MoneyEvent
from coursehub.db import db
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import NOT_GIVEN_BACK, PARTNER_OWES
from coursehub.people import queries as people
from coursehub.sales import queries
from coursehub.sales.models import CoursePass, PassPeriod, PassSubscription, PaymentDispute, PoolMonth, back_of
from coursehub.sales.passes import queries as passes
from coursehub.sales.passes.policies import may_read_pools
from coursehub.sales.queries import disputes
from coursehub.sales.queries.holding import is_lent
from coursehub.sales.views import bp
from coursehub.sales.views.buying import titles_of
from coursehub.sales.views.selling import course_titles
from coursehub.sales.words import DISPUTE_TONES, dispute_reason_words, dispute_state_words
from coursehub.web import STAFF, access, one_or_404, page, paginate, signed_in_actor
from coursehub.web.locale import current_locale

WORDS: dict[str, Any] = {
    "dispute_state_words": dispute_state_words,
    "dispute_reason_words": dispute_reason_words,
    "dispute_tones": DISPUTE_TONES,
}


@bp.get("/house/disputes")
@access(STAFF("finance", "support"))
def house_disputes() -> ResponseReturnValue:
    """Those that are not over, the most urgent first, and those that are; over orders and over passes."""
    waiting = disputes.disputes_open()
    over = paginate(disputes.disputes_over(), request.args.get("page", 1, int))
    return page("sales/house/disputes.html", waiting=waiting, over=over, titles=_titles([*waiting, *over.items]), **WORDS)


def _titles(found: Sequence[PaymentDispute]) -> dict[int, str]:
    """By dispute: what was paid for, a course or a pass."""
    orders = {order.id: order for order in queries.orders_with_ids([each.order_id for each in found if each.order_id])}
    titles = titles_of(list(orders.values()))
    names = passes.names_of_periods({each.period_id for each in found if each.period_id}, current_locale())
    return {
        each.id: names[each.period_id] if each.period_id else titles.get(each.order_id or 0, orders[each.order_id or 0].public_id)
        for each in found
    }


@bp.get("/house/disputes/<public_id>")
@access(STAFF("finance", "support"))
def house_dispute(public_id: str) -> ResponseReturnValue:
    """One dispute: its steps, its deadline, and what it took from whom."""
    reader = signed_in_actor()
    dispute = one_or_404(disputes.disputes_visible_to(reader).where(PaymentDispute.public_id == public_id))
    order = queries.orders_with_ids([dispute.order_id])[0] if dispute.order_id else None
    taken = disputes.taken_by(dispute)
    given = [contracts.event_for(back_of(event.effect_key)) for event in taken]
    return page(
        "sales/house/dispute.html",
        dispute=dispute,
        order=order,
        title=_titles([dispute])[dispute.id],
        is_lent=is_lent(order) if order else False,
        taken=[_told(event, "dispute") for event in taken],
        back=[_told(event, "reinstated") for event in given if event is not None],
        owed=_owed(dispute),
        **(_of_pass(dispute) if dispute.period_id else {"period": None}),
        **WORDS,
    )


def _of_pass(dispute: PaymentDispute) -> dict[str, Any]:
    """The period that a dispute is about, its pass, and the month that shared it out."""
    period = db.session.get_one(PassPeriod, dispute.period_id)
    subscription = db.session.get_one(PassSubscription, period.subscription_id)
    month = db.session.get(PoolMonth, period.pool_month_id) if period.pool_month_id else None
    return {
        "period": period, "subscription": subscription, "month": month, "is_finance": may_read_pools(signed_in_actor()),
        "of_pass": db.session.get_one(CoursePass, subscription.pass_id),
    }  # fmt: skip


def _told(event: MoneyEvent, of: str) -> tuple[str, list[dict[str, Any]]]:
    """(course, what a movement of the dispute did to each party, as the waterfall picture draws it)."""
    body, lines = contracts.body_hashed(event.terms_hash), [contracts.line_of(row) for row in event.lines]
    course = db.session.get_one(Course, event.course_id)
    return course_titles([course])[course.id], cascade(body, lines, locale=current_locale(), of=of)


def _owed(dispute: PaymentDispute) -> list[tuple[str, str, int]]:
    """(partner, owes or borne, minor units) of what had been paid out already when the bank took the money."""
    clawbacks = [ledger.journal_for(f"clawback:{event.public_id}") for event in disputes.taken_by(dispute)]
    found = []
    for leg in [leg for each in clawbacks if each is not None for leg in ledger.lines_of(each.id)]:
        if leg.code in (PARTNER_OWES, NOT_GIVEN_BACK):
            partner = people.organisation_by_public_id(leg.party)
            name = people.name_of(partner) if partner else leg.party
            found.append((name, "owes" if leg.code == PARTNER_OWES else "borne", leg.amount_minor))
    return found
