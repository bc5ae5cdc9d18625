"""Writing to the house: a person's messages, and the queue in which staff answer them."""

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.sales import operations, queries
from coursehub.sales.forms import AnswerForm, SupportForm
from coursehub.sales.models import Order, SupportMessage
from coursehub.sales.views import bp
from coursehub.sales.views.buying import titles_of
from coursehub.web import SIGNED_IN, STAFF, access, one_or_404, page, paginate, see_other, signed_in_actor


@bp.route("/support", methods=["GET", "POST"])
@access(SIGNED_IN)
def support() -> ResponseReturnValue:
    """What one has asked, and a form to ask more; an order can be attached."""
    actor, form = signed_in_actor(), SupportForm()
    orders = list(db.session.execute(queries.orders_of(actor.person_id).limit(50)).scalars())
    titles = titles_of(orders)
    form.order.choices = [("", _("No order")), *((o.public_id, f"{titles.get(o.id, '')} · {o.public_id}") for o in orders)]
    if request.method == "GET" and request.args.get("order") in {order.public_id for order in orders}:
        form.order.data = request.args["order"]
    if form.validate_on_submit():
        chosen = next((order for order in orders if order.public_id == form.order.data), None)
        operations.ask_support(text=form.text.data or "", order=chosen, by=actor, at=clock.now())
        flash(_("Your message is with us. You get the answer by mail and find it here."), "done")
        return see_other("sales.support")
    messages = paginate(queries.messages_of(actor.person_id), request.args.get("page", 1, int))
    return page(
        "sales/support.html",
        status=422 if form.errors else 200,
        form=form,
        messages=messages,
        orders={order.id: order for order in orders},
        titles=titles,
    )


@bp.get("/house/support")
@access(STAFF("support"))
def house_support() -> ResponseReturnValue:
    """Messages that wait for an answer, and those that have one."""
    answered = request.args.get("answered") == "1"
    select = queries.messages_answered() if answered else queries.messages_waiting()
    found = paginate(select, request.args.get("page", 1, int))
    return _queue(found, answered=answered, form=AnswerForm(formdata=None), at_fault=None)


def _queue(found: object, *, answered: bool, form: AnswerForm, at_fault: int | None, status: int = 200) -> ResponseReturnValue:
    ids = [message.order_id for message in found.items if message.order_id]  # type: ignore[attr-defined]
    return page(
        "sales/house/support.html",
        status=status,
        messages=found,
        answered=answered,
        orders={order.id: order for order in queries.orders_with_ids(ids)},
        form=form,
        at_fault=at_fault,
    )


@bp.post("/house/support/<public_id>/answers")
@access(STAFF("support"))
def answer_support(public_id: str) -> ResponseReturnValue:
    """Answer one message."""
    message = one_or_404(queries.messages_to_answer().where(SupportMessage.public_id == public_id))
    form = AnswerForm()
    if not form.validate_on_submit():
        return _queue(paginate(queries.messages_waiting(), 1), answered=False, form=form, at_fault=message.id, status=422)
    try:
        operations.answer_support(message, text=form.text.data or "", by=signed_in_actor(), at=clock.now())
        flash(_("The answer is on its way."), "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("sales.house_support")


@bp.post("/orders/<public_id>/messages")
@access(SIGNED_IN)
def write_about_order(public_id: str) -> ResponseReturnValue:
    """Ask the house about this order."""
    actor = signed_in_actor()
    order = one_or_404(queries.orders_of(actor.person_id).where(Order.public_id == public_id))
    form = SupportForm()
    form.order.choices = [("", "")]
    if form.validate_on_submit():
        operations.ask_support(text=form.text.data or "", order=order, by=actor, at=clock.now())
        flash(_("Your message is with us. You get the answer by mail and find it here."), "done")
        return see_other("sales.order_page", public_id=public_id)
    from coursehub.sales.forms import RefundForm
    from coursehub.sales.views.orders import show_order

    return show_order(order, RefundForm(formdata=None), form, status=422)
