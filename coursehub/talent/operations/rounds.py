"""A matching round from its draft to its announcement: times, seats, and the rules under one hash."""

import secrets
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

import sqlalchemy as sa

from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people import sealing as boxes
from coursehub.people.actor import Actor
from coursehub.talent.machines import ROUND
from coursehub.talent.matching.sealing import digest_of
from coursehub.talent.models import MatchingAsked, MatchingEntry, MatchingList, MatchingRound, MatchingRun, MatchingSeat, Opening
from coursehub.talent.operations.moving import begin, move
from coursehub.talent.operations.offers import LEAST_DAYS
from coursehub.talent.policies import hiring
from coursehub.talent.policies import rounds as policies
from coursehub.talent.queries.rounds import seats_of
from coursehub.talent.queries.working_days import due_after
from coursehub.talent.working_days import local_day

AUDIT_DAYS = 30
"""For how long after the end the sealed lists are kept, unless the host says otherwise; then they are deleted."""


class TimesOutOfOrder(Refusal):
    """The six dates must lie after today, one after the other, with at least five working days for each time to accept."""

    status = 422


class SeatsAreFixed(Refusal):
    """The seats of this round are fixed. They could be changed until it was announced."""


class NotOpenForSeats(Refusal):
    """Only places of an opening that takes applications now can be entered, and not more than it has."""

    status = 422


class StartsBeforeItEnds(Refusal):
    """The first day of work must lie after the last day of the round."""

    status = 422


class NoSeats(Refusal):
    """No employer has entered a seat yet, so there is nothing to rank."""


class LaterThanItsLists(Refusal):
    """The time to write lists is over already. Draft the round anew with later dates."""


@dataclass(frozen=True)
class Timetable:
    """The first moment after each step of a round."""

    lists_until_at: datetime
    ranks_until_at: datetime
    accept_until_at: datetime
    second_lists_until_at: datetime
    second_ranks_until_at: datetime
    second_accept_until_at: datetime

    def checked(self, at: datetime) -> "Timetable":
        """Itself, if it leaves everybody time. Raises TimesOutOfOrder."""
        moments = [at, *asdict(self).values()]
        if any(after <= before for before, after in pairwise(moments)):
            raise TimesOutOfOrder
        for before, until in (
            (self.ranks_until_at, self.accept_until_at), (self.second_ranks_until_at, self.second_accept_until_at),
        ):  # fmt: skip
            if until < due_after(before - timedelta(seconds=1), LEAST_DAYS):
                raise TimesOutOfOrder
        return self


def draft_round(
    *, title: str, rules: str, timetable: Timetable, by: Actor, at: datetime, audit_days: int = AUDIT_DAYS
) -> MatchingRound:
    """Begin a round; employers can enter seats from now on. Raises TimesOutOfOrder."""
    require(policies.may_host(by))
    row = MatchingRound(
        public_id=new_public_id(), title=title.strip(), rules=rules.strip(), audit_days=audit_days, made_by_id=by.person_id,
        made_at=at, **asdict(timetable.checked(at)),
    )  # fmt: skip
    with transaction():
        begin(row, ROUND, mover=by, at=at)
    return row


def enter_seat(row: MatchingRound, opening: Opening, *, places: int, start_on: date, by: Actor, at: datetime) -> MatchingSeat:
    """An employer enters places of an open opening: whoever is matched and accepts gets what the opening promised.

    Entering the same opening again changes its places and first day. Raises SeatsAreFixed, NotOpenForSeats, StartsBeforeItEnds.
    """
    require(hiring.may_work_on(by, opening))
    if opening.state != "open" or not 1 <= places <= opening.places:
        raise NotOpenForSeats
    if start_on <= local_day(row.second_accept_until_at):
        raise StartsBeforeItEnds
    with transaction():
        _while_draft(row)
        seat = db.session.get(MatchingSeat, (row.id, opening.id)) or MatchingSeat(
            round_id=row.id, opening_id=opening.id, organisation_id=opening.organisation_id
        )
        seat.places, seat.start_on, seat.entered_by_id, seat.entered_at = places, start_on, by.person_id, at
        db.session.add(seat)
        db.session.flush()
    return seat


