"""What was invoiced, what of it is open, and whose it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from coursehub.billing.models import (
    BuyerDocument,
    Charge,
    ChargeEnd,
    CollectionAccount,
    Document,
    Receipt,
    Repayment,
    RepaymentPart,
    Settlement,
)
from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation

STATES = ("open", "overdue", "paid")
BUCKETS = ("not_due", "to_30", "to_60", "above_60")
"""How long past due: not yet, 1 to 30 days, 31 to 60, more."""

_SETTLED = (
    sa.select(sa.func.coalesce(sa.func.sum(Settlement.amount_minor), 0))
    .where(Settlement.invoice_id == Document.id)
    .correlate(Document)
    .scalar_subquery()
)
OPEN_MINOR = Document.amount_minor - _SETTLED
"""What is left to pay of an invoice, as a column beside Document."""


@dataclass(frozen=True, slots=True)
class Ageing:
    """What members owe in one currency, by days past due, in minor units; `credit_minor` is what we owe them back."""

    currency: str
    buckets: dict[str, int]
    credit_minor: int

    @property
    def owed_minor(self) -> int:
        """All that is open."""
        return sum(self.buckets.values())


def documents_visible_to(reader: Actor) -> "sa.Select[Document]":
    """Everything for finance staff; else what the reader's own organisation was given, if they answer for its money."""
    found = sa.select(Document)
    if "finance" in reader.staff_roles:
        return found
    if not reader.has_role("owner", "finance"):
        return found.where(sa.false())
    return found.where(Document.organisation_id == reader.organisation_id)


def documents_matching(reader: Actor, *, state: str = "", search: str = "", today: date) -> "sa.Select[Document]":
    """The reader's documents, the newest first. state: one of STATES or "credit_note"; search: a number or a name."""
    found = documents_visible_to(reader)
    if state == "credit_note":
        found = found.where(Document.kind == "credit_note")
    elif state:
        found = found.where(Document.kind == "invoice")
        found = found.where(OPEN_MINOR == 0 if state == "paid" else OPEN_MINOR > 0)
        if state == "overdue":
            found = found.where(Document.due_on < today)
    if search:
        digits = "".join(each for each in search if each.isdigit())
        wanted: list[sa.ColumnElement[bool]] = [
            Document.organisation_id.in_(
                sa.select(Organisation.id).where(
                    sa.or_(
                        Organisation.name.icontains(search, autoescape=True),
                        Organisation.name_en.icontains(search, autoescape=True),
                    )
                )
            )
        ]
        if digits and len(digits) < 10:
            wanted.append(Document.number == int(digits))
        found = found.where(sa.or_(*wanted))
    return found.order_by(Document.id.desc())


def open_minor(invoice: Document) -> int:
    """What is left to pay of an invoice."""
    return invoice.amount_minor - settled_minor(invoice.id)


def settled_minor(invoice_id: int) -> int:
    """What receipts and credit notes have settled of it."""
    return int(_sum(Settlement.amount_minor, Settlement.invoice_id == invoice_id))


def open_of(invoice_ids: list[int]) -> dict[int, int]:
    """What is left to pay of each of these."""
    rows = db.session.execute(sa.select(Document.id, OPEN_MINOR).where(Document.id.in_(invoice_ids))).all()
    return {row[0]: int(row[1]) for row in rows}


def credited_minor(invoice_id: int) -> int:
    """What credit notes take off this invoice, settled or given back."""
    return int(_sum(Document.amount_minor, Document.credits_id == invoice_id))


def received_minor(effect_key: str) -> int:
    """What was received in money for the invoice of this effect; credit notes do not count."""
    invoice = sa.select(Document.id).where(Document.effect_key == effect_key, Document.kind == "invoice").scalar_subquery()
    return int(_sum(Settlement.amount_minor, sa.and_(Settlement.invoice_id == invoice, Settlement.receipt_id.is_not(None))))


