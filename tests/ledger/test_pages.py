"""The books on the screen: read by house finance, in both languages, and honest about faults."""

import re
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from coursehub import clock
from coursehub.contracts import operations
from coursehub.db import db, transaction
from tests.cast import sign_in
from tests.contracts.rig import agree, course_of, draft_of_sale
from tests.ledger.conftest import Book, leg

PAGES = ["/house/books", "/house/books/journals", "/house/books/journals/1", "/house/books/check"]


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
    with transaction():
        db.session.execute(sa.text("UPDATE balance SET posted_minor = posted_minor + 1 WHERE posted_minor = 4849"))
    assert "Account asset:rail:stripe shows 48.50 EUR" in fay.get("/house/books/check").text


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
