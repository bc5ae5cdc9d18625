"""The fee of a placement: booked when both sides have confirmed, given back in part, let go of when the guarantee has passed.

Called in the transaction of the move. The price is that of the list
which was in force when the opening was published; the person placed is in no leg.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date

from coursehub.billing import queries as billing
from coursehub.billing.operations import Line, issue_credit_note, issue_invoice
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import PublishedPrices
from coursehub.contracts.operations.course_parts import release_parts
from coursehub.contracts.operations.hiring import Hire, share_hire, share_rebate
from coursehub.contracts.placement_fee import Band, price_for, rebate_due, yearly_pay
from coursehub.contracts.price_book import from_data
from coursehub.contracts.waterfall import tax_within
from coursehub.db import db, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.models import Journal
from coursehub.ledger.operations import Booked
from coursehub.people.models import Organisation
from coursehub.talent.matched_evidence import weights_by_course
from coursehub.talent.models import Opening, Placement
from coursehub.talent.queries.evidence import evidence_behind
from coursehub.talent.working_days import local_day


def price_of(opening: Opening, pay_minor: int, weekly_hours: int, pay_period: str) -> tuple[PublishedPrices, Band] | None:
    """What hiring at this pay costs under the prices of the opening; None where none were published for its currency."""
    prices = db.session.get(PublishedPrices, opening.prices_id) if opening.prices_id else None
    if prices is None or opening.kind != "hire":
        return None
    book = from_data(prices.body)
    return prices, price_for(book.placements, yearly_pay(pay_minor, pay_period, weekly_hours=weekly_hours))


def book_placement(placement: Placement, *, at: datetime) -> None:
    """Both sides confirmed: the employer owes the fee and gets its invoice; courses whose evidence counted share in it."""
    opening = db.session.get_one(Opening, placement.opening_id)
    found = price_of(opening, placement.pay_minor, placement.weekly_hours, placement.pay_period)
    if found is None or found[1].price_minor == 0:
        return
    prices, band = found
    employer = db.session.get_one(Organisation, placement.organisation_id)
    matched = evidence_behind(placement)
    until_at = placement.guarantee_until_at or at
    hire = Hire(
        effect_key=_key(placement), occurred_at=placement.started_at or at, employer=employer.public_id,
        price_minor=band.price_minor, held_until=until_at, weights=weights_by_course(matched),
        facts={
            "placement": placement.public_id,
            "prices": prices.body_hash,
            "evidence": [[each.credential, each.course, each.weight] for each in matched],
        },
    )  # fmt: skip
    booked = share_hire(hire, prices, at=at)
    tax = tax_within(band.price_minor, from_data(prices.body).placements.tax_bps)
    issue_invoice(
        employer, [Line(_text("placement", opening.title), band.price_minor, _detail(placement))], currency=prices.currency,
        cause="placement", cause_id=placement.public_id, effect_key=_key(placement), journal_ids=[booked.id], tax_minor=tax,
        at=at,
    )  # fmt: skip


def refund_placement(placement: Placement, *, left_at: datetime, at: datetime) -> None:
    """The person left inside the guarantee: the price of the days that were not served goes back, with a credit note."""
    invoice = billing.document_for(_key(placement))
    if invoice is None:
        return
    due = rebate_due(
        invoice.amount_minor, start_on=placement.start_on, left_on=local_day(left_at), guarantee_days=placement.guarantee_days
    )
    if due == 0:
        release_placement(placement, at=at)
        return
    key = f"{_key(placement)}:rebate"
    booked = share_rebate(_booked(placement), effect_key=key, amount_minor=due, occurred_at=left_at, at=at)
    opening = db.session.get_one(Opening, placement.opening_id)
    tax = sum(leg.amount_minor for leg in ledger.lines_of(booked.id) if leg.code == "liability:tax")
    issue_credit_note(
        invoice, [Line(_text("rebate", opening.title), due, _detail(placement))], effect_key=key, journal_ids=[booked.id],
        tax_minor=tax, at=at,
    )  # fmt: skip
    release_placement(placement, at=at)


def release_placement(placement: Placement, *, at: datetime) -> None:
    """The guarantee is over: what courses earned becomes available, as soon as the employer has paid what it owes."""
    invoice = billing.document_for(_key(placement))
    if invoice is None or billing.open_minor(invoice) > 0:
        return  # `release_what_is_paid` comes back to it
    release_parts(_booked(placement), effect_key=f"{_key(placement)}:released", at=at)


def release_what_is_paid(*, at: datetime) -> int:
    """Placements whose guarantee is over and whose fee was paid only later; how many were let go of."""
    let_go = sa.orm.aliased(Journal)
    over = (
        sa.select(Placement)
        .join(Journal, Journal.effect_key == sa.literal("placement:") + Placement.public_id)
        .where(
            Placement.state.in_(("settled", "refunded")), contracts.on_hold(),
            ~sa.exists().where(let_go.effect_key == Journal.effect_key + ":released"),
        )
    )  # fmt: skip
    released = 0
    for placement in list(db.session.execute(over.order_by(Placement.id)).scalars()):
        invoice = billing.document_for(_key(placement))
        if invoice is None or billing.open_minor(invoice) > 0:
            continue
        with transaction():
            release_placement(placement, at=at)
            released += 1
    return released


def _key(placement: Placement) -> str:
    return f"placement:{placement.public_id}"


def _booked(placement: Placement) -> Booked:
    found = ledger.journal_for(_key(placement))
    if found is None:
        raise LookupError(f"the fee of placement {placement.id} is not in the books")
    return Booked(found.id, found.hash)


def _text(what: str, title: str) -> dict[str, str]:
    """A line of the invoice in both languages; it never says who was placed."""
    words: dict[str, tuple[str, str]] = {
        "placement": ("推荐录用服务费：{}", "Placement fee: {}"),
        "rebate": ("保证期内离职退费：{}", "Rebate, left inside the guarantee: {}"),
    }
    chinese, english = words[what]
    return {"zh-CN": chinese.format(title), "en": english.format(title)}


def _detail(placement: Placement) -> dict[str, Any]:
    return {
        "zh-CN": f"入职 {format_date(placement.start_on, 'long', locale='zh_Hans_CN')}，编号 {placement.public_id[:6].upper()}",
        "en": f"Started on {format_date(placement.start_on, 'long', locale='en_GB')}, number {placement.public_id[:6].upper()}",
    }
