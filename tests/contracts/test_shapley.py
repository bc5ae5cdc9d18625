"""A suggested division is exact: the average over every order of coming together, and it divides everything."""

import html
import re
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursehub import clock
from coursehub.contracts import operations
from coursehub.contracts.shapley import LABELS, WHOLE, Group, as_division, as_percentages, shapley, worth
from coursehub.money import share_out
from tests.cast import sign_in

from .rig import course_of

groups = st.lists(
    st.builds(Group, st.frozensets(st.sampled_from("abcde"), min_size=1), st.integers(0, 10_000)), min_size=1, max_size=6
)


def test_the_example_of_the_docstring():
    said = [Group(frozenset("a"), 2_000), Group(frozenset("ab"), 9_000), Group(frozenset("abc"), 6_000)]
    assert shapley(said) == {"a": 8_500, "b": 6_500, "c": 2_000}
    assert as_percentages(shapley(said)) == {"a": 5_000, "b": 3_824, "c": 1_176}


@given(groups)
def test_it_is_what_each_adds_on_average_over_every_order(said):
    everybody = sorted({party for group in said for party in group.parties})
    orders = list(permutations(everybody))
    adds = dict.fromkeys(everybody, Fraction(0))
    for order in orders:
        for n, party in enumerate(order):
            adds[party] += worth(said, order[: n + 1]) - worth(said, order[:n])
    assert shapley(said) == {party: amount / len(orders) for party, amount in adds.items()}
    assert sum(shapley(said).values()) == worth(said, everybody)


@given(groups)
def test_percentages_add_up_to_everything_or_nothing(said):
    shares = as_percentages(shapley(said))
    assert sum(shares.values()) == (10_000 if any(group.amount for group in said) else 0)


@pytest.mark.parametrize(
    "said", [[Group(frozenset(), 5)], [Group(frozenset("a"), -1)], [Group(frozenset("abcdefghi"), 5)]]
)  # fmt: skip
def test_groups_that_mean_nothing_are_refused(said):
    with pytest.raises(ValueError, match="at most eight"):
        shapley(said)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 1000), min_size=1))
def test_a_suggested_division_gives_every_party_its_part(weights):
    shares = share_out(WHOLE, weights)
    node, got, left = as_division(shares), {}, Fraction(WHOLE)
    while node["kind"] == "shares":
        assert len({item["label"] for item in node["items"]}) == len(node["items"]) <= len(LABELS)
        for item in node["items"]:
            got[item["then"]["party"]] = left * item["share_bps"] / WHOLE
        left -= sum(left * item["share_bps"] / WHOLE for item in node["items"])
        node = node["rest"]
    got[node["party"]] = left
    exact = {party: share for party, share in shares.items() if share}
    assert got.keys() == exact.keys()
    assert all(abs(got[party] - share) <= (0 if len(exact) <= 5 else 1) for party, share in exact.items())


def test_a_division_of_nothing_is_refused():
    with pytest.raises(ValueError, match="something to somebody"):
        as_division({"a": 0})


def test_the_page_works_it_out_and_keeps_what_was_typed_in_its_address(app, cast):
    at = clock.now()
    contract = operations.open_contract(
        courses=[course_of(cast.northwind, "async", at)], partners=[cast.northwind], title="合作", title_en="Together",
        by=cast.acting(cast.stan), at=at,
    )  # fmt: skip
    both = f"group1={cast.house.public_id}&group1={cast.northwind.public_id}&amount1=9000"
    address = f"/studio/contracts/{contract.public_id}/suggestion?group0={cast.northwind.public_id}&amount0=1,000&{both}"
    pia = sign_in(app.test_client(), cast.pia)
    shown = pia.get(f"{address}&amount2=many", headers={"Accept-Language": "en"}).text
    assert "5,500" in shown and "55%" in shown and "45%" in shown and "Choose who, and write" in shown and 'value="many"' in shown
    assert sign_in(app.test_client(), cast.eve).get(address).status_code == 404
    more = pia.get(f"{address}&rows=40", headers={"Accept-Language": "en"}).text
    assert more.count("<fieldset") == 3, "two sides have three groups"
    link = html.unescape(re.search(r'href="([^"]+division=[^"]+)"', shown)[1])
    editor = pia.get(link, headers={"Accept-Language": "en"}).text
    assert "The division below is the suggested one" in editor and 'value="55"' in editor
    for wrong in ("x:10000", f"{cast.house.public_id}:5000", f"{cast.house.public_id}:-1", ","):
        other = pia.get(f"/studio/contracts/{contract.public_id}/propose?division={wrong}", headers={"Accept-Language": "en"})
        assert other.status_code == 200 and "the suggested one" not in other.text
