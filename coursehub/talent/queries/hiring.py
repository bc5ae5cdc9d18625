"""Interviews, offers and placements: whose they are, what waits for whom, and in which time zone one reads."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.talent.models import (
    Application,
    CalendarFeed,
    ChosenZone,
    Interview,
    InterviewSlot,
    Introduction,
    Offer,
    OfferVersion,
    Opening,
    Placement,
    TeamMember,
)
from coursehub.talent.working_days import local_day
from coursehub.web.locale import SHOWN_ZONE


def zone_of(person_id: int) -> ZoneInfo:
    """The time zone in which this person reads times; the platform's unless they chose another."""
    chosen = db.session.execute(sa.select(ChosenZone.zone).where(ChosenZone.person_id == person_id)).scalar_one_or_none()
    return ZoneInfo(chosen) if chosen else SHOWN_ZONE


def interviews_of(reader: Actor) -> "sa.Select[Interview]":
    """The reader's own interviews as a candidate, the latest first."""
    return sa.select(Interview).where(Interview.person_id == reader.person_id).order_by(Interview.id.desc())


def interviews_visible_to(reader: Actor) -> "sa.Select[Interview]":
    """The interviews of the reader's organisation, the latest first."""
    return sa.select(Interview).where(Interview.organisation_id == reader.organisation_id).order_by(Interview.id.desc())


def slots_of(interview_id: int, *, at: datetime) -> list[InterviewSlot]:
    """The times that stand open and are still to come."""
    found = sa.select(InterviewSlot).where(
        InterviewSlot.interview_id == interview_id, InterviewSlot.open.is_(True), InterviewSlot.starts_at > at
    )
    return list(db.session.execute(found.order_by(InterviewSlot.starts_at)).scalars())


def slot_of(interview_id: int, public_id: str) -> "sa.Select[InterviewSlot]":
    """One time of an interview."""
    return sa.select(InterviewSlot).where(InterviewSlot.interview_id == interview_id, InterviewSlot.public_id == public_id)


def feed_of(person_id: int) -> CalendarFeed | None:
    """The calendar address that is live."""
    found = sa.select(CalendarFeed).where(CalendarFeed.person_id == person_id, CalendarFeed.revoked_at.is_(None))
    return db.session.execute(found).scalar_one_or_none()


def feed_with(public_id: str) -> CalendarFeed | None:
    """A live calendar address."""
    found = sa.select(CalendarFeed).where(CalendarFeed.public_id == public_id, CalendarFeed.revoked_at.is_(None))
    return db.session.execute(found).scalar_one_or_none()


def calendar_of(person_id: int, *, at: datetime) -> list[tuple[Interview, Opening]]:
    """A person's interviews, as candidate or on the team, that changed in 90 days; cancelled ones too, for calendars to learn."""
    on_team = sa.select(TeamMember.opening_id).where(TeamMember.person_id == person_id)
    found = (
        sa.select(Interview, Opening)
        .join(Application, Application.id == Interview.application_id)
        .join(Opening, Opening.id == Application.opening_id)
        .where(
            sa.or_(Interview.person_id == person_id, Opening.id.in_(on_team)),
            Interview.sequence > 0,
            Interview.changed_at > at - timedelta(days=90),
        )
        .order_by(Interview.id)
    )
    return [(interview, opening) for interview, opening in db.session.execute(found).tuples()]


def offers_of(reader: Actor) -> "sa.Select[Offer]":
    """Offers that were put before the reader, the latest first."""
    return sa.select(Offer).where(Offer.person_id == reader.person_id, Offer.extended_at.is_not(None)).order_by(Offer.id.desc())


def offers_visible_to(reader: Actor) -> "sa.Select[Offer]":
    """Offers of the reader's organisation, the latest first."""
    return sa.select(Offer).where(Offer.organisation_id == reader.organisation_id).order_by(Offer.id.desc())


def versions_of(offer_id: int) -> list[OfferVersion]:
    """Everything an offer has said, the newest first."""
    found = sa.select(OfferVersion).where(OfferVersion.offer_id == offer_id).order_by(OfferVersion.n.desc())
    return list(db.session.execute(found).scalars())


def offers_ending(at: datetime, ahead: timedelta) -> list[Offer]:
    """Offers that are out and whose time to decide ends within `ahead`."""
    found = sa.select(Offer).where(Offer.state == "extended", Offer.decide_by_at > at, Offer.decide_by_at <= at + ahead)
    return list(db.session.execute(found.order_by(Offer.id)).scalars())


def starts_to_confirm(at: datetime) -> list[Placement]:
    """Placements whose first day of work has come and whose start not both sides have confirmed."""
    half = ("agreed", "confirmed_by_person", "confirmed_by_employer")
    found = sa.select(Placement).where(Placement.state.in_(half), Placement.start_on <= local_day(at))
    return list(db.session.execute(found.order_by(Placement.id)).scalars())


