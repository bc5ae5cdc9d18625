"""Proven skills: a projection of live credentials, made anew whenever one comes or goes."""

from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, lock, transaction
from coursehub.talent.models import Profile, ProvenSkill
from coursehub.talent.queries.proofs import proving


def rebuild_proven(person_id: int, *, at: datetime) -> None:
    """Let the person's proven skills say just what their live credentials say; nothing to do without a profile."""
    with transaction():
        profile = db.session.execute(sa.select(Profile).where(Profile.person_id == person_id)).scalar_one_or_none()
        if profile is None:
            return
        lock(profile)
        db.session.execute(sa.delete(ProvenSkill).where(ProvenSkill.profile_id == profile.id))
        db.session.add_all(
            ProvenSkill(
                profile_id=profile.id, skill_id=row.skill_id, level=row.level, proven_at=row.proven_at,
                credential_id=row.credential_id,
            )
            for row in proving(person_id)
        )  # fmt: skip
        db.session.flush()
        events.record("talent.proven_changed", at=at, profile_id=profile.id)
