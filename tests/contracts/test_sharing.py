"""A money event becomes lines, a journal and an entry in the book, all or nothing, once."""

import textwrap
from datetime import timedelta

import pytest

from coursehub.contracts import operations
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.operations.sharing import (
    CourseNotCovered,
    NothingToRefund,
    OtherCurrency,
    RefundExceedsSale,
    TermsUnknown,
)
from coursehub.db import db, transaction
from coursehub.ledger import checks
from coursehub.ledger import queries as ledger
from coursehub.ledger.operations import EffectAlreadyBooked

from .rig import agree, course_of, draft_of_refund, draft_of_sale


def share(draft, at):
    with transaction():
        return operations.share(draft, at=at)


def told(event, cast):
    """The journal of an event, with the parties by name."""
    text = ledger.as_text(event.journal_id)
    for name in ("northwind", "house"):
        text = text.replace(getattr(cast, name).public_id, name)
    return [" ".join(line.split()) for line in text.splitlines()]


def expected(test):
    return [" ".join(line.split()) for line in textwrap.dedent(test.__doc__).strip().splitlines()]


@pytest.fixture
def course(cast, at):
    return course_of(cast.northwind, "async", at)


@pytest.fixture
def terms(cast, course, at):
    return agree(cast, course, at)[1]


def test_a_sale_holds_the_partners_share_and_books_the_houses(cast, course, terms, at):
    """
    asset:rail:stripe 96.80 CNY
    liability:tax -5.66 CNY
    income:share -27.34 CNY
    liability:payable:held northwind -63.80 CNY
    """
    event = share(draft_of_sale(terms, course, at), at)
    assert told(event, cast) == expected(test_a_sale_holds_the_partners_share_and_books_the_houses)
    assert event.held_until == at + timedelta(days=30)
    assert sum(line.amount_minor for line in event.lines) == 10_000


def test_half_a_refund_takes_back_half_of_every_leg(cast, course, terms, at):
    """
    asset:rail:stripe -50.00 CNY
    liability:tax 2.83 CNY
    income:share 13.67 CNY
    liability:payable:held northwind 31.90 CNY
    expense:rail_fee 1.60 CNY
    """
    share(draft_of_sale(terms, course, at), at)
    event = share(draft_of_refund(course, at, 5_000), at)
    assert told(event, cast) == expected(test_half_a_refund_takes_back_half_of_every_leg)


def test_a_full_refund_in_parts_leaves_only_the_rails_fee(cast, course, terms, at):
    share(draft_of_sale(terms, course, at), at)
    for n, amount in enumerate((1, 3_333, 3_333, 3_332, 1)):
        share(draft_of_refund(course, at, amount, key=f"refund:{n}"), at)
    partner = cast.northwind.public_id
    assert ledger.balance_of("liability:payable:held", "CNY", party=partner) == 0
    standing = {
        code: ledger.balance_of(code, "CNY")
        for code in ("asset:rail:stripe", "liability:tax", "income:share", "expense:rail_fee")
    }
    assert standing == {"asset:rail:stripe": -320, "liability:tax": 0, "income:share": 0, "expense:rail_fee": 320}
    assert checks.check_books().faults == ()


def test_the_kept_fee_becomes_a_claim_on_the_partner_the_terms_name(cast, course, at):
    """
    asset:rail:stripe -100.00 CNY
    liability:tax 5.66 CNY
    income:share 27.34 CNY
    liability:payable:held northwind 63.80 CNY
    asset:receivable northwind 3.20 CNY
    """
    terms = agree(cast, course, at, refund_fee={"bearer": cast.northwind.public_id})[1]
    share(draft_of_sale(terms, course, at), at)
    event = share(draft_of_refund(course, at, 10_000), at)
    assert told(event, cast) == expected(test_the_kept_fee_becomes_a_claim_on_the_partner_the_terms_name)


def test_a_fee_that_is_not_deducted_is_the_houses_cost_and_stays_so(cast, course, at):
    """
    asset:rail:stripe 96.80 CNY
    liability:tax -5.66 CNY
    income:share -28.30 CNY
    liability:payable:held northwind -66.04 CNY
    expense:rail_fee 3.20 CNY
    """
    terms = agree(cast, course, at, base={"deduct": ["tax"]})[1]
    event = share(draft_of_sale(terms, course, at), at)
    assert told(event, cast) == expected(test_a_fee_that_is_not_deducted_is_the_houses_cost_and_stays_so)
    share(draft_of_refund(course, at, 10_000), at)
    assert ledger.balance_of("expense:rail_fee", "CNY") == 320
    assert checks.check_books().faults == ()


def test_the_same_effect_is_shared_once_and_a_different_one_under_its_key_is_an_error(course, terms, at):
    first = share(draft_of_sale(terms, course, at), at)
    assert share(draft_of_sale(terms, course, at), at + timedelta(hours=1)).id == first.id
    with pytest.raises(EffectAlreadyBooked):
        share(draft_of_sale(terms, course, at, gross_minor=9_999), at)
    refund = share(draft_of_refund(course, at, 100), at)
    assert share(draft_of_refund(course, at, 100), at).id == refund.id
    assert db.session.query(MoneyEvent).count() == 2


def test_more_than_is_left_is_not_refunded(course, terms, at):
    share(draft_of_sale(terms, course, at), at)
    share(draft_of_refund(course, at, 9_000), at)
    with pytest.raises(RefundExceedsSale):
        share(draft_of_refund(course, at, 1_001, key="refund:2"), at)
    with pytest.raises(NothingToRefund):
        share(draft_of_refund(course, at, 1, key="refund:3", sale="sale:none"), at)


def test_a_sale_outside_its_terms_is_refused(cast, course, terms, at):
    other = course_of(cast.northwind, "other", at)
    with pytest.raises(CourseNotCovered):
        share(draft_of_sale(terms, other, at), at)
    draft = draft_of_sale(terms, course, at)
    with pytest.raises(OtherCurrency):
        share(type(draft)(**{**vars(draft), "currency": "EUR"}), at)
    with pytest.raises(TermsUnknown):
        share(type(draft)(**{**vars(draft), "terms_hash": "0" * 64}), at)


def test_a_sale_of_nothing_is_in_the_book_without_a_journal(course, terms, at):
    event = share(draft_of_sale(terms, course, at, gross_minor=0, fee_minor=0), at)
    assert event.journal_id is None
    assert {line.amount_minor for line in event.lines} == {0}


def test_a_refund_uses_the_terms_of_its_sale_though_others_hold_now(cast, course, at):
    contract, old = agree(cast, course, at)
    share(draft_of_sale(old, course, at), at)
    later = at + timedelta(days=10)
    _contract, new = agree(cast, course, later, contract=contract, rates={
        "party": cast.house.public_id, "channels": [], "rest": {"share_bps": 5000, "cap_minor": None},
    })  # fmt: skip
    assert new.terms_hash != old.terms_hash
    refund = share(draft_of_refund(course, later, 10_000), later)
    assert refund.terms_hash == old.terms_hash
    assert ledger.balance_of("liability:payable:held", "CNY", party=cast.northwind.public_id) == 0
