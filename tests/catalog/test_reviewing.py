"""Checks before a submission, the reviewer's road, and who may do what."""

from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from coursehub.catalog import operations, queries
from coursehub.catalog.checks import check_release
from coursehub.catalog.models import Asset, Course, Release, ReleaseReview, Skill, Step
from coursehub.catalog.similarity import resemblance_percent, sketch
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from tests.cast import Cast
from tests.catalog.books import jupyter_book
from tests.catalog.samples import house_course, packed_at
from tests.catalog.test_releases import draft
from tests.catalog.test_search import listed


def kinds(release: Release) -> set[tuple[str, str]]:
    """What the checks find, as (kind, weight)."""
    return {(finding.kind, finding.weight) for finding in check_release(release)}


def test_a_good_draft_has_no_findings(app: Flask, cast: Cast, tmp_path: Path, at: datetime) -> None:
    assert kinds(draft(cast, tmp_path, at)) == set()


def test_each_fault_is_found(app: Flask, cast: Cast, tmp_path: Path, at: datetime) -> None:
    release = draft(cast, tmp_path, at)
    by = cast.acting(cast.pia)
    texts = {locale: {"title": "T", "summary": "", "outcomes": []} for locale in ("en", "zh-CN")}
    operations.set_facts(
        release, texts=texts, level="beginner", licence="", version="1.0.0", teachers=[], skills={}, by=by, at=at
    )
    found = {step.key: step for step in db.session.query(Step).filter(Step.release_id == release.id)}
    operations.mend_text(found["l2-read"], "en", title="T", source="## Only a heading\n", by=by, at=at)
    operations.mend_text(found["l1-read"], "en", title="T", by=by, at=at,
                         source="A long enough text [dead](nowhere.md) ![](gauge.png) ![gone](gone.png)\n")  # fmt: skip
    with transaction():
        found["l1-quiz"].kind = "video"
        found["l1-quiz"].definition = {"video": "v.mp4", "captions": {"en": "en.vtt"}}
    assert kinds(release) == {
        ("licence", "stops"), ("summary", "stops"), ("skills", "stops"), ("outcomes", "look"), ("stub", "stops"),
        ("dead_link", "stops"), ("missing_alt", "look"), ("missing_captions", "stops"), ("empty_captions", "stops"),
    }  # fmt: skip
    with pytest.raises(operations.ChecksFailed):
        operations.submit_release(release, by=by, at=at)
    assert release.state == "draft" and db.session.query(ReleaseReview).count() == 0


def test_a_skill_above_the_first_level_needs_something_graded(app: Flask, cast: Cast, tmp_path: Path, at: datetime) -> None:
    release = draft(cast, tmp_path, at)
    with transaction():
        for step in db.session.query(Step).filter(Step.release_id == release.id, Step.kind.in_(("quiz", "code"))):
            step.acceptance = {"rule": "read"}
    found = [(one.kind, one.weight, one.detail) for one in check_release(release) if one.kind == "ungraded_skill"]
    assert found == [("ungraded_skill", "stops", "Data literacy")], "sea faring, stated at level 1, may stand"
    with pytest.raises(operations.ChecksFailed):
        operations.submit_release(release, by=cast.acting(cast.pia), at=at)


def test_a_copy_of_another_course_is_noticed(app: Flask, cast: Cast, tmp_path: Path, at: datetime) -> None:
    listed(cast, tmp_path, at)
    files = {name: data.replace(b'slug = "tides"', b'slug = "waves"') for name, data in house_course().items()}
    copied = operations.import_package(
        packed_at(tmp_path / "copy.zip", files), organisation_id=cast.lumen.id, author_id=cast.eve.id, at=at
    )
    assert ("similar", "look") in kinds(copied)


def test_resemblance_is_whole_for_the_same_text_and_nothing_for_another() -> None:
    one = "潮汐是海水在月球引力作用下的周期性涨落，" * 3 + "the sea rises and falls twice a day under the pull of the moon"
    other = "A loop repeats a block of code while its condition holds; a list keeps values in order. " * 2
    assert resemblance_percent(sketch(one), sketch(one)) == 100
    assert resemblance_percent(sketch(one), sketch(other)) == 0
    assert 30 < resemblance_percent(sketch(one), sketch(one + other)) < 100
    assert resemblance_percent(sketch(""), sketch("")) == 0


