"""The crash rig's flows of members: what a placement and what hours bring into the books, invoices, receipts and ways back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from coursehub.billing import operations as billing
from coursehub.billing import queries as billing_queries
from coursehub.billing.models import Receipt
from coursehub.contracts.placement_fee import Band, PriceList
from coursehub.contracts.price_book import PriceBook
from coursehub.db import db
from coursehub.people.models import Organisation
from coursehub.talent.models import Placement, Timesheet
from coursehub.talent.operations import hour_money, placements, timesheets
from coursehub.talent.operations.fees import release_what_is_paid
from coursehub.talent.operations.month_invoices import invoice_month
from tests.cast import Cast
from tests.rigs.flow import Facts
from tests.rigs.house_flows import BEGUN, flow, tried, work
from tests.rigs.world import acting
from tests.talent.fees import START, after, agreed, morning, prices, proven_course, started
from tests.talent.test_hour_shares import begun
from tests.talent.work import DAYS, handed_in

HOURS = PriceBook(PriceList("CNY", (Band(None, 0),), 0, 600), {"non_full_time": 800}, hour_training_bps=2_500)
APRIL_1 = datetime(2026, 4, 1, 2, tzinfo=UTC)


def _placement(facts: Facts) -> Placement:
    return db.session.get_one(Placement, facts["placement"])


def _sheet(facts: Facts) -> Timesheet:
    return db.session.get_one(Timesheet, facts["sheet"])


def _paid(facts: Facts, reference: str, at: datetime) -> None:
    """Fay marks a line of the bank's statement over all that is open; a line is marked once."""
    harbour = db.session.get_one(Organisation, facts["harbour"])
    tried(
        lambda: billing.record_receipt(
            harbour, currency="CNY", amount_minor=facts["minor"], received_on=at.date(), bank_reference=reference,
            by=acting(facts["fay"]), at=at,
        )
    )  # fmt: skip


def _facts(cast: Cast, **more: int) -> Facts:
    return {"emma": cast.emma.id, "fay": cast.fay.id, "harbour": cast.harbour.id, **more}


# A hire


def _prepare_agreed() -> Facts:
    cast = Cast()
    prices(cast, BEGUN)
    proven_course(cast, BEGUN)
    placement = agreed(cast, BEGUN)
    placements.confirm_start_as_person(placement, by=cast.acting(cast.ada), at=morning(START))
    work(morning(START))
    return _facts(cast, placement=placement.id)


def _hire(facts: Facts) -> datetime:
    at = morning(START) + timedelta(hours=3)
    tried(lambda: placements.confirm_start_as_employer(_placement(facts), by=acting(facts["emma"]), at=at))
    return at


def _prepare_started() -> Facts:
    cast = Cast()
    prices(cast, BEGUN)
    proven_course(cast, BEGUN)
    placement = started(cast, BEGUN)
    work(morning(START))
    (invoice,) = billing_queries.open_invoices(cast.harbour.id, "CNY")
    return _facts(cast, placement=placement.id, minor=invoice.amount_minor)


def _leave(facts: Facts) -> datetime:
    at, left_on = after(31), START + 30 * DAYS
    emma = acting(facts["emma"])
    tried(lambda: placements.say_somebody_left(_placement(facts), left_on=left_on, reason="moved away", by=emma, at=at))
    return at


def _prepare_kept() -> Facts:
    facts = _prepare_started()
    placements.let_guarantees_pass(at=after(95))
    work(after(95))
    return facts


def _pay_fee(facts: Facts) -> datetime:
    at = after(97)
    _paid(facts, "B1", at)
    release_what_is_paid(at=at)
    return at


def _prepare_marked() -> Facts:
    facts = _prepare_started()
    _paid(facts, "B1", after(2))
    work(after(2))
    (receipt,) = db.session.query(Receipt).all()
    return {**facts, "receipt": receipt.id}


def _unmark(facts: Facts) -> datetime:
    at = after(3)
    receipt = db.session.get_one(Receipt, facts["receipt"])
    tried(lambda: billing.undo_receipt(receipt, reason="Another member's", by=acting(facts["fay"]), at=at))
    return at


# Hours


def _prepare_handed_in() -> Facts:
    cast = Cast()
    prices(cast, BEGUN, HOURS)
    proven_course(cast, BEGUN, events=("sale", "hour"), person=cast.theo)
    sheet = handed_in(cast, begun(cast, BEGUN), BEGUN + 4 * DAYS)
    work(BEGUN + 4 * DAYS)
    return _facts(cast, sheet=sheet.id, theo=cast.theo.id)


def _approve(facts: Facts) -> datetime:
    at = BEGUN + 5 * DAYS
    tried(lambda: timesheets.approve_weeks([_sheet(facts)], by=acting(facts["emma"]), at=at))
    return at


def _prepare_approved() -> Facts:
    facts = _prepare_handed_in()
    work(_approve(facts))
    return facts


def _invoice(_facts: Facts) -> datetime:
    invoice_month(at=APRIL_1)
    return APRIL_1


def _prepare_invoiced() -> Facts:
    facts = _prepare_approved()
    work(_invoice(facts))
    (invoice,) = billing_queries.open_invoices(facts["harbour"], "CNY")
    return {**facts, "minor": invoice.amount_minor}


def _pay_hours(facts: Facts) -> datetime:
    at = APRIL_1 + 40 * DAYS
    _paid(facts, "B2", at)
    hour_money.release_paid_weeks(at=at)
    return at


def _correct(facts: Facts) -> datetime:
    """The worker takes an invoiced week back; the draft in its place waits."""
    at = APRIL_1 + DAYS
    tried(lambda: timesheets.correct_week(_sheet(facts), reason="An hour too many", by=acting(facts["theo"]), at=at))
    return at


FLOWS = {
    "fee of a hire": flow(_prepare_agreed, _hire),
    "rebate of a hire": flow(_prepare_started, _leave),
    "paid fee of a hire": flow(_prepare_kept, _pay_fee),
    "receipt taken back": flow(_prepare_marked, _unmark),
    "approved week": flow(_prepare_handed_in, _approve),
    "invoice of a month": flow(_prepare_approved, _invoice),
    "paid hours": flow(_prepare_invoiced, _pay_hours),
    "correction of an invoiced week": flow(_prepare_invoiced, _correct),
}


def charge_later() -> None:
    """A mistake to be planted: a week is approved and booked before what the employer is charged is noted."""
    note = hour_money.note_charge

    def careless(*told: Any, **more: Any) -> Any:
        db.session.commit()
        db.session.connection().exec_driver_sql("BEGIN IMMEDIATE" if db.engine.dialect.name == "sqlite" else "BEGIN")
        return note(*told, **more)

    hour_money.note_charge = careless
