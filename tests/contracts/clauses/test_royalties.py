"""Clauses of books, music, film, research and teaching, each worked by hand in cents; ours are marked invented."""

from coursehub.contracts.closing import shortfall
from coursehub.contracts.prose import text_of
from coursehub.contracts.terms import parse, to_data

from .rig import MARCH, gives, pay, shares, terms
from .test_platforms import ladder


def test_hardcover_escalator():
    """Authors Guild, model trade book contract: 10 % of the first 5,000 copies, 12.5 % of the next 5,000, then 15 %.

    At a fixed price of 20.00 that is 100,000.00 and 200,000.00 of sales; the publisher keeps 90, 87.5, 85 %.
    Copy 5,000 is paid at the first rate, copy 5,001 at the second: 2.00 and 2.50.
    """
    body = terms(9_000, rest=ladder("marginal", "contract", (10_000_000, 8_750), (20_000_000, 8_500)))
    assert [gives(body, 2_000, {"volume:all": n * 2_000})["a"] for n in (4_999, 5_000, 10_000)] == [200, 250, 300]


def test_advance_against_royalties():
    """Publishing, as usual: an advance of 5,000.00 is set against the author's 10 % until it is earned out.

    At 4,999.00 recouped a book of 20.00 earns 2.00: 1.00 to the publisher for the advance, 1.00 to the author.
    """
    advance = [{"id": "advance", "party": "house", "amount_minor": 500_000, "share_bps": 10_000}]
    body = terms(9_000, recoup=advance)
    assert gives(body, 2_000) == {"house": 2_000}
    assert gives(body, 2_000, {"recouped:advance": 499_900}) == {"house": 1_900, "a": 100}


def test_copublishing_of_a_song():
    """Music, co-publishing: half is the writer's share; of the publisher's half the writer owns half again: 75 / 25.

    100.01: 50.005 + 25.0025 = 75.0075 to A, 25.0025 to B; floors 50.00 + 25.00 + 25.00, the cent to the larger remainder.
    """
    body = terms(
        0, shares(("makers", 5_000, pay("a")), rest=shares(("other", 5_000, pay("a")), rest=pay("b"))), sides="house a b"
    )
    assert gives(body, 10_001) == {"a": 7_501, "b": 2_500}


def test_university_licence_income():
    """Stanford, Office of Technology Licensing: 15 % for the office, then a third each for inventor, department, school.

    1,000.00: 150.00; of 850.00 a third by basis points: 33.33 % = 283.305 -> 283.31 and 283.30, the rest 283.39.
    """
    split = shares(("makers", 3_333, pay("a")), ("support", 3_333, pay("b")), rest=pay("c"))
    got = gives(terms(1_500, split, sides="house a b c"), 100_000)
    assert got["house"] == 15_000 and got["c"] == 28_339 and sorted((got["a"], got["b"])) == [28_330, 28_331]


def test_technology_transfer_in_china():
    """促进科技成果转化法（2015 修正）第四十五条：转让或许可净收入不低于 50 % 奖励完成人。10 000.00 元：各 5 000.00 元。"""
    assert gives(terms(5_000), 1_000_000) == {"house": 500_000, "a": 500_000}


def test_royalty_of_an_original_work_in_china():
    """使用文字作品支付报酬办法（2014）：原创作品版税率 3 % 至 10 %。定价 45.00 元按 8 %：3.60 元。"""
    assert gives(terms(9_200), 4_500) == {"house": 4_140, "a": 360}


def test_film_investors_first_get_120_percent_back():
    """Film finance, as usual: investors recoup 120 % of 50,000.00, then profits are shared half and half.

    At 59,990.00 recouped a receipt of 100.00: 10.00, then 45.00 each.
    """
    back = [{"id": "invest", "party": "b", "amount_minor": 6_000_000, "share_bps": 10_000}]
    body = terms(0, shares(("makers", 5_000, pay("a")), rest=pay("b")), sides="house a b", recoup=back)
    assert gives(body, 10_000, {"recouped:invest": 5_999_000}) == {"b": 1_000 + 4_500, "a": 4_500}


