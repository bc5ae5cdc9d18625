"""Whatever is approved, corrected, disputed and invoiced in whatever order: paper and books say the same, to the minor unit."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import sqlalchemy as sa

from coursehub.billing import queries as billing
from coursehub.billing.checks import faults
from coursehub.billing.models import Charge, ChargeEnd, Document, DocumentLine
from coursehub.db import db
from coursehub.ledger.accounts import MEMBER_WILL_OWE
from coursehub.ledger.checks import check_books
from coursehub.talent.models import Timesheet
from coursehub.talent.operations import disputes, month_invoices, timesheets, working_days
from coursehub.talent.operations.month_invoices import invoice_month
from coursehub.talent.queries.work import EARNED, dispute_about

from .fees import OWED, prices, standing
from .work import DAYS, MONDAY, handed_in, worker, working

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def works(cast, at):
    """Theo works for Harbour at a rate that does not divide evenly, and for Beacon; Bo for Harbour. Fees of 8 % and of 3.33 %."""
    from coursehub.contracts.placement_fee import Band, PriceList
    from coursehub.contracts.price_book import PriceBook

    prices(cast, at, PriceBook(PriceList("CNY", (Band(None, 0),), 0, 600), {"non_full_time": 800, "personal_service": 333}))
    theo, bo = worker(cast, at), worker(cast, at, person=cast.bo)
    return [
        (working(cast, theo, at, weekly_minutes=600, hourly_minor=8_537), cast.theo, cast.emma),
        (working(cast, theo, at, weekly_minutes=600, hr=cast.emil, form="personal_service"), cast.theo, cast.emil),
        (working(cast, bo, at, person=cast.bo, weekly_minutes=600, hourly_minor=9_999), cast.bo, cast.emma),
    ]


def papers(organisation):
    """What the lines of all invoices ask for, less the lines of all credit notes."""
    sign = sa.case((Document.kind == "invoice", DocumentLine.amount_minor), else_=-DocumentLine.amount_minor)
    found = sa.select(sa.func.coalesce(sa.func.sum(sign), 0)).join(Document, Document.id == DocumentLine.document_id)
    return db.session.execute(found.where(Document.organisation_id == organisation.id)).scalar_one()


def all_agree(cast, works):
    assert check_books().faults == () and list(faults()) == []
    stood = standing(cast)
    for organisation in (cast.harbour, cast.beacon):
        assert papers(organisation) == stood.get((OWED, organisation.slug), 0)
        waits = billing.charged_minor(organisation.id).get((organisation.id, "CNY"), 0)
        assert waits == stood.get((MEMBER_WILL_OWE, organisation.slug), 0)
    for row, _who, _hr in works:
        earned = sa.select(sa.func.coalesce(sa.func.sum(Timesheet.pay_minor), 0)).where(
            Timesheet.engagement_id == row.id, Timesheet.state.in_(EARNED)
        )
        assert stood.get(("liability:payable:worker", row.public_id), 0) == -db.session.execute(earned).scalar_one()


@pytest.mark.parametrize("seed", range(6))
def test_lines_and_receivables_are_equal_after_any_sequence(cast, works, at, seed):
    """Four months of approving, correcting, disputing and invoicing at random, looked at after every step."""
    chance, now, seen, weeks = Random(seed), at, set(), {row.id: MONDAY for row, _who, _hr in works}
    for _step in range(36):
        now += timedelta(hours=chance.randrange(30, 110))
        row, who, hr = chance.choice(works)
        act = chance.choice(("approve", "approve", "correct", "dispute", "invoice"))
        if act == "invoice":
            invoice_month(at=now)
        elif act == "correct":
            done = sa.select(Timesheet).where(Timesheet.engagement_id == row.id, Timesheet.state.in_(EARNED))
            sheet = chance.choice([None, *db.session.execute(done.order_by(Timesheet.id)).scalars()])
            if sheet is not None:
                fresh = timesheets.correct_week(sheet, reason="Wrong", by=cast.acting(who), at=now)
                _fill(cast, row, who, fresh.week_on, chance, now)
                timesheets.submit_week(fresh, by=cast.acting(who), at=now)
                timesheets.approve_weeks([fresh], by=cast.acting(hr), at=now + timedelta(hours=2))
        elif weeks[row.id] + 6 * DAYS < now.date():
            sheet = handed_in(cast, row, now, week_on=weeks[row.id], minutes=_minutes(chance), person=who)
            weeks[row.id] += 7 * DAYS
            if act == "dispute":
                disputes.open_dispute(sheet, words="Fewer", by=cast.acting(hr), at=now)
                disputes.agree_with_worker(dispute_about(sheet.id), by=cast.acting(hr), at=now + timedelta(hours=1))
            else:
                timesheets.approve_weeks([sheet], by=cast.acting(hr), at=now + timedelta(hours=1))
        seen.add(act)
        all_agree(cast, works)
    invoice_month(at=now + 31 * DAYS)
    all_agree(cast, works)
    assert seen == {"approve", "correct", "dispute", "invoice"} and billing.charged_minor() == {}


def _minutes(chance):
    return tuple(chance.randrange(7, 200) for _ in range(chance.randrange(1, 4)))


def _fill(cast, row, who, week_on, chance, now):
    days = {week_on + n * DAYS: one for n, one in enumerate(_minutes(chance))}
    timesheets.fill_week(row, week_on, days, words="", by=cast.acting(who), at=now)


def test_all_weeks_of_a_month_stand_on_one_invoice_for_each_member(cast, works, at):
    for row, who, hr in works:
        for n in range(2):
            sheet = handed_in(cast, row, at + (7 * n + 6) * DAYS, week_on=MONDAY + 7 * n * DAYS, person=who)
            timesheets.approve_weeks([sheet], by=cast.acting(hr), at=at + (7 * n + 7) * DAYS)
    first = datetime(2026, 4, 1, 2, tzinfo=UTC)
    assert invoice_month(at=first - timedelta(days=1)) == 0
    assert invoice_month(at=first) == 2 and invoice_month(at=first) == 0
    (harbour,), (beacon,) = (billing.open_invoices(one.id, "CNY") for one in (cast.harbour, cast.beacon))
    assert (len(harbour.lines), len(beacon.lines)) == (8, 4)
    assert {harbour.cause_id, beacon.cause_id} == {"2026-03"}
    assert len(billing.charges_on(harbour.id)) == 4


def test_it_waits_for_the_first_working_day_and_takes_what_an_idle_month_left(cast, works, at):
    row, who, hr = works[0]
    timesheets.approve_weeks([handed_in(cast, row, at + 4 * DAYS, person=who)], by=cast.acting(hr), at=at + 5 * DAYS)
    wednesday = datetime(2026, 4, 1, 2, tzinfo=UTC)
    working_days.add_day_off(wednesday.date(), words="A holiday", by=cast.acting(cast.stan), at=at)
    assert invoice_month(at=wednesday) == 0
    assert invoice_month(at=wednesday + 40 * DAYS) == 1
    (invoice,) = billing.open_invoices(cast.harbour.id, "CNY")
    assert invoice.cause_id == "2026-04"


def test_a_week_approved_on_the_very_day_of_the_invoice_stands_on_the_next(cast, works, at):
    row, who, hr = works[0]
    first = datetime(2026, 4, 1, 0, tzinfo=UTC)
    timesheets.approve_weeks([handed_in(cast, row, at + 4 * DAYS, person=who)], by=cast.acting(hr), at=first)
    assert invoice_month(at=first + timedelta(hours=2)) == 0
    assert month_invoices.invoice_month(at=first + 30 * DAYS) == 1


def test_the_check_finds_a_charge_that_the_books_do_not_know(cast, works, at):
    """The rig also fails on a planted fault."""
    row, who, hr = works[0]
    timesheets.approve_weeks([handed_in(cast, row, at + 4 * DAYS, person=who)], by=cast.acting(hr), at=at + 5 * DAYS)
    charge = db.session.execute(sa.select(Charge)).scalar_one()
    db.session.add(ChargeEnd(charge_id=charge.id, journal_id=charge.journal_id, at=at))
    db.session.flush()
    assert any("waiting for an invoice" in fault for fault in faults())
