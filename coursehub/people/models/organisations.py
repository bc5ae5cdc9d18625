"""Organisations, who belongs to them, and what the house allows them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, event, text
from sqlalchemy.orm import Mapped, QueryContext, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref

ROLES = ("owner", "author", "teacher", "finance", "hr")
STAFF_ROLES = ("staff_catalogue", "staff_finance", "staff_support")
CONFIRMED_ROLES = ("owner", *STAFF_ROLES)
"""In the house these give power over other people's money and data, so a second person must confirm them."""
RIGHTS = ("sells", "hires", "member")
WISHES = ("sells", "hires")
"""Rights that an organisation can ask for by itself."""


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Organisation(Model):
    """A company, school or team. The house is one of them, and there is one house.

    `parent_id` is the organisation that owns this one; those with a common parent are affiliates.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        Index(
            "uq_organisation_one_house",
            "is_house",
            unique=True,
            sqlite_where=text("is_house"),
            postgresql_where=text("is_house"),
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(240), unique=True)
    name_en: Mapped[str] = mapped_column(String(120))
    name_en_key: Mapped[str] = mapped_column(String(240), unique=True)
    is_house: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    parent_id: Mapped[int | None] = ref("organisation.id")


@event.listens_for(Organisation, "load")
def _keep(organisation: Organisation, context: QueryContext) -> None:
    """A session forgets rows that nobody holds, and a page asks for the same organisation a dozen times: it keeps these."""
    context.session.info.setdefault("organisations", set()).add(organisation)


class OrganisationRight(Model):
    """The house lets an organisation sell, hire or be a member, from a date until a date."""

    __tablename__ = "organisation_right"
    __table_args__ = (
        CheckConstraint(_one_of('"right"', RIGHTS), name="right"),
        Index(
            "uq_organisation_right_open",
            "organisation_id",
            "right",
            unique=True,
            sqlite_where=text("until_at IS NULL"),
            postgresql_where=text("until_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    right: Mapped[str] = mapped_column(String(16))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    granted_by_id: Mapped[int | None] = ref("person.id", index=False)


class Membership(Model):
    """One person holds one role in one organisation, since a date until a date."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(_one_of("role", ROLES + STAFF_ROLES), name="role"),
        Index(
            "uq_membership_open",
            "person_id",
            "organisation_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id", index=False)
    organisation_id: Mapped[int] = ref("organisation.id")
    role: Mapped[str] = mapped_column(String(20))
    since_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = ref("person.id", index=False)
    ended_by_id: Mapped[int | None] = ref("person.id", index=False)


class RoleWish(Model):
    """Somebody of the house wants another to hold a role that a second person must confirm."""

    __tablename__ = "role_wish"
    __table_args__ = (
        CheckConstraint(_one_of("role", CONFIRMED_ROLES), name="role"),
        CheckConstraint("verdict IN ('confirmed', 'declined')", name="verdict"),
        CheckConstraint(
            "(answered_at IS NULL) = (verdict IS NULL) AND (answered_at IS NULL) = (answered_by_id IS NULL)",
            name="answer_is_whole",
        ),
        CheckConstraint(
            "verdict IS NULL OR verdict = 'declined' OR (answered_by_id <> asked_by_id AND answered_by_id <> person_id)",
            name="two_persons",
        ),
        Index(
            "uq_role_wish_open",
            "person_id",
            "organisation_id",
            "role",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id")
    person_id: Mapped[int] = ref("person.id", index=False)
    role: Mapped[str] = mapped_column(String(20))
    asked_by_id: Mapped[int] = ref("person.id", index=False)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = ref("person.id", index=False)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verdict: Mapped[str | None] = mapped_column(String(16))


class Invitation(Model):
    """An offer of roles, sent to one address; the address is forgotten once it is answered."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_by_id IS NULL)", name="acceptance_is_whole"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id")
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(320))
    roles: Mapped[str] = mapped_column(String(120))  # words separated by one space, in declared order
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[int] = ref("person.id", index=False)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by_id: Mapped[int | None] = ref("person.id", index=False)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PartnerApplication(Model):
    """An organisation asks to sell courses or to hire here; the house approves, or declines with a reason.

    wish: the right that it asks for, one of WISHES. One application waits at a time.
    """

    __tablename__ = "partner_application"
    __table_args__ = (
        CheckConstraint("wish IN ('sells', 'hires')", name="wish"),
        CheckConstraint("verdict IN ('approved', 'declined')", name="verdict"),
        CheckConstraint("(answered_at IS NULL) = (verdict IS NULL)", name="answer_is_whole"),
        CheckConstraint("verdict IS NULL OR verdict = 'approved' OR reason <> ''", name="decline_has_a_reason"),
        Index(
            "uq_partner_application_open",
            "organisation_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    asked_by_id: Mapped[int] = ref("person.id", index=False)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wish: Mapped[str] = mapped_column(String(16), default="sells")
    about: Mapped[str] = mapped_column(Text)
    website: Mapped[str] = mapped_column(String(300), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = ref("person.id", index=False)
    verdict: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")


class PayeeRecord(Model):
    """Where an organisation is paid and how it is taxed; the numbers are sealed, only their tails are plain.

    currency: for which money; empty for every currency that has no account of its own.
    """

    __tablename__ = "payee_record"
    __table_args__ = (
        Index(
            "uq_payee_record_current",
            "organisation_id",
            "currency",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    currency: Mapped[str] = mapped_column(String(3), default="")
    country: Mapped[str] = mapped_column(String(2))
    sealed: Mapped[str] = mapped_column(Text)  # holder, bank, account number, tax number; see sealing.py
    account_tail: Mapped[str] = mapped_column(String(4))
    tax_tail: Mapped[str] = mapped_column(String(4))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_by_id: Mapped[int] = ref("person.id", index=False)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
