"""A person, the vault of their personal fields, and what they agreed to."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref


class Person(Model):
    """Somebody with an account. Nothing here says who they are; see PersonalRecord."""

    __tablename__ = "person"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    password_hash: Mapped[str | None] = mapped_column(String(255))
    locale: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PersonalRecord(Model):
    """The vault: the only table that knows a name, an address and a birth date."""

    __tablename__ = "personal_record"

    person_id: Mapped[int] = ref("person.id", index=False, primary_key=True, autoincrement=False)
    display_name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(320), unique=True)
    birth_on: Mapped[date | None] = mapped_column(Date)
    guardian_email: Mapped[str | None] = mapped_column(String(254))
    next_email: Mapped[str | None] = mapped_column(String(254))  # an address asked for, not yet confirmed


class BuyerDetails(Model):
    """For whom a person's invoices are made out; part of the vault. Rows are never changed, only emptied; the last is offered."""

    __tablename__ = "buyer_details"
    __table_args__ = (
        CheckConstraint("kind IN ('personal', 'company')", name="kind_known"),
        Index("ix_buyer_details_person", "person_id", "id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id", index=False)
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(120))
    tax_number: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(String(200))
    bank: Mapped[str] = mapped_column(String(120))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TermsAcceptance(Model):
    """One person accepted one version of one text, in one language."""

    __tablename__ = "terms_acceptance"
    __table_args__ = (
        UniqueConstraint("person_id", "document", "version"),
        CheckConstraint("document IN ('terms', 'privacy')", name="document"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id", index=False)
    document: Mapped[str] = mapped_column(String(16))
    version: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class GuardianConsent(Model):
    """A guardian was asked, and later answered, through a link only their mail holds."""

    __tablename__ = "guardian_consent"
    __table_args__ = (
        CheckConstraint("verdict IN ('given', 'refused')", name="verdict"),
        CheckConstraint("(answered_at IS NULL) = (verdict IS NULL)", name="answer_is_whole"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verdict: Mapped[str | None] = mapped_column(String(16))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
