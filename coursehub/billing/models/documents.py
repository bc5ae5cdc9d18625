"""Tables of billing. What has a number is final: triggers (see the migration) refuse to edit or delete it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref

KINDS = ("invoice", "credit_note")
PREFIX = {"invoice": "INV", "credit_note": "CN"}
CAUSES = ("placement", "work")
"""What somebody is charged for: a placement fee, or weeks of part-time work."""
DOCUMENT_CAUSES = (*CAUSES, "order")
"""What somebody is invoiced for: the same, or a learner's order that an employer pays."""


class Series(Model):
    """The last number given to each kind of document. One row per kind, locked while a number is given."""

    __tablename__ = "billing_series"

    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class Document(Model):
    """An invoice or a credit note, with its number.

    Amounts are positive in both; a credit note lowers what its invoice (`credits_id`) asks for.
    `effect_key` is the business effect in the books that this document puts in writing.
    `parties` are the names, as they were on that day, what the payer added about itself, and where to pay.
    """

    __tablename__ = "billing_document"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="kind_known"),
        CheckConstraint(f"cause IN ({', '.join(repr(cause) for cause in DOCUMENT_CAUSES)})", name="cause_known"),
        CheckConstraint("amount_minor > 0 AND tax_minor >= 0 AND tax_minor <= amount_minor", name="amounts"),
        CheckConstraint("number > 0", name="numbered"),
        CheckConstraint("(kind = 'invoice') = (due_on IS NOT NULL)", name="invoices_are_due"),
        CheckConstraint("(kind = 'credit_note') = (credits_id IS NOT NULL)", name="credit_notes_name_their_invoice"),
        UniqueConstraint("kind", "number", name="billing_document_number"),
        UniqueConstraint("effect_key", name="billing_document_effect_once"),
        Index("billing_document_by_cause", "cause", "cause_id"),
        Index("billing_document_by_organisation", "organisation_id", "kind", "number"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    kind: Mapped[str] = mapped_column(String(12))
    number: Mapped[int] = mapped_column(Integer)
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigId)
    tax_minor: Mapped[int] = mapped_column(BigId)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None] = mapped_column(Date)
    cause: Mapped[str] = mapped_column(String(12))
    cause_id: Mapped[str] = mapped_column(String(16))
    effect_key: Mapped[str] = mapped_column(String(200))
    credits_id: Mapped[int | None] = mapped_column(ForeignKey("billing_document.id", name="billing_document_credits_fkey"))
    parties: Mapped[dict[str, Any]] = mapped_column(JSON)

    lines: Mapped[list["DocumentLine"]] = relationship(order_by="DocumentLine.n", viewonly=True)

    @property
    def reference(self) -> str:
        """The number as people write it on a transfer, such as INV-000042."""
        return f"{PREFIX[self.kind]}-{self.number:06d}"


class DocumentLine(Model):
    """One line of a document: words in both languages and an amount."""

    __tablename__ = "billing_line"
    __table_args__ = (CheckConstraint("n > 0", name="numbered"), CheckConstraint("amount_minor <> 0", name="says_something"))

    document_id: Mapped[int] = mapped_column(
        ForeignKey("billing_document.id", name="billing_line_document_fkey"), primary_key=True
    )
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    text: Mapped[dict[str, str]] = mapped_column(JSON)
    detail: Mapped[dict[str, str]] = mapped_column(JSON)
    amount_minor: Mapped[int] = mapped_column(BigId)


BUYER_KINDS = ("sale_invoice", "sale_credit")
BUYER_PREFIX = {"sale_invoice": "SI", "sale_credit": "SC"}


class BuyerDocument(Model):
    """An invoice over an order that was paid, or a credit note over what of it went back; with its number, and final.

    `effect_key` is the business effect in the books that it puts in writing. Lines: {"text", "amount_minor", "tax_bps",
    "tax_minor"}, words in both languages; amounts contain their tax and are positive in both kinds. For whom it is made out
    stands in the vault (`details_id`), so that a person who is forgotten is not named here either.
    """

    __tablename__ = "billing_buyer_document"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in BUYER_KINDS)})", name="kind_known"),
        CheckConstraint("amount_minor > 0 AND tax_minor >= 0 AND tax_minor <= amount_minor", name="amounts"),
        CheckConstraint("number > 0", name="numbered"),
        CheckConstraint("(kind = 'sale_credit') = (credits_id IS NOT NULL)", name="credit_notes_name_their_invoice"),
        UniqueConstraint("kind", "number", name="billing_buyer_document_number"),
        UniqueConstraint("effect_key", name="billing_buyer_document_effect_once"),
        Index("billing_buyer_document_by_order", "order_number"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    kind: Mapped[str] = mapped_column(String(12))
    number: Mapped[int] = mapped_column(Integer)
    order_number: Mapped[str] = mapped_column(String(16))
    details_id: Mapped[int] = ref("buyer_details.id", index=False)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigId)
    tax_minor: Mapped[int] = mapped_column(BigId)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    seller: Mapped[dict[str, str]] = mapped_column(JSON)
    effect_key: Mapped[str] = mapped_column(String(200))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    credits_id: Mapped[int | None] = mapped_column(
        ForeignKey("billing_buyer_document.id", name="billing_buyer_document_credits_fkey")
    )

    @property
    def reference(self) -> str:
        """The number as people write it, such as SI-000042."""
        return f"{BUYER_PREFIX[self.kind]}-{self.number:06d}"


