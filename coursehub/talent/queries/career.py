"""What a person meets on their own desk of talent, and what an employer would see of them under a consent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people import own
from coursehub.people.actor import Actor
from coursehub.people.models import AccessLog
from coursehub.talent.models import Profile, TalentGrant
from coursehub.talent.queries.consent import grants_about, is_live
from coursehub.talent.queries.profiles import claims_of, portfolio_of
from coursehub.talent.queries.proofs import credentials_held

EMPLOYERS_PURPOSES = ("hiring", "application", "work")


@dataclass(frozen=True)
class Desk:
    """What waits, and a few counts."""

    requests: tuple[TalentGrant, ...]
    live: int
    to_be_erased: tuple[TalentGrant, ...]
    viewed: tuple[AccessLog, ...]


def desk_of(reader: Actor, at: datetime) -> Desk:
    """Requests that wait for the reader, consents that are live, erasures not yet confirmed, the last openings."""
    about = grants_about(reader)
    waiting = about.where(TalentGrant.state == "requested")
    erasing = about.where(TalentGrant.state.in_(("withdrawn", "expired", "erasure_notified")))
    live = sa.select(sa.func.count()).select_from(about.where(is_live(at)).order_by(None).subquery())
    opened = openings_by_employers(reader).limit(5)
    return Desk(
        tuple(db.session.execute(waiting).scalars()), db.session.execute(live).scalar_one(),
        tuple(db.session.execute(erasing).scalars()), tuple(db.session.execute(opened).scalars()),
    )  # fmt: skip


def openings_by_employers(reader: Actor, field: str | None = None) -> "sa.Select[AccessLog]":
    """Who among employers opened which fields of the reader, the latest first; with a field only those that named it."""
    every = own.openings(reader).where(AccessLog.purpose.in_(EMPLOYERS_PURPOSES))
    if field is None:
        return every
    return every.where(sa.cast(AccessLog.fields, sa.Text).contains(f'"{field}"', autoescape=True))


@dataclass(frozen=True)
class FieldViews:
    """One field of a person: how often one organisation opened it, and when last."""

    field: str
    organisation_id: int | None
    times: int
    last_at: datetime


def views_by_field(reader: Actor) -> list[FieldViews]:
    """For each field and organisation how often it was opened, the latest first."""
    found: dict[tuple[str, int | None], FieldViews] = {}
    for row in db.session.execute(openings_by_employers(reader)).scalars():
        for field in row.fields:
            before = found.get((field, row.organisation_id))
            found[field, row.organisation_id] = FieldViews(
                field, row.organisation_id, (before.times if before else 0) + 1, before.last_at if before else row.at
            )
    return list(found.values())


def own_fields(reader: Actor, profile: Profile) -> dict[str, Any]:
    """What an employer would see of the reader if they consented to everything."""
    record = own.record(reader)
    return {
        "display_name": record.display_name,
        "email": record.email,
        "credentials": credentials_held(reader.person_id),
        "portfolio": portfolio_of(profile),
        "claims": [claim.words for claim in claims_of(profile)],
    }
