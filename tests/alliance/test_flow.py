"""The flow ledger loses nobody, whatever happens to people and in whichever order it is told."""

import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursehub.alliance import flow, sankey
from coursehub.alliance.flow import LEARNING, NEW, OUTSIDE, UNKNOWN, Fact

DAY0 = datetime(2026, 1, 1, tzinfo=UTC)


def day(n: float) -> datetime:
    return DAY0 + timedelta(days=n)


ANNA = [
    Fact(1, "enrolled", day(1)), Fact(1, "started", day(40), "harbour"), Fact(1, "left", day(90), "harbour"),
    Fact(1, "started", day(95), "beacon"), Fact(1, "left", day(200), "beacon", "outside"),
]  # fmt: skip


def test_a_person_is_in_one_place_at_a_time():
    """learning, harbour, unknown for five days, beacon, outside"""
    assert [place for _at, place in flow.path(ANNA)] == [LEARNING, "harbour", UNKNOWN, "beacon", OUTSIDE]
    shuffled = random.Random(1).sample(ANNA, len(ANNA))
    assert flow.path(shuffled) == flow.path(ANNA)


def test_a_second_job_counts_while_it_lasts_and_the_first_again_after_it():
    facts = [Fact(1, "started", day(1), "a"), Fact(1, "started", day(5), "b"), Fact(1, "left", day(9), "b")]
    assert flow.path(facts) == [(day(1), "a"), (day(5), "b"), (day(9), "a")]


def test_leaving_somewhere_one_never_was_changes_nothing():
    assert flow.path([Fact(1, "started", day(1), "a"), Fact(1, "left", day(2), "b")]) == [(day(1), "a")]


def test_a_period_shows_opening_in_out_and_closing():
    """
    harbour   opening 1, out 1 to unknown, closing 0
    beacon    opening 0, in 1 from unknown, closing 1
    """
    found = flow.ledger(flow.paths(ANNA), day(60), day(120))
    assert found.balances
    harbour, beacon = found.lines["harbour"], found.lines["beacon"]
    assert (harbour.opening, harbour.went[UNKNOWN], harbour.closing) == (1, 1, 0)
    assert (beacon.opening, beacon.came[UNKNOWN], beacon.closing) == (0, 1, 1)
    assert found.lines[UNKNOWN].balances


ORGANISATIONS = ["a", "b", "c"]
kinds = st.sampled_from(["enrolled", "certified", "started", "left", "moved", "applied"])
facts = st.builds(
    Fact, st.integers(1, 6), kinds, st.integers(0, 60).map(day), st.sampled_from([*ORGANISATIONS, None]),
    st.sampled_from(["", "outside"]),
)  # fmt: skip


@given(st.lists(facts, max_size=40), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=400, deadline=None)
def test_every_place_balances_and_two_periods_meet(told, a, b, c):
    everybody = flow.paths(told)
    a, b, c = sorted((a, b, c))
    first, second = flow.ledger(everybody, day(a), day(b)), flow.ledger(everybody, day(b), day(c))
    whole = flow.ledger(everybody, day(a), day(c))
    assert first.balances
    assert second.balances
    assert whole.balances
    for place in {*first.lines, *second.lines} - {NEW}:
        closing = first.lines[place].closing if place in first.lines else 0
        opening = second.lines[place].opening if place in second.lines else 0
        assert closing == opening
    assert sum(line.closing for place, line in whole.lines.items() if place != NEW) == sum(
        any(at < day(c) for at, _place in places) for places in everybody.values()
    )


def test_a_ledger_that_lost_somebody_would_be_found():
    found = flow.ledger(flow.paths(ANNA), day(60), day(120))
    found.lines["harbour"].went[UNKNOWN] -= 1
    assert not found.balances


def test_stays_end_by_moving_inside_by_leaving_or_not_at_all():
    told = [
        *ANNA, Fact(2, "started", day(10), "harbour"), Fact(3, "started", day(20), "harbour"), Fact(3, "moved", day(50), "beacon"),
    ]  # fmt: skip
    with_employer, inside = flow.stays(flow.paths(told), frozenset({"harbour", "beacon"}), day(210))
    assert with_employer == [flow.Spell(50, UNKNOWN), flow.Spell(200, None), flow.Spell(30, "moved")]
    assert inside == [flow.Spell(50, UNKNOWN), flow.Spell(200, None), flow.Spell(190, None)]


def flows_of(numbers):
    return [sankey.Flow(source, target, n) for (source, target), n in numbers.items()]


NUMBERS = {("learning", "a"): 20, ("learning", "b"): 10, ("a", "a"): 30, ("a", "outside"): None}


def test_a_band_is_as_wide_as_the_people_in_it_and_a_hidden_one_has_a_fixed_width():
    drawn = sankey.picture(flows_of(NUMBERS), ["learning", "a"], ["a", "b", "outside"])
    heights = {(stop.side, stop.name): stop.height for stop in drawn.stops}
    assert heights["left", "learning"] == pytest.approx(3 * heights["right", "b"], abs=0.2)
    assert heights["right", "outside"] == sankey.THINNEST
    assert len(drawn.bands) == 4


def test_bands_of_a_place_lie_side_by_side_inside_its_bar():
    drawn = sankey.picture(flows_of(NUMBERS), ["learning", "a"], ["a", "b", "outside"])
    for side in ("left", "right"):
        stops = [stop for stop in drawn.stops if stop.side == side]
        for above, below in itertools.pairwise(stops):
            assert below.y == pytest.approx(above.y + above.height + sankey.GAP, abs=0.3)
        assert stops[-1].y + stops[-1].height <= drawn.height + 0.3


def test_no_flow_draws_nothing():
    assert sankey.picture([], ["a"], ["b"]).bands == []
    assert sankey.picture([sankey.Flow("a", "b", 0)], ["a"], ["b"]).stops == []
