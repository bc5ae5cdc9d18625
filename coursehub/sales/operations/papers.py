"""Paper for buyers: an invoice with its number, and credit notes beside refunds."""

import re
from collections.abc import Mapping
from datetime import datetime

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
from coursehub.people.operations.buyer_details import DetailsDraft, keep_buyer_details
from coursehub.sales import policies, queries
from coursehub.sales.models import (
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
    """There is nothing left that an invoice could be made out over."""


class EmployerHasInvoice(Refusal):
    """Your employer was given the invoice of this order."""


class TaxNumberWrong(Refusal):
    """A company's tax number has between 15 and 20 capital letters and digits. Look at it once more."""


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
