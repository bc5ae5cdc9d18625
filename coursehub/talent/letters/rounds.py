"""Letters of a matching round: the lists are in, rank; the result is there; a second run begins."""

from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db
from coursehub.talent.letters.writing import write, write_to_hr
from coursehub.talent.models import MatchingEntry, MatchingResult, MatchingRound
from coursehub.talent.queries.rounds import due_of, phase_of, public_rounds, seats_of


def ask_to_rank(*, at: datetime) -> None:
    """The lists of the learners are in: everybody who entered a seat ranks those who asked for it."""
    for row in db.session.execute(public_rounds().where(MatchingRound.ended_at.is_(None))).scalars():
        phase = phase_of(row, at)
        if phase in ("ranks", "second_ranks"):
            for organisation_id in {each.seat.organisation_id for each in seats_of(row) if each.left}:
                write_to_hr(
                    organisation_id, key=f"round_rank:{row.public_id}:{phase}:{organisation_id}", template="round_rank",
                    kind="hiring", at=at, round=row, due_at=due_of(row, at),
                )  # fmt: skip


@events.on("talent.round_accepting")
def tell_results(*, at: datetime, round_id: int) -> None:
    """The first run is over."""
    _tell(round_id, 1, at=at)


@events.on("talent.round_second_accepting")
def tell_second_results(*, at: datetime, round_id: int) -> None:
    """The second run is over."""
    _tell(round_id, 2, at=at)


def _tell(round_id: int, n: int, *, at: datetime) -> None:
    row = db.session.get_one(MatchingRound, round_id)
    found = sa.select(MatchingEntry.person_id).join(MatchingResult, MatchingResult.entry_id == MatchingEntry.id)
    for person_id in db.session.execute(found.where(MatchingResult.round_id == row.id, MatchingResult.n == n)).scalars():
        write(
            person_id, key=f"round_result:{row.public_id}:{n}:{person_id}", template="round_result", kind="hiring", at=at,
            round=row, due_at=row.accept_until_at if n == 1 else row.second_accept_until_at,
        )  # fmt: skip


@events.on("talent.round_second")
def tell_of_second(*, at: datetime, round_id: int) -> None:
    """Places are left: everybody who took part and has accepted none can write a second list."""
    row = db.session.get_one(MatchingRound, round_id)
    placed = sa.select(MatchingResult.entry_id).where(MatchingResult.round_id == row.id, MatchingResult.state == "accepted")
    found = sa.select(MatchingEntry.person_id).where(
        MatchingEntry.round_id == row.id, MatchingEntry.left_at.is_(None), MatchingEntry.id.not_in(placed)
    )
    for person_id in db.session.execute(found).scalars():
        write(
            person_id, key=f"round_second:{row.public_id}:{person_id}", template="round_second", kind="hiring", at=at, round=row,
            due_at=row.second_lists_until_at,
        )  # fmt: skip
