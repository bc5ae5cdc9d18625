"""Letters of sales: receipt, payment returned, refund, refund declined, contested sales, answer of support."""

from datetime import datetime
from typing import Any

from coursehub.catalog import queries as catalog
from coursehub.contracts.models import MoneyEvent
from coursehub.db import db
from coursehub.events import on
from coursehub.people import queries as people
from coursehub.sales import queries
from coursehub.sales.letters.writing import about, course_title, write
from coursehub.sales.models import (
    CORRECTED,
    AttributionContest,
    FapiaoRequest,
    FapiaoReversal,
    Order,
    OrderPart,
    Payment,
    Refund,
    RefundRequest,
    SupportMessage,
)
from coursehub.sales.queries import holding


@on("sales.course_purchased")
def send_receipt(*, at: datetime, order_id: int) -> None:
    """The course is yours, and what it cost."""
    order = db.session.get_one(Order, order_id)
    payment = queries.sold_payment(order_id)
    write(
        "receipt",
        person_id=order.buyer_id,
        mark=order.public_id,
        at=at,
        payment=payment,
        instalments=queries.instalments_of(order_id),
        **about(order),
    )


@on("sales.payment_returned")
def send_payment_returned(*, at: datetime, order_id: int, refund_id: int) -> None:
    """We cannot give you what you paid for; the money comes back."""
    order, refund = db.session.get_one(Order, order_id), db.session.get_one(Refund, refund_id)
    payment = db.session.get_one(Payment, refund.payment_id)
    write(
        "payment_returned",
        person_id=order.buyer_id,
        mark=refund.public_id,
        at=at,
        refund=refund,
        payment=payment,
        **about(order),
    )


@on("sales.refunded")
def send_refund_letter(*, at: datetime, refund_id: int, order_id: int) -> None:
    """Money is on its way back, and what that means for the course."""
    order, refund = db.session.get_one(Order, order_id), db.session.get_one(Refund, refund_id)
    asked = db.session.get(RefundRequest, refund.request_id) if refund.request_id else None
    part = db.session.get_one(OrderPart, refund.part_id) if refund.part_id is not None else None
    title = catalog.title_of(part.release_id, people.locale_of(order.buyer_id)) if part else ""
    ended = part is not None and queries.left_of_parts(order).get(part.id) == 0
    write(
        "refund",
        person_id=order.buyer_id,
        mark=refund.public_id,
        at=at,
        refund=refund,
        asked=asked,
        part_title=title,
        part_ended=ended,
        is_cut=part is not None and part.id in queries.given_up(order.id) and bool(queries.open_instalments(order.id)),
        is_lent=holding.is_lent(order, part.course_id if part and order.state != "refunded" else None),
        by_invoice=queries.employer_invoice_of(order.id) is not None,
        is_bought_again=queries.bought_again(order),
        **about(order),
    )


@on("sales.refund_declined")
def send_refund_declined(*, at: datetime, request_id: int, order_id: int) -> None:
    """No, and why."""
    order, asked = db.session.get_one(Order, order_id), db.session.get_one(RefundRequest, request_id)
    write("refund_declined", person_id=order.buyer_id, mark=asked.public_id, at=at, asked=asked, **about(order))


@on("sales.attribution_contested")
def send_attribution_contested(*, at: datetime, contest_id: int) -> None:
    """The side that is asked has something to answer, by a day."""
    contest = db.session.get_one(AttributionContest, contest_id)
    _to_side("attribution_contested", contest, contest.asked, f"{contest.id}", at)


@on("sales.attribution_answered")
def send_attribution_answered(*, at: datetime, contest_id: int) -> None:
    """The side that contests reads the answer."""
    contest = db.session.get_one(AttributionContest, contest_id)
    _to_side("attribution_answered", contest, contest.party, f"{contest.id}", at)


@on("sales.attribution_ends_soon")
def send_attribution_ends_soon(*, at: datetime, contest_id: int) -> None:
    """The side whose turn it is is reminded, once for each turn."""
    contest = db.session.get_one(AttributionContest, contest_id)
    if contest.settled_at is None:
        _to_side("attribution_ends_soon", contest, contest.turn, f"{contest.id}-{contest.turn}", at)


@on("sales.attribution_settled")
def send_attribution_settled(*, at: datetime, contest_id: int) -> None:
    """Both sides learn how it ended."""
    contest = db.session.get_one(AttributionContest, contest_id)
    for party in (contest.party, contest.asked):
        _to_side("attribution_settled", contest, party, f"{contest.id}", at)


def _to_side(name: str, contest: AttributionContest, party: str, mark: str, at: datetime) -> None:
    """To everybody who answers for the money of one side; who bought stands in none of these letters."""
    side = people.organisation_by_public_id(party)
    other = people.organisation_by_public_id(contest.asked if party == contest.party else contest.party)
    sale = db.session.get_one(MoneyEvent, contest.event_id)
    if side is None or other is None:
        return
    for person_id in people.members_with_role(side.id, *(("staff_finance",) if side.is_house else ("owner", "finance"))):
        write(
            name, person_id=person_id, mark=f"{mark}:{person_id}", at=at, contest=contest, sale=sale, corrected=CORRECTED,
            title=course_title(sale.course_id, people.locale_of(person_id)), other=other, own=side,
            organisation_name=people.name_of, page="sales.house_attributions" if side.is_house else "sales.how_sales_came",
        )  # fmt: skip


@on("sales.support_answered")
def send_support_answer(*, at: datetime, message_id: int) -> None:
    """The house answers."""
    message = db.session.get_one(SupportMessage, message_id)
    write("support_answer", person_id=message.person_id, mark=message.public_id, at=at, kind="support", message=message)


@on("sales.fapiao_issued")
def send_fapiao_issued(*, at: datetime, request_id: int) -> None:
    """The fapiao was made out, and its number."""
    _write_fapiao("fapiao_issued", db.session.get_one(FapiaoRequest, request_id), at=at)


@on("sales.fapiao_declined")
def send_fapiao_declined(*, at: datetime, request_id: int) -> None:
    """It cannot be made out so, and why."""
    _write_fapiao("fapiao_declined", db.session.get_one(FapiaoRequest, request_id), at=at)


@on("sales.fapiao_reversed")
def send_fapiao_reversed(*, at: datetime, reversal_id: int) -> None:
    """A red-letter fapiao over what went back."""
    reversal = db.session.get_one(FapiaoReversal, reversal_id)
    asked = db.session.get_one(FapiaoRequest, reversal.request_id)
    _write_fapiao("fapiao_reversed", asked, at=at, mark=reversal.number, reversal=reversal)


def _write_fapiao(name: str, asked: FapiaoRequest, *, at: datetime, mark: str = "", **more: Any) -> None:
    sold = queries.sold_for(asked)
    context = {"asked": asked, "sold": sold, "title": sold.titles[people.locale_of(sold.buyer_id)], **more}
    context["paper"] = "sales.invoice" if asked.order_id else "passes.invoices" if asked.period_id else "sales.member_fapiao"
    write(name, person_id=sold.buyer_id, mark=mark or asked.public_id, at=at, **context)
