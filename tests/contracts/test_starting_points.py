"""What the starting points mean in money."""

from typing import Any

from coursehub.contracts import starting_points
from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.waterfall import Sale, share_sale, shares_of

PARTIES = [
    {"id": "house", "side": "house", "name": "量潮课堂", "name_en": "QuantTide Academy"},
    {"id": "a", "side": "partner", "name": "甲", "name_en": "A"},
]
COURSES = [{"id": "k1", "title": "课", "title_en": "Course"}]


def shared(start: Any, channel: str, parties: list[dict[str, Any]] = PARTIES, **facts: Any) -> dict[str, int]:
    """Who gets what of 100.00 without tax and fees."""
    data = start(parties, COURSES, currency="CNY") | {"contract": "c1", "version": 1}
    return shares_of(share_sale(compile_terms(data), Sale(gross_minor=10_000, channel=channel, **facts)))


def test_of_hires_and_hours_the_platform_takes_half_as_much():
    assert shared(starting_points.placement_share, "platform") == {"house": 3000, "a": 7000}
    assert shared(starting_points.placement_share, "member") == {"house": 1500, "a": 8500}


def test_in_training_for_employers_most_goes_to_who_teaches():
    facts = {"module_weights": {"a": 1}, "approved_minutes": {"house": 60, "a": 120}}
    # 100.00 less 15 %: 85.00; makers 30 % of it (25.50), teachers the rest (59.50), of which the house taught a third.
    assert shared(starting_points.directed_training, "sponsor", **facts) == {"house": 1500 + 1983, "a": 2550 + 3967}
    assert shared(starting_points.directed_training, "member", **facts) == {"house": 1500 + 1983, "a": 2550 + 3967}
    assert shared(starting_points.directed_training, "platform", **facts)["house"] > 3000


def test_the_house_alone_takes_nothing_from_itself():
    for start in (starting_points.placement_share, starting_points.directed_training):
        assert shared(start, "member", PARTIES[:1]) == {"house": 10_000}
