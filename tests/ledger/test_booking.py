"""Booking: once per effect, in the open transaction, with balances and a chain."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from coursehub.db import db, transaction
from coursehub.ledger import chain, queries
from coursehub.ledger.checks import check_books
from coursehub.ledger.models import Account, ChainHead, Journal, Posting
from coursehub.ledger.operations import Effect, EffectAlreadyBooked, Leg, post, post_new
from tests.asked import statements
from tests.conftest import empty_the_database
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


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
whole_numbers = st.integers(-(2**53) + 1, 2**53 - 1)


@given(
    st.lists(st.builds(chain.Line, texts, texts, texts, whole_numbers, st.none() | texts), max_size=4),
    texts,
    st.none() | whole_numbers,
)
def test_the_canonical_form_is_rfc_8785(lines: list[chain.Line], words: str, number: int | None) -> None:
    """The reference implementation writes the same bytes for everything that a journal can say."""
    moment = datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC)
    header = chain.Header(7, words, words, moment, moment, words or None, number)
    ours = chain.canonical(header, lines, prev_hash="a" * 64)
    assert rfc8785.dumps(json.loads(ours)) == ours
    assert json.loads(ours)["postings"] == [list(line) for line in lines]


def test_an_amount_that_json_cannot_write_exactly_is_refused(book: Book) -> None:
    most = 2**53 - 1
    book("sale:1", [leg("asset:bank", most), leg("income:share", -most)])
    with pytest.raises(sa.exc.IntegrityError):
        book("sale:2", [leg("asset:bank", most + 1), leg("income:share", -most - 1)])


def test_an_account_opened_in_a_transaction_that_failed_is_opened_again(book: Book, at: datetime) -> None:
    """What is remembered of open accounts never outlives the transaction that opened them."""
    book("sale:0")
    fresh = [leg("asset:fresh", 5), leg("income:fresh", -5)]
    for _turn in range(2):
        with pytest.raises(ZeroDivisionError), transaction():
            book("sale:1", fresh)
            book("sale:2", fresh)
            raise ZeroDivisionError
    book("sale:1", fresh)
    assert queries.balance_of("asset:fresh", "EUR") == 5


def test_what_was_remembered_of_one_book_is_not_believed_of_another(application: Flask, at: datetime) -> None:
    for _book in range(2):
        empty_the_database(application)
        with application.app_context():
            for key in ("sale:1", "sale:2"):
                with transaction():
                    assert post(kind="sale", effect_key=key, occurred_at=at, at=at, currency="EUR", postings=a_sale()).id


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


def many(at: datetime, count: int, legs: list[Leg] | None = None) -> list[Effect]:
    return [Effect("sale", f"sale:new_{n}", at, legs or a_sale(), "EUR") for n in range(count)]


def test_many_effects_are_the_journals_that_they_would_be_one_by_one(book: Book, at: datetime) -> None:
    first = book()
    with transaction():
        booked = post_new(many(at, 3), at=at)
    last = book("sale:after")
    assert [first.id, *(each.id for each in booked), last.id] == [1, 2, 3, 4, 5]
    assert [queries.journal(each.id).hash for each in booked] == [each.hash for each in booked]
    assert (queries.journal(2).prev_hash, last.prev_hash) == (first.hash, booked[-1].hash)
    assert queries.as_text(3) == queries.as_text(1)
    assert check_books().faults == ()


def test_each_of_many_effects_costs_two_statements(book: Book, at: datetime) -> None:
    book()
    asked = {}
    for count in (10, 30):
        with statements() as seen, transaction():
            post_new([each._replace(effect_key=f"{each.effect_key}:{count}") for each in many(at, count)], at=at)
        asked[count] = len(seen)
    assert asked[30] - asked[10] <= 2 * 20


@pytest.mark.parametrize("wrong", ["unbalanced", "known", "nothing"])
def test_where_one_of_many_cannot_be_booked_none_is(book: Book, at: datetime, wrong: str) -> None:
    book("sale:new_9")
    legs = {"unbalanced": [leg("asset:bank", 5), leg("income:share", -4)], "known": a_sale(), "nothing": [leg("asset:bank", 0)]}
    bad = Effect("sale", "sale:new_9" if wrong == "known" else "sale:bad", at, legs[wrong], "EUR")
    with pytest.raises(ValueError if wrong == "nothing" else sa.exc.DBAPIError), transaction():
        post_new([*many(at, 2), bad], at=at)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Journal)) == 1
    assert check_books().faults == ()
