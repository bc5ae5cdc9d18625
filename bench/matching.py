"""A matching round as large as a national residency match: ours with all certificates against a plain one without.

.venv/bin/python -m bench.matching [--learners 50000] [--rounds 5]
"""

import argparse
import gc
import random
import statistics
import time
from typing import Any

from bench.floors import deferred
from coursehub.talent.matching import certificates, sealing
from coursehub.talent.matching.market import Market, match, places

LENGTH, AIM = 12, 1.5


def market(learners: int, programmes: int) -> Market:
    """Learners wish for programmes of uneven fame; programmes rank everybody who asked, in an order of their own."""
    chance = random.Random(50_000)
    fame = [1 / (1 + n % 97) for n in range(programmes)]
    wishes = []
    for _ in range(learners):
        wanted = dict.fromkeys(chance.choices(range(programmes), fame, k=LENGTH * 2))
        wishes.append(list(wanted)[:LENGTH])
    asked: list[list[int]] = [[] for _ in range(programmes)]
    for learner, wanted in enumerate(wishes):
        for programme in wanted:
            asked[programme].append(learner)
    for ranking in asked:
        chance.shuffle(ranking)
    return Market(wishes, asked, [chance.randint(4, 10) for _ in range(programmes)])


def ours(given: Market, learners: list[str], programmes: list[str], seals: list[str]) -> Any:
    """The whole run: places, matching, the check that nobody blocks, everybody's certificate."""
    where = places(given)
    outcome = match(given, where)
    made = certificates.certify(
        given, outcome, where, run="a" * 64, seed="5" * 64, learners=learners, programmes=programmes, seals=seals
    )
    return outcome.matched, made


def floor(given: Market) -> Any:
    """The plain one: matching and stability check."""
    matched, held, place = deferred.match(given.wishes, given.rankings, given.seats)
    assert deferred.is_stable(given.wishes, given.seats, matched, held, place)
    return matched


def _timed(function: Any, *arguments: Any) -> tuple[float, Any]:
    gc.collect()
    began = time.process_time()
    found = function(*arguments)
    return time.process_time() - began, found


def main() -> None:
    """Rounds in which both take turns; CPU seconds, the median of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    programmes = max(1, asked.learners * 6_600 // 50_000)
    given = market(asked.learners, programmes)
    names = [f"l{n:015d}" for n in range(asked.learners)]
    seats = [f"s{n:015d}" for n in range(programmes)]
    seals = [sealing.seal(name, [seats[p] for p in wishes], "salt") for name, wishes in zip(names, given.wishes, strict=True)]
    took: dict[str, list[float]] = {"ours": [], "floor": []}
    for _ in range(asked.rounds):
        cpu, plain = _timed(floor, given)
        took["floor"].append(cpu)
        cpu, (matched, made) = _timed(ours, given, names, seats, seals)
        took["ours"].append(cpu)
        assert [None if got < 0 else got for got in matched] == plain
        assert len(made.documents) == asked.learners
    own, other = statistics.median(took["ours"]), statistics.median(took["floor"])
    held = "ok" if own <= AIM * other else "MISSED"
    print(f"{asked.learners} learners, {programmes} programmes, lists of {LENGTH}, {asked.rounds} rounds")
    print(
        f"ours with certificates {own:.2f} s of CPU, plain without {other:.2f} s: {own / other:.2f}x (aim: at most {AIM}x, {held})"
    )


if __name__ == "__main__":
    main()
