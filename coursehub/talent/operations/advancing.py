"""What an employer does with applications, one or many: move them on, reject them with a reason, take it back for a while."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events, jobs
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.talent.machines import APPLICATION
from coursehub.talent.models import Application, Batch, BatchItem, Offer, Opening
from coursehub.talent.operations import outreach
from coursehub.talent.operations.applications import answered, finish_closing, move_on
from coursehub.talent.operations.timeline import note_fact
from coursehub.talent.policies import hiring as policies
from coursehub.talent.queries.working_days import due_after

UNDO = timedelta(minutes=30)
"""How long an act on applications can be taken back; nobody is told of it before."""
STEPS = ("screen", "interview", "offer", "reject")
REJECT_REASONS = ("skills", "experience", "availability", "place", "pay", "filled", "other")
WAITS_FOR_EMPLOYER = ("applied", "sourced", "screen", "interview")
"""Stages whose next word is the employer's, unless an interview or an offer is out."""


class ReasonIsNeeded(Refusal):
    """Say why. The person reads the reason you choose, and any words you add."""

    status = 422


class NothingToMove(Refusal):
    """None of these can go there. Load the page again to see how they stand."""


class OfferIsOut(Refusal):
    """There is an offer out for one of these. Rescind it first, with a reason, or wait for the answer."""


class TooLateToUndo(Refusal):
    """The time to take this back is over, or it was taken back already."""


def can_step(application: Application, step: str) -> bool:
    """Whether the board can make this move now: allowed by the table and to somewhere else."""
    return (
        application.merged_into_id is None
        and application.ended_at is None
        and application.state != "rejected"
        and APPLICATION.allows(application.state, step)
    )


def advance(
    applications: Sequence[Application], step: str, *, reason: str = "", words: str = "", by: Actor, at: datetime
) -> Batch:
    """Make one move of every application that can make it; the others stay as they are.

    All belong to one opening. Rejections need a reason. Each person hears of it after UNDO,
    if it still stands then. Raises ReasonIsNeeded, NothingToMove, OfferIsOut.
    """
    for application in applications:
        require(policies.may_work_on(by, application))
    require(policies.may_hire(by))
    if step not in STEPS:
        raise ValueError(f"{step} is no step of a board")
    if step == "reject" and reason not in REJECT_REASONS:
        raise ReasonIsNeeded
    with transaction():
        rows = sorted(applications, key=lambda row: row.id)
        for row in rows:
            lock(row)
        moving = [row for row in rows if can_step(row, step)]
        if not moving or len({row.opening_id for row in moving}) != 1:
            raise NothingToMove
        if _offer_is_out([row.id for row in moving]):
            raise OfferIsOut
        batch = Batch(
            public_id=new_public_id(), opening_id=moving[0].opening_id, by_id=by.person_id, step=step, at=at,
            undo_until_at=at + UNDO,
        )  # fmt: skip
        db.session.add(batch)
        db.session.flush()
        for row in moving:
            _advance_one(row, step, batch, reason=reason, words=words, by=by, at=at)
        jobs.enqueue("talent.tell_of_batch", at=batch.undo_until_at, batch_id=batch.id)
    return batch


def _advance_one(row: Application, step: str, batch: Batch, *, reason: str, words: str, by: Actor, at: datetime) -> None:
    item = BatchItem(
        batch_id=batch.id, application_id=row.id, from_state=row.state, to_state="", due_before_at=row.due_at,
        was_answered=row.answered_at is not None,
    )  # fmt: skip
    opening = db.session.get_one(Opening, row.opening_id)
    if step == "reject":
        row.reason, row.reason_words = reason, words.strip()
        move_on(row, step, mover=by, at=at, reason=reason, due_at=None, tell_at=batch.undo_until_at)
    else:
        due_at = None if step == "offer" else due_after(at, opening.answer_within_days)
        move_on(row, step, mover=by, at=at, due_at=due_at)
    item.to_state = row.state
    db.session.add(item)
    answered(row, at=at)


def _offer_is_out(application_ids: list[int]) -> bool:
    found = sa.select(Offer.id).where(Offer.application_id.in_(application_ids), Offer.state == "extended")
    return db.session.execute(found).first() is not None


def undo(batch: Batch, *, by: Actor, at: datetime) -> int:
    """Put everything back that still is where the batch put it; how many. Raises TooLateToUndo."""
    opening = db.session.get_one(Opening, batch.opening_id)
    require(policies.may_work_on(by, opening))
    with transaction():
        lock(batch)
        if batch.undone_at is not None or at >= batch.undo_until_at:
            raise TooLateToUndo
        batch.undone_at = at
        back = 0
        for item in items_of(batch):
            row = db.session.get_one(Application, item.application_id)
            lock(row)
            if row.state != item.to_state or row.ended_at is not None or row.stage_since_at != batch.at:
                continue  # somebody has moved it on since
            move_on(row, f"back_to_{item.from_state}", mover=by, at=at, due_at=item.due_before_at, tell_at=None)
            row.reason, row.reason_words = "", ""
            if not item.was_answered:
                row.answered_at = None
            back += 1
        db.session.flush()
    return back


def tell_of_batch(batch_id: int, *, at: datetime) -> None:
    """The time to undo is over: what still stands is final, and each person is told once."""
    with transaction():
        batch = db.session.get_one(Batch, batch_id)
        lock(batch)
        if batch.undone_at is not None or at < batch.undo_until_at:
            return
        for item in items_of(batch):
            row = db.session.get_one(Application, item.application_id)
            lock(row)
            if row.state != item.to_state or row.stage_since_at != batch.at or row.ended_at is not None:
                continue
            if row.state == "rejected":
                finish_closing(row, "reject", mover=None, at=at)
                outreach.give_word_back(row.organisation_id, "closing", row.id, at=at)
            elif row.state == "interview":
                note_fact(
                    "interviewed", row.person_id, key=f"interviewed:{row.id}", true_at=batch.at, at=at, source="employer",
                    organisation_id=row.organisation_id, subject_id=row.id,
                )  # fmt: skip
            db.session.flush()
            events.record("talent.application_told", at=at, application_id=row.id, state=row.state, batch_id=batch.id)


def items_of(batch: Batch) -> list[BatchItem]:
    """The applications of a batch, and where each was."""
    found = sa.select(BatchItem).where(BatchItem.batch_id == batch.id).order_by(BatchItem.application_id)
    return list(db.session.execute(found).scalars())
