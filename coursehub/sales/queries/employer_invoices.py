"""Reading orders that an employer pays by invoice."""

import sqlalchemy as sa

from coursehub.billing.models import Document
from coursehub.db import db
from coursehub.sales.models import EmployerInvoice


def employer_invoice_of(order_id: int) -> EmployerInvoice | None:
    """The invoice by which an employer pays this order; None for other orders."""
    return db.session.execute(sa.select(EmployerInvoice).where(EmployerInvoice.order_id == order_id)).scalar_one_or_none()


def employer_document_of(order_id: int) -> Document | None:
    """The same, as billing keeps it."""
    found = sa.select(Document).join(EmployerInvoice, EmployerInvoice.document_id == Document.id)
    return db.session.execute(found.where(EmployerInvoice.order_id == order_id)).scalar_one_or_none()