def test_distributors_minimum_guarantee():
    """Game publishing, as usual: a minimum guarantee for a year, with the publisher's risk limited.

    20,000.00 guaranteed, at most 8,000.00 added: earned 15,000.00, 5,000.00 are added; earned 9,000.00, 8,000.00 are.
    """
    promise = [{"party": "a", "window": "year", "amount_minor": 2_000_000, "cap_minor": 800_000, "funder": "house"}]
    (guarantee,) = terms(3_000, guarantees=promise).guarantees
    assert [shortfall(guarantee, earned) for earned in (1_500_000, 900_000)] == [500_000, 800_000]


def test_producer_points_off_the_top():
    """Music, as usual: a producer has 3 points of all receipts before anything is divided; then artist 20, label 77.

    100.00: 3.00, then 97.00 in the proportion of 20 of 97: 2061.86 bps are not whole, so shares name 2062: 20.0014 -> 20.00.
    """
    split = shares(("other", 300, pay("b")), rest=shares(("makers", 2_062, pay("a")), rest=pay("house")))
    assert gives(terms(0, split, sides="house a b"), 10_000) == {"b": 300, "a": 2_000, "house": 7_700}


def test_a_fixed_fee_per_seat_before_the_share():
    """Invented: 5.00 of each sale for an exam that A holds, then 30 / 70. 100.00: 5.00; 28.50; 66.50."""
    body = terms(3_000, fixed=[{"party": "a", "amount_minor": 500}])
    assert gives(body, 10_000) == {"a": 500 + 6_650, "house": 2_850}
    assert gives(body, 300) == {"a": 300}  # a price below the fee goes to it whole


def test_at_most_ten_for_the_platform():
    """Invented: 30 %, at most 10.00 a sale. 20.00: 6.00. 100.00: 10.00."""
    body = terms(3_000, rest={"cap_minor": 1_000})
    assert [gives(body, gross)["house"] for gross in (2_000, 10_000)] == [600, 1_000]


def test_at_most_a_yearly_amount_for_the_platform():
    """Invented: 30 %, at most 5,000.00 a year from all sales. At 4,990.00 a sale of 100.00 gives 10.00."""
    body = terms(3_000, rates={"ceiling": {"window": "year", "amount_minor": 500_000}})
    assert gives(body, 10_000, {"platform:2026": 499_000}) == {"house": 1_000, "a": 9_000}


def test_cheaper_from_the_second_year_on():
    """Invented: 30 % in the first year, 25 % from 1 April 2026 on. 10.00: 3.00 on 31 March, 2.50 on 1 April (Beijing)."""
    body = terms(3_000, rest={"later": [{"begins": "2026-03-31T16:00:00Z", "share_bps": 2_500}]})
    assert [gives(body, 1_000, occurred_at=day)["house"] for day in ("2026-03-31T15:59:59Z", "2026-03-31T16:00:00Z")] == [
        300,
        250,
    ]


def test_the_maker_gets_everything_until_a_day_and_then_shares():
    """Invented: until 1 July 2026 all of the rest is A's, then half of it B's. 10.00 at 20 %: 8.00; then 4.00 and 4.00."""
    after = shares(("teachers", 5_000, pay("b")), rest=pay("a"))
    split = {"kind": "by_date", "steps": [{"ends": "2026-06-30T16:00:00Z", "then": pay("a")}], "rest": after}
    body = terms(2_000, split, sides="house a b")
    assert gives(body, 1_000) == {"house": 200, "a": 800}
    assert gives(body, 1_000, occurred_at="2026-07-01T00:00:00Z") == {"house": 200, "b": 400, "a": 400}


def test_developed_and_taught_together():
    """Invented: 30 % for the platform; of the rest 55 % by modules (A 3, the house 1), 45 % by hours (B 2, A 1).

    100.00: 30.00; 70.00 x 55 % = 38.50: 28.875 and 9.625; 31.50: 21.00 and 10.50. A 39.375 -> two lines 28.87|28.88.
    """
    by_modules = {"kind": "by_modules", "parties": ["a", "house"], "rest": pay("a")}
    by_hours = {"kind": "by_hours", "parties": ["b", "a"], "rest": pay("a")}
    body = terms(3_000, shares(("makers", 5_500, by_modules), rest=by_hours), sides="house a b")
    got = gives(body, 10_000, module_weights={"a": 3, "house": 1}, approved_minutes={"b": 120, "a": 60})
    assert got["b"] == 2_100 and got["a"] in (3_937, 3_938) and sum(got.values()) == 10_000


