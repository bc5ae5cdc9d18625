"""Fapiao: buyers and members ask for them, finance makes them out in the tax office's system and keeps their numbers here."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.billing.models import Document
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.people.models import BuyerDetails, Organisation
from coursehub.people.operations.buyer_details import DetailsDraft, keep_buyer_details, open_buyer_details
from coursehub.sales import policies, queries
from coursehub.sales.models import PLAN_GOING, FapiaoRequest, FapiaoReversal, Order, PassPeriod
from coursehub.sales.operations.papers import EmployerHasInvoice, NothingToInvoice, check_details
from coursehub.sales.queries.papers import SoldOnPaper


class SpecialNeedsMore(Refusal):
    """A special fapiao is made out to companies only, and needs their address and bank account."""


class FapiaoAskedBefore(Refusal):
    """This fapiao has been asked for already."""


class FapiaoAfterLastPart(Refusal):
    """The price of this order is still being paid in parts. One fapiao over all of it is made out when the last part is paid."""


class FapiaoAnswered(Refusal):
    """This request has been answered already."""


class FapiaoTaken(Refusal):
    """A colleague is making out this fapiao. Ask them before you take it over."""


class NumberUsed(Refusal):
    """This number stands at another fapiao already."""


class NothingToReverse(Refusal):
    """Nothing went back that has no red-letter fapiao yet."""


def ask_fapiao(order: Order, details: DetailsDraft, *, kind: str, by: Actor, at: datetime) -> FapiaoRequest:
    """Ask for the fapiao of an order. kind: normal | special.

    Raises NothingToInvoice, EmployerHasInvoice, TaxNumberWrong, SpecialNeedsMore, FapiaoAskedBefore,
    FapiaoAfterLastPart.
    """
    require(policies.may_ask_paper(by, order))
    check_wish(details, kind)
    with transaction():
        lock(order)
        if queries.employer_invoice_of(order.id) is not None:
            raise EmployerHasInvoice
        sold = queries.sold_order(order)
        plan = queries.plan_of(order.id)
        if sold.left_minor > 0 and plan is not None and plan.state in PLAN_GOING:
            raise FapiaoAfterLastPart
        request = FapiaoRequest(order_id=order.id, kind=kind)
        return keep_wish(request, sold, queries.fapiao_of(order.id), details, by=by, at=at)


def ask_fapiao_of_invoice(document: Document, details: DetailsDraft, *, kind: str, by: Actor, at: datetime) -> FapiaoRequest:
    """Ask for the fapiao of an invoice of one's organisation, also before it is paid. kind: normal | special.

    Raises NothingToInvoice, TaxNumberWrong, SpecialNeedsMore, FapiaoAskedBefore.
    """
    require(policies.may_ask_for_member(by, document))
    check_wish(details, kind)
    with transaction():
        lock(db.session.get_one(Organisation, document.organisation_id))  # as whoever issues its credit notes does
        request = FapiaoRequest(document_id=document.id, kind=kind)
        sold, before = queries.sold_document(document, by.person_id), queries.fapiao_of_document(document.id)
        return keep_wish(request, sold, before, details, by=by, at=at)


def check_wish(details: DetailsDraft, kind: str) -> None:
    """Refuse what no fapiao of a kind can be made out to. Raises TaxNumberWrong, SpecialNeedsMore."""
    check_details(details)
    if kind == "special" and not (details.kind == "company" and details.address and details.bank):
        raise SpecialNeedsMore


def keep_wish(
    request: FapiaoRequest, sold: SoldOnPaper, before: Sequence[FapiaoRequest], details: DetailsDraft, *, by: Actor, at: datetime
) -> FapiaoRequest:
    """Keep a request over what was sold, unless one of those before stands. Joins, with what it is about locked.

    Raises NothingToInvoice, FapiaoAskedBefore.
    """
    require(sold.buyer_id == by.person_id)
    with transaction():
        if sold.left_minor <= 0:
            raise NothingToInvoice
        if any(each.state != "declined" for each in before):
            raise FapiaoAskedBefore
        request.details_id, request.state, request.asked_at = keep_buyer_details(details, by=by, at=at).id, "asked", at
        db.session.add(request)
        db.session.flush()
        record_asked(request, at=at)
    return request


def record_asked(request: FapiaoRequest, *, at: datetime) -> None:
    """It stands in the queue of finance. Joins."""
    events.record(
        "sales.fapiao_asked", at=at,
        request_id=request.id, order_id=request.order_id, period_id=request.period_id, document_id=request.document_id,
    )  # fmt: skip


def take_fapiao(request: FapiaoRequest, *, by: Actor, at: datetime) -> BuyerDetails:
    """Open for whom a fapiao is made out, to make it out; the buyer sees that it was opened."""
    require(policies.may_make_out(by, queries.sold_for(request).buyer_id))
    details = db.session.get_one(BuyerDetails, request.details_id)
    with transaction():
        lock(request)
        if request.state == "asked":
            if request.taken_by_id not in (None, by.person_id):
                raise FapiaoTaken
            request.taken_by_id = by.person_id
        open_buyer_details(details, by=by, at=at)
    return details


def record_fapiao(request: FapiaoRequest, *, number: str, issued_on: date, by: Actor, at: datetime) -> None:
    """The fapiao was made out: keep its number; the buyer is told. Raises FapiaoAnswered, NumberUsed, NothingToInvoice."""
    require(policies.may_make_out(by, queries.sold_for(request).buyer_id))
    with transaction():
        _lock_sold(request)
        _lock_asked(request)
        left = queries.sold_for(request).left_minor
        if left <= 0:
            raise NothingToInvoice
        if _is_used(number.strip()):
            raise NumberUsed
        request.state, request.number, request.issued_on, request.issued_minor = "issued", number.strip(), issued_on, left
        request.answered_at, request.answered_by_id = at, by.person_id
        db.session.flush()
        events.record("sales.fapiao_issued", at=at, request_id=request.id)


def decline_fapiao(request: FapiaoRequest, *, answer: str, by: Actor, at: datetime) -> None:
    """Say why it cannot be made out so; the buyer may ask again. Raises FapiaoAnswered."""
    require(policies.may_make_out(by, queries.sold_for(request).buyer_id))
    with transaction():
        _lock_asked(request)
        request.state, request.answer = "declined", answer.strip()
        request.answered_at, request.answered_by_id = at, by.person_id
        db.session.flush()
        events.record("sales.fapiao_declined", at=at, request_id=request.id)


def reverse_fapiao(request: FapiaoRequest, *, number: str, issued_on: date, by: Actor, at: datetime) -> FapiaoReversal:
    """A red-letter fapiao was made out over all that went back since. Raises NothingToReverse, NumberUsed."""
    require(policies.may_make_out(by, queries.sold_for(request).buyer_id))
    with transaction():
        _lock_sold(request)
        lock(request)
        due = queries.fapiao_to_reverse_minor(request)
        if due <= 0:
            raise NothingToReverse
        if _is_used(number.strip()):
            raise NumberUsed
        reversal = FapiaoReversal(
            request_id=request.id, number=number.strip(), amount_minor=due, issued_on=issued_on, recorded_at=at,
            recorded_by_id=by.person_id,
        )  # fmt: skip
        db.session.add(reversal)
        db.session.flush()
        events.record("sales.fapiao_reversed", at=at, reversal_id=reversal.id)
    return reversal


def export_fapiao(*, by: Actor, at: datetime) -> list[tuple[FapiaoRequest, SoldOnPaper, BuyerDetails]]:
    """All that waits, with for whom, for the program that makes fapiao out; each opening is logged. Own ones stay out."""
    require(policies.may_export_fapiao(by))
    with transaction():
        found = []
        waiting = db.session.execute(queries.fapiao_waiting()).scalars().all()
        sold = queries.sold_for_each(waiting)
        for request in waiting:
            if sold[request.id].buyer_id == by.person_id:
                continue
            details = db.session.get_one(BuyerDetails, request.details_id)
            open_buyer_details(details, by=by, at=at)
            found.append((request, sold[request.id], details))
    return found


def _lock_sold(request: FapiaoRequest) -> None:
    """No money of the order or the period is booked as gone meanwhile, and no credit note issued."""
    if request.order_id is not None:
        lock(db.session.get_one(Order, request.order_id))
    elif request.period_id is not None:
        lock(db.session.get_one(PassPeriod, request.period_id))
    else:
        document = db.session.get_one(Document, request.document_id)
        lock(db.session.get_one(Organisation, document.organisation_id))


def _lock_asked(request: FapiaoRequest) -> None:
    lock(request)
    if request.state != "asked":
        raise FapiaoAnswered


def _is_used(number: str) -> bool:
    issued = sa.select(FapiaoRequest.id).where(FapiaoRequest.number == number)
    red = sa.select(FapiaoReversal.id).where(FapiaoReversal.number == number)
    return db.session.execute(sa.union_all(issued, red).limit(1)).first() is not None
