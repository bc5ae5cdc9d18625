"""Proving who you are, and the sessions that follow from it."""

from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people import guesses, letters, names, passwords, policies
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.people.models import KnownDevice, Organisation, Person, PersonalRecord, SecondFactor, SignInSession
from coursehub.people.operations.links import make_link
from coursehub.people.operations.second_step import fits_second_step
from coursehub.people.queries import organisations_of
from coursehub.people.tokens import new_token, token_hash


class WrongSignIn(Refusal):
    """That address and password do not belong together. Check both, or choose a new password."""

    status = 422


class NotConfirmed(Refusal):
    """Your address is not confirmed yet. We have sent you the letter again; open the link in it."""


class WrongCode(Refusal):
    """This code is not right. Codes from the app change every 30 seconds and work once; so do recovery codes."""

    status = 422


class NotYourOrganisation(Refusal):
    """You do not belong to this organisation."""

    status = 403


def check_password(email: str, password: str, *, network: str | None, at: datetime) -> Person:
    """The person whose address and password these are. The same work is done for an unknown address.

    Raises TooManyGuesses, WrongSignIn, NotConfirmed.
    """
    email_key = names.email_key(email)
    counted = guesses.count(guesses.account(email_key), guesses.network(network), at=at)
    row = db.session.execute(
        sa.select(Person)
        .join(PersonalRecord, PersonalRecord.person_id == Person.id)
        .where(PersonalRecord.email_key == email_key, Person.erased_at.is_(None))
    ).scalar_one_or_none()
    if not passwords.is_right(row.password_hash if row else None, password) or row is None:
        with transaction():
            note("sign_in_failed", at=at, person_id=row.id if row else None)
        raise WrongSignIn
    if passwords.is_dated(row.password_hash or ""):
        _hash_again(row, password)
    guesses.give_back(counted)
    if row.confirmed_at is None:
        _send_confirmation_again(row, email_key, at=at)
        raise NotConfirmed
    return row


def _hash_again(person: Person, password: str) -> None:
    fresh = passwords.hash_password(password)
    with transaction():
        person.password_hash = fresh


def _send_confirmation_again(person: Person, email_key: str, *, at: datetime) -> None:
    with transaction():
        if guesses.may_write_to(email_key, at=at):
            letters.send_confirmation(person, make_link(person, "confirm", at=at), next_path="", at=at)


def has_second_step(person: Person) -> bool:
    """Whether a code is asked after the password."""
    factor = db.session.get(SecondFactor, person.id)
    return factor is not None and factor.confirmed_at is not None


def check_second_step(person: Person, code: str, *, network: str | None, at: datetime) -> None:
    """Check a code from the app, or use up a recovery code. Raises TooManyGuesses, WrongCode."""
    record = db.session.get_one(PersonalRecord, person.id)
    counted = guesses.count(guesses.account(record.email_key), guesses.network(network), at=at)
    if not fits_second_step(person, code, at=at):
        with transaction():
            note("second_step_failed", at=at, person_id=person.id)
        raise WrongCode
    guesses.give_back(counted)


def begin_session(person: Person, *, device: str, at: datetime, device_token: str | None = None) -> tuple[SignInSession, str]:
    """Begin a session for somebody who has proved who they are; gives the row and the token for its cookie.

    device_token: the long-lived token of this browser; without it (tests, demo) no letter is thought of.
    """
    token = new_token()
    with transaction():
        row = SignInSession(
            person_id=person.id, token_hash=token_hash(token), device=device[:80], begun_at=at, seen_at=at, fresh_at=at
        )
        db.session.add(row)
        db.session.flush()
        note("signed_in", at=at, person_id=person.id, by_id=person.id, device=device[:80])
        if device_token is not None:
            _meet_device(person, row, device_token, at=at)
    return row, token


def _meet_device(person: Person, row: SignInSession, device_token: str, *, at: datetime) -> None:
    hashed = token_hash(device_token)
    known = set(db.session.execute(sa.select(KnownDevice.token_hash).where(KnownDevice.person_id == person.id)).scalars())
    if hashed in known:
        return
    db.session.add(KnownDevice(person_id=person.id, token_hash=hashed, first_at=at))
    db.session.flush()
    if known:
        letters.send_new_device(person, session_public_id=row.public_id, device=row.device, at=at)


def confirm_it_is_you(row: SignInSession, person: Person, *, password: str, code: str, network: str | None, at: datetime) -> str:
    """Make a session fresh again with password (and code, where one is set up); gives its new token.

    Raises TooManyGuesses, WrongSignIn, WrongCode.
    """
    record = db.session.get_one(PersonalRecord, person.id)
    counted = guesses.count(guesses.account(record.email_key), guesses.network(network), at=at)
    if not passwords.is_right(person.password_hash, password):
        raise WrongSignIn
    if has_second_step(person) and not fits_second_step(person, code, at=at):
        raise WrongCode
    guesses.give_back(counted)
    token = new_token()
    with transaction():
        lock(row)
        row.fresh_at, row.token_hash = at, token_hash(token)
        note("confirmed_it_is_them", at=at, person_id=person.id, by_id=person.id)
    return token


def choose_organisation(row: SignInSession, organisation: Organisation, *, by: Actor) -> None:
    """Act for another organisation from now on, in this browser. Raises NotYourOrganisation."""
    require(policies.may_change_own_account(by))
    if organisation.id not in {o.id for o in organisations_of(by.person_id)}:
        raise NotYourOrganisation
    with transaction():
        lock(row)
        row.organisation_id = organisation.id


def end_session(row: SignInSession, *, at: datetime) -> None:
    """End one session; a second time changes nothing."""
    with transaction():
        lock(row)
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
