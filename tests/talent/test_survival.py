"""Durations of which some are not over: equal to an outside library, and never flattered by what is still under way."""

import random
import warnings

import pytest

from coursehub.talent import survival


def cases(n: int, seed: int, *, whole: bool = True) -> list[tuple[float, bool]]:
    chance = random.Random(seed)
    return [((chance.randint(0, 40) if whole else chance.random() * 40), chance.random() < 0.6) for _ in range(n)]


@pytest.mark.parametrize(("n", "seed", "whole"), [(1, 1, True), (7, 2, True), (60, 3, True), (400, 4, True), (400, 5, False)])
def test_the_curve_its_band_and_the_numbers_at_risk_equal_an_outside_library(n, seed, whole):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import KaplanMeierFitter

        rows = cases(n, seed, whole=whole)
        other = KaplanMeierFitter().fit([d for d, _ in rows], [e for _, e in rows])
    points = survival.lasting(rows)
    assert sum(point.ended for point in points) == sum(over for _, over in rows)
    for point in points:
        assert point.share == pytest.approx(other.survival_function_at_times(point.at).iloc[0], abs=1e-9)
        low, high = other.confidence_interval_survival_function_.loc[point.at]
        if 0 < point.share < 1:
            assert (point.low, point.high) == pytest.approx((low, high), abs=1e-9)
        assert point.at_risk == other.event_table.loc[point.at, "at_risk"]
    found = survival.median(points)
    assert found == (None if other.median_survival_time_ == float("inf") else other.median_survival_time_)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_competing_exits_equal_an_outside_library_and_add_up_to_one(seed):
    chance = random.Random(seed)
    kinds = ["moved", "left", None]
    rows = [(chance.random() * 30, chance.choices(kinds, [3, 2, 4])[0]) for _ in range(200)]
    curves = survival.exits(rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import AalenJohansenFitter

        codes = {"moved": 1, "left": 2, None: 0}
        for kind in ("moved", "left"):
            other = AalenJohansenFitter(calculate_variance=False).fit(
                [d for d, _ in rows], [codes[e] for _, e in rows], event_of_interest=codes[kind]
            )
            for moment, share in curves[kind]:
                assert share == pytest.approx(float(other.predict(moment)), abs=1e-9)
    last = survival.lasting((d, e is not None) for d, e in rows)[-1]
    assert sum(curve[-1][1] for curve in curves.values()) + last.share == pytest.approx(1, abs=1e-9)


def test_a_mean_over_finished_cases_alone_would_flatter_and_the_median_does_not():
    """Ten quick ones are over; thirty slow ones are under way: half are not done after 5 days, whatever the finished ones say."""
    rows = [(5.0, True)] * 10 + [(60.0, False)] * 30
    assert survival.median(survival.lasting(rows)) is None
    assert survival.median(survival.lasting([row for row in rows if row[1]])) == 5


def test_numbers_at_risk_stand_below_the_curve():
    rows = [(10.0, True), (20.0, False), (20.0, True), (30.0, False)]
    assert survival.at_risk(rows, [0, 10, 11, 20, 21, 31]) == [4, 4, 3, 3, 1, 0]
    assert survival.share_at(survival.lasting(rows), 9) == 1
    assert survival.share_at(survival.lasting(rows), 10) == 0.75
    assert survival.lasting([]) == []


def test_a_negative_duration_is_refused():
    with pytest.raises(ValueError, match="no time"):
        survival.lasting([(-1, True)])
