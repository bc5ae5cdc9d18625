"""Running a round: seal all lists below one root, publish the seed, match, certify, move on, delete. Only time moves it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.db import db, lock, transaction
from coursehub.people import sealing as boxes
from coursehub.talent.machines import MATCH, ROUND
from coursehub.talent.matching.certificates import certify
from coursehub.talent.matching.lists import leaves_over, ranks_from_texts, root_over, without_ties
from coursehub.talent.matching.market import NOBODY, Market, check, match, places
from coursehub.talent.matching.sealing import digest_of, seal, seed_of, tree_of
from coursehub.talent.models import MatchingEntry, MatchingList, MatchingResult, MatchingRound, MatchingRun
from coursehub.talent.operations.moving import begin_many, move
from coursehub.talent.operations.round_lists import opened
from coursehub.talent.operations.rounds import forget_lists, number_box
from coursehub.talent.queries.blocks import blocked_roots, root_of
from coursehub.talent.queries.rounds import Seat, seats_of


class SealsBroken(AssertionError):
    """A list is not what was sealed, or the seals are not those below the published root: nothing may be run over it."""


def seal_round(row: MatchingRound, *, at: datetime) -> None:
    """No list of the first run changes any more: publish the root over all seals. Raises IllegalMove."""
    with transaction():
        lock(row)
        run = _run(row, 1)
        run.seals_root, run.sealed_at = root_over([each.seal for each in _lists(row, 1)]), at
        move(row, ROUND, "seal", mover=None, at=at)


def run_round(row: MatchingRound, *, at: datetime) -> None:
    """The first run: publish number and seed, match, certify, and open the time to accept.

    Raises SealsBroken, Unstable, IllegalMove.
    """
    with transaction():
        lock(row)
        move(row, ROUND, "run", mover=None, at=at)
        _match(row, 1, at=at)
        move(row, ROUND, "open_acceptance", mover=None, at=at)


def run_second(row: MatchingRound, *, at: datetime) -> None:
    """Seal and run what was left, the same way, with the second number. Raises SealsBroken, Unstable, IllegalMove."""
    with transaction():
        lock(row)
        run = _run(row, 2)
        run.seals_root, run.sealed_at = root_over([each.seal for each in _lists(row, 2)]), at
        move(row, ROUND, "run_second", mover=None, at=at)
        _match(row, 2, at=at)
        move(row, ROUND, "open_second_acceptance", mover=None, at=at)


def end_acceptance(row: MatchingRound, *, at: datetime) -> None:
    """The time to accept is over: what was not answered lapses; a second run follows if places are left, else the end."""
    with transaction():
        lock(row)
        waiting = sa.select(MatchingResult).where(MatchingResult.round_id == row.id, MatchingResult.state == "offered")
        for result in list(db.session.execute(waiting.order_by(MatchingResult.id)).scalars()):
            move(result, MATCH, "lapse", mover=None, at=at)
        if row.state == "accepting" and any(each.left and each.opening.state == "open" for each in seats_of(row)):
            move(row, ROUND, "open_second", mover=None, at=at)
        else:
            move(row, ROUND, "close", mover=None, at=at, ended_at=at)


def advance_rounds(*, at: datetime) -> int:
    """Take every round as far as its timetable says; how many steps were made. Each step is a transaction of its own."""
    made = 0
    unfinished = sa.select(MatchingRound.id).where(MatchingRound.ended_at.is_(None), MatchingRound.announced_at.is_not(None))
    for round_id in list(db.session.execute(unfinished.order_by(MatchingRound.id)).scalars()):
        while (step := _due(row := db.session.get_one(MatchingRound, round_id), at)) is not None:
            step(row, at=at)
            made += 1
    return made


def _due(row: MatchingRound, at: datetime) -> Callable[..., None] | None:
    """What the timetable asks for next, if its time has come."""
    steps: dict[str, tuple[datetime, Callable[..., None]]] = {
        "announced": (row.ranks_until_at, seal_round),
        "sealed": (row.ranks_until_at, run_round),
        "accepting": (row.accept_until_at, end_acceptance),
        "second": (row.second_ranks_until_at, run_second),
        "second_accepting": (row.second_accept_until_at, end_acceptance),
    }
    due_at, step = steps.get(row.state, (None, None))
    return step if due_at is not None and due_at <= at else None


def delete_old_lists(*, at: datetime) -> int:
    """Delete the lists of every round whose time for an audit is over; how many rounds."""
    ended = sa.select(MatchingRound).where(MatchingRound.ended_at.is_not(None), MatchingRound.erased_at.is_(None))
    deleted = 0
    for row in list(db.session.execute(ended.order_by(MatchingRound.id)).scalars()):
        if row.ended_at is None or row.ended_at + timedelta(days=row.audit_days) > at:
            continue
        with transaction():
            lock(row)
            forget_lists(row, at=at)
            deleted += 1
    return deleted


def _run(row: MatchingRound, n: int) -> MatchingRun:
    return db.session.get_one(MatchingRun, (row.id, n))


def _lists(row: MatchingRound, n: int) -> list[MatchingList]:
    found = sa.select(MatchingList).where(MatchingList.round_id == row.id, MatchingList.n == n)
    return list(db.session.execute(found.order_by(MatchingList.id)).scalars())


@dataclass(frozen=True)
class Opened:
    """One opened list beside what it was sealed as."""

    texts: list[str]
    seal: str


def _opened_lists(row: MatchingRound, run: MatchingRun) -> tuple[dict[int, Opened], dict[int, Opened]]:
    """All lists of a run, by entry and by opening, each compared with its seal. Raises SealsBroken."""
    lists = _lists(row, run.n)
    if root_over([each.seal for each in lists]) != run.seals_root:
        raise SealsBroken(f"the seals of round {row.public_id} are not those that were published")
    ids = sa.select(MatchingEntry.id, MatchingEntry.public_id).where(MatchingEntry.round_id == row.id)
    names = dict(db.session.execute(ids).tuples().all())
    keys = {each.opening.id: each.opening.public_id for each in seats_of(row)}
    wishes: dict[int, Opened] = {}
    rankings: dict[int, Opened] = {}
    for each in lists:
        if not each.sealed:  # its writer was forgotten meanwhile
            continue
        texts, salt = opened(row, each)
        writer = names[each.entry_id] if each.entry_id is not None else keys[each.opening_id or 0]
        if seal(writer, texts, salt) != each.seal:
            raise SealsBroken(f"a list of round {row.public_id} is not what was sealed")
        if each.entry_id is not None:
            wishes[each.entry_id] = Opened(texts, each.seal)
        else:
            rankings[each.opening_id or 0] = Opened(texts, each.seal)
    return wishes, rankings


def _match(row: MatchingRound, n: int, *, at: datetime) -> None:
    run = _run(row, n)
    number = boxes.unseal(number_box(row, n), run.number_sealed)
    run.number, run.seed, run.ran_at = number, seed_of(number, run.seals_root), at
    wishes, rankings = _opened_lists(row, run)
    entries = {entry.id: entry for entry in _taking_part(row) if entry.id in wishes}
    order = sorted(entries.values(), key=lambda entry: entry.public_id)
    seats = seats_of(row)
    blocked = blocked_roots(sa.select(MatchingEntry.person_id).where(MatchingEntry.round_id == row.id))
    market = _market(order, seats, wishes, rankings, seed=run.seed, blocked=blocked)
    check(market)
    place_in = places(market)
    outcome = match(market, place_in)
    made = certify(
        market, outcome, place_in, run=name_of_run(row, n), seed=run.seed, learners=[entry.public_id for entry in order],
        programmes=[seat.opening.public_id for seat in seats], seals=[wishes[entry.id].seal for entry in order],
    )  # fmt: skip
    ways, rows = _ways_of(row, n), []
    for entry, document, got in zip(order, made.documents, outcome.matched, strict=True):
        document["seal_way"] = ways[document["seal"]]
        missed = got == NOBODY
        rows.append(
            {
                "round_id": row.id, "n": n, "entry_id": entry.id, "certificate": document,
                "opening_id": None if missed else seats[got].opening.id,
                "state": MATCH.after(MATCH.start, "miss") if missed else MATCH.start,
            }
        )  # fmt: skip
    results = sa.select(MatchingResult.id, MatchingResult.state).where(MatchingResult.round_id == row.id, MatchingResult.n == n)
    begin_many(MatchingResult, rows, MATCH, born=results, first="miss", at=at)
    run.certificates_root, run.learners = made.root, len(order)
    run.places, run.matched = sum(market.seats), sum(got != NOBODY for got in outcome.matched)
    db.session.flush()


def _ways_of(row: MatchingRound, n: int) -> dict[str, list[str]]:
    """From each seal of a run its way to the root that was published."""
    every = sorted(each.seal for each in _lists(row, n))
    tree = tree_of(leaves_over(every))
    return {one: tree.way(place) for place, one in enumerate(every)}


def name_of_run(row: MatchingRound, n: int) -> str:
    """What a certificate calls a run: a hash over the round, its rules and which run it is."""
    return digest_of([row.public_id, row.rules_hash, n])


def _taking_part(row: MatchingRound) -> list[MatchingEntry]:
    found = sa.select(MatchingEntry).where(MatchingEntry.round_id == row.id, MatchingEntry.left_at.is_(None))
    return list(db.session.execute(found).scalars())


def _market(
    order: list[MatchingEntry], seats: list[Seat], wishes: dict[int, Opened], rankings: dict[int, Opened], *, seed: str,
    blocked: set[tuple[int, int]],
) -> Market:  # fmt: skip
    """The lists as numbers. An opening that is not open any more takes nobody; whoever blocks an employer is not on its list."""
    seat_numbers = {each.opening.public_id: number for number, each in enumerate(seats)}
    learner_numbers = {entry.public_id: number for number, entry in enumerate(order)}
    asked = [{seat_numbers[key] for key in wishes[entry.id].texts} for entry in order]
    ranked = []
    for number, each in enumerate(seats):
        texts = rankings[each.opening.id].texts if each.opening.id in rankings else []
        people = without_ties(ranks_from_texts(texts), seed, each.opening.public_id)
        listed = [learner_numbers[key] for key in people if key in learner_numbers]
        root = root_of(each.organisation)
        ranked.append([n for n in listed if number in asked[n] and (order[n].person_id, root) not in blocked])
    return Market(
        wishes=[[seat_numbers[key] for key in wishes[entry.id].texts] for entry in order],
        rankings=ranked,
        seats=[each.left if each.opening.state == "open" else 0 for each in seats],
    )
