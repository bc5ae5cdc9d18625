"""The shelf in memory says what the database would say, whatever changes, and sees every change at the next question."""

import random
from dataclasses import replace

import pytest
import sqlalchemy as sa

from coursehub.catalog.models import CatalogueRevision, Release, Skill
from coursehub.catalog.operations.listing import index_course
from coursehub.contracts.models import Listing
from coursehub.db import db, transaction
from coursehub.people.models import Organisation
from coursehub.sales.models import Offering
from coursehub.sales.shop.finding import courses_found, courses_of
from coursehub.sales.shop.forms import Wish
from tests.sales.shop import plain
from tests.sales.shop.rig import course_on_shelf, later, review, skill_named

WORDS = ("数据", "清洗", "图表", "data", "test", "数据 清洗", "deep data", "!!", "无")
TITLES = (
    {"zh-CN": "数据清洗", "en": "Cleaning data"}, {"zh-CN": "图表会说话"}, {"en": "Deep tests"}, {"en": "Data at work", "zh-CN": "工作中的数据"},
)  # fmt: skip


def some_shelf(chance, cast, at, many):
    """Courses that differ in everything a wish can ask for, with reviews; several came at one moment."""
    wide = skill_named("data", "数据", "Data")
    skills = [wide, skill_named("data.cleaning", "清洗", "Cleaning", wide), skill_named("writing", "写作", "Writing")]
    skills.append(skill_named("data.cleaning.gaps", "缺失值", "Gaps", skills[1]))
    sellers = [cast.house, cast.northwind, cast.lumen]
    made = []
    for n in range(many):
        made.append(
            course_on_shelf(
                chance.choice(sellers), f"c{n}", later(at, chance.randrange(6)), titles=chance.choice(TITLES), lessons=1,
                summary=chance.choice(("", "数据与测试", "data and testing")), level=chance.choice(("beginner", "intermediate", "advanced")),
                price_minor=chance.choice((None, 0, 3_000, 9_900, 20_000, 20_001)), currency=chance.choice(("CNY", "CNY", "EUR", "JPY")),
                skills=dict.fromkeys(chance.sample(skills, chance.randrange(3)), 1),
            )
        )  # fmt: skip
    for course in chance.sample(made, many // 2):
        for person in chance.sample([cast.ada, cast.bo, cast.theo], chance.randrange(1, 4)):
            review(course, person, chance.randrange(1, 6), at, **({"hidden_at": at} if chance.random() < 0.2 else {}))
    return made


def some_wish(chance):
    q = chance.choice(WORDS) if chance.random() < 0.5 else ""
    return Wish(
        q=q,
        skill=chance.choice(("", "", "data", "data.cleaning", "writing", "nothing")),
        levels=frozenset(chance.sample(("beginner", "intermediate", "advanced"), chance.choice((0, 0, 1, 2)))),
        price=chance.choice(("", "", "free", "low", "high")),
        by=chance.choice(("", "", "house", "partners", "lumen", "nobody")),
        language=chance.choice(("", "", "zh-CN", "en")),
        sort=chance.choice(("newest", "price", "rating", *(["relevance"] if q else []))),
    )


def as_shown(wish):
    """All courses that the shop finds, page after page, and the numbers beside its filters."""
    first = courses_found(wish, locale="en", home_currency="CNY")
    pages = [courses_found(replace(wish, page=n), locale="en", home_currency="CNY") for n in range(2, first.courses.pages + 1)]
    ids = [row.course_id for found in (first, *pages) for row in found.courses.items]
    assert len(ids) == first.courses.total == first.counts.total
    counts = {group: dict(getattr(first.counts, group)) for group in ("levels", "prices", "by", "languages")}
    return ids, counts | {"skills": {code: n for code, _name, n in first.counts.skills}}


def agrees(wish):
    ids, counts = as_shown(wish)
    assert ids == plain.in_order(wish, home_currency="CNY"), wish
    assert counts == plain.counts(wish), wish


# One change each of all that the shelf is made of, written past our operations


def close_offering(course, at):
    db.session.execute(sa.update(Offering).where(Offering.course_id == course.id).values(closed_at=at))


def reprice(course, at):
    close_offering(course, at)
    db.session.execute(
        sa.insert(Offering).values(course_id=course.id, price_minor=1, currency="EUR", tax_bps=0, refund_days=7, opened_at=at)
    )


def close_listing(course, at):
    db.session.execute(sa.update(Listing).where(Listing.course_id == course.id).values(closed_at=at, close_reason="closed"))


def retire(course, at):
    db.session.execute(sa.update(Release).where(Release.course_id == course.id).values(state="retired", retired_at=at))


def relist(course, at):
    db.session.execute(sa.update(Release).where(Release.course_id == course.id).values(state="listed", listed_at=later(at, 9)))


def move(course, _at):
    other = sa.select(sa.func.min(Organisation.id)).where(Organisation.id != course.organisation_id)
    course.organisation_id = db.session.execute(other).scalar_one()


def rename(course, _at):
    slug = "nobody" if course.id % 2 else "somebody"
    db.session.execute(
        sa.update(Organisation).where(Organisation.id == course.organisation_id).values(slug=f"{slug}-{course.id}")
    )


def hang_skill(_course, _at):
    wide = db.session.execute(sa.select(Skill.id).where(Skill.code == "data")).scalar_one()
    db.session.execute(sa.update(Skill).where(Skill.code == "writing").values(parent_id=wide))


def free_skill(_course, _at):
    db.session.execute(sa.update(Skill).where(Skill.code == "writing").values(parent_id=None))


CHANGES = (close_offering, reprice, close_listing, retire, relist, move, rename, hang_skill, free_skill)


@pytest.mark.parametrize("seed", range(3))
def test_the_shop_finds_counts_and_orders_as_the_database_would_also_after_changes(cast, at, seed):
    chance = random.Random(seed)
    courses = some_shelf(chance, cast, at, 30)
    for _ in range(12):
        agrees(some_wish(chance))
    for change in chance.sample(CHANGES, len(CHANGES)):
        with transaction():
            change(chance.choice(courses), at)
        agrees(Wish())
        agrees(some_wish(chance))


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_the_shelf_lets_its_revision_grow_in_the_same_transaction(cast, at, change):
    (course,) = some_shelf(random.Random(1), cast, at, 1)
    number = sa.select(CatalogueRevision.number)
    before = db.session.execute(number).scalar_one()
    with pytest.raises(ZeroDivisionError), transaction():
        change(course, at)
        raise ZeroDivisionError
    assert db.session.execute(number).scalar_one() == before
    db.session.expire_all()
    with transaction():
        change(course, at)
    assert db.session.execute(number).scalar_one() > before


def test_what_is_not_committed_is_seen_where_it_is_and_kept_nowhere(cast, at):
    course = course_on_shelf(cast.lumen, "one", at)
    wish = Wish()
    with pytest.raises(ZeroDivisionError), transaction():
        close_offering(course, at)
        assert as_shown(wish)[0] == []
        raise ZeroDivisionError
    with transaction():
        db.session.add(Skill(code="other", name={"en": "Other"}))  # the same revision as the one that was given up
    assert as_shown(wish)[0] == [course.id]


def test_a_shelf_whose_revision_does_not_grow_would_be_noticed(cast, at):
    course = course_on_shelf(cast.lumen, "one", at)
    agrees(Wish())
    with transaction():
        before = db.session.execute(sa.select(CatalogueRevision.number)).scalar_one()
        close_offering(course, at)
        db.session.execute(sa.update(CatalogueRevision).values(number=before))
    with pytest.raises(AssertionError):
        agrees(Wish())


def test_words_are_found_as_soon_as_they_are_indexed(cast, at):
    course = course_on_shelf(cast.lumen, "one", at, titles={"zh-CN": "潮汐表"})
    assert as_shown(Wish(q="潮汐"))[0] == [course.id]
    assert as_shown(Wish(q="汐潮"))[0] == []
    with transaction():
        db.session.execute(sa.update(Release).values(state="approved"))
        index_course(course.id)
    assert as_shown(Wish(q="潮汐"))[0] == []


def test_a_partner_page_lists_more_than_one_page_of_the_catalogue(cast, at):
    made = [course_on_shelf(cast.lumen, f"c{n}", later(at, n), lessons=1).id for n in range(26)]
    course_on_shelf(cast.house, "other", at)
    assert [row.course_id for row in courses_of("lumen", locale="en")] == made[::-1]
