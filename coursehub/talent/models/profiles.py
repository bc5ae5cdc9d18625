"""What a person shows of themselves to employers, and what is only matched, never shown."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Date, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref

VISIBILITIES = ("hidden", "anonymous", "named")
"""hidden: in no list. anonymous: in the pool without a name. named: so, and its name shown to chosen organisations."""
FORMS = ("employee", "non_full_time", "secondment", "business_service", "personal_service", "internship")
PAY_PERIODS = ("month", "hour")
PORTFOLIO_KINDS = ("reviewed", "own")


def one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    """A column that holds one of these words."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words)})", name=f"{column}_known")


class Profile(Model):
    """One person in the pool. `public_id` is drawn for the pool alone: it leads nowhere else.

    `headline` and `about` carry no name (the operation refuses one). `pay_floor_minor` is
    compared with what openings pay and shown to nobody. After 90 days without
    confirmation the profile leaves search until it is confirmed again.
    """

    __tablename__ = "profile"
    __table_args__ = (
        one_of("visibility", VISIBILITIES),
        CheckConstraint("weekly_hours BETWEEN 0 AND 60", name="weekly_hours_sane"),
        CheckConstraint("(pay_floor_minor IS NULL) = (pay_floor_currency IS NULL)", name="floor_has_currency"),
        CheckConstraint("(pay_floor_minor IS NULL) = (pay_floor_period IS NULL)", name="floor_has_period"),
        Index("ix_profile_searchable", "visibility", "confirmed_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = ref("person.id", index=False, unique=True)
    visibility: Mapped[str] = mapped_column(String(12), default="hidden")
    headline: Mapped[str] = mapped_column(String(120), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    city: Mapped[str] = mapped_column(String(60), default="")
    remote: Mapped[bool] = mapped_column(default=False)
    weekly_hours: Mapped[int] = mapped_column(Integer, default=0)
    available_from: Mapped[date | None] = mapped_column(Date)
    forms: Mapped[list[str]] = mapped_column(JSON, default=list)
    pay_floor_minor: Mapped[int | None] = mapped_column(BigId)
    pay_floor_currency: Mapped[str | None] = mapped_column(String(3))
    pay_floor_period: Mapped[str | None] = mapped_column(String(8))
    quiet: Mapped[bool] = mapped_column(default=False)  # no introductions for now
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProvenSkill(Model):
    """A skill that a live credential of this person proves, at its highest level: a projection, rebuilt from credentials."""

    __tablename__ = "proven_skill"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        Index("ix_proven_skill_search", "skill_id", "level", "profile_id"),
    )

    profile_id: Mapped[int] = ref("profile.id", index=False, primary_key=True)
    skill_id: Mapped[int] = ref("skill.id", index=False, primary_key=True)
    level: Mapped[int] = mapped_column(Integer)
    proven_at: Mapped[datetime] = mapped_column(UtcDateTime)  # of the newest evidence at this level
    credential_id: Mapped[int] = ref("credential.id", index=False)


class ClaimedSkill(Model):
    """A skill the person says they have; stands apart from what is proven, always."""

    __tablename__ = "claimed_skill"
    __table_args__ = (UniqueConstraint("profile_id", "words", name="uq_claimed_skill_words"),)

    id: Mapped[Id]
    profile_id: Mapped[int] = ref("profile.id", index=False)
    words: Mapped[str] = mapped_column(String(60))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PortfolioItem(Model):
    """Something the person made. `kind` says whether somebody here reviewed it."""

    __tablename__ = "portfolio_item"
    __table_args__ = (one_of("kind", PORTFOLIO_KINDS),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    profile_id: Mapped[int] = ref("profile.id")
    title: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(400), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[str] = mapped_column(String(12), default="own")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Blackout(Model):
    """Days on which the person cannot work, both included."""

    __tablename__ = "blackout"
    __table_args__ = (CheckConstraint("until_on >= from_on", name="in_order"),)

    id: Mapped[Id]
    profile_id: Mapped[int] = ref("profile.id")
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)


class Employment(Model):
    """Where a person works, as they said or as a placement says; the current employer is blocked unless they lift it."""

    __tablename__ = "employment"
    __table_args__ = (
        one_of("source", ("person", "placement", "engagement")),
        Index(
            "uq_employment_open", "person_id", "organisation_id", unique=True,
            sqlite_where=text("until_at IS NULL"), postgresql_where=text("until_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id", index=False)
    organisation_id: Mapped[int] = ref("organisation.id")
    source: Mapped[str] = mapped_column(String(12))
    since_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
