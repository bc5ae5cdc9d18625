"""What a partner paid back by bank: a line of its own on every form of the statement, and checked without the house."""

import copy
from datetime import timedelta

import pytest

from coursehub.ledger.operations import seal_days
from coursehub.payouts import operations as payouts
from coursehub.statements import exports, operations, queries, telling
from coursehub.statements.months import month_at
from tests.cast import sign_in
from tests.payouts.test_debts import Owing

from .offline import checker, faults, hashed_anew, issued_bundles

DAY = timedelta(days=1)
OWED = "asset:receivable"


@pytest.fixture
def world(cast, at):
    """Northwind paid a part back in one month; in the next it was found to be wrong, and it paid again."""
    found = Owing(cast, at)
    found.first, found.before = month_at(found.now), found.standing["owes"]
    use = found.pay(found.came_in(500))
    found.now += 31 * DAY
    payouts.undo_entry_use(use, words="Lumen's", by=found.fay, at=found.now)
    found.pay(found.came_in(700, reference="B-2"))
    seal_days(at=found.now + 70 * DAY)
    operations.issue_due(at=found.now + 70 * DAY)
    return found


def data_of(world, month):
    found = queries.issued(world.cast.northwind.id, month, "CNY")
    assert found
    return found.body


def test_each_form_of_the_statement_shows_it_as_a_line_of_its_own(world, client):
    first, second = data_of(world, world.first), data_of(world, world.first.next)
    assert [(each["kind"], each["amount_minor"]) for each in first["moves"] if each["kind"] == "debt_paid"] == [
        ("debt_paid", 500)
    ]
    assert {each["kind"]: each["amount_minor"] for each in second["moves"]} == {"correction": -500, "debt_paid": 700}
    assert second["closing"][OWED] == 700 - world.before == first["closing"][OWED] + 200
    assert '"Debt-paid"' in exports.as_beancount(first) and "Equity:Moves:Correction" in exports.as_beancount(second)
    sign_in(client, world.cast.finn)
    place = f"/studio/statements/{world.first.next}/CNY"
    page, table = client.get(place).text, client.get(place + "/csv").text
    for told in ("Paid back by bank transfer", "Such a payment was booked wrongly: taken off again"):
        assert told in page and told in table
    owed = page.partition('id="owed"')[2].partition("</section>")[0]
    assert "settled otherwise" not in owed
    assert client.get(place + "/pdf").data.startswith(b"%PDF")
    assert telling.kind_words("debt_paid") != "debt_paid"


def test_the_program_for_partners_accepts_both_months(world):
    bundles = issued_bundles(world.cast.northwind)
    assert [faults(each) for each in bundles] == [[] for _each in bundles] and len(bundles) >= 2


def test_a_month_without_a_journal_after_a_correction_holds_as_well(cast, at):
    """Its bundle tells the head of the chain, which is the correction of the month before."""
    world = Owing(cast, at)
    use = world.pay(world.came_in(500))
    world.now += 31 * DAY
    payouts.undo_entry_use(use, words="Lumen's", by=world.fay, at=world.now)
    seal_days(at=world.now + 100 * DAY)
    operations.issue_due(at=world.now + 100 * DAY)
    bundles = issued_bundles(cast.northwind)
    assert [faults(each) for each in bundles] == [[] for _each in bundles] and bundles[-1]["journals"][0]["kind"] == "correction"


def changed(bundle, kind, change):
    """The bundle with a journal of this kind changed, and all its hashes made to fit."""
    forged = copy.deepcopy(bundle)
    journal = next(each for each in forged["journals"] if each["kind"] == kind)
    change(journal, forged["statement"]["statement"])
    journal["hash"] = checker.digest(journal["content"])
    return hashed_anew(forged)


def found_in(bundle):
    return " ".join(faults(bundle))


def test_a_payment_that_came_from_elsewhere_or_went_beyond_what_was_owed_is_found(world):
    told = {each["statement"]["statement"]["month"]: each for each in issued_bundles(world.cast.northwind)}
    first, second = told[str(world.first)], told[str(world.first.next)]

    def from_elsewhere(journal, _statement):
        journal["content"]["postings"][0][0] = "liability:payable:available"

    def owed_less(_journal, statement):
        statement["opening"][OWED] = -100

    def of_another(journal, _statement):
        journal["content"]["reverses"] -= 1

    assert "not from the bank" in found_in(changed(first, "debt_paid", from_elsewhere))
    assert "more than you owed" in found_in(changed(second, "debt_paid", owed_less))
    assert "had not paid back so" in found_in(changed(second, "correction", of_another))
    report, twice = checker.Report(), set()
    checker.check_taken_off(report, second, twice)
    assert report.faults == [] and len(twice) == 1
    checker.check_taken_off(report, second, twice)
    assert "a month before took off already" in report.faults[0]
    without = copy.deepcopy(second)
    earlier = min(each["id"] for each in without["journals"] if each["kind"] == "debt_paid")
    without["journals"] = [each for each in without["journals"] if each["id"] != earlier]
    assert "had not paid back so" in found_in(without)
