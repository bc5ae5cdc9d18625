"""HR's search over the pool asked of the database alone: who fits, in an order the employer chose.

The page itself finds with sets in memory (`pool_finding.py`) and asks here what stands in no set.
Every statement begins with `profiles_visible_to`: whoever hides, blocks the reader or has not
confirmed for 90 days is in no list, no count and no city, from the very moment they say so.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from coursehub import search
from coursehub.catalog.models import Skill
from coursehub.db import UtcDateTime, db, look
from coursehub.learning.credentials.models import Credential
from coursehub.people.actor import Actor
from coursehub.plans import Several
from coursehub.talent.models import Block, Opening, Profile, ProvenSkill
from coursehub.talent.pool_search import PoolSearch
from coursehub.talent.queries.blocks import affiliates_of
from coursehub.talent.queries.openings import meeting_pay_floor, openings_visible_to
from coursehub.talent.queries.profiles import CONFIRMED_FOR, in_pool_since, profiles_visible_to, short_id_of
from coursehub.web.locale import current_locale

DAYS_A_YEAR, MONTHS_A_YEAR = 365, 12
MOST_PEOPLE = 4
"""How many stand side by side."""


@dataclass(frozen=True)
class HeldSkill:
    """A proven skill of a hit. wished: the level that was asked for, None if the search did not name it."""

    code: str
    name: str
    level: int
    proven_at: datetime
    wished: int | None


@dataclass(frozen=True)
class Hit:
    """Somebody who fits, without a name; `skills` begins with those that were asked for and so says why they are shown."""

    public_id: str
    short_id: str
    headline: str
    city: str
    remote: bool
    weekly_hours: int
    available_from: date | None
    forms: tuple[str, ...]
    quiet: bool
    skills: tuple[HeldSkill, ...]


@dataclass(frozen=True)
class Facet:
    """A choice, and how many hits it would leave."""

    value: str
    name: str
    hits: int


def openings_to_compare(reader: Actor) -> list[Opening]:
    """The reader's openings that are open: their pay was published, so nobody can try out one amount after the other."""
    return list(db.session.execute(openings_visible_to(reader).where(Opening.state == "open")).scalars())


