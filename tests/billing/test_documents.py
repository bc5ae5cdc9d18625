"""Invoices: final, without gaps, and never another amount than the books."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from coursehub.billing import queries
from coursehub.billing.checks import faults
from coursehub.billing.models import Document, Receipt, Series
from coursehub.billing.operations import Line, issue_invoice, record_receipt, undo_receipt
from coursehub.billing.operations.receipts import LineMarkedAlready, ReceiptUndone, ReceivedInTheFuture
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.events import Event
from coursehub.people.actor import actor_for
from coursehub.people.operations.organisations import add_member

from .books import booked, credited, invoiced, received

pytestmark = pytest.mark.usefixtures("app")
DAY = timedelta(days=1)


def told(name: str) -> list[dict[str, object]]:
    """What was recorded under this name."""
    return list(db.session.execute(sa.select(Event.payload).where(Event.name == name).order_by(Event.id)).scalars())


def test_numbers_follow_each_other_without_a_gap_even_after_a_failure(cast, at):
    first = invoiced(cast.harbour, 600_000, at)
    with pytest.raises(ValueError, match="the books put"), transaction():
        journal = booked(cast.harbour, 5, at)
        issue_invoice(
            cast.harbour, [Line({"en": "x", "zh-CN": "x"}, 6)], currency="CNY", cause="work", cause_id="w",
            effect_key="w:1", journal_ids=[journal.id], at=at,
        )  # fmt: skip
    second = invoiced(cast.beacon, 900_000, at)
    assert (first.reference, second.reference) == ("INV-000001", "INV-000002")
    assert list(faults()) == []


def test_an_effect_is_invoiced_once(cast, at):
    invoice = invoiced(cast.harbour, 600_000, at, effect_key="placement:p1")
    again = issue_invoice(
        cast.harbour, [Line({"en": "x", "zh-CN": "x"}, 6)], currency="CNY", cause="placement", cause_id="p1",
        effect_key="placement:p1", journal_ids=[], at=at,
    )  # fmt: skip
    assert again.id == invoice.id


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE billing_document SET amount_minor = 1",
        "DELETE FROM billing_document",
        "UPDATE billing_line SET amount_minor = 1",
        "DELETE FROM billing_line",
        "UPDATE billing_settlement SET amount_minor = 1",
        "DELETE FROM billing_receipt",
    ],
)
def test_the_database_refuses_to_change_what_has_a_number(cast, at, act):
    invoiced(cast.harbour, 600_000, at)
    received(cast, cast.harbour, 100_000, at)
    with pytest.raises(DatabaseError), transaction():
        db.session.execute(sa.text(act))


def test_money_pays_the_invoice_named_first_and_then_the_oldest_and_the_rest_is_credit(cast, at):
    old, new = invoiced(cast.harbour, 300, at), invoiced(cast.harbour, 500, at + DAY)
    received(cast, cast.harbour, 600, at + 2 * DAY, first=[new])
    assert (queries.open_minor(old), queries.open_minor(new)) == (200, 0)
    received(cast, cast.harbour, 250, at + 3 * DAY)
    assert queries.open_minor(old) == 0
    assert queries.credit_minor(cast.harbour.id, "CNY") == 50
    third = invoiced(cast.harbour, 70, at + 4 * DAY)
    assert queries.open_minor(third) == 20
    assert [each["effect_key"] for each in told("billing.invoice_paid")] == [new.effect_key, old.effect_key]
    assert list(faults()) == []


def test_a_credit_note_settles_what_is_open_and_leaves_credit_for_what_was_paid(cast, at):
    invoice = invoiced(cast.harbour, 600, at)
    received(cast, cast.harbour, 500, at + DAY)
    note = credited(invoice, cast.harbour, 400, at + 2 * DAY)
    assert note.reference == "CN-000001"
    assert queries.open_minor(invoice) == 0
    assert queries.credit_minor(cast.harbour.id, "CNY") == 300
    assert queries.received_minor(invoice.effect_key) == 500
    with pytest.raises(ValueError, match="more than"):
        credited(invoice, cast.harbour, 201, at + 3 * DAY)
    assert list(faults()) == []


def test_a_receipt_marked_by_mistake_is_undone_and_everything_is_open_again(cast, at):
    invoice = invoiced(cast.harbour, 600, at)
    receipt = received(cast, cast.harbour, 700, at, reference="B-1")
    fay = cast.acting(cast.fay)
    undo_receipt(receipt, reason="It was Beacon's", by=fay, at=at + DAY)
    assert queries.open_minor(invoice) == 600
    assert queries.credit_minor(cast.harbour.id, "CNY") == 0
    assert [each["effect_key"] for each in told("billing.invoice_reopened")] == [invoice.effect_key]
    with pytest.raises(ReceiptUndone):
        undo_receipt(receipt, reason="again", by=fay, at=at + DAY)
    received(cast, cast.beacon, 700, at + DAY, reference="B-1")  # the same line, for the right member
    assert list(faults()) == []


def test_one_line_of_the_statement_is_marked_once(cast, at):
    invoiced(cast.harbour, 600, at)
    received(cast, cast.harbour, 100, at, reference="B-1")
    with pytest.raises(LineMarkedAlready):
        received(cast, cast.harbour, 100, at, reference=" B-1 ")
    assert db.session.execute(sa.select(sa.func.count()).select_from(Receipt)).scalar_one() == 1


def test_money_cannot_have_come_tomorrow(cast, at):
    with pytest.raises(ReceivedInTheFuture):
        record_receipt(
            cast.harbour, currency="CNY", amount_minor=1, received_on=at.date() + 2 * DAY, bank_reference="B-9",
            by=cast.acting(cast.fay), at=at,
        )  # fmt: skip


def test_only_finance_staff_mark_receipts(cast, at):
    for person in (cast.cato, cast.susi, cast.emma):
        with pytest.raises(NotAllowed):
            record_receipt(
                cast.harbour, currency="CNY", amount_minor=1, received_on=at.date(), bank_reference="B",
                by=cast.acting(person), at=at,
            )  # fmt: skip


def test_the_check_finds_a_gap_and_a_debt_that_is_not_on_paper(cast, at):
    invoiced(cast.harbour, 600, at)
    with transaction():
        db.session.execute(sa.update(Series).where(Series.kind == "invoice").values(last=5))
        booked(cast.harbour, 7, at)
    assert len(list(faults())) == 2


def test_a_member_sees_its_own_documents_only(cast, at):
    mine = invoiced(cast.harbour, 600, at)
    other = invoiced(cast.beacon, 700, at)
    add_member(cast.harbour, cast.tara, "finance", at=at)
    seen = db.session.execute(queries.documents_visible_to(actor_for(cast.tara, cast.harbour.id))).scalars().all()
    assert [each.id for each in seen] == [mine.id]
    everything = db.session.execute(queries.documents_visible_to(cast.acting(cast.fay))).scalars().all()
    assert {each.id for each in everything} == {mine.id, other.id}
    assert db.session.execute(queries.documents_visible_to(cast.acting(cast.emma))).scalars().all() == []
    assert isinstance(seen[0], Document)
