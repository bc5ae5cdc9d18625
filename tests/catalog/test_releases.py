"""Drafts, freezing, hashes, and what the database refuses."""

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from coursehub.catalog import operations, queries
from coursehub.catalog.manifest import hash_of, manifest_of
from coursehub.catalog.models import Release, Step, StepText
from coursehub.db import db, transaction
from tests.cast import Cast
from tests.catalog.samples import house_course, packed_at


def draft(cast: Cast, tmp_path: Path, at: datetime, **changes: str) -> Release:
    """Pia's course as a draft."""
    operations.load_skills(at=at)
    path = packed_at(tmp_path / "tides.zip", house_course(**changes))
    return operations.import_package(path, organisation_id=cast.northwind.id, author_id=cast.pia.id, at=at)


def test_a_package_becomes_a_draft_with_every_language(app: Flask, cast: Cast, tmp_path: Path, at: datetime) -> None:
    release = draft(cast, tmp_path, at)
    assert (release.state, release.number, release.content_hash) == ("draft", 1, None)
    english, chinese = queries.outline(release.id, "en"), queries.outline(release.id, "zh-CN")
    assert [step.key for step in english.steps] == [step.key for step in chinese.steps]
    assert english.title == "Reading the tide" and chinese.title == "读懂潮汐"
    step = queries.step_for(release.id, "l1-read", "en")
    assert step is not None
    shown = queries.placed(step.html, steps="/learn/x", assets="/learn/x/assets")
    assert 'src="/learn/x/assets/steps/l1-read/gauge.png"' in shown
    assert 'href="/learn/x/l2-read"' in shown
    quiz = queries.step_for(release.id, "l1-quiz", "zh-CN")
    assert quiz is not None and quiz.texts_html["how-often.prompt"] == "一天里有几次<em>高</em>潮？"
    assert [skill.code for skill in queries.skills_of(release.id, "en")] == ["data.literacy"]
    assert {"page": "course.toml", "kind": "unknown_skill", "detail": "sea.faring"} in release.report["remarks"]


def test_submitting_freezes_and_hashes_and_the_database_keeps_it_so(app: Flask, cast: Cast, tmp_path: Path, at: datetime) -> None:
    release = draft(cast, tmp_path, at)
    operations.submit_release(release, by=cast.acting(cast.pia), at=at)
    assert release.content_hash == hash_of(manifest_of(release))
    for statement in (
        sa.update(StepText).where(StepText.release_id == release.id).values(source="changed"),
        sa.update(Step).where(Step.release_id == release.id).values(definition={}),
        sa.delete(Step).where(Step.release_id == release.id),
        sa.update(Release).where(Release.id == release.id).values(licence="none"),
        sa.delete(Release).where(Release.id == release.id),
    ):
        with pytest.raises(sa.exc.IntegrityError), transaction():
            db.session.execute(statement)
    with transaction():
        db.session.execute(sa.update(StepText).where(StepText.release_id == release.id).values(html="<p>anew</p>"))


def test_the_hash_tells_any_change(app: Flask, cast: Cast, tmp_path: Path, at: datetime) -> None:
    release = draft(cast, tmp_path, at)
    before = hash_of(manifest_of(release))
    step = queries.step_for(release.id, "l2-read", "en")
    assert step is not None
    row = db.session.get_one(Step, step.id)
    operations.mend_text(row, "en", title=step.title, source=step.source + "x", by=cast.acting(cast.pia), at=at)
    assert hash_of(manifest_of(release)) != before
    operations.undo_mend(row, "en", by=cast.acting(cast.pia), at=at)
    assert hash_of(manifest_of(release)) == before
