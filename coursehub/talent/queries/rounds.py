"""Matching rounds as each side may see them. No query of this module opens a list but its writer's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.talent.models import (
    Block,
    MatchingAsked,
    MatchingEntry,
    MatchingList,
    MatchingResult,
    MatchingRound,
    MatchingRun,
    MatchingSeat,
    Opening,
    Profile,
)
from coursehub.talent.queries.blocks import ROOT, not_blocked_for
from coursehub.talent.queries.profiles import Shown, as_shown


def phase_of(row: MatchingRound, at: datetime) -> str:
    """What happens now: the state, with the time for lists and the time for ranking told apart."""
    if row.state == "announced":
        return "lists" if at < row.lists_until_at else "ranks"
    if row.state == "second":
        return "second_lists" if at < row.second_lists_until_at else "second_ranks"
    return row.state


def run_now(row: MatchingRound) -> int:
    """Which of the two runs the round is in."""
    return 2 if row.state.startswith("second") else 1


def due_of(row: MatchingRound, at: datetime) -> datetime | None:
    """When what happens now is over; None where nothing waits for a date."""
    return {
        "lists": row.lists_until_at, "ranks": row.ranks_until_at, "accepting": row.accept_until_at,
        "second_lists": row.second_lists_until_at, "second_ranks": row.second_ranks_until_at,
        "second_accepting": row.second_accept_until_at,
    }.get(phase_of(row, at))  # fmt: skip


def every_round() -> "sa.Select[MatchingRound]":
    """All rounds, drafts as well, the latest first; for those who host."""
    return sa.select(MatchingRound).order_by(MatchingRound.id.desc())


def public_rounds() -> "sa.Select[MatchingRound]":
    """Rounds that were announced, the latest first."""
    return every_round().where(MatchingRound.announced_at.is_not(None))


def rounds_to_enter() -> "sa.Select[MatchingRound]":
    """Rounds that employers may know of: what is being drafted takes seats, what was announced takes rankings."""
    return every_round().where(sa.or_(MatchingRound.announced_at.is_not(None), MatchingRound.state == "draft"))


def runs_of(row: MatchingRound) -> list[MatchingRun]:
    """The first and the second run, as far as they were bound."""
    return list(
        db.session.execute(sa.select(MatchingRun).where(MatchingRun.round_id == row.id).order_by(MatchingRun.n)).scalars()
    )


@dataclass(frozen=True)
class Seat:
    """Places of an opening in a round, with who offers them. left: places that nobody has accepted yet."""

    seat: MatchingSeat
    opening: Opening
    organisation: Organisation
    left: int


def seats_of(row: MatchingRound, *, reader: Actor | None = None) -> list[Seat]:
    """The seats of a round; without those of employers whom the reader blocks, if a reader is named."""
    accepted = (
        sa.select(MatchingResult.opening_id, sa.func.count())
        .where(MatchingResult.round_id == row.id, MatchingResult.state == "accepted")
        .group_by(MatchingResult.opening_id)
    )
    taken = dict(db.session.execute(accepted).tuples().all())
    found = (
        sa.select(MatchingSeat, Opening, Organisation)
        .join(Opening, Opening.id == MatchingSeat.opening_id)
        .join(Organisation, Organisation.id == MatchingSeat.organisation_id)
        .where(MatchingSeat.round_id == row.id)
        .order_by(Opening.public_id)
    )
    if reader is not None:
        found = found.where(ROOT.not_in(_roots_blocked_by(reader.person_id)))
    return [Seat(s, o, who, max(0, s.places - taken.get(o.id, 0))) for s, o, who in db.session.execute(found).tuples()]


def _roots_blocked_by(person_id: int) -> "sa.Select[int]":
    blocked = sa.orm.aliased(Organisation)
    return (
        sa.select(sa.func.coalesce(blocked.parent_id, blocked.id))
        .join(Block, Block.organisation_id == blocked.id)
        .where(Block.person_id == person_id, Block.lifted_at.is_(None))
    )


def own_seat(reader: Actor, row: MatchingRound, opening_public_id: str) -> "sa.Select[MatchingSeat]":
    """A seat of the reader's organisation in this round."""
    return (
        sa.select(MatchingSeat)
        .join(Opening, Opening.id == MatchingSeat.opening_id)
        .where(
            MatchingSeat.round_id == row.id, MatchingSeat.organisation_id == reader.organisation_id,
            Opening.public_id == opening_public_id,
        )
    )  # fmt: skip


def entry_of(row: MatchingRound, person_id: int) -> MatchingEntry | None:
    """How this person takes part, if they do."""
    found = sa.select(MatchingEntry).where(
        MatchingEntry.round_id == row.id, MatchingEntry.person_id == person_id, MatchingEntry.left_at.is_(None)
    )
    return db.session.execute(found).scalar_one_or_none()


