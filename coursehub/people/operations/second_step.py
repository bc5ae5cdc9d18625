"""The second step: an authenticator app (TOTP) and recovery codes that stand in for it."""

import hmac
import secrets
from datetime import datetime

import pyotp
import sqlalchemy as sa

from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people import letters, policies
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.people.models import Person, RecoveryCode, SecondFactor
from coursehub.people.sealing import seal, unseal
from coursehub.people.tokens import token_hash

STEP_SECONDS = 30
CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another on paper


class SecondStepIsOn(Refusal):
    """The second step is already on."""


class SecondStepIsOff(Refusal):
    """The second step is not on."""


class CodeDoesNotFit(Refusal):
    """This code does not fit. Check that the clock of your phone is right, then type the newest code."""

    status = 422


def begin_second_step(*, by: Actor, at: datetime) -> str:
    """Make a secret for an app to scan, or show again the one not yet confirmed. Raises SecondStepIsOn."""
    require(policies.may_change_own_account(by))
    with transaction():
        lock(by.person)
        factor = db.session.get(SecondFactor, by.person_id, populate_existing=True)
        if factor is not None and factor.confirmed_at is not None:
            raise SecondStepIsOn
        if factor is not None:
            return unseal("second step", factor.sealed_secret)
        secret = pyotp.random_base32()
        db.session.add(SecondFactor(person_id=by.person_id, sealed_secret=seal("second step", secret), begun_at=at))
    return secret


def turn_on_second_step(code: str, *, by: Actor, at: datetime) -> list[str]:
    """Prove that the app works; from now on a code is asked. Gives the recovery codes, once.

    Raises SecondStepIsOn, SecondStepIsOff (not begun), CodeDoesNotFit.
    """
    require(policies.may_change_own_account(by))
    with transaction():
        lock(by.person)
        factor = db.session.get(SecondFactor, by.person_id, populate_existing=True)
        if factor is None:
            raise SecondStepIsOff
        if factor.confirmed_at is not None:
            raise SecondStepIsOn
        if not _app_code_fits(factor, code, at):
            raise CodeDoesNotFit
        factor.confirmed_at = at
        codes = _new_codes(by.person_id, at)
        note("second_step_on", at=at, person_id=by.person_id, by_id=by.person_id)
        letters.send_second_step(by.person, change="on", at=at)
    return codes


def turn_off_second_step(*, by: Actor, at: datetime) -> None:
    """Ask no code any more; the view has made sure that the sign-in is fresh. Raises SecondStepIsOff."""
    require(policies.may_change_own_account(by))
    with transaction():
        lock(by.person)
        factor = db.session.get(SecondFactor, by.person_id)
        if factor is None:
            raise SecondStepIsOff
        was_on = factor.confirmed_at is not None
        db.session.delete(factor)
        db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == by.person_id))
        if was_on:
            note("second_step_off", at=at, person_id=by.person_id, by_id=by.person_id)
            letters.send_second_step(by.person, change="off", at=at)


def renew_recovery_codes(*, by: Actor, at: datetime) -> list[str]:
    """Ten new codes, shown once; the old ones stop working. Raises SecondStepIsOff."""
    require(policies.may_change_own_account(by))
    with transaction():
        lock(by.person)
        factor = db.session.get(SecondFactor, by.person_id)
        if factor is None or factor.confirmed_at is None:
            raise SecondStepIsOff
        codes = _new_codes(by.person_id, at)
        note("recovery_codes_renewed", at=at, person_id=by.person_id, by_id=by.person_id)
        letters.send_second_step(by.person, change="renewed", at=at)
    return codes


def second_step_is_begun(person_id: int) -> bool:
    """Whether a secret was made that no code has confirmed yet."""
    factor = db.session.get(SecondFactor, person_id)
    return factor is not None and factor.confirmed_at is None


def recovery_codes_left(person_id: int) -> int:
    """How many recovery codes are unused."""
    return db.session.execute(
        sa.select(sa.func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    ).scalar_one()


def fits_second_step(person: Person, code: str, *, at: datetime) -> bool:
    """Whether a code from the app or an unused recovery code fits; either is used up by this."""
    with transaction():
        lock(person)  # one code at a time, so that a code used twice at once counts once
        factor = db.session.get(SecondFactor, person.id, populate_existing=True)
        if factor is None or factor.confirmed_at is None:
            return False
        return _app_code_fits(factor, code, at) or _use_recovery_code(person, code, at)


def _app_code_fits(factor: SecondFactor, code: str, at: datetime) -> bool:
    typed = code.replace(" ", "")
    totp = pyotp.TOTP(unseal("second step", factor.sealed_secret))
    now = int(at.timestamp()) // STEP_SECONDS
    fitting = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode())]
    if not fitting or max(fitting) <= factor.last_step:
        return False
    factor.last_step = max(fitting)
    db.session.flush()
    return True


def _use_recovery_code(person: Person, code: str, at: datetime) -> bool:
    typed = "".join(c for c in code.lower() if c.isalnum())
    row = db.session.execute(
        sa.select(RecoveryCode)
        .where(
            RecoveryCode.person_id == person.id,
            RecoveryCode.code_hash == token_hash(typed),
            RecoveryCode.used_at.is_(None),
        )
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        return False
    row.used_at = at
    db.session.flush()
    note("recovery_code_used", at=at, person_id=person.id, by_id=person.id)
    letters.send_second_step(person, change="code", left=recovery_codes_left(person.id), at=at)
    return True


def _new_codes(person_id: int, at: datetime) -> list[str]:
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = ["-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3)) for _ in range(CODES)]
    for code in codes:
        db.session.add(RecoveryCode(person_id=person_id, code_hash=token_hash(code.replace("-", "")), made_at=at))
    db.session.flush()
    return codes
