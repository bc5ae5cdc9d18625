"""Orders and refunds as the house sees them: numbers and amounts, never the buyer's fields."""

from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.validators import ValidationError

from coursehub import clock
from coursehub.billing import queries as billing
from coursehub.billing.register import amounts_of
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people.views.browser import add_problem, only_when_fresh
from coursehub.sales import operations, policies, queries
from coursehub.sales.forms import GiveRefundForm, RequestAnswerForm
from coursehub.sales.models import ORDER_STATES, Coupon, Order, PartnerLink, Refund, RefundRequest
from coursehub.sales.passes import queries as passes
from coursehub.sales.queries import disputes
from coursehub.sales.views import bp
from coursehub.sales.views.buying import parts_on_screen, titles_of
from coursehub.sales.views.instalments import plan_on_screen
from coursehub.sales.views.selling import name_of
from coursehub.sales.words import (
    DISPUTE_TONES,
    STATE_TONES,
    cause_words,
    channel_words,
    dispute_state_words,
    method_words,
    order_state_words,
    refund_state_words,
    trouble_words,
)
from coursehub.web import STAFF, access, current_locale, one_or_404, page, paginate, see_other, signed_in_actor
from coursehub.web.amounts import minor_of

WORDS: dict[str, Any] = {
    "order_state_words": order_state_words,
    "refund_state_words": refund_state_words,
    "cause_words": cause_words,
    "channel_words": channel_words,
    "method_words": method_words,
    "trouble_words": trouble_words,
    "tones": STATE_TONES,
    "dispute_state_words": dispute_state_words,
    "dispute_tones": DISPUTE_TONES,
    "name_of": name_of,
}


@bp.get("/house/orders")
@access(STAFF("finance", "support"))
def house_orders() -> ResponseReturnValue:
    """All orders, with search and filters that stay in the address."""
    state, search, trouble = request.args.get("state", ""), request.args.get("q", "").strip(), request.args.get("trouble") == "1"
    state = state if state in ORDER_STATES else ""
    select = queries.orders_matching(signed_in_actor(), state=state, search=search, trouble=trouble)
    found = paginate(select, request.args.get("page", 1, int))
    return page(
        "sales/house/orders.html",
        orders=found,
        titles=titles_of(found.items),
        state=state,
        search=search,
        trouble=trouble,
        states=ORDER_STATES,
        **WORDS,
    )


@bp.get("/house/orders/<public_id>")
@access(STAFF("finance", "support"))
def house_order(public_id: str) -> ResponseReturnValue:
    """One order with its payments, refunds, the rail's events and what it was pinned to."""
    order = one_or_404(queries.orders_visible_to(signed_in_actor()).where(Order.public_id == public_id))
    return _order_page(order, GiveRefundForm(formdata=None))


def _order_page(order: Order, form: GiveRefundForm, *, status: int = 200) -> ResponseReturnValue:
    actor, parts, requests = signed_in_actor(), parts_on_screen(order), queries.requests_of(order.id)
    form.part.choices = [("", _("The whole order")), *((str(each.part.n), each.title) for each in parts if each.left_minor)]
    left_minor = operations.left_of(order, None)
    return page(
        "sales/house/order.html",
        status=status,
        form=form,
        left_minor=left_minor,
        may_give=policies.may_give_refund(actor, order) and left_minor > 0 and all(each.answered_at for each in requests),
        gift=queries.gift_of(order),
        order=order,
        title=titles_of([order]).get(order.id, ""),
        parts=parts,
        payments=queries.payments_of(order.id),
        employer_document=queries.employer_document_of(order.id),
        documents=db.session.execute(billing.buyer_documents_of(order.public_id)).scalars().all(),
        amounts_of=amounts_of,
        **plan_on_screen(order),
        refunds=queries.refunds_of(order.id),
        disputes=disputes.disputes_of(order.id),
        requests=requests,
        events=queries.events_of(order),
        coupon=db.session.get(Coupon, order.coupon_id) if order.coupon_id else None,
        link=db.session.get(PartnerLink, order.partner_link_id) if order.partner_link_id else None,
        attributed=queries.organisation_of(order.attributed_organisation_id),
        may_retry=lambda refund: policies.may_retry_refund(actor, refund),
        may_clear=policies.may_clear_trouble(actor, order),
        kept_minor=queries.kept_minor(order) if order.state == "refunded" else 0,
        is_bought_again=queries.bought_again(order),
        may_return=policies.may_return_second_payment(actor, order),
        **WORDS,
    )


@bp.post("/house/orders/<public_id>/trouble-closings")
@access(STAFF("finance"))
def clear_trouble(public_id: str) -> ResponseReturnValue:
    """Say that an order in trouble has been looked at."""
    actor = signed_in_actor()
    order = one_or_404(queries.orders_visible_to(actor).where(Order.public_id == public_id))
    operations.clear_trouble(order, by=actor, at=clock.now())
    flash(_("The mark is gone."), "done")
    return see_other("sales.house_order", public_id=public_id)


@bp.get("/house/refunds")
@access(STAFF("finance", "support"))
def house_refunds() -> ResponseReturnValue:
    """Requests against their clock, refunds that failed, and what was answered lately."""
    return _refunds_page(RequestAnswerForm(formdata=None), at_fault=None)


