"""Letters about invoices, to those who answer for a member's money, in their language."""

from datetime import datetime

from coursehub import mail
from coursehub.billing import queries
from coursehub.billing.models import Document, Receipt, Repayment
from coursehub.db import db
from coursehub.events import on
from coursehub.people import queries as people


def _write(template: str, organisation_id: int, *, mark: str, at: datetime, **context: object) -> None:
    for person_id in people.members_with_role(organisation_id, "owner", "finance"):
        email = people.email_of(person_id)
        if email is None:
            continue
        mail.send_once(
            key=f"billing.{template}:{mark}:{person_id}", person_id=person_id, to=email, locale=people.locale_of(person_id),
            template=f"billing/letters/{template}.txt", at=at, kind="receipt", **context,
        )  # fmt: skip


@on("billing.invoice_issued")
def send_invoice_issued(*, at: datetime, document_id: int) -> None:
    """An invoice is there."""
    document = db.session.get_one(Document, document_id)
    _write(
        "invoice_issued", document.organisation_id, mark=str(document.id), at=at, document=document,
        left=queries.open_minor(document),
    )  # fmt: skip


@on("billing.credit_note_issued")
def send_credit_note_issued(*, at: datetime, document_id: int) -> None:
    """Part of an invoice is taken back."""
    document = db.session.get_one(Document, document_id)
    _write("credit_note_issued", document.organisation_id, mark=str(document.id), at=at, document=document)


@on("billing.receipt_recorded")
def send_receipt_recorded(*, at: datetime, receipt_id: int) -> None:
    """The money arrived."""
    receipt = db.session.get_one(Receipt, receipt_id)
    if not queries.undone_ids([receipt.id]):
        _write("receipt_recorded", receipt.organisation_id, mark=str(receipt.id), at=at, receipt=receipt)


@on("billing.repaid")
def send_repaid(*, at: datetime, repayment_id: int) -> None:
    """Credit went back to the member's bank."""
    repayment = db.session.get_one(Repayment, repayment_id)
    _write("repaid", repayment.organisation_id, mark=str(repayment.id), at=at, repayment=repayment)


def remind(document: Document, left_minor: int, *, step: int, at: datetime) -> None:
    """An invoice is late; each step is written once."""
    _write("invoice_overdue", document.organisation_id, mark=f"{document.id}:{step}", at=at, document=document, left=left_minor)
