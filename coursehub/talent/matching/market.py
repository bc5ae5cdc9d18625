"""Learner-proposing deferred acceptance for seats with capacities.

Learners and programmes are numbers from 0. A pair is possible only if each lists the
other. The result is stable (no learner and programme both prefer each other to what they
got) and, among all stable results, the best for every learner at once; for a learner it
never pays to write anything but the truth.
Source: Gale and Shapley 1962; for many seats a programme, Roth 1984.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappush, heappushpop

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Market:
    """Who wants what.

    wishes:   for each learner the programmes, best first, none twice.
    rankings: for each programme the learners, best first, none twice, ties already broken.
    seats:    for each programme how many it takes, not negative.
    """

    wishes: Sequence[Sequence[int]]
    rankings: Sequence[Sequence[int]]
    seats: Sequence[int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who got what.

    matched: for each learner the programme, or NOBODY.
    cutoffs: for each programme the place in its list of the last learner it took when it was
             full; otherwise the length of its list (it would have taken anybody it listed).
    """

    matched: list[int]
    cutoffs: list[int]


class OddMarket(ValueError):
    """The lists do not describe a market: something stands twice, or does not exist."""


def check(market: Market) -> None:
    """Raise OddMarket if a list names something twice or something that is not there."""
    learners, programmes = len(market.wishes), len(market.rankings)
    if len(market.seats) != programmes or min(market.seats, default=0) < 0:
        raise OddMarket("every programme needs a number of seats that is not negative")
    for lists, many in ((market.wishes, programmes), (market.rankings, learners)):
        for listed in lists:
            if len(set(listed)) != len(listed) or (listed and not 0 <= min(listed) <= max(listed) < many):
                raise OddMarket("a list names something twice, or something that is not there")


def places(market: Market) -> list[dict[int, int]]:
    """For each programme: learner -> place in its list, 0 is best."""
    return [{learner: place for place, learner in enumerate(ranking)} for ranking in market.rankings]


def match(market: Market, place_in: Sequence[dict[int, int]] | None = None) -> Outcome:
    """Run the market. The result does not depend on the order in which learners propose.

    place_in: what `places` gave, where the caller has it already.
    """
    where = places(market) if place_in is None else place_in
    wishes, seats = market.wishes, market.seats
    held: list[list[int]] = [[] for _ in seats]  # heaps of minus the place: the worst held comes first
    tried = [0] * len(wishes)
    rankings = market.rankings
    for first in range(len(wishes)):
        learner = first
        while learner != NOBODY:
            mine, n = wishes[learner], tried[learner]
            free = learner
            for programme in mine[n:]:
                n += 1
                place = where[programme].get(learner)
                if place is None:
                    continue
                taken, room = held[programme], seats[programme]
                if len(taken) < room:
                    heappush(taken, -place)
                    free = NOBODY
                    break
                if room and -taken[0] > place:
                    free = rankings[programme][-heappushpop(taken, -place)]
                    break
            tried[learner] = n
            learner = NOBODY if free == learner else free
    matched = [NOBODY] * len(wishes)
    cutoffs = []
    for programme, taken in enumerate(held):
        ranking = rankings[programme]
        for place in taken:
            matched[ranking[-place]] = programme
        full = len(taken) == seats[programme]
        cutoffs.append((-taken[0] if taken else NOBODY) if full else len(ranking))
    return Outcome(matched, cutoffs)


def preferred(market: Market, outcome: Outcome, learner: int) -> Sequence[int]:
    """The programmes that a learner wrote above what they got."""
    wishes, got = market.wishes[learner], outcome.matched[learner]
    return wishes if got == NOBODY else wishes[: wishes.index(got)]


def blocking_pairs(
    market: Market, outcome: Outcome, place_in: Sequence[dict[int, int]] | None = None
) -> Iterator[tuple[int, int]]:
    """Learner and programme who would both rather have each other: a stable outcome has none."""
    where = places(market) if place_in is None else place_in
    cutoffs, matched = outcome.cutoffs, outcome.matched
    for learner, wishes in enumerate(market.wishes):
        got = matched[learner]
        for programme in wishes:
            if programme == got:
                break
            place = where[programme].get(learner)
            if place is not None and place < cutoffs[programme]:
                yield learner, programme
