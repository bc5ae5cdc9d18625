"""`books check` finds planted faults: whoever can lift the triggers is still found out."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from coursehub.db import db, transaction
from coursehub.ledger import checks
from coursehub.ledger.commands import books
from tests.ledger.conftest import Book, a_sale, leg

SQLITE_TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('posting', 'journal', 'account', 'chain_head', 'day_root')"


@pytest.fixture
def tamper(book: Book) -> Callable[..., None]:
    """Five journals, and a way to edit them as somebody with all rights over the database would."""
    for number in range(1, 5):
        book(f"sale:{number}")
    book("refund:1", [leg("asset:rail:stripe", -100), leg("liability:payable:held", 100, "northwind")], kind="refund", reverses=1)

    def edit(*statements: str) -> None:
        if db.engine.dialect.name == "sqlite":
            db.session.execute(sa.text("PRAGMA foreign_keys = OFF"))
        with transaction():
            if db.engine.dialect.name == "sqlite":
                for name in db.session.execute(sa.text(SQLITE_TRIGGERS)).scalars().all():
                    db.session.execute(sa.text(f"DROP TRIGGER {name}"))
            else:
                db.session.execute(sa.text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                db.session.execute(sa.text(statement))
        if db.engine.dialect.name == "sqlite":
            db.session.execute(sa.text("PRAGMA foreign_keys = ON"))

    return edit


def test_sound_books_pass_with_what_was_counted(app: Flask, tamper: Callable[..., None]) -> None:
    result = checks.check_books()
    assert (result.journals, result.postings, result.accounts, result.faults) == (5, 18, 4, ())
    ran = app.test_cli_runner().invoke(books, ["check"])
    assert (ran.exit_code, ran.output.split(":")[0]) == (0, "The books are sound")


def test_empty_books_are_sound(app: Flask) -> None:
    assert checks.check_books().faults == ()


FAULTS = {
    "one byte of an amount": (
        ["UPDATE posting SET amount_minor = amount_minor + 1 WHERE journal_id = 2 AND n = 1"],
        {"Journal 2 does not add up", "Account asset:rail:stripe shows", "Journal 2 was altered"},
    ),
    "two amounts of one journal, balanced": (
        [
            "UPDATE posting SET amount_minor = amount_minor - 1 WHERE journal_id = 2 AND n = 3",
            "UPDATE posting SET amount_minor = amount_minor + 1 WHERE journal_id = 2 AND n = 4",
            "UPDATE balance SET posted_minor = posted_minor - 1 WHERE account_id = (SELECT id FROM account WHERE code = 'liability:payable:held')",
            "UPDATE balance SET posted_minor = posted_minor + 1 WHERE account_id = (SELECT id FROM account WHERE code = 'income:share')",
        ],
        {"Journal 2 was altered"},
    ),
    "a journal gone": (
        ["DELETE FROM journal WHERE id = 3"],
        {"Posting 1 of journal 3 hangs in the air", "After journal 2 comes journal 4"},
    ),
    "a journal gone with its postings": (
        ["DELETE FROM journal WHERE id = 3", "DELETE FROM posting WHERE journal_id = 3"],
        {"Account asset:rail:stripe shows", "After journal 2 comes journal 4"},
    ),
    "the last journal gone, balances mended": (
        [
            "DELETE FROM journal WHERE id = 5",
            "DELETE FROM posting WHERE journal_id = 5",
            "UPDATE balance SET posted_minor = posted_minor + 100, version = version - 1 WHERE account_id = (SELECT id FROM account WHERE code = 'asset:rail:stripe')",
            "UPDATE balance SET posted_minor = posted_minor - 100, version = version - 1 WHERE account_id = (SELECT id FROM account WHERE code = 'liability:payable:held')",
        ],
        {"The chain ends at journal 4"},
    ),
    "a journal without its postings": (
        ["DELETE FROM posting WHERE journal_id = 4"],
        {"Journal 4 has no postings", "Journal 4 was altered", "Account income:share shows"},
    ),
    "a balance off by one": (
        [
            "UPDATE balance SET posted_minor = posted_minor + 1 WHERE account_id = (SELECT id FROM account WHERE code = 'income:share')"
        ],
        {"Account income:share shows -50.55 EUR after 4 journals; its postings add up to -50.56 after 4."},
    ),
    "a balance gone": (
        ["DELETE FROM balance WHERE account_id = (SELECT id FROM account WHERE code = 'income:share')"],
        {"Account income:share (EUR) has no balance"},
    ),
    "a posting out of nothing": (
        [
            "INSERT INTO posting (journal_id, n, account_id, currency, amount_minor) SELECT 77, 1, id, 'EUR', 5 FROM account WHERE code = 'asset:rail:stripe'"
        ],
        {"Posting 1 of journal 77 hangs in the air", "Journal 77 does not add up", "Account asset:rail:stripe shows"},
    ),
    "two journals in the other order": (
        [
            "UPDATE posting SET journal_id = 99 WHERE journal_id = 2",
            "UPDATE posting SET journal_id = 2 WHERE journal_id = 3",
            "UPDATE posting SET journal_id = 3 WHERE journal_id = 99",
            "UPDATE journal SET id = 99 WHERE id = 2",
            "UPDATE journal SET id = 2 WHERE id = 3",
            "UPDATE journal SET id = 3 WHERE id = 99",
        ],
        {"Journal 2 does not follow", "Journal 2 was altered", "Journal 3 was altered", "Journal 4 does not follow"},
    ),
    "another date": (["UPDATE journal SET occurred_at = recorded_at, kind = 'gift' WHERE id = 4"], {"Journal 4 was altered"}),
    "another account name": (
        ["UPDATE account SET party = 'lumen' WHERE party = 'northwind'"],
        {"Journal 1 was altered", "Journal 5 was altered"},
    ),
    "a head without a chain": (["UPDATE chain_head SET height = 9"], {"The chain ends at journal 5"}),
    "no head": (["DELETE FROM chain_head"], {"The head of the chain is missing"}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_and_named(app: Flask, tamper: Callable[..., None], fault: str) -> None:
    statements, expected = FAULTS[fault]
    tamper(*statements)
    ran = app.test_cli_runner().invoke(books, ["check"])
    assert ran.exit_code == 1
    assert {words for words in expected if words not in ran.output} == set()
    assert "The books are not sound" in ran.output


def test_a_rewritten_chain_is_found_by_its_beginning(book: Book, tamper: Callable[..., None]) -> None:
    """A book copied over another has sound links, yet another beginning."""
    tamper("UPDATE chain_head SET book = 'another'")
    assert [fault.split(":")[0] for fault in checks.check_books().faults] == ["Journal 1 does not follow the journal before it"]


def test_a_check_reads_one_moment_while_others_book(book: Book) -> None:
    book("sale:1")
    from coursehub.ledger import queries

    with queries.at_one_moment() as connection:
        walked = queries.walk(connection, at_once=1)
        first, _lines = next(walked)
        book("sale:2", a_sale())
        assert [first.id, *(row.id for row, _legs in walked)] == [1]
