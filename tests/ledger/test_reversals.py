"""Taking back: as often as something remains, never more, never the other way round."""

import itertools

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursehub.db import db
from coursehub.ledger import queries
from coursehub.ledger.allocation import reversal_step
from coursehub.ledger.operations import Leg
from tests.ledger.conftest import Book, a_sale, leg

Refused = sa.exc.IntegrityError


def part(held: int, income: int = 0, tax: int = 0) -> list[Leg]:
    return [
        leg("asset:rail:stripe", -held - income - tax),
        leg("liability:payable:held", held, "northwind"),
        leg("income:share", income),
        leg("liability:tax", tax),
    ]


def test_a_refund_in_parts_takes_back_what_remains_of_each_leg(book: Book, told: str) -> None:
    """
    asset:rail:stripe                     -13.02 EUR
    liability:payable:held northwind       13.02 EUR
    """
    sale = book()
    book("refund:1", part(2000, 500), kind="refund", reverses=sale.id)
    last = book("refund:2", part(1302), kind="refund", reverses=sale.id)
    assert queries.as_text(last.id) == told
    assert queries.balance_of("liability:payable:held", "EUR", party="northwind") == 0
    assert [journal.effect_key for journal in queries.reversals_of(sale.id)] == ["refund:1", "refund:2"]


def test_no_leg_is_taken_back_beyond_what_remains(book: Book) -> None:
    sale = book()
    book("refund:1", part(2000), kind="refund", reverses=sale.id)
    with pytest.raises(Refused, match="beyond what remains"):
        book("refund:2", part(1303), kind="refund", reverses=sale.id)
    with pytest.raises(Refused, match="beyond what remains"):
        book("refund:2", part(0, 0, 284), kind="refund", reverses=sale.id)
    book("refund:2", part(1302, 1264, 283), kind="refund", reverses=sale.id)


def test_a_refund_never_credits_a_payee(book: Book) -> None:
    sale = book()
    with pytest.raises(Refused, match="never adds"):
        book("refund:1", part(-100, 300), kind="refund", reverses=sale.id)


def test_the_fee_that_the_rail_keeps_is_no_leg_of_the_sale(book: Book, told: str) -> None:
    """
    asset:rail:stripe                     -49.99 EUR
    liability:tax                           2.83 EUR
    liability:payable:held northwind       33.02 EUR
    income:share                           12.64 EUR
    expense:rail_fee                        1.50 EUR
    """
    sale = book()
    back = [*(Leg(each.account, -each.amount_minor) for each in a_sale()[1:]), leg("expense:rail_fee", 150)]
    refund = book("refund:1", [leg("asset:rail:stripe", -4999), *back], kind="refund", reverses=sale.id)
    assert queries.as_text(refund.id) == told


def test_what_a_failed_refund_gave_back_can_be_refunded_again(book: Book) -> None:
    sale = book()
    refund = book("refund:1", part(3302), kind="refund", reverses=sale.id)
    with pytest.raises(Refused):
        book("refund:2", part(1), kind="refund", reverses=sale.id)
    book(
        "refund:1:failed",
        [Leg(each.account, -each.amount_minor) for each in part(3302)],
        kind="refund_failed",
        reverses=refund.id,
    )
    book("refund:2", part(3302), kind="refund", reverses=sale.id)
    with pytest.raises(Refused):
        book("refund:3", part(1), kind="refund", reverses=sale.id)


def test_what_a_bank_gives_back_comes_again_on_the_legs_of_the_sale_and_no_more_than_had_gone(book: Book) -> None:
    sale = book()
    with pytest.raises(Refused, match="comes again beyond"):
        book("dispute:0:back", part(-1), kind="reinstated", reverses=sale.id)
    book("dispute:1", part(2000, 500), kind="dispute", reverses=sale.id)
    book("refund:1", part(1000, 300), kind="refund", reverses=sale.id)
    with pytest.raises(Refused, match="never adds"):
        book("refund:2", part(-2000), kind="refund", reverses=sale.id)
    for beyond in (part(-3001), part(0, -801), part(0, 0, -1)):
        with pytest.raises(Refused, match="comes again beyond"):
            book("dispute:1:back", beyond, kind="reinstated", reverses=sale.id)
    book("dispute:1:back", part(-1999, -501), kind="reinstated", reverses=sale.id)  # rounded over what is gone by now
    with pytest.raises(Refused, match="beyond what remains"):
        book("refund:2", part(2302), kind="refund", reverses=sale.id)
    book("refund:2", part(2301, 965, 283), kind="refund", reverses=sale.id)
    assert queries.balance_of("liability:payable:held", "EUR", party="northwind") == 0


def test_a_correction_takes_back_every_leg_exactly_and_once(book: Book) -> None:
    sale = book()
    whole = [Leg(each.account, -each.amount_minor) for each in a_sale()]
    with pytest.raises(Refused, match="every leg exactly"):
        book("correction:1", part(10), kind="correction", reverses=sale.id)
    correction = book("correction:1", whole, kind="correction", reverses=sale.id)
    assert all(row.posted_minor == 0 for row in db.session.execute(queries.standing_accounts()))
    with pytest.raises(Refused):
        book("correction:2", whole, kind="correction", reverses=sale.id)
    book("correction:3", a_sale(), kind="correction", reverses=correction.id)


def test_a_correction_names_the_journal_it_corrects(book: Book) -> None:
    book()
    with pytest.raises(Refused, match="correction_names_its_journal"):
        book("correction:1", a_sale(), kind="correction")


def test_only_what_came_before_can_be_reversed(book: Book) -> None:
    book()
    for number in (2, 3):
        with pytest.raises(Refused, match=r"never adds|reverses_the_past|(?i:foreign key)"):
            book("refund:1", part(10), kind="refund", reverses=number)


keys = map(str, itertools.count())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_refunds_in_any_parts_bring_a_sale_back_to_zero(book: Book, data: st.DataObject) -> None:
    """Whatever the parts, the database lets each step in, and the last leaves every party at zero."""
    key = next(keys)
    shares = data.draw(st.lists(st.integers(1, 10**7), min_size=1, max_size=5))
    legs = {f"liability:payable:p{n}": amount for n, amount in enumerate(shares)}
    whole = sum(shares)
    before = {code: queries.balance_of(code, "EUR") for code in legs}
    sale = book(f"sale:{key}", [leg("asset:bank", whole), *(leg(code, -amount) for code, amount in legs.items())])
    ends = [0, *sorted(data.draw(st.lists(st.integers(1, whole), max_size=5, unique=True))), whole]
    for number, (start, end) in enumerate(itertools.pairwise(ends)):
        if start == end:
            continue
        step = reversal_step(legs, before_minor=start, amount_minor=end - start)
        taken = [leg("asset:bank", start - end), *(leg(code, amount) for code, amount in step.items())]
        book(f"refund:{key}:{number}", taken, kind="refund", reverses=sale.id)
    assert {code: queries.balance_of(code, "EUR") for code in legs} == before
    with pytest.raises(Refused, match="beyond what remains"):
        book(f"refund:{key}:more", [leg("asset:bank", -1), leg("liability:payable:p0", 1)], kind="refund", reverses=sale.id)
