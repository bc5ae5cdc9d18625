"""Paper for buyers: an invoice with its number, credit notes beside refunds, and the fapiao that finance makes out."""

import re
from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.billing import queries as billing
from coursehub.billing.models import BuyerDocument
from coursehub.billing.operations.buyers import TAX, BuyerLine, issue_buyer_document
from coursehub.catalog import queries as catalog
from coursehub.contracts.waterfall import tax_within
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger import queries as ledger
from coursehub.ledger.models import Journal
from coursehub.people.actor import Actor
from coursehub.people.models import BuyerDetails
from coursehub.people.operations.buyer_details import DetailsDraft, keep_buyer_details, open_buyer_details
from coursehub.sales import policies, queries
from coursehub.sales.models import (
    PLAN_GOING,
    FapiaoRequest,
    FapiaoReversal,
    Order,
    OrderPart,
    Payment,
    PaymentDispute,
    Refund,
    back_of,
)
from coursehub.sales.queries import disputes
from coursehub.sales.words import parts_words

_TAX_NUMBER = re.compile(r"[0-9A-Z]{15,20}")


class NothingToInvoice(Refusal):
    """There is nothing of this order that an invoice could be made out over."""


class EmployerHasInvoice(Refusal):
    """Your employer was given the invoice of this order."""


class TaxNumberWrong(Refusal):
    """A company's tax number has between 15 and 20 capital letters and digits. Look at it once more."""


class SpecialNeedsMore(Refusal):
    """A special fapiao is made out to companies only, and needs their address and bank account."""


class FapiaoAskedBefore(Refusal):
    """The fapiao of this order has been asked for already."""


class FapiaoAfterLastPart(Refusal):
    """The price of this order is still being paid in parts. One fapiao over all of it is made out when the last part is paid."""


class FapiaoAnswered(Refusal):
    """This request has been answered already."""


class FapiaoTaken(Refusal):
    """A colleague is making out this fapiao. Ask them before you take it over."""


class NumberUsed(Refusal):
    """This number stands at another fapiao already."""


class NothingToReverse(Refusal):
    """Nothing went back of this order that has no red-letter fapiao yet."""


def ask_invoice(order: Order, details: DetailsDraft, *, by: Actor, at: datetime) -> BuyerDocument:
    """Make out the invoice of a paid order, once, with credit notes over what went back before.

    Of a price in parts each payment has an invoice of its own, the later ones as they are paid; the first is given.

    Raises NothingToInvoice, EmployerHasInvoice, TaxNumberWrong.
    """
    require(policies.may_ask_paper(by, order))
    check_details(details)
    with transaction():
        lock(order)
        payments = queries.sold_payments(order.id)
        if not payments:
            raise NothingToInvoice
        before = billing.buyer_document_for(payments[0].effect_key)
        if before is not None:
            return before
        if payments[0].rail == "invoice":
            raise EmployerHasInvoice
        kept = keep_buyer_details(details, by=by, at=at)
        invoices = [_invoice(order, payment, kept.id, at) for payment in payments]
        for refund in queries.refunds_of(order.id):
            credit_refund(order, refund, at=at)
        for dispute in disputes.disputes_of(order.id):
            credit_dispute(order, dispute, at=at)
    return invoices[0]


def _invoice(order: Order, payment: Payment, details_id: int, at: datetime) -> BuyerDocument:
    journal = ledger.journal_for(payment.effect_key)
    if journal is None:
        raise NothingToInvoice
    return issue_buyer_document(
        "sale_invoice", _lines(order, payment), order_number=order.public_id, details_id=details_id, currency=order.currency,
        effect_key=payment.effect_key, journal_ids=[journal.id], at=at,
    )  # fmt: skip


def continue_invoices(order: Order, payment: Payment, *, at: datetime) -> BuyerDocument | None:
    """A later part of a price is paid and booked: it has its invoice, if the buyer asked for that of the first. Joins."""
    first = queries.sold_payment(order.id)
    before = billing.buyer_document_for(first.effect_key) if first else None
    return _invoice(order, payment, before.details_id, at) if before is not None else None


def credit_refund(order: Order, refund: Refund, *, at: datetime) -> BuyerDocument | None:
    """A refund that is booked goes on a credit note if its payment has an invoice. Joins; once for each refund."""
    with transaction():
        invoice, anew = _invoices_of(db.session.get_one(Payment, refund.payment_id))
        journal = ledger.journal_for(f"refund:{refund.public_id}") if refund.booked_at is not None else None
        if invoice is None or journal is None:
            return None
        part = db.session.get_one(OrderPart, refund.part_id) if refund.part_id is not None else None
        return _credit(invoice, anew, _line_of(order, part, refund.amount_minor, journal.id), journal, at)


