"""The fee on hours on the one road: courses whose evidence counted share in it by their own terms, and give it back whole."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from coursehub import jobs
from coursehub.billing.checks import faults
from coursehub.catalog.models import Skill
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.placement_fee import Band, PriceList
from coursehub.contracts.price_book import PriceBook, from_data, hash_of, to_data
from coursehub.db import db, transaction
from coursehub.ledger.accounts import MEMBER_WILL_OWE, PARTNER_ON_ITS_WAY, PARTNER_OWES
from coursehub.ledger.checks import check_books
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.payouts.queries.claims import claims_of
from coursehub.talent.operations import engagements, timesheets
from coursehub.talent.operations.hour_money import release_paid_weeks
from coursehub.talent.operations.month_invoices import invoice_month
from tests.billing.books import received
from tests.cast import sign_in
from tests.contracts.test_pages import text_of
from tests.talent.hiring import TERMS, applied, opened, wanted

from .fees import HELD, READY, prices, proven_course, standing
from .test_hour_money import LATER, MONTH_AFTER
from .work import DAYS, handed_in, proposal, worker

pytestmark = pytest.mark.usefixtures("app")
BOOK = PriceBook(PriceList("CNY", (Band(None, 0),), 0, 600), {"non_full_time": 800}, hour_training_bps=2_500)
PART_TIME = replace(TERMS, kind="part_time", form="non_full_time", pay_period="hour", pay_minor=9_000, weekly_hours=12)


def begun(cast, at, *, fields=("display_name", "email", "credentials"), level=2):
    """Theo applied for a part-time opening that asks for Python, and works for Harbour at 120.00 an hour."""
    worker(cast, at)
    python = db.session.execute(sa.select(Skill).where(Skill.code == "python")).scalar_one()
    opening = opened(cast, at, terms=PART_TIME, skills=wanted((python, level)))
    application = applied(cast, opening, cast.theo, at + DAYS / 24, fields=fields)
    work = engagements.propose_to_applicant(application, proposal(), by=cast.acting(cast.emma), at=at + DAYS / 8)
    engagements.accept_work(work, needs_paper=False, by=cast.acting(cast.theo), at=at + DAYS / 8)
    db.session.refresh(work)
    return work


def approved(cast, work, at):
    sheet = handed_in(cast, work, at + 4 * DAYS)
    timesheets.approve_weeks([sheet], by=cast.acting(cast.emma), at=at + LATER)
    db.session.refresh(sheet)
    return sheet


def proves(cast, at, *, events=("sale", "hour")):
    """A course of Northwind that Theo completed; its terms name these events."""
    return proven_course(cast, at, events=events, person=cast.theo)


def sound():
    assert check_books().faults == () and list(faults()) == []


def test_a_course_whose_credential_was_read_and_asked_for_shares_in_the_fee_and_never_in_the_pay(cast, at):
    # 5 h at 120.00: pay 60000, fee of 8 % 4800 with tax 272; a quarter of 4528 is 1132: Northwind 70 % 792.4, the house 339.6.
    prices(cast, at, BOOK)
    course = proves(cast, at)
    approved(cast, begun(cast, at), at)
    stood = standing(cast)
    assert stood[MEMBER_WILL_OWE, "harbour"] == 64_800
    assert sum(minor for (code, _party), minor in stood.items() if code == "liability:payable:worker") == -60_000
    assert (stood["liability:tax", ""], stood["income:hours", ""]) == (-272, -(4_528 - 1_132))
    assert (stood[HELD, "northwind"], stood["income:share", ""]) == (-792, -340)
    event = db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind == "hour")).scalar_one()
    assert (event.course_id, event.amount_minor, event.channel) == (course.id, 1_132, "member")
    assert (event.facts["fee_minor"], event.facts["minutes"]) == (4_800, 300)
    sound()


@pytest.mark.parametrize(
    ("fields", "level", "events"),
    [
        (("display_name", "email"), 2, ("sale", "hour")),  # nobody showed the credential
        (("display_name", "email", "credentials"), 4, ("sale", "hour")),  # it proves less than was asked for
        (("display_name", "email", "credentials"), 2, ("sale", "hire")),  # the terms do not name hours
    ],
)
def test_without_evidence_or_without_terms_for_hours_the_fee_is_the_houses(cast, at, fields, level, events):
    prices(cast, at, BOOK)
    proves(cast, at, events=events)
    approved(cast, begun(cast, at, fields=fields, level=level), at)
    stood = standing(cast)
    assert stood["income:hours", ""] == -4_528 and (HELD, "northwind") not in stood
    sound()


def test_what_a_course_got_can_be_paid_out_once_the_hold_is_over_and_the_employer_has_paid(cast, at):
    prices(cast, at, BOOK)
    proves(cast, at)
    approved(cast, begun(cast, at), at)
    invoice_month(at=MONTH_AFTER)
    assert release_paid_weeks(at=MONTH_AFTER + 60 * DAYS) == 0  # the hold is over, the invoice is open
    received(cast, cast.harbour, 64_800, MONTH_AFTER + 2 * DAYS)
    jobs.run_due(at=MONTH_AFTER + 2 * DAYS, strict=True)
    assert release_paid_weeks(at=at + LATER) == 0  # paid, and the hold of the terms is not over
    assert release_paid_weeks(at=MONTH_AFTER + 60 * DAYS) == 1
    assert release_paid_weeks(at=MONTH_AFTER + 61 * DAYS) == 0
    stood = standing(cast)
    assert stood[READY, "northwind"] == -792 and (HELD, "northwind") not in stood
    sound()


def test_a_corrected_week_takes_every_part_back_even_one_that_could_be_paid_out(cast, at):
    prices(cast, at, BOOK)
    proves(cast, at)
    sheet = approved(cast, begun(cast, at), at)
    invoice_month(at=MONTH_AFTER)
    received(cast, cast.harbour, 64_800, MONTH_AFTER + 2 * DAYS)
    jobs.run_due(at=MONTH_AFTER + 2 * DAYS, strict=True)
    release_paid_weeks(at=MONTH_AFTER + 60 * DAYS)
    timesheets.correct_week(sheet, reason="Too much", by=cast.acting(cast.theo), at=MONTH_AFTER + 61 * DAYS)
    stood = standing(cast)
    assert not {(HELD, "northwind"), (READY, "northwind"), ("income:share", ""), ("income:hours", "")} & set(stood)
    events = db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind.in_(("hour", "rebate")))).scalars().all()
    assert sum(line.amount_minor for event in events for line in event.lines) == 0
    assert release_paid_weeks(at=MONTH_AFTER + 70 * DAYS) == 0
    sound()


def test_a_week_corrected_after_its_part_was_paid_out_is_owed_and_set_against_the_next(cast, at):
    prices(cast, at, BOOK)
    proves(cast, at)
    sheet = approved(cast, begun(cast, at), at)
    invoice_month(at=MONTH_AFTER)
    received(cast, cast.harbour, 64_800, MONTH_AFTER + 2 * DAYS)
    jobs.run_due(at=MONTH_AFTER + 2 * DAYS, strict=True)
    release_paid_weeks(at=MONTH_AFTER + 60 * DAYS)
    party = cast.northwind.public_id
    with transaction():  # all but 100 of it is on its way to the bank
        legs = [Leg(AccountRef(READY, party), 692), Leg(AccountRef(PARTNER_ON_ITS_WAY, party), -692)]
        post(kind="payout", effect_key="payout:1", occurred_at=at, at=MONTH_AFTER + 60 * DAYS, postings=legs, currency="CNY")
    timesheets.correct_week(sheet, reason="Too much", by=cast.acting(cast.theo), at=MONTH_AFTER + 61 * DAYS)
    stood = standing(cast)
    assert (READY, "northwind") not in stood and stood[PARTNER_OWES, "northwind"] == 692
    assert claims_of(party, "CNY")[0].left_minor == 692
    sound()


def test_the_partner_reads_why_a_week_gave_what_it_gave_and_what_a_correction_took(client, cast, at):
    prices(cast, at, BOOK)
    proves(cast, at)
    sheet = approved(cast, begun(cast, at), at)
    timesheets.correct_week(sheet, reason="Too much", by=cast.acting(cast.theo), at=at + LATER + DAYS)
    given, back = db.session.execute(sa.select(MoneyEvent).order_by(MoneyEvent.id)).scalars().all()
    sign_in(client, cast.finn)
    detail = text_of(client.get(f"/studio/earnings/{given.public_id}"))
    assert "Why this gave you" in detail and "7.92" in detail and "Part of the fee on hours" in detail
    assert "48.00" in detail and "11.32" in detail and "300 min" in detail and "until the employer has paid" in detail
    taken = text_of(client.get(f"/studio/earnings/{back.public_id}"))
    assert "Why this took back" in taken and "7.92" in taken and "Corrected hours" in taken
    assert given.public_id in client.get("/studio/earnings?kind=hour").text
    assert back.public_id not in client.get("/studio/earnings?kind=hour").text


def test_a_list_without_a_share_for_hours_keeps_its_hash_and_one_with_it_reads_back():
    plain = PriceBook(BOOK.placements, BOOK.hour_fee_bps)
    assert "hour_training_bps" not in to_data(plain)
    assert from_data(to_data(BOOK)) == BOOK and hash_of(BOOK) != hash_of(plain)
    with pytest.raises(ValueError, match="part of the fee"):
        PriceBook(BOOK.placements, {}, hour_training_bps=10_001)