def placements_of(reader: Actor) -> "sa.Select[Placement]":
    """The reader's own placements, the latest first."""
    return sa.select(Placement).where(Placement.person_id == reader.person_id).order_by(Placement.id.desc())


def placements_visible_to(reader: Actor) -> "sa.Select[Placement]":
    """Placements at the reader's organisation, the latest first."""
    return sa.select(Placement).where(Placement.organisation_id == reader.organisation_id).order_by(Placement.id.desc())


def placements_for_staff() -> "sa.Select[Placement]":
    """Disputed placements, and those whose start only one side has confirmed; the oldest first."""
    waiting = ("disputed", "confirmed_by_person", "confirmed_by_employer")
    return sa.select(Placement).where(Placement.state.in_(waiting)).order_by(Placement.start_on, Placement.id)


@dataclass(frozen=True)
class Desk:
    """What waits for an employer today, each list with the most urgent first."""

    answers: list[Application]
    interviews: list[Interview]
    offers: list[Offer]
    starts: list[Placement]
    introductions: int
    drafts: list[Opening]


def desk_of(reader: Actor, at: datetime) -> Desk:
    """What the reader's organisation must answer, arrange, approve or confirm."""
    own = reader.organisation_id
    answers = sa.select(Application).where(
        Application.organisation_id == own, Application.ended_at.is_(None), Application.due_at.is_not(None),
        Application.merged_into_id.is_(None),
    )  # fmt: skip
    interviews = sa.select(Interview).where(
        Interview.organisation_id == own,
        sa.or_(
            sa.and_(Interview.state == "agreed", Interview.starts_at < at + timedelta(days=7)),
            sa.and_(Interview.state == "proposed", Interview.asked_other_times != ""),
        ),
    )
    offers = sa.select(Offer).where(Offer.organisation_id == own, Offer.state.in_(("draft", "approved", "extended")))
    starts = sa.select(Placement).where(
        Placement.organisation_id == own, Placement.state.in_(("agreed", "confirmed_by_person")),
        Placement.start_on <= local_day(at) + timedelta(days=7),
    )  # fmt: skip
    sent = sa.select(sa.func.count()).where(Introduction.organisation_id == own, Introduction.ended_at.is_(None))
    drafts = sa.select(Opening).where(Opening.organisation_id == own, Opening.state.in_(("draft", "approval")))
    return Desk(
        list(db.session.execute(answers.order_by(Application.due_at, Application.id).limit(30)).scalars()),
        list(db.session.execute(interviews.order_by(Interview.starts_at, Interview.id).limit(30)).scalars()),
        list(db.session.execute(offers.order_by(Offer.decide_by_at, Offer.id).limit(30)).scalars()),
        list(db.session.execute(starts.order_by(Placement.start_on, Placement.id).limit(30)).scalars()),
        db.session.execute(sent).scalar_one(),
        list(db.session.execute(drafts.order_by(Opening.id.desc()).limit(10)).scalars()),
    )


@dataclass(frozen=True)
class Waiting:
    """What employers wait for from one person, each list with the most urgent first."""

    introductions: list[Introduction]
    offers: list[Offer]
    interviews: list[Interview]
    starts: list[Placement]

    @property
    def any(self) -> bool:
        """Whether there is anything at all."""
        return bool(self.introductions or self.offers or self.interviews or self.starts)


def waiting_for(reader: Actor, at: datetime) -> Waiting:
    """What the reader must answer, decide, pick or confirm."""
    me = reader.person_id
    open_slot = sa.select(InterviewSlot.interview_id).where(InterviewSlot.open.is_(True), InterviewSlot.starts_at > at)
    wanted: tuple[sa.Select[Any], ...] = (
        sa.select(Introduction)
        .where(Introduction.person_id == me, Introduction.ended_at.is_(None))
        .order_by(Introduction.answer_by_at),
        sa.select(Offer).where(Offer.person_id == me, Offer.state == "extended").order_by(Offer.decide_by_at),
        sa.select(Interview)
        .where(Interview.person_id == me, Interview.state == "proposed", Interview.id.in_(open_slot))
        .order_by(Interview.id),
        sa.select(Placement)
        .where(
            Placement.person_id == me, Placement.state.in_(("agreed", "confirmed_by_employer")),
            Placement.start_on <= local_day(at),
        )
        .order_by(Placement.start_on),
    )  # fmt: skip
    return Waiting(*(list(db.session.execute(select.limit(20)).scalars()) for select in wanted))


def applications_by_id(ids: "set[int]") -> dict[int, Application]:
    """Applications by their ids."""
    rows = db.session.execute(sa.select(Application).where(Application.id.in_(ids))).scalars() if ids else ()
    return {row.id: row for row in rows}
