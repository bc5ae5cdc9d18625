"""Making the sandbox's application."""

from pathlib import Path

from flask import Flask
from flask_babel import Babel

from coursehub.config import root
from coursehub.sandbox import api, api_v2, bank, control, pages, payee_pages, shapes
from coursehub.sandbox.store import Store


def create_sandbox(path: Path | None = None, *, public_url: str = "http://127.0.0.1", with_control: bool = False) -> Flask:
    """The sandbox over the state file at `path` (None: memory), its pay pages under `public_url`."""
    app = Flask(
        "coursehub.sandbox", template_folder=str(root() / "templates"), static_folder=str(Path(__file__).parent / "static")
    )
    app.config["PUBLIC_URL"] = public_url.rstrip("/")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(Path(__file__).resolve().parent.parent / "translations")
    Babel(app, locale_selector=pages.language)
    app.extensions["sandbox_store"] = Store(path)
    app.register_blueprint(api.bp)
    app.register_blueprint(api_v2.bp)
    app.register_blueprint(pages.bp)
    app.register_blueprint(bank.bp)
    app.register_blueprint(payee_pages.bp)
    if with_control:
        app.register_blueprint(control.bp)
    return app


def store_of(app: Flask) -> Store:
    """The state behind an application made here."""
    store: Store = app.extensions["sandbox_store"]
    return store


def connect_webhook(store: Store, *, url: str, secret: str) -> None:
    """Send every event to `url`, signed with `secret`; said again at each start, it stays one endpoint."""
    with store.transaction():
        known = [e for e in store.matching("webhook_endpoint") if e.get("_configured")]
        body = (
            known[0]
            if known
            else shapes.webhook_endpoint(id=shapes.new_id("we"), created=store.now(), enabled_events=["*"], _configured=True)
        )
        store.put(body | {"url": url, "_secret": secret})