def entries_of(reader: Actor) -> dict[int, MatchingEntry]:
    """The reader's entries by round."""
    found = sa.select(MatchingEntry).where(MatchingEntry.person_id == reader.person_id, MatchingEntry.left_at.is_(None))
    return {entry.round_id: entry for entry in db.session.execute(found).scalars()}


def results_of(entry: MatchingEntry) -> list[MatchingResult]:
    """What this person got, run by run. For their own eyes."""
    found = sa.select(MatchingResult).where(MatchingResult.entry_id == entry.id).order_by(MatchingResult.n)
    return list(db.session.execute(found).scalars())


def list_of(
    row: MatchingRound, n: int, *, entry: MatchingEntry | None = None, opening_id: int | None = None
) -> MatchingList | None:
    """The sealed list of one writer; opening it is the business of operations, for the writer alone."""
    mine = MatchingList.entry_id == entry.id if entry is not None else MatchingList.opening_id == opening_id
    found = sa.select(MatchingList).where(MatchingList.round_id == row.id, MatchingList.n == n, mine)
    return db.session.execute(found).scalar_one_or_none()


@dataclass(frozen=True)
class Asking:
    """Somebody who asked for a seat, as their employer meets them: no name, and an id that says nothing."""

    key: str
    shown: Shown


def people_asking(row: MatchingRound, n: int, seat: MatchingSeat) -> list[Asking]:
    """Who asked for this seat, in an order that says nothing; whoever blocks its employer was never there."""
    return [Asking(key, as_shown(profile)) for key, profile in db.session.execute(_asking(row, n, seat)).tuples()]


def keys_asking(row: MatchingRound, n: int, seat: MatchingSeat) -> set[str]:
    """The same people by their ids alone, however many they are."""
    return set(db.session.execute(_asking(row, n, seat).with_only_columns(MatchingEntry.public_id)).scalars())


def _asking(row: MatchingRound, n: int, seat: MatchingSeat) -> "sa.Select[str, Profile]":
    return (
        sa.select(MatchingEntry.public_id, Profile)
        .join(MatchingAsked, MatchingAsked.entry_id == MatchingEntry.id)
        .join(Profile, Profile.person_id == MatchingEntry.person_id)
        .where(
            MatchingEntry.round_id == row.id, MatchingEntry.left_at.is_(None), MatchingAsked.n == n,
            MatchingAsked.opening_id == seat.opening_id, not_blocked_for(seat.organisation_id),
        )
        .order_by(MatchingEntry.public_id)
    )  # fmt: skip


def ranked_seats(row: MatchingRound, n: int) -> set[int]:
    """The openings whose employer has sealed a ranking."""
    found = sa.select(MatchingList.opening_id).where(
        MatchingList.round_id == row.id, MatchingList.n == n, MatchingList.opening_id.is_not(None)
    )
    return {opening_id for opening_id in db.session.execute(found).scalars() if opening_id is not None}


def accepted_at_seats(row: MatchingRound, opening_ids: Iterable[int]) -> dict[int, list[int]]:
    """For each opening the applications of those who accepted: all that an employer learns of a result."""
    found: dict[int, list[int]] = {}
    rows = db.session.execute(
        sa.select(MatchingResult.opening_id, MatchingResult.application_id).where(
            MatchingResult.round_id == row.id, MatchingResult.state == "accepted", MatchingResult.opening_id.in_(set(opening_ids))
        )
    )
    for opening_id, application_id in rows.tuples():
        if opening_id is not None and application_id is not None:
            found.setdefault(opening_id, []).append(application_id)
    return found


def lists_written(row: MatchingRound, n: int) -> int:
    """How many people have sealed a list; for those who host."""
    found = sa.select(sa.func.count()).where(
        MatchingList.round_id == row.id, MatchingList.n == n, MatchingList.entry_id.is_not(None)
    )
    return int(db.session.execute(found).scalar_one())


@dataclass(frozen=True)
class Progress:
    """How far a run is: lists and rankings that are in, of how many seats, and what the run itself has noted down."""

    run: MatchingRun
    lists: int
    ranked: int
    seats: int


def progress_of(row: MatchingRound) -> list[Progress]:
    """How far each run is that the round has come to; for those who host. What a list says is in none of it."""
    if row.announced_at is None:
        return []
    runs = [run for run in runs_of(row) if run.n == 1 or run.ran_at is not None or row.state.startswith("second")]
    seats = seats_of(row)
    return [
        Progress(
            run, lists_written(row, run.n), len(ranked_seats(row, run.n)), sum(run.n == 1 or bool(each.left) for each in seats)
        )
        for run in runs
    ]


def answers_in(row: MatchingRound, n: int) -> dict[str, int]:
    """How many results of a run are in each state. Whoever shows them hides small numbers first."""
    found = (
        sa.select(MatchingResult.state, sa.func.count())
        .where(MatchingResult.round_id == row.id, MatchingResult.n == n)
        .group_by(MatchingResult.state)
    )
    return dict(db.session.execute(found).tuples().all())
