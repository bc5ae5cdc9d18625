"""A bundle of which one course's terms keep a reserve: it is that course's alone, in the books, on statements, and going back."""

import json
from datetime import timedelta
from functools import partial

import pytest

from coursehub.contracts import queries as contracts
from coursehub.contracts.operations.maturing import mature_sale
from coursehub.contracts.operations.sharing import release_reserves
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_READY, PARTNER_RESERVE
from coursehub.ledger.checks import check_books
from coursehub.ledger.operations import seal_days
from coursehub.sales import operations, queries
from coursehub.statements import bundle as bundles
from coursehub.statements import checks, reckoning
from coursehub.statements import operations as statements
from coursehub.statements import queries as statement_queries
from tests.sales.test_bundles import bought, made_of, parts_by_slug
from tests.sales.test_disputes import decide, later, open_dispute
from tests.statements.offline import checker

DAYS = 60


@pytest.fixture
def courses(shop):
    """Python (199.00), of which a fifth of each share is kept for sixty days, and Git (99.00), of which nothing is."""
    made = [shop.course("python", reserve={"share_bps": 2_000, "days": DAYS}), shop.course("git")]
    for course, price in zip(made, (19_900, 9_900), strict=True):
        shop.offer(course, price)
    return made


@pytest.fixture
def order(shop, cast, courses, at):
    return bought(shop, made_of(shop, cast.pia, courses, at, price=20_000), cast.ada, at)


def standing(cast):
    party = cast.northwind.public_id
    codes = {"held": PARTNER_HELD, "kept": PARTNER_RESERVE, "ready": PARTNER_READY}
    return {name: -ledger.balance_of(code, "CNY", party=party) for name, code in codes.items()}


def sale_of(order, slug):
    key = f"{queries.sold_payment(order.id).effect_key}:{parts_by_slug(order)[slug].course_id}"
    return contracts.event_for(key)


def share_of(cast, order, slug):
    party = cast.northwind.public_id
    return sum(line.amount_minor for line in sale_of(order, slug).lines if line.party == party)


def give_back(shop, cast, order, slug, at):
    operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at, part=parts_by_slug(order)[slug])
    shop.work(at)


def issued(cast, at):
    """Every statement of Northwind up to a moment, computed again by the program for partners."""
    seal_days(at=at)
    statements.issue_due(at=at)
    assert list(checks.faults()) == [] and check_books().faults == ()
    codes = {number: code for number, (code, _currency) in statement_queries.accounts_of(cast.northwind.public_id, "CNY").items()}
    found = sorted(statement_queries.statements_of(cast.northwind.id).values(), key=lambda each: each.month)
    assert found
    for statement in found:
        report = checker.Report()
        checker.check_bundle(report, json.loads(json.dumps(bundles.bundle(statement.body, codes))))
        assert report.faults == [], statement.month
    return [statement.body for statement in found]


def test_the_reserve_keeps_of_the_one_course_and_statements_say_until_when(cast, order, at):
    python, git = share_of(cast, order, "python"), share_of(cast, order, "git")
    kept = python * 2_000 // 10_000
    assert kept > 0 and standing(cast) == {"held": python + git - kept, "kept": kept, "ready": 0}
    first = issued(cast, at + timedelta(days=40))[0]
    day = (at + timedelta(days=DAYS, hours=8)).date().isoformat()
    assert first["reserved"] == [{"until": day, "amount_minor": kept}]
    assert sum(one["amount_minor"] for one in first["held"]) == first["closing"].get(PARTNER_HELD, 0)


def test_only_the_course_that_goes_back_takes_from_the_reserve(shop, cast, order, at):
    python, git = share_of(cast, order, "python"), share_of(cast, order, "git")
    kept = python * 2_000 // 10_000
    give_back(shop, cast, order, "git", later(shop, at, days=1))
    assert standing(cast) == {"held": python - kept, "kept": kept, "ready": 0}
    give_back(shop, cast, order, "python", later(shop, at, days=2))
    assert standing(cast) == {"held": 0, "kept": 0, "ready": 0} and git > 0
    assert issued(cast, at + timedelta(days=40))[-1]["reserved"] == []


def test_it_is_let_go_of_after_its_days_and_a_later_refund_is_taken_from_what_is_ready(shop, cast, order, at):
    python, git = share_of(cast, order, "python"), share_of(cast, order, "git")
    kept, end = python * 2_000 // 10_000, later(shop, at, days=DAYS)
    for slug in ("python", "git"):
        mature_sale(sale_of(order, slug), at=at + timedelta(days=31))
    assert standing(cast) == {"held": 0, "kept": kept, "ready": python + git - kept}
    assert (release_reserves(at=end), release_reserves(at=end)) == (1, 0)
    assert standing(cast) == {"held": 0, "kept": 0, "ready": python + git}
    asked = operations.ask_refund(order, reason="Late.", by=cast.acting(cast.ada), at=end, part=parts_by_slug(order)["python"])
    operations.approve_refund(asked, amount_minor=5_000, answer="Agreed.", by=cast.acting(cast.fay), at=end)
    shop.work(end)
    after = standing(cast)
    assert (after["held"], after["kept"]) == (0, 0) and 0 < after["ready"] < python + git
    assert issued(cast, end + timedelta(days=40))[-1]["reserved"] == []


def test_a_bank_takes_it_out_of_the_reserve_and_gives_it_back_there(shop, cast, order, at):
    before = standing(cast)
    number = open_dispute(shop, order)
    operations.follow_dispute(number, at=at)
    assert standing(cast) == {"held": 0, "kept": 0, "ready": 0}
    decide(shop, number, won=True)
    operations.follow_dispute(number, at=later(shop, at, days=5))
    assert standing(cast) == before
    body = issued(cast, at + timedelta(days=40))[0]
    assert sum(one["amount_minor"] for one in body["reserved"]) == before["kept"] == body["closing"][PARTNER_RESERVE]


def test_a_course_that_goes_back_in_a_later_month_is_computed_again_in_both_forms(shop, cast, order, at, monkeypatch):
    """The journal of its sale has another course in it, of which nothing happened since."""
    for slug, days in (("git", 40), ("python", 75)):
        asked = operations.ask_refund(
            order, reason="Late.", by=cast.acting(cast.ada), at=later(shop, at, days=days), part=parts_by_slug(order)[slug]
        )
        operations.approve_refund(
            asked, amount_minor=1_000, answer="Agreed.", by=cast.acting(cast.fay), at=at + timedelta(days=days)
        )
        shop.work(at + timedelta(days=days))
    with monkeypatch.context() as before:
        before.setattr(statement_queries, "reckon", partial(statement_queries.reckon, form=reckoning.WITHOUT_BANKS))
        assert [body["format"][-1] for body in issued(cast, at + timedelta(days=66))] == ["1", "1"]
    later_ones = issued(cast, at + timedelta(days=100))
    assert [body["format"][-1] for body in later_ones] == ["1", "1", "3"]
    assert {line["kind"] for line in later_ones[-1]["lines"]} == {"refund"}
