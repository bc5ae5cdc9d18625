"""An employer that pays by invoice: it chooses, the seat waits, and the money that finance marks completes the order."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from coursehub import events
from coursehub.billing.models import Document
from coursehub.db import db, lock, transaction
from coursehub.errors import require
from coursehub.people.actor import Actor
from coursehub.sales import policies, queries
from coursehub.sales.models import PAYING, EmployerInvoice, Order
from coursehub.sales.operations.checkout import close_unpaid
from coursehub.sales.operations.order_invoices import put_on_invoice
from coursehub.sales.operations.sponsors import SponsorLinkOver, place_for_learner, sponsor_request_behind
from coursehub.web.locale import SHOWN_ZONE

LAPSES_AFTER_DAYS = 14
"""So many days after the day it was due, an invoice that was not paid is credited and the seat is free."""


def choose_invoice(token: str, company: Mapping[str, str], *, by: Actor, at: datetime) -> Document:
    """Pay what a learner asked for by invoice, for the organisation one acts for; asked twice, one invoice.

    company: what shall stand beside its name ("tax_number", "address", "reference"). The order
    waits until two weeks after the invoice is due; a pay page that was open is closed.
    Raises SponsorLinkOver, and what `start_checkout` raises but for PaymentAway.
    """
    require(policies.may_be_invoiced(by))
    asked = sponsor_request_behind(token, at=at)
    with transaction():
        lock(asked)
        if asked.state != "open":
            raise SponsorLinkOver
        order = db.session.get(Order, asked.order_id) if asked.order_id is not None else None
        if order is not None and order.state in PAYING:
            document = queries.employer_document_of(order.id)
            if document is not None:
                return document
            lock(order)
            close_unpaid(order, state="cancelled", at=at)
        order = place_for_learner(asked, at=at)
        organisation = by.organisation
        assert organisation is not None
        order.state = "awaiting_payment"
        document = put_on_invoice(order, organisation, company, at=at)
        assert document.due_on is not None
        order.expires_at = _lapses_at(document.due_on)
        db.session.add(
            EmployerInvoice(
                order_id=order.id, organisation_id=organisation.id, document_id=document.id, chosen_at=at,
                chosen_by_id=by.person_id,
            )
        )  # fmt: skip
        db.session.flush()
        events.record("sales.invoice_chosen", at=at, request_id=asked.id, order_id=order.id)
    return document


def _lapses_at(due_on: date) -> datetime:
    return datetime.combine(due_on + timedelta(days=LAPSES_AFTER_DAYS + 1), time(), SHOWN_ZONE)
