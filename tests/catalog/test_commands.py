"""`coursehub import` from the command line."""

import json
from pathlib import Path

from flask import Flask

from coursehub.catalog.commands import import_course
from coursehub.catalog.models import Release
from coursehub.db import db
from tests.cast import Cast
from tests.catalog.samples import house_course, packed_at


def run(app: Flask, *arguments: str) -> tuple[int, str, str]:
    """Exit code, what was said, and what was complained."""
    result = app.test_cli_runner().invoke(import_course, arguments)
    return result.exit_code, result.stdout, result.stderr


def test_a_dry_run_reports_and_writes_nothing(app: Flask, cast: Cast, tmp_path: Path) -> None:
    path = packed_at(tmp_path / "tides.zip", house_course(), "tides-main/")
    code, said, _complained = run(app, str(path), "--dry-run")
    assert code == 0 and "nothing was written" in said
    assert f"files: {len(house_course())} in = 2 kept + " in said
    assert db.session.query(Release).count() == 0
    report = json.loads(run(app, str(path), "--dry-run", "--json")[1])
    assert report["balanced"] and report["slug"] == "tides" and report["release"] is None


def test_an_import_makes_a_draft_of_the_house_or_of_the_organisation_named(app: Flask, cast: Cast, tmp_path: Path) -> None:
    assert cast.northwind.id != cast.house.id
    path = packed_at(tmp_path / "tides.zip", house_course())
    code, said, _complained = run(app, str(path), "--organisation", "northwind")
    release = db.session.query(Release).one()
    assert code == 0 and f"draft: {release.public_id}" in said
    again = run(app, str(path), "--organisation", "northwind")
    assert again[0] == 2 and "open draft" in again[2]
    elsewhere = run(app, str(path))
    assert elsewhere[0] == 2 and "belongs to another organisation" in elsewhere[2]


def test_a_folder_is_read_as_well_as_a_zip(app: Flask, cast: Cast, tmp_path: Path) -> None:
    assert cast.house.is_house
    for name, data in house_course().items():
        path = tmp_path / "tides" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert run(app, str(tmp_path / "tides"))[0] == 0


def test_what_cannot_be_done_is_one_sentence_and_exit_two(app: Flask, cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"not a zip")
    code, said, complained = run(app, str(tmp_path / "bad.zip"))
    assert (code, said) == (2, "") and complained.strip().endswith("try again.") and complained.count("\n") == 1
    path = packed_at(tmp_path / "tides.zip", house_course())
    assert run(app, str(path), "--organisation", "nobody")[0] == 2
