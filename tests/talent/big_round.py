"""A sealed round of any size: so many people, seats, and wishes of each, ranked by every seat that was asked for."""

from datetime import date, timedelta
from random import Random

from coursehub.db import db, new_public_id, transaction
from coursehub.people.models import Person
from coursehub.talent.matching.lists import ranks_as_texts
from coursehub.talent.models import MatchingAsked, MatchingEntry, MatchingRound
from coursehub.talent.operations import round_lists, round_running, rounds
from coursehub.talent.queries.rounds import seats_of

from .hiring import opened
from .test_rounds import DAY, timetable

START = date(2026, 6, 1)


def sealed_round(cast, at, *, people: int, seats: int, wishes: int, seed: int = 1) -> MatchingRound:
    """Announced, with a list of everybody and a ranking of every seat, sealed on its thirteenth day.

    What their own operations would check one by one is written straight to the tables, so that thousands can take part.
    """
    chance = Random(seed)
    row = rounds.draft_round(title="Big", rules="Be fair.", timetable=timetable(at), by=cast.acting(cast.cato), at=at)
    for n in range(seats):
        by = cast.acting((cast.emma, cast.emil)[n % 2])
        rounds.enter_seat(row, opened(cast, at, by=by), places=1, start_on=START, by=by, at=at)
    rounds.announce_round(row, by=cast.acting(cast.cato), at=at)
    with transaction():
        openings = [each.opening for each in seats_of(row)]
        persons = [Person(public_id=new_public_id(), locale="en", created_at=at, confirmed_at=at) for _ in range(people)]
        db.session.add_all(persons)
        db.session.flush()
        entries = [
            MatchingEntry(public_id=new_public_id(), round_id=row.id, person_id=one.id, entered_at=at + DAY) for one in persons
        ]
        db.session.add_all(entries)
        db.session.flush()
        asked: dict[int, list[str]] = {opening.id: [] for opening in openings}
        for entry in entries:
            chosen = chance.sample(openings, min(wishes, seats))
            wanted = [opening.public_id for opening in chosen]
            round_lists._seal(row, 1, entry.public_id, wanted, entry=entry, at=at + DAY)
            for opening in chosen:
                db.session.add(MatchingAsked(entry_id=entry.id, n=1, opening_id=opening.id))
                asked[opening.id].append(entry.public_id)
        for opening in openings:
            keys = chance.sample(asked[opening.id], len(asked[opening.id]))
            ranks = {key: 1 + place // 2 for place, key in enumerate(keys)}
            round_lists._seal(row, 1, opening.public_id, ranks_as_texts(ranks), opening_id=opening.id, at=at + 11 * DAY)
    round_running.seal_round(row, at=at + 13 * DAY)
    return row


RUNS = timedelta(days=13)
"""When a round of this module runs."""
