"""A refund that failed at the buyer's bank is paid by bank transfer: said by one person of finance, confirmed by another."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import jobs, rails
from coursehub.db import db
from coursehub.errors import NotAllowed, Refusal
from coursehub.ledger.checks import check_books
from coursehub.mail import Letter
from coursehub.payouts import operations, queries
from coursehub.payouts.models import Adjustment
from coursehub.people.actor import actor_for
from coursehub.people.models import Person
from coursehub.sales import operations as sales
from coursehub.sales import queries as orders
from coursehub.sales.models import Refund
from coursehub.sales.operations.refunds_by_bank import PaidByBankAlready, RefundNotWaiting
from coursehub.sales.passes import operations as passes
from tests.cast import sign_in
from tests.rigs.threads import at_once
from tests.sales.rig import books


@pytest.fixture
def refund(shop, cast, offering, at):
    """Given back at the provider, refused by the buyer's bank."""
    order = shop.buy(offering, cast.ada)
    shop.sandbox.tell("refunds", outcome="failed")
    sales.ask_refund(order, reason="no", by=cast.acting(cast.ada), at=at)
    shop.work()
    shop.sandbox.tell("settle")
    found = db.session.execute(sa.select(Refund)).scalar_one()
    sales.record_refund(found, shop.rail.read_refund(found.rail_refund_id), at=at)
    shop.sandbox.tell("refunds", outcome="succeeded")
    assert found.state == "failed" and orders.refunds_in_trouble() == [found]
    return found


def letters_by_bank():
    """What buyers were written of refunds that come by bank transfer."""
    found = sa.select(Letter).where(Letter.key.startswith("sales.refund_by_bank:")).order_by(Letter.id)
    return db.session.execute(found).scalars().all()


def propose(cast, refund, at, **given):
    wish = {"paid_on": at.date(), "bank_reference": "HF77", "words": "Her card is closed."} | given
    return operations.propose_refund_by_bank(refund, by=cast.acting(cast.fay), at=at, **wish)


def test_it_leaves_suspense_and_the_bank_and_the_list_once_a_colleague_confirms(cast, refund, at):
    row = propose(cast, refund, at)
    assert orders.refunds_in_trouble() == [refund], "nothing is booked yet"
    with pytest.raises(NotAllowed):
        operations.confirm_adjustment(row, by=cast.acting(cast.fay), at=at)
    operations.confirm_adjustment(row, by=cast.acting(cast.stan), at=at)
    assert (refund.state, refund.problem) == ("done", "paid by bank") and orders.refunds_in_trouble() == []
    assert books([]) == {"asset:rail:stripe": 19_123, "asset:bank": -19_900, "expense:rail_fee": 777}
    assert queries.waiting_in_suspense("CNY") == []
    jobs.run_due(at=at)
    (letter,) = letters_by_bank()
    assert letter.person_id == cast.ada.id and "199.00" in letter.body and letter.kind == "receipt"
    operations.read_movements(at=at)
    assert queries.unmatched() == [] and check_books().faults == ()


def test_what_the_provider_says_of_the_old_refund_changes_nothing_any_more(shop, cast, refund, at):
    told = shop.rail.read_refund(refund.rail_refund_id)
    operations.confirm_adjustment(propose(cast, refund, at), by=cast.acting(cast.stan), at=at)
    for state in ("failed", "succeeded", "pending"):
        sales.record_refund(refund, rails.RefundFacts(**(told.__dict__ | {"state": state})), at=at)
    with pytest.raises(NotAllowed):
        sales.retry_refund(refund, by=cast.acting(cast.fay), at=at)
    shop.work()
    assert refund.state == "done" and books([])["asset:rail:stripe"] == 19_123


def test_it_is_said_once_and_not_of_what_does_not_wait(shop, cast, refund, offering, at):
    row = propose(cast, refund, at)
    with pytest.raises(operations.MovementStands):
        propose(cast, refund, at)
    operations.decline_adjustment(row, by=cast.acting(cast.fay), at=at)
    with pytest.raises(operations.DayToCome):
        propose(cast, refund, at, paid_on=at.date() + timedelta(days=2))
    with pytest.raises(NotAllowed):
        operations.propose_refund_by_bank(
            refund, paid_on=at.date(), bank_reference="1", words="?", by=cast.acting(cast.susi), at=at
        )
    sales.retry_refund(refund, by=cast.acting(cast.fay), at=at)
    with pytest.raises(RefundNotWaiting):
        propose(cast, refund, at)
    shop.work()
    db.session.expire_all()
    assert refund.state == "done" and books([]) == {"asset:rail:stripe": -777, "expense:rail_fee": 777}
    with pytest.raises(RefundNotWaiting):
        propose(cast, refund, at)


def test_while_a_transfer_waits_for_its_second_person_nobody_pays_the_buyer_again(shop, cast, refund, at):
    """The money has left the bank by then; a colleague who sees a failed refund would send it once more."""
    row = propose(cast, refund, at)
    with pytest.raises(PaidByBankAlready):
        sales.retry_refund(refund, by=cast.acting(cast.stan), at=at)
    shop.work()
    assert refund.state == "failed" and books([])["liability:suspense"] == -19_900
    operations.decline_adjustment(row, by=cast.acting(cast.fay), at=at)
    assert refund.problem == "failed at the bank"
    sales.retry_refund(refund, by=cast.acting(cast.stan), at=at)
    shop.work()
    assert refund.state == "done" and "liability:suspense" not in books([])


