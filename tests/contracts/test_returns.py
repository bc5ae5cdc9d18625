"""What a bank gives back of a sale, with refunds before and after: nobody ends with something, nothing waits for ever."""

from datetime import timedelta
from itertools import permutations

import pytest

from coursehub.contracts import operations, queries
from coursehub.contracts.operations.sharing import reinstate
from coursehub.contracts.waterfall import gone_of, legs_of
from coursehub.db import transaction
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_RESERVE
from coursehub.ledger.allocation import webster_target
from coursehub.ledger.checks import check_books
from coursehub.ledger.queries import balance_of
from tests.contracts.rig import agree, course_of, draft_of_dispute, draft_of_refund, draft_of_sale, gave_back_as_before

pytestmark = pytest.mark.usefixtures("app")
DAY = timedelta(days=1)


@pytest.fixture
def course(cast, at):
    return course_of(cast.northwind, "async", at - 9 * DAY)


def share(draft, at):
    with transaction():
        return operations.share(draft, at=at)


def give_back(taken, at):
    with transaction():
        return reinstate(taken, effect_key=f"{taken.effect_key}:back", occurred_at=at, at=at)


def lines_of(sold):
    """The lines of a sale, and those of all that went and came again of it."""
    beside = queries.reversals_of_event(sold.id)
    return [queries.line_of(row) for row in sold.lines], [queries.line_of(row) for each in beside for row in each.lines]


def stands_at_its_targets(sold):
    lines, taken = lines_of(sold)
    return gone_of(taken) == webster_target(legs_of(lines), queries.refunded_of(sold))


@pytest.mark.parametrize("gross", [7, 999, 10_000])
@pytest.mark.parametrize("disputed", [1, 2, 3])
@pytest.mark.parametrize("refunded", [1, 2, 3])
def test_what_was_refunded_while_a_bank_had_a_part_leaves_the_rest_to_be_refunded(cast, at, course, gross, disputed, refunded):
    _contract, terms = agree(cast, course, at - DAY, reserve={"share_bps": 3_333, "days": 60})
    sold = share(draft_of_sale(terms, course, at, gross_minor=gross, fee_minor=1), at)
    taken = share(draft_of_dispute(course, at, disputed), at)
    share(draft_of_refund(course, at + DAY, refunded), at + DAY)
    give_back(taken, at + DAY)
    assert stands_at_its_targets(sold)
    for n in range(4):
        left = gross - queries.refunded_of(sold)
        if left:
            share(draft_of_refund(course, at + 2 * DAY, 1 if n < 3 else left, f"refund:x{n}"), at + 2 * DAY)
            assert stands_at_its_targets(sold)
    for code, party in (
        (PARTNER_HELD, cast.northwind.public_id),
        (PARTNER_RESERVE, cast.northwind.public_id),
        ("liability:tax", None),
    ):
        assert balance_of(code, "CNY", party=party) == 0
    assert check_books().faults == ()


@pytest.mark.parametrize("gross", [7, 999])
@pytest.mark.parametrize("disputed", [1, 2, 3])
@pytest.mark.parametrize("refunded", [1, 2, 3])
def test_books_in_which_a_return_undid_its_dispute_are_refunded_to_the_end(cast, at, course, gross, disputed, refunded):
    """Written before decision 49; such a sale can stand a unit beside its targets, and waits for nobody."""
    _contract, terms = agree(cast, course, at - DAY, reserve={"share_bps": 3_333, "days": 60})
    sold = share(draft_of_sale(terms, course, at, gross_minor=gross, fee_minor=1), at)
    taken = share(draft_of_dispute(course, at, disputed), at)
    share(draft_of_refund(course, at + DAY, refunded), at + DAY)
    gave_back_as_before(taken, at + DAY)
    again = share(draft_of_dispute(course, at + DAY, 1, "dispute:2"), at + DAY)
    give_back(again, at + DAY)
    for n in range(4):
        left = gross - queries.refunded_of(sold)
        share(draft_of_refund(course, at + 2 * DAY, 1 if n < 3 else left, f"refund:x{n}"), at + 2 * DAY) if left else None
    partner = cast.northwind.public_id
    for code, party in ((PARTNER_HELD, partner), (PARTNER_RESERVE, partner), ("liability:tax", None)):
        assert balance_of(code, "CNY", party=party) == 0
    assert check_books().faults == ()


def test_the_order_in_which_money_goes_and_comes_changes_nothing(cast, at, course):
    """Two refunds, and two disputes whose money comes again: in every order of the six the same stands in the end."""
    _contract, terms = agree(cast, course, at - DAY)
    steps = ["refund:1", "refund:2", "dispute:1", "dispute:2", "back:1", "back:2"]
    ends = set()
    orders = [each for each in permutations(steps) if all(each.index(f"dispute:{n}") < each.index(f"back:{n}") for n in (1, 2))]
    for place, order in enumerate(orders):
        sold = share(draft_of_sale(terms, course, at, f"sale:{place}", gross_minor=11, tax_bps=1_900, fee_minor=1), at)
        taken = {}
        for step in order:
            what, _colon, n = step.partition(":")
            if what == "refund":
                share(draft_of_refund(course, at, int(n), f"{step}:{place}", sold.effect_key), at)
            elif what == "dispute":
                taken[n] = share(draft_of_dispute(course, at, int(n) + 1, f"{step}:{place}", sold.effect_key), at)
            else:
                give_back(taken[n], at)
            assert stands_at_its_targets(sold), order
        ends.add(tuple(sorted(gone_of(lines_of(sold)[1]).items())))
    assert len(orders) == 180 and len(ends) == 1


def test_what_a_bank_gives_back_is_said_with_its_arithmetic(cast, at, course):
    _contract, terms = agree(cast, course, at - DAY)
    share(draft_of_sale(terms, course, at), at)
    taken = share(draft_of_dispute(course, at, 5_000), at)
    back = give_back(taken, at)
    assert [(row.role, row.party, row.path, -row.amount_minor) for row in back.lines] == [
        (row.role, row.party, row.path, row.amount_minor) for row in taken.lines
    ]
    assert {queries.line_of(row).reason.kind for row in back.lines} == {"reinstated"}
    assert give_back(taken, at).id == back.id
    with pytest.raises(ValueError, match="is no dispute"):
        give_back(back, at)