def open_invoices(organisation_id: int, currency: str, *, among: Iterable[int] | None = None) -> list[Document]:
    """Its invoices that are not paid, the one due first first; among: only these, by their numbers in the database."""
    found = (
        sa.select(Document)
        .where(
            Document.organisation_id == organisation_id, Document.currency == currency,
            Document.kind == "invoice", OPEN_MINOR > 0,
        )
        .order_by(Document.due_on, Document.id)
    )  # fmt: skip
    return list(db.session.execute(found if among is None else found.where(Document.id.in_(list(among)))).scalars())


def credits_left(organisation_id: int, currency: str) -> list[tuple[Document | Receipt, int]]:
    """Receipts and credit notes that are not used up, the oldest first, each with what is left of it."""
    notes = _notes_left(Document).where(Document.organisation_id == organisation_id, Document.currency == currency)
    receipts = _receipts_left(Receipt).where(Receipt.organisation_id == organisation_id, Receipt.currency == currency)
    found = [*db.session.execute(notes.order_by(Document.id)), *db.session.execute(receipts.order_by(Receipt.id))]
    return [(row[0], int(row[1])) for row in found]


def credits_by_member() -> dict[tuple[int, str], int]:
    """Whom we owe money beyond their invoices, in which currency, and how much: one question for all of them."""
    left = sa.union_all(
        _notes_left(Document.organisation_id, Document.currency), _receipts_left(Receipt.organisation_id, Receipt.currency)
    ).subquery()
    member, currency, minor = left.c
    found = sa.select(member, currency, sa.func.sum(minor)).group_by(member, currency)
    return {(row[0], row[1]): int(row[2]) for row in db.session.execute(found)}


def _notes_left(*what: Any) -> "sa.Select[Any]":
    left = Document.amount_minor - _used(Settlement.credit_note_id, Document) - _used(RepaymentPart.credit_note_id, Document)
    return sa.select(*what, left.label("left_minor")).where(Document.kind == "credit_note", left > 0)


def _receipts_left(*what: Any) -> "sa.Select[Any]":
    left = Receipt.amount_minor - _used(Settlement.receipt_id, Receipt) - _used(RepaymentPart.receipt_id, Receipt)
    undoing = sa.orm.aliased(Receipt)
    undone = sa.exists().where(undoing.undoes_id == Receipt.id).correlate(Receipt)
    return sa.select(*what, left.label("left_minor")).where(Receipt.undoes_id.is_(None), ~undone, left > 0)


def _used(by: Any, source: type[Document] | type[Receipt]) -> "sa.ScalarSelect[int]":
    spent = sa.select(sa.func.coalesce(sa.func.sum(by.class_.amount_minor), 0)).where(by == source.id)
    return spent.correlate(source).scalar_subquery()


def repaid_of(receipt_id: int) -> int:
    """What of a receipt was sent back to the member."""
    return _sum(RepaymentPart.amount_minor, RepaymentPart.receipt_id == receipt_id)


def repayments_of(organisation_id: int) -> list[Repayment]:
    """Credit that was sent back to a member, the latest first."""
    found = sa.select(Repayment).where(Repayment.organisation_id == organisation_id).order_by(Repayment.id.desc())
    return list(db.session.execute(found).scalars())


def members_with_credit() -> list[tuple[Organisation, str, int]]:
    """Whom we owe money beyond their invoices, in which currency, and how much; the first invoiced first."""
    owed = credits_by_member()
    members = db.session.execute(sa.select(Organisation).where(Organisation.id.in_({each for each, _currency in owed}))).scalars()
    by_id = {member.id: member for member in members}
    return [(by_id[member_id], currency, minor) for (member_id, currency), minor in sorted(owed.items())]


def credit_minor(organisation_id: int, currency: str) -> int:
    """What a member has paid or been credited beyond its invoices."""
    return sum(left for _source, left in credits_left(organisation_id, currency))


