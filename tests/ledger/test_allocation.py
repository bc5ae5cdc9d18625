"""Part-refunds: Webster targets over the legs of a sale."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursehub.ledger.allocation import reversal_step, way_to_target, webster_target
from coursehub.money import share_out

amounts = st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any)


def as_legs(parts: list[int]) -> dict[str, int]:
    return {f"leg{n}": amount for n, amount in enumerate(parts)}


@st.composite
def refunds(draw: st.DrawFn) -> tuple[dict[str, int], list[int]]:
    legs = as_legs(draw(amounts))
    whole = sum(legs.values())
    cuts = sorted(draw(st.lists(st.integers(0, whole), max_size=12)))
    ends = [0, *cuts, whole]
    return legs, [after - before for before, after in itertools.pairwise(ends)]


@given(refunds())
def test_refunds_in_any_parts_take_back_every_leg_exactly_and_never_credit_a_payee(
    case: tuple[dict[str, int], list[int]],
) -> None:
    legs, steps = case
    before, back = 0, dict.fromkeys(legs, 0)
    for step in steps:
        parts = reversal_step(legs, before_minor=before, amount_minor=step)
        assert sum(parts.values()) == step
        assert min(parts.values()) >= 0
        back = {name: back[name] + parts[name] for name in legs}
        assert all(back[name] <= legs[name] for name in legs)
        before += step
    assert back == legs


@given(amounts, st.data())
def test_a_target_stays_near_the_exact_share(parts: list[int], data: st.DataObject) -> None:
    legs = as_legs(parts)
    whole = sum(legs.values())
    taken = data.draw(st.integers(0, whole))
    for name, units in webster_target(legs, taken).items():
        assert abs(units - Fraction(legs[name] * taken, whole)) < len(legs)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6).filter(any))
def test_the_quick_way_is_the_queue_told_in_the_rule(parts: list[int]) -> None:
    """Unit by unit: the leg whose amount / (2 * units + 1) is largest comes next, ties by order."""
    legs = as_legs(parts)
    target = dict.fromkeys(legs, 0)
    for taken in range(sum(parts) + 1):
        assert webster_target(legs, taken) == target
        following = max(legs, key=lambda n: Fraction(legs[n], 2 * target[n] + 1))
        target[following] += 1


@given(amounts, st.data())
def test_whatever_goes_back_and_comes_again_in_any_order_every_leg_stands_at_its_target(
    parts: list[int], data: st.DataObject
) -> None:
    """What is gone depends on the sum alone, so no order of refunds, disputes and returns changes what anybody has."""
    legs = as_legs(parts)
    gone, taken = dict.fromkeys(legs, 0), list[int]()
    for _step in range(data.draw(st.integers(0, 12))):
        total = sum(gone.values())
        if taken and data.draw(st.booleans()):
            amount = -taken.pop(data.draw(st.integers(0, len(taken) - 1)))
        else:
            amount = data.draw(st.integers(0, sum(parts) - total))
            if data.draw(st.booleans()):
                taken.append(amount)  # a dispute; else a refund, which never comes again
        step = way_to_target(legs, gone, amount_minor=amount)
        gone = {name: gone[name] + step[name] for name in legs}
        assert gone == webster_target(legs, total + amount)
        assert all(units * amount >= 0 for units in step.values())
    rest = way_to_target(legs, gone, amount_minor=sum(parts) - sum(gone.values()))
    assert {name: gone[name] + rest[name] for name in legs} == legs


@given(amounts, st.data())
def test_where_books_stand_beside_their_targets_no_leg_goes_the_other_way_or_beyond_itself(
    parts: list[int], data: st.DataObject
) -> None:
    """Books of before this rule can: there a return undid the legs of its dispute."""
    legs = as_legs(parts)
    gone = {name: data.draw(st.integers(0, amount)) for name, amount in legs.items()}
    left = sum(parts) - sum(gone.values())
    amount = data.draw(st.integers(-sum(gone.values()), left))
    step = way_to_target(legs, gone, amount_minor=amount)
    assert sum(step.values()) == amount
    assert all(units * amount >= 0 for units in step.values())
    assert all(0 <= gone[name] + step[name] <= legs[name] for name in legs)
    rest = way_to_target(legs, gone, amount_minor=left)
    assert {name: gone[name] + rest[name] for name in legs} == legs


@given(refunds())
def test_where_nothing_came_again_the_rule_gives_what_refunds_always_gave(case: tuple[dict[str, int], list[int]]) -> None:
    """And what a return gave right after its dispute: the very legs of it."""
    legs, steps = case
    before, gone = 0, dict.fromkeys(legs, 0)
    for amount in steps:
        step = way_to_target(legs, gone, amount_minor=amount)
        assert step == reversal_step(legs, before_minor=before, amount_minor=amount)
        before, gone = before + amount, {name: gone[name] + step[name] for name in legs}
        again = way_to_target(legs, gone, amount_minor=-amount)
        assert again == {name: -units for name, units in step.items()}


def test_the_largest_remainder_would_credit_a_payee_where_webster_does_not() -> None:
    """The planted fault: the method for sales, used for running refunds, takes units back from a leg."""
    legs = {"a": 1, "b": 5, "c": 5}

    def steps(target: object) -> int:
        totals = [target(taken) for taken in range(sum(legs.values()) + 1)]  # type: ignore[operator]
        return min(after[n] - before[n] for before, after in itertools.pairwise(totals) for n in legs)

    assert steps(lambda taken: webster_target(legs, taken)) == 0
    assert steps(lambda taken: share_out(taken, legs)) < 0


@pytest.mark.parametrize(("legs", "taken"), [({"a": 5}, 6), ({"a": 5}, -1), ({"a": -1, "b": 3}, 1), ({}, 1)])
def test_what_cannot_be_taken_back_is_refused(legs: dict[str, int], taken: int) -> None:
    with pytest.raises(ValueError):
        webster_target(legs, taken)


def test_nothing_of_nothing_is_nothing() -> None:
    assert webster_target({"a": 0}, 0) == {"a": 0}
    with pytest.raises(ValueError):
        reversal_step({"a": 5}, before_minor=2, amount_minor=-1)
