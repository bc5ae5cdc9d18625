"""The form and the data say the same, both ways."""

import copy
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursehub.contracts import drafting, splitting
from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.shape import Problem, as_data
from coursehub.contracts.starting_points import (
    by_volume,
    cost_comes_back,
    directed_training,
    guaranteed_minimum,
    in_passes,
    joint_development,
    placement_share,
    simple_split,
    year_by_year,
)
from coursehub.contracts.terms import parse, to_data
from coursehub.rails import LEAST_PAYOUT_MINOR

from .strategies import bps, over_time, terms

NOW = datetime(2026, 12, 31, 20, tzinfo=UTC)
PARTIES = [
    {"id": "house", "side": "house", "name": "量潮课堂", "name_en": "QuantTide Academy"},
    {"id": "a", "side": "partner", "name": "甲", "name_en": "A"},
]
COURSES = [{"id": "k1", "title": "课", "title_en": "Course"}]


def sent(branch):
    """The fields a browser sends for a division that the page shows, as names with their values."""
    fields = {}
    for each in branch.walk():
        fields |= {f"{each.name}.to": [each.to], f"{each.name}.shown": [each.to if each.rest else ""]}
        fields |= {f"{each.name}.count": [str(len(each.items))]} if each.items else {}
        fields |= {f"{each.name}.parties": each.parties} if each.parties else {}
        for item in each.items:
            fields |= {f"{item.then.name}.label": [item.label], f"{item.then.name}.percent": [item.percent]}
            fields |= {f"{item.then.name}.ends_on": [item.ends_on]} if item.ends_on else {}
    return fields


def through_the_page(node, parties):
    return splitting.typed(sent(splitting.drawn(node)), parties)


def there_and_back(data):
    body = compile_terms({**data, "contract": "c1", "version": 1})
    split = through_the_page(body.split, [party["id"] for party in PARTIES])
    again = drafting.to_data(drafting.from_terms(body), split, parties=PARTIES, courses=COURSES)
    return to_data(compile_terms({**again, "contract": "c1", "version": 1})), to_data(body)


@pytest.mark.parametrize(
    "start",
    [
        simple_split, joint_development, by_volume, cost_comes_back, guaranteed_minimum, in_passes, placement_share,
        directed_training, partial(year_by_year, at=NOW),
    ],
)  # fmt: skip
def test_each_starting_point_survives_the_form(start):
    again, before = there_and_back(start(PARTIES, COURSES, currency="CNY"))
    assert again == before


def test_the_day_on_which_terms_begin_survives_the_form():
    data = simple_split(PARTIES, COURSES, currency="CNY")
    again, before = there_and_back({**data, "starts": "2027-01-15T16:00:00Z"})
    assert again == before and again["starts"] == "2027-01-15T16:00:00Z"


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_what_the_form_can_show_it_gives_back_unchanged(draw):
    currency = draw.draw(st.sampled_from(["CNY", "JPY"]))
    data = copy.deepcopy(joint_development(PARTIES, COURSES, currency=currency))
    data["rates"]["rest"] = {"share_bps": draw.draw(bps), "cap_minor": draw.draw(st.none() | st.integers(0, 10**6))}
    data["fixed"] = [{"party": "a", "amount_minor": draw.draw(st.integers(1, 10**6))}] if draw.draw(st.booleans()) else []
    data["discount"]["opted_in"] = [{"party": "a", "floor_price_minor": draw.draw(st.integers(0, 10**6))}]
    data["split"]["items"][0]["share_bps"] = draw.draw(st.integers(1, 10_000))
    more = draw.draw(over_time(["a"]))
    data["rates"]["rest"] |= more["rate"]
    data["rates"] |= more["rates"]
    data |= more["terms"]
    if draw.draw(st.booleans()):
        data["reserve"] = {"share_bps": draw.draw(st.integers(1, 10_000)), "days": draw.draw(st.integers(31, 730))}
    if draw.draw(st.booleans()):
        data["payday"] = {
            "every": draw.draw(st.sampled_from(["week", "month"])),
            "minimum_minor": draw.draw(st.integers(LEAST_PAYOUT_MINOR[currency], 10**6)),
        }
    if draw.draw(st.booleans()):
        data["governance"]["triggers"] = [{"measure": "modules", "points_bps": draw.draw(st.integers(100, 10_000))}]
    if draw.draw(st.booleans()):
        cap = draw.draw(st.none() | st.integers(1, 10**6))
        data["guarantees"] = [
            {"party": "a", "window": "year", "amount_minor": 5_000, "cap_minor": cap, "funder": PARTIES[0]["id"]}
        ]
    again, before = there_and_back(data)
    assert again == before


