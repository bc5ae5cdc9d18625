"""Opening what a person consented to show: the grant is asked for at this instant, and the opening is logged."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.people.grants import EMPLOYER_FIELDS, Grant
from coursehub.people.models import Person
from coursehub.people.operations import open_profile
from coursehub.talent.models import ClaimedSkill, PortfolioItem, Profile, TalentGrant
from coursehub.talent.models.consent import FIELDS
from coursehub.talent.policies import consent as policies
from coursehub.talent.queries.consent import grant_that_covers
from coursehub.talent.queries.proofs import CredentialView, credentials_held


class NoConsent(Refusal):
    """This person does not let your organisation see that now. You can ask for their consent."""

    status = 403


def open_person(person_id: int, *, by: Actor, purpose: str, fields: Iterable[str], at: datetime) -> dict[str, Any]:
    """What a person lets the actor's organisation see, field by field, with one row in the log they can read.

    purpose: "hiring", "application" or "work"; fields: words of talent.models.consent.FIELDS.
    The grant is locked and read again before anything is opened, so a consent that was
    withdrawn a moment ago opens nothing.
    Raises NoConsent, PersonIsErased, NotAllowed.
    """
    require(policies.may_open_fields(by))
    wanted = tuple(dict.fromkeys(fields))
    if unknown := set(wanted) - set(FIELDS):
        raise ValueError(f"no such fields: {unknown}")
    with transaction():
        grant = _locked(person_id, by, purpose, wanted, at)
        if grant is None:
            raise NoConsent
        person = db.session.get_one(Person, person_id)
        handed_down = Grant(
            grant.person_id, grant.organisation_id, grant.purpose, frozenset(grant.fields), grant.until_at, grant.public_id
        )
        opened = open_profile(
            person,
            by=by,
            purpose=purpose,
            fields=[field for field in wanted if field in EMPLOYER_FIELDS],
            beside=[field for field in wanted if field not in EMPLOYER_FIELDS],
            at=at,
            grant=handed_down,
        )
    return opened | {field: _beside(field, person_id) for field in wanted if field not in EMPLOYER_FIELDS}


def _locked(person_id: int, by: Actor, purpose: str, fields: tuple[str, ...], at: datetime) -> TalentGrant | None:
    if by.organisation_id is None:
        return None
    found = grant_that_covers(person_id, by.organisation_id, purpose=purpose, fields=fields, at=at)
    if found is None:
        return None
    lock(found)
    return grant_that_covers(person_id, by.organisation_id, purpose=purpose, fields=fields, at=at)


def _beside(field: str, person_id: int) -> list[CredentialView] | list[PortfolioItem] | list[str]:
    if field == "credentials":
        return credentials_held(person_id)
    own = sa.select(Profile.id).where(Profile.person_id == person_id).scalar_subquery()
    if field == "portfolio":
        items = sa.select(PortfolioItem).where(PortfolioItem.profile_id == own, PortfolioItem.removed_at.is_(None))
        return list(db.session.execute(items.order_by(PortfolioItem.id)).scalars())
    claims = sa.select(ClaimedSkill.words).where(ClaimedSkill.profile_id == own).order_by(ClaimedSkill.words)
    return list(db.session.execute(claims).scalars())
