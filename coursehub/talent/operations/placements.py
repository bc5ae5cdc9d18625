"""Placements: both confirm the start, the guarantee runs, and it settles, is refunded in part, or is disputed."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.talent.machines import PLACEMENT
from coursehub.talent.models import Application, Offer, OfferVersion, Opening, Placement
from coursehub.talent.operations import fees
from coursehub.talent.operations.blocks import end_employment, note_employment
from coursehub.talent.operations.moving import begin, move
from coursehub.talent.operations.timeline import note_fact
from coursehub.talent.policies import hiring as policies
from coursehub.talent.working_days import end_of, local_day

SILENT_AFTER = timedelta(days=14)
"""So long after the first day one side may stay silent about the start; then staff may speak for it, or it falls through."""


class NotStartedYet(Refusal):
    """You can confirm the start from the first day of work on."""


class DayIsOutside(Refusal):
    """The last day lies between the first day of work and today."""

    status = 422


class BothAreSilent(Refusal):
    """Staff speak for one side only if the other has confirmed and two weeks have passed since the first day."""


class SayWhy(Refusal):
    """Say why. The other side reads it."""

    status = 422


def agree(
    offer: Offer, version: OfferVersion, application: Application, opening: Opening, *, mover: Actor, at: datetime
) -> Placement:
    """An accepted offer becomes a placement, in the caller's transaction."""
    placement = Placement(
        public_id=new_public_id(), opening_id=opening.id, application_id=application.id, offer_id=offer.id,
        person_id=offer.person_id, organisation_id=offer.organisation_id, pay_minor=version.pay_minor,
        currency=version.currency, pay_period=version.pay_period, weekly_hours=version.weekly_hours,
        start_on=version.start_on, guarantee_days=opening.guarantee_days, agreed_at=at,
    )  # fmt: skip
    begin(placement, PLACEMENT, mover=mover, at=at)
    events.record("talent.placement_agreed", at=at, placement_id=placement.id)
    return placement


def confirm_start_as_person(placement: Placement, *, by: Actor, at: datetime) -> None:
    """The person says that they have started. Raises NotStartedYet, IllegalMove."""
    require(policies.may_answer(by, placement))
    with transaction():
        _confirm(placement, "confirm_by_person", mover=by, at=at)


def confirm_start_as_employer(placement: Placement, *, by: Actor, at: datetime) -> None:
    """The employer says that the person has started. Raises NotStartedYet, IllegalMove."""
    require(policies.may_work_on(by, placement))
    with transaction():
        _confirm(placement, "confirm_by_employer", mover=by, at=at)


def confirm_for_the_silent(placement: Placement, *, by: Actor, at: datetime) -> None:
    """Staff confirm for the side that is silent two weeks after the first day. Raises BothAreSilent, IllegalMove."""
    require(policies.may_settle_disputes(by))
    with transaction():
        lock(placement)
        if local_day(at) < placement.start_on + SILENT_AFTER or placement.state not in (
            "confirmed_by_person", "confirmed_by_employer",
        ):  # fmt: skip
            raise BothAreSilent
        other = "confirm_by_employer" if placement.state == "confirmed_by_person" else "confirm_by_person"
        _confirm(placement, other, mover=by, at=at)


def _confirm(placement: Placement, step: str, *, mover: Actor, at: datetime) -> None:
    """One side confirms; with the second the guarantee begins and the fee is booked, both or neither."""
    lock(placement)
    if local_day(at) < placement.start_on:
        raise NotStartedYet
    after = PLACEMENT.after(placement.state, step)
    if after != "guarantee":
        move(placement, PLACEMENT, step, mover=mover, at=at)
        return
    until_at = end_of(placement.start_on + timedelta(days=placement.guarantee_days))
    move(placement, PLACEMENT, step, mover=mover, at=at, started_at=at, guarantee_until_at=until_at)
    note_employment(placement.person_id, placement.organisation_id, "placement", since_at=at, at=at)
    note_fact(
        "started", placement.person_id, key=f"started:{placement.id}", true_at=_noon(placement.start_on), at=at, source="both",
        organisation_id=placement.organisation_id, subject_id=placement.opening_id,
    )  # fmt: skip
    fees.book_placement(placement, at=at)


def say_it_falls_through(placement: Placement, *, reason: str, by: Actor, at: datetime) -> None:
    """Either side says that nobody will start; no fee is due. Raises SayWhy, IllegalMove."""
    require(policies.may_speak_in(by, placement))
    if not reason.strip():
        raise SayWhy
    with transaction():
        move(placement, PLACEMENT, "fall_through", mover=by, at=at, reason=reason.strip(), ended_at=at)
        placement.reason = reason.strip()
        db.session.flush()


