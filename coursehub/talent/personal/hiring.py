"""Introductions, applications, interviews, offers and placements: what was said about and by a person."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.talent.models import (
    Application,
    CalendarFeed,
    ChosenZone,
    Interview,
    Introduction,
    Note,
    Offer,
    OfferVersion,
    Placement,
    Scorecard,
)  # fmt: skip
from coursehub.talent.operations.applications import close, finish_closing
from coursehub.talent.personal.consent import forget_reasons
from coursehub.talent.personal.profiles import rows

OWN: tuple[Any, ...] = (Introduction, Application, Interview, Offer, Placement)
MACHINES = ("introduction", "application", "interview", "offer", "placement")


def export(person_id: int) -> dict[str, Any]:
    """What employers wrote to the person, what they applied for, and what came of it; colleagues' notes are the employer's."""
    introductions = sa.select(Introduction.public_id, Introduction.message, Introduction.state, Introduction.sent_at)
    applications = sa.select(
        Application.public_id, Application.message, Application.state, Application.applied_at, Application.answered_at,
        Application.ended_at,
    )  # fmt: skip
    interviews = sa.select(Interview.public_id, Interview.kind, Interview.place, Interview.state, Interview.starts_at)
    offers = sa.select(
        Offer.public_id, Offer.state, OfferVersion.n, OfferVersion.pay_minor, OfferVersion.currency, OfferVersion.pay_period,
        OfferVersion.place, OfferVersion.start_on, OfferVersion.words,
    ).join(OfferVersion, OfferVersion.offer_id == Offer.id)  # fmt: skip
    placements = sa.select(
        Placement.public_id, Placement.state, Placement.pay_minor, Placement.currency, Placement.start_on, Placement.left_on
    )
    return {
        "introductions": rows(introductions.where(Introduction.person_id == person_id).order_by(Introduction.id)),
        "applications": rows(applications.where(Application.person_id == person_id).order_by(Application.id)),
        "interviews": rows(interviews.where(Interview.person_id == person_id).order_by(Interview.id)),
        "offers": rows(offers.where(Offer.person_id == person_id, Offer.extended_at.is_not(None)).order_by(Offer.id)),
        "placements": rows(placements.where(Placement.person_id == person_id).order_by(Placement.id)),
    }


def erase(person_id: int, at: datetime) -> None:
    """Close what runs, and forget every word said by or about the person; moves, dates and amounts stay for the books."""
    running = sa.select(Application).where(Application.person_id == person_id, Application.ended_at.is_(None))
    for row in list(db.session.execute(running.order_by(Application.id)).scalars()):
        if row.ended_at is not None:  # it closed with the one it was merged into
            continue
        if row.state == "rejected":
            finish_closing(row, "reject", mover=None, at=at)
        else:
            close(row, "withdraw", mover=None, at=at)
    own = sa.select(Application.id).where(Application.person_id == person_id)
    offers = sa.select(Offer.id).where(Offer.person_id == person_id)
    for statement in (
        sa.update(Application).where(Application.person_id == person_id).values(message="", reason_words="", mail_hash=""),
        sa.update(Introduction).where(Introduction.person_id == person_id).values(message=""),
        sa.update(Interview).where(Interview.person_id == person_id).values(place="", words="", asked_other_times=""),
        sa.update(Note).where(Note.application_id.in_(own)).values(text="", removed_at=at),
        sa.update(Scorecard).where(Scorecard.application_id.in_(own)).values(words=""),
        sa.update(Offer).where(Offer.person_id == person_id).values(reason=""),
        sa.update(OfferVersion).where(OfferVersion.offer_id.in_(offers)).values(words=""),
        sa.update(Placement).where(Placement.person_id == person_id).values(reason=""),
        sa.delete(CalendarFeed).where(CalendarFeed.person_id == person_id),
        sa.delete(ChosenZone).where(ChosenZone.person_id == person_id),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expire_all()
    for machine, model in zip(MACHINES, OWN, strict=True):
        ids = list(db.session.execute(sa.select(model.id).where(model.person_id == person_id)).scalars())
        forget_reasons(machine, ids)