def _refunds_page(form: RequestAnswerForm, *, at_fault: int | None, status: int = 200) -> ResponseReturnValue:
    waiting: list[tuple[RefundRequest, Order]] = [(row[0], row[1]) for row in db.session.execute(queries.requests_waiting())]
    answered = paginate(queries.requests_answered(), request.args.get("page", 1, int))
    failed, kept = queries.refunds_in_trouble(), queries.kept_without_seat()
    seen = [order for _request, order in waiting] + [each.order for each in kept]
    more = queries.orders_with_ids([*(r.order_id for r in answered.items), *(r.order_id for r in failed)])
    orders = {order.id: order for order in [*seen, *more]}
    return page(
        "sales/house/refunds.html",
        status=status,
        waiting=waiting,
        left={asked.id: operations.left_of(order, asked.part_id) for asked, order in waiting},
        parts=queries.parts_with_titles([asked.part_id for asked, _order in waiting], current_locale()),
        answered=answered,
        failed=failed,
        failed_of_passes=[
            (refund, period, pass_.name_en if current_locale() == "en" else pass_.name)
            for refund, period, pass_ in db.session.execute(passes.refunds_in_trouble()).tuples()
        ],
        kept=kept,
        orders=orders,
        titles=titles_of(list(orders.values())),
        form=form,
        at_fault=at_fault,
        may_retry=lambda refund: policies.may_retry_refund(signed_in_actor(), refund),
        may_retry_passes="finance" in signed_in_actor().staff_roles,
        **WORDS,
    )


@bp.post("/house/refund-requests/<public_id>/answers")
@access(STAFF("finance", "support"))
def answer_request(public_id: str) -> ResponseReturnValue:
    """Approve wholly or in part, or decline with a reason."""
    request_row = one_or_404(queries.all_requests().where(RefundRequest.public_id == public_id))
    form, actor, now = RequestAnswerForm(), signed_in_actor(), clock.now()
    if not form.validate_on_submit():
        return _refunds_page(form, at_fault=request_row.id, status=422)
    order = db.session.get_one(Order, request_row.order_id)
    try:
        if form.decision.data == "declined":
            operations.decline_refund(request_row, answer=form.answer.data or "", by=actor, at=now)
            flash(_("Declined. The buyer gets your reason by mail."), "done")
        else:
            whole = operations.left_of(order, request_row.part_id)
            amount = whole if form.amount.data is None else minor_of(form.amount.data, order.currency)
            operations.approve_refund(request_row, amount_minor=amount, answer=form.answer.data or "", by=actor, at=now)
            flash(_("Approved. The money is on its way back."), "done")
    except ValidationError as problem:
        form.amount.errors = [str(problem)]
        return _refunds_page(form, at_fault=request_row.id, status=422)
    except operations.RequestAnswered as refusal:  # it is not on the list any more
        flash(str(refusal), "warning")
    except Refusal as refusal:
        add_problem(form, "amount" if isinstance(refusal, operations.RefundTooLarge) else None, refusal)
        return _refunds_page(form, at_fault=request_row.id, status=refusal.status)
    return see_other("sales.house_refunds")


@bp.post("/house/refunds/<public_id>/tries")
@access(STAFF("finance"))
def retry_refund(public_id: str) -> ResponseReturnValue:
    """Try a failed refund again."""
    refund = one_or_404(queries.all_refunds().where(Refund.public_id == public_id))
    operations.retry_refund(refund, by=signed_in_actor(), at=clock.now())
    flash(_("It is tried again."), "done")
    return see_other("sales.house_refunds")


@bp.post("/house/orders/<public_id>/refunds")
@access(STAFF("finance", "support"))
@only_when_fresh
def give_refund(public_id: str) -> ResponseReturnValue:
    """Give money back of an order whose buyer has not asked for it here."""
    actor, form = signed_in_actor(), GiveRefundForm()
    order = one_or_404(queries.orders_visible_to(actor).where(Order.public_id == public_id))
    parts = {str(each.part.n): each.part for each in parts_on_screen(order)}
    form.part.choices = [("", ""), *((n, n) for n in parts)]
    if not form.validate_on_submit():
        return _order_page(order, form, status=422)
    part = parts.get(form.part.data)
    try:
        whole = operations.left_of(order, part.id if part else None)
        amount = whole if form.amount.data is None else minor_of(form.amount.data, order.currency)
        operations.give_refund(
            order,
            part=part,
            amount_minor=amount,
            why=form.why.data or "",
            answer=form.answer.data or "",
            by=actor,
            at=clock.now(),
        )
    except ValidationError as problem:
        form.amount.errors = [str(problem)]
        return _order_page(order, form, status=422)
    except Refusal as refusal:
        add_problem(form, "amount" if isinstance(refusal, operations.RefundTooLarge) else None, refusal)
        return _order_page(order, form, status=refusal.status)
    flash(_("The money is on its way back."), "done")
    return see_other("sales.house_order", public_id=public_id)


@bp.post("/house/orders/<public_id>/second-payments")
@access(STAFF("finance", "support"))
def return_second_payment(public_id: str) -> ResponseReturnValue:
    """Give back the money of an order that is over, which its bank gave us after all."""
    actor = signed_in_actor()
    order = one_or_404(queries.orders_visible_to(actor).where(Order.public_id == public_id))
    try:
        operations.return_second_payment(order, by=actor, at=clock.now())
        flash(_("The money is on its way back."), "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("sales.house_order", public_id=public_id)
