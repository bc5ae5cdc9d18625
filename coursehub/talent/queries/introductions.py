"""Introductions: whom an employer can write to, what it has sent, and what a person was sent."""

from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.talent.models import Introduction, Profile
from coursehub.talent.queries.blocks import not_blocked_for
from coursehub.talent.queries.profiles import in_pool


def reachable(profile_id: str, organisation_id: int, at: datetime) -> int | None:
    """The person behind an id of the pool, if this employer can write to them; one query, whatever the reason why not."""
    found = sa.select(Profile.person_id).where(
        Profile.public_id == profile_id, Profile.quiet.is_(False), in_pool(at), not_blocked_for(organisation_id),
    )  # fmt: skip
    return db.session.execute(found).scalar_one_or_none()


def introductions_visible_to(reader: Actor) -> "sa.Select[Introduction]":
    """What the reader's organisation has sent, the latest first."""
    return sa.select(Introduction).where(Introduction.organisation_id == reader.organisation_id).order_by(Introduction.id.desc())


def introductions_to(reader: Actor) -> "sa.Select[Introduction]":
    """What employers have sent to the reader, the latest first."""
    return sa.select(Introduction).where(Introduction.person_id == reader.person_id).order_by(Introduction.id.desc())
