"""The profile and its parts, and the career timeline."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub import search
from coursehub.db import db
from coursehub.talent.models import (
    Blackout,
    CareerFact,
    ClaimedSkill,
    Employment,
    PortfolioItem,
    Profile,
    ProvenSkill,
)
from coursehub.talent.operations.profiles import changed


def export(person_id: int) -> dict[str, Any]:
    """What the person said, what is proven, where they worked, and the facts of their career here."""
    own = sa.select(Profile.id).where(Profile.person_id == person_id)
    said = sa.select(
        Profile.public_id, Profile.visibility, Profile.headline, Profile.about, Profile.city, Profile.remote,
        Profile.weekly_hours, Profile.available_from, Profile.forms,
        Profile.pay_floor_minor, Profile.pay_floor_currency, Profile.pay_floor_period,
        Profile.quiet, Profile.begun_at, Profile.confirmed_at,
    )  # fmt: skip
    items = sa.select(PortfolioItem.title, PortfolioItem.address, PortfolioItem.text, PortfolioItem.added_at)
    facts = sa.select(CareerFact.kind, CareerFact.true_at, CareerFact.source, CareerFact.detail)
    work = sa.select(Employment.organisation_id, Employment.source, Employment.since_at, Employment.until_at)
    return {
        "said": rows(said.where(Profile.person_id == person_id)),
        "claims": rows(sa.select(ClaimedSkill.words, ClaimedSkill.claimed_at).where(ClaimedSkill.profile_id.in_(own))),
        "portfolio": rows(items.where(PortfolioItem.profile_id.in_(own)).order_by(PortfolioItem.id)),
        "days_off": rows(sa.select(Blackout.from_on, Blackout.until_on).where(Blackout.profile_id.in_(own))),
        "worked_at": rows(work.where(Employment.person_id == person_id).order_by(Employment.id)),
        "events": rows(facts.where(CareerFact.person_id == person_id).order_by(CareerFact.true_at, CareerFact.id)),
    }


def erase(person_id: int, at: datetime) -> None:
    """Leave an empty, hidden profile; the facts of the career stay with a number in place of a person, so that flows add up."""
    for profile in list(db.session.execute(sa.select(Profile).where(Profile.person_id == person_id)).scalars()):
        for table in (ClaimedSkill, PortfolioItem, Blackout, ProvenSkill):
            db.session.execute(sa.delete(table).where(table.profile_id == profile.id))
        profile.visibility, profile.headline, profile.about, profile.city = "hidden", "", "", ""
        profile.remote, profile.weekly_hours, profile.available_from, profile.forms = False, 0, None, []
        profile.pay_floor_minor = profile.pay_floor_currency = profile.pay_floor_period = None
        changed(profile, at=at)
        search.forget_dropped()


def rows(select: sa.Executable) -> list[dict[str, Any]]:
    """The rows of a query as plain dictionaries."""
    return [dict(row._mapping) for row in db.session.execute(select)]