@given(terms())
@settings(max_examples=120, deadline=None)
def test_a_division_of_any_depth_goes_through_the_form_unchanged(data):
    body = parse(data)
    split = through_the_page(body.split, [party.id for party in body.parties])
    assert not splitting.find_problems(split)
    assert splitting.as_node(split) == as_data(body.split)


def test_a_share_is_divided_again_step_by_step():
    """A share is added, its branch divided, filled in, and its sibling removed, as the buttons of the page would."""
    split = splitting.typed({"split.to": ["a"]}, ["house", "a"])
    fields = sent(split) | {"split.to": ["shares"]}
    split = splitting.typed(fields, ["house", "a"])
    assert split.is_new and [item.label for item in split.items] == ["makers"]
    assert splitting.find_problems(split), "new fields must be filled in before anything is offered"
    fields = sent(split) | {"split-0.percent": ["60"], "split-0.to": ["by_modules"], "split-rest.to": ["house"]}
    split = splitting.with_another_share(splitting.typed(fields, ["house", "a"]), "split")
    assert [item.label for item in split.items] == ["makers", "teachers"]
    fields = sent(split) | {"split-1.percent": ["7.25"]}
    split = splitting.typed(fields, ["house", "a"])
    assert not splitting.find_problems(split)
    by_modules = {"kind": "by_modules", "parties": ["house", "a"], "rest": {"kind": "pay", "party": "a"}}
    assert splitting.as_node(split)["items"] == [
        {"label": "makers", "share_bps": 6000, "then": by_modules},
        {"label": "teachers", "share_bps": 725, "then": {"kind": "pay", "party": "house"}},
    ]
    split = splitting.without_share(split, "split-0")
    assert splitting.as_node(split)["items"] == [
        {"label": "teachers", "share_bps": 725, "then": {"kind": "pay", "party": "house"}}
    ]
    assert splitting.as_node(splitting.without_share(split, "split-0")) == {"kind": "pay", "party": "house"}


@pytest.mark.parametrize(
    ("percent", "says"),
    [
        ("", "Fill"),
        ("many", "0 to 100"),
        ("NaN", "0 to 100"),
        ("1e9", "0 to 100"),
        ("-1", "0 to 100"),
        ("33.333", "two decimals"),
    ],
)
def test_what_is_no_share_is_said_beside_it(app, percent, says):
    split = splitting.drawn(parse_split(joint_development(PARTIES, COURSES, currency="CNY")))
    fields = sent(split) | {"split-0.percent": [percent]}
    split = splitting.typed(fields, ["house", "a"])
    assert splitting.find_problems(split)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert says in str(split.items[0].problems[0])


def test_nonsense_sent_as_a_division_is_read_as_a_small_one():
    nonsense = {
        "split.to": ["shares"],
        "split.shown": ["shares"],
        "split.count": ["99"],
        "split-0.to": ["nobody"],
        "split-0.label": ["x"],
    }
    split = splitting.typed(nonsense, ["house", "a"])
    assert len(split.items) == splitting.MOST_SHARES
    assert {item.then.to for item in split.items} == {"a"}
    deep = {f"split{'-rest' * n}.{name}": ["shares"] for n in range(500) for name in ("to", "shown")}
    assert sum(1 for _each in splitting.typed(deep, ["house"]).walk()) < 300


def test_a_problem_of_the_compiler_finds_its_branch(app):
    data = joint_development(PARTIES, COURSES, currency="CNY")
    split = splitting.drawn(parse_split(data))
    where = splitting.place(split, Problem("/split/items/0/share_bps", "too little"))
    assert (where, split.items[0].problems) == ("split-0.percent", ["too little"])
    assert splitting.place(split, Problem("/split/items/0/then/parties/0", "unknown")) == "split-0.to"
    assert splitting.place(split, Problem("/parties/1", "gets nothing")) == "split.to"


def parse_split(data):
    return compile_terms({**data, "contract": "c1", "version": 1}).split


def test_problems_find_their_field():
    assert drafting.field_of("/rates/rest/share_bps") == "rate_rest"
    assert drafting.field_of("/elsewhere") is None