def test_nobody_else_may_touch_a_draft_or_judge_it(app: Flask, cast: Cast, tmp_path: Path, at: datetime) -> None:
    release = draft(cast, tmp_path, at)
    step = db.session.query(Step).filter(Step.release_id == release.id, Step.key == "l1-read").one()
    for person in (cast.eve, cast.finn, cast.tara, cast.ada, cast.stan):
        by = cast.acting(person)
        for act in (
            lambda by=by: operations.submit_release(release, by=by, at=at),
            lambda by=by: operations.discard_draft(release, by=by, at=at),
            lambda by=by: operations.mend_text(step, "en", title="x", source="y", by=by, at=at),
            lambda by=by: operations.set_preview(release, set(), by=by, at=at),
        ):
            with pytest.raises(NotAllowed):
                act()
    review = operations.submit_release(release, by=cast.acting(cast.pia), at=at)
    for person in (cast.pia, cast.eve, cast.fay, cast.susi, cast.ada):
        for act in (
            lambda by=cast.acting(person): operations.take_review(review, by=by, at=at),
            lambda by=cast.acting(person): operations.approve_release(review, by=by, at=at),
            lambda by=cast.acting(person): operations.add_remark(review, body="x", step_key=None, by=by, at=at),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_a_review_is_decided_once(app: Flask, cast: Cast, tmp_path: Path, at: datetime) -> None:
    release = draft(cast, tmp_path, at)
    review = operations.submit_release(release, by=cast.acting(cast.pia), at=at)
    stan = cast.acting(cast.stan)
    assert review.due_at - review.submitted_at == operations.reviews.REVIEW_TIME
    with pytest.raises(operations.ReviewNotTaken):
        operations.approve_release(review, by=stan, at=at)
    operations.take_review(review, by=stan, at=at)
    operations.approve_release(review, by=stan, at=at)
    for act in (operations.approve_release, operations.request_changes):
        with pytest.raises(operations.ReviewDecided):
            act(review, summary="x", by=stan, at=at)
    with pytest.raises(operations.ReviewDecided):
        operations.withdraw_release(review, by=cast.acting(cast.pia), at=at)


def test_only_an_approved_release_can_be_listed(app: Flask, cast: Cast, tmp_path: Path, at: datetime) -> None:
    release = draft(cast, tmp_path, at)
    with pytest.raises(operations.NotApprovedYet):
        operations.list_release(release, at=at)
    with pytest.raises(operations.NotOnOffer):
        operations.retire_release(release, at=at)


def test_an_open_draft_stands_in_the_way_of_a_second_one(app: Flask, cast: Cast, tmp_path: Path, at: datetime) -> None:
    release = draft(cast, tmp_path, at)
    with pytest.raises(operations.DraftOpen):
        draft(cast, tmp_path, at)
    with pytest.raises(operations.DraftOpen):
        operations.revise_release(release, by=cast.acting(cast.pia), at=at)
    with pytest.raises(operations.SlugTaken):
        operations.import_package(
            packed_at(tmp_path / "x.zip", house_course()), organisation_id=cast.lumen.id, author_id=cast.eve.id, at=at
        )
    assert db.session.query(Course).count() == 1


def test_an_address_guessed_from_a_title_gives_way_to_another_organisations_course(
    app: Flask, cast: Cast, tmp_path: Path, at: datetime
) -> None:
    book = packed_at(tmp_path / "book.zip", jupyter_book())
    for organisation, author in ((cast.northwind, cast.pia), (cast.lumen, cast.eve)):
        operations.import_package(book, organisation_id=organisation.id, author_id=author.id, at=at)
    first, second = db.session.query(Course).order_by(Course.id)
    assert second.slug == f"{first.slug}-lumen" and second.organisation_id == cast.lumen.id
    with pytest.raises(operations.DraftOpen):  # brought again, it is the same course, not a third one
        operations.import_package(book, organisation_id=cast.lumen.id, author_id=cast.eve.id, at=at)


def test_a_new_draft_holds_everything_and_changing_it_leaves_the_old_one_alone(
    app: Flask, cast: Cast, tmp_path: Path, at: datetime
) -> None:
    _course, old = listed(cast, tmp_path, at)
    by = cast.acting(cast.pia)
    new = operations.revise_release(old, by=by, at=at)
    assert queries.changes_between(old.id, new.id, "en") == [] and new.version == "1.0.1"
    assert db.session.query(Asset).filter(Asset.release_id == new.id).count() == 2
    step = db.session.query(Step).filter(Step.release_id == new.id, Step.key == "l1-read").one()
    operations.mend_text(step, "en", title="Other", source="Quite different.", by=by, at=at)
    kept = queries.step_for(old.id, "l1-read", "en")
    assert kept is not None and kept.title == "Twice a day"


def test_the_skill_graph_is_whole_bilingual_and_loaded_once(app: Flask, at: datetime) -> None:
    assert operations.load_skills(at=at) >= 120
    assert operations.load_skills(at=at) == 0
    skills = db.session.query(Skill).all()
    ids = {skill.id for skill in skills}
    for skill in skills:
        assert skill.name["zh-CN"] and skill.name["en"] and (skill.parent_id is None or skill.parent_id in ids)
    for language in ("zh-CN", "en"):
        names = [skill.name[language] for skill in skills]
        assert len(names) == len(set(names))


def test_previews_open_their_files_and_closing_them_closes_the_files(
    app: Flask, cast: Cast, tmp_path: Path, at: datetime
) -> None:
    release = draft(cast, tmp_path, at)
    gauge, table = (queries.asset_for(release.id, f"steps/{name}") for name in ("l1-read/gauge.png", "l2-read/tides.csv"))
    assert gauge is not None and table is not None
    assert (gauge.is_public, table.is_public) == (True, False)
    operations.set_preview(release, {"l2"}, by=cast.acting(cast.pia), at=at)
    assert (gauge.is_public, table.is_public) == (False, True)
