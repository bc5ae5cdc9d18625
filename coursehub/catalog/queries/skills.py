"""Skills, and which release teaches them."""

from dataclasses import dataclass

import sqlalchemy as sa

from coursehub.catalog.models import Release, ReleaseSkill, Skill
from coursehub.db import db


@dataclass(frozen=True)
class SkillLevel:
    """A skill and the level a release brings people to (1 to 4)."""

    id: int
    code: str
    name: str
    level: int


def _named(name: dict[str, str], locale: str) -> str:
    return name.get(locale) or next(iter(name.values()), "")


def skills_of(release_id: int, locale: str) -> list[SkillLevel]:
    """What a release teaches, strongest first."""
    rows = db.session.execute(
        sa.select(Skill.id, Skill.code, Skill.name, ReleaseSkill.level)
        .join(ReleaseSkill, ReleaseSkill.skill_id == Skill.id)
        .where(ReleaseSkill.release_id == release_id)
        .order_by(ReleaseSkill.level.desc(), Skill.position, Skill.id)
    )
    return [SkillLevel(row.id, row.code, _named(row.name, locale), row.level) for row in rows]


def skill_by_code(code: str) -> Skill | None:
    """The skill with this code."""
    return db.session.execute(sa.select(Skill).where(Skill.code == code)).scalar_one_or_none()


def all_skills(locale: str) -> list[tuple[str, str]]:
    """Every skill as (code, name), in the order of the graph."""
    rows = db.session.execute(sa.select(Skill.code, Skill.name).order_by(Skill.position, Skill.id))
    return [(row.code, _named(row.name, locale)) for row in rows]


def skills_with_listings(locale: str) -> list[tuple[str, str, int]]:
    """Skills that listed courses teach, as (code, name, how many courses), most first."""
    counted = (
        sa.select(ReleaseSkill.skill_id, sa.func.count().label("courses"))
        .join(Release, Release.id == ReleaseSkill.release_id)
        .where(Release.state == "listed")
        .group_by(ReleaseSkill.skill_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(Skill.code, Skill.name, counted.c.courses)
        .join(counted, counted.c.skill_id == Skill.id)
        .order_by(counted.c.courses.desc(), Skill.code)
    )
    return [(row.code, _named(row.name, locale), row.courses) for row in rows]
