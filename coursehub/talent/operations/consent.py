"""A person's consent: asked for, given, declined, withdrawn; and given with an application or an engagement."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, in_transaction, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.people.models import AccessLog, Organisation
from coursehub.talent.consent_text import hash_of, wording
from coursehub.talent.machines import GRANT
from coursehub.talent.models import Profile, TalentGrant
from coursehub.talent.models.consent import FIELDS, PURPOSES
from coursehub.talent.operations.moving import begin, move
from coursehub.talent.operations.timeline import note_fact
from coursehub.talent.policies import consent as policies
from coursehub.talent.queries.blocks import is_blocked
from coursehub.talent.queries.openings import has_open_opening

ANSWERED_WITHIN = timedelta(days=14)
"""A request that nobody answered lapses then."""
LONGEST = timedelta(days=180)
"""No consent by request lasts longer; it can be given again."""
ASKED_AGAIN_AFTER = timedelta(days=30)


class AlreadyAsked(Refusal):
    """Your organisation has already asked this person, or has their consent. Look at your requests."""


class NothingIsOpen(Refusal):
    """You can ask people for consent once an opening of yours is published and open."""


class AskedRecently(Refusal):
    """This person declined or did not answer a short time ago. You can ask again 30 days after that."""


class AsksNotToBeApproached(Refusal):
    """This person asks not to be approached at the moment. You can still see the profile, and come back later."""


class ConsentIsTooLong(Refusal):
    """Consent lasts at most 180 days from today, and ends on a day that is still to come."""

    status = 422


class MoreThanWasAsked(Refusal):
    """You can give what was asked for, or less of it, and until that day or an earlier one."""

    status = 422


class NothingChosen(Refusal):
    """Choose at least one thing."""

    status = 422


class NotNamedYet(Refusal):
    """As long as you are hidden or anonymous you show yourself to nobody of your own accord. Step up to “named” first."""


class YouBlockThem(Refusal):
    """You block this organisation or one that belongs to it. Lift the block first."""


def ask_for_consent(
    profile: Profile, *, fields: Iterable[str], why: str, until_at: datetime, by: Actor, at: datetime
) -> TalentGrant:
    """An employer asks to see named fields of somebody in the pool, for hiring, until a moment.

    The caller has looked the profile up among those that the reader's organisation may see.
    Who offers nothing has nothing to ask for: an opening of theirs must be open at that moment.
    Raises NothingIsOpen, AlreadyAsked, AskedRecently, AsksNotToBeApproached, ConsentIsTooLong, NothingChosen.
    """
    require(policies.may_ask_for_consent(by) and by.organisation is not None)
    if not has_open_opening(by.organisation_id or 0):
        raise NothingIsOpen
    if profile.quiet:
        raise AsksNotToBeApproached
    if not at < until_at <= at + LONGEST:
        raise ConsentIsTooLong
    organisation_id = by.organisation_id or 0
    with transaction():
        _not_asked_recently(profile.person_id, organisation_id, at)
        grant = _new(profile.person_id, organisation_id, "hiring", fields, cause="request", cause_id=0, until_at=until_at, at=at)
        grant.why, grant.asked_by_id = why.strip(), by.person_id
        _begin(grant, mover=by, at=at)
        events.record("talent.grant_requested", at=at, grant_id=grant.id)
    return grant


def give_consent(grant: TalentGrant, *, fields: Iterable[str], until_at: datetime, by: Actor, at: datetime) -> None:
    """The person says yes, to all of it or to less. Raises MoreThanWasAsked, NothingChosen, IllegalMove."""
    require(policies.may_answer_grant(by, grant))
    given = _in_order(fields)
    if not set(given) <= set(grant.fields) or not at < until_at <= grant.until_at:
        raise MoreThanWasAsked
    with transaction():
        move(
            grant, GRANT, "give", mover=by, at=at,
            fields=given, until_at=until_at, granted_at=at, **_agreed(grant, given, until_at),
        )  # fmt: skip
        _note_given(grant, at=at)


def show_myself(organisation: Organisation, *, fields: Iterable[str], until_at: datetime, by: Actor, at: datetime) -> TalentGrant:
    """A person shows fields to an organisation of their own accord: what the rung "named" is for.

    Raises NotNamedYet, ConsentIsTooLong, NothingChosen, YouBlockThem, AlreadyAsked.
    """
    require(policies.may_choose_for_oneself(by))
    named = sa.select(Profile.id).where(Profile.person_id == by.person_id, Profile.visibility == "named")
    if db.session.execute(named).first() is None:
        raise NotNamedYet
    if not at < until_at <= at + LONGEST:
        raise ConsentIsTooLong
    if is_blocked(by.person_id, organisation.id):
        raise YouBlockThem
    with transaction():
        grant = _new(by.person_id, organisation.id, "hiring", fields, cause="request", cause_id=0, until_at=until_at, at=at)
        _begin(grant, mover=by, at=at, given=True)
    return grant


def decline_consent(grant: TalentGrant, *, by: Actor, at: datetime) -> None:
    """The person says no; no reason is asked. Raises IllegalMove."""
    require(policies.may_answer_grant(by, grant))
    with transaction():
        move(grant, GRANT, "decline", mover=by, at=at, ended_at=at)


def withdraw_consent(grant: TalentGrant, *, by: Actor, at: datetime) -> None:
    """The person takes their consent back; nothing opens any more from this moment. Raises IllegalMove."""
    require(policies.may_answer_grant(by, grant))
    with transaction():
        lock(grant)
        at = _after_openings(grant, at)
        move(grant, GRANT, "withdraw", mover=by, at=at, ended_at=at)


def _after_openings(grant: TalentGrant, at: datetime) -> datetime:
    """The moment itself; or, when an opening that came first in the database carries a later one, that of the opening.

    Two clocks may be read in the other order than the lock is taken. An opening always ends up before the end.
    """
    last = sa.select(sa.func.max(AccessLog.at)).where(AccessLog.grant_public_id == grant.public_id)
    opened_at = db.session.execute(last).scalar_one_or_none()
    return at if opened_at is None else max(at, opened_at)


def grant_for_cause(
    person_id: int,
    organisation_id: int,
    *,
    purpose: str,
    fields: Iterable[str],
    cause: str,
    cause_id: int,
    until_at: datetime,
    at: datetime,
    mover: Actor | None = None,
) -> TalentGrant:
    """What the person agreed to by accepting an introduction, applying or accepting work; in the caller's transaction.

    A second call for the same cause gives the consent that is there.
    """
    if not in_transaction():
        raise RuntimeError("grant_for_cause() needs an open transaction()")
    found = _open_grant(person_id, organisation_id, purpose, cause, cause_id)
    if found is not None:
        return found
    grant = _new(person_id, organisation_id, purpose, fields, cause=cause, cause_id=cause_id, until_at=until_at, at=at)
    _begin(grant, mover=mover, at=at, given=True)
    return grant


def end_grants_of_cause(cause: str, cause_id: int, at: datetime) -> None:
    """What was consented to for this is over: an application closed, an engagement ended. In the caller's transaction."""
    found = sa.select(TalentGrant).where(
        TalentGrant.cause == cause, TalentGrant.cause_id == cause_id, TalentGrant.ended_at.is_(None)
    )
    for grant in list(db.session.execute(found.order_by(TalentGrant.id)).scalars()):
        move(grant, GRANT, "expire" if grant.state == "granted" else "lapse", mover=None, at=at, ended_at=at)


