"""Grants as they stand at a moment: what counts is asked at read time, never remembered."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.talent.models import Profile, TalentGrant

ENDED = ("withdrawn", "expired", "erasure_notified", "erasure_confirmed")


def is_live(at: datetime) -> "sa.ColumnElement[bool]":
    """A condition on TalentGrant: given, not ended, and its end has not come."""
    return sa.and_(TalentGrant.state == "granted", TalentGrant.ended_at.is_(None), TalentGrant.until_at > at)


def live_grants(person_id: int, organisation_id: int, at: datetime) -> list[TalentGrant]:
    """What this person lets this organisation see now, the newest consent first."""
    found = sa.select(TalentGrant).where(
        TalentGrant.person_id == person_id, TalentGrant.organisation_id == organisation_id, is_live(at)
    )
    return list(
        db.session.execute(
            found.order_by(TalentGrant.granted_at.desc(), TalentGrant.id.desc()).execution_options(populate_existing=True)
        ).scalars()
    )


def grant_that_covers(
    person_id: int, organisation_id: int, *, purpose: str, fields: Iterable[str], at: datetime
) -> TalentGrant | None:
    """One live grant for this purpose that names all of these fields; consents do not add up to more than each says."""
    wanted = set(fields)
    grants = live_grants(person_id, organisation_id, at)
    return next((grant for grant in grants if grant.purpose == purpose and wanted <= set(grant.fields)), None)


def people_granting(organisation_id: int, at: datetime) -> "sa.Select[int]":
    """The ids of everybody who lets this organisation see something now."""
    return sa.select(TalentGrant.person_id).where(TalentGrant.organisation_id == organisation_id, is_live(at))


def grants_about(reader: Actor) -> "sa.Select[TalentGrant]":
    """Every consent that was asked of the reader or given by them, the latest first."""
    return sa.select(TalentGrant).where(TalentGrant.person_id == reader.person_id).order_by(TalentGrant.id.desc())


def grants_visible_to(reader: Actor) -> "sa.Select[TalentGrant]":
    """Every consent that the reader's organisation asked for or was given, the latest first."""
    return sa.select(TalentGrant).where(TalentGrant.organisation_id == reader.organisation_id).order_by(TalentGrant.id.desc())


def erasures_to_confirm(organisation_id: int) -> list[TalentGrant]:
    """Ended consents whose organisation has not yet said that it erased what it kept; the oldest first."""
    found = sa.select(TalentGrant).where(TalentGrant.organisation_id == organisation_id, TalentGrant.state == "erasure_notified")
    return list(db.session.execute(found.order_by(TalentGrant.ended_at, TalentGrant.id)).scalars())


def pool_ids(person_ids: Iterable[int]) -> dict[int, str]:
    """The ids that these people bear in the pool; somebody without a profile is missing."""
    ids = set(person_ids)
    if not ids:
        return {}
    rows = db.session.execute(sa.select(Profile.person_id, Profile.public_id).where(Profile.person_id.in_(ids)))
    return dict(rows.tuples().all())