def take_seat_back(row: MatchingRound, opening: Opening, *, by: Actor) -> None:
    """An employer does not enter this opening after all. Raises SeatsAreFixed."""
    require(hiring.may_work_on(by, opening))
    with transaction():
        _while_draft(row)
        db.session.execute(sa.delete(MatchingSeat).where(MatchingSeat.round_id == row.id, MatchingSeat.opening_id == opening.id))


def _while_draft(row: MatchingRound) -> None:
    lock(row)
    if row.state != "draft":
        raise SeatsAreFixed


def announce_round(row: MatchingRound, *, by: Actor, at: datetime) -> None:
    """Fix rules, times and seats under one hash, and bind the house to a number for each run.

    Raises NoSeats, LaterThanItsLists, IllegalMove.
    """
    require(policies.may_host(by))
    with transaction():
        lock(row)
        if at >= row.lists_until_at:
            raise LaterThanItsLists
        seats = [each for each in seats_of(row) if each.opening.state == "open"]
        if not seats:
            raise NoSeats
        runs = [_bound(row, n) for n in (1, 2)]
        document = {
            "round": row.public_id, "title": row.title, "rules": row.rules, "audit_days": row.audit_days,
            "times": {name: getattr(row, name).isoformat() for name in Timetable.__dataclass_fields__},
            "seats": [
                {
                    "opening": each.opening.public_id, "terms": each.opening.terms_hash, "places": each.seat.places,
                    "start_on": each.seat.start_on.isoformat(),
                }
                for each in seats
            ],
            "commitments": [run.commitment for run in runs],
        }  # fmt: skip
        db.session.execute(
            sa.delete(MatchingSeat).where(
                MatchingSeat.round_id == row.id, MatchingSeat.opening_id.not_in([each.opening.id for each in seats])
            )
        )
        move(row, ROUND, "announce", mover=by, at=at, announced_at=at, announced=document, rules_hash=digest_of(document))


def _bound(row: MatchingRound, n: int) -> MatchingRun:
    """A number that nobody has seen, and the promise to use it and no other."""
    number = secrets.token_hex(32)
    run = MatchingRun(
        round_id=row.id, n=n, commitment=commitment_to(number), number_sealed=boxes.seal(number_box(row, n), number)
    )
    db.session.add(run)
    db.session.flush()
    return run


def commitment_to(number: str) -> str:
    """What is announced of a number: its hash; anybody can compare once the number is published."""
    return digest_of(["number", number])


def number_box(row: MatchingRound, n: int) -> str:
    """The purpose under which a number is encrypted."""
    return f"matching-number/{row.public_id}/{n}"


def cancel_round(row: MatchingRound, *, reason: str, by: Actor, at: datetime) -> None:
    """Call it off before anything ran; what was sealed is deleted at once. Raises IllegalMove."""
    require(policies.may_host(by))
    with transaction():
        move(row, ROUND, "cancel", mover=by, at=at, reason=reason.strip(), ended_at=at)
        row.reason = reason.strip()
        forget_lists(row, at=at)


def forget_lists(row: MatchingRound, *, at: datetime) -> None:
    """Delete what every list said, and who asked for what; seals and results stay. In the caller's transaction."""
    entries = sa.select(MatchingEntry.id).where(MatchingEntry.round_id == row.id)
    for statement in (
        sa.update(MatchingList).where(MatchingList.round_id == row.id).values(sealed=""),
        sa.delete(MatchingAsked).where(MatchingAsked.entry_id.in_(entries)),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
    row.erased_at = at
    db.session.flush()
    db.session.expire_all()
