"""Disputes about a week: the two speak first, then a mediator of the house decides, then somebody outside."""

from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.talent.machines import DISPUTE, TIMESHEET
from coursehub.talent.models import Dispute, Timesheet
from coursehub.talent.operations.engagements import SayWhy
from coursehub.talent.operations.moving import begin, move
from coursehub.talent.operations.timesheets import approve, begin_again
from coursehub.talent.policies import work as policies
from coursehub.talent.queries.working_days import due_after

BETWEEN_PARTIES_DAYS = 5
"""Working days in which the two settle it; then it comes to the house."""
MEDIATION_DAYS = 10
"""Working days in which a mediator of the house decides; then it goes outside."""


class NotWithTheHouse(Refusal):
    """The house decides only what has come to it. The two sides still have time to settle it."""


def open_dispute(sheet: Timesheet, *, words: str, by: Actor, at: datetime) -> Dispute:
    """The employer disagrees with a week that waits; silence does not approve it any more. Raises SayWhy, IllegalMove."""
    require(policies.may_decide_on_work(by, sheet))
    if not words.strip():
        raise SayWhy
    with transaction():
        move(sheet, TIMESHEET, "dispute", mover=by, at=at, due_at=None)
        row = Dispute(
            public_id=new_public_id(), timesheet_id=sheet.id, words=words.strip(), answer="", decision="",
            opened_by_id=by.person_id, opened_at=at, due_at=due_after(at, BETWEEN_PARTIES_DAYS),
        )  # fmt: skip
        begin(row, DISPUTE, mover=by, at=at)
    return row


def answer_dispute(dispute: Dispute, *, words: str, by: Actor, at: datetime) -> None:
    """The worker says how they see it. Raises SayWhy, IllegalMove."""
    sheet = _sheet(dispute)
    require(policies.may_answer_work(by, sheet))
    if not words.strip():
        raise SayWhy
    with transaction():
        lock(dispute)
        DISPUTE.after(dispute.state, "settle")
        dispute.answer = words.strip()
        db.session.flush()
        events.record("talent.dispute_answered", at=at, dispute_id=dispute.id)


def agree_with_worker(dispute: Dispute, *, by: Actor, at: datetime) -> None:
    """The employer approves the week after all. Raises IllegalMove."""
    sheet = _sheet(dispute)
    require(policies.may_decide_on_work(by, sheet))
    with transaction():
        _lock_both(dispute, sheet)
        _end(dispute, "settle", mover=by, at=at)
        approve(sheet, "uphold", mover=by, at=at)


def agree_with_employer(dispute: Dispute, *, by: Actor, at: datetime) -> Timesheet:
    """The worker takes the week back to mend it: it is dropped, and a draft takes its place. Raises IllegalMove."""
    sheet = _sheet(dispute)
    require(policies.may_answer_work(by, sheet))
    with transaction():
        _lock_both(dispute, sheet)
        _end(dispute, "settle", mover=by, at=at)
        move(sheet, TIMESHEET, "drop", mover=by, at=at)
        return begin_again(sheet, mover=by, at=at)


def decide_dispute(dispute: Dispute, *, approves: bool, words: str, by: Actor, at: datetime) -> None:
    """A mediator decides, or writes down what was decided outside: the week stands, or the worker hands in another.

    Raises SayWhy, NotWithTheHouse, IllegalMove.
    """
    require(policies.may_mediate(by))
    if not words.strip():
        raise SayWhy
    sheet = _sheet(dispute)
    with transaction():
        _lock_both(dispute, sheet)
        if dispute.state == "between_parties":
            raise NotWithTheHouse
        _end(dispute, "settle", mover=by, at=at, words=words)
        if approves:
            approve(sheet, "uphold", mover=by, at=at)
        else:
            move(sheet, TIMESHEET, "drop", mover=by, at=at)
            begin_again(sheet, mover=by, at=at)


def climb(*, at: datetime) -> int:
    """Disputes whose time on a rung is over go up one rung; how many."""
    late = sa.select(Dispute.id).where(Dispute.state.in_(("between_parties", "with_mediator")), Dispute.due_at <= at)
    climbed = 0
    for dispute_id in list(db.session.execute(late.order_by(Dispute.id)).scalars()):
        with transaction():
            dispute = db.session.get_one(Dispute, dispute_id)
            _lock_both(dispute, _sheet(dispute))
            if dispute.ended_at is not None or dispute.due_at is None or dispute.due_at > at:
                continue
            if dispute.state == "between_parties":
                move(dispute, DISPUTE, "escalate", mover=None, at=at, due_at=due_after(at, MEDIATION_DAYS))
            else:
                move(dispute, DISPUTE, "go_outside", mover=None, at=at, due_at=None)
            climbed += 1
    return climbed


def _sheet(dispute: Dispute) -> Timesheet:
    return db.session.get_one(Timesheet, dispute.timesheet_id)


def _lock_both(dispute: Dispute, sheet: Timesheet) -> None:
    """The week first, then what is said about it: everybody takes turns, in one order."""
    lock(sheet)
    lock(dispute)


def _end(dispute: Dispute, step: str, *, mover: Actor, at: datetime, words: str = "") -> None:
    move(dispute, DISPUTE, step, mover=mover, at=at, due_at=None, ended_at=at, decision=words.strip())
