"""The pool's searches asked plainly, one person after the other, in Python: what the sets in memory must agree with."""

from datetime import timedelta

import sqlalchemy as sa

from coursehub.catalog.models import Skill
from coursehub.db import db
from coursehub.learning.credentials.models import Credential
from coursehub.people.models import Organisation
from coursehub.talent.models import Block, Profile, ProvenSkill

NINETY_DAYS = timedelta(days=90)


def plain_hits(organisation, wish, at):
    """(hits, hits of any city): profile ids of those who fit; words and pay are left to the caller."""
    family = {organisation.parent_id or organisation.id}
    family |= {row.id for row in db.session.execute(sa.select(Organisation)).scalars() if (row.parent_id or row.id) in family}
    hiding = {
        block.person_id
        for block in db.session.execute(sa.select(Block)).scalars()
        if block.lifted_at is None and block.organisation_id in family
    }
    hits, anywhere = set(), set()
    for profile in db.session.execute(sa.select(Profile)).scalars():
        if profile.visibility == "hidden" or profile.confirmed_at <= at - NINETY_DAYS or profile.person_id in hiding:
            continue
        held = {code: (level, proven_at) for code, level, proven_at in skills_of(profile)}
        since = at - timedelta(days=365 * wish.within_months // 12) if wish.within_months else None
        fits = all(
            asked.code in held and held[asked.code][0] >= asked.level and (since is None or held[asked.code][1] > since)
            for asked in wish.skills
        )
        fits = fits and (not wish.remote or profile.remote) and profile.weekly_hours >= wish.hours
        if fits and (not wish.form or wish.form in profile.forms):
            anywhere.add(profile.id)
            if not wish.city or profile.city == wish.city:
                hits.add(profile.id)
    return hits, anywhere


def skills_of(profile):
    """(code, level, proven_at) of each skill that a live credential proves."""
    return list(
        db.session.execute(
            sa.select(Skill.code, ProvenSkill.level, ProvenSkill.proven_at)
            .join(Skill, Skill.id == ProvenSkill.skill_id)
            .join(Credential, Credential.id == ProvenSkill.credential_id)
            .where(ProvenSkill.profile_id == profile.id, Credential.revoked_at.is_(None))
        )
    )


def plain_counts(values):
    """How often each value stands there, as a dictionary."""
    counted = {}
    for value in values:
        counted[value] = counted.get(value, 0) + 1
    return counted
