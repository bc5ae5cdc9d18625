"""What an employer's invoice does in the books: put on it, taken back when nobody paid, credited when money goes back.

Called in the transaction of the order or the refund. What is invoiced stands on INVOICED
until the order is sold; the sale then takes it from there as from a payment provider.
"""

from collections.abc import Mapping
from datetime import datetime

from coursehub.billing import queries as billing
from coursehub.billing.models import Document
from coursehub.billing.operations import Line, issue_credit_note, issue_invoice
from coursehub.catalog import queries as catalog
from coursehub.db import db
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import INVOICED, MEMBER_OWES
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.people.models import Organisation
from coursehub.sales import queries
from coursehub.sales.models import Order, OrderPart, Payment, Refund

TAX = "liability:tax"


def put_on_invoice(order: Order, organisation: Organisation, company: Mapping[str, str], *, at: datetime) -> Document:
    """The employer owes the price of the order, and gets an invoice over it. Once for each order; joins."""
    key = f"order:{order.public_id}"
    journal_id = _move(order, organisation, order.gross_minor, effect_key=key, at=at)
    return issue_invoice(
        organisation, _lines(order), currency=order.currency, cause="order", cause_id=order.public_id,
        effect_key=key, journal_ids=[journal_id], tax_minor=order.tax_minor, at=at, company=company,
    )  # fmt: skip


def take_invoice_back(order: Order, *, at: datetime) -> Document | None:
    """An order that nobody paid is closed: its invoice is credited, and what was paid of it is the employer's credit. Joins."""
    found = queries.employer_invoice_of(order.id)
    if found is None:
        return None
    document = db.session.get_one(Document, found.document_id)
    left = document.amount_minor - billing.credited_minor(document.id)
    if left <= 0:
        return None
    organisation, key = db.session.get_one(Organisation, found.organisation_id), f"order:{order.public_id}:closed"
    journal_id = _move(order, organisation, -left, effect_key=key, at=at)
    lines = _lines(order) if left == document.amount_minor else [_line(order, _name(order), left)]
    return issue_credit_note(
        document, lines, effect_key=key, journal_ids=[journal_id], tax_minor=document.tax_minor, at=at
    )  # fmt: skip


def credit_to_employer(order: Order, refund: Refund, payment: Payment, *, at: datetime) -> Document | None:
    """A refund that was booked: the employer gets a credit note and has the amount to its credit. Once for each refund; joins."""
    found = queries.employer_invoice_of(order.id)
    if found is None:
        return None
    document = db.session.get_one(Document, found.document_id)
    organisation, key = db.session.get_one(Organisation, found.organisation_id), f"refund:{refund.public_id}:credited"
    shared = ledger.journal_for(f"refund:{refund.public_id}")
    if payment.outcome == "sold" and shared is not None:
        tax = sum(line.amount_minor for line in ledger.lines_of(shared.id) if line.code == TAX)
    else:
        tax = document.tax_minor
    journal_id = _move(order, organisation, -refund.amount_minor, effect_key=key, at=at)
    return issue_credit_note(
        document, _lines_of(order, refund), effect_key=key, journal_ids=[journal_id], tax_minor=tax, at=at
    )  # fmt: skip


def _move(order: Order, organisation: Organisation, amount_minor: int, *, effect_key: str, at: datetime) -> int:
    """What the employer owes for the order grows by so much, or shrinks; gives the number of the journal."""
    posted = post(
        kind="invoicing", effect_key=effect_key, occurred_at=at, at=at, currency=order.currency,
        postings=[
            Leg(AccountRef(MEMBER_OWES, organisation.public_id), amount_minor),
            Leg(AccountRef(INVOICED), -amount_minor),
        ],
    )  # fmt: skip
    return posted.id


def _lines(order: Order) -> list[Line]:
    """What is ordered: a course, or each course of a bundle with its part of the price."""
    parts = [part for part in queries.parts_of(order.id) if part.gross_minor]
    if not parts:
        return [_line(order, _name(order), order.gross_minor)]
    return [_line(order, _title(part.release_id), part.gross_minor) for part in parts]


def _lines_of(order: Order, refund: Refund) -> list[Line]:
    """What goes back: of the course that the refund is about, or of all of a bundle that could not be sold."""
    if refund.part_id is None and order.bundle_id is not None and refund.amount_minor == order.gross_minor:
        return _lines(order)
    part = db.session.get_one(OrderPart, refund.part_id) if refund.part_id is not None else None
    titles = _title(part.release_id) if part is not None else _name(order)
    return [_line(order, titles, refund.amount_minor)]


def _line(order: Order, titles: dict[str, str], amount_minor: int) -> Line:
    """It names the course and the order, never the learner: the document is final."""
    rate = f"{order.tax_bps / 100:g} %"
    detail = {"zh-CN": f"订单 {order.public_id}，含税，税率 {rate}", "en": f"Order {order.public_id}, tax contained at {rate}"}
    return Line({"zh-CN": f"课程：{titles['zh-CN']}", "en": f"Course: {titles['en']}"}, amount_minor, detail)


def _title(release_id: int) -> dict[str, str]:
    return {locale: catalog.title_of(release_id, locale) for locale in ("zh-CN", "en")}


def _name(order: Order) -> dict[str, str]:
    return {locale: queries.titles_of([order], locale).get(order.id, "") for locale in ("zh-CN", "en")}
