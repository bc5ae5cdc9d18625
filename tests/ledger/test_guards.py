"""The database refuses, whoever asks and however: these tests go around the operations."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.ledger import queries
from coursehub.ledger.models import Account, ChainHead, Journal, Posting
from tests.ledger.conftest import Book, leg

Refused = sa.exc.IntegrityError


def next_id() -> tuple[int, str]:
    head = db.session.execute(sa.select(ChainHead.height, ChainHead.hash)).one()
    return head.height + 1, head.hash


def account_id(code: str) -> int:
    return db.session.execute(sa.select(Account.id).where(Account.code == code, Account.currency == "EUR")).scalar_one()


def add_leg(journal_id: int, n: int, amount_minor: int, code: str = "asset:rail:stripe", currency: str = "EUR") -> None:
    row = {"journal_id": journal_id, "n": n, "account_id": account_id(code), "currency": currency, "amount_minor": amount_minor}
    db.session.execute(sa.insert(Posting), row)


def add_header(at: datetime, **others: Any) -> None:
    number, prev_hash = next_id()
    row = {
        "id": number, "kind": "sale", "effect_key": f"raw:{number}", "occurred_at": at, "recorded_at": at,
        "terms_hash": None, "reverses": None, "prev_hash": prev_hash, "hash": "f" * 64,
    }  # fmt: skip
    db.session.execute(sa.insert(Journal), row | others)


def refuses(act: Callable[[], None], words: str) -> None:
    with pytest.raises(Refused, match=words), transaction():
        act()


@pytest.fixture(autouse=True)
def one_sale(book: Book) -> Journal:
    return book("sale:1")


def test_raw_sql_that_keeps_every_rule_is_let_in(at: datetime) -> None:
    """The control: without it, a trigger that refuses everything would pass all tests below."""
    with transaction():
        number, _hash = next_id()
        add_leg(number, 1, 5)
        add_leg(number, 2, -5, "income:share")
        add_header(at)
    assert queries.balance_of("asset:rail:stripe", "EUR") == 4854
    assert next_id() == (3, "f" * 64)


def test_an_unbalanced_journal_is_refused(at: datetime) -> None:
    def act() -> None:
        add_leg(2, 1, 5)
        add_leg(2, 2, -4, "income:share")
        add_header(at)

    refuses(act, "adds up to zero")


def test_a_journal_balances_in_each_currency_by_itself(book: Book, at: datetime) -> None:
    book("sale:2", currency="CNY")

    def act() -> None:
        number, _hash = next_id()
        add_leg(number, 1, 5)
        yuan = db.session.execute(
            sa.select(Account.id).where(Account.currency == "CNY", Account.code == "income:share")
        ).scalar_one()
        db.session.execute(
            sa.insert(Posting), {"journal_id": number, "n": 2, "account_id": yuan, "currency": "CNY", "amount_minor": -5}
        )
        add_header(at)

    refuses(act, "adds up to zero")


def test_an_empty_journal_is_refused(at: datetime) -> None:
    refuses(lambda: add_header(at), "at least two postings")


def test_a_leg_of_zero_is_refused() -> None:
    refuses(lambda: add_leg(2, 1, 0), "moves_something")


def test_a_leg_that_lies_about_its_currency_is_refused(at: datetime) -> None:
    def act() -> None:
        add_leg(2, 1, 5, currency="CNY")
        add_leg(2, 2, -5, "income:share", currency="CNY")
        add_header(at)

    refuses(act, "(?i)foreign key")


def test_legs_without_a_header_do_not_survive_the_commit() -> None:
    def act() -> None:
        add_leg(2, 1, 5)
        add_leg(2, 2, -5, "income:share")

    refuses(act, "(?i)foreign key")


@pytest.mark.parametrize("number", [1, 3, 0])
def test_a_leg_is_added_only_to_the_journal_being_written(number: int) -> None:
    refuses(lambda: add_leg(number, 9, 5), "next journal only")


@pytest.mark.parametrize("others", [{"prev_hash": "0" * 64}, {"id": 7}, {"id": 1}])
def test_a_journal_follows_the_head_of_the_chain(at: datetime, others: dict[str, Any]) -> None:
    def act() -> None:
        add_leg(2, 1, 5)
        add_leg(2, 2, -5, "income:share")
        add_header(at, **others)

    refuses(act, "follows the head|is final")


EDITS = [
    "UPDATE posting SET amount_minor = amount_minor + 1 WHERE journal_id = 1 AND n = 1",
    "UPDATE posting SET term_path = 'x'",
    "UPDATE journal SET kind = 'gift'",
    "UPDATE account SET code = 'asset:other' WHERE code = 'asset:rail:stripe'",
    "DELETE FROM posting",
    "DELETE FROM journal",
    "DELETE FROM account",
    "DELETE FROM chain_head",
    "UPDATE chain_head SET hash = 'x'",
    "UPDATE chain_head SET height = 2, hash = 'x'",
    "UPDATE chain_head SET height = 0",
    "INSERT INTO chain_head (id, book, height, hash) VALUES (1, 'x', 0, 'x')",
]


@pytest.mark.parametrize("statement", EDITS)
def test_what_is_booked_is_never_edited_or_deleted(statement: str) -> None:
    refuses(lambda: db.session.execute(sa.text(statement)), "ledger: ")  # type: ignore[arg-type, return-value]
    assert queries.balance_of("asset:rail:stripe", "EUR") == 4849


@pytest.mark.parametrize("table", ["posting", "journal", "account", "chain_head"])
def test_no_table_of_the_books_is_emptied_at_a_stroke(table: str) -> None:
    statement = f"DELETE FROM {table}" if db.engine.dialect.name == "sqlite" else f"TRUNCATE {table} CASCADE"
    refuses(lambda: db.session.execute(sa.text(statement)), "ledger: ")  # type: ignore[arg-type, return-value]


REPLACEMENTS = [
    "INSERT OR REPLACE INTO posting SELECT journal_id, n, account_id, currency, amount_minor + 1, term_path FROM posting WHERE n = 1",
    "INSERT OR REPLACE INTO journal SELECT id, 'gift', effect_key, occurred_at, recorded_at, terms_hash, reverses, prev_hash, hash FROM journal",
    "INSERT OR REPLACE INTO account SELECT id, 'asset:other', party, currency, kind FROM account WHERE code = 'asset:rail:stripe'",
    "INSERT OR REPLACE INTO account SELECT id + 90, code, party, currency, kind FROM account WHERE code = 'asset:rail:stripe'",
    "INSERT OR REPLACE INTO chain_head SELECT id, book, 0, hash FROM chain_head",
]


@pytest.mark.parametrize("recursive_triggers", ["ON", "OFF"])
@pytest.mark.parametrize("statement", REPLACEMENTS)
def test_insert_or_replace_does_not_slip_past(statement: str, recursive_triggers: str) -> None:
    """SQLite's REPLACE skips delete triggers unless recursive_triggers is on; the guard holds either way."""
    if db.engine.dialect.name != "sqlite":
        with pytest.raises(sa.exc.ProgrammingError):
            db.session.execute(sa.text(statement))  # PostgreSQL has no such statement
        return
    db.session.execute(sa.text(f"PRAGMA recursive_triggers = {recursive_triggers}"))
    try:
        refuses(lambda: db.session.execute(sa.text(statement)), "ledger: ")  # type: ignore[arg-type, return-value]
    finally:
        db.session.execute(sa.text("PRAGMA recursive_triggers = ON"))


def test_every_connection_to_sqlite_keeps_the_rules_on(app: object) -> None:
    if db.engine.dialect.name != "sqlite":
        return
    with db.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("foreign_keys", "recursive_triggers")
        }
    assert settings == {"foreign_keys": 1, "recursive_triggers": 1}


def test_an_effect_key_is_used_once_even_around_the_operation(at: datetime) -> None:
    def act() -> None:
        add_leg(2, 1, 5)
        add_leg(2, 2, -5, "income:share")
        add_header(at, effect_key="sale:1")

    refuses(act, "ledger: what is booked is final|journal_effect_happens_once")


def test_a_second_book_cannot_be_begun_over_the_first(book: Book) -> None:
    assert book("sale:2").id == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ChainHead)) == 1
    assert leg("asset:bank", 1).account.party is None
