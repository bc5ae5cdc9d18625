"""Sealed lists: a person's order of seats, a seat's order of people. Only their writers ever read them."""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people import sealing as boxes
from coursehub.people.actor import Actor
from coursehub.talent.matching.lists import LONGEST, ranks_as_texts
from coursehub.talent.matching.sealing import seal
from coursehub.talent.models import (
    MatchingAsked,
    MatchingEntry,
    MatchingList,
    MatchingResult,
    MatchingRound,
    MatchingSeat,
    Opening,
)
from coursehub.talent.operations.consent import YouBlockThem
from coursehub.talent.policies import hiring
from coursehub.talent.policies import rounds as policies
from coursehub.talent.queries.profiles import profile_of
from coursehub.talent.queries.rounds import entry_of, keys_asking, list_of, phase_of, run_now, seats_of


class NotTheTimeForLists(Refusal):
    """The time to write a list is over, or has not come yet."""


class NotTheTimeToRank(Refusal):
    """Employers rank after the lists are in and before everything is sealed. That time is over, or has not come yet."""


class NothingRanked(Refusal):
    """Give at least one seat a place on your list."""

    status = 422


class OddPlaces(Refusal):
    """Each seat needs a place of its own on your list: 1, 2, 3 and so on."""

    status = 422


class ProfileFirst(Refusal):
    """Employers rank by what you have proven. Begin your profile first; your name stays hidden."""


class AlreadyPlaced(Refusal):
    """You have accepted a seat of this round, so the second run is for others."""


class UnknownPeople(Refusal):
    """This ranking names somebody who did not ask for this seat. Load the page again."""


def write_list(row: MatchingRound, positions: Mapping[str, int], *, by: Actor, at: datetime) -> MatchingList:
    """Take part, or change what one wrote: seal an order of seats.

    positions: the place on the list by the public id of an opening.
    Raises NotTheTimeForLists, NothingRanked, OddPlaces, ProfileFirst, YouBlockThem, AlreadyPlaced.
    """
    require(policies.may_speak_for_oneself(by))
    if not positions:
        raise NothingRanked
    if sorted(positions.values()) != list(range(1, len(positions) + 1)) or len(positions) > LONGEST:
        raise OddPlaces
    if profile_of(by.person_id) is None:
        raise ProfileFirst
    with transaction():
        lock(row)
        if phase_of(row, at) not in ("lists", "second_lists"):
            raise NotTheTimeForLists
        n = run_now(row)
        wanted = _seats_wanted(row, positions, by)
        entry = _taking_part(row, by, at=at)
        _still_without(entry)
        wishes = sorted(positions, key=lambda key: positions[key])
        db.session.execute(sa.delete(MatchingAsked).where(MatchingAsked.entry_id == entry.id, MatchingAsked.n == n))
        db.session.add_all(MatchingAsked(entry_id=entry.id, n=n, opening_id=opening.id) for opening in wanted)
        return _seal(row, n, entry.public_id, wishes, entry=entry, at=at)


def _seats_wanted(row: MatchingRound, positions: Mapping[str, int], by: Actor) -> list[Opening]:
    open_to = {each.opening.public_id: each.opening for each in seats_of(row, reader=by) if each.left}
    if not set(positions) <= set(open_to):
        raise YouBlockThem if set(positions) <= {e.opening.public_id for e in seats_of(row) if e.left} else OddPlaces
    return [open_to[key] for key in positions]


def _taking_part(row: MatchingRound, by: Actor, *, at: datetime) -> MatchingEntry:
    found = db.session.execute(
        sa.select(MatchingEntry).where(MatchingEntry.round_id == row.id, MatchingEntry.person_id == by.person_id)
    ).scalar_one_or_none()
    if found is None:
        found = MatchingEntry(public_id=new_public_id(), round_id=row.id, person_id=by.person_id, entered_at=at)
        db.session.add(found)
    found.left_at = None
    db.session.flush()
    return found


