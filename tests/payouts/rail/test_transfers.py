"""A partner paid through its own account at the payment provider: told, paid once, taken back, failed after success."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock, jobs, rails
from coursehub.billing.operations import set_collection_account
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_ON_ITS_WAY, PARTNER_READY
from coursehub.ledger.checks import check_books
from coursehub.payouts import operations, queries
from coursehub.payouts.checks import faults
from coursehub.payouts.models import RailMovement, TransferBack, TransferMade
from coursehub.people.operations.partners import give_payee_details
from tests.cast import sign_in
from tests.payouts.rig import CNY
from tests.people.mailbox import letters_to

DAY = timedelta(days=1)
SHARE = 12_598
RAIL = "asset:rail:stripe"


class Paid:
    """Northwind sold one course, is paid through the provider, and its share is ready."""

    def __init__(self, shop, cast, offering, at):
        self.shop, self.cast, self.at, self.now = shop, cast, at, at + 31 * DAY
        self.fay, self.stan, self.finn = (cast.acting(each) for each in (cast.fay, cast.stan, cast.finn))
        self.party = cast.northwind.public_id
        shop.buy(offering, cast.ada)
        give_payee_details(cast.northwind, CNY, by=self.finn, at=at)
        set_collection_account("CNY", holder="House", bank="Bank", number="000011112222", by=self.fay, at=at)
        self.account = operations.choose_rail("GB", by=self.finn, at=at)
        shop.work(at)
        self.stand(at)

    def stand(self, moment):
        self.shop.sandbox.tell("clock", stopped_at=int(moment.timestamp()))

    def tell(self, answer="all", at=None):
        """The partner goes to the provider's page and tells it what it asks for."""
        at = at or self.at
        url = operations.onboarding_page(
            self.account, return_url="http://localhost:9/back", refresh_url="http://localhost:9/anew", by=self.finn, at=at
        )
        page = url.removeprefix(self.shop.sandbox.url)
        assert "SANDBOX" in self.shop.sandbox.browser.get(page).text
        answered = self.shop.sandbox.browser.post(page, data={"answer": answer})
        assert answered.location == "http://localhost:9/back"
        assert answer == "leave" or self.shop.sandbox.browser.get(page).location == "http://localhost:9/anew", "one use"
        return operations.follow_account(self.account, at=at)

    def run(self):
        self.stand(self.now)
        operations.end_holds(at=self.now)
        run = operations.prepare_run("CNY", pay_on=self.now.date() + DAY, by=self.fay, at=self.now)
        operations.confirm_run(run, by=self.stan, at=self.now)
        return queries.payouts_of_run(run.id)[0]

    def stood(self):
        codes = {"ready": PARTNER_READY, "way": PARTNER_ON_ITS_WAY}
        found = {name: -ledger.balance_of(code, "CNY", party=self.party) for name, code in codes.items()}
        return found | {"rail": ledger.balance_of(RAIL, "CNY")}

    def sound(self):
        assert list(faults()) == [] and check_books().faults == ()


@pytest.fixture
def paid(shop, cast, offering, at):
    return Paid(shop, cast, offering, at)


def transfers(paid):
    return paid.shop.sandbox.stripe.v1.transfers.list().data


def test_an_account_is_opened_once_and_told_about_on_the_providers_own_page(paid):
    assert paid.account.rail_account_id and paid.account.transfers == "pending" and len(paid.account.due) == 3
    first = paid.account.rail_account_id
    assert operations.choose_rail("GB", by=paid.finn, at=paid.at).rail_account_id == first
    assert operations.open_account(paid.account, at=paid.at).rail_account_id == first
    assert paid.tell("leave").transfers == "pending"
    assert (paid.tell("part").transfers, len(paid.account.due)) == ("restricted", 2)
    assert (paid.tell("all").transfers, paid.account.payouts, paid.account.due) == ("active", "active", [])
    paid.shop.work(paid.at)
    assert letters_to("finn@example.org")[-1].subject == "The payment provider can pay you now"


def test_no_account_is_opened_where_the_provider_does_not_reach(paid, cast):
    with pytest.raises(operations.CountryNotReached):
        operations.choose_rail("CN", by=paid.finn, at=paid.at)
    for stranger in (cast.ada, cast.tara):
        with pytest.raises(NotAllowed):
            operations.choose_rail("GB", by=cast.acting(stranger), at=paid.at)