def fitting(reader: Actor, wish: PoolSearch, at: datetime, *, any_city: bool = False) -> "sa.Select[Profile]":
    """The profiles that a search finds, in its order; equals stand in the order of their public ids, which were drawn by lot."""
    found = profiles_visible_to(reader, at).order_by(None)
    if wish.words:
        found = found.where(Profile.id.in_(sa.select(search.matches("profile", wish.words).subquery().c.ref_id)))
    levels, proven = [], []
    for asked in wish.skills:
        held, skill, credential = aliased(ProvenSkill), aliased(Skill), aliased(Credential)
        named = sa.select(skill.id).where(skill.code == asked.code).scalar_subquery()
        found = found.join(
            held, sa.and_(held.profile_id == Profile.id, held.skill_id == named, held.level >= asked.level)
        ).join(credential, sa.and_(credential.id == held.credential_id, credential.revoked_at.is_(None)))  # fmt: skip
        if wish.within_months:
            found = found.where(held.proven_at > at - timedelta(days=DAYS_A_YEAR * wish.within_months // MONTHS_A_YEAR))
        levels.append(held.level)
        proven.append(held.proven_at)
    if wish.city and not any_city:
        found = found.where(Profile.city == wish.city)
    if wish.remote:
        found = found.where(Profile.remote.is_(True))
    if wish.hours:
        found = found.where(Profile.weekly_hours >= wish.hours)
    if wish.form:
        found = found.where(sa.cast(Profile.forms, sa.Text).contains(f'"{wish.form}"', autoescape=True))
    if wish.opening:
        opening = db.session.execute(
            openings_visible_to(reader).where(Opening.state == "open", Opening.public_id == wish.opening)
        ).scalar_one_or_none()
        found = found.where(sa.false() if opening is None else meeting_pay_floor(opening))
    return found.order_by(*_ordered(wish, levels, proven), Profile.public_id)


def _ordered(wish: PoolSearch, levels: list[Any], proven: list[Any]) -> list[Any]:
    """What the employer chose to order by; with several skills the sum of levels, and the oldest of the proofs."""
    if wish.order == "level" and levels:
        return [sum(levels[1:], levels[0]).desc()]
    if wish.order == "evidence" and proven:
        oldest = proven[0]
        for moment in proven[1:]:
            oldest = sa.case((moment < oldest, moment), else_=oldest)
        return [oldest.desc()]
    return [Profile.weekly_hours.desc()]


def skill_facets(reader: Actor, wish: PoolSearch, at: datetime) -> list[Facet]:
    """Every skill that a hit has, with the number of hits; those the search already names are left out. The most first."""
    hits = fitting(reader, wish, at).with_only_columns(Profile.id).order_by(None)
    counted = (
        sa.select(ProvenSkill.skill_id, sa.func.count().label("hits"))
        .join(Credential, sa.and_(Credential.id == ProvenSkill.credential_id, Credential.revoked_at.is_(None)))
        .where(ProvenSkill.profile_id.in_(hits))
    )
    if wish.within_months:  # so that the number is what remains when the skill is added
        since = at - timedelta(days=DAYS_A_YEAR * wish.within_months // MONTHS_A_YEAR)
        counted = counted.where(ProvenSkill.proven_at > since)
    tally = counted.group_by(ProvenSkill.skill_id).subquery()
    rows = db.session.execute(
        sa.select(Skill.code, sa.cast(Skill.name, sa.Text).label("names"), tally.c.hits)
        .join(tally, tally.c.skill_id == Skill.id)
        .where(Skill.code.not_in([asked.code for asked in wish.skills]))
        .order_by(tally.c.hits.desc(), Skill.position, Skill.id)
    )
    return [Facet(row.code, skill_named(row.names, row.code, current_locale()), row.hits) for row in rows]


Rows = Sequence[Any]
"""Profiles, or rows with their columns."""

THESE = Several("profile", 25)
"""The profiles of a page."""
_HELD = (
    sa.select(
        ProvenSkill.profile_id, ProvenSkill.level, ProvenSkill.proven_at, Skill.code, sa.cast(Skill.name, sa.Text).label("names")
    )
    .join(Skill, Skill.id == ProvenSkill.skill_id)
    .join(Credential, Credential.id == ProvenSkill.credential_id)
    .where(ProvenSkill.profile_id.in_(THESE.parameters), Credential.revoked_at.is_(None))
    .order_by(ProvenSkill.level.desc(), ProvenSkill.proven_at.desc(), Skill.position, Skill.id)
)


def hits_of(profiles: Rows, wish: PoolSearch) -> list[Hit]:
    """The rows of a page, each with its proven skills: the wished ones first, then the strongest."""
    wished, locale = {asked.code: asked.level for asked in wish.skills}, current_locale()
    skills: dict[int, list[HeldSkill]] = {profile.id: [] for profile in profiles}
    for n in range(0, len(profiles), THESE.most):
        for row in look(_HELD, THESE.values([profile.id for profile in profiles[n : n + THESE.most]])):
            name = skill_named(row.names, row.code, locale)
            skills[row.profile_id].append(HeldSkill(row.code, name, row.level, row.proven_at, wished.get(row.code)))
    return [
        Hit(
            profile.public_id, short_id_of(profile.public_id), profile.headline, profile.city, profile.remote,
            profile.weekly_hours, profile.available_from, tuple(profile.forms), profile.quiet,
            tuple(sorted(skills[profile.id], key=lambda held: held.wished is None)),
        )
        for profile in profiles
    ]  # fmt: skip


_HIDES = sa.select(Block.id).where(
    Block.person_id == Profile.person_id,
    Block.lifted_at.is_(None),
    Block.organisation_id.in_(affiliates_of(sa.bindparam("organisation", type_=sa.BigInteger))),
)
_SHOWN = sa.select(
    Profile.id, Profile.public_id, Profile.headline, Profile.city, Profile.remote, Profile.weekly_hours, Profile.available_from,
    Profile.forms, Profile.quiet,
).where(in_pool_since(sa.bindparam("limit", type_=UtcDateTime)), ~_HIDES.exists(), Profile.id.in_(THESE.parameters))  # fmt: skip
"""What `profiles_visible_to` says, for a page at once. Whoever hides was left out before, so nobody's absence takes time."""


def page_of(reader: Actor, ids: Sequence[int], at: datetime) -> list[Any]:
    """At most 25 profiles in this order, as rows, as far as the reader may meet them now."""
    values = THESE.values(ids) | {"limit": at - CONFIRMED_FOR, "organisation": reader.organisation_id or 0}
    rows = {row.id: row for row in look(_SHOWN, values)}
    return [rows[id] for id in ids if id in rows]


def side_by_side(reader: Actor, public_ids: list[str], at: datetime) -> list[Hit]:
    """The first four of these that the reader meets in the pool, in the order of their ids; nothing tells of the others."""
    met = profiles_visible_to(reader, at).where(Profile.public_id.in_(public_ids[:25])).order_by(None).order_by(Profile.public_id)
    return hits_of(list(db.session.execute(met.limit(MOST_PEOPLE)).scalars()), PoolSearch())


def skill_named(names: str, code: str, locale: str) -> str:
    """What a skill is called in a language. names: as JSON."""
    said = _names(names)
    return said.get(locale) or next(iter(said.values()), code)


@lru_cache(maxsize=4096)
def _names(text: str) -> dict[str, str]:
    said: dict[str, str] = json.loads(text)
    return said
