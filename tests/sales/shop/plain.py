"""What the catalogue finds and counts, computed plainly by the database for each wish: nothing kept, nothing shared with the shop."""

from typing import Any

import sqlalchemy as sa

from coursehub.catalog.models import Course, Release, ReleaseSkill, Skill
from coursehub.catalog.queries import search_courses
from coursehub.contracts.models import Listing
from coursehub.db import db
from coursehub.learning.models import CourseReview
from coursehub.people.models import Organisation
from coursehub.sales.models import Offering
from coursehub.sales.shop.forms import Wish

LOW = {"CNY": 20_000, "EUR": 3_000, "JPY": 4_000}
BAND = sa.case(
    (Offering.price_minor == 0, "free"),
    (Offering.price_minor <= sa.case(LOW, value=Offering.currency, else_=0), "low"),
    else_="high",
)


def narrowed(wish: Wish, *columns: Any, but: str = "") -> sa.Select[Any]:
    """The shelf with all filters of a wish, or all but one."""
    found = (
        sa.select(*columns)
        .select_from(Course)
        .join(Release, sa.and_(Release.course_id == Course.id, Release.state == "listed"))
        .join(Listing, sa.and_(Listing.course_id == Course.id, Listing.closed_at.is_(None)))
        .join(Offering, sa.and_(Offering.course_id == Course.id, Offering.closed_at.is_(None)))
        .join(Organisation, Organisation.id == Course.organisation_id)
    )
    if wish.q:
        hits = search_courses(wish.q).subquery("hits")
        found = found.join(hits, hits.c.course_id == Course.id)
        if wish.sort == "relevance":
            found = found.order_by(hits.c.rank.desc()) if but == "" else found
    if wish.skill and but != "skill":
        found = found.where(
            Release.id.in_(sa.select(ReleaseSkill.release_id).where(ReleaseSkill.skill_id.in_(_below(wish.skill))))
        )
    if wish.levels and but != "level":
        found = found.where(Release.level.in_(wish.levels))
    if wish.price and but != "price":
        found = found.where(wish.price == BAND)
    if wish.by and but != "by":
        found = found.where(_seller(wish.by))
    if wish.language and but != "language":
        found = found.where(_speaks(wish.language))
    return found


def _below(code: str) -> sa.Select[Any]:
    tree = sa.select(Skill.id).where(Skill.code == code).cte("below", recursive=True)
    return sa.select(tree.union_all(sa.select(Skill.id).join(tree, Skill.parent_id == tree.c.id)).c.id)


def _seller(by: str) -> sa.ColumnElement[bool]:
    return Organisation.is_house.is_(by == "house") if by in ("house", "partners") else Organisation.slug == by


def _speaks(language: str) -> sa.ColumnElement[bool]:
    return sa.cast(Release.languages, sa.Text).like(f'%"{language}"%')


def in_order(wish: Wish, *, home_currency: str) -> list[int]:
    """The ids of all courses that meet a wish, in its order."""
    newest = sa.func.coalesce(Release.listed_at, Listing.opened_at).desc(), Course.id.desc()
    found = narrowed(wish, Course.id)
    if wish.sort == "price":
        found = found.order_by(Offering.currency != home_currency, Offering.currency, Offering.price_minor)
    if wish.sort == "rating":
        standing = sa.and_(CourseReview.deleted_at.is_(None), CourseReview.hidden_at.is_(None))
        score = (1000 * sa.func.sum(CourseReview.stars) + 17_500) // (sa.func.count() + 5)
        rated = (
            sa.select(CourseReview.course_id, score.label("score")).where(standing).group_by(CourseReview.course_id).subquery()
        )
        found = found.outerjoin(rated, rated.c.course_id == Course.id).order_by(sa.func.coalesce(rated.c.score, 0).desc())
    return list(db.session.execute(found.order_by(*newest)).scalars())


def count(wish: Wish, but: str, condition: sa.ColumnElement[bool]) -> int:
    """How many courses one choice of a filter would show."""
    return int(db.session.execute(narrowed(wish, sa.func.count(sa.distinct(Course.id)), but=but).where(condition)).scalar_one())


def counts(wish: Wish) -> dict[str, dict[str, int]]:
    """The number beside every choice."""
    levels = ("beginner", "intermediate", "advanced")
    sellers = ["house", "partners", *([wish.by] if wish.by not in ("", "house", "partners") else [])]
    codes = db.session.execute(sa.select(Skill.code)).scalars().all()
    taught = {
        code: count(
            wish, "skill", Release.id.in_(sa.select(ReleaseSkill.release_id).where(ReleaseSkill.skill_id.in_(_below(code))))
        )
        for code in codes
    }
    return {
        "levels": {level: count(wish, "level", Release.level == level) for level in levels},
        "prices": {band: count(wish, "price", band == BAND) for band in ("free", "low", "high")},
        "by": {by: count(wish, "by", _seller(by)) for by in sellers},
        "languages": {language: count(wish, "language", _speaks(language)) for language in ("zh-CN", "en")},
        "skills": {code: n for code, n in taught.items() if n},
    }
