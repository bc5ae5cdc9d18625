"""Clauses that look at more than one sale: worked by hand, never past their limits, and independent of any order at a close."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursehub.contracts.clauses import Ceiling, Guarantee, Ladder, LaterRate, Recoup, Rung
from coursehub.contracts.closing import Happened, replayed, shortfall, true_up
from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.counters import moved_back, moved_by, names_for, window_of
from coursehub.contracts.prose import text_of
from coursehub.contracts.terms import Rate, TermsBody, TermsRefused, hash_of, parse, to_data
from coursehub.contracts.waterfall import Sale, share_sale, shares_of

from . import strategies
from .test_waterfall import JOINT

MOMENT = "2026-03-05T02:00:00Z"


def simple(**rest) -> TermsBody:
    """The house 30 % of every other sale; the rest is the joint contract's."""
    body = parse(JOINT)
    return replace(body, rates=replace(body.rates, channels=(), rest=Rate(3_000, None, **rest)))


def sold(terms, gross, counted=(), moment=MOMENT):
    """Lines of a sale without tax or fee, with the counters as given."""
    return share_sale(terms, Sale(gross, occurred_at=moment, counted=dict(counted), approved_minutes={"b": 60}))


def platform(lines):
    return next(line for line in lines if line.reason.kind == "rate")


def test_a_marginal_ladder_gives_each_rung_its_own_part_of_the_volume():
    # 8000 were shared before; a sale of 5000 crosses 10000: 2000 at 30 % and 3000 at 20 %: 600 + 600.
    terms = simple(ladder=Ladder("marginal", "year", (Rung(10_000, 2_000),)))
    line = platform(sold(terms, 5_000, {"volume:2026": 8_000}))
    assert (line.amount_minor, line.reason.rungs) == (1_200, ((2_000, 3_000), (3_000, 2_000)))


def test_a_slab_gives_the_whole_sale_what_was_reached_before_it():
    terms = simple(ladder=Ladder("slab", "year", (Rung(10_000, 2_000), Rung(20_000, 1_000))))
    assert [platform(sold(terms, 5_000, {"volume:2026": n})).amount_minor for n in (9_999, 10_000, 20_000)] == [1_500, 1_000, 500]


def test_another_year_begins_at_the_foot_of_the_ladder_and_it_begins_in_beijing():
    assert [window_of("year", moment) for moment in ("2026-12-31T15:59:59Z", "2026-12-31T16:00:00Z")] == ["2026", "2027"]
    assert window_of("month", "2026-01-31T16:00:00Z") == "2026-02" and window_of("contract", MOMENT) == "all"


def test_a_later_rate_counts_from_its_first_moment():
    terms = simple(later=(LaterRate("2026-03-05T02:00:00Z", 2_500), LaterRate("2026-04-01T00:00:00Z", 1_000)))
    seen = [
        platform(sold(terms, 1_000, moment=moment)).amount_minor
        for moment in ("2026-03-05T01:59:59Z", MOMENT, "2026-05-01T00:00:00Z")
    ]
    assert seen == [300, 250, 100]
    with pytest.raises(ValueError, match="the sale has none"):
        sold(terms, 1_000, moment="")


def test_a_ceiling_stops_the_platform_within_its_window():
    terms = simple()
    terms = replace(terms, rates=replace(terms.rates, ceiling=Ceiling("month", 1_000)))
    assert [platform(sold(terms, 2_000, {"platform:2026-03": n})).amount_minor for n in (0, 700, 1_000)] == [600, 300, 0]


def test_costs_come_back_before_the_rest_is_divided_and_stop_at_their_amount():
    # Of 10000 the house keeps 3000; half of 7000 goes to A until 5000 have come back: 3500, then 1500, then nothing.
    terms = replace(simple(), recoup=(Recoup("film", "a", 5_000, 5_000),))
    back = []
    counted = 0
    for _n in range(3):
        lines = sold(terms, 10_000, {"recouped:film": counted})
        moved = moved_by(terms, lines, MOMENT)
        counted += moved.get("recouped:film", 0)
        back.append(moved.get("recouped:film", 0))
        assert sum(line.amount_minor for line in lines) == 10_000
    assert back == [3_500, 1_500, 0]


