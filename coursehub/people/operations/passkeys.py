"""Passkeys: added, removed, and used to prove that it is their holder who asks."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people import letters, passkeys, policies
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.people.models import Passkey, Person, SignInSession
from coursehub.people.passkeys import PasskeyRefused
from coursehub.people.tokens import new_token, token_hash

MOST = 10


class TooManyPasskeys(Refusal):
    """You have ten passkeys. Remove one that you no longer use, then add the new one."""


class PasskeyKnown(Refusal):
    """This passkey is here already."""


def add_passkey(answer: str, *, name: str, session: str, by: Actor, at: datetime) -> Passkey:
    """Keep the public half of a key that a device of theirs has just made; the view has made sure that the sign-in is fresh.

    answer: what the browser gave, as JSON. session: the public id of the session that asked.
    Raises PasskeyRefused, PasskeyKnown or TooManyPasskeys.
    """
    require(policies.may_change_own_account(by))
    challenge = passkeys.challenge_in(answer)
    passkeys.issued_ms(challenge, "add", session, at=at)
    made = passkeys.read_new_key(answer, challenge=challenge)
    try:
        with transaction():
            lock(by.person)
            held = sa.select(sa.func.count()).select_from(Passkey).where(Passkey.person_id == by.person_id)
            if db.session.execute(held).scalar_one() >= MOST:
                raise TooManyPasskeys
            row = Passkey(
                person_id=by.person_id, credential_id=made.credential_id, public_key=made.public_key, sign_count=made.sign_count,
                name=name.strip()[:60] or "·", made_at=at,
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
            note("passkey_added", at=at, person_id=by.person_id, by_id=by.person_id, passkey=row.public_id)
            letters.send_passkey(by.person, change="added", name=row.name, mark=row.public_id, at=at)
            return row
    except IntegrityError as clash:
        raise PasskeyKnown from clash


def remove_passkey(row: Passkey, *, by: Actor, at: datetime) -> None:
    """Let a key work no more. What was signed with it stays signed: each signature carries the public half."""
    require(policies.may_change_own_account(by) and row.person_id == by.person_id)
    with transaction():
        lock(by.person)
        note("passkey_removed", at=at, person_id=by.person_id, by_id=by.person_id, passkey=row.public_id)
        letters.send_passkey(by.person, change="removed", name=row.name, mark=row.public_id, at=at)
        db.session.execute(sa.delete(Passkey).where(Passkey.id == row.id))


def prove_with_passkey(person: Person, answer: str, *, challenge: bytes, at: datetime) -> dict[str, Any]:
    """Check that somebody signed this challenge with a key of theirs; gives what proves it to anybody. Raises PasskeyRefused."""
    with transaction():
        row = _key_of(person, answer)
        row.sign_count = passkeys.read_assertion(
            answer, challenge=challenge, public_key=row.public_key, sign_count=row.sign_count
        )
        row.last_used_at = at
        db.session.flush()
        return passkeys.evidence_of(answer, row.public_key)


def confirm_with_passkey(row: SignInSession, person: Person, answer: str, *, at: datetime) -> str:
    """Make a session fresh again with a passkey instead of password and code; gives its new token. Raises PasskeyRefused."""
    challenge = passkeys.challenge_in(answer)
    issued = passkeys.issued_ms(challenge, "confirm", row.public_id, at=at)
    token = new_token()
    with transaction():
        lock(row)
        key = _key_of(person, answer)
        if key.last_used_at is not None and issued <= key.last_used_at.timestamp() * 1000:
            raise PasskeyRefused  # a challenge is good once
        prove_with_passkey(person, answer, challenge=challenge, at=at)
        row.fresh_at, row.token_hash = at, token_hash(token)
        note("confirmed_it_is_them", at=at, person_id=person.id, by_id=person.id)
    return token


def _key_of(person: Person, answer: str) -> Passkey:
    wanted = sa.select(Passkey).where(Passkey.person_id == person.id, Passkey.credential_id == passkeys.credential_of(answer))
    row: Passkey | None = db.session.execute(wanted).scalar_one_or_none()
    if row is None:
        raise PasskeyRefused
    lock(row)
    db.session.refresh(row)
    return row