def _still_without(entry: MatchingEntry) -> None:
    accepted = sa.select(MatchingResult.id).where(MatchingResult.entry_id == entry.id, MatchingResult.state == "accepted")
    if db.session.execute(accepted).first():
        raise AlreadyPlaced


def leave_round(row: MatchingRound, *, by: Actor, at: datetime) -> None:
    """Not take part after all: the list is deleted, and nobody is told. Raises NotTheTimeForLists once all is sealed."""
    require(policies.may_speak_for_oneself(by))
    with transaction():
        lock(row)
        if phase_of(row, at) not in ("lists", "ranks", "second_lists", "second_ranks"):
            raise NotTheTimeForLists
        entry = entry_of(row, by.person_id)
        if entry is not None:
            forget_entry(entry, run_now(row), at=at)


def forget_entry(entry: MatchingEntry, n: int, *, at: datetime) -> None:
    """Take somebody out of a run that is not sealed yet, as if they had never written; in the caller's transaction."""
    db.session.execute(sa.delete(MatchingAsked).where(MatchingAsked.entry_id == entry.id, MatchingAsked.n == n))
    db.session.execute(sa.delete(MatchingList).where(MatchingList.entry_id == entry.id, MatchingList.n == n))
    if n == 1:
        entry.left_at = at
    db.session.flush()


def write_ranking(row: MatchingRound, seat: MatchingSeat, ranks: Mapping[str, int], *, by: Actor, at: datetime) -> MatchingList:
    """An employer seals whom it would take for a seat: a rank by the id of an entry; equal ranks are broken by the seed.

    Whoever has no rank is not taken. Raises NotTheTimeToRank, UnknownPeople, OddPlaces.
    """
    require(hiring.may_work_on(by, seat))
    if any(rank < 1 for rank in ranks.values()):
        raise OddPlaces
    with transaction():
        lock(row)
        if phase_of(row, at) not in ("ranks", "second_ranks"):
            raise NotTheTimeToRank
        n = run_now(row)
        if not set(ranks) <= keys_asking(row, n, seat):
            raise UnknownPeople
        opening = db.session.get_one(Opening, seat.opening_id)
        return _seal(row, n, opening.public_id, ranks_as_texts(ranks), opening_id=opening.id, at=at)


def _seal(
    row: MatchingRound, n: int, writer: str, wishes: Sequence[str], *, at: datetime, entry: MatchingEntry | None = None,
    opening_id: int | None = None,
) -> MatchingList:  # fmt: skip
    salt = secrets.token_hex(16)
    found = list_of(row, n, entry=entry, opening_id=opening_id)
    if found is None:
        found = MatchingList(round_id=row.id, n=n, entry_id=entry.id if entry else None, opening_id=opening_id)
        db.session.add(found)
    found.sealed = boxes.seal(list_box(row), json.dumps({"wishes": list(wishes), "salt": salt}))
    found.seal, found.written_at = seal(writer, wishes, salt), at
    db.session.flush()
    return found


def list_box(row: MatchingRound) -> str:
    """The purpose under which the lists of a round are encrypted."""
    return f"matching-lists/{row.public_id}"


def opened(row: MatchingRound, sealed: MatchingList) -> tuple[list[str], str]:
    """What a list says and its salt: for the run, and for its writer through the two functions below."""
    document = json.loads(boxes.unseal(list_box(row), sealed.sealed))
    return list(document["wishes"]), str(document["salt"])


def own_list(row: MatchingRound, entry: MatchingEntry, n: int, *, by: Actor) -> tuple[list[str], str] | None:
    """One's own order of seats and its salt; None when nothing was written, or it was deleted."""
    require(policies.may_write_own(by, entry))
    found = list_of(row, n, entry=entry)
    return opened(row, found) if found is not None and found.sealed else None


def own_ranking(row: MatchingRound, seat: MatchingSeat, n: int, *, by: Actor) -> list[str] | None:
    """What one's organisation sealed for its own seat, while the run has not begun to keep it for the audit."""
    require(hiring.may_work_on(by, seat))
    found = list_of(row, n, opening_id=seat.opening_id)
    return opened(row, found)[0] if found is not None and found.sealed else None
