"""Letters about accounts, in the reader's language: plain text, one link, and why it came.

Those that carry a secret link are written by the operation that makes the link, in
its transaction, because the secret exists nowhere else: not in an event, not in a job.
"""

from datetime import datetime
from typing import Any

from flask_babel import format_datetime

from coursehub import mail
from coursehub.people import queries
from coursehub.people.models import Organisation, Person
from coursehub.people.organisation_forms import ROLE_WORDS
from coursehub.people.tokens import token_hash
from coursehub.web.locale import current_locale, local_time


class _When:
    """A moment, written in the language of the letter, which is known only while it is rendered."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __str__(self) -> str:
        pattern = "d MMMM yyyy, HH:mm" if current_locale() == "en" else "yyyy年M月d日 HH:mm"
        return str(format_datetime(local_time(self.at), pattern, rebase=False))


class _House:
    """The name of the house in the language of the letter."""

    def __str__(self) -> str:
        return queries.house_name()


def _write(template: str, *, to: str, locale: str, person_id: int | None, mark: str, at: datetime, **context: Any) -> None:
    mail.send_once(
        key=f"people.{template}:{mark}",
        person_id=person_id,
        to=to,
        locale=locale,
        template=f"people/letters/{template}.txt",
        at=at,
        kind="security",
        when=_When(at),
        house=_House(),
        organisation_name=queries.name_of,
        role_words=ROLE_WORDS,
        **context,
    )


def _to_person(template: str, person: Person, *, mark: str, at: datetime, **context: Any) -> None:
    email = queries.email_of(person.id)
    if email is None:
        return  # erased: there is nobody to write to
    _write(template, to=email, locale=person.locale, person_id=person.id, mark=mark, at=at, **context)


def _mark(token: str) -> str:
    return token_hash(token)[:24]


def send_confirmation(person: Person, token: str, *, next_path: str, at: datetime) -> None:
    """Ask a new person to confirm that the address is theirs."""
    _to_person("confirm", person, mark=_mark(token), at=at, token=token, next_path=next_path or None)


def send_account_exists(person: Person, *, at: datetime) -> None:
    """Somebody tried to sign up with an address that has an account."""
    _to_person("account_exists", person, mark=f"{person.public_id}:{at.isoformat()}", at=at)


def send_reset(person: Person, token: str, *, at: datetime) -> None:
    """The link that lets a person choose a new password."""
    _to_person("reset", person, mark=_mark(token), at=at, token=token)


def send_no_account(email: str, *, locale: str, mark: str, at: datetime) -> None:
    """A reset was asked for at an address without an account."""
    _write("no_account", to=email, locale=locale, person_id=None, mark=mark, at=at)


def send_new_address(person: Person, email: str, token: str, *, at: datetime) -> None:
    """To the new address: confirm that it is yours."""
    _write("new_address", to=email, locale=person.locale, person_id=person.id, mark=_mark(token), at=at, token=token)


def send_address_changed(person: Person, old_email: str, *, at: datetime) -> None:
    """To the old address: the account has moved away from it."""
    mark = f"{person.public_id}:{at.isoformat()}"
    _write("address_changed", to=old_email, locale=person.locale, person_id=person.id, mark=mark, at=at)


def send_password_changed(person: Person, *, at: datetime) -> None:
    """The password is another one now."""
    _to_person("password_changed", person, mark=f"{person.public_id}:{at.isoformat()}", at=at)


def send_new_device(person: Person, *, session_public_id: str, device: str, at: datetime) -> None:
    """Somebody signed in with a browser that was not seen before."""
    _to_person("new_device", person, mark=session_public_id, at=at, device=device)


def send_second_step(person: Person, *, change: str, left: int = 0, at: datetime) -> None:
    """The second step was turned on or off, its codes were renewed, or one of them was used."""
    mark = f"{change}:{person.public_id}:{at.isoformat()}"
    _to_person("second_step", person, mark=mark, at=at, change=change, left=left)


def send_passkey(person: Person, *, change: str, name: str, mark: str, at: datetime) -> None:
    """A passkey was added or removed."""
    _to_person("passkey", person, mark=f"{change}:{mark}", at=at, change=change, name=name)


def send_guardian(person: Person, email: str, token: str, *, name: str, at: datetime) -> None:
    """Ask a guardian for consent."""
    _write("guardian", to=email, locale=person.locale, person_id=None, mark=_mark(token), at=at, token=token, name=name)


def send_guardian_receipt(person: Person, email: str, token: str, *, name: str, at: datetime) -> None:
    """Thank a guardian who agreed, and give them the link that takes the consent back."""
    _write("guardian_receipt", to=email, locale=person.locale, person_id=None, mark=_mark(token), at=at, token=token, name=name)


def send_guardian_answered(person: Person, *, verdict: str, consent_id: int, at: datetime) -> None:
    """Tell the young person what their guardian said."""
    _to_person("guardian_answered", person, mark=f"{consent_id}:{verdict}", at=at, verdict=verdict)


def send_invitation(
    organisation: Organisation, email: str, token: str, *, roles: list[str], locale: str, inviter: str, at: datetime
) -> None:
    """Invite somebody, who may have no account yet, into an organisation."""
    _write(
        "invitation", to=email, locale=locale, person_id=None, mark=_mark(token), at=at, token=token,
        organisation=organisation, roles=roles, inviter=inviter,
    )  # fmt: skip


def send_invitation_accepted(inviter: Person, organisation: Organisation, *, name: str, mark: str, at: datetime) -> None:
    """Tell who invited that somebody joined."""
    _to_person("invitation_accepted", inviter, mark=mark, at=at, organisation=organisation, name=name)


def send_role_waits(
    reader: Person, organisation: Organisation, *, name: str, asker: str, role: str, mark: str, at: datetime
) -> None:
    """Tell somebody of the house that a role waits for a second person."""
    _to_person(
        "role_waits", reader, mark=f"{mark}:{reader.public_id}", at=at,
        organisation=organisation, name=name, asker=asker, role=role,
    )  # fmt: skip


def send_role_answered(
    asker: Person, organisation: Organisation, *, name: str, answerer: str, role: str, verdict: str, mark: str, at: datetime
) -> None:
    """Tell who asked for a role what the second person said."""
    _to_person(
        "role_answered", asker, mark=mark, at=at,
        organisation=organisation, name=name, answerer=answerer, role=role, verdict=verdict,
    )  # fmt: skip


def send_application_answered(
    owner: Person, organisation: Organisation, *, wish: str, verdict: str, reason: str, mark: str, at: datetime
) -> None:
    """Tell an owner what the house decided about selling or hiring here."""
    _to_person(
        "application_answered", owner, mark=f"{mark}:{owner.public_id}", at=at,
        organisation=organisation, wish=wish, verdict=verdict, reason=reason,
    )  # fmt: skip


def send_payee_changed(
    owner: Person, organisation: Organisation, *, account_tail: str, mark: str, at: datetime, currency: str = ""
) -> None:
    """Warn an owner that money will go to another account."""
    _to_person(
        "payee_changed", owner, mark=f"{mark}:{owner.public_id}", at=at, organisation=organisation, account_tail=account_tail,
        currency=currency,
    )  # fmt: skip


def send_payee_removed(
    owner: Person, organisation: Organisation, *, account_tail: str, currency: str, mark: str, at: datetime
) -> None:
    """Warn an owner that an account is used no more."""
    _to_person(
        "payee_removed", owner, mark=f"{mark}:{owner.public_id}", at=at, organisation=organisation, account_tail=account_tail,
        currency=currency,
    )  # fmt: skip