class Charge(Model):
    """Something that a member owes and that waits to be put on the invoice of its month, with lines as they will stand there.

    `effect_key` is the business effect in the books; `journal_id` booked it. Lines: {"text", "detail", "amount_minor"}.
    """

    __tablename__ = "billing_charge"
    __table_args__ = (
        CheckConstraint(f"cause IN ({', '.join(repr(cause) for cause in CAUSES)})", name="cause_known"),
        CheckConstraint("amount_minor > 0 AND tax_minor >= 0 AND tax_minor <= amount_minor", name="amounts"),
        UniqueConstraint("effect_key", name="billing_charge_effect_once"),
        Index("billing_charge_by_organisation", "organisation_id", "currency", "booked_at"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    currency: Mapped[str] = mapped_column(String(3))
    cause: Mapped[str] = mapped_column(String(12))
    cause_id: Mapped[str] = mapped_column(String(16))
    effect_key: Mapped[str] = mapped_column(String(200))
    amount_minor: Mapped[int] = mapped_column(BigId)
    tax_minor: Mapped[int] = mapped_column(BigId)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    journal_id: Mapped[int] = ref("journal.id", index=False)
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChargeEnd(Model):
    """A charge waits no more: it stands on an invoice, or a journal took it back before it was on any."""

    __tablename__ = "billing_charge_end"
    __table_args__ = (
        CheckConstraint("(document_id IS NULL) <> (journal_id IS NULL)", name="in_one_way"),
        Index("billing_charge_end_by_document", "document_id"),
    )

    charge_id: Mapped[int] = mapped_column(
        ForeignKey("billing_charge.id", name="billing_charge_end_charge_fkey"), primary_key=True, autoincrement=False
    )
    document_id: Mapped[int | None] = mapped_column(ForeignKey("billing_document.id", name="billing_charge_end_document_fkey"))
    journal_id: Mapped[int | None] = ref("journal.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Receipt(Model):
    """Money that a member sent to the bank, as finance read it on the statement. A mistake is undone by a second row.

    `bank_reference` is the bank's own number of the line; marking one line twice is refused.
    """

    __tablename__ = "billing_receipt"
    __table_args__ = (
        CheckConstraint("(undoes_id IS NULL AND amount_minor > 0) OR (undoes_id IS NOT NULL AND amount_minor < 0)", name="sign"),
        UniqueConstraint("undoes_id", name="billing_receipt_undone_once"),
        Index("billing_receipt_by_bank_reference", "bank_reference"),
        Index("billing_receipt_by_organisation", "organisation_id", "currency"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigId)
    received_on: Mapped[date] = mapped_column(Date)
    bank_reference: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int] = ref("person.id", index=False)
    journal_id: Mapped[int] = ref("journal.id", index=False)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("billing_receipt.id", name="billing_receipt_undoes_fkey"))


class Settlement(Model):
    """Part of an invoice is settled, by a receipt or by a credit note. Undoing a receipt writes the same with a minus."""

    __tablename__ = "billing_settlement"
    __table_args__ = (
        CheckConstraint("(receipt_id IS NULL) <> (credit_note_id IS NULL)", name="by_one_of_them"),
        CheckConstraint("amount_minor <> 0", name="settles_something"),
        Index("billing_settlement_by_invoice", "invoice_id"),
        Index("billing_settlement_by_receipt", "receipt_id"),
        Index("billing_settlement_by_credit_note", "credit_note_id"),
    )

    id: Mapped[Id]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("billing_document.id", name="billing_settlement_invoice_fkey"))
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("billing_receipt.id", name="billing_settlement_receipt_fkey"))
    credit_note_id: Mapped[int | None] = mapped_column(
        ForeignKey("billing_document.id", name="billing_settlement_credit_note_fkey")
    )
    amount_minor: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Repayment(Model):
    """Credit of a member that finance sent back from the house's bank, as the statement shows it; final.

    `bank_reference` is the bank's own number of the line.
    """

    __tablename__ = "billing_repayment"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        UniqueConstraint("bank_reference", name="billing_repayment_line_once"),
        Index("billing_repayment_by_organisation", "organisation_id", "currency"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigId)
    paid_on: Mapped[date] = mapped_column(Date)
    bank_reference: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int] = ref("person.id", index=False)
    journal_id: Mapped[int] = ref("journal.id", index=False)


class RepaymentPart(Model):
    """Out of which receipt or credit note a repayment came."""

    __tablename__ = "billing_repayment_part"
    __table_args__ = (
        CheckConstraint("(receipt_id IS NULL) <> (credit_note_id IS NULL)", name="of_one_of_them"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index("billing_repayment_part_by_repayment", "repayment_id"),
        Index("billing_repayment_part_by_receipt", "receipt_id"),
        Index("billing_repayment_part_by_credit_note", "credit_note_id"),
    )

    id: Mapped[Id]
    repayment_id: Mapped[int] = mapped_column(ForeignKey("billing_repayment.id", name="billing_repayment_part_repayment_fkey"))
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("billing_receipt.id", name="billing_repayment_part_receipt_fkey"))
    credit_note_id: Mapped[int | None] = mapped_column(
        ForeignKey("billing_document.id", name="billing_repayment_part_credit_note_fkey")
    )
    amount_minor: Mapped[int] = mapped_column(BigId)


class CollectionAccount(Model):
    """The bank account of the house that members pay into; the latest of a currency stands on new invoices."""

    __tablename__ = "billing_collection_account"
    __table_args__ = (Index("billing_collection_account_latest", "currency", "id"),)

    id: Mapped[Id]
    currency: Mapped[str] = mapped_column(String(3))
    holder: Mapped[str] = mapped_column(String(120))
    bank: Mapped[str] = mapped_column(String(160))
    number: Mapped[str] = mapped_column(String(60))
    since_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by_id: Mapped[int | None] = ref("person.id", index=False)
