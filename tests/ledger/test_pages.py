"""The books on the screen: read by house finance, in both languages, and honest about faults."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursehub import clock
from coursehub.contracts import operations
from coursehub.db import db, transaction
from coursehub.ledger import queries
from coursehub.ledger.models import Journal
from coursehub.ledger.operations import post
from coursehub.ledger.trial_balance import trial_balance
from tests.cast import sign_in
from tests.contracts.rig import agree, course_of, draft_of_sale
from tests.ledger.conftest import Book, a_sale, leg

PAGES = ["/house/books", "/house/books/journals", "/house/books/journals/1", "/house/books/check", "/house/books/trial-balance"]


class Undone(Exception):
    """One turn of a property leaves nothing to the next."""


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def fay(client: FlaskClient, cast: Any) -> FlaskClient:
    return sign_in(client, cast.fay)


@pytest.mark.parametrize("path", PAGES)
def test_only_house_finance_reads_the_books(client: FlaskClient, cast: Any, book: Book, path: str) -> None:
    book()
    assert client.get(path).status_code == 303
    for name, status in [("ada", 403), ("pia", 403), ("finn", 403), ("cato", 403), ("susi", 403), ("fay", 200), ("stan", 200)]:
        assert sign_in(client, getattr(cast, name)).get(path).status_code == status, name


@pytest.mark.parametrize("path", PAGES)
def test_every_page_speaks_both_languages(fay: FlaskClient, book: Book, path: str) -> None:
    book()
    fay.set_cookie("language", "zh-CN", domain="localhost")
    assert re.search("账簿|凭证", fay.get(path).text)
    fay.set_cookie("language", "en", domain="localhost")
    main = fay.get(path).text.split("<main", 1)[1].split("</main>", 1)[0]
    assert not re.search("[\u4e00-\u9fff]", main)


def test_accounts_stand_with_their_balances_and_lead_to_their_journals(fay: FlaskClient, book: Book) -> None:
    book()
    book("sale:2", [leg("asset:bank", 500), leg("income:share", -500)])
    shown = fay.get("/house/books").text
    for words in ("Owed to a partner, on hold", "liability:payable:held", "northwind", "-€33.02", "€48.49"):
        assert words in shown
    assert "asset:bank" not in fay.get("/house/books?q=held").text
    assert "No account is called that" in fay.get("/house/books?q=nothing").text
    bank = re.search(r'journals\?account=(\d+)">Money in the bank', shown)
    assert bank
    of_bank = fay.get(f"/house/books/journals?account={bank[1]}").text
    assert "sale:2" in of_bank
    assert "sale:pay_1" not in of_bank
    assert fay.get("/house/books/journals?account=999").status_code == 404


def test_journals_are_listed_latest_first_found_by_words_and_paged(fay: FlaskClient, book: Book) -> None:
    for number in range(1, 28):
        book(f"sale:pay_{number:02}")
    first = fay.get("/house/books/journals").text
    assert first.index("sale:pay_27") < first.index("sale:pay_03")
    assert "sale:pay_02" not in first
    assert "sale:pay_02" in fay.get("/house/books/journals?page=2").text
    found = fay.get("/house/books/journals?q=pay_14").text
    assert "sale:pay_14" in found
    assert "sale:pay_15" not in found
    assert "No journal is found by these words" in fay.get("/house/books/journals?q=gift").text


def test_a_journal_shows_its_legs_its_hash_and_what_took_it_back(fay: FlaskClient, book: Book) -> None:
    sale = book(terms_hash="d" * 64)
    part = [leg("asset:rail:stripe", -100), leg("liability:payable:held", 100, "northwind")]
    book("refund:1", part, kind="refund", reverses=sale.id)
    shown = fay.get("/house/books/journals/1").text
    for words in (sale.hash, sale.prev_hash, "d" * 64, "split.makers", "/house/books/journals/2", "Whole"):
        assert words in shown
    assert "Takes back" in fay.get("/house/books/journals/2").text
    assert fay.get("/house/books/journals/3").status_code == 404


def test_the_proof_says_what_is_wrong(fay: FlaskClient, book: Book) -> None:
    book()
    assert "The books are sound" in fay.get("/house/books/check").text
    assert "This does not add up" not in fay.get("/house/books/trial-balance?since=2026-01-01").text
    with transaction():
        db.session.execute(sa.text("UPDATE balance SET posted_minor = posted_minor + 1 WHERE posted_minor = 4849"))
    assert "Account asset:rail:stripe shows 48.50 EUR" in fay.get("/house/books/check").text
    assert "This does not add up" in fay.get("/house/books/trial-balance?since=2026-01-01").text


def test_an_altered_journal_is_marked_on_its_own_page(fay: FlaskClient, book: Book) -> None:
    book()
    with transaction():
        if db.engine.dialect.name == "sqlite":
            db.session.execute(sa.text("DROP TRIGGER journal_is_not_edited"))
        else:
            db.session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        db.session.execute(sa.text("UPDATE journal SET effect_key = 'sale:other'"))
    shown = fay.get("/house/books/journals/1").text
    assert "This journal was altered" in shown
    assert "Altered" in shown


def test_a_party_is_called_by_its_name_and_found_by_it(fay: FlaskClient, cast: Any, now: datetime) -> None:
    course = course_of(cast.northwind, "async", now)
    contract, terms = agree(cast, course, now)
    with transaction():
        sale = operations.share(draft_of_sale(terms, course, now), at=now)
    for language, name in (("en", "Northwind"), ("zh-CN", "北风编程")):
        fay.set_cookie("language", language, domain="localhost")
        for path in ("/house/books", f"/house/books/journals/{sale.journal_id}"):
            shown = fay.get(path).text
            assert f">{name}<" in shown and f">{cast.northwind.public_id}<" not in shown, path
        found = fay.get(f"/house/books?q={name.lower()}").text
        assert "liability:payable:held" in found and "asset:rail:stripe" not in found
    shown = fay.get(f"/house/books/journals/{sale.journal_id}").text
    assert f"/house/contracts/{contract.public_id}" in shown


def test_a_trial_balance_says_what_stood_what_moved_and_what_stands(fay: FlaskClient, book: Book) -> None:
    march = datetime(2026, 3, 31, 15, tzinfo=UTC)  # eleven at night in China
    april, may = march + timedelta(hours=2), march + timedelta(days=31)
    book(at=march, occurred_at=march)
    book("sale:late", at=april, occurred_at=march - timedelta(days=9))  # recorded in April: it belongs there
    book("refund:1", [leg("asset:rail:stripe", -100), leg("income:share", 100)], at=april, kind="refund")
    book("count:1", [leg("memo:volume:2026", 5), leg("memo:contra", -5)], at=april)
    book("sale:3", at=may, occurred_at=may)
    (found,) = trial_balance(date(2026, 4, 1), date(2026, 4, 30))
    rows = {row.code: (row.opening_minor, row.debit_minor, row.credit_minor, row.closing_minor) for row in found.rows}
    assert rows["asset:rail:stripe"] == (4849, 4849, 100, 9598)
    assert rows["income:share"] == (-1264, 100, 1264, -2428)
    assert found.balances and (found.debit_minor, found.credit_minor) == (4949, 4949)
    assert [row.code for each in trial_balance(date(2026, 4, 1), date(2026, 4, 30), counters=True) for row in each.rows] == [
        "memo:contra", "memo:volume:2026",
    ]  # fmt: skip
    (held,) = trial_balance(date(2026, 5, 1), date(2026, 5, 31), code="liability:payable:held")
    assert [(row.party, row.opening_minor, row.closing_minor) for row in held.rows] == [("northwind", -6604, -9906)]
    assert trial_balance(date(2026, 3, 1), date(2026, 3, 30)) == [], "nothing stood yet"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hours=st.lists(st.integers(0, 24 * 60), min_size=1, max_size=8), days=st.tuples(st.integers(-3, 63), st.integers(-3, 63)))
def test_whatever_days_are_asked_for_openings_moves_and_closings_agree_with_the_journals(
    app: Any, hours: list[int], days: Any
) -> None:
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    with suppress(Undone), transaction():
        for n, hour in enumerate(sorted(hours)):
            moment = begin + timedelta(hours=hour)
            post(kind="sale", effect_key=f"sale:{n}", occurred_at=moment, at=moment, currency="EUR", postings=a_sale())
        first, last = sorted(date(2026, 3, 1) + timedelta(days=day) for day in days)
        journals = list(db.session.execute(sa.select(Journal.id)).scalars())
        through = [number for number in journals if number <= queries.last_number_before(last + timedelta(days=1))]
        before = [number for number in journals if number <= queries.last_number_before(first)]
        for each in trial_balance(first, last):
            assert each.balances
            for row in each.rows:
                lines = [
                    (number, line.amount_minor)
                    for number in through
                    for line in queries.lines_of(number)
                    if line.code == row.code
                ]
                assert row.closing_minor == sum(minor for _number, minor in lines)
                assert row.opening_minor == sum(minor for number, minor in lines if number in before)
        raise Undone


def test_the_trial_balance_is_a_page_a_table_and_leads_to_each_party(fay: FlaskClient, book: Book, at: datetime) -> None:
    book()
    day = f"since={at:%Y-%m}-01&until={at:%Y-%m-%d}"
    shown = fay.get(f"/house/books/trial-balance?{day}").text
    assert "Owed to a partner, on hold" in shown and "€48.49" in shown and "account=liability:payable:held" in shown
    of_one = fay.get(f"/house/books/trial-balance?{day}&account=liability:payable:held").text
    assert "northwind" in of_one and "Money at the payment provider" not in of_one
    table = fay.get(f"/house/books/trial-balance.csv?{day}").get_data().decode("utf-8-sig").splitlines()
    assert "EUR,asset:rail:stripe,Money at the payment provider,,0.00,48.49,0.00,48.49" in table
    assert "Nothing stood or moved" in fay.get("/house/books/trial-balance?since=2020-01-01&until=2020-02-01").text
    assert fay.get("/house/books/trial-balance?since=nonsense&until=9999-99-99").status_code == 200


def test_the_whole_book_is_taken_away_for_other_programs(fay: FlaskClient, book: Book) -> None:
    book()
    for name, words in (("beancount", "Assets:Rail:Stripe  48.49 EUR"), ("hledger", "account Assets:Rail:Stripe")):
        answer = fay.get(f"/house/books/books.{name}")
        assert words in answer.text and f"coursehub.{name}" in answer.headers["Content-Disposition"]
    assert fay.get("/house/books/books.exe").status_code == 404