def test_a_no_that_comes_after_a_yes_leaves_a_refund_done(shop, cast, offering, at, monkeypatch):
    """Two workers send one refund; the slower one is told that nothing is left to give back."""
    order = shop.buy(offering, cast.ada)
    found = sales.ask_refund(order, reason="no", by=cast.acting(cast.ada), at=at)
    ask = rails.current().refund

    def slow(wish):
        sales.record_refund(found, ask(wish), at=at)
        raise rails.RailRefused("charge_already_refunded", "charge_already_refunded")

    monkeypatch.setattr(type(rails.current()), "refund", lambda _rail, wish: slow(wish))
    sales.send_refund(found, at=at)
    assert found.state == "done" and found.problem == ""
    assert queries.waiting_in_suspense("CNY") == [] and check_books().faults == ()


def test_a_transfer_that_was_not_made_is_taken_back_by_two_and_the_refund_waits_again(shop, cast, refund, at):
    row = propose(cast, refund, at)
    operations.confirm_adjustment(row, by=cast.acting(cast.stan), at=at)
    back = operations.take_back_adjustment(row, words="It never left.", by=cast.acting(cast.fay), at=at)
    assert refund.state == "done"
    operations.confirm_adjustment(back, by=cast.acting(cast.stan), at=at)
    assert refund.state == "failed" and orders.refunds_in_trouble() == [refund]
    (waiting,) = queries.waiting_in_suspense("CNY")
    assert (waiting.about, waiting.minor) == ("order", 19_900)
    sales.retry_refund(refund, by=cast.acting(cast.fay), at=at)
    shop.work()
    assert refund.state == "done" and books([]) == {"asset:rail:stripe": -777, "expense:rail_fee": 777}
    assert queries.waiting_in_suspense("CNY") == [] and check_books().faults == ()


def test_confirmed_and_tried_again_at_once_the_buyer_is_paid_once(app, shop, cast, refund, at):
    row_id, refund_id = propose(cast, refund, at).id, refund.id
    stan, fay = cast.stan.id, cast.fay.id

    def confirm():
        by = actor_for(db.session.get_one(Person, stan))
        operations.confirm_adjustment(db.session.get_one(Adjustment, row_id), by=by, at=at)

    def again():
        sales.retry_refund(db.session.get_one(Refund, refund_id), by=actor_for(db.session.get_one(Person, fay)), at=at)

    outcomes = at_once(app, confirm, again)
    db.session.expire_all()
    shop.work()
    assert all(each is None or isinstance(each, Refusal) for each in outcomes), outcomes
    found = books([])
    assert (found.get("asset:bank", 0), found.get("asset:rail:stripe", 0)) in ((-19_900, 19_123), (0, -777))
    assert "liability:suspense" not in found and check_books().faults == ()


def test_finance_does_it_from_the_page_of_what_waits(app, client, cast, refund, at):
    fay = sign_in(client, cast.fay)
    (waiting,) = [each for each in queries.all_mismatches(at) if each.kind == "suspense"]
    path = f"/house/payouts/refunds/{refund.public_id}"
    assert path in fay.get(f"/house/payouts/reconciliation/of/suspense/{waiting.reference}").text
    assert fay.get(path).status_code == 200
    day = at.date().isoformat()
    assert fay.post(path, data={"paid_on": day, "bank_reference": "", "words": "?"}).status_code == 422
    entry = fay.post(path, data={"paid_on": day, "bank_reference": "HF77", "words": "Her card is closed."}).location
    assert "has an entry already" in fay.get(path).text
    assert fay.post(path, data={"paid_on": day, "bank_reference": "HF77", "words": "Again."}).status_code == 409
    assert sign_in(app.test_client(), cast.stan).post(f"{entry}/confirmed").status_code == 303
    assert refund.public_id not in fay.get("/house/refunds").text
    assert fay.get("/house/payouts/refunds/0000000000000000").status_code == 404


def test_a_refund_of_a_pass_ends_in_the_same_way(client, story, cast):
    mine = story.take(cast.ada)
    story.sandbox.tell("refunds", outcome="failed")
    refund = passes.ask_back(mine, by=cast.acting(cast.ada), at=story.now)
    story.work(story.now)
    story.sandbox.tell("settle")
    told = story.rail.read_refund(refund.rail_refund_id)
    passes.record(refund, told, at=story.now)
    (waiting,) = [each for each in queries.all_mismatches(story.now) if each.kind == "suspense"]
    assert queries.failed_refunds_of(waiting.what, waiting.name) == [refund]
    page = sign_in(client, cast.fay).get(f"/house/payouts/reconciliation/of/suspense/{waiting.reference}").text
    assert f"/house/payouts/refunds/{refund.public_id}" in page
    operations.confirm_adjustment(propose(cast, refund, story.now), by=cast.acting(cast.stan), at=story.now)
    passes.record(refund, told, at=story.now)
    passes.send_again(refund, by=story.house, at=story.now)
    story.work(story.now)
    assert refund.state == "done" and story.standing("liability:suspense") == 0
    (letter,) = letters_by_bank()
    assert letter.person_id == cast.ada.id and "99.00" in letter.body
    assert story.standing("asset:bank") == -9_900 and queries.waiting_in_suspense("CNY") == []
