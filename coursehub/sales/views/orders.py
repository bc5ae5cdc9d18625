"""A buyer's orders: history, one order, its receipt, its refund."""

from typing import Any

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.sales import operations, queries
from coursehub.sales.forms import RefundForm, SupportForm
from coursehub.sales.gift_forms import GiftForm
from coursehub.sales.models import Bundle, Gift, Order, RefundRequest
from coursehub.sales.operations import gifts
from coursehub.sales.operations.instalments import asked_minor
from coursehub.sales.queries import disputes
from coursehub.sales.queries.holding import is_lent
from coursehub.sales.views import bp
from coursehub.sales.views.buying import lessons_url, own_order, parts_on_screen, titles_of
from coursehub.sales.views.holding import goes_to_pass
from coursehub.sales.views.instalments import plan_on_screen
from coursehub.sales.views.selling import name_of
from coursehub.sales.words import STATE_TONES, cause_words, method_words, order_state_words, refund_state_words
from coursehub.web import SIGNED_IN, access, external_url, page, paginate, see_other, signed_in_actor


@bp.get("/orders")
@access(SIGNED_IN)
def orders() -> ResponseReturnValue:
    """Everything one has bought or wanted to buy, newest first."""
    found = paginate(queries.orders_of(signed_in_actor().person_id), request.args.get("page", 1, int))
    return page(
        "sales/orders.html",
        orders=found,
        titles=titles_of(found.items),
        order_state_words=order_state_words,
        tones=STATE_TONES,
    )


@bp.get("/orders/<public_id>")
@access(SIGNED_IN)
def order_page(public_id: str) -> ResponseReturnValue:
    """One order: what it is, what it cost, and what can be done about it."""
    return show_order(own_order(public_id), RefundForm(), SupportForm())


def show_order(
    order: Order,
    refund_form: RefundForm,
    support_form: SupportForm,
    *,
    gift_form: GiftForm | None = None,
    gift_token: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """The page of an order with its forms as they stand. gift_token: of a link made just now, shown this once."""
    gift = queries.gift_of(order)
    if gift is not None and gift_form is None:
        gift_form = GiftForm(formdata=None, **gift_fields(gift))
    return page(
        "sales/order.html",
        status=status,
        order=order,
        title=titles_of([order]).get(order.id, ""),
        course=queries.course_of(order),
        bundle=db.session.get(Bundle, order.bundle_id) if order.bundle_id is not None else None,
        parts=parts_on_screen(order),
        lessons_url=lessons_url(order),
        goes_to_pass=goes_to_pass(order),
        is_lent=is_lent(order),
        payment=queries.sold_payment(order.id),
        asked_minor=asked_minor(order),
        paid_minor=queries.paid_minor(order),
        **plan_on_screen(order),
        refunds=queries.refunds_of(order.id),
        disputes=disputes.disputes_of(order.id),
        requests=queries.requests_of(order.id),
        open_request=queries.open_request(order.id),
        refundable_minor=queries.refundable_minor(order),
        kept_minor=queries.kept_minor(order) if order.state == "refunded" else 0,
        in_window=operations.in_window(order, at=clock.now()),
        messages=db.session.execute(queries.messages_of(order.buyer_id).filter_by(order_id=order.id)).scalars().all(),
        employer_invoice=queries.employer_invoice_of(order.id),
        gift=gift,
        gift_form=gift_form,
        gift_link=external_url("gifts.look", token=gift_token) if gift_token else "",
        refund_form=refund_form,
        support_form=support_form,
        order_state_words=order_state_words,
        refund_state_words=refund_state_words,
        cause_words=cause_words,
        method_words=method_words,
        tones=STATE_TONES,
    )


def gift_fields(gift: Gift) -> dict[str, Any]:
    """What a gift's form shows when it is opened: the day only while it is still to come."""
    draft = gifts.draft_of(gift, at=clock.now())
    return {"words": draft.words, "email": draft.recipient_email, "letter_on": draft.letter_on}


@bp.get("/orders/<public_id>/receipt")
@access(SIGNED_IN)
def receipt(public_id: str) -> ResponseReturnValue:
    """A receipt to print: who sold what, for how much, with how much tax."""
    order = own_order(public_id)
    payment = queries.sold_payment(order.id)
    if payment is None:
        abort(404)
    course, bundle = queries.course_of(order), db.session.get(Bundle, order.bundle_id) if order.bundle_id is not None else None
    source = course or bundle
    assert source is not None
    seller = db.session.get_one(Organisation, source.organisation_id)
    return page(
        "sales/receipt.html",
        order=order,
        payment=payment,
        paid_minor=queries.paid_minor(order),
        **plan_on_screen(order),
        title=titles_of([order]).get(order.id, ""),
        parts=parts_on_screen(order),
        house=people.house(),
        seller=seller,
        buyer_name=people.display_names([order.buyer_id]).get(order.buyer_id, ""),
        refunds=[refund for refund in queries.refunds_of(order.id) if refund.booked_at is not None],
        taken=disputes.taken_back(order.id),
        method_words=method_words,
        name_of=name_of,
    )


@bp.post("/orders/<public_id>/refund-requests")
@access(SIGNED_IN)
def ask_refund(public_id: str) -> ResponseReturnValue:
    """Ask for the money back."""
    order, form, now = own_order(public_id), RefundForm(), clock.now()
    outside = not operations.in_window(order, at=now)
    if form.validate_on_submit() and outside and not (form.reason.data or "").strip():
        form.reason.errors = [_("Write why, so that we can decide.")]
    if form.errors or form.reason.errors:
        return show_order(order, form, SupportForm(formdata=None), status=422)
    part = next((each for each in queries.parts_of(order.id) if str(each.n) == form.part.data), None)
    try:
        made = operations.ask_refund(order, reason=form.reason.data or "", by=signed_in_actor(), at=now, part=part)
    except Refusal as refusal:
        flash(str(refusal), "warning")
        return see_other("sales.order_page", public_id=public_id)
    if isinstance(made, RefundRequest):
        flash(_("We have your request and answer within five days."), "done")
    else:
        flash(_("The money is on its way back to you."), "done")
    return see_other("sales.order_page", public_id=public_id)
