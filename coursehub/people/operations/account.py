"""What a person changes about themselves: name, language, address, password."""

import json
from datetime import datetime

import sqlalchemy as sa

from coursehub import events, jobs
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people import guesses, letters, names, passwords, policies, queries, sealing
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.people.models import Person, PersonalRecord, SignInSession
from coursehub.people.operations.links import LinkIsSpent, end_links, look_at_link, make_link, use_link
from coursehub.people.operations.signing_in import end_all_sessions
from coursehub.people.operations.signing_up import WrongPassword, confirm_person

_RESET = "reset"


class SameAddress(Refusal):
    """This is the address your account already has."""


def change_name(*, display_name: str, locale: str, by: Actor, at: datetime) -> None:
    """Change the name others see and the language of letters; credentials already issued keep the old name."""
    require(policies.may_change_own_account(by))
    with transaction():
        lock(by.person)
        record = db.session.get_one(PersonalRecord, by.person_id)
        record.display_name = names.tidy(display_name)
        by.person.locale = locale
        note("name_changed", at=at, person_id=by.person_id, by_id=by.person_id)
        events.record("people.name_changed", at=at, person_id=by.person_id)


def ask_for_new_address(email: str, *, by: Actor, at: datetime) -> None:
    """Send a link to the new address; nothing changes until it is opened.

    An address that has an account gets a letter that says so; the answer on the screen is the same.
    Raises SameAddress.
    """
    require(policies.may_change_own_account(by))
    record = db.session.get_one(PersonalRecord, by.person_id)
    if names.email_key(email) == record.email_key:
        raise SameAddress
    with transaction():
        lock(by.person)
        record.next_email = email
        token = make_link(by.person, "address", at=at)
        note("new_address_asked_for", at=at, person_id=by.person_id, by_id=by.person_id)
        if not guesses.may_write_to(names.email_key(email), at=at):
            return
        holder = queries.person_by_email(email)
        if holder is not None:
            letters.send_account_exists(holder, at=at)
        else:
            letters.send_new_address(by.person, email, token, at=at)


def forget_new_address(*, by: Actor, at: datetime) -> None:
    """Keep the old address after all; the link that was sent stops working."""
    require(policies.may_change_own_account(by))
    with transaction():
        db.session.get_one(PersonalRecord, by.person_id).next_email = None
        end_links(by.person, "address", at=at)


def take_new_address(token: str, *, by: Actor, at: datetime) -> None:
    """Move the account to the new address and tell the old one. Only its owner can, signed in.

    Raises LinkIsSpent, also when somebody else took the address meanwhile.
    """
    require(policies.may_change_own_account(by))
    _link, person = look_at_link(token, "address", at=at)
    require(person.id == by.person_id)
    with transaction():
        use_link(token, "address", at=at)
        record = db.session.get_one(PersonalRecord, by.person_id)
        old, new = record.email, record.next_email
        if new is None:
            raise LinkIsSpent
        try:
            with db.session.begin_nested():
                record.email, record.email_key, record.next_email = new, names.email_key(new), None
                db.session.flush()
        except sa.exc.IntegrityError as clash:
            raise LinkIsSpent from clash
        end_links(person, "reset", at=at)  # a link in the old mailbox must not open the account any more
        note("address_changed", at=at, person_id=person.id, by_id=person.id)
        letters.send_address_changed(person, old, at=at)


def change_password(
    *, current: str, new: str, by: Actor, session: SignInSession | None, network: str | None, at: datetime
) -> None:
    """Choose a new password; every other session ends. Raises WrongPassword, TooManyGuesses."""
    require(policies.may_change_own_account(by))
    record = db.session.get_one(PersonalRecord, by.person_id)
    counted = guesses.count(guesses.account(record.email_key), guesses.network(network), at=at)
    if not passwords.is_right(by.person.password_hash, current):
        raise WrongPassword
    guesses.give_back(counted)
    fresh = passwords.hash_password(new)
    with transaction():
        lock(by.person)
        by.person.password_hash = fresh
        end_all_sessions(by.person, at=at, but=session)
        note("password_changed", at=at, person_id=by.person_id, by_id=by.person_id)
        letters.send_password_changed(by.person, at=at)


def ask_for_reset(email: str, *, locale: str, network: str | None, at: datetime) -> None:
    """Take a wish for a new password; a job answers it, by mail only: a reset link, or that there is no account.

    Whether the address is known is looked at by the job alone, so the time that this takes
    tells nothing. The address is sealed, because the queue is read by staff.
    Raises TooManyGuesses when this network address asked too often.
    """
    guesses.count(guesses.network(network), at=at)
    with transaction():
        jobs.enqueue("people.answer_reset", at=at, wish=sealing.seal(_RESET, json.dumps({"email": email, "locale": locale})))


def answer_reset(wish: str, *, at: datetime) -> None:
    """Write to the holder of the address, or to whoever reads it that there is no account."""
    wished = json.loads(sealing.unseal(_RESET, wish))
    email, email_key = wished["email"], names.email_key(wished["email"])
    with transaction():
        if not guesses.may_write_to(email_key, at=at):
            return
        person = queries.person_by_email(email)
        note("reset_asked_for", at=at, person_id=person.id if person else None)
        if person is None:
            mark = guesses.mailbox(email_key)[:24] + at.isoformat()
            letters.send_no_account(email, locale=wished["locale"], mark=mark, at=at)
        else:
            letters.send_reset(person, make_link(person, "reset", at=at), at=at)


def reset_password(token: str, *, new: str, at: datetime) -> Person:
    """Set a new password with the link from the mail; all sessions end. Raises LinkIsSpent.

    Reading the mail also confirms the address. A second step stays on.
    """
    look_at_link(token, "reset", at=at)
    fresh = passwords.hash_password(new)
    with transaction():
        person = use_link(token, "reset", at=at)
        lock(person)
        person.password_hash = fresh
        end_all_sessions(person, at=at)
        confirm_person(person, at=at)
        record = db.session.get_one(PersonalRecord, person.id)
        guesses.forgive(guesses.account(record.email_key))
        note("password_reset", at=at, person_id=person.id)
        letters.send_password_changed(person, at=at)
    return person
