"""A run is prepared by one, confirmed by another, and moves money in the books once."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from coursehub.billing.operations import set_collection_account
from coursehub.contracts import operations as contracts
from coursehub.contracts.terms import TermsRefused
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.ledger.accounts import BANK, PARTNER_READY
from coursehub.ledger.checks import check_books
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.payouts import operations, queries
from coursehub.payouts.checks import faults
from coursehub.payouts.models import Payout, PayoutRun, RunDecision
from coursehub.people.operations.partners import give_payee_details
from tests.asked import statements
from tests.contracts.rig import agree, course_of, draft_of_sale

from .rig import CNY, EUR, World

DAY = timedelta(days=1)


@pytest.fixture
def world(cast, at):
    return World(cast, at)


@pytest.fixture(autouse=True)
def _sound(app):
    yield
    assert list(faults()) == [] and check_books().faults == ()


def test_what_is_ready_goes_on_its_way_and_arrives(world):
    world.sell()
    ready = world.standing["ready"]
    run = world.prepare()
    assert world.standing == {"ready": ready}, "preparing books nothing"
    world.confirm(run)
    assert world.standing == {"way": ready}
    (payout,) = queries.payouts_of_run(run.id)
    world.answer((payout.public_id, "paid", ready))
    assert world.standing == {"bank": -ready}
    assert queries.step_of(payout.id) == "paid"


def test_who_prepared_it_cannot_confirm_it(world, cast):
    world.sell()
    run = world.prepare(by=cast.stan)
    with pytest.raises(NotAllowed):
        world.confirm(run, by=cast.stan)
    with pytest.raises(NotAllowed):
        world.confirm(run, by=cast.finn)
    with pytest.raises(IntegrityError), transaction():
        db.session.add(
            RunDecision(run_id=run.id, prepared_by_id=cast.stan.id, kind="confirmed", by_id=cast.stan.id, at=world.now)
        )
    with pytest.raises(IntegrityError), transaction():  # nor by naming somebody else as who prepared it
        db.session.add(RunDecision(run_id=run.id, prepared_by_id=cast.fay.id, kind="confirmed", by_id=cast.stan.id, at=world.now))
    db.session.rollback()
    assert queries.decision_of(run.id) is None


def test_a_run_is_confirmed_once_or_taken_back_once(world):
    world.sell()
    run = world.prepare()
    with pytest.raises(operations.OneRunWaits):
        world.prepare()
    operations.take_run_back(run, by=world.cast.acting(world.cast.fay), at=world.now)
    with pytest.raises(operations.RunDecided):
        world.confirm(run)
    again = world.prepare()
    world.confirm(again)
    with pytest.raises(operations.RunDecided):
        world.confirm(again)
    assert set(world.standing) == {"way"}


def test_a_refund_between_the_two_persons_stops_the_run(world):
    sale = world.sell()
    run = world.prepare()
    world.refund(sale, 10_000)
    with pytest.raises(operations.RunOutOfDate):
        world.confirm(run)
    assert "way" not in world.standing and queries.decision_of(run.id) is None


def test_what_matures_between_them_waits_for_the_next_run(world):
    world.sell()
    ready = world.standing["ready"]
    run = world.prepare()
    world.sell()
    world.confirm(run)
    assert world.standing == {"way": ready, "ready": ready}


def test_another_account_between_them_stops_the_run(world):
    world.sell()
    run = world.prepare()
    world.account(CNY, world.now)
    with pytest.raises(operations.RunOutOfDate):
        world.confirm(run)


def test_a_new_account_rests_three_working_days(world):
    world.sell()
    monday = world.now + timedelta(days=(7 - world.now.weekday()) % 7)
    world.account(CNY, monday)
    (held,) = queries.proposal("CNY", monday + 3 * DAY)
    assert held.reason == "account_new" and held.free_at is not None
    (free,) = queries.proposal("CNY", monday + 4 * DAY)
    assert free.reason == ""


@pytest.mark.parametrize(("details", "reason"), [(EUR, "account_unfit"), (None, "no_account")])
def test_money_stays_without_an_account_that_fits(world, details, reason):
    world.sell()
    if details is None:
        with transaction():
            db.session.execute(sa.text("UPDATE payee_record SET ended_at = given_at"))
    else:
        world.account(details, world.at)
    db.session.expire_all()
    (one,) = queries.proposal("CNY", world.now)
    assert one.reason == reason
    with pytest.raises(operations.NothingToPay):
        world.prepare()


def test_small_amounts_wait(world):
    world.sell(gross=10_000)
    (one,) = queries.proposal("CNY", world.now)
    assert one.reason == "below_minimum" and one.ready_minor < 10_000


def test_a_run_says_what_it_left_and_why(world, cast):
    world.sell()
    world.sell(gross=500)
    run = world.prepare()
    assert queries.withheld_in(run.id) == []
    operations.take_run_back(run, by=cast.acting(cast.fay), at=world.now)
    with pytest.raises(operations.PaydayPast):
        operations.prepare_run("CNY", pay_on=world.now.date() - DAY, by=cast.acting(cast.fay), at=world.now)
    with pytest.raises(operations.NoHouseAccount):
        operations.prepare_run("EUR", pay_on=world.now.date() + DAY, by=cast.acting(cast.fay), at=world.now)


def test_a_bounced_payout_is_ready_again_and_its_account_is_to_be_checked(world):
    world.sell()
    ready = world.standing["ready"]
    run = world.prepare()
    world.confirm(run)
    (payout,) = queries.payouts_of_run(run.id)
    world.answer((payout.public_id, "bounced", ready))
    assert world.standing == {"ready": ready}
    (one,) = queries.proposal("CNY", world.now)
    assert one.reason == "account_bounced"
    world.account(CNY, world.now - 10 * DAY)
    (one,) = queries.proposal("CNY", world.now)
    assert one.reason == ""


def test_a_payout_that_fails_after_it_succeeded_is_booked_back(world):
    world.sell()
    ready = world.standing["ready"]
    run = world.prepare()
    world.confirm(run)
    (payout,) = queries.payouts_of_run(run.id)
    world.answer((payout.public_id, "paid", ready))
    world.answer((payout.public_id, "bounced", ready))
    assert world.standing == {"ready": ready}
    assert [step.kind for step in queries.steps_of([payout.id])[payout.id]] == ["ordered", "paid", "returned"]


def test_nothing_of_a_run_can_be_rewritten(world):
    world.sell()
    run = world.prepare()
    for statement in ("UPDATE payout SET amount_minor = 1", "DELETE FROM payout_run", "UPDATE payout_run SET currency = 'EUR'"):
        with pytest.raises(sa.exc.DatabaseError), transaction():
            db.session.execute(sa.text(statement))
    db.session.rollback()
    assert db.session.execute(sa.select(PayoutRun.id)).scalar_one() == run.id
    assert db.session.execute(sa.select(sa.func.count()).select_from(Payout)).scalar_one() == 1


def test_each_currency_goes_to_the_account_that_was_given_for_it(world, cast, at):
    """Northwind sells one course for yuan and one for euros; its one account takes yuan alone."""
    world.sell()
    euros = World.__new__(World)
    euros.__dict__ |= {**world.__dict__, "currency": "EUR", "course": course_of(cast.northwind, "euros", at)}
    with pytest.raises(TermsRefused):  # no rail can pay these yet
        agree(cast, euros.course, at, currency="EUR")
    own = give_payee_details(cast.northwind, EUR, by=cast.acting(cast.finn), at=at, currency="EUR")
    euros.terms = agree(cast, euros.course, at, currency="EUR")[1]
    set_collection_account(
        "EUR", holder="House", bank="Bank", number="FR1420041010050500013M02606", by=cast.acting(cast.fay), at=at
    )
    draft = replace(draft_of_sale(euros.terms, euros.course, at, "sale:euros", fee_minor=0, tax_bps=0), currency="EUR")
    with transaction():
        contracts.share(draft, at=at)
    operations.end_holds(at=world.now)
    (yuan,), (euro,) = queries.proposal("CNY", world.now), queries.proposal("EUR", world.now)
    assert (yuan.reason, euro.reason, euro.payee_record_id) == ("", "", own.id) and yuan.payee_record_id != own.id
    new = give_payee_details(cast.northwind, EUR, by=cast.acting(cast.finn), at=world.now, currency="EUR")
    (yuan,), (euro,) = queries.proposal("CNY", world.now), queries.proposal("EUR", world.now)
    assert (yuan.reason, euro.reason, euro.payee_record_id) == ("", "account_new", new.id)


def test_a_proposal_asks_as_little_for_many_partners_as_for_one(world, cast):
    world.sell()
    partners = [cast.lumen, cast.harbour, cast.beacon]
    with statements() as of_one:
        assert len(queries.proposal("CNY", world.now)) == 1
    legs = [Leg(AccountRef(BANK), 300), *(Leg(AccountRef(PARTNER_READY, each.public_id), -100) for each in partners)]
    with transaction():
        post(kind="mature", effect_key="others", occurred_at=world.now, at=world.now, currency="CNY", postings=legs)
    with statements() as of_many:
        proposed = queries.proposal("CNY", world.now)
    assert {each.reason for each in proposed} == {"", "no_account"} and len(proposed) == 4
    assert len(of_many) == len(of_one)
