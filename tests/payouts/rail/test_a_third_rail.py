"""A rail that splits at home, as a wallet in China might: one class and its line, and terms, proposals and runs take it."""

from datetime import timedelta

import pytest

from coursehub import jobs, rails
from coursehub.contracts.operations import propose_terms
from coursehub.contracts.terms import TermsRefused
from coursehub.db import db
from coursehub.ledger import queries as ledger
from coursehub.ledger.checks import check_books
from coursehub.payouts import operations, queries
from coursehub.payouts.checks import faults
from coursehub.payouts.models import PayoutWay, TransferMade
from coursehub.people.operations.partners import give_payee_details
from coursehub.rails.payees import PAYOUT_RAILS
from tests.contracts.rig import agree, course_of, terms_data
from tests.payouts.rig import EUR, World

DAY = timedelta(days=1)


class Splitting:
    """Accounts in China, yuan alone, from ten yuan on; it answers at once and remembers what it was asked."""

    name = "splitting"
    asset = "asset:rail:splitting"

    def __init__(self, at):
        self.at, self.knows, self.sent, self.back = at, False, {}, {}

    def countries(self):
        return ("CN",)

    def reaches(self, payee, currency):
        return payee.country == "CN" and currency == "CNY"

    def hindrance(self, payee, currency):
        return "" if payee.is_open else "provider_waits"

    def least_minor(self, currency):
        return 1_000

    def connected(self):
        return self

    def open_account(self, wish):
        return self.read_account("receiver-1")

    def read_account(self, account_id):
        state = "active" if self.knows else "pending"
        return rails.AccountFacts(account_id, "", "CN", state, state, () if self.knows else ("who you are",))

    def onboarding_page(self, account_id, *, return_url, refresh_url):
        return f"https://splitting.example/{account_id}"

    def read_payee_payout(self, account_id, payout_id):
        return rails.PayeePayout(True, 1, "CNY", "")

    def transfer(self, wish):
        made = rails.TransferFacts(
            f"tr-{wish.reference}", wish.account_id, wish.reference, wish.amount_minor, 0, wish.currency, self.at
        )
        return self.sent.setdefault(wish.key, made)

    def reverse_transfer(self, transfer_id, *, key, reference):
        return self.back.setdefault(key, f"rev-{transfer_id}")


@pytest.fixture
def splitting(monkeypatch, at):
    rail = Splitting(at)
    monkeypatch.setitem(PAYOUT_RAILS, rail.name, rail)
    return rail


@pytest.fixture
def world(cast, at):
    made = World(cast, at)
    made.sell()
    return made


def work(at):
    jobs.run_due(at=at, strict=True)


def test_terms_that_no_rail_could_pay_are_accepted_with_it(cast, at, monkeypatch):
    course = course_of(cast.northwind, "async", at)
    contract, _terms = agree(cast, course, at, currency="EUR")
    only_an_iban = EUR.__class__(**{**EUR.__dict__, "country": "CN"})
    give_payee_details(cast.northwind, only_an_iban, by=cast.acting(cast.finn), at=at)
    yuan = terms_data(cast.house, cast.northwind, course, currency="CNY")
    with pytest.raises(TermsRefused) as refused:
        propose_terms(contract, by=cast.acting(cast.pia), terms=yuan, at=at)
    assert "cannot be paid in CNY" in str(refused.value.problems[0].message)
    monkeypatch.setitem(PAYOUT_RAILS, "splitting", Splitting(at))
    assert propose_terms(contract, by=cast.acting(cast.pia), terms=yuan, at=at).state == "open"


def test_a_payout_through_it_is_proposed_confirmed_sent_once_and_taken_back(splitting, world, cast):
    finn, fay = cast.acting(cast.finn), cast.acting(cast.fay)
    account = operations.choose_rail("CN", rail="splitting", by=finn, at=world.at)
    work(world.at)
    assert (account.rail_account_id, db.session.query(PayoutWay).one().way) == ("receiver-1", "splitting")
    assert [each.reason for each in queries.proposal("CNY", world.now)] == ["provider_waits"]
    assert operations.onboarding_page(account, return_url="", refresh_url="", by=finn, at=world.at).endswith("receiver-1")
    splitting.knows = True
    operations.follow_accounts(at=world.at)
    assert [each.reason for each in queries.proposal("CNY", world.at + DAY)] == ["account_new"]

    run = world.prepare()
    world.confirm(run)
    (payout,) = queries.payouts_of_run(run.id)
    assert queries.rail_of(payout.id) is splitting
    with pytest.raises(operations.NothingForTheBank):
        operations.take_file(run, by=fay, at=world.now)
    work(world.now)
    operations.send_transfer(payout, at=world.now)
    assert [each.amount_minor for each in splitting.sent.values()] == [payout.amount_minor]
    assert db.session.query(TransferMade).one().rail_transfer_id == f"tr-{payout.public_id}"
    assert ledger.balance_of("asset:rail:splitting", "CNY") == -payout.amount_minor
    assert world.answer((payout.public_id, "paid", payout.amount_minor)).format == "table", "what the bank says of it is odd"
    assert len(queries.open_lines()) == 1

    operations.want_back(payout, words="a mistake", by=fay, at=world.now)
    work(world.now)
    assert (queries.step_of(payout.id), len(splitting.back)) == ("returned", 1)
    assert ledger.balance_of("asset:rail:splitting", "CNY") == 0 and world.standing["ready"] == payout.amount_minor
    assert list(faults()) == [] and check_books().faults == ()


def test_its_smallest_amount_counts(splitting, cast, at):
    world = World(cast, at)
    world.sell(gross=1_200)
    operations.choose_rail("CN", rail="splitting", by=cast.acting(cast.finn), at=at)
    splitting.knows = True
    work(at)
    (proposed,) = queries.proposal("CNY", world.now)
    assert (proposed.reason, proposed.ready_minor < 1_000) == ("below_minimum", True)


def test_a_partner_may_have_an_account_at_each_and_goes_by_the_last_choice(splitting, world, cast):
    finn = cast.acting(cast.finn)
    first = operations.choose_rail("GB", by=finn, at=world.at)
    second = operations.choose_rail("CN", rail="splitting", by=finn, at=world.at)
    assert (first.rail, second.rail) == ("stripe", "splitting")
    splitting.knows = True
    operations.open_account(second, at=world.at)
    assert [each.account_id for each in queries.proposal("CNY", world.now)] == [second.id]
    operations.choose_bank(by=finn, at=world.at + DAY)
    assert [(each.account_id, each.reason) for each in queries.proposal("CNY", world.now)] == [(None, "")]


@pytest.mark.usefixtures("splitting")
def test_only_a_rail_with_accounts_can_be_chosen_so(world, cast):
    for unknown in ("bank", "elsewhere"):
        with pytest.raises(LookupError):
            operations.choose_rail("CN", rail=unknown, by=cast.acting(cast.finn), at=world.at)
