"""Marking what arrived in the bank, and taking a mistake back."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.billing import policies, queries
from coursehub.billing.models import Document, Receipt, Settlement
from coursehub.billing.operations.settling import settle
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger.accounts import MEMBER_OWES
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.people.actor import Actor
from coursehub.people.audit import note as audit
from coursehub.people.models import Organisation
from coursehub.web.locale import SHOWN_ZONE

BANK = "asset:bank"


class LineMarkedAlready(Refusal):
    """This line of the bank statement has been marked already. Look at the receipts before you mark it again."""


class ReceivedInTheFuture(Refusal):
    """Money cannot have been received on a day that has not come."""


class ReceiptUndone(Refusal):
    """This receipt has been taken back already."""


class ReceiptSentBack(Refusal):
    """Part of this money was sent back to the member already. It cannot be taken back."""


def record_receipt(
    organisation: Organisation,
    *,
    currency: str,
    amount_minor: int,
    received_on: date,
    bank_reference: str,
    note: str = "",
    first: Sequence[Document] = (),
    by: Actor,
    at: datetime,
) -> Receipt:
    """Money arrived: it pays the invoices named first, then the others by their day; the rest stays as the member's credit.

    bank_reference: the bank's own number of the statement line; one line is marked once.
    Raises LineMarkedAlready, ReceivedInTheFuture; ValueError below one minor unit.
    """
    require(policies.may_mark_receipts(by))
    if amount_minor <= 0:
        raise ValueError("a receipt is more than nothing")
    if received_on > at.astimezone(SHOWN_ZONE).date():
        raise ReceivedInTheFuture
    public_id, reference = new_public_id(), bank_reference.strip()
    with transaction():
        booked = post(
            kind="receipt", effect_key=f"receipt:{public_id}", occurred_at=at, at=at, currency=currency,
            postings=[Leg(AccountRef(BANK), amount_minor), Leg(AccountRef(MEMBER_OWES, organisation.public_id), -amount_minor)],
        )  # fmt: skip
        lock(organisation)
        if _is_marked(reference):
            raise LineMarkedAlready
        receipt = Receipt(
            public_id=public_id, organisation_id=organisation.id, currency=currency, amount_minor=amount_minor,
            received_on=received_on, bank_reference=reference, note=note.strip(), recorded_at=at, recorded_by_id=by.person_id,
            journal_id=booked.id,
        )  # fmt: skip
        db.session.add(receipt)
        db.session.flush()
        left = amount_minor
        waiting = queries.open_invoices(organisation.id, currency)
        named = {invoice.id for invoice in first}
        for invoice in sorted(waiting, key=lambda each: each.id not in named):
            part = min(left, queries.open_minor(invoice))
            settle(invoice, receipt, part, at=at)
            left -= part
        audit("receipt_recorded", at=at, by_id=by.person_id, organisation_id=organisation.id, receipt=public_id)
        events.record("billing.receipt_recorded", at=at, receipt_id=receipt.id)
    return receipt


def undo_receipt(receipt: Receipt, *, reason: str, by: Actor, at: datetime) -> Receipt:
    """The line was marked by mistake: everything it paid is open again, and the books say both.

    Raises ReceiptUndone, ReceiptSentBack.
    """
    require(policies.may_mark_receipts(by))
    with transaction():
        organisation = db.session.get_one(Organisation, receipt.organisation_id)
        booked = post(
            kind="correction", effect_key=f"receipt:{receipt.public_id}:undone", occurred_at=receipt.recorded_at, at=at,
            currency=receipt.currency, reverses=receipt.journal_id,
            postings=[
                Leg(AccountRef(BANK), -receipt.amount_minor),
                Leg(AccountRef(MEMBER_OWES, organisation.public_id), receipt.amount_minor),
            ],
        )  # fmt: skip
        lock(organisation)
        if receipt.undoes_id is not None or queries.undone_ids([receipt.id]):
            raise ReceiptUndone
        if queries.repaid_of(receipt.id):
            raise ReceiptSentBack
        undone = Receipt(
            organisation_id=receipt.organisation_id, currency=receipt.currency, amount_minor=-receipt.amount_minor,
            received_on=receipt.received_on, bank_reference=receipt.bank_reference, note=reason.strip(), recorded_at=at,
            recorded_by_id=by.person_id, journal_id=booked.id, undoes_id=receipt.id,
        )  # fmt: skip
        db.session.add(undone)
        db.session.flush()
        _open_again(receipt, at=at)
        audit("receipt_undone", at=at, by_id=by.person_id, organisation_id=organisation.id, receipt=receipt.public_id)
        events.record("billing.receipt_undone", at=at, receipt_id=receipt.id)
    return undone


def _open_again(receipt: Receipt, *, at: datetime) -> None:
    rows = db.session.execute(
        sa.select(Settlement.invoice_id, sa.func.sum(Settlement.amount_minor))
        .where(Settlement.receipt_id == receipt.id)
        .group_by(Settlement.invoice_id)
    ).all()
    for invoice_id, amount in rows:
        invoice = db.session.get_one(Document, invoice_id)
        was_paid = queries.open_minor(invoice) == 0
        db.session.add(Settlement(invoice_id=invoice_id, receipt_id=receipt.id, amount_minor=-int(amount), at=at))
        db.session.flush()
        if was_paid:
            events.record(
                "billing.invoice_reopened", at=at, invoice_id=invoice.id, cause=invoice.cause, cause_id=invoice.cause_id,
                effect_key=invoice.effect_key,
            )  # fmt: skip


def _is_marked(bank_reference: str) -> bool:
    """Whether this statement line stands as a receipt that was not undone."""
    undone = sa.select(Receipt.undoes_id).where(Receipt.undoes_id.is_not(None))
    found = sa.select(Receipt.id).where(
        Receipt.bank_reference == bank_reference, Receipt.undoes_id.is_(None), Receipt.id.not_in(undone)
    )
    return db.session.execute(found.limit(1)).first() is not None
