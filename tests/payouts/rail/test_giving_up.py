"""A reversal that the provider refused is given up: one person says how it ends, another confirms, and it is over."""

import pytest
import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import NOT_GIVEN_BACK
from coursehub.payouts import operations, queries
from coursehub.payouts.models import TransferBack
from coursehub.people.models import PeopleAudit
from tests.cast import sign_in
from tests.payouts.rail.test_transfers import DAY, SHARE, paid, transfers
from tests.people.mailbox import letters_to

__all__ = ["paid"]


@pytest.fixture
def refused(paid):
    """(world, payout): a transfer that is wanted back, and that the provider does not take back."""
    paid.tell()
    payout = paid.run()
    paid.shop.work(paid.now)
    gone = paid.shop.sandbox.browser.post(f"/payees/{paid.account.rail_account_id}", data={"currency": "cny"})
    assert gone.status_code == 303, "the provider has sent it on to the partner's bank"
    operations.want_back(payout, words="The wrong month.", by=paid.fay, at=paid.now)
    paid.shop.work(paid.now)
    assert [trouble.problem for trouble, _payout in queries.standing_still()] == ["balance_insufficient"]
    return paid, payout


def give_up(refused, ending):
    world, payout = refused
    row = operations.propose_giving_up(payout, ending=ending, words="Agreed by letter.", by=world.fay, at=world.now)
    operations.confirm_giving_up(row, by=world.stan, at=world.now)
    return row


def borne():
    return ledger.balance_of(NOT_GIVEN_BACK, "CNY")


def test_where_the_partner_keeps_the_money_nothing_is_booked_and_nothing_claimed(refused):
    world, payout = refused
    before = world.stood()
    give_up(refused, "keeps")
    assert world.stood() == before and borne() == 0
    assert queries.step_of(payout.id) == "paid" and queries.standing_still() == []
    assert queries.claims_of(world.party, "CNY") == []
    world.sound()


def test_money_that_came_back_another_way_is_the_partners_again(refused):
    world, payout = refused
    before = world.stood()
    give_up(refused, "back")
    after = world.stood()
    assert after["ready"] == before["ready"] + SHARE and after["rail"] == before["rail"] + SHARE and borne() == 0
    assert queries.step_of(payout.id) == "returned" and queries.words_of(payout.id) == "Agreed by letter."
    world.sound()


def test_a_transfer_that_was_reversed_by_hand_at_the_provider_is_put_right_as_the_page_says(paid):
    paid.tell()
    payout = paid.run()
    paid.shop.work(paid.now)
    (transfer,) = transfers(paid)
    paid.shop.sandbox.stripe.v1.transfers.reversals.create(transfer.id)
    before = paid.stood()
    operations.want_back(payout, words="Reversed in the dashboard.", by=paid.fay, at=paid.now)
    paid.shop.work(paid.now)
    give_up((paid, payout), "back")
    after = paid.stood()
    assert after["ready"] == before["ready"] + SHARE and after["rail"] == before["rail"] + SHARE
    assert queries.step_of(payout.id) == "returned" and queries.standing_still() == []
    paid.sound()


def test_what_the_partner_never_had_is_paid_again_and_the_house_bears_it(refused):
    world, _payout = refused
    before = world.stood()
    give_up(refused, "lost")
    after = world.stood()
    assert after == before | {"ready": before["ready"] + SHARE} and borne() == SHARE
    world.shop.work(world.now)
    assert "came back" in letters_to("finn@example.org")[-1].subject
    world.sound()
    world.shop.sandbox.paid(30_000)  # what else the house took; the first payment of this share is gone for good
    world.now += 3 * DAY
    again = world.run()
    world.shop.work(world.now)
    assert (again.amount_minor, queries.step_of(again.id)) == (SHARE, "paid")
    world.sound()


def test_nothing_changes_before_another_person_confirms(refused):
    world, payout = refused
    before = world.stood()
    row = operations.propose_giving_up(payout, ending="lost", words="Gone.", by=world.fay, at=world.now)
    assert world.stood() == before and len(queries.standing_still()) == 1
    with pytest.raises(NotAllowed):
        operations.confirm_giving_up(row, by=world.fay, at=world.now)
    with pytest.raises(NotAllowed):
        operations.confirm_giving_up(row, by=world.finn, at=world.now)
    with pytest.raises(operations.GivenUpAlready):
        operations.propose_giving_up(payout, ending="keeps", words="No.", by=world.stan, at=world.now)
    assert queries.step_of(payout.id) == "paid"


