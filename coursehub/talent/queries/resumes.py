"""A profile as a JSON Resume, for its person."""

from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.models import PersonalRecord
from coursehub.talent import resume
from coursehub.talent.models import Profile
from coursehub.talent.queries.profiles import claims_of, portfolio_of
from coursehub.talent.queries.proofs import credentials_held, proofs_of
from coursehub.web import external_url


def resume_of(profile: Profile) -> dict[str, Any]:
    """Everything of a profile that JSON Resume has a place for; proven and claimed skills say which they are."""
    record = db.session.execute(sa.select(PersonalRecord).where(PersonalRecord.person_id == profile.person_id)).scalar_one()
    return resume.write(
        name=record.display_name, email=record.email, headline=profile.headline, about=profile.about, city=profile.city,
        proven=[(proof.skill, proof.level) for proof in proofs_of(profile.id)],
        claims=[claim.words for claim in claims_of(profile)],
        certificates=[
            {
                "name": held.title, "date": held.issued_at.date().isoformat(), "issuer": held.organisation,
                "url": external_url("learning_credentials.show", public_id=held.public_id),
            }
            for held in credentials_held(profile.person_id)
        ],
        made=[resume.Made(item.title, item.address, item.text) for item in portfolio_of(profile)],
        changed_on=profile.changed_at.date().isoformat(),
    )  # fmt: skip
