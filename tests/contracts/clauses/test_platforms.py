"""Clauses of platforms that sell other people's work, as they published them, each worked by hand in cents.

Rates change; each docstring says whose rule it is and as of when it was known. What these rules count beside money
(subscribers, copies, minutes) is turned into money where the price is fixed, and listed as not expressible where not.
"""

from .rig import gives, pay, shares, terms


def ladder(kind, window, *rungs):
    return {"ladder": {"kind": kind, "window": window, "rungs": [{"above_minor": a, "share_bps": b} for a, b in rungs]}}


def test_udemy_instructor_keeps_97_percent_of_sales_through_her_own_link():
    """Udemy, instructor revenue share, 2021 to 2023: 97 % through the instructor's coupon or link, 37 % otherwise.

    19.99: through her link the platform gets 3 % = 0.5997 -> 0.60; otherwise 63 % = 12.5937 -> 12.59, she 7.40.
    """
    own = [{"channel": "partner_link", "share_bps": 300, "cap_minor": None}]
    body = terms(6_300, rates={"channels": own})
    assert gives(body, 1_999, channel="partner_link", attributed="a") == {"house": 60, "a": 1_939}
    assert gives(body, 1_999) == {"house": 1_259, "a": 740}


def test_udemy_a_link_of_somebody_else_is_not_her_own():
    """Same rule: a sale that another partner's link brought counts as any other sale. 19.99: 12.59 and 7.40."""
    own = [{"channel": "partner_link", "share_bps": 300, "cap_minor": None}]
    assert gives(terms(6_300, rates={"channels": own}), 1_999, channel="partner_link", attributed="z") == {
        "house": 1_259,
        "a": 740,
    }


def test_app_store_standard_commission():
    """Apple, App Store, paid apps: 30 %. 4.99: 1.497 -> 1.50, the developer 3.49."""
    assert gives(terms(3_000), 499) == {"house": 150, "a": 349}


def test_app_store_small_business_programme_changes_for_later_sales_only():
    """Apple, Small Business Program (2021): 15 % until proceeds of a calendar year pass 1,000,000; later sales 30 %.

    "Later sales" is a slab by year. Before it: 99.99 x 15 % = 14.9985 -> 15.00. After it: 29.997 -> 30.00.
    """
    body = terms(1_500, rest=ladder("slab", "year", (100_000_000, 3_000)))
    assert gives(body, 9_999, {"volume:2026": 99_999_999})["house"] == 1_500
    assert gives(body, 9_999, {"volume:2026": 100_000_000})["house"] == 3_000


def test_google_play_first_million_of_each_year():
    """Google Play (2021): 15 % of the first 1,000,000 of a year, 30 % of what lies above: marginal.

    At 999,990.00 a sale of 30.00: 10.00 x 15 % + 20.00 x 30 % = 1.50 + 6.00 = 7.50.
    """
    body = terms(1_500, rest=ladder("marginal", "year", (100_000_000, 3_000)))
    assert gives(body, 3_000, {"volume:2026": 99_999_000}) == {"house": 750, "a": 2_250}


def test_steam_two_steps_over_the_life_of_a_game():
    """Valve, Steam (2018): 30 %, of what lies above 10 million 25 %, above 50 million 20 %, over the life of the game.

    At 49,999,990.00 a sale of 20.00: 10.00 x 25 % + 10.00 x 20 % = 2.50 + 2.00 = 4.50.
    """
    body = terms(3_000, rest=ladder("marginal", "contract", (1_000_000_000, 2_500), (5_000_000_000, 2_000)))
    assert gives(body, 2_000, {"volume:all": 4_999_999_000}) == {"house": 450, "a": 1_550}


def test_epic_games_store():
    """Epic Games Store (2018): 12 %. 59.99: 7.1988 -> 7.20."""
    assert gives(terms(1_200), 5_999) == {"house": 720, "a": 5_279}


def test_unreal_engine_is_free_up_to_a_million():
    """Epic, Unreal Engine EULA (2020): no royalty on the first 1,000,000 of a product, 5 % above.

    At 999,950.00 a sale of 100.00: 50.00 x 5 % = 2.50.
    """
    body = terms(0, rest=ladder("marginal", "contract", (100_000_000, 500)))
    assert gives(body, 10_000, {"volume:all": 99_995_000}) == {"house": 250, "a": 9_750}
    assert gives(body, 10_000) == {"a": 10_000}


def test_microsoft_store_games_and_apps_under_one_contract_each():
    """Microsoft Store (2021): 12 % for games, 15 % for apps. 9.99: 1.1988 -> 1.20 and 1.4985 -> 1.50."""
    assert gives(terms(1_200), 999)["house"] == 120
    assert gives(terms(1_500), 999)["house"] == 150


def test_youtube_partner_programme():
    """YouTube, watch page ads: 55 % to the channel. 7.77: the house 45 % = 3.4965 -> 3.50, the channel 4.27."""
    assert gives(terms(4_500), 777) == {"house": 350, "a": 427}


def test_twitch_plus_goes_back_after_a_yearly_limit():
    """Twitch, Partner Plus (2023): 70 % to the streamer for the first 100,000 of a year, then 50 %.

    At 99,999.00 a payment of 4.00: 1.00 x 30 % + 3.00 x 50 % = 0.30 + 1.50 = 1.80.
    """
    body = terms(3_000, rest=ladder("marginal", "year", (10_000_000, 5_000)))
    assert gives(body, 400, {"volume:2026": 9_999_900}) == {"house": 180, "a": 220}


def test_substack():
    """Substack: 10 % of each payment, after the payment provider's fee is taken off.

    50.00 with a fee of 1.75: 48.25 x 10 % = 4.825; floors 4.82 and 43.42, one cent left: remainders tie, the first gets it.
    """
    assert gives(terms(1_000), 5_000, fee_minor=175) == {"house": 483, "a": 4_342}


def test_edx_keeps_the_first_fifty_thousand_of_a_course():
    """edX, university self-service model (2013): the first 50,000 of a new course go to edX, then half and half.

    At 49,990.00 a sale of 49.00: 10.00 are still missing, then 39.00 / 2 = 19.50 each.
    """
    cost = [{"id": "first", "party": "house", "amount_minor": 5_000_000, "share_bps": 10_000}]
    body = terms(0, shares(("other", 5_000, pay("house")), rest=pay("a")), recoup=cost)
    assert gives(body, 4_900) == {"house": 4_900}
    assert gives(body, 4_900, {"recouped:first": 4_999_000}) == {"house": 1_000 + 1_950, "a": 1_950}
    assert gives(body, 4_900, {"recouped:first": 5_000_000}) == {"house": 2_450, "a": 2_450}


def test_itch_lets_the_seller_choose():
    """itch.io, open revenue sharing: the seller sets it, 10 % unless changed; here 0 %. 5.00 goes to the seller whole."""
    assert gives(terms(0), 500) == {"a": 500}


def test_adobe_stock():
    """Adobe Stock: 33 % to the contributor of a photograph. 9.99 x 67 % = 6.6933 -> 6.69, contributor 3.30."""
    assert gives(terms(6_700), 999) == {"house": 669, "a": 330}
