"""Applications from the person's side: apply, withdraw; and what closing one always means."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coursehub import events
from coursehub.config import current_settings
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.talent.machines import APPLICATION, INTERVIEW, OFFER
from coursehub.talent.models import Application, Interview, Introduction, Offer, Opening
from coursehub.talent.operations import outreach
from coursehub.talent.operations.consent import YouBlockThem, end_grants_of_cause, grant_for_cause
from coursehub.talent.operations.moving import begin, move
from coursehub.talent.operations.timeline import note_fact
from coursehub.talent.policies import hiring as policies
from coursehub.talent.queries.blocks import is_blocked
from coursehub.talent.queries.working_days import due_after

GRANT_LASTS = timedelta(days=365)
"""The consent ends when the application closes, and at the latest then."""
GRACE_DAYS = 5
"""Working days after the promise, at whose end a silent employer loses the application."""
WITHDRAW_REASONS = ("other_offer", "pay", "place", "hours", "slow", "no_longer", "other")


class NotOpenNow(Refusal):
    """This opening does not take applications now."""


class AlreadyApplied(Refusal):
    """You have an application to this opening already. You find it under your applications."""


class NameIsNeeded(Refusal):
    """Let them see your name at least, so that they can answer you as a person."""

    status = 422


def apply(opening: Opening, *, fields: Iterable[str], message: str, by: Actor, at: datetime) -> Application:
    """Apply to an opening and let its employer see named fields until the application closes.

    Raises NotOpenNow, YouBlockThem, AlreadyApplied, NameIsNeeded.
    """
    require(policies.may_speak_for_oneself(by))
    if opening.state != "open":
        raise NotOpenNow
    if is_blocked(by.person_id, opening.organisation_id):
        raise YouBlockThem
    with transaction():
        return begin_application(opening, by, fields=fields, message=message, at=at)


def begin_application(
    opening: Opening,
    person: Actor,
    *,
    fields: Iterable[str],
    message: str,
    at: datetime,
    introduction: Introduction | None = None,
) -> Application:
    """Make the application with its consent and its clock, in the caller's transaction. Raises AlreadyApplied, NotOpenNow."""
    lock(opening)
    if opening.state not in (("open",) if introduction is None else ("open", "paused")):
        raise NotOpenNow
    given = set(fields)
    if "display_name" not in given:
        raise NameIsNeeded
    due_at = due_after(at, opening.answer_within_days)
    application = Application(
        public_id=new_public_id(), opening_id=opening.id, organisation_id=opening.organisation_id, person_id=person.person_id,
        introduction_id=introduction.id if introduction else None, source="introduction" if introduction else "applied",
        message=message.strip(), applied_at=at, stage_since_at=at, promised_at=due_at, due_at=due_at,
        mail_hash=mail_hash_of(person.person_id),
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            begin(application, APPLICATION, mover=person, at=at, first="source" if introduction else None)
    except sa.exc.IntegrityError as clash:
        raise AlreadyApplied from clash
    grant_for_cause(
        person.person_id, opening.organisation_id, purpose="application", fields=given, cause="application",
        cause_id=application.id, until_at=at + GRANT_LASTS, at=at, mover=person,
    )  # fmt: skip
    note_fact(
        "applied", person.person_id, key=f"applied:{application.id}", true_at=at, at=at, source="person",
        organisation_id=opening.organisation_id, subject_id=application.id, detail=application.source,
    )  # fmt: skip
    events.record("talent.application_received", at=at, application_id=application.id)
    return application


def withdraw_application(application: Application, *, reason: str, words: str, by: Actor, at: datetime) -> None:
    """The person is not interested any more; what they let the employer see ends now.

    A rejection of which they have not been told yet does not stand in their way, nor does it show.
    Raises IllegalMove.
    """
    require(policies.may_answer(by, application))
    if reason not in WITHDRAW_REASONS:
        raise ValueError(f"{reason} is no reason")
    with transaction():
        lock_with_opening(application)
        if application.merged_into_id is not None:  # whoever takes one back takes back what stands for it
            application = db.session.get_one(Application, application.merged_into_id)
            lock(application)
        if application.state == "rejected" and application.ended_at is None:
            move(application, APPLICATION, "reopen", mover=None, at=at, tell_at=None)
        close(application, "withdraw", mover=by, at=at, reason=reason, words=words)
        note_fact(
            "withdrew", application.person_id, key=f"withdrew:{application.id}", true_at=at, at=at, source="person",
            organisation_id=application.organisation_id, subject_id=application.id, detail=reason,
        )  # fmt: skip


def lock_with_opening(application: Application) -> None:
    """Lock its opening first and then the application: both sides of a story take turns, in one order."""
    lock(db.session.get_one(Opening, application.opening_id))
    lock(application)


def close(application: Application, step: str, *, mover: Actor | None, at: datetime, reason: str = "", words: str = "") -> None:
    """End an application for good by this move, and with it what the employer may see; in the caller's transaction."""
    lock(application)
    if reason:
        application.reason, application.reason_words = reason, words.strip()
    move_on(application, step, mover=mover, at=at, reason=reason, due_at=None, tell_at=None)
    finish_closing(application, step, mover=mover, at=at)


def finish_closing(application: Application, step: str, *, mover: Actor | None, at: datetime) -> None:
    """From now on it is closed: consents, offers and interviews of it end, and what was merged into it closes too."""
    application.ended_at = at
    db.session.flush()
    end_grants_of_cause("application", application.id, at)
    _end_offers(application, mover, at=at)
    _call_interviews_off(application, mover, at=at)
    for behind in list(db.session.execute(sa.select(Application).where(Application.merged_into_id == application.id)).scalars()):
        if behind.ended_at is None:
            close(behind, step if APPLICATION.allows(behind.state, step) else "withdraw", mover=mover, at=at, reason="merged")


def _end_offers(application: Application, mover: Actor | None, *, at: datetime) -> None:
    """What was offered with it is declined when the person goes; what nobody was told of is dropped."""
    for offer in list(db.session.execute(sa.select(Offer).where(Offer.application_id == application.id)).scalars()):
        if offer.ended_at is None:
            move(offer, OFFER, "decline" if offer.state == "extended" else "drop", mover=mover, at=at, ended_at=at)


def _call_interviews_off(application: Application, mover: Actor | None, *, at: datetime) -> None:
    """No interview of a closed application takes place; calendars learn it by a higher sequence."""
    coming = sa.select(Interview).where(Interview.application_id == application.id, Interview.state.in_(("proposed", "agreed")))
    for row in list(db.session.execute(coming).scalars()):
        move(row, INTERVIEW, "cancel", mover=mover, at=at, sequence=row.sequence + 1, changed_at=at)


def move_on(application: Application, step: str, *, mover: Actor | None, at: datetime, reason: str = "", **values: Any) -> None:
    """One move of an application, with the moment from which it is where it is now."""
    db.session.flush()  # what was set before, since the move reads the row again
    move(application, APPLICATION, step, mover=mover, at=at, reason=reason, stage_since_at=at, **values)


def let_applications_lapse(*, at: datetime) -> int:
    """Close what its employer was silent about past the promise and the grace after it; how many."""
    late = sa.select(Application.id).where(Application.ended_at.is_(None), Application.due_at <= at)
    lapsed = 0
    for application_id in list(db.session.execute(late.order_by(Application.id)).scalars()):
        with transaction():
            application = db.session.get_one(Application, application_id)
            lock(application)
            if application.ended_at is not None or application.due_at is None:
                continue
            if due_after(application.due_at - timedelta(seconds=1), GRACE_DAYS) > at or application.merged_into_id is not None:
                continue
            if not APPLICATION.allows(application.state, "lapse"):
                continue
            close(application, "lapse", mover=None, at=at)
            lapsed += 1
    return lapsed


def mail_hash_of(person_id: int) -> str:
    """A keyed hash of a person's address, so that two accounts of one person can be suggested as one; empty once erased.

    Case, a part after "+" and dots before the "@" do not count, since most mailboxes ignore them.
    """
    address = people.email_of(person_id)
    if address is None:
        return ""
    local, _, host = address.casefold().partition("@")
    plain = f"{local.partition('+')[0].replace('.', '')}@{host}"
    key = current_settings().secret_key.encode()
    return hmac.new(key, f"application-mail/{plain}".encode(), hashlib.sha256).hexdigest()


def answered(application: Application, *, at: datetime) -> None:
    """The employer's first answer gives it a word of outreach back; in the caller's transaction."""
    if application.answered_at is None:
        application.answered_at = at
        db.session.flush()
    outreach.give_word_back(application.organisation_id, "answer", application.id, at=at)
