"""What past events would have given under other terms, in all and change by change."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from coursehub.contracts.clauses import Guarantee
from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.one_by_one import one_by_one
from coursehub.contracts.replay import Past, effects, replay, replay_by_month, totals
from coursehub.contracts.terms import Base, Pay, RefundFee, parse, to_data
from coursehub.contracts.waterfall import Sale, share_sale, shares_of

from . import strategies
from .test_waterfall import JOINT, SALE, TERMS


def test_a_replay_sets_what_was_beside_what_would_have_been():
    """Under 40% instead of 30%: house 3646 + 820 = 4466 in place of 3691."""
    other = compile_terms(JOINT | {"rates": {"party": "house", "channels": [], "rest": {"share_bps": 4000, "cap_minor": None}}})
    moved = replay([Past(SALE, shares_of(share_sale(TERMS, SALE)))], other, ["house", "a", "b"])
    assert {row.party: (row.before_minor, row.after_minor) for row in moved} == {
        "house": (3691, 4466), "a": (2871, 2461), "b": (2552, 2187),
    }  # fmt: skip
    assert sum(row.change_minor for row in moved) == 0
    assert replay([Past(Sale(0), {})], other, ["house"])[0].change_minor == 0


def pair(old, new):
    """Two terms of the same sides in the same currency."""
    parties = [{**party, "side": "house" if party["id"] == "house" else "partner"} for party in old["parties"]]
    return compile_terms(old), parse({**new, "currency": old["currency"], "parties": parties})


events = st.builds(
    lambda sale, part, kind: Past(sale, {}, sale.gross_minor * part // 4, kind),
    strategies.sales, st.integers(0, 4), st.sampled_from(["sale", "sale", "period"]),
)  # fmt: skip


@given(strategies.terms(), strategies.terms(), st.lists(events, max_size=6))
@settings(max_examples=60, deadline=None)
def test_the_effects_of_all_changes_add_up_to_the_whole_difference(old, new, past):
    before, after = pair(old, new)
    past = sorted(past, key=lambda each: each.sale.occurred_at)
    found = effects(past, before, after)
    whole, held = totals(replay_by_month(past, after)), totals(replay_by_month(past, before))
    for party in {*whole, *held}:
        assert sum(effect.by_party.get(party, 0) for effect in found) == whole.get(party, 0) - held.get(party, 0)


@given(strategies.terms(), strategies.terms(), st.lists(events, max_size=6))
@settings(max_examples=60, deadline=None)
def test_what_one_side_gains_by_a_change_others_lose_by_it(old, new, past):
    past = [each for each in past if each.kind == "sale" or each.sale.tax_bps == each.sale.fee_minor == 0]
    in_parts = sum(0 < each.refunded_minor < each.sale.gross_minor for each in past)  # its odd unit may be one of tax
    for effect in effects(past, *pair(old, new)):
        assert abs(sum(effect.by_party.values())) <= in_parts


@given(strategies.terms(), strategies.terms())
@settings(max_examples=120, deadline=None)
def test_one_change_after_another_leads_from_the_old_terms_to_the_new_ones(old, new):
    before, after = pair(old, new)
    steps = list(one_by_one(before, after))
    for step, following in pairwise(steps):
        assert step.after == following.before, step.path
    for step in steps:
        assert step.before != step.after, "a change changes something"
        told = {name for name in to_data(step.after) if to_data(step.before).get(name) != to_data(step.after).get(name)}
        assert told <= {step.part}, "and nothing outside its part"
    assert (steps[-1].after if steps else replace(before, version=after.version)) == after


def test_each_change_stands_for_itself():
    """Rates, percentages of one division, a side below it, a hold: five changes, and each its own effect.

    With a cap of 1000 there are 8114 left: A 8114 x 60% x 3/4 = 3651.3, the house 1217.1, B 3245.6 -> 3246, so the house
    has 2217 in place of 3691. Half of it each: A 3042.75 -> 3043, the house 1014.25, B 4057.
    """
    own = JOINT["rates"]["channels"][0]
    makers = JOINT["split"]["items"][0] | {"share_bps": 5_000}
    data = JOINT | {
        "rates": {"party": "house", "channels": [own | {"share_bps": 700}], "rest": {"share_bps": 3_000, "cap_minor": 1_000}},
        "split": JOINT["split"] | {"items": [makers | {"then": makers["then"] | {"rest": {"kind": "pay", "party": "house"}}}]},
        "hold": {"days": 10},
    }
    found = effects([Past(SALE, {})], TERMS, compile_terms(data))
    assert [(effect.change.path, dict(effect.by_party)) for effect in found] == [
        ("/rates/channels/0", {"house": 0, "a": 0, "b": 0}),
        ("/rates/rest/cap_minor", {"house": -1474, "a": 780, "b": 694}),
        ("/split", {"house": -203, "a": -608, "b": 811}),
        ("/split/items/0/then/rest", {"house": 0, "a": 0, "b": 0}),
        ("/hold", {}),
    ]


def test_a_division_of_another_shape_is_one_change():
    other = replace(TERMS, split=Pay("pay", "b"))
    assert [step.path for step in one_by_one(TERMS, other)] == ["/split"]


def test_a_channel_that_goes_and_one_that_comes_are_two_changes():
    data = JOINT | {"rates": {**JOINT["rates"], "channels": [{"channel": "coupon", "share_bps": 900, "cap_minor": None}]}}
    assert [step.path for step in one_by_one(TERMS, compile_terms(data))] == ["/rates/channels/0", "/rates/channels/0"]


def test_a_fee_that_nothing_covers_is_the_houses_loss_and_a_refunds_fee_its_bearers():
    """Without the fee among what is taken off, the others gain what the house pays the provider."""
    (effect,) = effects([Past(SALE, {})], TERMS, replace(TERMS, base=Base(("tax",))))
    assert sum(effect.by_party.values()) == 0 and effect.by_party["a"] > 0 > effect.by_party["house"]
    (effect,) = effects([Past(SALE, {}, 10_000)], TERMS, replace(TERMS, refund_fee=RefundFee("a")))
    assert dict(effect.by_party) == {"house": 320, "a": -320, "b": 0}


def test_a_part_of_a_placement_that_terms_no_longer_speak_of_stays_with_the_house():
    hire = Past(Sale(8_000, channel="member", module_weights={"a": 1}), {}, 2_000, "hire")
    with_hires = replace(TERMS, scope=replace(TERMS.scope, events=("sale", "hire")))
    (effect,) = effects([hire], with_hires, TERMS)
    assert totals(replay_by_month([hire], TERMS)) == {"house": 6_000}
    assert effect.change.part == "scope" and effect.by_party["house"] == -(effect.by_party["a"] + effect.by_party["b"]) > 0


def test_a_replay_guarantees_months_and_years_in_which_nothing_was_sold():
    sales = [Past(replace(SALE, occurred_at=f"{month}-10T04:00:00Z"), {}) for month in ("2025-11", "2026-02", "2027-01")]
    monthly = replace(TERMS, guarantees=(Guarantee("a", "month", 1_000, None, "house"),))
    added = totals(replay_by_month(sales, monthly))["a"] - totals(replay_by_month(sales, TERMS))["a"]
    assert added == 12 * 1_000, "thirteen whole months lie in between; in one of them a earned more"
    yearly = replace(TERMS, guarantees=(Guarantee("a", "year", 10**9, None, "house"),))
    found = replay_by_month(sales, yearly)
    assert found["2026-12", "a"] == 10**9 - totals(replay_by_month(sales[1:2], TERMS))["a"]
