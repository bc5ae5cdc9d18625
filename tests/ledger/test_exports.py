"""Strangers add up our books: bean-check and hledger accept the exports and refuse a planted cent."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from coursehub.db import db, transaction
from coursehub.ledger import exports
from coursehub.ledger.commands import books
from tests.ledger.conftest import Book, leg
from tests.ledger.strangers import accepted


@pytest.fixture
def a_year(book: Book, at: datetime) -> None:
    sale = book("sale:pay_1", terms_hash="a" * 64)
    book(
        "refund:1",
        [leg("asset:rail:stripe", -100), leg("liability:payable:held", 100, "northwind")],
        kind="refund",
        reverses=sale.id,
    )
    yen = [leg("asset:rail:stripe", 5000), leg("income:share", -5000)]
    book('sale:"odd"; | \\ key', yen, currency="JPY", occurred_at=at + timedelta(days=40))
    memo = [leg("memo:volume", 4999, "northwind", "tiers, first"), leg("memo:volume_total", -4999)]
    book("memo:1", memo, kind="tier", occurred_at=at - timedelta(days=300))


def exported(app: Flask, name: str, *options: str) -> str:
    ran = app.test_cli_runner().invoke(books, ["export", "--format", name, *options])
    assert ran.exit_code == 0, ran.output
    return ran.output


@pytest.mark.parametrize("name", ["beancount", "hledger"])
def test_another_program_accepts_the_books(app: Flask, a_year: None, tmp_path: Path, name: str) -> None:
    text = exported(app, name)
    assert accepted(name, text, tmp_path) == (True, "")
    assert "Liabilities:Payable:Held:P-northwind" in text
    assert "-33.02 EUR" in text
    assert "5000 JPY" in text
    assert "Equity:Memo:Volume-total" in text


@pytest.mark.parametrize("name", ["beancount", "hledger"])
def test_a_cent_too_much_in_one_leg_is_refused(app: Flask, a_year: None, tmp_path: Path, name: str) -> None:
    text = exported(app, name)
    passed, _words = accepted(name, text.replace("-33.02 EUR", "-33.03 EUR", 1), tmp_path)
    assert not passed


@pytest.mark.parametrize("name", ["beancount", "hledger"])
def test_a_cent_moved_between_two_parties_is_refused(app: Flask, a_year: None, tmp_path: Path, name: str) -> None:
    """Such a journal still adds up to zero; what every account must hold gives it away."""
    text = exported(app, name).replace("-33.02 EUR", "-33.03 EUR", 1).replace("-12.64 EUR", "-12.63 EUR", 1)
    passed, _words = accepted(name, text, tmp_path)
    assert not passed


@pytest.mark.parametrize("name", ["beancount", "hledger"])
def test_a_kept_balance_that_is_off_by_a_cent_is_refused_outside(app: Flask, a_year: None, tmp_path: Path, name: str) -> None:
    with transaction():
        db.session.execute(sa.text("UPDATE balance SET posted_minor = posted_minor + 1 WHERE version = 1"))
    passed, _words = accepted(name, exported(app, name), tmp_path)
    assert not passed


@pytest.mark.parametrize("name", ["beancount", "hledger"])
def test_an_export_up_to_a_day_leaves_out_that_day(app: Flask, a_year: None, tmp_path: Path, name: str) -> None:
    text = exported(app, name, "--until", "2026-03-02")
    assert "sale" not in text
    assert "memo:1" in text
    assert accepted(name, text, tmp_path) == (True, "")
    assert "sale:pay 1" not in exported(app, name, "--until", "2026-03-03")
    assert "sale:pay_1" in exported(app, name, "--until", "2026-03-03")


@pytest.mark.parametrize("name", ["beancount", "hledger"])
def test_empty_books_are_accepted(app: Flask, tmp_path: Path, name: str) -> None:
    assert accepted(name, exported(app, name), tmp_path) == (True, "")


def test_the_command_refuses_an_unknown_format_and_an_odd_day(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(books, ["export", "--format", "excel"]).exit_code == 2
    assert runner.invoke(books, ["export", "--format", "hledger", "--until", "tomorrow"]).exit_code == 2


def test_days_are_utc(book: Book) -> None:
    book("sale:1", occurred_at=datetime(2026, 1, 1, 7, 30, tzinfo=UTC) - timedelta(hours=8))
    assert '2025-12-31 * "sale" "sale:1"' in list(exports.beancount())
