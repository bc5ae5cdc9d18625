"""Who is signed in: Flask-Login over our own sessions, so that each can be seen and ended.

The cookie holds a random token; the row holds its hash. A session ends after two
weeks without use and after two months in any case. While staff look as a person,
the actor of the request is that person and nothing can be changed.
"""

from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from flask import Flask, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from coursehub import clock
from coursehub.db import db, transaction
from coursehub.errors import Refusal
from coursehub.people.actor import HELD, Actor, Held, actor_for, joined_to_held
from coursehub.people.models import Look, Membership, Organisation, Person, SignInSession
from coursehub.people.tokens import token_hash

IDLE = timedelta(days=14)
LONGEST = timedelta(days=60)
FRESH = timedelta(minutes=10)
LOOK_LENGTH = timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=5)
COOKIE_KEY = "_user_id"
"""Where Flask-Login keeps our token in the signed cookie."""

_CHANGES_NOTHING = ("GET", "HEAD", "OPTIONS")
_ALLOWED_WHILE_LOOKING = ("people.end_look", "people.sign_out", "desks.choose_language", "desks.choose_theme")


class OnlyLooking(Refusal):
    """You are looking at somebody else's account. You can see it, but you cannot change anything in it."""

    status = 403


class SignedIn(UserMixin):
    """Flask-Login's user: one live session and the person it belongs to."""

    def __init__(
        self, token: str, row: SignInSession, person: Person, look: Look | None = None, held: Held | None = None
    ) -> None:
        """Bind a token to the rows it stands for; held: what the person holds, where that was read with them."""
        self.token, self.row, self.person, self.look, self.held = token, row, person, look, held

    def get_id(self) -> str:
        """What the cookie holds."""
        return self.token


# Every signed-in page asks it, so it is put together once: the session, who it belongs to and what they hold.
_LIVE = (
    joined_to_held(
        sa.select(SignInSession, Person, Look, *HELD)
        .join(Person, Person.id == SignInSession.person_id)
        .outerjoin(
            Look,
            sa.and_(Look.session_id == SignInSession.id, Look.ended_at.is_(None), Look.begun_at > sa.bindparam("looking")),
        )
        .where(
            SignInSession.token_hash == sa.bindparam("known"),
            SignInSession.ended_at.is_(None),
            SignInSession.seen_at > sa.bindparam("idle"),
            SignInSession.begun_at > sa.bindparam("oldest"),
            Person.erased_at.is_(None),
        )
    )
    .order_by(None)
    .order_by(Look.id.desc(), Organisation.is_house.desc(), Membership.since_at, Membership.id)
)


def load(token: str, *, at: datetime) -> SignedIn | None:
    """The live session a token opens, or None: unknown, ended, too old, or of an erased person."""
    wanted = {"known": token_hash(token), "idle": at - IDLE, "oldest": at - LONGEST, "looking": at - LOOK_LENGTH}
    rows = db.session.execute(_LIVE, wanted).all()
    if not rows:
        return None
    session, person, look = rows[0][:3]
    return SignedIn(token, session, person, look, [tuple(row[3:]) for row in rows if row[2] is look])


def fresh_sign_in(row: SignInSession | None, at: datetime) -> bool:
    """Whether this session gave its password (or code) within the last ten minutes."""
    return row is not None and at - row.fresh_at <= FRESH


def current_session() -> SignInSession | None:
    """The session of this request, or None for an anonymous one and while staff look as somebody."""
    user = cast("SignedIn", current_user)
    return user.row if user and user.is_authenticated and user.look is None else None


def open_browser_session(token: str, row: SignInSession, person: Person) -> None:
    """Put a new session into this browser; whatever its cookie held before is dropped (no fixation)."""
    session.clear()
    session.permanent = True
    login_user(SignedIn(token, row, person))


def close_browser_session() -> None:
    """Take the session out of this browser's cookie."""
    logout_user()
    session.clear()


def _load_user(token: str) -> SignedIn | None:
    at = clock.now()
    user = load(token, at=at)
    if user is not None and at - user.row.seen_at > SEEN_EVERY:
        with transaction():
            user.row.seen_at = at
    return user


def _actor() -> Actor | None:
    user = cast("SignedIn", current_user)
    if not user or not user.is_authenticated:
        return None
    if user.look is not None:
        person = db.session.get_one(Person, user.look.person_id)
        return actor_for(person, looked_as_by_id=user.look.staff_id)
    return actor_for(user.person, user.row.organisation_id, user.row, held=user.held)


def _refuse_changes_while_looking() -> None:
    if request.method in _CHANGES_NOTHING or request.endpoint in _ALLOWED_WHILE_LOOKING:
        return
    user = cast("SignedIn", current_user)
    if user and user.is_authenticated and user.look is not None:
        raise OnlyLooking


def init_app(app: Flask) -> None:
    """Teach the application who is signed in."""
    manager = LoginManager(app)
    manager.session_protection = None  # our rows end sessions; a phone that changes networks stays signed in
    manager.user_loader(_load_user)
    app.config.setdefault("PERMANENT_SESSION_LIFETIME", LONGEST)
    app.permanent_session_lifetime = LONGEST
    app.extensions["coursehub_actor_loader"] = _actor
    app.before_request(_refuse_changes_while_looking)
