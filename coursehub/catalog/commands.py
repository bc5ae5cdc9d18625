"""`coursehub import` and `coursehub skills`: the catalogue from the command line."""

import json
import sys
from pathlib import Path

import click
import sqlalchemy as sa
from flask_babel import force_locale

from coursehub import clock
from coursehub.archives import open_package
from coursehub.catalog import operations
from coursehub.catalog.importers import read_course
from coursehub.catalog.rendering import render_course
from coursehub.catalog.source import CourseSource
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people.models import Organisation


@click.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Report only; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
@click.option("--organisation", "slug", default=None, help="Whose course it is; the house without it.")
def import_course(path: Path, dry_run: bool, as_json: bool, slug: str | None) -> None:
    """Read a course package (zip or folder) and make it a draft. Nothing in it is run."""
    with force_locale("en"):
        try:
            package = open_package(path)
            source = read_course(package)
            if dry_run:
                render_course(source)
                _print(source, as_json, None)
                return
            organisation = _organisation(slug)
            operations.load_skills(at=clock.now())
            prepared = operations.prepare(source, package)
            release = operations.create_draft(prepared, organisation_id=organisation.id, author_id=None, at=clock.now())
        except Refusal as refusal:
            click.echo(str(refusal), err=True)
            sys.exit(2)
        _print(source, as_json, release.public_id)


@click.command("skills")
def load_skills() -> None:
    """Bring the skill graph in line with the file that comes with coursehub."""
    click.echo(f"{operations.load_skills(at=clock.now())} skills added or changed")


def _organisation(slug: str | None) -> Organisation:
    which = Organisation.slug == slug if slug else Organisation.is_house
    found = db.session.execute(sa.select(Organisation).where(which)).scalar_one_or_none()
    if found is None:
        click.echo(f"There is no organisation with the slug {slug}." if slug else "The house has not been founded yet.", err=True)
        sys.exit(2)
    return found


def _print(source: CourseSource, as_json: bool, release_id: str | None) -> None:
    report = source.report.as_dict()
    if as_json:
        facts = {"format": source.format, "slug": source.slug, "version": source.version, "release": release_id}
        click.echo(json.dumps(facts | report, ensure_ascii=False, indent=2))
        return
    counts = report["counts"]
    click.echo(f"{source.titles[source.languages[0]]} ({source.format}, {source.version}, {', '.join(source.languages)})")
    click.echo(
        f"files: {report['files_in']} in = {counts['kept']} kept + {counts['converted']} converted + {counts['dropped']} dropped"
    )
    made = report["made"]
    click.echo(f"made:  {made['phases']} phases, {made['lessons']} lessons, {made['steps']} steps, {made['files']} files")
    links = report["links"]
    click.echo(f"links: {links['inside']} inside, {links['outside']} outside, {links['broken']} broken")
    for title, lines in (
        ("stubs", report["stubs"]),
        ("orphans (no page leads to them)", report["orphans"]),
        ("broken links", [f"{one['page']}: {one['detail']}" for one in report["broken_links"]]),
        ("images without words", [f"{one['page']}: {one['detail']}" for one in report["missing_alt"]]),
        ("cells that are meant to fail", [f"{one['page']}: {one['detail']}" for one in report["expected_errors"]]),
        ("dropped", [f"{one['path']} ({one['reason']})" for one in report["fates"] if one["fate"] == "dropped"]),
    ):
        if lines:
            click.echo(f"{title}: {len(lines)}")
            for line in lines:
                click.echo(f"  {line}")
    click.echo(f"draft: {release_id}" if release_id else "nothing was written")


commands = [import_course, load_skills]
