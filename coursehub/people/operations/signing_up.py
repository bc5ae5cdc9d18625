"""Signing up: the answer is the same for every address; the mail says what happened."""

import json
from datetime import date, datetime
from typing import Any

from coursehub import events, jobs
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal
from coursehub.people import guesses, letters, names, passwords, queries, sealing
from coursehub.people.audit import note
from coursehub.people.models import Person, PersonalRecord
from coursehub.people.operations.guardians import ask_guardian
from coursehub.people.operations.links import look_at_link, make_link, use_link
from coursehub.people.operations.persons import accept_texts, add_person

_WISH = "sign-up"


class WrongPassword(Refusal):
    """This is not the password of this account."""


def sign_up(
    *,
    display_name: str,
    email: str,
    password: str,
    locale: str,
    birth_on: date,
    guardian_email: str | None,
    network: str | None,
    at: datetime,
    next_path: str = "",
) -> None:
    """Take a wish for an account; a job answers it, by mail only.

    email must be tidy (names.tidy_email). Whether the address is known is looked at by the
    job alone, so the time that this takes tells nothing. The wish is sealed, because the
    queue is read by staff and copied into backups.
    Raises TooManyGuesses when this network address asked too often.
    """
    guesses.count(guesses.network(network), at=at)
    wish = {
        "display_name": display_name, "email": email, "password_hash": passwords.hash_password(password), "locale": locale,
        "birth_on": birth_on.isoformat(), "guardian_email": guardian_email, "next_path": next_path,
    }  # fmt: skip
    with transaction():
        jobs.enqueue("people.answer_sign_up", at=at, wish=sealing.seal(_WISH, json.dumps(wish)))


def answer_sign_up(wish: str, *, at: datetime) -> None:
    """Open an account that waits for its confirmation, or write to the holder of the address.

    An account that was never confirmed belongs to nobody yet: the newest wish takes its
    place, and only somebody who reads the mail *and* knows the password of that wish can
    confirm it.
    """
    wished = json.loads(sealing.unseal(_WISH, wish))
    email, locale = wished["email"], wished["locale"]
    with transaction():
        if not guesses.may_write_to(names.email_key(email), at=at):
            return
        person = queries.person_by_email(email)
        if person is not None and person.confirmed_at is not None:
            letters.send_account_exists(person, at=at)
            note("sign_up_with_known_address", at=at, person_id=person.id)
            return
        if person is None:
            person = add_person(
                display_name=wished["display_name"], email=email, password_hash=wished["password_hash"],
                locale=locale, birth_on=date.fromisoformat(wished["birth_on"]), at=at,
            )  # fmt: skip
        _take_the_place(person, wished, at=at)
        letters.send_confirmation(person, make_link(person, "confirm", at=at), next_path=wished["next_path"], at=at)
        note("signed_up", at=at, person_id=person.id)


def _take_the_place(person: Person, wished: dict[str, Any], *, at: datetime) -> None:
    lock(person)
    person.password_hash, person.locale = wished["password_hash"], wished["locale"]
    record = db.session.get_one(PersonalRecord, person.id)
    record.display_name, record.birth_on = names.tidy(wished["display_name"]), date.fromisoformat(wished["birth_on"])
    record.guardian_email = wished["guardian_email"]
    accept_texts(person, locale=wished["locale"], at=at)


def confirm_account(token: str, *, password: str, network: str | None, at: datetime) -> Person:
    """Confirm the address of a new account with the link and the password chosen at sign-up.

    The password is asked because an address alone proves only who reads the mail, not
    who filled in the form: nobody can be led into an account that somebody else prepared.
    Raises LinkIsSpent, TooManyGuesses, WrongPassword.
    """
    _link, person = look_at_link(token, "confirm", at=at)
    record = db.session.get_one(PersonalRecord, person.id)
    counted = guesses.count(guesses.account(record.email_key), guesses.network(network), at=at)
    if not passwords.is_right(person.password_hash, password):
        raise WrongPassword
    with transaction():
        use_link(token, "confirm", at=at)
        guesses.give_back(counted)
        confirm_person(person, at=at)
    return person


def confirm_person(person: Person, *, at: datetime) -> None:
    """Note that a person reads the mail of their address; their guardian is asked now, not earlier."""
    with transaction():
        lock(person)
        if person.confirmed_at is not None:
            return
        person.confirmed_at = at
        note("address_confirmed", at=at, person_id=person.id)
        events.record("people.person_confirmed", at=at, person_id=person.id)
        if queries.needs_guardian(person.id, at):
            ask_guardian(person, at=at)
