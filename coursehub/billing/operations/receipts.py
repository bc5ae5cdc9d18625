"""Marking what arrived in the bank, and taking a mistake back."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.billing import policies, queries
from coursehub.billing.models import BankEntry, Document, EntryUse, Receipt, Settlement
from coursehub.billing.operations.settling import settle
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger.accounts import BANK, BANK_SUSPENSE, MEMBER_OWES
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.people.actor import Actor
from coursehub.people.audit import note as audit
from coursehub.people.models import Organisation
from coursehub.web.locale import SHOWN_ZONE


class LineMarkedAlready(Refusal):
    """This line of the bank statement has been marked already. Look at the receipts before you mark it again."""


class LineWaits(Refusal):
    """A statement of the bank brought this line already. Assign it where it waits, in the list of what came in."""


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
    Raises LineMarkedAlready, LineWaits, ReceivedInTheFuture; ValueError below one minor unit.
    """
    require(policies.may_mark_receipts(by))
    if amount_minor <= 0:
        raise ValueError("a receipt is more than nothing")
    if received_on > at.astimezone(SHOWN_ZONE).date():
        raise ReceivedInTheFuture
    reference = bank_reference.strip()
    with transaction():
        return take_money(
            organisation, currency=currency, amount_minor=amount_minor, received_on=received_on, bank_reference=reference,
            note=note.strip(), first=first, by=by, at=at, unless=lambda: _refuse_known(reference),
        )  # fmt: skip


def take_money(
    organisation: Organisation,
    *,
    currency: str,
    amount_minor: int,
    received_on: date,
    bank_reference: str,
    note: str,
    first: Sequence[Document] = (),
    parts: Mapping[int, int] | None = None,
    entry: BankEntry | None = None,
    by: Actor,
    at: datetime,
    unless: Callable[[], None] = lambda: None,
) -> Receipt:
    """Book a receipt in the open transaction, and settle with it.

    parts: by an invoice's number in the database, exactly what of it is paid first. entry: the entry of the bank whose money
    in suspense it is; otherwise it comes from the bank. unless: raises once everything is locked if this must not be booked.
    """
    require(policies.may_mark_receipts(by))
    public_id = new_public_id()
    debited = BANK if entry is None else BANK_SUSPENSE
    with transaction():
        booked = post(
            kind="receipt", effect_key=f"receipt:{public_id}", occurred_at=at, at=at, currency=currency,
            postings=[
                Leg(AccountRef(debited), amount_minor), Leg(AccountRef(MEMBER_OWES, organisation.public_id), -amount_minor)
            ],
        )  # fmt: skip
        lock(organisation)
        unless()
        receipt = Receipt(
            public_id=public_id, organisation_id=organisation.id, currency=currency, amount_minor=amount_minor,
            received_on=received_on, bank_reference=bank_reference, note=note, recorded_at=at, recorded_by_id=by.person_id,
            journal_id=booked.id,
        )  # fmt: skip
        db.session.add(receipt)
        db.session.flush()
        if entry is not None:
            _use(entry.id, receipt, booked.id, by=by, at=at)
        left, parts = amount_minor, parts or {}
        for invoice in queries.open_invoices(organisation.id, currency, among=parts) if parts else ():
            settle(invoice, receipt, parts[invoice.id], at=at)
            left -= parts[invoice.id]
        named = {invoice.id for invoice in first}
        waiting = queries.open_invoices(organisation.id, currency) if left else []
        for invoice in sorted(waiting, key=lambda each: each.id not in named):
            part = min(left, queries.open_minor(invoice))
            settle(invoice, receipt, part, at=at)
            left -= part
        audit("receipt_recorded", at=at, by_id=by.person_id, organisation_id=organisation.id, receipt=public_id)
        events.record("billing.receipt_recorded", at=at, receipt_id=receipt.id)
    return receipt


def _use(entry_id: int, receipt: Receipt, journal_id: int, *, by: Actor, at: datetime, undoes: EntryUse | None = None) -> None:
    """The receipt takes its money out of suspense, or puts it back there."""
    db.session.add(
        EntryUse(
            entry_id=entry_id, kind="assigned", amount_minor=receipt.amount_minor, receipt_id=receipt.id, journal_id=journal_id,
            by_id=by.person_id, at=at, undoes_id=undoes.id if undoes else None,
        )
    )  # fmt: skip
    db.session.flush()


def undo_receipt(receipt: Receipt, *, reason: str, by: Actor, at: datetime) -> Receipt:
    """The line was marked by mistake: everything it paid is open again, and the books say both.

    Money of an entry of the bank stands in suspense again; any other was never there.

    Raises ReceiptUndone, ReceiptSentBack.
    """
    require(policies.may_mark_receipts(by))
    with transaction():
        organisation = db.session.get_one(Organisation, receipt.organisation_id)
        use = db.session.execute(sa.select(EntryUse).where(EntryUse.receipt_id == receipt.id)).scalar_one_or_none()
        booked = post(
            kind="correction", effect_key=f"receipt:{receipt.public_id}:undone", occurred_at=receipt.recorded_at, at=at,
            currency=receipt.currency, reverses=receipt.journal_id,
            postings=[
                Leg(AccountRef(BANK if use is None else BANK_SUSPENSE), -receipt.amount_minor),
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
        if use is not None:
            _use(use.entry_id, undone, booked.id, by=by, at=at, undoes=use)
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


def _refuse_known(bank_reference: str) -> None:
    """Stop the marking of a line that stands as a receipt, or that came with a statement and waits. Raises."""
    if is_marked(bank_reference):
        raise LineMarkedAlready
    found = sa.select(BankEntry.id).where(BankEntry.bank_reference == bank_reference, BankEntry.journal_id.is_not(None))
    if bank_reference and db.session.execute(found.limit(1)).first() is not None:
        raise LineWaits


def is_marked(bank_reference: str) -> bool:
    """Whether this statement line stands as a receipt that was not undone."""
    undone = sa.select(Receipt.undoes_id).where(Receipt.undoes_id.is_not(None))
    found = sa.select(Receipt.id).where(
        Receipt.bank_reference == bank_reference, Receipt.undoes_id.is_(None), Receipt.id.not_in(undone)
    )
    return db.session.execute(found.limit(1)).first() is not None
