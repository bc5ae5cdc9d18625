"""Charges: what a member owes from the day it is booked, and reads on the one invoice of its month."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from coursehub.billing import queries
from coursehub.billing.models import Charge, ChargeEnd, Document
from coursehub.billing.operations.documents import Line, issue_credit_note, issue_invoice, must_stand_in_the_books
from coursehub.db import db, lock, transaction
from coursehub.ledger.accounts import MEMBER_OWES, MEMBER_WILL_OWE
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.people.models import Organisation


class ChargesChanged(RuntimeError):
    """Somebody took a charge back in the very moment in which it was invoiced. Nothing was written; ask again."""


def note_charge(
    organisation: Organisation,
    lines: Sequence[Line],
    *,
    currency: str,
    cause: str,
    cause_id: str,
    effect_key: str,
    journal_id: int,
    at: datetime,
    tax_minor: int = 0,
) -> Charge:
    """Keep what was booked on MEMBER_WILL_OWE for the next invoice, in the open transaction and once per effect key.

    Raises ValueError when the books say another amount than the lines.
    """
    with transaction():
        before = queries.charge_for(effect_key)
        if before is not None:
            return before
        amount = sum(line.amount_minor for line in lines)
        must_stand_in_the_books(organisation, currency, [journal_id], amount, account=MEMBER_WILL_OWE)
        charge = Charge(
            organisation_id=organisation.id, currency=currency, cause=cause, cause_id=cause_id, effect_key=effect_key,
            amount_minor=amount, tax_minor=tax_minor, journal_id=journal_id, booked_at=at,
            lines=[_as_data(line) for line in lines],
        )  # fmt: skip
        db.session.add(charge)
        db.session.flush()
    return charge


def take_charge_back(charge: Charge, *, journal_id: int, at: datetime) -> Document | None:
    """A charge goes back whole: off the list if it waits, else by a credit note on its invoice; in the open transaction.

    journal_id: the journal that takes the amount off MEMBER_WILL_OWE again; post it before.
    Raises ValueError when the books say another amount, or it was taken back already.
    """
    with transaction():
        organisation = db.session.get_one(Organisation, charge.organisation_id)
        must_stand_in_the_books(organisation, charge.currency, [journal_id], -charge.amount_minor, account=MEMBER_WILL_OWE)
        lock(organisation)
        end = db.session.get(ChargeEnd, charge.id, populate_existing=True)
        if end is None:
            db.session.add(ChargeEnd(charge_id=charge.id, journal_id=journal_id, at=at))
            db.session.flush()
            return None
        if end.document_id is None:
            raise ValueError(f"{charge.effect_key} was taken back already")
        key = f"{charge.effect_key}:credited"
        moved = _move(organisation, charge.currency, -charge.amount_minor, effect_key=key, at=at)
        invoice = db.session.get_one(Document, end.document_id)
        lines = [_as_line(line) for line in charge.lines]
        return issue_credit_note(
            invoice, lines, effect_key=key, journal_ids=[moved], tax_minor=charge.tax_minor, at=at
        )  # fmt: skip


def invoice_charges(
    organisation: Organisation, currency: str, *, cause: str, before: datetime, period: str, at: datetime
) -> Document | None:
    """One invoice over everything of this cause that was booked before a moment and waits; None where nothing does.

    period: what the invoice is for, such as 2026-03; it is issued once. Raises ChargesChanged.
    """
    with transaction():
        key = f"{cause}:{organisation.public_id}:{currency}:{period}"
        charges = queries.charges_waiting(organisation.id, currency, cause=cause, before=before)
        if not charges or queries.document_for(key) is not None:
            return None
        moved = _move(organisation, currency, sum(charge.amount_minor for charge in charges), effect_key=key, at=at)
        lock(organisation)  # after the head of the chain, as everywhere in billing
        if queries.charges_waiting(organisation.id, currency, cause=cause, before=before) != charges:
            raise ChargesChanged(key)
        invoice = issue_invoice(
            organisation, [_as_line(line) for charge in charges for line in charge.lines], currency=currency, cause=cause,
            cause_id=period, effect_key=key, journal_ids=[moved], tax_minor=sum(charge.tax_minor for charge in charges), at=at,
        )  # fmt: skip
        db.session.add_all(ChargeEnd(charge_id=charge.id, document_id=invoice.id, at=at) for charge in charges)
        db.session.flush()
    return invoice


def _move(organisation: Organisation, currency: str, amount_minor: int, *, effect_key: str, at: datetime) -> int:
    """What waits becomes what is invoiced, or back with a minus; gives the number of the journal."""
    posted = post(
        kind="invoicing", effect_key=effect_key, occurred_at=at, at=at, currency=currency,
        postings=[
            Leg(AccountRef(MEMBER_OWES, organisation.public_id), amount_minor),
            Leg(AccountRef(MEMBER_WILL_OWE, organisation.public_id), -amount_minor),
        ],
    )  # fmt: skip
    return posted.id


def _as_data(line: Line) -> dict[str, Any]:
    return {"text": dict(line.text), "detail": dict(line.detail), "amount_minor": line.amount_minor}


def _as_line(kept: Mapping[str, Any]) -> Line:
    return Line(kept["text"], kept["amount_minor"], kept["detail"])