def credit_dispute(order: Order, dispute: PaymentDispute, *, at: datetime) -> None:
    """What a buyer's bank took for good goes on a credit note, and back on an invoice if the bank gives it back after all.

    While the bank decides nothing is put on paper. Joins; once for each course, and only where the payment has an invoice.
    """
    with transaction():
        invoice, anew = _invoices_of(db.session.get_one(Payment, dispute.payment_id))
        if invoice is None:
            return
        parts = {part.course_id: part for part in queries.parts_of(order.id)}
        for taken in disputes.taken_by(dispute):
            left, back = ledger.journal_for(taken.effect_key), ledger.journal_for(back_of(taken.effect_key))
            noted = billing.buyer_document_for(taken.effect_key)
            if left is not None and noted is None and back is None and dispute.state == "lost":
                _credit(invoice, anew, _line_of(order, parts.get(taken.course_id), -taken.amount_minor, left.id), left, at)
            elif noted is not None and back is not None:
                line = _line_of(order, parts.get(taken.course_id), -taken.amount_minor, back.id)
                issue_buyer_document(
                    "sale_invoice", [line], order_number=order.public_id, details_id=invoice.details_id, currency=order.currency,
                    effect_key=back.effect_key, journal_ids=[back.id], at=at,
                )  # fmt: skip


def _credit(invoice: BuyerDocument, anew: list[BuyerDocument], line: BuyerLine, journal: Journal, at: datetime) -> BuyerDocument:
    return issue_buyer_document(
        "sale_credit", [line], order_number=invoice.order_number, details_id=invoice.details_id, currency=invoice.currency,
        effect_key=journal.effect_key, journal_ids=[journal.id], at=at, credits=invoice, anew=anew,
    )  # fmt: skip


def _invoices_of(payment: Payment) -> tuple[BuyerDocument | None, list[BuyerDocument]]:
    """The invoice of a payment, and those made out anew over what banks gave back after all."""
    invoice = billing.buyer_document_for(payment.effect_key)
    if invoice is None:
        return None, []
    mine = [dispute for dispute in disputes.disputes_of(payment.order_id) if dispute.payment_id == payment.id]
    anew = [billing.buyer_document_for(back_of(taken.effect_key)) for dispute in mine for taken in disputes.taken_by(dispute)]
    return invoice, [each for each in anew if each is not None]


def _line_of(order: Order, part: OrderPart | None, amount_minor: int, journal_id: int) -> BuyerLine:
    """A line with the tax that its journal moved."""
    tax = abs(sum(line.amount_minor for line in ledger.lines_of(journal_id) if line.code == TAX))
    return BuyerLine(_title(part.release_id) if part else _name(order), amount_minor, (part or order).tax_bps, tax)


def _lines(order: Order, payment: Payment) -> list[BuyerLine]:
    if order.instalments > 1:
        return _part_lines(order, payment)
    parts = [part for part in queries.parts_of(order.id) if part.gross_minor]
    if parts:
        return [BuyerLine(_title(part.release_id), part.gross_minor, part.tax_bps, part.tax_minor) for part in parts]
    return [BuyerLine(_name(order), order.gross_minor, order.tax_bps, order.tax_minor)]


def _part_lines(order: Order, payment: Payment) -> list[BuyerLine]:
    """What a payment of a price in parts paid: a line, or one for each course of a bundle; tax is rounded for each."""
    bought = [(_title(part.release_id), minor) for part, minor in _paid_by(order, payment)] or [
        (_name(order), payment.amount_minor)
    ]
    return [
        BuyerLine(_part_name(order, payment, title), minor, order.tax_bps, tax_within(minor, order.tax_bps))
        for title, minor in bought
    ]


def _paid_by(order: Order, payment: Payment) -> list[tuple[OrderPart, int]]:
    paid = queries.paid_shares(order) if order.bundle_id is not None else {}
    return [(part, paid[payment.id, part.id]) for part in queries.parts_of(order.id) if (payment.id, part.id) in paid]


def _title(release_id: int) -> dict[str, str]:
    return {locale: catalog.title_of(release_id, locale) for locale in ("zh-CN", "en")}