def test_the_provider_tells_us_by_an_event_that_an_account_changed(paid):
    from coursehub.rails.stripe import event_facts
    from coursehub.sales.operations import keep_event

    url = operations.onboarding_page(paid.account, return_url="/", refresh_url="/", by=paid.finn, at=paid.at)
    paid.shop.sandbox.browser.post(url.removeprefix(paid.shop.sandbox.url), data={"answer": "all"})
    assert paid.account.transfers == "pending"
    told = [body for body in paid.shop.sandbox.stripe.v1.events.list().data if body.type == "account.updated"]
    keep_event(event_facts(told[0].to_dict()), source="sweep", at=paid.at)
    paid.shop.work(paid.at)
    assert paid.account.transfers == "active"


@pytest.mark.parametrize("answer", ["leave", "part"])
def test_nothing_leaves_before_the_provider_knows_whom_it_pays(paid, answer):
    paid.tell(answer)
    operations.end_holds(at=paid.now)
    (proposed,) = queries.proposal("CNY", paid.now)
    assert (proposed.reason, proposed.ready_minor) == ("provider_waits", SHARE)
    with pytest.raises(operations.NothingToPay):
        operations.prepare_run("CNY", pay_on=paid.now.date() + DAY, by=paid.fay, at=paid.now)


def test_a_confirmed_run_pays_by_one_transfer_out_of_the_one_payment(paid):
    paid.tell()
    before = paid.stood()["rail"]
    payout = paid.run()
    assert paid.stood() == {"ready": 0, "way": SHARE, "rail": before}
    with pytest.raises(operations.NothingForTheBank):
        operations.take_file(run_of(payout), by=paid.fay, at=paid.now)
    paid.shop.work(paid.now)
    (transfer,) = transfers(paid)
    assert (transfer.amount, transfer.currency, transfer.destination) == (SHARE, "cny", paid.account.rail_account_id)
    assert transfer.transfer_group == payout.public_id and transfer.source_transaction.startswith("ch_")
    assert queries.step_of(payout.id) == "paid" and paid.stood() == {"ready": 0, "way": 0, "rail": before - SHARE}
    paid.shop.work(paid.now)
    assert len(transfers(paid)) == 1
    assert operations.read_movements(at=paid.now) == 2 and queries.unmatched() == []
    ((_rail, _currency, told, booked),) = queries.rail_balances()
    assert told == booked
    assert "your account at the payment provider" in letters_to("finn@example.org")[-1].body
    paid.sound()


def run_of(payout):
    from coursehub.payouts.models import PayoutRun

    return db.session.get_one(PayoutRun, payout.run_id)


@pytest.mark.parametrize("knob", ["lose_reply", "fail_after_commit"])
def test_a_transfer_whose_answer_is_lost_is_made_and_booked_once(paid, knob):
    paid.tell()
    payout = paid.run()
    paid.shop.sandbox.tell("chaos", **{knob: 1})
    for _ in range(3):
        operations.send_transfer(payout, at=paid.now)
    assert len(transfers(paid)) == 1 and queries.step_of(payout.id) == "paid"
    paid.sound()