def fall_with_offer(offer: Offer, *, reason: str, mover: Actor, at: datetime) -> None:
    """An accepted offer was rescinded before the start; in the caller's transaction. Raises IllegalMove."""
    placement = db.session.execute(sa.select(Placement).where(Placement.offer_id == offer.id)).scalar_one()
    move(placement, PLACEMENT, "fall_through", mover=mover, at=at, reason=reason.strip(), ended_at=at)
    placement.reason = reason.strip()
    db.session.flush()


def say_somebody_left(placement: Placement, *, left_on: date, reason: str, by: Actor, at: datetime) -> None:
    """Either side says that the person left inside the guarantee: part of the fee goes back for the days that were not worked.

    Raises SayWhy, DayIsOutside, IllegalMove.
    """
    require(policies.may_speak_in(by, placement))
    if not reason.strip():
        raise SayWhy
    if not placement.start_on <= left_on <= local_day(at):
        raise DayIsOutside
    with transaction():
        move(placement, PLACEMENT, "leave", mover=by, at=at, reason=reason.strip(), left_on=left_on, ended_at=at)
        placement.reason = reason.strip()
        source = "person" if by.person_id == placement.person_id else "employer"
        _gone(placement, left_on, source=source, at=at)


def dispute_placement(placement: Placement, *, reason: str, by: Actor, at: datetime) -> None:
    """Either side disagrees about how things stand; staff decide, and the guarantee does not run out meanwhile.

    Raises SayWhy, IllegalMove.
    """
    require(policies.may_speak_in(by, placement))
    if not reason.strip():
        raise SayWhy
    with transaction():
        move(placement, PLACEMENT, "dispute", mover=by, at=at, reason=reason.strip())
        placement.reason = reason.strip()
        db.session.flush()


def settle_dispute(placement: Placement, *, left_on: date | None, reason: str, by: Actor, at: datetime) -> None:
    """Staff decide: the person left on a day (part of the fee goes back), or the placement stands.

    Raises SayWhy, DayIsOutside, IllegalMove.
    """
    require(policies.may_settle_disputes(by))
    if not reason.strip():
        raise SayWhy
    if left_on is not None and not placement.start_on <= left_on <= local_day(at):
        raise DayIsOutside
    with transaction():
        if left_on is None:
            move(placement, PLACEMENT, "settle", mover=by, at=at, reason=reason.strip(), ended_at=at)
            _passed(placement, at=at)
        else:
            move(placement, PLACEMENT, "refund", mover=by, at=at, reason=reason.strip(), left_on=left_on, ended_at=at)
            _gone(placement, left_on, source="contract", at=at)


def let_guarantees_pass(*, at: datetime) -> int:
    """Guarantees whose last day is over settle; starts that nobody confirmed fall through; how many settled."""
    over = sa.select(Placement.id).where(Placement.state == "guarantee", Placement.guarantee_until_at <= at)
    settled = 0
    for placement_id in list(db.session.execute(over.order_by(Placement.id)).scalars()):
        with transaction():
            placement = db.session.get_one(Placement, placement_id)
            lock(placement)
            if placement.state != "guarantee" or placement.guarantee_until_at is None or placement.guarantee_until_at > at:
                continue
            move(placement, PLACEMENT, "settle", mover=None, at=at, ended_at=at)
            _passed(placement, at=at)
            settled += 1
    silent = sa.select(Placement.id).where(Placement.state == "agreed", Placement.start_on < local_day(at) - SILENT_AFTER)
    for placement_id in list(db.session.execute(silent.order_by(Placement.id)).scalars()):
        with transaction():
            placement = db.session.get_one(Placement, placement_id)
            lock(placement)
            if placement.state == "agreed":
                move(placement, PLACEMENT, "fall_through", mover=None, at=at, ended_at=at)
    return settled


def _passed(placement: Placement, *, at: datetime) -> None:
    note_fact(
        "guarantee_passed", placement.person_id, key=f"guarantee_passed:{placement.id}",
        true_at=placement.guarantee_until_at or at, at=at, organisation_id=placement.organisation_id,
        subject_id=placement.opening_id,
    )  # fmt: skip
    fees.release_placement(placement, at=at)


def _gone(placement: Placement, left_on: date, *, source: str, at: datetime) -> None:
    end_employment(placement.person_id, placement.organisation_id, at=at)
    note_fact(
        "left", placement.person_id, key=f"left:{placement.id}", true_at=_noon(left_on), at=at, source=source,
        organisation_id=placement.organisation_id, subject_id=placement.opening_id,
    )  # fmt: skip
    fees.refund_placement(placement, left_at=_noon(left_on), at=at)


def _noon(day: date) -> datetime:
    """A moment that is on this day in every place where we show it."""
    return end_of(day) - timedelta(hours=12)