def test_a_refund_in_any_parts_moves_the_counters_back_whole():
    moved = {"volume:2026": 9_433, "recouped:film": 1_001}
    steps = [
        moved_back(moved, gross_minor=10_000, before_minor=before, amount_minor=part)
        for before, part in ((0, 1), (1, 3_332), (3_333, 6_667))
    ]
    assert {name: sum(step.get(name, 0) for step in steps) for name in moved} == moved
    assert all(amount >= 0 for step in steps for amount in step.values())


@given(strategies.terms(), st.lists(strategies.sales, max_size=8))
@settings(max_examples=150, deadline=None)
def test_no_history_passes_a_limit_and_every_sale_still_adds_up(data, sales):
    terms = compile_terms(data)
    counted: dict[str, int] = {}
    for sale in sales:
        lines = share_sale(terms, replace(sale, counted=counted))
        assert sum(line.amount_minor for line in lines) == sale.gross_minor
        for name, step in moved_by(terms, lines, sale.occurred_at).items():
            counted[name] = counted.get(name, 0) + step
    for cost in terms.recoup:
        assert 0 <= counted.get(f"recouped:{cost.id}", 0) <= cost.amount_minor
    if terms.rates.ceiling:
        assert all(n <= terms.rates.ceiling.amount_minor for name, n in counted.items() if name.startswith("platform:"))


@given(strategies.terms(), st.lists(strategies.sales, min_size=1, max_size=7), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_a_close_comes_to_the_same_in_whatever_order_things_arrived(data, sales, chance):
    terms = compile_terms(data)
    events = [Happened(f"sale:{n}", sale.occurred_at, terms, sale=sale) for n, sale in enumerate(sales)]
    events += [
        Happened(f"refund:{n}", "2026-12-30T00:00:00Z", terms, reverses=f"sale:{n}", amount_minor=sale.gross_minor)
        for n, sale in enumerate(sales)
        if n % 2 and sale.gross_minor
    ]
    right = replayed(events)
    shuffled = list(events)
    chance.shuffle(shuffled)
    assert replayed(shuffled) == right
    everything = sum(right.totals().values())
    assert everything == sum(
        shares
        for n, sale in enumerate(sales)
        if not n % 2 or not sale.gross_minor
        for shares in shares_of(share_sale(terms, replace(sale, counted={}))).values()
    )


def test_what_is_taken_back_comes_after_what_it_takes_from_whatever_the_clocks_said():
    terms = simple()
    given = Happened("sale:9", MOMENT, terms, sale=Sale(1_000, occurred_at=MOMENT))
    for moment in (MOMENT, "2026-03-01T00:00:00Z"):
        taken = Happened("refund:1", moment, terms, reverses="sale:9", amount_minor=1_000)
        assert set(replayed([taken, given]).totals().values()) == {0}
    with pytest.raises(ValueError, match="which is not there"):
        replayed([taken])


def test_a_true_up_adds_up_to_nothing_and_is_silent_where_nothing_differs():
    assert true_up({"a": 10, "house": 5}, {"a": 7, "house": 8}, house="house") == {"a": 3, "house": -3}
    assert true_up({"a": 10, "house": 5}, {"a": 10, "house": 4}, house="house") == {}
    assert true_up({"a": 10, "b": 5}, {"a": 7, "b": 9}, house="house") == {"a": 3, "b": -4, "house": 1}


def test_a_guarantee_adds_what_is_missing_and_never_more_than_its_limit():
    promise = Guarantee("a", "year", 1_000_000, 400_000, "house")
    assert [shortfall(promise, earned) for earned in (1_200_000, 1_000_000, 750_000, 300_000)] == [0, 0, 250_000, 400_000]
    assert shortfall(replace(promise, cap_minor=None), 0) == 1_000_000


def test_terms_without_such_clauses_keep_the_hash_they_had_and_count_nothing():
    body = parse(JOINT)
    assert not {"recoup", "guarantees", "reserve"} & set(to_data(body))
    assert to_data(parse({**JOINT, "recoup": [], "reserve": None})) == to_data(body)
    assert names_for(body, MOMENT) == []
    texts = {"en": text_of(body, "en")}
    assert hash_of(body, texts) == hash_of(parse({**JOINT, "guarantees": []}), texts)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rest": {"share_bps": 3_000, "cap_minor": None, "ladder": {"kind": "marginal", "window": "year", "rungs": [{"above_minor": 5, "share_bps": 1}, {"above_minor": 5, "share_bps": 2}]}}}, "Each step must begin above"),
        ({"rest": {"share_bps": 3_000, "cap_minor": None, "later": [{"begins": "2026-05-01T00:00:00Z", "share_bps": 1}, {"begins": "2026-04-01T00:00:00Z", "share_bps": 2}]}}, "Each day must be later"),
        ({"rest": {"share_bps": 3_000, "cap_minor": None, "later": [{"begins": "2026-02-30T00:00:00Z", "share_bps": 1}]}}, "no such day"),
        ({"ceiling": {"window": "year", "amount_minor": 0}}, "A ceiling of nothing"),
    ],
)  # fmt: skip
def test_rates_that_cannot_be_meant_are_refused(change, says):
    with pytest.raises(TermsRefused, match=says):
        compile_terms({**JOINT, "rates": {**JOINT["rates"], **change}})


