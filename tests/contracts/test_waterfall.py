"""The waterfall: worked by hand, then by chance over everything the compiler accepts."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.reasons import from_data
from coursehub.contracts.waterfall import Sale, legs_of, share_refund, share_sale, shares_of, tax_within

from . import strategies

JOINT: dict[str, Any] = {
    "semantics": "coursehub-terms/1", "contract": "c1", "version": 1, "currency": "CNY", "starts": None,
    "parties": [
        {"id": "house", "side": "house", "name": "量潮课堂", "name_en": "QuantTide Academy"},
        {"id": "a", "side": "partner", "name": "甲", "name_en": "A"},
        {"id": "b", "side": "partner", "name": "乙", "name_en": "B"},
    ],
    "scope": {"courses": [{"id": "k1", "title": "课", "title_en": "Course"}], "events": ["sale"]},
    "base": {"deduct": ["tax", "rail_fee"]},
    "fixed": [],
    "rates": {
        "party": "house",
        "channels": [{"channel": "partner_link", "share_bps": 500, "cap_minor": None}],
        "rest": {"share_bps": 3000, "cap_minor": None},
    },
    "split": {
        "kind": "shares",
        "items": [
            {"label": "makers", "share_bps": 6000,
             "then": {"kind": "by_modules", "parties": ["a", "house"], "rest": {"kind": "pay", "party": "a"}}},
        ],
        "rest": {"kind": "by_hours", "parties": ["b"], "rest": {"kind": "pay", "party": "b"}},
    },
    "hold": {"days": 30}, "clawback": {"offset_limit_bps": 5000, "max_age_days": 180},
    "discount": {"opted_in": [{"party": "a", "floor_price_minor": 5000}], "rest": {"kind": "party", "party": "house"}},
    "refund_fee": {"bearer": "house"},
    "governance": {"signers": ["house", "a", "b"], "reply_days": 14, "notice_days": 30},
    "note": "",
}  # fmt: skip
TERMS = compile_terms(JOINT)
SALE = Sale(10_000, 600, 320, module_weights={"a": 3, "house": 1})


def told(lines):
    return [(line.role, line.party, line.amount_minor, line.path) for line in lines]


def test_the_example_of_the_waterfall_holds():
    """
    tax       10000 x 600/10600 = 566.04 -> 566    fee 320    left 9114
    house     9114 x 30% = 2734.2 -> 2734          left 6379.8
    A         6379.8 x 60% x 3/4 = 2870.91 -> 2871
    house     6379.8 x 60% x 1/4 =  956.97 ->  957
    B         6379.8 x 40%       = 2551.92 -> 2552
    """
    assert told(share_sale(TERMS, SALE)) == [
        ("tax", None, 566, "/base"),
        ("rail_fee", None, 320, "/base"),
        ("share", "house", 2734, "/rates/rest"),
        ("share", "a", 2871, "/split/items/0/then/parties/0"),
        ("share", "house", 957, "/split/items/0/then/parties/1"),
        ("share", "b", 2552, "/split/rest/rest"),
    ]


def test_half_of_it_refunded_gives_the_odd_unit_to_the_larger_leg():
    """Halves of 566, 3691, 2871, 2552, 320 are 283, 1845.5, 1435.5, 1276, 160."""
    lines = share_refund(TERMS, share_sale(TERMS, SALE), before_minor=0, amount_minor=5_000)
    assert [(line.party, line.amount_minor) for line in lines] == [
        (None, -283), ("house", -1846), ("a", -1435), ("b", -1276), ("house", -160),
    ]  # fmt: skip


def test_a_partners_own_link_has_its_own_rate_and_a_strangers_link_has_not():
    own = share_sale(TERMS, replace(SALE, channel="partner_link", attributed="a"))
    strange = share_sale(TERMS, replace(SALE, channel="partner_link", attributed="somebody"))
    assert own[2].amount_minor == 456  # 9114 x 5% = 455.7
    assert strange[2].amount_minor == 2734


def test_a_ceiling_cuts_the_rate_and_the_rest_flows_on():
    """9114 x 30% = 2734.2, at most 1000; 8114 go on: A 60% of 8114 x 3/4 = 3651.3, house 1217.1, B 3245.6."""
    terms = compile_terms(JOINT | {"rates": {"party": "house", "channels": [], "rest": {"share_bps": 3000, "cap_minor": 1000}}})
    lines = share_sale(terms, SALE)
    assert [line.amount_minor for line in lines[2:]] == [1000, 3651, 1217, 3246]
    assert lines[2].reason.cap_minor == 1000


def test_fixed_amounts_come_first_and_never_take_more_than_there_is():
    """9114 - 700 = 8414; 30% of it is 2524.2."""
    terms = compile_terms(JOINT | {"fixed": [{"party": "b", "amount_minor": 700}]})
    assert told(share_sale(terms, SALE))[2:4] == [("share", "b", 700, "/fixed/0"), ("share", "house", 2524, "/rates/rest")]
    small = share_sale(terms, Sale(600))
    assert shares_of(small)["b"] == 600
    assert sum(shares_of(small).values()) == 600


def test_a_discount_of_the_house_leaves_the_others_as_if_the_full_price_were_paid():
    """
    List price 12000, paid 10000, no tax, no fee: 12000 x 30% = 3600 to the house, less the 2000;
    A 8400 x 60% = 5040, B 3360.
    """
    sale = Sale(10_000, discount_minor=2_000, module_weights={"a": 1})
    assert shares_of(share_sale(TERMS, sale)) == {"house": 1600, "a": 5040, "b": 3360}


def test_a_partners_campaign_is_borne_by_the_partner_down_to_its_floor():
    sale = Sale(10_000, discount_minor=2_000, discount_borne_by="a", module_weights={"a": 1})
    assert shares_of(share_sale(TERMS, sale)) == {"house": 3600, "a": 3040, "b": 3360}
    below = Sale(4_000, discount_minor=8_000, discount_borne_by="a", module_weights={"a": 1})
    assert shares_of(share_sale(TERMS, below)) == {"house": 0, "a": 2400, "b": 1600}  # the house cannot bear 8000 of its 3600


def test_tax_inside_a_price_is_rounded_half_up():
    assert (tax_within(10_600, 600), tax_within(9_900, 600), tax_within(0, 600), tax_within(21, 5_000)) == (600, 560, 0, 7)


def test_a_fee_larger_than_the_price_is_the_houses_loss():
    lines = share_sale(TERMS, Sale(100, 0, 130))
    assert [(line.role, line.amount_minor) for line in lines if line.amount_minor] == [
        ("rail_fee", 130), ("fee_cost", -30),
    ]  # fmt: skip


@given(strategies.terms(), strategies.sales)
@settings(max_examples=120, deadline=None)
def test_whatever_the_compiler_accepts_answers_every_sale_and_conserves_it(data, sale):
    lines = share_sale(compile_terms(data), sale)
    assert sum(line.amount_minor for line in lines) == sale.gross_minor
    assert min(shares_of(lines).values(), default=0) >= 0
    assert all(line.amount_minor >= 0 for line in lines if line.role in ("tax", "rail_fee", "share"))


@given(strategies.terms(), strategies.sales)
@settings(max_examples=80, deadline=None)
def test_no_line_is_a_whole_unit_off_its_exact_amount(data, sale):
    for line in share_sale(compile_terms(data), sale):
        if line.role in ("tax", "rail_fee", "share"):
            assert abs(line.reason.exact - line.amount_minor) < 1
        assert from_data(line.reason.as_data()) == line.reason


@given(strategies.terms(), strategies.sales, st.lists(st.integers(1, 10**9), max_size=6))
@settings(max_examples=120, deadline=None)
def test_a_full_refund_in_any_parts_returns_every_party_to_zero_but_for_the_rails_fee(data, sale, parts):
    terms = compile_terms(data)
    sold = share_sale(terms, sale)
    net = shares_of(sold)
    before, fees = 0, 0
    for part in [*parts, sale.gross_minor]:
        amount = min(part, sale.gross_minor - before)
        step = share_refund(terms, sold, before_minor=before, amount_minor=amount)
        assert sum(line.amount_minor for line in step) == -amount
        assert all(line.amount_minor <= 0 for line in step)  # no step credits anybody
        for line in step:
            if line.role == "fee_cost":
                assert line.party == terms.refund_fee.bearer
                fees += line.amount_minor
            elif line.party:
                net[line.party] += line.amount_minor
                assert net[line.party] >= 0  # no leg is taken back beyond itself
        before += amount
    assert before == sale.gross_minor
    assert set(net.values()) <= {0}
    assert fees == -legs_of(sold)["rail_fee"]


@given(strategies.terms(), strategies.sales, st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_neither_the_order_of_keys_nor_the_names_of_parties_change_an_amount(data, sale, random):
    names = dict(zip(["house", "p0", "p1", "p2"], ["z9", "m5", "a1", "q7"], strict=True))

    def renamed(value):
        if isinstance(value, dict):
            items = list(value.items())
            random.shuffle(items)
            return {key: renamed(each) for key, each in items}
        if isinstance(value, list):
            return [renamed(each) for each in value]
        return names.get(value, value) if value != "house" else value

    def rename_house(value, key=None):
        if isinstance(value, dict):
            return {k: rename_house(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [rename_house(each, key) for each in value]
        return "z9" if value == "house" and key not in ("side", "unused") else value

    other = rename_house(renamed(data))
    moved = replace(
        sale,
        attributed=names.get(sale.attributed, sale.attributed),
        discount_borne_by=names.get(sale.discount_borne_by, sale.discount_borne_by),
        joined=tuple(names.get(party, party) for party in reversed(sale.joined)),
        module_weights={names.get(party, party): weight for party, weight in reversed(list(sale.module_weights.items()))},
        approved_minutes={names.get(party, party): minutes for party, minutes in sale.approved_minutes.items()},
    )
    plain = share_sale(compile_terms(data), sale)
    assert [(line.path, line.amount_minor) for line in plain] == [
        (line.path, line.amount_minor) for line in share_sale(compile_terms(other), moved)
    ]


def test_equal_remainders_go_by_declared_order():
    """100 over three equal makers: 33.33 each, the odd unit to the first declared."""
    split = {"kind": "by_modules", "parties": ["b", "a", "house"], "rest": {"kind": "pay", "party": "a"}}
    terms = compile_terms(
        JOINT | {"split": split, "rates": {"party": "house", "channels": [], "rest": {"share_bps": 0, "cap_minor": None}}}
    )
    lines = share_sale(terms, Sale(100, module_weights={"a": 1, "b": 1, "house": 1}))
    assert [(line.party, line.amount_minor) for line in lines[3:]] == [("b", 34), ("a", 33), ("house", 33)]
    assert lines[3].reason.exact == Fraction(100, 3)
