"""Profiles: one's own, and those that an employer may meet."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.talent.models import Blackout, ClaimedSkill, PortfolioItem, Profile
from coursehub.talent.queries.blocks import not_blocked_for
from coursehub.talent.queries.consent import people_granting
from coursehub.talent.queries.proofs import Proof, proofs_of

CONFIRMED_FOR = timedelta(days=90)
"""How long a confirmation holds; then the profile leaves search until it is confirmed again."""


def profile_of(person_id: int) -> Profile | None:
    """The profile of a person, if they have begun one."""
    return db.session.execute(sa.select(Profile).where(Profile.person_id == person_id)).scalar_one_or_none()


def in_pool(at: datetime) -> "sa.ColumnElement[bool]":
    """A condition on Profile: shown, and confirmed within 90 days. Blocks are asked for beside it, by the reader."""
    return in_pool_since(at - CONFIRMED_FOR)


def in_pool_since(limit: "datetime | sa.BindParameter[Any]") -> "sa.ColumnElement[bool]":
    """The same for whoever confirmed after this moment."""
    return sa.and_(Profile.visibility != sa.literal_column("'hidden'"), Profile.confirmed_at > limit)


def profiles_visible_to(reader: Actor, at: datetime) -> "sa.Select[Profile]":
    """Whom the reader's organisation meets in the pool; to everybody it hides from it, the pool is as if they were not there."""
    return sa.select(Profile).where(in_pool(at), not_blocked_for(reader.organisation_id or 0)).order_by(Profile.id)


def short_id_of(public_id: str) -> str:
    """What somebody without a name is called on a page: the first letters of their id in the pool."""
    return public_id[:6].upper()


@dataclass(frozen=True)
class Shown:
    """A profile as an employer meets it: nothing here says who it is, and what is only matched is not here."""

    public_id: str
    short_id: str
    headline: str
    about: str
    city: str
    remote: bool
    weekly_hours: int
    available_from: date | None
    forms: tuple[str, ...]
    quiet: bool
    confirmed_at: datetime
    proofs: tuple[Proof, ...]


def as_shown(profile: Profile) -> Shown:
    """What the pool shows of a profile before any consent."""
    return Shown(
        profile.public_id, short_id_of(profile.public_id), profile.headline, profile.about, profile.city, profile.remote,
        profile.weekly_hours, profile.available_from, tuple(profile.forms), profile.quiet, profile.confirmed_at,
        tuple(proofs_of(profile.id)),
    )  # fmt: skip


def claims_of(profile: Profile) -> list[ClaimedSkill]:
    """What the person says they can do, apart from what is proven."""
    found = sa.select(ClaimedSkill).where(ClaimedSkill.profile_id == profile.id)
    return list(db.session.execute(found.order_by(ClaimedSkill.words)).scalars())


def portfolio_of(profile: Profile) -> list[PortfolioItem]:
    """What the person made and shows, in the order they added it."""
    found = sa.select(PortfolioItem).where(PortfolioItem.profile_id == profile.id, PortfolioItem.removed_at.is_(None))
    return list(db.session.execute(found.order_by(PortfolioItem.id)).scalars())


def blackouts_of(profile: Profile, day: date) -> list[Blackout]:
    """Days on which the person cannot work, past ones left out, the next first."""
    found = sa.select(Blackout).where(Blackout.profile_id == profile.id, Blackout.until_on >= day)
    return list(db.session.execute(found.order_by(Blackout.from_on, Blackout.id)).scalars())


def to_remind(at: datetime, ahead: timedelta) -> list[Profile]:
    """Shown profiles whose confirmation runs out within `ahead`, or has run out."""
    found = sa.select(Profile).where(Profile.visibility != "hidden", Profile.confirmed_at <= at - CONFIRMED_FOR + ahead)
    return list(db.session.execute(found.order_by(Profile.id)).scalars())


def profiles_met_by(reader: Actor, at: datetime) -> "sa.Select[Profile]":
    """Whom the reader's organisation may look at: those it meets in the pool, and those who let it see something now."""
    organisation_id = reader.organisation_id or 0
    in_sight = sa.and_(in_pool(at), not_blocked_for(organisation_id))
    return (
        sa.select(Profile)
        .where(sa.or_(in_sight, Profile.person_id.in_(people_granting(organisation_id, at))))
        .order_by(Profile.id)
    )
