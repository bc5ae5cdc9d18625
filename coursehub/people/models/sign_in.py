"""What proves that somebody is who they say: sessions, links, second steps, and counted guesses."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref

LINK_PURPOSES = ("confirm", "reset", "address", "guardian", "withdraw_consent")


class SignInSession(Model):
    """One browser, signed in. Its cookie holds a token of which we keep the hash."""

    __tablename__ = "sign_in_session"
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = ref("person.id")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(80))  # "Firefox · Linux": enough to recognise it, no address kept
    organisation_id: Mapped[int | None] = ref("organisation.id", index=False)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fresh_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when a password or code was last given
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KnownDevice(Model):
    """A browser this person signed in with before, known by a cookie of its own."""

    __tablename__ = "known_device"
    __table_args__ = (Index("uq_known_device", "person_id", "token_hash", unique=True),)

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id", index=False)
    token_hash: Mapped[str] = mapped_column(String(64))
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MailLink(Model):
    """A link that travels by mail: hashed here, single-use, expiring."""

    __tablename__ = "mail_link"
    __table_args__ = (
        CheckConstraint(f"purpose IN ({', '.join(repr(p) for p in LINK_PURPOSES)})", name="purpose"),
        Index("ix_mail_link_person_id", "person_id", "purpose"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id", index=False)
    purpose: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a newer one took its place


class Guess(Model):
    """One attempt to prove something; the subject (an account, an address) is a keyed hash."""

    __tablename__ = "guess"
    __table_args__ = (Index("ix_guess_subject", "subject", "at"), Index("ix_guess_at", "at"))

    id: Mapped[Id]
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SecondFactor(Model):
    """An authenticator app: its sealed secret, and the last time step it was used for."""

    __tablename__ = "second_factor"

    person_id: Mapped[int] = ref("person.id", index=False, primary_key=True, autoincrement=False)
    sealed_secret: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class RecoveryCode(Model):
    """One of ten codes that stand in for the authenticator app, once each."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("uq_recovery_code", "person_id", "code_hash", unique=True),)

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id", index=False)
    code_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Passkey(Model):
    """A key that somebody holds in a device: its public half, P-256, and what the owner calls it."""

    __tablename__ = "passkey"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = ref("person.id")
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)  # base64url, as the device names it
    public_key: Mapped[str] = mapped_column(String(400))  # COSE, base64url
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