def _part_name(order: Order, payment: Payment, title: Mapping[str, str]) -> dict[str, str]:
    parts = sorted(row.part_n for row in queries.instalments_of(order.id) if row.payment_id == payment.id)
    return {locale: f"{name} ({parts_words(parts, order.instalments, locale)})" for locale, name in title.items()}


def _name(order: Order) -> dict[str, str]:
    return {locale: queries.titles_of([order], locale).get(order.id, "") for locale in ("zh-CN", "en")}


def check_details(details: DetailsDraft) -> None:
    """Refuse a company's tax number that cannot be one. Raises TaxNumberWrong."""
    if details.kind == "company" and not _TAX_NUMBER.fullmatch(details.tax_number):
        raise TaxNumberWrong


def ask_fapiao(order: Order, details: DetailsDraft, *, kind: str, by: Actor, at: datetime) -> FapiaoRequest:
    """Ask for the fapiao of an order. kind: normal | special.

    Raises NothingToInvoice, EmployerHasInvoice, TaxNumberWrong, SpecialNeedsMore, FapiaoAskedBefore,
    FapiaoAfterLastPart.
    """
    require(policies.may_ask_paper(by, order))
    check_details(details)
    if kind == "special" and not (details.kind == "company" and details.address and details.bank):
        raise SpecialNeedsMore
    with transaction():
        lock(order)
        if queries.employer_invoice_of(order.id) is not None:
            raise EmployerHasInvoice
        if queries.paid_minor(order) <= queries.refunded_minor(order):
            raise NothingToInvoice
        plan = queries.plan_of(order.id)
        if plan is not None and plan.state in PLAN_GOING:
            raise FapiaoAfterLastPart
        if any(each.state != "declined" for each in queries.fapiao_of(order.id)):
            raise FapiaoAskedBefore
        kept = keep_buyer_details(details, by=by, at=at)
        request = FapiaoRequest(order_id=order.id, details_id=kept.id, kind=kind, state="asked", asked_at=at)
        db.session.add(request)
        db.session.flush()
        events.record("sales.fapiao_asked", at=at, request_id=request.id, order_id=order.id)
    return request


def take_fapiao(request: FapiaoRequest, *, by: Actor, at: datetime) -> BuyerDetails:
    """Open for whom a fapiao is made out, to make it out; the buyer sees that it was opened."""
    order = db.session.get_one(Order, request.order_id)
    require(policies.may_make_out(by, order))
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
    order = db.session.get_one(Order, request.order_id)
    require(policies.may_make_out(by, order))
    with transaction():
        lock(order)
        _lock_asked(request)
        left = queries.paid_minor(order) - queries.refunded_minor(order)
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
    order = db.session.get_one(Order, request.order_id)
    require(policies.may_make_out(by, order))
    with transaction():
        _lock_asked(request)
        request.state, request.answer = "declined", answer.strip()
        request.answered_at, request.answered_by_id = at, by.person_id
        db.session.flush()
        events.record("sales.fapiao_declined", at=at, request_id=request.id)


def reverse_fapiao(request: FapiaoRequest, *, number: str, issued_on: date, by: Actor, at: datetime) -> FapiaoReversal:
    """A red-letter fapiao was made out over all that went back since. Raises NothingToReverse, NumberUsed."""
    order = db.session.get_one(Order, request.order_id)
    require(policies.may_make_out(by, order))
    with transaction():
        lock(order)
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


def export_fapiao(*, by: Actor, at: datetime) -> list[tuple[FapiaoRequest, Order, BuyerDetails]]:
    """All that waits, with for whom, for the program that makes fapiao out; each opening is logged. Own orders stay out."""
    require(policies.may_export_fapiao(by))
    with transaction():
        found = []
        for request, order in db.session.execute(queries.fapiao_waiting()).tuples():
            if order.buyer_id == by.person_id:
                continue
            details = db.session.get_one(BuyerDetails, request.details_id)
            open_buyer_details(details, by=by, at=at)
            found.append((request, order, details))
    return found


def _lock_asked(request: FapiaoRequest) -> None:
    lock(request)
    if request.state != "asked":
        raise FapiaoAnswered


def _is_used(number: str) -> bool:
    issued = sa.select(FapiaoRequest.id).where(FapiaoRequest.number == number)
    red = sa.select(FapiaoReversal.id).where(FapiaoReversal.number == number)
    return db.session.execute(sa.union_all(issued, red).limit(1)).first() is not None
