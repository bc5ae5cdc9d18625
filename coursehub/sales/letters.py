"""Letters of sales: receipt, payment returned, refund, refund declined, answer of support."""

from datetime import datetime
from typing import Any

from coursehub import mail
from coursehub.catalog import queries as catalog
from coursehub.db import db
from coursehub.events import on
from coursehub.people import queries as people
from coursehub.sales import queries
from coursehub.sales.models import Order, OrderPart, Payment, Refund, RefundRequest, SupportMessage


def _write(name: str, *, person_id: int, mark: str, at: datetime, kind: str = "receipt", **context: Any) -> None:
    to = people.email_of(person_id)
    if to is None:
        return  # erased: there is nobody to write to
    mail.send_once(
        key=f"sales.{name}:{mark}",
        person_id=person_id,
        to=to,
        locale=people.locale_of(person_id),
        template=f"sales/letters/{name}.txt",
        at=at,
        kind=kind,
        **context,
    )


def _about(order: Order) -> dict[str, Any]:
    locale = people.locale_of(order.buyer_id)
    parts = [(catalog.title_of(part.release_id, locale), part.gross_minor) for part in queries.parts_of(order.id)]
    return {"order": order, "title": queries.titles_of([order], locale).get(order.id, ""), "parts": parts}


@on("sales.course_purchased")
def send_receipt(*, at: datetime, order_id: int) -> None:
    """The course is yours, and what it cost."""
    order = db.session.get_one(Order, order_id)
    payment = queries.sold_payment(order_id)
    _write("receipt", person_id=order.buyer_id, mark=order.public_id, at=at, payment=payment, **_about(order))


@on("sales.payment_returned")
def send_payment_returned(*, at: datetime, order_id: int, refund_id: int) -> None:
    """We cannot give you what you paid for; the money comes back."""
    order, refund = db.session.get_one(Order, order_id), db.session.get_one(Refund, refund_id)
    payment = db.session.get_one(Payment, refund.payment_id)
    _write(
        "payment_returned",
        person_id=order.buyer_id,
        mark=refund.public_id,
        at=at,
        refund=refund,
        payment=payment,
        **_about(order),
    )


@on("sales.refunded")
def send_refund_letter(*, at: datetime, refund_id: int, order_id: int) -> None:
    """Money is on its way back, and what that means for the course."""
    order, refund = db.session.get_one(Order, order_id), db.session.get_one(Refund, refund_id)
    asked = db.session.get(RefundRequest, refund.request_id) if refund.request_id else None
    part = db.session.get_one(OrderPart, refund.part_id) if refund.part_id is not None else None
    title = catalog.title_of(part.release_id, people.locale_of(order.buyer_id)) if part else ""
    ended = part is not None and queries.left_of_parts(order).get(part.id) == 0
    _write(
        "refund",
        person_id=order.buyer_id,
        mark=refund.public_id,
        at=at,
        refund=refund,
        asked=asked,
        part_title=title,
        part_ended=ended,
        **_about(order),
    )


@on("sales.refund_declined")
def send_refund_declined(*, at: datetime, request_id: int, order_id: int) -> None:
    """No, and why."""
    order, asked = db.session.get_one(Order, order_id), db.session.get_one(RefundRequest, request_id)
    _write("refund_declined", person_id=order.buyer_id, mark=asked.public_id, at=at, asked=asked, **_about(order))


@on("sales.support_answered")
def send_support_answer(*, at: datetime, message_id: int) -> None:
    """The house answers."""
    message = db.session.get_one(SupportMessage, message_id)
    _write("support_answer", person_id=message.person_id, mark=message.public_id, at=at, kind="support", message=message)
