"""Matching: no blocking pair, best for every learner at once, the same as an outside library, certificates that verify."""

import itertools
import random
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursehub.talent.matching import certificates, sealing
from coursehub.talent.matching.market import (
    NOBODY,
    Market,
    OddMarket,
    Outcome,
    blocking_pairs,
    check,
    match,
    places,
    preferred,
)  # fmt: skip


def random_market(chance: random.Random, learners: int, programmes: int, length: int, *, mutual: bool = False) -> Market:
    wishes = [chance.sample(range(programmes), chance.randint(0, min(length, programmes))) for _ in range(learners)]
    rankings = []
    for programme in range(programmes):
        asked = [learner for learner in range(learners) if programme in wishes[learner]]
        chance.shuffle(asked)
        rankings.append(asked if mutual else asked[: chance.randint(0, len(asked))])
    return Market(wishes, rankings, [chance.randint(0, 3) if not mutual else chance.randint(1, 3) for _ in range(programmes)])


@st.composite
def markets(draw) -> Market:
    return random_market(random.Random(draw(st.integers(0, 2**32))), draw(st.integers(0, 25)), draw(st.integers(0, 8)), 6)


@given(markets())
@settings(max_examples=300, deadline=None)
def test_nobody_and_no_seat_would_both_rather_have_each_other(market):
    check(market)
    outcome = match(market)
    assert list(blocking_pairs(market, outcome)) == []
    where = places(market)
    for programme, seats in enumerate(market.seats):
        taken = [learner for learner, got in enumerate(outcome.matched) if got == programme]
        assert len(taken) <= seats
        assert all(learner in where[programme] and programme in market.wishes[learner] for learner in taken)


def programmes_propose(market: Market) -> list[int]:
    """The wrong variant: the same rules with the sides exchanged, for one seat each."""
    other = match(Market(market.rankings, market.wishes, [1] * len(market.wishes)))
    matched = [NOBODY] * len(market.wishes)
    for programme, learner in enumerate(other.matched):
        if learner != NOBODY:
            matched[learner] = programme
    return matched


def every_stable_outcome(market: Market):
    """All stable outcomes of a small market, by trying everything."""
    where = places(market)
    for matched in itertools.product(*([NOBODY, *wishes] for wishes in market.wishes)):
        counts = [matched.count(programme) for programme in range(len(market.seats))]
        if any(n > seats for n, seats in zip(counts, market.seats, strict=True)):
            continue
        if any(got != NOBODY and learner not in where[got] for learner, got in enumerate(matched)):
            continue
        cutoffs = []
        for programme, ranking in enumerate(market.rankings):
            held = [where[programme][learner] for learner, got in enumerate(matched) if got == programme]
            full = len(held) == market.seats[programme]
            cutoffs.append(max(held, default=NOBODY) if full else len(ranking))
        outcome = Outcome(list(matched), cutoffs)
        if not list(blocking_pairs(market, outcome)):
            yield outcome


def crowded_market(chance: random.Random) -> Market:
    """Everybody lists everybody, one seat each: the kind of market that has several stable outcomes."""
    return Market([chance.sample(range(4), 4) for _ in range(4)], [chance.sample(range(4), 4) for _ in range(4)], [1] * 4)


def test_every_learner_gets_the_best_seat_that_any_stable_outcome_could_give_them():
    chance = random.Random(7)
    more_than_one = 0
    for n in range(300):
        market = random_market(chance, 5, 4, 4, mutual=n % 2 == 0) if n % 3 else crowded_market(chance)
        stable = list(every_stable_outcome(market))
        more_than_one += len(stable) > 1
        outcome = match(market)
        assert outcome.matched in [each.matched for each in stable]
        for learner, wishes in enumerate(market.wishes):
            order = [*wishes, NOBODY]
            assert order.index(outcome.matched[learner]) == min(order.index(each.matched[learner]) for each in stable)
    assert more_than_one > 5, "the markets were too simple to tell the best from any"


def test_a_learner_never_gains_by_writing_another_list():
    chance = random.Random(11)
    for _ in range(40):
        market = random_market(chance, 5, 3, 3)
        honest = match(market)
        for learner, wishes in enumerate(market.wishes):
            order = [*wishes, NOBODY]
            for n in range(len(wishes) + 1):
                for other in itertools.permutations(wishes, n):
                    lying = Market(
                        [other if k == learner else w for k, w in enumerate(market.wishes)], market.rankings, market.seats
                    )
                    assert order.index(match(lying).matched[learner]) >= order.index(honest.matched[learner])


