"""Invoices as the member and the house's finance meet them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.billing import jobs, queries
from coursehub.billing.models import Receipt
from coursehub.billing.operations import set_collection_account, undo_receipt
from coursehub.db import db
from coursehub.mail import Letter
from coursehub.people.operations.organisations import add_member
from tests.asked import reads
from tests.cast import sign_in

from .books import credited, invoiced, received

DAY = timedelta(days=1)


@pytest.fixture
def account(app, cast, at):
    set_collection_account(
        "CNY", holder="量潮课堂", bank="招商银行深圳分行", number="7559 0000 1111", by=cast.acting(cast.fay), at=at
    )


@pytest.fixture
def tara(app, cast, at):
    """Does finance at Harbour."""
    add_member(cast.harbour, cast.bo, "finance", at=at)
    return sign_in(app.test_client(), cast.bo)


def test_a_member_reads_its_invoice_and_where_to_pay(account, tara, cast, at):
    invoice = invoiced(cast.harbour, 600_000, at, tax_minor=33_962)
    listed = tara.get("/hire/invoices").text
    assert "INV-000001" in listed and "6,000.00" in listed
    shown = tara.get(f"/hire/invoices/{invoice.public_id}").text
    assert "7559 0000 1111" in shown and "339.62" in shown and "推荐录用服务费" in shown


def test_the_sheet_is_a_pdf_and_the_same_each_time(account, tara, cast, at):
    invoice = invoiced(cast.harbour, 600_000, at)
    note = credited(invoice, cast.harbour, 100_000, at + DAY)
    for document in (invoice, note):
        first = tara.get(f"/hire/invoices/{document.public_id}.pdf")
        assert first.status_code == 200 and first.data.startswith(b"%PDF")
        assert tara.get(f"/hire/invoices/{document.public_id}.pdf").data == first.data


def test_somebody_elses_invoice_is_not_there(tara, cast, at):
    invoice = invoiced(cast.beacon, 600_000, at)
    assert tara.get(f"/hire/invoices/{invoice.public_id}").status_code == 404
    assert tara.get(f"/hire/invoices/{invoice.public_id}.pdf").status_code == 404
    assert tara.get(f"/house/invoices/{invoice.public_id}").status_code == 403


def test_finance_marks_a_payment_and_both_sides_see_it(app, tara, cast, at):
    invoice = invoiced(cast.harbour, 600_000, at)
    fay = sign_in(app.test_client(), cast.fay)
    address = f"/house/members/{cast.harbour.public_id}/receipts/CNY"
    form = fay.get(f"{address}?invoice={invoice.public_id}").text
    assert 'value="6000.00"' in form and "checked" in form
    data = {"amount": "6000.00", "received_on": "2026-03-02", "bank_reference": "B-1", "first": str(invoice.id)}
    assert fay.post(address, data=data).status_code == 303
    assert queries.open_minor(invoice) == 0
    assert "B-1" in tara.get(f"/hire/invoices/{invoice.public_id}").text
    again = fay.post(address, data={**data, "amount": "1"})
    assert again.status_code == 422 and "marked already" in again.text
    receipt = db.session.execute(sa.select(Receipt)).scalar_one()
    assert fay.post(f"/house/receipts/{receipt.public_id}/undone", data={"reason": ""}).status_code == 422
    assert fay.post(f"/house/receipts/{receipt.public_id}/undone", data={"reason": "Wrong member"}).status_code == 303
    assert queries.open_minor(invoice) == 600_000
    assert "Wrong member" in fay.get("/house/receipts").text


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("amount", "0", "above zero"),
        ("amount", "1.005", "more decimal places"),
        ("amount", "much", "Not a valid"),
        ("received_on", "2031-01-01", "not come"),
        ("bank_reference", "", "number of this line"),
    ],
)
def test_a_wrong_receipt_gets_a_clear_error_and_keeps_what_was_typed(app, cast, at, field, value, says):
    invoiced(cast.harbour, 600_000, at)
    fay = sign_in(app.test_client(), cast.fay)
    data = {"amount": "6000.00", "received_on": "2026-03-02", "bank_reference": "B-77", "note": "seen twice", field: value}
    answer = fay.post(f"/house/members/{cast.harbour.public_id}/receipts/CNY", data=data)
    assert answer.status_code == 422 and says in answer.text and "seen twice" in answer.text
    assert db.session.execute(sa.select(sa.func.count()).select_from(Receipt)).scalar_one() == 0


def test_lists_find_by_state_number_and_name(app, cast, at):
    late, paid = invoiced(cast.harbour, 100, at - 60 * DAY), invoiced(cast.beacon, 200, at)
    received(cast, cast.beacon, 200, at)
    fay = sign_in(app.test_client(), cast.fay)
    for address, wanted, other in (
        ("?state=overdue", late, paid), ("?state=paid", paid, late), ("?q=INV-000002", paid, late), ("?q=海港", late, paid),
    ):  # fmt: skip
        text = fay.get(f"/house/invoices{address}").text
        assert wanted.reference in text and other.reference not in text, address


def test_finance_asks_no_more_of_the_database_when_more_members_have_credit(app, cast, at):
    fay = sign_in(app.test_client(), cast.fay)
    asked = []
    for member, many in ((cast.harbour, 1), (cast.beacon, 6)):
        for _each in range(many):
            invoice = invoiced(member, 100_000, at)
            received(cast, member, 130_000, at)
            credited(invoice, member, 10_000, at)
        for address in ("/house/invoices?state=paid", "/house/credits", "/house/receipts"):
            fay.get(address)
            with reads() as seen:
                assert fay.get(address).status_code == 200
            asked.append(len(seen))
    assert asked[:2] == asked[3:5] and max(asked) <= 14


def test_reminders_go_out_once_a_step_until_it_is_paid(app, tara, cast, at):
    invoiced(cast.harbour, 600_000, at)

    def reminders():
        found = sa.select(sa.func.count()).where(Letter.key.startswith("billing.invoice_overdue"))
        return db.session.execute(found).scalar_one()

    jobs.remind(at=at + 14 * DAY)
    assert reminders() == 0
    for late, expected in ((16, 1), (17, 1), (23, 2), (37, 3)):
        jobs.remind(at=at + late * DAY)
        assert reminders() == expected
    receipt = received(cast, cast.harbour, 600_000, at + 38 * DAY)
    undo_receipt(receipt, reason="no", by=cast.acting(cast.fay), at=at + 39 * DAY)
    jobs.remind(at=at + 60 * DAY)
    assert reminders() == 3
