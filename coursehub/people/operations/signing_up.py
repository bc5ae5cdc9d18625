"""Signing up: the answer is the same for every address; the mail says what happened."""

from datetime import date, datetime

from coursehub import events
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal
from coursehub.people import guesses, letters, names, passwords, queries
from coursehub.people.audit import note
from coursehub.people.models import Person, PersonalRecord
from coursehub.people.operations.guardians import ask_guardian
from coursehub.people.operations.links import look_at_link, make_link, use_link
from coursehub.people.operations.persons import AddressIsTaken, accept_texts, add_person


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
    """Open an account that waits for its confirmation, or write to the holder of the address.

    email must be tidy (names.tidy_email). An account that was never confirmed belongs
    to nobody yet: the newest wish takes its place, and only somebody who reads the mail
    *and* knows the password of that wish can confirm it.
    Raises TooManyGuesses when this network address asked too often.
    """
    guesses.count(guesses.network(network), at=at)
    password_hash = passwords.hash_password(password)
    try:
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
                    display_name=display_name, email=email, password_hash=password_hash,
                    locale=locale, birth_on=birth_on, at=at,
                )  # fmt: skip
            lock(person)
            person.password_hash, person.locale = password_hash, locale
            record = db.session.get_one(PersonalRecord, person.id)
            record.display_name, record.birth_on = names.tidy(display_name), birth_on
            record.guardian_email = guardian_email
            accept_texts(person, locale=locale, at=at)
            letters.send_confirmation(person, make_link(person, "confirm", at=at), next_path=next_path, at=at)
            note("signed_up", at=at, person_id=person.id)
    except AddressIsTaken:
        return  # the same form, sent twice at one moment; the other one wrote the letter


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
