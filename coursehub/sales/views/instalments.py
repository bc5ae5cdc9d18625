"""Paying the later parts of a price: what is due, or all that is left, on the rail's page; and back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock, rails
from coursehub.errors import Refusal
from coursehub.sales import queries
from coursehub.sales.instalments import grace_ends
from coursehub.sales.models import Instalment, InstalmentShare, Order
from coursehub.sales.operations import charging
from coursehub.sales.views import bp
from coursehub.sales.views.buying import own_order
from coursehub.web import SIGNED_IN, access, current_locale, see_other, signed_in_actor


def plan_on_screen(order: Order) -> dict[str, Any]:
    """What the pages of an order show of a price in parts; nothing of a price paid whole."""
    if order.instalments == 1:
        return {"plan": None, "instalments": (), "paid_on": {}, "due": (), "left": (), "without": {}, "dropped": ()}
    left, now, rows = queries.open_instalments(order.id), clock.now(), queries.instalments_of(order.id)
    shares = queries.shares_of(order.id)
    return {
        "plan": queries.plan_of(order.id),
        "instalments": rows,
        "without": _without(rows, shares),
        "dropped": _dropped(rows, shares),
        "paid_on": {payment.id: payment.paid_at for payment in queries.sold_payments(order.id)},
        "due": [row for row in left if row.due_at <= now],
        "left": left,
        "grace_ends": grace_ends,
    }


def _without(rows: Sequence[Instalment], shares: Sequence[InstalmentShare]) -> dict[int, str]:
    """By part of a bundle's price: the courses that went back, so that it is smaller than it was."""
    titles = queries.parts_with_titles([share.part_id for share in shares if share.dropped_at], current_locale())
    gone = {row.id: [share for share in shares if share.instalment_id == row.id and share.dropped_at] for row in rows}
    return {
        row.id: _(", ").join(titles[share.part_id] for share in gone[row.id]) if row.dropped_at is None else "" for row in rows
    }


def _dropped(rows: Sequence[Instalment], shares: Sequence[InstalmentShare]) -> list[tuple[datetime, int]]:
    """What of the price is not asked for any more: (due then, minor units) of each part."""
    found = []
    for row in rows:
        here = [share for share in shares if share.instalment_id == row.id and (row.dropped_at or share.dropped_at)]
        minor = sum(share.amount_minor for share in here) if shares else row.amount_minor if row.dropped_at else 0
        if minor and row.replaces_n is None:
            found.append((row.due_at, minor))
    return found


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
