"""Introductions: an employer's first word about an opening, and the person's answer."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.talent.machines import INTRODUCTION
from coursehub.talent.models import Application, Introduction, Opening
from coursehub.talent.operations import outreach
from coursehub.talent.operations.applications import begin_application
from coursehub.talent.operations.moving import begin, move
from coursehub.talent.operations.timeline import note_fact
from coursehub.talent.policies import hiring as policies
from coursehub.talent.queries.introductions import reachable
from coursehub.talent.queries.working_days import due_after


class NobodyToReach(Refusal):
    """We cannot pass this on: there is nobody at this address whom your organisation can write to."""

    status = 404


class NoOpenOpening(Refusal):
    """You can write to people once an opening of yours is published and open."""


class NoWordsLeft(Refusal):
    """Your organisation has no introductions left. Each answer you give to an application brings one back."""


class AlreadyIntroduced(Refusal):
    """Your organisation has already written to this person about this opening."""


def introduce(opening: Opening, profile_id: str, *, message: str, by: Actor, at: datetime) -> Introduction:
    """Write to somebody in the pool, by the id that they bear there.

    Whoever is quiet, blocks the employer or does not exist gives the same refusal.
    Raises NoOpenOpening, NobodyToReach, AlreadyIntroduced, NoWordsLeft.
    """
    require(policies.may_work_on(by, opening))
    if opening.state != "open":
        raise NoOpenOpening
    person_id = reachable(profile_id, opening.organisation_id, at)
    if person_id is None:
        raise NobodyToReach
    with transaction():
        known = sa.select(Introduction.id).where(Introduction.opening_id == opening.id, Introduction.person_id == person_id)
        if db.session.execute(known).first():
            raise AlreadyIntroduced
        row = Introduction(
            public_id=new_public_id(), opening_id=opening.id, organisation_id=opening.organisation_id, person_id=person_id,
            sent_by_id=by.person_id, message=message.strip(), sent_at=at, answer_by_at=due_after(at, outreach.ANSWER_WITHIN_DAYS),
        )  # fmt: skip
        try:
            with db.session.begin_nested():
                begin(row, INTRODUCTION, mover=by, at=at)
        except sa.exc.IntegrityError as clash:
            raise AlreadyIntroduced from clash
        if not outreach.take_word(row, at=at):
            raise NoWordsLeft
        note_fact(
            "introduced", person_id, key=f"introduced:{row.id}", true_at=at, at=at, source="employer",
            organisation_id=row.organisation_id, subject_id=row.id,
        )  # fmt: skip
        events.record("talent.introduction_sent", at=at, introduction_id=row.id)
    return row


def see_introduction(introduction: Introduction, *, by: Actor, at: datetime) -> None:
    """The person opened it."""
    require(policies.may_answer(by, introduction))
    if introduction.state != "sent":
        return
    with transaction():
        lock(introduction)
        if introduction.state == "sent":
            move(introduction, INTRODUCTION, "see", mover=by, at=at)


def accept_introduction(introduction: Introduction, *, fields: Iterable[str], by: Actor, at: datetime) -> Application:
    """The person is interested: an application begins, and what they name may be seen. Raises IllegalMove, NothingChosen."""
    require(policies.may_answer(by, introduction))
    with transaction():
        move(introduction, INTRODUCTION, "accept", mover=by, at=at, ended_at=at)
        opening = db.session.get_one(Opening, introduction.opening_id)
        return begin_application(opening, by, fields=fields, message="", at=at, introduction=introduction)


def decline_introduction(introduction: Introduction, *, reason: str, by: Actor, at: datetime) -> None:
    """The person is not interested; the employer learns that and, if they gave one, the reason. Raises IllegalMove."""
    require(policies.may_answer(by, introduction))
    with transaction():
        move(introduction, INTRODUCTION, "decline", mover=by, at=at, reason=reason.strip(), ended_at=at)


def let_introductions_end(*, at: datetime) -> None:
    """Introductions that nobody answered expire, and words that rested long enough come back."""
    late = sa.select(Introduction.id).where(Introduction.ended_at.is_(None), Introduction.answer_by_at <= at)
    for introduction_id in list(db.session.execute(late).scalars()):
        with transaction():
            row = db.session.get_one(Introduction, introduction_id)
            lock(row)
            if INTRODUCTION.allows(row.state, "expire"):
                move(row, INTRODUCTION, "expire", mover=None, at=at, ended_at=at)
    for row in outreach.resting(at):
        with transaction():
            outreach.give_word_back(row.organisation_id, "rest", row.id, at=at)