@pytest.mark.parametrize(
    ("clause", "says"),
    [
        ({"recoup": [{"id": "film", "party": "nobody", "amount_minor": 5, "share_bps": 5}]}, "not a party"),
        ({"recoup": [{"id": "film", "party": "a", "amount_minor": 0, "share_bps": 5}]}, "bring nothing back"),
        ({"recoup": [{"id": "film", "party": "a", "amount_minor": 9, "share_bps": 5}] * 2}, "Two costs"),
        ({"guarantees": [{"party": "a", "window": "year", "amount_minor": 9, "cap_minor": None, "funder": "b"}]}, "Only the house"),
        ({"guarantees": [{"party": "a", "window": "year", "amount_minor": 9, "cap_minor": 0, "funder": "house"}]}, "adds nothing"),
        ({"reserve": {"share_bps": 500, "days": 1}}, "longer than the hold"),
    ],
)  # fmt: skip
def test_costs_guarantees_and_reserves_that_cannot_be_meant_are_refused(clause, says):
    with pytest.raises(TermsRefused, match=says):
        compile_terms({**JOINT, **clause})


def test_the_sentences_name_every_limit_in_both_languages():
    data = {
        **JOINT,
        "recoup": [{"id": "film", "party": "a", "amount_minor": 500_000, "share_bps": 5_000}],
        "guarantees": [{"party": "a", "window": "year", "amount_minor": 1_000_000, "cap_minor": 400_000, "funder": JOINT["parties"][0]["id"]}],
        "reserve": {"share_bps": 1_000, "days": 90},
    }  # fmt: skip
    body = compile_terms(data)
    for locale, words in (
        ("en", ("5,000.00", "4,000.00", "10%", "90 days", "true-up")),
        ("zh-CN", ("5,000.00元", "4,000.00元", "90天", "补差")),
    ):
        text = text_of(body, locale)
        assert all(word in text for word in words), locale


def test_a_rate_by_volume_is_exact_before_it_is_rounded():
    terms = simple(ladder=Ladder("marginal", "contract", (Rung(1, 3_333),)))
    assert platform(sold(terms, 3)).reason.exact == Fraction(3_000 + 2 * 3_333, 10_000)