def test_the_database_itself_refuses_one_person_for_both(refused):
    world, payout = refused
    row = operations.propose_giving_up(payout, ending="keeps", words="Mine.", by=world.fay, at=world.now)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        row.is_confirmed, row.decided_at, row.decided_by_id = True, world.now, world.fay.person_id
        db.session.flush()


def test_declined_it_waits_on_and_can_be_proposed_anew(refused):
    world, payout = refused
    row = operations.propose_giving_up(payout, ending="lost", words="Gone.", by=world.fay, at=world.now)
    operations.decline_giving_up(row, by=world.fay, at=world.now)
    with pytest.raises(operations.ProposalAnswered):
        operations.confirm_giving_up(row, by=world.stan, at=world.now)
    ((trouble, _payout),) = queries.standing_still()
    give_up(refused, "keeps")
    operations.try_again(trouble, by=world.fay, at=world.now)
    assert trouble.again_at is None, "what was given up is not asked for again"
    with pytest.raises(operations.NotRefused):
        operations.propose_giving_up(payout, ending="keeps", words="Once more.", by=world.fay, at=world.now)


def test_what_is_tried_again_meanwhile_is_not_given_up(refused):
    world, payout = refused
    row = operations.propose_giving_up(payout, ending="lost", words="Gone.", by=world.fay, at=world.now)
    ((trouble, _payout),) = queries.standing_still()
    operations.try_again(trouble, by=world.stan, at=world.now)
    with pytest.raises(operations.NotRefused):
        operations.confirm_giving_up(row, by=world.stan, at=world.now)
    assert row.decided_at is None and borne() == 0
    world.shop.work(world.now)  # it is refused once more
    operations.confirm_giving_up(row, by=world.stan, at=world.now)
    assert queries.step_of(payout.id) == "returned"


def test_a_reversal_that_went_well_is_not_given_up(paid):
    paid.tell()
    payout = paid.run()
    paid.shop.work(paid.now)
    with pytest.raises(operations.NotRefused):
        operations.propose_giving_up(payout, ending="keeps", words="Why?", by=paid.fay, at=paid.now)
    operations.want_back(payout, words="The wrong month.", by=paid.fay, at=paid.now)
    paid.shop.work(paid.now)
    with pytest.raises(operations.NotRefused):
        operations.propose_giving_up(payout, ending="keeps", words="Why?", by=paid.fay, at=paid.now)


def test_a_job_that_runs_again_after_it_was_given_up_asks_and_books_nothing(refused):
    world, payout = refused
    give_up(refused, "lost")
    before = world.stood()
    back = db.session.get_one(TransferBack, payout.id)
    assert back.done_at is None
    operations.take_transfer_back(payout, at=world.now)
    assert world.stood() == before and back.done_at is None
    world.sound()


def test_two_persons_do_it_on_the_page_and_the_run_tells_it(refused, cast, app):
    world, payout = refused
    fay, stan = (sign_in(app.test_client(), person) for person in (cast.fay, cast.stan))
    ((trouble, _payout),) = queries.standing_still()
    address = f"/house/payouts/reconciliation/transfers/{trouble.id}/givings-up"
    assert "Give it up" in fay.get("/house/payouts/reconciliation").text
    wrong = fay.post(address, data={"ending": "keeps", "words": ""})
    assert wrong.status_code == 422 and "Say why" in wrong.text
    assert (
        "Another person of finance confirms it"
        in fay.post(address, data={"ending": "keeps", "words": "It reached their bank."}, follow_redirects=True).text
    )
    row = queries.giving_up_of(payout.id)
    confirm = f"/house/payouts/reconciliation/givings-up/{row.id}/confirmed"
    assert confirm not in fay.get("/house/payouts/reconciliation").text
    assert fay.post(confirm).status_code == 403
    shown = stan.get("/house/payouts/reconciliation").text
    assert confirm in shown and "It reached their bank." in shown
    assert "Given up" in stan.post(confirm, follow_redirects=True).text
    assert "No transfer stands still." in stan.get("/house/payouts/reconciliation").text
    run = next(each for each in db.session.execute(queries.runs_visible_to(world.fay)).scalars())
    assert "given up: the partner keeps the money" in stan.get(f"/house/payouts/{run.public_id}").text
    found = sa.select(PeopleAudit.act).where(PeopleAudit.act.like("reversal%")).order_by(PeopleAudit.id)
    assert db.session.execute(found).scalars().all() == ["reversal_giving_up_proposed", "reversal_given_up"]
