"""The form and the data say the same, both ways."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursehub.contracts import drafting
from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.starting_points import joint_development, simple_split
from coursehub.contracts.terms import to_data

from .strategies import bps

PARTIES = [
    {"id": "house", "side": "house", "name": "量潮课堂", "name_en": "QuantTide Academy"},
    {"id": "a", "side": "partner", "name": "甲", "name_en": "A"},
]
COURSES = [{"id": "k1", "title": "课", "title_en": "Course"}]


def there_and_back(data):
    body = compile_terms({**data, "contract": "c1", "version": 1})
    again = drafting.to_data(drafting.from_terms(body), parties=PARTIES, courses=COURSES)
    return to_data(compile_terms({**again, "contract": "c1", "version": 1})), to_data(body)


@pytest.mark.parametrize("start", [simple_split, joint_development])
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
    data = copy.deepcopy(joint_development(PARTIES, COURSES, currency=draw.draw(st.sampled_from(["CNY", "JPY"]))))
    data["rates"]["rest"] = {"share_bps": draw.draw(bps), "cap_minor": draw.draw(st.none() | st.integers(0, 10**6))}
    data["fixed"] = [{"party": "a", "amount_minor": draw.draw(st.integers(1, 10**6))}] if draw.draw(st.booleans()) else []
    data["discount"]["opted_in"] = [{"party": "a", "floor_price_minor": draw.draw(st.integers(0, 10**6))}]
    data["split"]["items"][0]["share_bps"] = draw.draw(st.integers(1, 10_000))
    again, before = there_and_back(data)
    assert again == before


def test_a_deeper_division_is_not_squeezed_into_the_form():
    data = joint_development(PARTIES, COURSES, currency="CNY")
    data["split"]["rest"] = copy.deepcopy(data["split"])
    body = compile_terms({**data, "contract": "c1", "version": 1})
    with pytest.raises(ValueError, match="deeper"):
        drafting.from_terms(body)


def test_problems_find_their_field():
    assert drafting.field_of("/rates/rest/share_bps") == "rate_rest"
    assert drafting.field_of("/split/items") == "pot_makers"
    assert drafting.field_of("/elsewhere") is None