def settlements_of(invoice_id: int) -> list[tuple[Settlement, Receipt | None, Document | None]]:
    """How an invoice was settled, in order."""
    note = sa.orm.aliased(Document)
    rows = db.session.execute(
        sa.select(Settlement, Receipt, note)
        .outerjoin(Receipt, Receipt.id == Settlement.receipt_id)
        .outerjoin(note, note.id == Settlement.credit_note_id)
        .where(Settlement.invoice_id == invoice_id)
        .order_by(Settlement.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def credit_notes_of(invoice_id: int) -> list[Document]:
    """The credit notes that name this invoice."""
    return list(db.session.execute(sa.select(Document).where(Document.credits_id == invoice_id).order_by(Document.id)).scalars())


def document_for(effect_key: str) -> Document | None:
    """The document that puts this effect in writing."""
    return db.session.execute(sa.select(Document).where(Document.effect_key == effect_key)).scalar_one_or_none()


def charge_for(effect_key: str) -> Charge | None:
    """The charge that keeps this effect for an invoice."""
    return db.session.execute(sa.select(Charge).where(Charge.effect_key == effect_key)).scalar_one_or_none()


def _waiting() -> "sa.Select[Charge]":
    ended = sa.select(ChargeEnd.charge_id)
    return sa.select(Charge).where(Charge.id.not_in(ended)).order_by(Charge.id)


def charges_waiting(organisation_id: int, currency: str, *, cause: str, before: datetime) -> list[Charge]:
    """What a member will find on its next invoice, of one cause and booked before a moment, the oldest first."""
    found = _waiting().where(
        Charge.organisation_id == organisation_id, Charge.currency == currency, Charge.cause == cause, Charge.booked_at < before
    )
    return list(db.session.execute(found).scalars())


def members_with_charges(cause: str, before: datetime) -> list[tuple[int, str]]:
    """Whom charges wait for, and in which currency, if they were booked before a moment."""
    found = _waiting().where(Charge.cause == cause, Charge.booked_at < before).order_by(None)
    pairs = found.with_only_columns(Charge.organisation_id, Charge.currency).distinct()
    return sorted((row[0], row[1]) for row in db.session.execute(pairs))


def charged_minor(organisation_id: int | None = None) -> dict[tuple[int, str], int]:
    """What waits for the next invoice, by member and currency, of one member or of all."""
    found = _waiting().order_by(None)
    if organisation_id is not None:
        found = found.where(Charge.organisation_id == organisation_id)
    sums = found.with_only_columns(Charge.organisation_id, Charge.currency, sa.func.sum(Charge.amount_minor))
    rows = db.session.execute(sums.group_by(Charge.organisation_id, Charge.currency))
    return {(row[0], row[1]): int(row[2]) for row in rows}


def charges_on(invoice_id: int) -> list[Charge]:
    """What an invoice of a month collected."""
    found = sa.select(Charge).join(ChargeEnd, ChargeEnd.charge_id == Charge.id).where(ChargeEnd.document_id == invoice_id)
    return list(db.session.execute(found.order_by(Charge.id)).scalars())


def all_receipts() -> "sa.Select[Receipt]":
    """Every receipt and every one undone, the latest first; for finance staff."""
    return sa.select(Receipt).order_by(Receipt.id.desc())


def undone_ids(receipt_ids: list[int]) -> set[int]:
    """Which of these receipts were undone."""
    found = sa.select(Receipt.undoes_id).where(Receipt.undoes_id.in_(receipt_ids))
    return {each for each in db.session.execute(found).scalars() if each is not None}


def ageing(reader: Actor, today: date, organisation_id: int | None = None) -> list[Ageing]:
    """What is open, by currency and by days past due, of all that this reader sees, or of one organisation."""
    seen = documents_visible_to(reader)
    if organisation_id is not None:
        seen = seen.where(Document.organisation_id == organisation_id)
    sums: dict[str, dict[str, int]] = {}
    late = seen.where(Document.kind == "invoice", OPEN_MINOR > 0)
    for currency, due_on, left in db.session.execute(late.with_only_columns(Document.currency, Document.due_on, OPEN_MINOR)):
        buckets = sums.setdefault(currency, dict.fromkeys(BUCKETS, 0))
        buckets[bucket_of((today - due_on).days if due_on else 0)] += int(left)
    credits: dict[str, int] = {}
    owners = {
        (row[0], row[1])
        for row in db.session.execute(seen.with_only_columns(Document.organisation_id, Document.currency).distinct())
    }
    for (member_id, currency), minor in credits_by_member().items():
        if (member_id, currency) in owners:
            credits[currency] = credits.get(currency, 0) + minor
    return [
        Ageing(currency, sums.get(currency, dict.fromkeys(BUCKETS, 0)), credits.get(currency, 0))
        for currency in sorted({*sums, *(each for each, minor in credits.items() if minor)})
    ]


def bucket_of(days_late: int) -> str:
    """In which column of an ageing an invoice stands."""
    if days_late <= 0:
        return "not_due"
    if days_late <= 30:
        return "to_30"
    return "to_60" if days_late <= 60 else "above_60"


def overdue(today: date) -> list[tuple[Document, int]]:
    """Invoices past their day, with what is left of each, the longest overdue first."""
    found = sa.select(Document, OPEN_MINOR).where(Document.kind == "invoice", Document.due_on < today, OPEN_MINOR > 0)
    return [(row[0], int(row[1])) for row in db.session.execute(found.order_by(Document.due_on, Document.id))]


def collection_account(currency: str) -> CollectionAccount | None:
    """Where members pay this currency now."""
    found = sa.select(CollectionAccount).where(CollectionAccount.currency == currency).order_by(CollectionAccount.id.desc())
    return db.session.execute(found.limit(1)).scalar_one_or_none()


def collection_accounts() -> list[CollectionAccount]:
    """The account in force for each currency."""
    latest = sa.select(sa.func.max(CollectionAccount.id)).group_by(CollectionAccount.currency)
    found = sa.select(CollectionAccount).where(CollectionAccount.id.in_(latest)).order_by(CollectionAccount.currency)
    return list(db.session.execute(found).scalars())


def members_in(currency: str) -> "sa.Select[Organisation]":
    """Organisations that were ever invoiced in this currency."""
    ever = sa.select(Document.organisation_id).where(Document.currency == currency)
    return sa.select(Organisation).where(Organisation.id.in_(ever))


def credited_invoice(document: Document) -> Document | None:
    """The invoice that a credit note takes back; None for an invoice."""
    return db.session.get(Document, document.credits_id) if document.credits_id else None


def _sum(column: "sa.SQLColumnExpression[int]", condition: "sa.ColumnElement[bool]") -> int:
    return int(db.session.execute(sa.select(sa.func.coalesce(sa.func.sum(column), 0)).where(condition)).scalar_one())


# Buyers


def buyer_document_for(effect_key: str) -> BuyerDocument | None:
    """What was issued to a buyer for a business effect."""
    return db.session.execute(sa.select(BuyerDocument).where(BuyerDocument.effect_key == effect_key)).scalar_one_or_none()


def buyer_documents_of(order_number: str) -> "sa.Select[BuyerDocument]":
    """The invoice of an order and its credit notes, in the order of their issue."""
    return sa.select(BuyerDocument).where(BuyerDocument.order_number == order_number).order_by(BuyerDocument.id)


def buyer_credited_minor(invoice_id: int) -> int:
    """What credit notes have taken back of a buyer's invoice."""
    found = sa.select(sa.func.coalesce(sa.func.sum(BuyerDocument.amount_minor), 0)).where(BuyerDocument.credits_id == invoice_id)
    return int(db.session.execute(found).scalar_one())
