"""Issuing invoices and credit notes: numbers without gaps, amounts that stand in the books."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coursehub import events
from coursehub.billing import queries
from coursehub.billing.models import Document, DocumentLine
from coursehub.billing.operations.settling import settle
from coursehub.db import db, lock, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import MEMBER_OWES
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.web.locale import SHOWN_ZONE

DUE_DAYS = 14
_NEXT = sa.text(
    "INSERT INTO billing_series (kind, last) VALUES (:kind, 1) "
    "ON CONFLICT (kind) DO UPDATE SET last = billing_series.last + 1 RETURNING last"
)


@dataclass(frozen=True)
class Line:
    """One line: what it is for in both languages ("en", "zh-CN"), how it was reckoned, and the amount with tax."""

    text: Mapping[str, str]
    amount_minor: int
    detail: Mapping[str, str] = field(default_factory=dict)


def issue_invoice(
    organisation: Organisation,
    lines: Sequence[Line],
    *,
    currency: str,
    cause: str,
    cause_id: str,
    effect_key: str,
    journal_ids: Sequence[int],
    at: datetime,
    tax_minor: int = 0,
    due_days: int = DUE_DAYS,
    company: Mapping[str, str] | None = None,
) -> Document:
    """Give an invoice its number, in the open transaction and once per effect key; credit of the member is used for it at once.

    journal_ids: the journals that put the amount on MEMBER_OWES; post them before, in the same
    transaction. cause, cause_id: what it is for (see DOCUMENT_CAUSES) and its public id.
    company: what the payer wants to stand beside its name ("tax_number", "address", "reference").

    Raises ValueError when the books say another amount than the lines.
    """
    with transaction():
        before = queries.document_for(effect_key)
        if before is not None:
            return before
        amount = sum(line.amount_minor for line in lines)
        must_stand_in_the_books(organisation, currency, journal_ids, amount)
        lock(organisation)
        invoice = _number(
            "invoice", organisation, lines, currency=currency, cause=cause, cause_id=cause_id, effect_key=effect_key,
            tax_minor=tax_minor, due_on=_day(at) + timedelta(days=due_days), credits_id=None, at=at, company=company,
        )  # fmt: skip
        events.record("billing.invoice_issued", at=at, document_id=invoice.id)
        for source, left in queries.credits_left(organisation.id, currency):
            settle(invoice, source, min(left, queries.open_minor(invoice)), at=at)
    return invoice


def issue_credit_note(
    invoice: Document,
    lines: Sequence[Line],
    *,
    effect_key: str,
    journal_ids: Sequence[int],
    at: datetime,
    tax_minor: int = 0,
) -> Document:
    """Take back all or part of an invoice, in the open transaction and once per effect key.

    It settles what is open of that invoice; what was paid already becomes the member's
    credit, used for the next invoice. Line amounts are positive.

    Raises ValueError when the books say another amount, or more comes back than was invoiced.
    """
    with transaction():
        before = queries.document_for(effect_key)
        if before is not None:
            return before
        organisation = db.session.get_one(Organisation, invoice.organisation_id)
        amount = sum(line.amount_minor for line in lines)
        must_stand_in_the_books(organisation, invoice.currency, journal_ids, -amount)
        lock(organisation)
        if amount > invoice.amount_minor - queries.credited_minor(invoice.id):
            raise ValueError(f"{effect_key} takes back more than {invoice.reference} has left")
        credit = _number(
            "credit_note", organisation, lines, currency=invoice.currency, cause=invoice.cause, cause_id=invoice.cause_id,
            effect_key=effect_key, tax_minor=tax_minor, due_on=None, credits_id=invoice.id, at=at,
            company=invoice.parties.get("company"),
        )  # fmt: skip
        events.record("billing.credit_note_issued", at=at, document_id=credit.id)
        settle(invoice, credit, min(amount, queries.open_minor(invoice)), at=at)
        for waiting in queries.open_invoices(organisation.id, invoice.currency):
            left = next((left for source, left in queries.credits_left(organisation.id, invoice.currency) if source is credit), 0)
            settle(waiting, credit, min(left, queries.open_minor(waiting)), at=at)
    return credit


def must_stand_in_the_books(
    organisation: Organisation, currency: str, journal_ids: Sequence[int], amount: int, *, account: str = MEMBER_OWES
) -> None:
    """Compare an amount with what these journals put on a member's account. Raises ValueError."""
    booked = sum(
        line.amount_minor
        for journal_id in journal_ids
        for line in ledger.lines_of(journal_id)
        if (line.code, line.party, line.currency) == (account, organisation.public_id, currency)
    )
    if booked != amount:
        raise ValueError(f"the books put {booked} on {account}, the lines say {amount}")


def next_number(kind: str) -> int:
    """The next number of a series, locked until the commit of the open transaction: one that fails gives it back."""
    return int(db.session.execute(_NEXT, {"kind": kind}).scalar_one())


def _number(kind: str, organisation: Organisation, lines: Sequence[Line], **said: Any) -> Document:
    """The next number, under lock until the commit: a transaction that fails gives it back."""
    taken = next_number(kind)
    at, company = said.pop("at"), said.pop("company")
    document = Document(
        kind=kind, number=taken, organisation_id=organisation.id, amount_minor=sum(line.amount_minor for line in lines),
        issued_at=at, parties=_parties(organisation, said["currency"], company), **said,
    )  # fmt: skip
    db.session.add(document)
    db.session.flush()
    db.session.add_all(
        DocumentLine(document_id=document.id, n=n, text=dict(line.text), detail=dict(line.detail), amount_minor=line.amount_minor)
        for n, line in enumerate(lines, start=1)
    )
    db.session.flush()
    return document


def _parties(organisation: Organisation, currency: str, company: Mapping[str, str] | None) -> dict[str, Any]:
    """Names as they are today, and where to pay: a document does not change when they do."""
    house, pay = people.house(), queries.collection_account(currency)
    return {
        "from": {"zh-CN": house.name, "en": house.name_en},
        "to": {"zh-CN": organisation.name, "en": organisation.name_en},
        "pay": {"holder": pay.holder, "bank": pay.bank, "number": pay.number} if pay else None,
        **({"company": dict(company)} if company else {}),
    }


def _day(at: datetime) -> date:
    return at.astimezone(SHOWN_ZONE).date()