@pytest.mark.parametrize("size", [(30, 6), (200, 20)])
def test_the_outcome_is_that_of_an_outside_library(size):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from matching.games import HospitalResident

        learners, programmes = size
        market = random_market(random.Random(learners), learners, programmes, 6, mutual=True)
        asked = {learner for ranking in market.rankings for learner in ranking}
        used = [programme for programme, ranking in enumerate(market.rankings) if ranking]
        game = HospitalResident.create_from_dictionaries(
            {learner: list(market.wishes[learner]) for learner in sorted(asked)},
            {programme: list(market.rankings[programme]) for programme in used},
            {programme: market.seats[programme] for programme in used},
        )
        found = {
            resident.name: hospital.name
            for hospital, residents in game.solve(optimal="resident").items()
            for resident in residents
        }
    outcome = match(market)
    assert {learner: got for learner, got in enumerate(outcome.matched) if got != NOBODY} == found


def test_a_blocking_pair_would_be_found():
    market = Market([[0], [0]], [[0, 1]], [1])
    assert match(market).matched == [0, NOBODY]
    assert list(blocking_pairs(market, Outcome([NOBODY, 0], [1]))) == [(0, 0)]


@pytest.mark.parametrize(
    "market",
    [
        Market([[0, 0]], [[0]], [1]), Market([[1]], [[0]], [1]), Market([[0]], [[0, 0]], [1]),
        Market([[0]], [[0]], [-1]), Market([[0]], [[0]], []), Market([[0]], [[3]], [1]),
    ],
)  # fmt: skip
def test_lists_that_describe_no_market_are_refused(market):
    with pytest.raises(OddMarket):
        check(market)


def certified(market: Market, outcome: Outcome | None = None):
    learners = [f"learner{n}" for n in range(len(market.wishes))]
    programmes = [f"seat{n}" for n in range(len(market.seats))]
    lists = [[programmes[p] for p in wishes] for wishes in market.wishes]
    seals = [sealing.seal(learner, wishes, f"salt{n}") for n, (learner, wishes) in enumerate(zip(learners, lists, strict=True))]
    made = certificates.certify(
        market, outcome or match(market), places(market), run="a" * 64, seed="5" * 64, learners=learners, programmes=programmes,
        seals=seals,
    )  # fmt: skip
    return made, lists


@pytest.mark.parametrize("learners", [1, 2, 3, 7, 64, 100])
def test_every_certificate_verifies_with_nothing_but_ones_own_list_and_the_published_root(learners):
    market = random_market(random.Random(learners), learners, 7, 5)
    outcome = match(market)
    made, lists = certified(market, outcome)
    for n, document in enumerate(made.documents):
        above = certificates.verify(document, wishes=lists[n], salt=f"salt{n}", root=made.root)
        assert above == [f"seat{p}" for p in preferred(market, outcome, n)]


def test_a_changed_certificate_list_salt_or_root_is_found():
    market = random_market(random.Random(3), 20, 5, 5, mutual=True)
    made, lists = certified(market)
    n = next(k for k, document in enumerate(made.documents) if document["matched"] and len(lists[k]) > 1)
    good = made.documents[n]
    other = next(wish for wish in lists[n] if wish != good["matched"])
    swapped = [*lists[n][1:], lists[n][0]]
    for document, wishes, salt, root in (
        (good | {"matched": other}, lists[n], f"salt{n}", made.root),
        (good | {"matched": ""}, lists[n], f"salt{n}", made.root),
        (good | {"matched": "elsewhere"}, lists[n], f"salt{n}", made.root),
        (good | {"seed": "6" * 64}, lists[n], f"salt{n}", made.root),
        (good | {"way": []}, lists[n], f"salt{n}", made.root),
        (good | {"way": good["way"][1:]}, lists[n], f"salt{n}", made.root),
        (good, swapped, f"salt{n}", made.root),
        (good, lists[n], "another", made.root),
        (good, lists[n], f"salt{n}", "0" * 64),
    ):
        with pytest.raises(ValueError, match=r"sealed|wished|published"):
            certificates.verify(document, wishes=wishes, salt=salt, root=root)


def test_no_certificate_is_written_for_an_unstable_result():
    market = Market([[0], [0]], [[0, 1]], [1])
    with pytest.raises(certificates.Unstable):
        certified(market, Outcome([NOBODY, 0], [1]))


def test_the_seed_breaks_ties_the_same_way_for_everybody_and_differently_for_each_seat():
    tied = [f"p{n}" for n in range(30)]
    assert sealing.in_order("s", "a", tied) == sealing.in_order("s", "a", list(reversed(tied)))
    assert sealing.in_order("s", "a", tied) != sealing.in_order("s", "b", tied) != sealing.in_order("t", "b", tied)
    assert sealing.seed_of("n", "r") != sealing.seed_of("n", "q") != sealing.seed_of("m", "q")


def test_letting_the_employers_propose_would_be_found_to_be_worse_for_learners():
    chance = random.Random(5)
    worse = 0
    for _ in range(60):
        market = crowded_market(chance)
        best, other = match(market).matched, programmes_propose(market)
        assert all(w.index(a) <= w.index(b) for w, a, b in zip(market.wishes, best, other, strict=True))
        worse += best != other
    assert worse > 5
