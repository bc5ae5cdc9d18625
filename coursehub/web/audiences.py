"""Every endpoint says for whom it is, or the application does not start.

An audience answers one question about the actor of a request. It is the first
gate only: what a person may see among the objects behind it is decided by scoped
queries, and what they may do by the policies that operations require.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from coursehub.config import current_settings

if TYPE_CHECKING:
    from coursehub.people.actor import Actor

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Audience:
    """A name for documents and tests, and the question it asks of an actor."""

    name: str
    admits: "Callable[[Actor | None], bool]"
    signed_call: bool = False
    from_our_pages: bool = False


def from_loopback() -> bool:
    """Whether this request came straight from the machine itself (no proxy in between)."""
    return request.remote_addr in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers


PUBLIC = Audience("public", lambda _actor: True)
SIGNED_IN = Audience("signed in", lambda actor: actor is not None)
# A harmless choice (language, theme): its form carries no token, so that a page that holds it needs no session;
# instead the browser must say that the form stood on one of our own pages.
OUR_PAGES = Audience("anybody, from our own pages", lambda _actor: True, from_our_pages=True)
SIGNED_CALL = Audience("signed call", lambda _actor: True, signed_call=True)
HOUSE_OR_DEMO = Audience(
    "staff, or anybody on a demo's own machine",
    lambda actor: (actor is not None and actor.is_staff) or (current_settings().demo and from_loopback()),
)


def STAFF(*roles: str) -> Audience:  # noqa: N802 - reads as a constant above a view
    """Members of the house with any of these staff roles, or any staff role at all."""
    wanted = frozenset(roles)

    def admits(actor: "Actor | None") -> bool:
        return actor is not None and actor.is_staff and (not wanted or bool(actor.staff_roles & wanted))

    return Audience("staff " + " ".join(roles) if roles else "staff", admits)


def PARTNER(*roles: str) -> Audience:  # noqa: N802
    """Somebody who acts for an organisation that may sell, in one of these roles."""

    def admits(actor: "Actor | None") -> bool:
        return (
            actor is not None
            and actor.organisation_id is not None
            and "sells" in actor.rights
            and (not roles or actor.has_role(*roles))
        )

    return Audience("partner " + " ".join(roles) if roles else "partner", admits)


def EMPLOYER(*roles: str) -> Audience:  # noqa: N802
    """Somebody who acts for an organisation that may hire, in one of these roles."""

    def admits(actor: "Actor | None") -> bool:
        return (
            actor is not None
            and actor.organisation_id is not None
            and "hires" in actor.rights
            and (not roles or actor.has_role(*roles))
        )

    return Audience("employer " + " ".join(roles) if roles else "employer", admits)


ALLIANCE = Audience(
    "members of the alliance, partners and staff",
    lambda actor: actor is not None and (actor.is_staff or bool(actor.rights & {"member", "sells"})),
)


def MEMBER_OF(*roles: str) -> Audience:  # noqa: N802
    """Somebody who acts for any organisation, in one of these roles."""

    def admits(actor: "Actor | None") -> bool:
        return actor is not None and actor.organisation_id is not None and (not roles or actor.has_role(*roles))

    return Audience("member " + " ".join(roles) if roles else "member", admits)


def access(audience: Audience) -> Callable[[View], View]:
    """Declare for whom a view is. Stands directly below its `@bp.route`."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            actor = current_actor()
            if not audience.admits(actor):
                return _turn_away(actor)
            return cast(ResponseReturnValue, view(*args, **kwargs))

        guarded.__audience__ = audience  # type: ignore[attr-defined]
        return cast(View, guarded)

    return declare


def _turn_away(actor: "Actor | None") -> ResponseReturnValue:
    if actor is not None or request.method not in ("GET", "HEAD"):
        abort(403)
    return redirect(url_for("people.sign_in", next=request.full_path.rstrip("?")), 303)


_UNASKED = object()


def current_actor() -> "Actor | None":
    """Who asks: a person and the organisation they act for, or nobody. Loaded once a request."""
    kept = g.get("actor", _UNASKED)
    if kept is _UNASKED:
        loader: Callable[[], Actor | None] | None = current_app.extensions.get("coursehub_actor_loader")
        kept = g.actor = loader() if loader else None
    return cast("Actor | None", kept)


def signed_in_actor() -> "Actor":
    """Who asks, in a view that only signed-in people reach."""
    actor = current_actor()
    if actor is None:
        abort(403)
    return actor


def audience_of(app: Flask, endpoint: str) -> Audience | None:
    """What an endpoint has declared, or nothing."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return PUBLIC
    return getattr(app.view_functions[endpoint], "__audience__", None)


def check_all_declared(app: Flask) -> None:
    """Refuse to start while an endpoint has not said for whom it is.

    Raises RuntimeError that names them.
    """
    silent = sorted(endpoint for endpoint in app.view_functions if audience_of(app, endpoint) is None)
    if silent:
        raise RuntimeError(f"these endpoints declare no audience: {', '.join(silent)}")
