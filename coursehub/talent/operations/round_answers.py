"""What a person makes of their match: yes brings an application with an offer in writing, no is told to nobody."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.talent.machines import APPLICATION, MATCH
from coursehub.talent.models import Application, MatchingEntry, MatchingResult, MatchingRound, MatchingSeat, Offer, Opening
from coursehub.talent.operations.applications import begin_application, lock_with_opening, move_on
from coursehub.talent.operations.consent import YouBlockThem
from coursehub.talent.operations.moving import move
from coursehub.talent.operations.offers import Said, add_draft
from coursehub.talent.policies import rounds as policies
from coursehub.talent.queries.blocks import is_blocked


class TooLateToAccept(Refusal):
    """The time to accept this match is over."""


ACCEPTING = {1: "accepting", 2: "second_accepting"}


def accept_match(row: MatchingRound, result: MatchingResult, *, fields: Iterable[str], by: Actor, at: datetime) -> Application:
    """The person says yes: the employer learns who they are, and the offer that its opening promised lies ready to be sent.

    An application that they have there already is used. They still accept or decline the offer itself.
    Raises TooLateToAccept, YouBlockThem, NotOpenNow, NameIsNeeded, IllegalMove.
    """
    entry = db.session.get_one(MatchingEntry, result.entry_id)
    require(policies.may_write_own(by, entry))
    with transaction():
        lock(row)
        _in_time(row, result, at)
        seat = db.session.get_one(MatchingSeat, (row.id, result.opening_id))
        opening = db.session.get_one(Opening, seat.opening_id)
        if is_blocked(by.person_id, opening.organisation_id):
            raise YouBlockThem
        application = _running(opening, by.person_id)
        if application is None:
            application = begin_application(opening, by, fields=fields, message="", at=at)
        lock_with_opening(application)
        if application.state == "rejected":  # not told yet; the match speaks louder
            move(application, APPLICATION, "reopen", mover=None, at=at, tell_at=None)
        if application.state in ("applied", "sourced"):
            move_on(application, "screen", mover=None, at=at, reason="match")
        if not _has_offer(application):
            add_draft(application, _promised(opening, seat), made_by_id=seat.entered_by_id, mover=None, at=at)
        move(result, MATCH, "accept", mover=by, at=at, answered_at=at, application_id=application.id)
    return application


def decline_match(row: MatchingRound, result: MatchingResult, *, by: Actor, at: datetime) -> None:
    """The person says no. Nobody is told, no reason is asked, and they may write a list for the second run.

    Raises TooLateToAccept, IllegalMove.
    """
    entry = db.session.get_one(MatchingEntry, result.entry_id)
    require(policies.may_write_own(by, entry))
    with transaction():
        lock(row)
        _in_time(row, result, at)
        move(result, MATCH, "decline", mover=by, at=at, answered_at=at)


def _in_time(row: MatchingRound, result: MatchingResult, at: datetime) -> None:
    until = row.accept_until_at if result.n == 1 else row.second_accept_until_at
    if row.state != ACCEPTING[result.n] or at >= until:
        raise TooLateToAccept


def _running(opening: Opening, person_id: int) -> Application | None:
    found = sa.select(Application).where(
        Application.opening_id == opening.id, Application.person_id == person_id, Application.ended_at.is_(None),
        Application.merged_into_id.is_(None),
    )  # fmt: skip
    return db.session.execute(found.order_by(Application.id)).scalars().first()


def _has_offer(application: Application) -> bool:
    found = sa.select(Offer.id).where(Offer.application_id == application.id, Offer.ended_at.is_(None))
    return db.session.execute(found).first() is not None


def _promised(opening: Opening, seat: MatchingSeat) -> Said:
    return Said(
        pay_minor=opening.pay_minor, currency=opening.currency, pay_period=opening.pay_period, weekly_hours=opening.weekly_hours,
        place=opening.city, form=opening.form, start_on=seat.start_on,
    )  # fmt: skip
