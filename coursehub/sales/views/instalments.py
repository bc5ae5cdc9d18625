"""Paying the later parts of a price: what is due, or all that is left, on the rail's page; and back."""

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock, rails
from coursehub.errors import Refusal
from coursehub.sales import queries
from coursehub.sales.instalments import grace_ends
from coursehub.sales.models import Order
from coursehub.sales.operations import charging
from coursehub.sales.views import bp
from coursehub.sales.views.buying import own_order
from coursehub.web import SIGNED_IN, access, see_other, signed_in_actor


def plan_on_screen(order: Order) -> dict[str, Any]:
    """What the pages of an order show of a price in parts; nothing of a price paid whole."""
    if order.instalments == 1:
        return {"plan": None, "instalments": (), "paid_on": {}, "due": (), "left": ()}
    left, now = queries.open_instalments(order.id), clock.now()
    return {
        "plan": queries.plan_of(order.id),
        "instalments": queries.instalments_of(order.id),
        "paid_on": {payment.id: payment.paid_at for payment in queries.sold_payments(order.id)},
        "due": [row for row in left if row.due_at <= now],
        "left": left,
        "grace_ends": grace_ends,
    }


@bp.post("/orders/<public_id>/instalments")
@access(SIGNED_IN)
def pay_instalments(public_id: str) -> ResponseReturnValue:
    """On to the rail's page, for what is due (or the next part) or for the rest."""
    order = own_order(public_id)
    whole = request.form.get("whole") == "1"
    try:
        return redirect(charging.open_instalment_page(order, whole=whole, by=signed_in_actor(), at=clock.now()), 303)
    except Refusal as refusal:
        flash(str(refusal), "warning")
        return see_other("sales.order_page", public_id=public_id)


@bp.get("/orders/<public_id>/instalments/return")
@access(SIGNED_IN)
def instalment_return(public_id: str) -> ResponseReturnValue:
    """Where the rail sends the buyer: ask it what happened, and show the order."""
    order = own_order(public_id)
    try:
        charging.settle_parts(order, at=clock.now())
    except (rails.RailAway, rails.RailRefused):
        flash(_("The payment service does not answer just now. What you paid is written down as soon as it does."), "warning")
    return see_other("sales.order_page", public_id=public_id)
