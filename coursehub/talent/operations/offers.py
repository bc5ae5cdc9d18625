"""Offers: written in versions, approved by a second pair of eyes, extended with time to decide, and answered."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa

from coursehub import events, search
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.talent.machines import APPLICATION, OFFER, OPENING
from coursehub.talent.models import Application, Offer, OfferVersion, Opening, Placement
from coursehub.talent.operations import placements
from coursehub.talent.operations.advancing import ReasonIsNeeded
from coursehub.talent.operations.applications import answered, close, lock_with_opening, move_on
from coursehub.talent.operations.moving import begin, move
from coursehub.talent.operations.timeline import note_fact
from coursehub.talent.policies import hiring as policies
from coursehub.talent.queries.working_days import due_after
from coursehub.talent.working_days import local_day

LEAST_DAYS = 5
"""Working days that a person has at least to decide."""


class LessThanAdvertised(Refusal):
    """An offer pays at least what the opening said, in the same currency and for the same period and form. That was promised."""

    status = 422


class OneOfferAtATime(Refusal):
    """There is an offer for this application already. Write a new version of it."""


class NotReadyForAnOffer(Refusal):
    """An offer follows a look at the application: move it to screening or to interviews first."""


class SecondPairOfEyes(Refusal):
    """Somebody else of your organisation who hires must approve this offer; its writer cannot."""

    status = 403


class TimeToDecide(Refusal):
    """The person gets at least five working days to decide. Choose a later day."""

    status = 422


class StartIsPast(Refusal):
    """The first day of work must lie after today."""

    status = 422


class TooLateToAnswer(Refusal):
    """The time to answer this offer is over."""


class AllPlacesAreTaken(Refusal):
    """Every place of this opening is taken."""


@dataclass(frozen=True)
class Said:
    """What an offer says, in the units of its table."""

    pay_minor: int
    currency: str
    pay_period: str
    weekly_hours: int
    place: str
    form: str
    start_on: date
    words: str = ""


def draft_offer(application: Application, said: Said, *, by: Actor, at: datetime) -> Offer:
    """Write an offer that only the employer sees.

    Raises LessThanAdvertised, StartIsPast, OneOfferAtATime, NotReadyForAnOffer.
    """
    require(policies.may_work_on(by, application))
    _checked(application, said, at)
    with transaction():
        lock(application)
        return add_draft(application, said, made_by_id=by.person_id, mover=by, at=at)


def add_draft(application: Application, said: Said, *, made_by_id: int, mover: Actor | None, at: datetime) -> Offer:
    """The draft itself, in the caller's transaction; `mover` is None where a matching round keeps the employer's word.

    Raises OneOfferAtATime, NotReadyForAnOffer.
    """
    if application.ended_at is not None or application.merged_into_id is not None or application.state not in (
        "screen", "interview", "offer",
    ):  # fmt: skip
        raise NotReadyForAnOffer
    offer = Offer(
        public_id=new_public_id(), application_id=application.id, organisation_id=application.organisation_id,
        person_id=application.person_id, version=1, made_at=at,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            begin(offer, OFFER, mover=mover, at=at)
    except sa.exc.IntegrityError as clash:
        raise OneOfferAtATime from clash
    db.session.add(OfferVersion(offer_id=offer.id, n=1, made_by_id=made_by_id, made_at=at, **asdict(said)))
    db.session.flush()
    events.record("talent.offer_to_approve", at=at, offer_id=offer.id, version=1)
    return offer


def revise_offer(offer: Offer, said: Said, *, by: Actor, at: datetime) -> None:
    """Write a new version before it is extended; an approval given before does not count for it.

    Raises LessThanAdvertised, StartIsPast, IllegalMove.
    """
    require(policies.may_work_on(by, offer))
    _checked(db.session.get_one(Application, offer.application_id), said, at)
    with transaction():
        lock(offer)
        n = offer.version + 1
        move(offer, OFFER, "revise", mover=by, at=at, version=n)
        db.session.add(OfferVersion(offer_id=offer.id, n=n, made_by_id=by.person_id, made_at=at, **asdict(said)))
        db.session.flush()
        events.record("talent.offer_to_approve", at=at, offer_id=offer.id, version=n)


def approve_offer(offer: Offer, *, by: Actor, at: datetime) -> None:
    """Say yes to the newest version; its writer may only where nobody else hires. Raises SecondPairOfEyes, IllegalMove."""
    require(policies.may_work_on(by, offer))
    with transaction():
        lock(offer)
        version = newest(offer)
        if version.made_by_id == by.person_id and needs_second(offer):
            raise SecondPairOfEyes
        move(offer, OFFER, "approve", mover=by, at=at)
        version.approved_by_id, version.approved_at = by.person_id, at
        db.session.flush()


def needs_second(offer: Offer) -> bool:
    """Whether more than one person hires at this organisation, so that a second must look."""
    return len(people.members_with_role(offer.organisation_id, "hr", "owner")) > 1


def extend_offer(offer: Offer, *, decide_by_at: datetime, by: Actor, at: datetime) -> None:
    """Put it before the person, until a moment at least five working days away. Raises TimeToDecide, IllegalMove."""
    require(policies.may_work_on(by, offer))
    if decide_by_at < due_after(at, LEAST_DAYS):
        raise TimeToDecide
    with transaction():
        application = db.session.get_one(Application, offer.application_id)
        lock_with_opening(application)
        move(offer, OFFER, "extend", mover=by, at=at, extended_at=at, decide_by_at=decide_by_at)
        if application.state != "offer":
            move_on(application, "offer", mover=by, at=at, due_at=None)
        application.due_at = None
        answered(application, at=at)
        note_fact(
            "offered", offer.person_id, key=f"offered:{offer.id}", true_at=at, at=at, source="employer",
            organisation_id=offer.organisation_id, subject_id=application.opening_id,
        )  # fmt: skip


def accept_offer(offer: Offer, *, by: Actor, at: datetime) -> Placement:
    """The person says yes: they are hired, and what else they have with this employer closes.

    Raises TooLateToAnswer, AllPlacesAreTaken, IllegalMove.
    """
    require(policies.may_answer(by, offer))
    with transaction():
        application = db.session.get_one(Application, offer.application_id)
        opening = db.session.get_one(Opening, application.opening_id)
        lock_with_opening(application)
        lock(offer)
        if offer.decide_by_at is not None and at > offer.decide_by_at:
            raise TooLateToAnswer
        taken = _hired(opening.id)
        if taken >= opening.places:
            raise AllPlacesAreTaken
        move(offer, OFFER, "accept", mover=by, at=at, ended_at=at)
        close(application, "hire", mover=by, at=at)
        placement = placements.agree(offer, newest(offer), application, opening, mover=by, at=at)
        note_fact(
            "accepted", offer.person_id, key=f"accepted:{offer.id}", true_at=at, at=at, source="both",
            organisation_id=offer.organisation_id, subject_id=opening.id,
        )  # fmt: skip
        _close_the_others(application, by, at=at)
        if taken + 1 >= opening.places and OPENING.allows(opening.state, "fill"):
            move(opening, OPENING, "fill", mover=None, at=at, ended_at=at)
            search.drop("opening", opening.id)
    return placement


def decline_offer(offer: Offer, *, reason: str, by: Actor, at: datetime) -> None:
    """The person says no, which closes the application. Raises IllegalMove."""
    require(policies.may_answer(by, offer))
    with transaction():
        application = db.session.get_one(Application, offer.application_id)
        lock_with_opening(application)
        move(offer, OFFER, "decline", mover=by, at=at, ended_at=at, reason=reason.strip())
        offer.reason = reason.strip()
        if application.ended_at is None:
            close(application, "withdraw", mover=by, at=at, reason="other")


def rescind_offer(offer: Offer, *, reason: str, by: Actor, at: datetime) -> None:
    """The employer takes it back, with a reason; it is counted, also if it had been accepted and nobody has started.

    Raises ReasonIsNeeded, IllegalMove.
    """
    require(policies.may_work_on(by, offer))
    if not reason.strip():
        raise ReasonIsNeeded
    with transaction():
        application = db.session.get_one(Application, offer.application_id)
        lock_with_opening(application)
        lock(offer)
        was_accepted = offer.state == "accepted"
        if was_accepted:
            placements.fall_with_offer(offer, reason=reason, mover=by, at=at)
        move(offer, OFFER, "rescind", mover=by, at=at, ended_at=at, reason=reason.strip())
        offer.reason = reason.strip()
        if not was_accepted and application.ended_at is None and APPLICATION.allows(application.state, "interview"):
            opening = db.session.get_one(Opening, application.opening_id)
            due_at = due_after(at, opening.answer_within_days)
            if application.state == "offer":
                move_on(application, "interview", mover=by, at=at, due_at=due_at)
            else:
                application.due_at = due_at
                db.session.flush()


def let_offers_expire(*, at: datetime) -> int:
    """Offers whose time to decide is over end, and the employer owes the application its next answer; how many."""
    late = sa.select(Offer.id).where(Offer.state == "extended", Offer.decide_by_at < at)
    expired = 0
    for offer_id in list(db.session.execute(late.order_by(Offer.id)).scalars()):
        with transaction():
            offer = db.session.get_one(Offer, offer_id)
            application = db.session.get_one(Application, offer.application_id)
            lock_with_opening(application)
            lock(offer)
            if offer.state != "extended" or offer.decide_by_at is None or offer.decide_by_at >= at:
                continue
            move(offer, OFFER, "expire", mover=None, at=at, ended_at=at)
            if application.ended_at is None:
                opening = db.session.get_one(Opening, application.opening_id)
                application.due_at = due_after(at, opening.answer_within_days)
                db.session.flush()
            expired += 1
    return expired


def newest(offer: Offer) -> OfferVersion:
    """What the offer says now."""
    return db.session.execute(
        sa.select(OfferVersion).where(OfferVersion.offer_id == offer.id, OfferVersion.n == offer.version)
    ).scalar_one()


def _hired(opening_id: int) -> int:
    still = sa.select(sa.func.count()).where(Placement.opening_id == opening_id, Placement.state != "fell_through")
    return int(db.session.execute(still).scalar_one())


def _checked(application: Application, said: Said, at: datetime) -> None:
    opening = db.session.get_one(Opening, application.opening_id)
    same = (said.currency, said.pay_period, said.form) == (opening.currency, opening.pay_period, opening.form)
    if not same or said.pay_minor < opening.pay_minor:
        raise LessThanAdvertised
    if said.start_on <= local_day(at):
        raise StartIsPast


def _close_the_others(application: Application, person: Actor, *, at: datetime) -> None:
    """Whoever starts at an employer has no other application there."""
    others = sa.select(Application).where(
        Application.person_id == application.person_id, Application.organisation_id == application.organisation_id,
        Application.id != application.id, Application.ended_at.is_(None),
    )  # fmt: skip
    for other in list(db.session.execute(others.order_by(Application.id)).scalars()):
        lock(other)
        if other.state == "rejected":  # not told yet; what was accepted here speaks louder
            move(other, APPLICATION, "reopen", mover=None, at=at, tell_at=None)
        close(other, "withdraw", mover=person, at=at, reason="other_offer")
