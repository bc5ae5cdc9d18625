"""Several at once: numbers stay without gaps, a statement line is marked once, nothing is paid twice."""

import sqlalchemy as sa

from coursehub.billing import queries
from coursehub.billing.checks import faults
from coursehub.billing.models import Document, Receipt
from coursehub.billing.operations import record_receipt, undo_receipt
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people.actor import actor_for
from coursehub.people.models import Organisation, Person
from tests.rigs.threads import at_once

from .books import invoiced


def test_invoices_and_receipts_at_once_leave_numbers_without_gaps_and_books_that_agree(app, cast, at):
    harbour, beacon, fay = cast.harbour.id, cast.beacon.id, cast.fay.id
    invoiced(cast.harbour, 500, at)

    def invoice(organisation_id):
        return lambda: invoiced(db.session.get_one(Organisation, organisation_id), 300, at)

    def receive(organisation_id, reference):
        return lambda: record_receipt(
            db.session.get_one(Organisation, organisation_id), currency="CNY", amount_minor=400, received_on=at.date(),
            bank_reference=reference, by=actor_for(db.session.get_one(Person, fay)), at=at,
        )  # fmt: skip

    outcomes = at_once(
        app,
        invoice(harbour), invoice(beacon), receive(harbour, "B-1"), receive(beacon, "B-1"), invoice(harbour), receive(harbour, "B-2"),
    )  # fmt: skip
    refused = [each for each in outcomes if isinstance(each, Exception)]
    assert len(refused) == 1 and isinstance(refused[0], Refusal)
    db.session.expire_all()
    assert list(faults()) == []
    assert db.session.execute(sa.select(sa.func.max(Document.number))).scalar_one() == 4
    owed = sum(queries.open_minor(each) for each in queries.open_invoices(harbour, "CNY"))
    money = db.session.execute(sa.select(sa.func.sum(Receipt.amount_minor)).where(Receipt.organisation_id == harbour)).scalar()
    assert owed - queries.credit_minor(harbour, "CNY") == 1_100 - (money or 0)


def test_a_receipt_is_undone_once(app, cast, at):
    invoiced(cast.harbour, 500, at)
    receipt = record_receipt(
        cast.harbour, currency="CNY", amount_minor=400, received_on=at.date(), bank_reference="B-1",
        by=cast.acting(cast.fay), at=at,
    )  # fmt: skip
    receipt_id, fay = receipt.id, cast.fay.id

    def undo():
        by = actor_for(db.session.get_one(Person, fay))
        return undo_receipt(db.session.get_one(Receipt, receipt_id), reason="x", by=by, at=at)

    outcomes = at_once(app, undo, undo, undo)
    assert sum(isinstance(each, Refusal) for each in outcomes) == 2, outcomes
    db.session.expire_all()
    assert list(faults()) == []
