"""Who is signed in: Flask-Login over our own sessions, so that each can be seen and ended.

The cookie holds a random token; the row holds its hash. A session ends after two
weeks without use and after two months in any case. While staff look as a person,
the actor of the request is that person and nothing can be changed.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from coursehub import clock
from coursehub.db import db, look, transaction
from coursehub.errors import Refusal
from coursehub.people.actor import HELD, Actor, Held, actor_for, actor_of, joined_to_held
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
    """Flask-Login's user: one live session and whose it is. looks_as: the person whom staff are looking as, if they are."""

    def __init__(
        self, token: str, session_id: int, person_id: int, *, seen_at: datetime, held: Held = (), locale: str = "",
        organisation_id: int | None = None, look_id: int | None = None, looks_as: int | None = None,
    ) -> None:  # fmt: skip
        """Bind a token to the session it opens."""
        self.token, self.session_id, self.person_id, self.seen_at = token, session_id, person_id, seen_at
        self.held, self.locale, self.organisation_id = held, locale, organisation_id
        self.look_id, self.looks_as = look_id, looks_as

    def get_id(self) -> str:
        """What the cookie holds."""
        return self.token

    @property
    def row(self) -> SignInSession:
        """The session."""
        return db.session.get_one(SignInSession, self.session_id)

    @property
    def person(self) -> Person:
        """Whose session it is."""
        return db.session.get_one(Person, self.person_id)

    @property
    def look(self) -> Look | None:
        """The look that staff are taking in it, if any."""
        return None if self.look_id is None else db.session.get_one(Look, self.look_id)


# Every signed-in page asks it, so it is put together once: the session, who it belongs to and what they hold.
_LIVE = (
    joined_to_held(
        sa.select(
            SignInSession.id, SignInSession.person_id, SignInSession.seen_at, SignInSession.organisation_id, Person.locale,
            Look.id.label("look_id"), Look.person_id.label("looks_as"), *HELD,
        )
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
)  # fmt: skip


def load(token: str, *, at: datetime) -> SignedIn | None:
    """The live session a token opens, or None: unknown, ended, too old, or of an erased person."""
    wanted = {"known": token_hash(token), "idle": at - IDLE, "oldest": at - LONGEST, "looking": at - LOOK_LENGTH}
    rows = look(_LIVE, wanted).all()
    if not rows:
        return None
    session_id, person_id, seen_at, organisation_id, locale, look_id, looks_as = rows[0][:7]
    return SignedIn(
        token, session_id, person_id, seen_at=seen_at, locale=locale, organisation_id=organisation_id, look_id=look_id,
        looks_as=looks_as, held=[tuple(row[7:]) for row in rows if row.look_id == look_id],
    )  # fmt: skip


def fresh_sign_in(row: SignInSession | None, at: datetime) -> bool:
    """Whether this session gave its password (or code) within the last ten minutes."""
    return row is not None and at - row.fresh_at <= FRESH


def current_session() -> SignInSession | None:
    """The session of this request, or None for an anonymous one and while staff look as somebody."""
    user = _user()
    return user.row if user is not None and user.look_id is None else None


def _user() -> SignedIn | None:
    """Flask-Login's user of this request, if somebody is signed in."""
    user = current_user._get_current_object()
    return user if isinstance(user, SignedIn) else None


def open_browser_session(token: str, row: SignInSession, person: Person) -> None:
    """Put a new session into this browser; whatever its cookie held before is dropped (no fixation)."""
    session.clear()
    session.permanent = True
    login_user(SignedIn(token, row.id, person.id, seen_at=row.seen_at, locale=person.locale, organisation_id=row.organisation_id))


def close_browser_session() -> None:
    """Take the session out of this browser's cookie."""
    logout_user()
    session.clear()


def _load_user(token: str) -> SignedIn | None:
    at = clock.now()
    user = load(token, at=at)
    if user is not None and at - user.seen_at > SEEN_EVERY:
        with transaction():
            user.row.seen_at = at
    return user


def _actor() -> Actor | None:
    user = _user()
    if user is None:
        return None
    if user.look_id is not None and user.looks_as is not None:
        return actor_for(db.session.get_one(Person, user.looks_as), looked_as_by_id=user.person_id)
    return actor_of(
        user.person_id, user.held, locale=user.locale, organisation_id=user.organisation_id, session_id=user.session_id
    )


def _refuse_changes_while_looking() -> None:
    if request.method in _CHANGES_NOTHING or request.endpoint in _ALLOWED_WHILE_LOOKING:
        return
    user = _user()
    if user is not None and user.look_id is not None:
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
