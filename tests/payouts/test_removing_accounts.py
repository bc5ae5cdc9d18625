"""A partner removes a bank account: told to everybody who answers for the money, and never from money that has no other."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.contracts import operations as contracts
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.payouts import operations, queries
from coursehub.people.models import PeopleAudit
from coursehub.people.operations.partners import current_payee, give_payee_details, payees_of
from tests.cast import sign_in
from tests.contracts.rig import agree, course_of, draft_of_sale
from tests.people.mailbox import letters_to

from .rig import CNY, EUR, World

DAY = timedelta(days=1)


@pytest.fixture
def world(cast, at):
    return World(cast, at)


def own(world, details=EUR, currency="EUR"):
    """A second account, for one currency."""
    return give_payee_details(
        world.cast.northwind, details, by=world.cast.acting(world.cast.finn), at=world.at, currency=currency
    )


def remove(world, record, by=None):
    northwind = world.cast.northwind
    operations.remove_account(record, northwind, by=world.cast.acting(by or world.cast.finn), at=world.now)


def the_first(world):
    return current_payee(world.cast.northwind.id)


def test_an_account_that_nothing_is_owed_to_goes_and_owners_and_finance_are_told(world):
    record = own(world)
    remove(world, record)
    assert [each.currency for each in payees_of(world.cast.northwind.id)] == [""] and record.ended_at == world.now
    assert current_payee(world.cast.northwind.id, "EUR").id == the_first(world).id, "euros go where the rest goes"
    for reader in ("pia@example.org", "finn@example.org"):
        (letter,) = [each for each in letters_to(reader) if "was removed" in each.subject]
        assert "3000" in letter.body and letter.kind == "security"
    line = db.session.execute(sa.select(PeopleAudit).where(PeopleAudit.act == "payee_removed")).scalar_one()
    assert (line.by_id, line.facts["payee_record_id"]) == (world.cast.finn.id, record.id)


def test_the_last_account_goes_while_nothing_is_owed_and_can_be_given_again(world):
    remove(world, the_first(world))
    assert payees_of(world.cast.northwind.id) == []
    world.account(CNY, world.now)
    assert the_first(world).given_at == world.now, "and rests as a new one"


@pytest.mark.parametrize("mature", [False, True])
def test_money_on_hold_or_ready_keeps_its_only_account(world, mature):
    world.sell(mature=mature)
    with pytest.raises(operations.MoneyWaits, match="CNY"):
        remove(world, the_first(world))
    assert the_first(world).ended_at is None


def test_another_account_that_takes_the_money_lets_the_first_go(world):
    world.sell()
    first = the_first(world)
    own(world, CNY, "CNY")
    remove(world, first)
    assert [each.currency for each in payees_of(world.cast.northwind.id)] == ["CNY"]
    with pytest.raises(operations.MoneyWaits):
        remove(world, the_first(world))


def test_an_account_that_cannot_take_the_money_does_not_count(world, at):
    """The account for every currency stands in China, and euros go to an IBAN."""
    record = own(world)
    course = course_of(world.cast.northwind, "rust", at)
    terms = agree(world.cast, course, at, currency="EUR")[1]
    with transaction():
        draft = draft_of_sale(terms, course, at, "sale:euro", gross_minor=10_000, fee_minor=0, tax_bps=0)
        contracts.share(type(draft)(**{**draft.__dict__, "currency": "EUR"}), at=at)
    with pytest.raises(operations.MoneyWaits, match="EUR"):
        remove(world, record)


def test_no_account_goes_while_a_payout_to_it_is_under_way(world):
    world.sell()
    first = the_first(world)
    own(world, CNY, "CNY")
    run = prepared_to(world, first)
    with pytest.raises(operations.PayoutUnderWay):
        remove(world, first)
    world.confirm(run)
    with pytest.raises(operations.PayoutUnderWay):
        remove(world, first)
    (payout,) = queries.payouts_of_run(run.id)
    world.answer((payout.public_id, "paid", payout.amount_minor))
    own(world, CNY, "USD")
    remove(world, first)
    assert first.ended_at is not None


def prepared_to(world, first):
    """A run to the account for every currency, before the partner gave one for this currency alone."""
    remove(world, current_payee(world.cast.northwind.id, "CNY"))
    run = world.prepare()
    assert queries.payouts_of_run(run.id)[0].payee_record_id == first.id
    return run


def test_a_run_that_was_taken_back_holds_nothing(world):
    world.sell()
    first = the_first(world)
    run = world.prepare()
    operations.take_run_back(run, by=world.cast.acting(world.cast.fay), at=world.now)
    own(world, CNY, "CNY")
    remove(world, first)
    assert first.ended_at is not None


def test_nobody_else_removes_it_and_twice_is_once(world):
    record = own(world)
    for person in (world.cast.tara, world.cast.eve, world.cast.fay):
        with pytest.raises(NotAllowed):
            remove(world, record, by=person)
    remove(world, record)
    remove(world, record, by=world.cast.pia)
    assert len([each for each in letters_to("pia@example.org") if "removed" in each.subject]) == 1


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_it_is_removed_on_the_page_with_the_password_again(cast, at, app, language):
    world = World(cast, clock.now() - 31 * DAY)
    record = own(world)
    browser = sign_in(app.test_client(), cast.finn)
    browser.set_cookie("language", language, domain="localhost")
    address = f"/studio/payouts/way/accounts/{record.id}/removed"
    assert address in browser.get("/studio/payouts/way").text
    old = sign_in(app.test_client(), cast.finn, at=clock.now() - timedelta(hours=1))
    assert "confirm" in old.post(address, data={"back": "/studio/payouts/way"}).location and record.ended_at is None
    world.sell()
    first = current_payee(cast.northwind.id)
    told = browser.post(f"/studio/payouts/way/accounts/{first.id}/removed", follow_redirects=True).text
    assert "CNY" in told and first.ended_at is None
    browser.post(address)
    assert record.ended_at is not None and address not in browser.get("/studio/payouts/way").text
    assert browser.post(address).status_code == 404
    eve = sign_in(app.test_client(), cast.eve)
    assert eve.post(f"/studio/payouts/way/accounts/{first.id}/removed").status_code == 404
