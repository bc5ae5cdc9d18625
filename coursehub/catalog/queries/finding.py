"""Finding listed courses by words, level, skill, language and owner."""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from coursehub import search
from coursehub.catalog.models import Course, Release, ReleaseSkill, ReleaseText, Skill
from coursehub.db import db, look

KIND = "course"


def search_courses(
    query: str = "",
    *,
    level: str | None = None,
    skill: str | None = None,
    language: str | None = None,
    organisation_id: int | None = None,
) -> sa.Select[int, float]:
    """Listed courses as (course_id, rank), higher ranks first fit better; 0 without words.

    The caller joins what it shows and sorts. `skill` is a code; its narrower skills count too.
    Words are looked for in every language of a course, whatever the reader's.
    """
    listed: sa.Select[Any] = sa.select(Course.id.label("course_id")).join(
        Release, sa.and_(Release.course_id == Course.id, Release.state == "listed")
    )
    if query.strip():
        hits = search.matches(KIND, query).subquery()
        listed = listed.join(hits, hits.c.ref_id == Course.id).add_columns(hits.c.rank.label("rank"))
    else:
        listed = listed.add_columns(sa.literal(0.0).label("rank"))
    if level:
        listed = listed.where(Release.level == level)
    if organisation_id is not None:
        listed = listed.where(Course.organisation_id == organisation_id)
    if language:
        listed = listed.where(_speaks(language))
    if skill:
        taught = sa.select(ReleaseSkill.release_id).where(ReleaseSkill.skill_id.in_(_skill_and_narrower(skill)))
        listed = listed.where(Release.id.in_(taught))
    return listed


def courses_holding(query: str) -> dict[int, float]:
    """The courses that hold every word, by their ids, with their ranks: higher ones fit better. Listed or not is not asked."""
    words = search.wanted(query)
    return dict(look(_holding(), {"words": words}).all()) if words else {}


@lru_cache(maxsize=1)
def _holding() -> "sa.Select[int, float]":
    return search.matches(KIND, sa.bindparam("words", type_=sa.Text))


def _speaks(language: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(ReleaseText.release_id == Release.id, ReleaseText.locale == language)


def _skill_and_narrower(code: str) -> list[int]:
    """Ids of a skill and everything below it."""
    tree = sa.select(Skill.id).where(Skill.code == code).cte("narrower", recursive=True)
    tree = tree.union(sa.select(Skill.id).join(tree, Skill.parent_id == tree.c.id))
    return list(db.session.execute(sa.select(tree.c.id)).scalars())
