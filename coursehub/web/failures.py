"""Errors as pages: a sentence, what to do next, and for our own mistakes a request id."""

import logging
import secrets

import sqlalchemy as sa
from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.web.pages import page

log = logging.getLogger(__name__)


def _wording(code: int) -> tuple[str, str]:
    words = {
        400: (_("That request did not make sense"), _("Go back, load the page again and try once more.")),
        403: (
            _("This page is not for you"),
            _("Sign in with another account, or ask the owner of your organisation for access."),
        ),
        404: (_("There is nothing at this address"), _("It may have moved, or you may not be allowed to see it.")),
        405: (_("This address does not take that action"), _("Go back and use the page's own buttons.")),
        413: (_("That file is too large"), _("Files up to 256 MB can be uploaded. Make it smaller and try again.")),
        429: (_("Too many tries"), _("Wait a few minutes, then try again.")),
        503: (_("We cannot save anything right now"), _("Nothing you did was lost. Try again in a minute.")),
    }
    return words.get(code, (_("Something went wrong on our side"), _("We have written it down. Try again in a minute.")))


def _answer(code: int, title: str | None = None, text: str | None = None) -> ResponseReturnValue:
    known_title, known_text = _wording(code)
    return page(
        "errors/error.html", status=code, code=code,
        title=title or known_title, text=text or known_text, request_id=g.get("request_id"),
    )  # fmt: skip


def init_app(app: Flask) -> None:
    """Give each request an id and each failure a page."""

    @app.before_request
    def _number() -> None:
        g.request_id = secrets.token_hex(6)

    @app.after_request
    def _show_number(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "-")
        return response

    @app.errorhandler(Refusal)
    def _refused(refusal: Refusal) -> ResponseReturnValue:
        db.session.rollback()
        return _answer(refusal.status, _("That is not possible"), str(refusal))

    @app.errorhandler(CSRFError)
    def _forged(_error: CSRFError) -> ResponseReturnValue:
        return _answer(400, _("This form is too old"), _("Load the page again and send it once more. Nothing was changed."))

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None or error.code is None:
            return error
        return _answer(error.code)

    @app.errorhandler(sa.exc.OperationalError)
    def _database_away(error: sa.exc.OperationalError) -> ResponseReturnValue:
        log.error("request %s: the database did not answer: %s", g.get("request_id"), error.orig)
        db.session.rollback()
        return ("503\n", 503, {"Retry-After": "30", "Content-Type": "text/plain"})

    @app.errorhandler(Exception)
    def _our_mistake(error: Exception) -> ResponseReturnValue:
        if app.config.get("PROPAGATE_EXCEPTIONS"):
            raise error
        log.exception("request %s failed: %s %s", g.get("request_id"), request.method, request.endpoint)
        db.session.rollback()
        return _answer(500)
