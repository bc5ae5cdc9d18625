"""Booking: once per effect, in the open transaction, with balances and a chain."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.ledger import chain, queries
from coursehub.ledger.models import Account, ChainHead, Journal, Posting
from coursehub.ledger.operations import EffectAlreadyBooked, post
from tests.ledger.conftest import Book, a_sale, leg


def test_a_sale_is_booked_with_its_legs_balances_and_place_in_the_chain(book: Book, told: str) -> None:
    """
    asset:rail:stripe                      48.49 EUR
    liability:tax                          -2.83 EUR
    liability:payable:held northwind      -33.02 EUR
    income:share                          -12.64 EUR
    """
    journal = book()
    assert queries.as_text(journal.id) == told
    assert [line.term_path for line in queries.lines_of(journal.id)] == [None, None, "split.makers", "split.rest"]
    assert queries.balance_of("liability:payable:held", "EUR", party="northwind") == -3302
    assert queries.balance_of("liability:payable:held", "EUR") == 0
    head = db.session.get_one(ChainHead, 1)
    assert (head.height, head.hash) == (journal.id, journal.hash) == (1, queries.journal(1).hash)
    assert journal.prev_hash == chain.genesis(head.book)


def test_balances_and_versions_follow_every_journal(book: Book) -> None:
    book("sale:1")
    second = book("sale:2")
    standing = {row.code: (row.posted_minor, row.version) for row in db.session.execute(queries.standing_accounts())}
    assert standing["asset:rail:stripe"] == (2 * 4849, 2)
    assert sum(amount for amount, _version in standing.values()) == 0
    assert second.prev_hash == queries.journal(1).hash


def test_an_account_used_twice_in_one_journal_counts_both(book: Book) -> None:
    book("sale:1", [leg("asset:bank", 300), leg("asset:bank", -100), leg("income:share", -200)])
    assert queries.balance_of("asset:bank", "EUR") == 200


def test_the_same_effect_is_booked_once_however_often_it_is_told(book: Book, at: datetime) -> None:
    first = book()
    again = book(at=at + timedelta(days=3))
    assert (again.id, again.hash, again.recorded_at) == (first.id, first.hash, at)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Journal)) == 1
    assert queries.balance_of("asset:rail:stripe", "EUR") == 4849


@pytest.mark.parametrize(
    "other",
    [
        {"legs": [leg("asset:bank", 5), leg("income:share", -5)]},
        {"legs": list(reversed(a_sale()))},
        {"kind": "seat"},
        {"terms_hash": "a" * 64},
        {"currency": "CNY"},
    ],
)
def test_the_same_key_with_other_content_is_an_error(book: Book, other: dict[str, object]) -> None:
    book()
    with pytest.raises(EffectAlreadyBooked):
        book(**other)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Journal)) == 1


def test_a_posting_joins_the_transaction_around_it_and_leaves_with_it(book: Book, at: datetime) -> None:
    book("sale:1")
    with pytest.raises(ZeroDivisionError), transaction():
        post(
            kind="sale",
            effect_key="sale:2",
            occurred_at=at,
            at=at,
            currency="EUR",
            postings=[leg("asset:new", 5), leg("income:share", -5)],
        )
        raise ZeroDivisionError
    assert queries.journal_for("sale:2") is None
    assert db.session.scalar(sa.select(sa.func.count()).where(Account.code == "asset:new")) == 0
    third = book("sale:3", [leg("asset:other", 5), leg("income:share", -5)])
    assert third.id == 2  # numbers have no gaps
    assert queries.as_text(2).startswith("asset:other")


def test_two_journals_in_one_transaction_follow_each_other(book: Book, at: datetime) -> None:
    with transaction():
        first, second = book("sale:1"), book("sale:2")
    assert (second.id, second.prev_hash) == (first.id + 1, first.hash)


def test_a_leg_of_nothing_is_left_out(book: Book) -> None:
    journal = book(legs=[leg("asset:bank", 5), leg("liability:tax", 0), leg("income:share", -5)])
    assert len(queries.lines_of(journal.id)) == 2


def test_nothing_at_all_cannot_be_booked(book: Book) -> None:
    with pytest.raises(ValueError):
        book(legs=[leg("liability:tax", 0)])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Posting)) == 0


@pytest.mark.parametrize("code", ["pocket:left", "asset", "assets:bank", ""])
def test_an_account_code_begins_with_a_known_kind(book: Book, code: str) -> None:
    with pytest.raises((sa.exc.IntegrityError, sa.exc.DataError)):
        book(legs=[leg(code, 5), leg("income:share", -5)])


def test_each_currency_has_its_own_account(book: Book) -> None:
    book("sale:1")
    book("sale:2", currency="JPY")
    assert queries.balance_of("asset:rail:stripe", "JPY") == queries.balance_of("asset:rail:stripe", "EUR") == 4849
    assert queries.as_text(2).splitlines()[0].endswith(" 4,849 JPY")


def test_the_hash_covers_every_word_of_a_journal(book: Book, at: datetime) -> None:
    journal = book()
    header = chain.Header(journal.id, journal.kind, journal.effect_key, journal.occurred_at, journal.recorded_at, None, None)
    lines = queries.lines_of(journal.id)
    assert chain.link(header, lines, prev_hash=journal.prev_hash) == journal.hash
    later = at + timedelta(microseconds=1)
    others = [
        header._replace(id=2), header._replace(kind="seat"), header._replace(effect_key="x"), header._replace(occurred_at=later),
        header._replace(recorded_at=later), header._replace(terms_hash="t"), header._replace(reverses=7),
    ]  # fmt: skip
    hashes = {chain.link(other, lines, prev_hash=journal.prev_hash) for other in others}
    first = lines[0]
    for changed in (first._replace(code="asset:bank"), first._replace(party="lumen"), first._replace(currency="CNY"),
                    first._replace(amount_minor=4850), first._replace(term_path="x")):  # fmt: skip
        hashes.add(chain.link(header, [changed, *lines[1:]], prev_hash=journal.prev_hash))
    hashes.add(chain.link(header, lines[::-1], prev_hash=journal.prev_hash))
    hashes.add(chain.link(header, lines, prev_hash="0" * 64))
    assert len(hashes | {journal.hash}) == 15


def test_journals_are_found_by_number_kind_key_hash_and_account(book: Book) -> None:
    first, second = book("sale:pay_1"), book("seat:7", [leg("asset:bank", 5), leg("income:share", -5)], kind="seat")

    def found(words: str, **narrow: int) -> list[int]:
        return [row.id for row in db.session.execute(queries.journals_matching(words, **narrow)).scalars()]

    assert found("") == [2, 1]
    assert found("pay_") == found("sale") == found(first.hash) == [1]
    assert found("2") == [2]
    assert found("7") == [2]
    assert found("seat 7") == [second.id]
    assert found("%") == []
    bank = next(row.id for row in db.session.execute(queries.standing_accounts()) if row.code == "asset:bank")
    assert found("", account_id=bank) == [2]
