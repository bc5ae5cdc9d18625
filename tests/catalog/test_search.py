"""Search finds two Chinese characters, whole and begun words, the same on both databases."""

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from coursehub import search
from coursehub.catalog import operations, queries
from coursehub.catalog.models import Course, Release
from coursehub.db import db, transaction
from tests.cast import Cast
from tests.catalog.samples import house_course, packed_at
from tests.catalog.test_releases import draft

TEXTS = {
    1: ("Python编程教程", "从零开始学习数据分析与可视化"),
    2: ("Reading the tide", "Data analysis for C++ and C# programmers, café au lait"),
    3: ("量潮课堂", "课堂数据"),
}


@pytest.fixture
def indexed(app: Flask) -> None:
    """Three things in the index."""
    with transaction():
        for id, (head, body) in TEXTS.items():
            search.put("thing", id, "zh-CN", body, head=head)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("数据", {1, 3}), ("教程", {1}), ("编程", {1}), ("潮课", {3}), ("据分", {1}), ("课", {3}), ("数据分析", {1}), ("分析数据", set()),
        ("python", {1}), ("PYTH", {1}), ("Ｐｙｔｈｏｎ", {1}), ("ython", set()), ("data analysis", {2}), ("analysis data", {2}),
        ("c++", {2}), ("C#", {2}), ("Python 数据", {1}), ("tide 数据", set()), ("café", {2}), ("cafe", set()),
        ("", set()), ("'\"*)(&|!:", set()), ("NEAR(a b)", set()), ("数据' OR 1", set()), ("-- ;", set()),
    ],
)  # fmt: skip
def test_words_are_found_alike_on_both_databases(indexed: None, query: str, found: set[int]) -> None:
    assert set(search.ids_matching("thing", query)) == found
    assert search.ids_matching("other", query) == []


def test_a_word_in_the_title_weighs_more(app: Flask) -> None:
    with transaction():
        search.put("thing", 1, "en", "tide " + "water " * 20, head="Sand")
        search.put("thing", 2, "en", "sand " * 3, head="Tide")
        for n in range(3, 9):
            search.put("thing", n, "en", "nothing of the kind", head="Other")
    assert search.ids_matching("thing", "tide") == [2, 1]


def test_putting_again_replaces_and_dropping_forgets(indexed: None) -> None:
    with transaction():
        search.put("thing", 1, "zh-CN", "完全不同")
        search.put("thing", 1, "en", "tide pools")
    assert search.ids_matching("thing", "教程") == [] and 1 in search.ids_matching("thing", "tide")
    assert search.ids_matching("thing", "tide", locale="zh-CN") == [2]
    with transaction():
        search.drop("thing", 1)
    assert search.ids_matching("thing", "tide") == [2]


@given(st.text(max_size=60))
def test_any_text_gives_harmless_tokens(text: str) -> None:
    for token in search.index_tokens(text):
        assert token and not set(token) & set(" '\"&|!:*()<>\\\0")


@given(st.text(alphabet="学习数据分析编程教程课堂abc ", min_size=2, max_size=20))
def test_every_pair_of_neighbouring_characters_of_a_text_is_among_its_tokens(text: str) -> None:
    tokens = set(search.index_tokens(text))
    for run in search._runs(text):
        assert set(search.bigrams(run)) <= tokens


def test_any_query_is_answered_without_an_error(indexed: None) -> None:
    for query in ("a" * 5000, "数" * 500, "\0", "💥 🐍", "AND OR NOT", '"a" AND', "a*b*c", "{", "\\", "%", "a" + "\u0301" * 50):
        search.ids_matching("thing", query)


def listed(cast: Cast, tmp_path: Path, at: datetime) -> tuple[Course, Release]:
    """Pia's course, on offer."""
    release = draft(cast, tmp_path, at)
    review = operations.submit_release(release, by=cast.acting(cast.pia), at=at)
    operations.take_review(review, by=cast.acting(cast.stan), at=at)
    operations.approve_release(review, by=cast.acting(cast.stan), at=at)
    operations.list_release(release, at=at)
    return db.session.get_one(Course, release.course_id), release


def found(**filters: object) -> set[int]:
    """Ids that the catalogue's search gives."""
    return {row.course_id for row in db.session.execute(queries.search_courses(**filters))}  # type: ignore[arg-type]


def test_the_catalogue_finds_listed_courses_only_and_by_every_filter(
    app: Flask, cast: Cast, tmp_path: Path, at: datetime
) -> None:
    before = queries.catalogue_revision()
    release = draft(cast, tmp_path, at)
    assert found() == set() and found(query="潮汐") == set()
    db.session.expire_all()
    operations.discard_draft(release, by=cast.acting(cast.pia), at=at)
    course, _release = listed(cast, tmp_path, at)
    assert queries.catalogue_revision() > before
    for filters in (
        {}, {"query": "潮汐"}, {"query": "岸边"}, {"query": "tide table"}, {"query": "data literacy"}, {"query": "数据素养"},
        {"level": "beginner"}, {"skill": "data.literacy"}, {"skill": "data"}, {"language": "zh-CN"},
        {"organisation_id": cast.northwind.id}, {"query": "tide", "skill": "data", "level": "beginner"},
    ):  # fmt: skip
        assert found(**filters) == {course.id}, filters
    for filters in ({"query": "火山"}, {"level": "advanced"}, {"skill": "git"}, {"language": "fr"}, {"organisation_id": 999}):
        assert found(**filters) == set(), filters
    assert queries.skills_with_listings("zh-CN") == [("data.literacy", "数据素养", 1)]
    operations.retire_release(_release, at=at)
    assert found(query="潮汐") == set() and found() == set()


def test_a_new_release_takes_the_place_of_the_old_one_which_stays_readable(
    app: Flask, cast: Cast, tmp_path: Path, at: datetime
) -> None:
    course, old = listed(cast, tmp_path, at)
    path = packed_at(tmp_path / "two.zip", house_course(version="1.1.0", table="Nothing is as it was: the table is quite new."))
    new = operations.import_package(path, organisation_id=cast.northwind.id, author_id=cast.pia.id, at=at)
    assert new.course_id == course.id and new.number == 2
    different = queries.changes_between(old.id, new.id, "en")
    assert [(change.key, change.change) for change in different] == [("l2-read", "changed")]
    assert {line.kind for line in different[0].lines} >= {"added", "removed"}
    review = operations.submit_release(new, by=cast.acting(cast.pia), at=at)
    operations.take_review(review, by=cast.acting(cast.stan), at=at)
    operations.approve_release(review, by=cast.acting(cast.stan), at=at)
    operations.list_release(new, at=at)
    assert (old.state, new.state, queries.current_release(course.id)) == ("retired", "listed", new)
    kept = queries.step_for(old.id, "l2-read", "en")
    assert kept is not None and "for the whole month" in kept.source


def test_two_releases_of_a_course_cannot_both_be_listed(app: Flask, cast: Cast, tmp_path: Path, at: datetime) -> None:
    course, old = listed(cast, tmp_path, at)
    draft_again = operations.revise_release(old, by=cast.acting(cast.pia), at=at)
    operations.submit_release(draft_again, by=cast.acting(cast.pia), at=at)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(sa.update(Release).where(Release.course_id == course.id).values(state="listed"))
