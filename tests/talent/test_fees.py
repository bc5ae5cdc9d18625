"""The fee of a placement: one price, shared by evidence, held, given back over the same legs, and never owed by the person."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from coursehub.billing import queries as billing
from coursehub.billing.checks import faults
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.operations.prices import TooShortNotice, announce_prices
from coursehub.contracts.queries import prices_in_force
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.ledger.checks import check_books
from coursehub.ledger.models import Account
from coursehub.talent.models import Opening
from coursehub.talent.operations import placements
from coursehub.talent.operations.fees import release_what_is_paid
from tests.billing.books import received
from tests.talent.fees import BOOK, HELD, OWED, READY, START, after, agreed, prices, proven_course, standing, started
from tests.talent.hiring import DAYS, opened

pytestmark = pytest.mark.usefixtures("app")


def sound():
    assert check_books().faults == ()
    assert list(faults()) == []


def test_a_hire_is_invoiced_at_the_published_price_and_shared_by_the_terms_of_the_course(cast, at):
    # 9500.00 a month: 600000. Tax 33962, training 40 % of 566038 = 226415; the house keeps 30 % of it by the terms.
    prices(cast, at)
    proven_course(cast, at)
    started(cast, at)
    stood = standing(cast)
    assert stood[OWED, "harbour"] == 600_000
    assert stood["liability:tax", ""] == -33_962
    assert stood["income:placement", ""] == -339_623
    assert stood[HELD, "northwind"] + stood["income:share", ""] == -226_415
    assert stood[HELD, "northwind"] == -158_490  # 70 % is 158490.5, the house 67924.5: the tie goes to what stands first
    (invoice,) = billing.open_invoices(cast.harbour.id, "CNY")
    assert (invoice.amount_minor, invoice.tax_minor, invoice.cause) == (600_000, 33_962, "placement")
    sound()


def test_without_prices_nobody_owes_anything(cast, at):
    proven_course(cast, at)
    started(cast, at)
    assert standing(cast) == {}


def test_a_course_whose_terms_do_not_speak_of_hires_leaves_its_part_with_the_house(cast, at):
    prices(cast, at)
    proven_course(cast, at, events=("sale",))
    started(cast, at)
    assert standing(cast) == {
        (OWED, "harbour"): 600_000, ("liability:tax", ""): -33_962, ("income:placement", ""): -566_038,
    }  # fmt: skip


def test_who_leaves_early_brings_back_the_days_not_served_over_the_same_legs_with_a_credit_note(cast, at):
    prices(cast, at)
    proven_course(cast, at)
    placement = started(cast, at)
    before = standing(cast)
    placements.say_somebody_left(
        placement, left_on=START + 30 * DAYS, reason="moved away", by=cast.acting(cast.emma), at=after(31)
    )
    stood = standing(cast)
    assert stood[OWED, "harbour"] == 200_000
    for key, was in before.items():
        assert abs(stood[key] - was / 3) <= 1
    (invoice,) = billing.open_invoices(cast.harbour.id, "CNY")
    assert billing.open_minor(invoice) == 200_000
    kinds = db.session.execute(sa.select(MoneyEvent.kind).order_by(MoneyEvent.id)).scalars().all()
    assert kinds == ["hire", "rebate"]
    sound()


def test_who_leaves_on_the_first_day_brings_back_everything_and_every_account_stands_at_nothing(cast, at):
    prices(cast, at)
    proven_course(cast, at)
    placement = started(cast, at)
    placements.say_somebody_left(placement, left_on=START, reason="not as said", by=cast.acting(cast.ada), at=after(1))
    assert standing(cast) == {}
    sound()


def test_what_a_course_earned_is_let_go_of_once_the_guarantee_has_passed_and_the_member_has_paid(cast, at):
    prices(cast, at)
    proven_course(cast, at)
    started(cast, at)
    assert placements.let_guarantees_pass(at=after(95)) == 1
    assert standing(cast)[HELD, "northwind"] == -158_490
    assert release_what_is_paid(at=after(96)) == 0
    received(cast, cast.harbour, 600_000, after(97))
    assert release_what_is_paid(at=after(98)) == 1
    assert release_what_is_paid(at=after(99)) == 0
    stood = standing(cast)
    assert (HELD, "northwind") not in stood
    assert stood[READY, "northwind"] == -158_490
    sound()


def test_a_fee_of_which_nothing_is_on_hold_is_not_looked_at_again(cast, at):
    """The house has all of it, or it went back whole; whoever books would wait for each look."""
    prices(cast, at)
    placement = started(cast, at)
    placements.let_guarantees_pass(at=after(95))
    received(cast, cast.harbour, 600_000, after(97))
    assert placement.state == "settled" and release_what_is_paid(at=after(98)) == 0
    sound()


def test_nobody_hired_is_in_any_account(cast, at):
    prices(cast, at)
    proven_course(cast, at)
    started(cast, at)
    parties = set(db.session.execute(sa.select(Account.party)).scalars())
    assert parties == {"", cast.harbour.public_id, cast.northwind.public_id}


def test_the_price_is_the_same_whoever_employed_the_person_before(cast, at):
    from coursehub.talent.operations.blocks import note_employment

    prices(cast, at)
    with transaction():
        note_employment(cast.ada.id, cast.beacon.id, "placement", since_at=at - 90 * DAYS, at=at)
    started(cast, at)
    started(cast, at, person=cast.bo)
    amounts = {invoice.amount_minor for invoice in billing.open_invoices(cast.harbour.id, "CNY")}
    assert amounts == {600_000}
    assert standing(cast)[OWED, "harbour"] == 1_200_000


def test_new_prices_are_announced_ahead_and_an_opening_keeps_those_it_was_published_under(cast, at):
    first = prices(cast, at)
    fay = cast.acting(cast.fay)
    with pytest.raises(TooShortNotice):
        announce_prices(BOOK, effective_from=at + 13 * DAYS, by=fay, at=at)
    second = announce_prices(BOOK, effective_from=at + 14 * DAYS, by=fay, at=at)
    opening = opened(cast, at)
    assert opening.prices_id == first.id
    assert opened(cast, at + 15 * DAYS).prices_id == second.id
    assert prices_in_force("CNY", at + 13 * DAYS) == first
    assert prices_in_force("CNY", at + 14 * DAYS) == second
    assert prices_in_force("EUR", at) is None
    with pytest.raises(DatabaseError), transaction():
        db.session.execute(sa.update(Opening).where(Opening.id == opening.id).values(prices_id=second.id))
    for act in ("UPDATE published_prices SET version = 9", "DELETE FROM published_prices"):
        with pytest.raises(DatabaseError), transaction():
            db.session.execute(sa.text(act))


def test_only_finance_announces_prices(cast, at):
    with pytest.raises(NotAllowed):
        announce_prices(BOOK, effective_from=at, by=cast.acting(cast.emma), at=at)


def test_nothing_is_owed_before_both_have_said_that_work_began(cast, at):
    prices(cast, at)
    proven_course(cast, at)
    agreed(cast, at)
    assert standing(cast) == {}
