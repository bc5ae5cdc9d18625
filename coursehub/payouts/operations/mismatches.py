"""Who looks after what reconciliation lists: somebody takes it, hands it over, lets it go, and it ends when it is settled."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from coursehub.db import db, transaction
from coursehub.errors import Refusal, require
from coursehub.payouts import policies, queries
from coursehub.payouts.models import MismatchOwner
from coursehub.payouts.queries import Mismatch
from coursehub.people.actor import Actor
from coursehub.people.audit import note


class OwnedMeanwhile(Refusal):
    """A colleague has changed meanwhile who looks after this. Look at it again."""


class NotOfFinance(Refusal):
    """Only somebody who does finance for the house can look after this."""

    status = 422


def take_mismatch(found: Mismatch, *, was: int | None, by: Actor, at: datetime) -> None:
    """From now on this person looks after it. was: who did on the page that they saw. Raises OwnedMeanwhile."""
    require(policies.may_look_after(by))
    _give(found, by.person_id, "taken", was=was, by=by, at=at)


def hand_mismatch_over(found: Mismatch, *, to: int, was: int | None, by: Actor, at: datetime) -> None:
    """Anybody of finance lets a colleague look after it. Raises NotOfFinance, OwnedMeanwhile."""
    require(policies.may_look_after(by))
    if to not in queries.whom_of():
        raise NotOfFinance
    _give(found, to, "handed_over", was=was, by=by, at=at)


def let_mismatch_go(found: Mismatch, *, was: int | None, by: Actor, at: datetime) -> None:
    """Nobody looks after it any more, until somebody takes it. Raises OwnedMeanwhile."""
    require(policies.may_look_after(by))
    with transaction():
        row = _current(found, was)
        if row is not None:
            _end(row, "let_go", by, at)
            _note("let_go", row, by, at)


def settle_mismatches(*, at: datetime) -> int:
    """Nobody looks after what waits no longer; how many that were."""
    with transaction():
        rows = (
            db.session.execute(
                sa.select(MismatchOwner).where(MismatchOwner.ended_at.is_(None)).order_by(MismatchOwner.id).with_for_update()
            )
            .scalars()
            .all()
        )
        waits = {each.key: each.since for each in queries.all_mismatches(at)} if rows else {}
        over = [row for row in rows if (since := waits.get((row.kind, row.reference))) is None or row.at < since]
        for row in over:
            _end(row, "settled", None, at)
            _note("settled", row, None, at)
    return len(over)


def _give(found: Mismatch, to: int, act: str, *, was: int | None, by: Actor, at: datetime) -> None:
    with transaction():
        row = _current(found, was)
        if row is not None and row.person_id == to and was == to:
            return
        if row is not None:
            _end(row, "handed_over", by, at)
            db.session.flush()  # the next row is the only open one
        new = MismatchOwner(
            kind=found.kind, reference=found.reference, person_id=to, since_at=found.since, at=at, by_id=by.person_id
        )
        try:
            with db.session.begin_nested():
                db.session.add(new)
        except IntegrityError as problem:
            raise OwnedMeanwhile from problem
        _note(act, new, by, at)


def _current(found: Mismatch, was: int | None) -> MismatchOwner | None:
    """The open row, locked; its person is who the page said, or does not count any more. Raises OwnedMeanwhile."""
    key = MismatchOwner.kind == found.kind, MismatchOwner.reference == found.reference
    row = db.session.execute(
        sa.select(MismatchOwner).where(*key, MismatchOwner.ended_at.is_(None)).with_for_update()
    ).scalar_one_or_none()
    if queries.owners_among([found]).get(found.key) != was:
        raise OwnedMeanwhile
    return row


def _end(row: MismatchOwner, ending: str, by: Actor | None, at: datetime) -> None:
    row.ended_at, row.ending, row.ended_by_id = at, ending, by.person_id if by else None


def _note(act: str, row: MismatchOwner, by: Actor | None, at: datetime) -> None:
    note(
        f"mismatch_{act}", at=at, person_id=row.person_id, by_id=by.person_id if by else None,
        organisation_id=by.organisation_id if by else None, kind=row.kind, reference=row.reference,
    )  # fmt: skip