def _new(
    person_id: int, organisation_id: int, purpose: str, fields: Iterable[str], *, cause: str, cause_id: int,
    until_at: datetime, at: datetime,
) -> TalentGrant:  # fmt: skip
    if purpose not in PURPOSES:
        raise ValueError(f"{purpose} is no purpose")
    return TalentGrant(
        public_id=new_public_id(), person_id=person_id, organisation_id=organisation_id, purpose=purpose,
        fields=_in_order(fields), cause=cause, cause_id=cause_id, why="", asked_at=at, until_at=until_at, text="", text_hash="",
    )  # fmt: skip


def _begin(grant: TalentGrant, *, mover: Actor | None, at: datetime, given: bool = False) -> None:
    """Add the row; the unique index refuses a second open one. Raises AlreadyAsked."""
    if given:
        grant.granted_at = at
        for column, value in _agreed(grant, grant.fields, grant.until_at).items():
            setattr(grant, column, value)
    try:
        with db.session.begin_nested():
            begin(grant, GRANT, mover=mover, at=at, first="give" if given else None)
    except sa.exc.IntegrityError as clash:
        raise AlreadyAsked from clash
    if given:
        _note_given(grant, at=at)


def _agreed(grant: TalentGrant, fields: Iterable[str], until_at: datetime) -> dict[str, str]:
    organisation = db.session.get_one(Organisation, grant.organisation_id)
    locale = people.locale_of(grant.person_id)
    text = wording(organisation, purpose=grant.purpose, fields=fields, until_at=until_at, locale=locale)
    return {"text": text, "text_hash": hash_of(text)}


def _note_given(grant: TalentGrant, *, at: datetime) -> None:
    note_fact(
        "granted", grant.person_id, key=f"granted:{grant.id}", true_at=at, at=at, source="person",
        organisation_id=grant.organisation_id, subject_id=grant.id, detail=grant.cause,
    )  # fmt: skip


def _in_order(fields: Iterable[str]) -> list[str]:
    wanted = set(fields)
    if not wanted:
        raise NothingChosen
    if unknown := wanted - set(FIELDS):
        raise ValueError(f"no such fields: {unknown}")
    return [field for field in FIELDS if field in wanted]


def _open_grant(person_id: int, organisation_id: int, purpose: str, cause: str, cause_id: int) -> TalentGrant | None:
    return db.session.execute(
        sa.select(TalentGrant).where(
            TalentGrant.person_id == person_id, TalentGrant.organisation_id == organisation_id, TalentGrant.purpose == purpose,
            TalentGrant.cause == cause, TalentGrant.cause_id == cause_id, TalentGrant.ended_at.is_(None),
        )
    ).scalar_one_or_none()  # fmt: skip


def _not_asked_recently(person_id: int, organisation_id: int, at: datetime) -> None:
    answered = sa.select(TalentGrant.id).where(
        TalentGrant.person_id == person_id, TalentGrant.organisation_id == organisation_id, TalentGrant.cause == "request",
        TalentGrant.state.in_(("declined", "lapsed")), TalentGrant.ended_at > at - ASKED_AGAIN_AFTER,
    )  # fmt: skip
    if db.session.execute(answered).first():
        raise AskedRecently