def test_two_advances_come_back_in_their_order():
    """Invented: half of the rest for the film until 100.00, then half of what is left for the studio until 50.00.

    100.00 at 20 %: 80.00; film 40.00; of 40.00 studio 20.00; 20.00 to A.
    """
    costs = [
        {"id": "film", "party": "b", "amount_minor": 10_000, "share_bps": 5_000},
        {"id": "studio", "party": "house", "amount_minor": 5_000, "share_bps": 5_000},
    ]
    body = terms(2_000, sides="house a b", recoup=costs)
    assert gives(body, 10_000) == {"house": 2_000 + 2_000, "b": 4_000, "a": 2_000}
    assert gives(body, 10_000, {"recouped:film": 10_000, "recouped:studio": 5_000}) == {"house": 2_000, "a": 8_000}


def test_a_campaign_is_borne_by_whoever_runs_it_down_to_a_floor():
    """Invented: A bears its own discounts while the buyer pays at least 50.00. List price 100.00 sold at 60.00, 30 %.

    Shared as 100.00: 30.00 and 70.00; A bears 40.00: 30.00. At 40.00 (below the floor) the lower price is shared: 12, 28.
    """
    discount = {"opted_in": [{"party": "a", "floor_price_minor": 5_000}], "rest": {"kind": "shared"}}
    body = terms(3_000, discount=discount)
    assert gives(body, 6_000, discount_minor=4_000, discount_borne_by="a") == {"house": 3_000, "a": 3_000}
    assert gives(body, 4_000, discount_minor=6_000, discount_borne_by="a") == {"house": 1_200, "a": 2_800}


def test_a_campaign_of_the_house_is_borne_by_those_who_joined_it():
    """Invented: A and B may join campaigns of the house, A down to 50.00. List price 100.00 sold at 70.00, the house 30 %.

    Shared as 100.00: the house 30.00, A 42.00 (60 % of 70.00), B 28.00. Both joined: of 30.00 A bears 18.00, B 12.00.
    A alone: 30.00, and keeps 12.00. At 40.00 A's floor is passed: of 60.00 B bears its 28.00, the rest comes from the
    others in proportion, 13.33 from the house and 18.67 from A. Nobody: the house, as the rest rule says, its 30.00.
    """
    joins = [
        {"party": "a", "floor_price_minor": 5_000, "campaigns": "joined"},
        {"party": "b", "floor_price_minor": 0, "campaigns": "joined"},
    ]
    discount = {"opted_in": joins, "rest": {"kind": "party", "party": "house"}}
    body = terms(3_000, shares(("makers", 6_000, pay("a")), rest=pay("b")), sides="house a b", discount=discount)
    off = {"discount_minor": 3_000}
    assert gives(body, 7_000, joined=("a", "b"), **off) == {"house": 3_000, "a": 2_400, "b": 1_600}
    assert gives(body, 7_000, joined=("a",), **off) == {"house": 3_000, "a": 1_200, "b": 2_800}
    assert gives(body, 4_000, joined=("a", "b"), discount_minor=6_000) == {"house": 1_667, "a": 2_333}
    assert gives(body, 7_000, **off) == {"a": 4_200, "b": 2_800}


def test_a_licence_for_five_years():
    """Publishing, as usual: a licence for a term, here five years to 31 December 2030; afterwards it is the author's again.

    Its last day is a whole day in Beijing: midnight there is 16:00 of universal time. A copy that was ordered on it is
    shared as signed, whenever it is paid: of 45.00 at 8 % 3.60 to A.
    """
    body = terms(9_200, starts="2025-12-31T16:00:00Z", ends="2030-12-31T16:00:00Z")
    assert gives(body, 4_500, occurred_at="2030-12-31T15:59:59Z") == {"house": 4_140, "a": 360}
    assert "The last day is 2030-12-31 (Beijing time)." in text_of(body, "en")


def test_every_clause_here_is_read_back_as_it_was_written():
    """The language holds them: what is compiled is the same data again, with nothing added or lost."""
    body = terms(
        3_000, rest=ladder("slab", "month", (1, 2_000)), recoup=[{"id": "x", "party": "a", "amount_minor": 1, "share_bps": 1}]
    )
    assert parse(to_data(body)) == body and gives(body, 100, occurred_at=MARCH)["house"] == 30
