"""Credit that goes back to a member: once a line, never more than there is, and paper and books agree."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock, jobs
from coursehub.billing import queries
from coursehub.billing.checks import faults
from coursehub.billing.models import Repayment
from coursehub.billing.operations import record_repayment, undo_receipt
from coursehub.billing.operations.receipts import LineMarkedAlready, ReceiptSentBack
from coursehub.billing.operations.repayments import MoreThanCredit, PaidInTheFuture
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.ledger import queries as ledger
from coursehub.mail import Letter
from coursehub.people.operations.organisations import add_member
from tests.cast import sign_in

from .books import credited, invoiced, received

pytestmark = pytest.mark.usefixtures("app")
DAY = timedelta(days=1)


def sent_back(cast, minor, at, *, reference="OUT-1", by=None, on=None):
    return record_repayment(
        cast.harbour, currency="CNY", amount_minor=minor, paid_on=on or at.date(), bank_reference=reference,
        by=cast.acting(by or cast.fay), at=at,
    )  # fmt: skip


def test_credit_of_a_credit_note_and_of_too_much_money_goes_back(cast, at):
    invoice = invoiced(cast.harbour, 100_000, at)
    receipt = received(cast, cast.harbour, 120_000, at)
    credited(invoice, cast.harbour, 30_000, at)
    assert queries.members_with_credit() == [(cast.harbour, "CNY", 50_000)]
    repayment = sent_back(cast, 40_000, at)
    legs = {line.code: line.amount_minor for line in ledger.lines_of(repayment.journal_id)}
    assert legs == {"asset:receivable:member": 40_000, "asset:bank": -40_000}
    assert queries.credit_minor(cast.harbour.id, "CNY") == 10_000 and list(faults()) == []
    with pytest.raises(ReceiptSentBack):
        undo_receipt(receipt, reason="wrong line", by=cast.acting(cast.fay), at=at)
    second = invoiced(cast.harbour, 25_000, at)
    assert queries.open_minor(second) == 15_000 and queries.members_with_credit() == [] and list(faults()) == []


def test_never_more_than_there_is_twice_a_line_or_ahead_of_time(cast, at):
    invoiced(cast.harbour, 100_000, at)
    received(cast, cast.harbour, 150_000, at)
    with pytest.raises(MoreThanCredit):
        sent_back(cast, 50_001, at)
    with pytest.raises(PaidInTheFuture):
        sent_back(cast, 10_000, at, on=at.date() + 2 * DAY)
    with pytest.raises(NotAllowed):
        sent_back(cast, 10_000, at, by=cast.susi)
    sent_back(cast, 10_000, at)
    with pytest.raises(LineMarkedAlready):
        sent_back(cast, 10_000, at)
    assert queries.credit_minor(cast.harbour.id, "CNY") == 40_000 and list(faults()) == []


def test_what_was_sent_back_is_final(cast, at):
    received(cast, cast.harbour, 50_000, at)
    sent_back(cast, 50_000, at)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        db.session.execute(sa.update(Repayment).values(amount_minor=1))
    db.session.rollback()


def test_finance_sends_back_and_the_member_reads_it(app, cast, at):
    now = clock.now()
    add_member(cast.harbour, cast.bo, "finance", at=at)
    invoice = invoiced(cast.harbour, 100_000, now)
    received(cast, cast.harbour, 100_000, now)
    credited(invoice, cast.harbour, 30_000, now)
    fay, bo = sign_in(app.test_client(), cast.fay), sign_in(app.test_client(), cast.bo)
    for client in (fay, bo):
        client.set_cookie("language", "en", domain="localhost")
    where = f"/house/members/{cast.harbour.public_id}/repayments/CNY"
    assert where in fay.get("/house/credits").text and "300.00" in fay.get(where).text
    typed = {"amount": "300.01", "paid_on": now.date().isoformat(), "bank_reference": "OUT-7"}
    wrong = fay.post(where, data=typed)
    assert wrong.status_code == 422 and "does not have so much" in wrong.text and "OUT-7" in wrong.text
    assert fay.post(where, data={**typed, "amount": "300.00"}).status_code == 303
    assert "No member has credit now" in fay.get("/house/credits").text and "OUT-7" in fay.get(where).text
    assert "Sent back to you" in bo.get("/hire/invoices").text
    jobs.run_due(at=clock.now(), strict=True)
    written = db.session.execute(sa.select(Letter).where(Letter.key.startswith("billing.repaid"))).scalars().all()
    assert cast.bo.id in {letter.person_id for letter in written}
