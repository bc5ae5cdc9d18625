"""Approved hours: the pay whole to whoever worked, the fee on top, owed by the employer, back along the same legs."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from coursehub import jobs
from coursehub.billing import queries as billing
from coursehub.billing.checks import faults
from coursehub.db import db
from coursehub.ledger.accounts import MEMBER_WILL_OWE
from coursehub.ledger.checks import check_books
from coursehub.ledger.models import Account
from coursehub.talent.operations import timesheets
from coursehub.talent.operations.month_invoices import invoice_month
from coursehub.talent.queries.work import code_of
from tests.billing.books import received

from .fees import OWED, prices, standing
from .work import DAYS, handed_in, worker, working

pytestmark = pytest.mark.usefixtures("app")
LATER = timedelta(days=7)
MONTH_AFTER = datetime(2026, 4, 1, 2, tzinfo=UTC)
"""Ten in the morning in Beijing on the first working day after the month of these stories."""


@pytest.fixture
def work(cast, at):
    """Theo works for Harbour at 120.00 an hour, under prices with a fee of 8 % on such hours."""
    from coursehub.contracts.placement_fee import Band, PriceList
    from coursehub.contracts.price_book import PriceBook

    prices(cast, at, PriceBook(PriceList("CNY", (Band(None, 0),), 0, 600), {"non_full_time": 800}))
    return working(cast, worker(cast, at), at)


def approved(cast, work, at):
    sheet = handed_in(cast, work, at + 4 * DAYS)
    timesheets.approve_weeks([sheet], by=cast.acting(cast.emma), at=at + LATER)
    db.session.refresh(sheet)
    return sheet


def sound():
    assert check_books().faults == () and list(faults()) == []


def test_the_worker_gets_the_pay_whole_and_the_fee_stands_on_top(cast, work, at):
    # 5 hours at 120.00 are 600.00; 8 % of it is 48.00, which contains 6 % tax: 2.72.
    sheet = approved(cast, work, at)
    stood = standing(cast)
    assert stood[MEMBER_WILL_OWE, "harbour"] == 64_800
    assert stood["liability:payable:worker", work.public_id] == -60_000
    assert (stood["liability:tax", ""], stood["income:hours", ""]) == (-272, -4_528)
    assert (sheet.state, sheet.pay_minor) == ("approved", 60_000)
    assert billing.open_invoices(cast.harbour.id, "CNY") == []
    sound()
    assert invoice_month(at=MONTH_AFTER) == 1
    db.session.refresh(sheet)
    assert sheet.state == "invoiced"
    stood = standing(cast)
    assert stood[OWED, "harbour"] == 64_800 and (MEMBER_WILL_OWE, "harbour") not in stood
    (invoice,) = billing.open_invoices(cast.harbour.id, "CNY")
    assert [line.amount_minor for line in invoice.lines] == [60_000, 4_800]
    assert "5 h 0 min at 120.00 CNY an hour" in invoice.lines[0].detail["en"]
    assert code_of(work) in invoice.lines[0].detail["zh-CN"] and invoice.tax_minor == 272
    sound()


def test_nobody_who_worked_is_named_in_an_account_or_on_the_invoice(cast, work, at):
    approved(cast, work, at)
    invoice_month(at=MONTH_AFTER)
    assert cast.theo.public_id not in set(db.session.execute(sa.select(Account.party)).scalars())
    (invoice,) = billing.open_invoices(cast.harbour.id, "CNY")
    assert not any("Theo" in str(line.text) + str(line.detail) for line in invoice.lines)


def test_a_week_is_paid_when_its_invoice_is(cast, work, at):
    sheet = approved(cast, work, at)
    invoice_month(at=MONTH_AFTER)
    received(cast, cast.harbour, 64_800, MONTH_AFTER + DAYS)
    jobs.run_due(at=MONTH_AFTER + DAYS, strict=True)
    db.session.refresh(sheet)
    assert sheet.state == "paid"


def test_a_week_corrected_before_the_month_is_over_stands_on_no_paper_and_the_new_one_does(cast, work, at):
    sheet = approved(cast, work, at)
    fresh = timesheets.correct_week(sheet, reason="Forgot a day", by=cast.acting(cast.theo), at=at + 8 * DAYS)
    assert standing(cast) == {}
    sound()
    timesheets.submit_week(fresh, by=cast.acting(cast.theo), at=at + 8 * DAYS)
    timesheets.approve_weeks([fresh], by=cast.acting(cast.emma), at=at + 9 * DAYS)
    assert invoice_month(at=MONTH_AFTER) == 1
    (invoice,) = billing.open_invoices(cast.harbour.id, "CNY")
    assert (invoice.amount_minor, len(invoice.lines)) == (64_800, 2)
    sound()


def test_a_week_corrected_after_its_invoice_is_credited_and_the_new_one_stands_on_the_next(cast, work, at):
    sheet = approved(cast, work, at)
    invoice_month(at=MONTH_AFTER)
    (invoice,) = billing.open_invoices(cast.harbour.id, "CNY")
    fresh = timesheets.correct_week(sheet, reason="Forgot a day", by=cast.acting(cast.theo), at=MONTH_AFTER + DAYS)
    assert standing(cast) == {} and billing.open_minor(invoice) == 0
    (note,) = billing.credit_notes_of(invoice.id)
    assert [line.amount_minor for line in note.lines] == [60_000, 4_800]
    timesheets.submit_week(fresh, by=cast.acting(cast.theo), at=MONTH_AFTER + 2 * DAYS)
    timesheets.approve_weeks([fresh], by=cast.acting(cast.emma), at=MONTH_AFTER + 3 * DAYS)
    jobs.run_due(at=MONTH_AFTER + 3 * DAYS, strict=True)
    db.session.refresh(sheet)
    assert sheet.state == "reversed"
    assert invoice_month(at=MONTH_AFTER + 20 * DAYS) == 0
    assert invoice_month(at=MONTH_AFTER + 31 * DAYS) == 1
    (second,) = billing.open_invoices(cast.harbour.id, "CNY")
    assert (second.cause_id, second.amount_minor) == ("2026-04", 64_800)
    sound()


def test_a_paid_week_that_is_corrected_leaves_credit_for_the_next(cast, work, at):
    sheet = approved(cast, work, at)
    invoice_month(at=MONTH_AFTER)
    received(cast, cast.harbour, 64_800, MONTH_AFTER + DAYS)
    jobs.run_due(at=MONTH_AFTER + DAYS, strict=True)
    timesheets.correct_week(sheet, reason="Too much", by=cast.acting(cast.theo), at=MONTH_AFTER + 2 * DAYS)
    assert billing.credit_minor(cast.harbour.id, "CNY") == 64_800
    sound()


def test_without_prices_hours_are_counted_and_nothing_is_booked(cast, at):
    work = working(cast, worker(cast, at), at)
    sheet = approved(cast, work, at)
    assert (sheet.state, sheet.pay_minor, standing(cast)) == ("approved", 60_000, {})


def test_a_secondment_carries_no_fee_whatever_a_list_says(cast, work, at):
    from coursehub.contracts.price_book import PriceBook
    from coursehub.talent.operations.hour_money import _terms

    from .fees import BOOK

    work.form = "secondment"
    assert _terms(work, PriceBook(BOOK.placements, {"non_full_time": 800})).fee_bps == 0
    db.session.rollback()
