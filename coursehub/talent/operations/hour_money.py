"""What approved hours move: the pay to whoever worked, the fee on top to the house, both owed by the employer.

Booked in the transaction of the approval; the employer reads all weeks of a month on one invoice (`month_invoices.py`).
The arithmetic is `coursehub/contracts/hour_fee.py`; the fee is that of the prices in force when the work
was proposed. Where none were, pay is counted and nothing is booked. Courses share in the fee by the evidence that the
employer could read before it proposed the work (decision 28).
The worker stands in the books under the number of the engagement, so no account says who it is.
"""

from datetime import datetime

import sqlalchemy as sa
from babel.dates import format_date

from coursehub.billing import queries as billing
from coursehub.billing.operations import Line, note_charge, take_charge_back
from coursehub.contracts.hour_fee import HourTerms, share_week
from coursehub.contracts.operations.course_parts import release_parts
from coursehub.contracts.operations.hours import Week, share_hours, take_hours_back
from coursehub.contracts.operations.maturing import released_key
from coursehub.contracts.price_book import PriceBook, from_data
from coursehub.contracts.queries import hours_to_release, prices_in_force
from coursehub.db import db, lock, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.operations import Booked
from coursehub.money import as_decimal
from coursehub.people.models import Organisation
from coursehub.talent.matched_evidence import weights_by_course
from coursehub.talent.models import Engagement, Timesheet
from coursehub.talent.queries.evidence import evidence_behind_work
from coursehub.talent.queries.work import code_of
from coursehub.talent.rule_packs import PACKS


def pay_of(engagement: Engagement, minutes: int) -> int:
    """What the worker earns by so many minutes, in minor units; no fee ever comes out of it."""
    return share_week(_terms(engagement, None), minutes)["worker"]


def book(timesheet: Timesheet, engagement: Engagement, *, at: datetime) -> None:
    """A week was approved: the employer owes the pay and the fee on top, and reads them on its next invoice."""
    prices = prices_in_force(engagement.currency, engagement.proposed_at)
    if prices is None:
        return
    employer = db.session.get_one(Organisation, engagement.organisation_id)
    matched = evidence_behind_work(engagement)
    week = Week(
        effect_key=_key(timesheet), occurred_at=timesheet.approved_at or at, employer=employer.public_id,
        work=engagement.public_id, terms=_terms(engagement, from_data(prices.body)), approved_minutes=timesheet.minutes,
        weights=weights_by_course(matched),
        facts={
            "week": timesheet.public_id,
            "prices": prices.body_hash,
            "evidence": [[each.credential, each.course, each.weight] for each in matched],
        },
    )  # fmt: skip
    shared = share_hours(week, prices, at=at)
    legs = {"worker": shared.pay_minor, "fee": shared.fee_minor}
    note_charge(
        employer, _lines(timesheet, engagement, legs), currency=engagement.currency, cause="work", cause_id=timesheet.public_id,
        effect_key=_key(timesheet), journal_id=shared.journal.id, tax_minor=shared.tax_minor, at=at,
    )  # fmt: skip


def reverse(timesheet: Timesheet, *, at: datetime) -> None:
    """An approved week goes back whole along the same legs, with a credit note once it was invoiced."""
    charge, booked = billing.charge_for(_key(timesheet)), ledger.journal_for(_key(timesheet))
    if charge is None or booked is None:
        return
    back = take_hours_back(Booked(booked.id, booked.hash), effect_key=f"{_key(timesheet)}:reversed", at=at)
    take_charge_back(charge, journal_id=back.id, at=at)


def release_paid_weeks(*, at: datetime) -> int:
    """What courses got of weeks can be paid out once the hold of their terms is over and the employer has paid; how many."""
    released = 0
    for booked in hours_to_release(at):
        week = sa.select(Timesheet).where(Timesheet.public_id == booked.effect_key.removeprefix("week:"))
        sheet = db.session.execute(week).scalar_one()
        if sheet.state != "paid":
            continue
        with transaction():
            lock(sheet)
            if sheet.state == "paid":
                release_parts(Booked(booked.id, booked.hash), effect_key=released_key(booked.effect_key), at=at)
                released += 1
    return released


def _terms(engagement: Engagement, book_of: PriceBook | None) -> HourTerms:
    """The terms of an hour. A form that earns no fee, as a secondment at cost, has none whatever the list says."""
    earns = PACKS[engagement.form].earns_fee
    fee_bps = book_of.hour_fee_bps.get(engagement.form, 0) if book_of is not None and earns else 0
    return HourTerms(engagement.hourly_minor, fee_bps, secondment=not earns)


def _lines(timesheet: Timesheet, engagement: Engagement, legs: dict[str, int]) -> list[Line]:
    """The pay, with code, week, hours and rate, and the fee beside it; nobody's name."""
    hours, minutes = divmod(timesheet.minutes, 60)
    rate = f"{as_decimal(engagement.hourly_minor, engagement.currency)} {engagement.currency}"
    week_zh, week_en = (format_date(timesheet.week_on, "long", locale=one) for one in ("zh_Hans_CN", "en_GB"))
    detail = {
        "zh-CN": f"编号 {code_of(engagement)}，{week_zh}起的一周，{hours} 小时 {minutes} 分钟，每小时 {rate}",
        "en": f"Code {code_of(engagement)}, week from {week_en}, {hours} h {minutes} min at {rate} an hour",
    }
    pay = Line(
        {"zh-CN": f"兼职报酬：{engagement.title}", "en": f"Pay for part-time work: {engagement.title}"}, legs["worker"], detail
    )
    about = {"zh-CN": f"编号 {code_of(engagement)}，{week_zh}起的一周", "en": f"Code {code_of(engagement)}, week from {week_en}"}
    fee = Line({"zh-CN": "平台服务费", "en": "Platform fee"}, legs["fee"], about)
    return [pay, fee] if legs["fee"] else [pay]


def _key(timesheet: Timesheet) -> str:
    return f"week:{timesheet.public_id}"
