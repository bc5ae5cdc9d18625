"""Offers with their versions, and placements: what an accepted offer becomes."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref
from coursehub.talent.machines import OFFER, PLACEMENT
from coursehub.talent.models.profiles import FORMS, PAY_PERIODS, one_of


class Offer(Model):
    """An offer to one applicant; what it says stands in its versions, of which the newest counts."""

    __tablename__ = "offer"
    __table_args__ = (
        one_of("state", OFFER.states),
        Index(
            "uq_offer_open", "application_id", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_offer_due", "state", "decide_by_at"),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    application_id: Mapped[int] = ref("application.id", index=False)
    organisation_id: Mapped[int] = ref("organisation.id")
    person_id: Mapped[int] = ref("person.id")
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer, default=1)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decide_by_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    extended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")


class OfferVersion(Model):
    """What an offer said from one moment on, and who approved it; rows are only ever added, but for the approval."""

    __tablename__ = "offer_version"
    __table_args__ = (
        UniqueConstraint("offer_id", "n", name="uq_offer_version_n"),
        one_of("form", FORMS),
        one_of("pay_period", PAY_PERIODS),
        CheckConstraint("pay_minor > 0", name="pays"),
        CheckConstraint("(approved_at IS NULL) = (approved_by_id IS NULL)", name="approval_is_whole"),
    )

    id: Mapped[Id]
    offer_id: Mapped[int] = ref("offer.id", index=False)
    n: Mapped[int] = mapped_column(Integer)
    pay_minor: Mapped[int] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3))
    pay_period: Mapped[str] = mapped_column(String(8))
    weekly_hours: Mapped[int] = mapped_column(Integer)
    place: Mapped[str] = mapped_column(String(120))
    form: Mapped[str] = mapped_column(String(20))
    start_on: Mapped[date] = mapped_column(Date)
    words: Mapped[str] = mapped_column(Text, default="")
    made_by_id: Mapped[int] = ref("person.id", index=False)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = ref("person.id", index=False)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Placement(Model):
    """Somebody agreed to start somewhere: both confirm the start, then the guarantee runs.

    The pay stands here as it was agreed (`pay_minor` of `currency` for one `pay_period`), since the fee depends on it.
    guarantee_until_at: the end of the last day of the guarantee; None until both confirmed.
    """

    __tablename__ = "placement"
    __table_args__ = (
        one_of("state", PLACEMENT.states),
        UniqueConstraint("application_id", name="uq_placement_application"),
        UniqueConstraint("offer_id", name="uq_placement_offer"),
        CheckConstraint("(guarantee_until_at IS NULL) = (started_at IS NULL)", name="guarantee_begins_with_the_start"),
        Index("ix_placement_due", "state", "guarantee_until_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    opening_id: Mapped[int] = ref("opening.id", index=False)
    application_id: Mapped[int] = ref("application.id", index=False)
    offer_id: Mapped[int] = ref("offer.id", index=False)
    person_id: Mapped[int] = ref("person.id")
    organisation_id: Mapped[int] = ref("organisation.id")
    pay_minor: Mapped[int] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3))
    pay_period: Mapped[str] = mapped_column(String(8))
    weekly_hours: Mapped[int] = mapped_column(Integer)
    start_on: Mapped[date] = mapped_column(Date)
    guarantee_days: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(24))
    agreed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the second of both confirmed
    guarantee_until_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_on: Mapped[date | None] = mapped_column(Date)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
