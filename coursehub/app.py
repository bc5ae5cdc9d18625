"""The application: the floor, then every room, found by its name."""

import importlib
import importlib.util
import logging
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from flask import Blueprint, Flask

from coursehub import config, db, events, jobs, logs, mail  # noqa: F401 - their tables belong to the schema
from coursehub.config import Settings
from coursehub.web import audiences, back_office, failures, filters, health, locale, security

ROOMS = (
    "people",
    "ledger",
    "billing",
    "catalog",
    "learning",
    "contracts",
    "sales",
    "talent",
    "payouts",
    "statements",
    "alliance",
    "privacy",
    "desks",
)

log = logging.getLogger(__name__)


def _part(room: str, part: str) -> ModuleType | None:
    name = f"coursehub.{room}.{part}"
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def parts(part: str) -> Iterator[ModuleType]:
    """The module of that fixed name from every room that has it, in the order of the rooms."""
    for room in ROOMS:
        module = _part(room, part)
        if module is not None:
            yield module


def load_tables() -> None:
    """Import every room's tables, so that the schema is whole."""
    for _module in parts("models"):
        pass


def _blueprints() -> Iterator[Blueprint]:
    for module in parts("views"):
        yield from getattr(module, "blueprints", None) or ([module.bp] if hasattr(module, "bp") else [])


class Application(Flask):
    """Flask, told once that nothing here is a coroutine: it asks of each hook and view, a dozen times a request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application.

    Raises OddSetting for a setting that cannot be meant so, and RuntimeError if an
    endpoint does not say for whom it is.
    """
    settings = settings or config.read()
    logs.speak(settings.log_format)
    app = Application(
        "coursehub",
        template_folder=str(config.root() / "templates"),
        static_folder=str(config.package() / "static"),
        instance_path=str(settings.instance),
    )
    app.secret_key = settings.secret_key
    app.extensions["coursehub_settings"] = settings
    settings.instance.mkdir(parents=True, exist_ok=True)
    db.init_app(app, settings.database_url)
    load_tables()
    locale.init_app(app)
    filters.init_app(app)
    failures.init_app(app)
    security.init_app(app, settings)
    for module in parts("sessions"):
        module.init_app(app)
    for part in ("letters", "jobs"):
        for _module in parts(part):
            pass
    for blueprint in (health.bp, back_office.bp, *_blueprints()):
        app.register_blueprint(blueprint)
    audiences.check_all_declared(app)
    return app
