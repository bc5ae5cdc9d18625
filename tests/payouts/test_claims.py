"""A refund after the payout: owed back, set against later payouts up to the agreed part, given up when it is old."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.contracts import queries as contracts
from coursehub.contracts.operations.resharing import reattribute
from coursehub.db import db, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import NOT_GIVEN_BACK, PARTNER_OWES
from coursehub.ledger.checks import check_books
from coursehub.ledger.models import Journal
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.payouts import operations, queries
from coursehub.payouts.checks import faults
from coursehub.talent.working_days import local_day
from tests.cast import sign_in

from .rig import World

DAY = timedelta(days=1)


@pytest.fixture
def world(cast, at):
    return World(cast, at)


@pytest.fixture
def paid(world):
    """A sale whose share was paid out; its effect key."""
    sale = world.sell()
    run = world.prepare()
    world.confirm(run)
    (payout,) = queries.payouts_of_run(run.id)
    world.answer((payout.public_id, "paid", payout.amount_minor))
    return sale


@pytest.fixture(autouse=True)
def _sound(app):
    yield
    assert list(faults()) == [] and check_books().faults == ()


def test_what_was_paid_is_owed_and_half_of_the_next_payout_goes_against_it(world, paid):
    world.refund(paid, 100_000)
    owed = world.standing["owes"]
    world.sell()
    ready = world.standing["ready"]
    (claim,) = queries.claims_of(world.cast.northwind.public_id, "CNY")
    assert (claim.left_minor, claim.limit_bps, claim.what) == (owed, 5_000, "clawback")
    (one,) = queries.proposal("CNY", world.now)
    assert (one.offset_minor, one.amount_minor) == (ready // 2, ready - ready // 2)
    run = world.prepare()
    world.confirm(run)
    assert world.standing["owes"] == owed - ready // 2
    (claim,) = queries.claims_of(world.cast.northwind.public_id, "CNY")
    assert claim.left_minor == owed - ready // 2


def test_what_was_owed_at_any_journal_stands_as_it_did_then(world, paid):
    """The claim, then what the payout set against it, then what is given up; each moment adds up to the books of then."""
    party = world.cast.northwind.public_id
    before = head()
    world.refund(paid, 100_000)
    owed, refunded = world.standing["owes"], head()
    world.sell()
    world.confirm(world.prepare())
    left, set_off = world.standing["owes"], head()
    operations.give_up_claims(at=world.now + 180 * DAY)
    stood = [sum(claim.left_minor for claim in queries.claims_of(party, "CNY", through=n)) for n in (before, refunded, set_off)]
    assert stood == [0, owed, left] and 0 < left < owed
    assert queries.claims_of(party, "CNY", through=head()) == queries.claims_of(party, "CNY") == []


def test_the_statement_says_what_is_owed_and_since_when(world, paid, client):
    world.refund(paid, 100_000)
    sign_in(client, world.cast.finn)
    page = client.get(f"/studio/statements/{local_day(world.now):%Y-%m}/CNY").text
    owed = page.partition('id="owed"')[2].partition("</section>")[0]
    assert "refund after payout" in owed and f"{world.standing['owes'] / 100:,.2f}" in owed and "settled otherwise" not in owed


def head():
    return db.session.execute(sa.select(sa.func.max(Journal.id))).scalar_one()


def test_a_payout_that_bounces_gives_back_what_was_sent_and_keeps_what_was_set_off(world, paid):
    world.refund(paid, 40_000)
    world.sell()
    run = world.prepare()
    world.confirm(run)
    (payout,) = queries.payouts_of_run(run.id)
    world.answer((payout.public_id, "bounced", payout.amount_minor))
    standing = world.standing
    assert standing["ready"] == payout.amount_minor and payout.offset_minor > 0
    assert standing.get("owes", 0) == sum(each.left_minor for each in queries.claims_of(world.cast.northwind.public_id, "CNY"))


def test_a_run_taken_back_sets_nothing_off(world, paid):
    world.refund(paid, 40_000)
    owed = world.standing["owes"]
    world.sell()
    run = world.prepare()
    operations.take_run_back(run, by=world.cast.acting(world.cast.fay), at=world.now)
    (claim,) = queries.claims_of(world.cast.northwind.public_id, "CNY")
    assert claim.left_minor == owed == world.standing["owes"]


def test_a_new_claim_between_the_two_persons_stops_the_run(world, paid):
    world.sell()
    run = world.prepare()
    other = world.sell()
    world.refund(other, 100_000)
    world.confirm(run)  # that refund took what had matured since, so the run still fits
    assert set(world.standing) == {"way", "bank"}
    world.refund(paid, 50_000)
    world.sell()
    third = world.prepare()
    world.refund(paid, 25_000)
    with pytest.raises(operations.RunOutOfDate):
        world.confirm(third)


def test_after_its_time_a_claim_is_given_up_and_the_house_bears_it(world, paid):
    world.refund(paid, 100_000)
    owed = world.standing["owes"]
    assert operations.give_up_claims(at=world.now + 179 * DAY) == 0
    assert operations.give_up_claims(at=world.now + 180 * DAY) == 1
    assert operations.give_up_claims(at=world.now + 400 * DAY) == 0
    assert "owes" not in world.standing
    assert ledger.balance_of(NOT_GIVEN_BACK, "CNY", party=world.cast.northwind.public_id) == owed
    assert queries.claims_of(world.cast.northwind.public_id, "CNY") == []


@pytest.mark.parametrize(("kind", "path", "what", "limit"), [
    ("true_up", "/clawback", "true_up", 5_000), ("clawback", "/clawback", "clawback", 5_000), ("refund", "/refund_fee", "fee", 10_000),
])  # fmt: skip
def test_each_claim_follows_the_clause_that_made_it(world, kind, path, what, limit):
    party = world.cast.northwind.public_id
    with transaction():
        post(
            kind=kind, effect_key="x", occurred_at=world.now, at=world.now, currency="CNY", terms_hash=world.terms.terms_hash,
            postings=[Leg(AccountRef(PARTNER_OWES, party), 500, path), Leg(AccountRef("income:share"), -500)],
        )  # fmt: skip
    (claim,) = queries.claims_of(party, "CNY")
    assert (claim.what, claim.limit_bps, claim.ends_at is None) == (what, limit, what == "fee")


def test_holds_end_by_themselves_once(world):
    world.sell(mature=False)
    world.sell(mature=False)
    assert operations.end_holds(at=world.now - DAY) == 0
    assert operations.end_holds(at=world.now) == 2
    assert operations.end_holds(at=world.now + DAY) == 0
    assert "held" not in world.standing


def test_what_a_contest_takes_after_the_payout_is_owed_and_called_by_its_name(cast, at):
    """30 % for the house where the link brought the buyer, 10 % else: 100.00 more of 500.00 are its own after the payout."""
    link = {"channel": "partner_link", "share_bps": 3_000, "cap_minor": None}
    rates = {"party": cast.house.public_id, "channels": [link], "rest": {"share_bps": 1_000, "cap_minor": None}}
    world = World(cast, at, rates=rates)
    sale = world.sell(gross=50_000)
    run = world.prepare()
    world.confirm(run)
    (payout,) = queries.payouts_of_run(run.id)
    world.answer((payout.public_id, "paid", payout.amount_minor))
    event = contracts.event_for(sale)
    with transaction():
        reattribute(event, channel="partner_link", attributed=cast.northwind.public_id, contest="c1", at=world.now)
    (claim,) = queries.claims_of(cast.northwind.public_id, "CNY")
    assert (claim.left_minor, claim.what, world.standing["owes"]) == (10_000, "contest", 10_000)
