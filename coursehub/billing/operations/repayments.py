"""Sending credit back: what a member paid or got back beyond its invoices leaves our bank."""

from datetime import date, datetime

from coursehub import events
from coursehub.billing import policies, queries
from coursehub.billing.models import Receipt, Repayment, RepaymentPart
from coursehub.billing.operations.bank_entries import is_out_marked
from coursehub.billing.operations.receipts import LineMarkedAlready
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger.accounts import BANK, MEMBER_OWES
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.people.actor import Actor
from coursehub.people.audit import note as audit
from coursehub.people.models import Organisation
from coursehub.web.locale import SHOWN_ZONE


class MoreThanCredit(Refusal):
    """The member does not have so much to its credit."""


class PaidInTheFuture(Refusal):
    """Money cannot have left the bank on a day that has not come."""


def record_repayment(
    organisation: Organisation,
    *,
    currency: str,
    amount_minor: int,
    paid_on: date,
    bank_reference: str,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Repayment:
    """Credit went back to the member by bank; the oldest credit first. bank_reference: the bank's own number of the line.

    Raises MoreThanCredit, PaidInTheFuture, LineMarkedAlready; ValueError below one minor unit.
    """
    require(policies.may_mark_receipts(by))
    if amount_minor <= 0:
        raise ValueError("a repayment is more than nothing")
    if paid_on > at.astimezone(SHOWN_ZONE).date():
        raise PaidInTheFuture
    public_id, reference = new_public_id(), bank_reference.strip()
    with transaction():
        booked = post(
            kind="repayment", effect_key=f"repayment:{public_id}", occurred_at=at, at=at, currency=currency,
            postings=[Leg(AccountRef(MEMBER_OWES, organisation.public_id), amount_minor), Leg(AccountRef(BANK), -amount_minor)],
        )  # fmt: skip
        lock(organisation)
        if is_out_marked(reference):
            raise LineMarkedAlready
        sources = queries.credits_left(organisation.id, currency)
        if amount_minor > sum(left for _source, left in sources):
            raise MoreThanCredit
        repayment = Repayment(
            public_id=public_id, organisation_id=organisation.id, currency=currency, amount_minor=amount_minor, paid_on=paid_on,
            bank_reference=reference, note=note.strip(), recorded_at=at, recorded_by_id=by.person_id, journal_id=booked.id,
        )  # fmt: skip
        db.session.add(repayment)
        db.session.flush()
        rest = amount_minor
        for source, left in sources:
            part = min(rest, left)
            if part:
                of = {"receipt_id" if isinstance(source, Receipt) else "credit_note_id": source.id}
                db.session.add(RepaymentPart(repayment_id=repayment.id, amount_minor=part, **of))
            rest -= part
        db.session.flush()
        audit("repayment_recorded", at=at, by_id=by.person_id, organisation_id=organisation.id, repayment=public_id)
        events.record("billing.repaid", at=at, repayment_id=repayment.id)
    return repayment