def test_a_process_that_dies_between_the_provider_and_the_books_pays_once(paid, monkeypatch):
    from coursehub.payouts.operations import transfers as module

    paid.tell()
    payout = paid.run()

    def dies(*_args, **_given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_record", dies)  # the process ends right after the provider's answer
        with pytest.raises(KeyboardInterrupt):
            operations.send_transfer(payout, at=paid.now)
    assert queries.step_of(payout.id) == "ordered" and len(transfers(paid)) == 1
    operations.send_transfer(payout, at=paid.now)
    assert queries.step_of(payout.id) == "paid" and len(transfers(paid)) == 1
    paid.sound()


def test_an_unreachable_provider_leaves_the_payout_on_its_way(paid):
    from coursehub.rails.stripe import StripeRail

    paid.tell()
    payout = paid.run()
    gone = StripeRail(key="sk_test_sandbox", base_url="http://127.0.0.1:1", secret="s", retries=0)
    with rails.use(gone), pytest.raises(rails.RailAway):
        operations.send_transfer(payout, at=paid.now)
    assert queries.step_of(payout.id) == "ordered"
    operations.send_transfer(payout, at=paid.now)
    assert queries.step_of(payout.id) == "paid"


def test_what_the_provider_refuses_is_ready_again(paid):
    paid.tell()
    payout = paid.run()
    paid.shop.sandbox.tell("clock", stopped_at=int(paid.now.timestamp()))
    paid.tell("part", at=paid.now)  # meanwhile the provider wants to know more
    paid.shop.work(paid.now)
    assert queries.step_of(payout.id) == "bounced" and paid.stood()["ready"] == SHARE and transfers(paid) == []
    assert "insufficient_capabilities" in letters_to("finn@example.org")[-1].body
    paid.sound()


def test_a_mistake_is_taken_back_once_and_the_share_is_ready_again(paid):
    paid.tell()
    payout = paid.run()
    before = paid.stood()["rail"]
    with pytest.raises(operations.NotArrived):
        operations.want_back(payout, words="Too early.", by=paid.fay, at=paid.now)
    paid.shop.work(paid.now)
    operations.want_back(payout, words="The wrong month.", by=paid.fay, at=paid.now)
    with pytest.raises(operations.NotArrived):
        operations.want_back(payout, words="Again.", by=paid.stan, at=paid.now)
    paid.shop.sandbox.tell("chaos", lose_reply=1)
    with pytest.raises(rails.RailAway):
        operations.take_transfer_back(payout, at=paid.now)
    for _ in range(2):
        operations.take_transfer_back(payout, at=paid.now)
    (transfer,) = transfers(paid)
    assert transfer.reversed and len(paid.shop.sandbox.stripe.v1.transfers.reversals.list(transfer.id).data) == 1
    assert queries.step_of(payout.id) == "returned" and paid.stood() == {"ready": SHARE, "way": 0, "rail": before}
    assert operations.read_movements(at=paid.now) == 3 and queries.unmatched() == []
    kinds = db.session.execute(sa.select(RailMovement.kind).order_by(RailMovement.id)).scalars().all()
    assert kinds == ["sale", "transfer", "transfer_back"]
    paid.sound()


@pytest.mark.parametrize(("amount", "comes_back"), [(SHARE, True), (SHARE - 1, False)])
def test_a_payout_of_the_provider_that_fails_after_success_brings_its_transfers_back(paid, amount, comes_back):
    from coursehub.rails.stripe import event_facts
    from coursehub.sales.operations import keep_event

    paid.tell()
    payout = paid.run()
    paid.shop.work(paid.now)
    failed = paid.shop.sandbox.tell(f"accounts/{paid.account.rail_account_id}/failed-payouts", amount=amount, currency="cny")
    told = [body for body in paid.shop.sandbox.stripe.v1.events.list().data if body.type == "payout.failed"]
    for source in ("webhook", "sweep"):
        keep_event(event_facts(told[0].to_dict()), source=source, at=paid.now)
        paid.shop.work(paid.now)
        operations.hear_failed_payout(paid.account.rail_account_id, failed["id"], at=paid.now)
        paid.shop.work(paid.now)
    assert queries.step_of(payout.id) == ("returned" if comes_back else "paid")
    assert paid.stood()["ready"] == (SHARE if comes_back else 0)
    backs = db.session.execute(sa.select(sa.func.count()).select_from(TransferBack)).scalar_one()
    assert backs == int(comes_back)
    if comes_back:
        assert "account_closed" in letters_to("finn@example.org")[-1].body
    paid.sound()


def test_a_run_pays_each_partner_its_own_way_and_a_change_meanwhile_stops_it(paid):
    paid.tell()
    paid.stand(paid.now)
    operations.end_holds(at=paid.now)
    run = operations.prepare_run("CNY", pay_on=paid.now.date() + DAY, by=paid.fay, at=paid.now)
    operations.choose_bank(by=paid.finn, at=paid.now)
    with pytest.raises(operations.RunOutOfDate):
        operations.confirm_run(run, by=paid.stan, at=paid.now)
    assert transfers(paid) == [] and db.session.execute(sa.select(TransferMade)).first() is None


def test_a_partner_chooses_on_a_page_and_reads_how_far_it_is(paid, client, cast, app):
    finn = sign_in(client, cast.finn)
    shown = finn.get("/studio/payouts/way").text
    assert "does not know enough of you yet" in shown and "3 more things" in shown
    gone = finn.post("/studio/payouts/way/onboarding")
    assert gone.status_code == 303 and gone.location.startswith(f"{paid.shop.sandbox.url}/onboard/")
    paid.shop.sandbox.browser.post(gone.location.removeprefix(paid.shop.sandbox.url), data={"answer": "all"})
    finn.get("/studio/payouts/way/back")
    assert "Your account at the payment provider is ready." in finn.get("/studio/payouts/way").text
    assert finn.post("/studio/payouts/way/bank").status_code == 303
    assert queries.way_of(cast.northwind.id).way == "bank"
    assert "Be paid through the provider" in finn.get("/studio/payouts/way").text


def test_finance_takes_a_transfer_back_on_the_page_of_its_run(paid, client, cast):
    paid.tell()
    payout = paid.run()
    paid.shop.work(paid.now)
    fay = sign_in(client, cast.fay)
    page = f"/house/payouts/{run_of(payout).public_id}"
    assert "through the payment provider" in fay.get(page).text and "Reverse it" in fay.get(page).text
    path = f"{page}/payouts/{payout.public_id}/wanted-back"
    assert fay.post(path, data={"words": ""}).status_code == 422
    assert fay.post(path, data={"words": "The wrong month."}).status_code == 303
    assert "wanted back, not back yet" in fay.get(page).text
    jobs.run_due(at=paid.now + 400 * DAY, strict=True)
    assert "arrived, then came back" in fay.get(page).text and "The wrong month." in fay.get(page).text


def test_a_spoiled_key_lets_a_transfer_stand_still_until_a_person_tries_again(paid, client, cast, monkeypatch):
    paid.tell()
    payout = paid.run()
    paid.shop.sandbox.tell("chaos", spoil_key=1)
    with pytest.raises(rails.RailAway):
        operations.send_transfer(payout, at=paid.now)
    for _ in range(2):
        assert operations.send_transfer(payout, at=paid.now) == "ordered"
    ((trouble, still),) = queries.standing_still()
    assert (still.id, trouble.what, trouble.problem, transfers(paid)) == (payout.id, "transfer", "key_spoiled", [])
    monkeypatch.setattr(clock, "now", lambda: paid.now)
    fay = sign_in(client, cast.fay)
    assert "1 transfer stands still" in fay.get("/house").text
    page = "/house/payouts/reconciliation"
    assert f"/transfers/{trouble.id}/tried-again" in fay.get(page).text and "key is spoiled" in fay.get(page).text
    assert fay.post(f"{page}/transfers/{trouble.id}/tried-again").status_code == 303
    assert fay.post(f"{page}/transfers/{trouble.id}/tried-again").status_code == 404
    paid.shop.work(paid.now)
    assert len(transfers(paid)) == 1 and queries.step_of(payout.id) == "paid" and queries.standing_still() == []
    assert "No transfer stands still." in fay.get(page).text
    paid.sound()


def test_a_transfer_that_somebody_made_meanwhile_is_found_before_another_is_asked_for(paid):
    paid.tell()
    payout = paid.run()
    paid.shop.sandbox.tell("chaos", spoil_key=1)
    with pytest.raises(rails.RailAway):
        operations.send_transfer(payout, at=paid.now)
    operations.send_transfer(payout, at=paid.now)
    params = {
        "amount": SHARE, "currency": "cny", "destination": paid.account.rail_account_id, "transfer_group": payout.public_id,
        "metadata": {"payout": payout.public_id},
    }  # fmt: skip
    paid.shop.sandbox.stripe.v1.transfers.create(params)
    operations.try_again(queries.standing_still()[0][0], by=paid.fay, at=paid.now)
    paid.shop.work(paid.now)
    assert len(transfers(paid)) == 1 and queries.step_of(payout.id) == "paid"
    paid.sound()


def test_a_spoiled_key_of_a_reversal_gives_way_to_another(paid):
    paid.tell()
    payout = paid.run()
    paid.shop.work(paid.now)
    operations.want_back(payout, words="The wrong month.", by=paid.fay, at=paid.now)
    paid.shop.sandbox.tell("chaos", spoil_key=1)
    with pytest.raises(rails.RailAway):
        operations.take_transfer_back(payout, at=paid.now)
    assert operations.take_transfer_back(payout, at=paid.now) == "paid"
    ((trouble, _payout),) = queries.standing_still()
    assert (trouble.what, trouble.problem) == ("back", "key_spoiled")
    with pytest.raises(NotAllowed):
        operations.try_again(trouble, by=paid.finn, at=paid.now)
    operations.try_again(trouble, by=paid.fay, at=paid.now)
    paid.shop.work(paid.now)
    assert queries.step_of(payout.id) == "returned" and queries.standing_still() == []
    paid.sound()


def test_a_refused_reversal_stands_still_each_time_that_the_provider_refuses(paid):
    paid.tell()
    payout = paid.run()
    paid.shop.work(paid.now)
    (transfer,) = transfers(paid)
    paid.shop.sandbox.stripe.v1.transfers.reversals.create(transfer.id)  # by hand, so that nothing is left to take back
    operations.want_back(payout, words="The wrong month.", by=paid.fay, at=paid.now)
    paid.shop.work(paid.now)
    ((first, _payout),) = queries.standing_still()
    assert first.what == "back" and "greater than the unreversed amount" in first.problem
    operations.try_again(first, by=paid.fay, at=paid.now)
    operations.try_again(first, by=paid.fay, at=paid.now)
    paid.shop.work(paid.now)
    ((second, _payout),) = queries.standing_still()
    assert second.id != first.id and queries.step_of(payout.id) == "paid"
    paid.sound()
