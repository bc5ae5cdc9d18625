"""Settling: a receipt or a credit note pays for part of an invoice."""

from datetime import datetime

from coursehub import events
from coursehub.billing import queries
from coursehub.billing.models import Document, Receipt, Settlement
from coursehub.db import db


def settle(invoice: Document, source: Document | Receipt, amount_minor: int, *, at: datetime) -> None:
    """Use so much of a receipt or credit note for an invoice; nothing happens for nothing.

    The caller holds the organisation's lock. Whoever waits for payment is told by the
    event `billing.invoice_paid`, with the invoice's cause.
    """
    if amount_minor <= 0:
        return
    db.session.add(
        Settlement(
            invoice_id=invoice.id, amount_minor=amount_minor, at=at,
            receipt_id=source.id if isinstance(source, Receipt) else None,
            credit_note_id=source.id if isinstance(source, Document) else None,
        )
    )  # fmt: skip
    db.session.flush()
    if queries.open_minor(invoice) == 0:
        events.record(
            "billing.invoice_paid", at=at, invoice_id=invoice.id, cause=invoice.cause, cause_id=invoice.cause_id,
            effect_key=invoice.effect_key,
        )  # fmt: skip
