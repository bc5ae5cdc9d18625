"""Building the demo: an empty database becomes a lived-in one, or nothing is kept."""

import gc
import logging
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale

from coursehub import clock, config, rails, schema
from coursehub.app import create_app
from coursehub.config import OddSetting, Settings
from coursehub.db import db
from coursehub.demo.agenda import Agenda
from coursehub.demo.judges import Judges
from coursehub.demo.past import PastRail
from coursehub.demo.story import tell
from coursehub.learning.grading.isolation import isolation_available
from coursehub.people.models import Organisation

Tell = Callable[[str], object]


def build(*, rebuild: bool, tell: Tell, app: Flask | None = None) -> None:
    """Build the demo into an empty installation; with `rebuild`, throw the present one away first.

    Raises OddSetting when the installation is not a demo or is not empty.
    """
    started = time.monotonic()
    settings = config.read() if app is None else app.extensions["coursehub_settings"]
    if rebuild:
        _throw_away(settings)
    app = app or create_app(settings)
    with app.app_context(), force_locale("zh_Hans_CN"):
        schema.migrate()
        if db.session.execute(sa.select(Organisation.id).limit(1)).first():
            raise OddSetting("This installation is not empty. Use `make demo` to throw a demo away and build it anew.")
        if not isolation_available():
            tell("No isolation for code exercises here (install bubblewrap): the demo leaves their attempts out.")
        try:
            with _without_waiting_for_the_disk(), _without_sweeping():
                tell_story(app)
        except BaseException:
            _throw_away(settings)
            raise
    tell(f"The demo was built in {time.monotonic() - started:.0f} s.")


def tell_story(app: Flask) -> None:
    """Let twelve months happen, ending now."""
    settings: Settings = app.extensions["coursehub_settings"]
    end = clock.now().replace(microsecond=0)
    past = PastRail(settings.instance / "sandbox.sqlite3", public_url=settings.stripe_base_url, at=end)
    judges = Judges(app)
    agenda = Agenda(end=end, rail=past, judges=judges)
    try:
        with rails.use(past):
            tell(agenda, name=settings.house_name, name_en=settings.house_name_en, slug=settings.house_slug)
            agenda.run()
    finally:
        judges.close()
        past.close()


@contextmanager
def _without_waiting_for_the_disk() -> Iterator[None]:
    """On SQLite, let commits return before they are on the disk: a build that is cut off is thrown away as a whole."""
    hurry = "PRAGMA synchronous=OFF"
    sqlite = db.engine.dialect.name == "sqlite"

    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(hurry)

    db.session.remove()
    db.engine.dispose()
    if sqlite:
        sa.event.listen(db.engine, "connect", on_connect)
    try:
        yield
    finally:
        db.session.remove()
        db.engine.dispose()
        if sqlite:
            sa.event.remove(db.engine, "connect", on_connect)


@contextmanager
def _without_sweeping() -> Iterator[None]:
    """Let Python not look for rings of objects again and again while hundreds of thousands are made that stay."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _throw_away(settings: Settings) -> None:
    """Remove a demo's data. Only SQLite in our own instance folder: nobody's server is emptied by a command."""
    if not settings.database_url.startswith("sqlite:///"):
        raise OddSetting("A demo on PostgreSQL is rebuilt in a new, empty database: create one and set DATABASE_URL.")
    logging.getLogger(__name__).info("throwing the demo away")
    live = settings.instance / settings.database_url.rsplit("/", 1)[1]
    for name in (live, settings.instance / "sandbox.sqlite3"):
        for suffix in ("", "-wal", "-shm"):
            name.with_name(name.name + suffix).unlink(missing_ok=True)
    shutil.rmtree(settings.files, ignore_errors=True)
