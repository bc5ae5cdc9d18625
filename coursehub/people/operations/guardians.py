"""A guardian's consent: asked by mail, answered through a link, taken back through another."""

from datetime import datetime

from coursehub import events
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people import guesses, letters, names, policies, queries
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.people.models import GuardianConsent, Person, PersonalRecord
from coursehub.people.operations.links import LinkIsSpent, end_links, look_at_link, make_link, use_link


class GuardianConsentMissing(Refusal):
    """You are under the age at which one may buy alone. Ask your guardian to agree, on your account page."""

    status = 403


class GuardianNotNeeded(Refusal):
    """You are old enough to decide this yourself; no guardian is needed."""


class GuardianIsAnother(Refusal):
    """A guardian is somebody else: give an address that is not your own."""


class GuardianWasAskedOften(Refusal):
    """We wrote to this guardian several times just now. Give them a little time to answer."""

    status = 429


def ask_guardian(person: Person, *, at: datetime) -> None:
    """Send the guardian in the vault a link, if there is one; earlier links stop working."""
    record = db.session.get_one(PersonalRecord, person.id)
    if record.guardian_email is None:
        return
    with transaction():
        db.session.add(GuardianConsent(person_id=person.id, asked_at=at))
        token = make_link(person, "guardian", at=at)
        end_links(person, "withdraw_consent", at=at)
        letters.send_guardian(person, record.guardian_email, token, name=record.display_name, at=at)
        note("guardian_asked", at=at, person_id=person.id)


def name_guardian(*, email: str, by: Actor, at: datetime) -> None:
    """A young person names their guardian (again) and the guardian is asked.

    Raises GuardianNotNeeded, GuardianIsAnother, GuardianWasAskedOften.
    """
    require(policies.may_change_own_account(by))
    record = db.session.get_one(PersonalRecord, by.person_id)
    if not queries.needs_guardian(by.person_id, at):
        raise GuardianNotNeeded
    if names.email_key(email) == record.email_key:
        raise GuardianIsAnother
    with transaction():
        if not guesses.may_write_to(names.email_key(email), at=at):
            raise GuardianWasAskedOften
        lock(record)
        record.guardian_email = email
        ask_guardian(by.person, at=at)


def answer_as_guardian(token: str, *, agrees: bool, at: datetime) -> None:
    """The guardian answers; the link is the proof. Raises LinkIsSpent."""
    with transaction():
        person = use_link(token, "guardian", at=at)
        consent = queries.guardian_consent(person.id)
        if consent is None or consent.answered_at is not None:
            raise LinkIsSpent
        consent.answered_at, consent.verdict = at, "given" if agrees else "refused"
        note("guardian_answered", at=at, person_id=person.id, verdict=consent.verdict)
        events.record("people.guardian_answered", at=at, person_id=person.id)
        letters.send_guardian_answered(person, verdict=consent.verdict, consent_id=consent.id, at=at)
        record = db.session.get_one(PersonalRecord, person.id)
        if agrees and record.guardian_email:
            back = make_link(person, "withdraw_consent", at=at)
            letters.send_guardian_receipt(person, record.guardian_email, back, name=record.display_name, at=at)


def withdraw_consent(token: str, *, at: datetime) -> None:
    """The guardian takes their consent back: from now on nothing more can be bought. Raises LinkIsSpent."""
    with transaction():
        person = use_link(token, "withdraw_consent", at=at)
        consent = queries.guardian_consent(person.id)
        if consent is None or consent.verdict != "given" or consent.withdrawn_at is not None:
            raise LinkIsSpent
        consent.withdrawn_at = at
        note("guardian_withdrew", at=at, person_id=person.id)
        events.record("people.guardian_answered", at=at, person_id=person.id)
        letters.send_guardian_answered(person, verdict="withdrawn", consent_id=consent.id, at=at)


def name_behind(token: str, purpose: str, *, at: datetime) -> str:
    """Whose name a guardian's page shows. Raises LinkIsSpent."""
    _link, person = look_at_link(token, purpose, at=at)
    return db.session.get_one(PersonalRecord, person.id).display_name


def require_able_to_pay(person_id: int, *, at: datetime) -> None:
    """Stop a purchase by somebody whose guardian has not agreed. Raises GuardianConsentMissing."""
    if not queries.can_pay(person_id, at=at):
        raise GuardianConsentMissing
