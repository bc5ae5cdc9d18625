"""Sessions: beginning and ending them."""

from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.people.audit import note
from coursehub.people.models import Person, SignInSession
from coursehub.people.tokens import new_token, token_hash


def begin_session(person: Person, *, device: str, at: datetime) -> tuple[SignInSession, str]:
    """Begin a session for somebody who has proved who they are; gives the row and the token for the cookie."""
    token = new_token()
    with transaction():
        row = SignInSession(
            person_id=person.id, token_hash=token_hash(token), device=device[:80], begun_at=at, seen_at=at, fresh_at=at
        )
        db.session.add(row)
        db.session.flush()
        note("signed_in", at=at, person_id=person.id, by_id=person.id, device=device[:80])
    return row, token


def end_session(row: SignInSession, *, at: datetime) -> None:
    """End one session; a second time changes nothing."""
    with transaction():
        if row.ended_at is None:
            row.ended_at = at
            note("signed_out", at=at, person_id=row.person_id, by_id=row.person_id)


def end_all_sessions(person: Person, *, at: datetime, but: SignInSession | None = None) -> int:
    """End every session of a person, except `but`; says how many ended."""
    with transaction():
        live = sa.select(SignInSession).where(SignInSession.person_id == person.id, SignInSession.ended_at.is_(None))
        ending = [row for row in db.session.execute(live).scalars() if but is None or row.id != but.id]
        for row in ending:
            row.ended_at = at
        note("signed_out_everywhere", at=at, person_id=person.id, by_id=person.id, sessions=len(ending))
    return len(ending)
