"""How courses are offered: price and seats, partner links, coupons."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref

COUPON_KINDS = ("percent", "fixed")
BEARERS = ("house", "partner", "terms")


def one_of(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    """A check that a text column holds one of a few words."""
    return sa.CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words)})", name=f"{column}_known")


def unique_while(name: str, *columns: str, where: str) -> sa.Index:
    """A unique index over the rows for which `where` holds, the same on both databases."""
    return sa.Index(name, *columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


class Offering(Model):
    """How a course is sold from `opened_at` until the next offering opens or this one is closed.

    Prices include tax. A change of price is a new offering, so that an order can
    always show what it was placed under. seats_limit counts over all offerings of
    the course. refund_days: for so long a refund is given without a question.
    instalments: in how many monthly parts its price may be paid; 1: only whole.
    """

    __tablename__ = "offering"
    __table_args__ = (
        unique_while("uq_offering_open", "course_id", where="closed_at IS NULL"),
        sa.CheckConstraint("price_minor >= 0", name="price_not_negative"),
        sa.CheckConstraint("tax_bps BETWEEN 0 AND 10000", name="tax_in_range"),
        sa.CheckConstraint("seats_limit IS NULL OR seats_limit > 0", name="seats_positive"),
        sa.CheckConstraint("refund_days BETWEEN 0 AND 365", name="refund_days_in_range"),
        sa.CheckConstraint("instalments BETWEEN 1 AND 6", name="instalments_in_range"),
        sa.Index("ix_offering_course", "course_id", "opened_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    course_id: Mapped[int] = ref("course.id", index=False)
    price_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    tax_bps: Mapped[int] = mapped_column(sa.Integer, default=0)
    seats_limit: Mapped[int | None] = mapped_column(sa.Integer)
    refund_days: Mapped[int] = mapped_column(sa.Integer, default=7)
    instalments: Mapped[int] = mapped_column(sa.Integer, default=1, server_default="1")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int | None] = ref("person.id", index=False)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = ref("person.id", index=False)


class PartnerLink(Model):
    """A link that a partner spreads; who opens it and buys within 30 days was brought by that partner.

    course_id empty: the link leads to the catalogue of the partner's courses.
    """

    __tablename__ = "partner_link"
    __table_args__ = (sa.Index("ix_partner_link_organisation", "organisation_id", "made_at"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    course_id: Mapped[int | None] = ref("course.id")
    name: Mapped[str] = mapped_column(sa.String(80))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = ref("person.id", index=False)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LinkVisit(Model):
    """How often a link was opened on a day: a number, no person."""

    __tablename__ = "link_visit"

    link_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("partner_link.id"), primary_key=True)
    on_day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    visits: Mapped[int] = mapped_column(sa.Integer)


class Coupon(Model):
    """A code that makes courses cheaper, for a while, so many times.

    kind percent takes off `off_bps`, kind fixed `off_minor` of `currency`.
    borne_by: the house, the partner (if the terms say it opted in), or whatever the terms say.
    """

    __tablename__ = "coupon"
    __table_args__ = (
        one_of("kind", COUPON_KINDS),
        one_of("borne_by", BEARERS),
        sa.CheckConstraint("(kind = 'percent') = (off_bps IS NOT NULL)", name="percent_has_rate"),
        sa.CheckConstraint("(kind = 'fixed') = (off_minor IS NOT NULL)", name="fixed_has_amount"),
        sa.CheckConstraint("(off_minor IS NULL) = (currency IS NULL)", name="amount_has_currency"),
        sa.CheckConstraint("off_bps IS NULL OR off_bps BETWEEN 1 AND 10000", name="rate_in_range"),
        sa.CheckConstraint("off_minor IS NULL OR off_minor > 0", name="amount_positive"),
        sa.CheckConstraint("uses_limit IS NULL OR uses_limit > 0", name="limit_positive"),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_start"),
        sa.Index("ix_coupon_organisation", "organisation_id", "made_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    code: Mapped[str] = mapped_column(sa.String(32))
    code_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(8))
    off_bps: Mapped[int | None] = mapped_column(sa.Integer)
    off_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    currency: Mapped[str | None] = mapped_column(sa.String(3))
    uses_limit: Mapped[int | None] = mapped_column(sa.Integer)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    borne_by: Mapped[str] = mapped_column(sa.String(8))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = ref("person.id", index=False)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CouponCourse(Model):
    """A course that a coupon holds for; a coupon without any holds for all courses of its organisation (the house's: for all)."""

    __tablename__ = "coupon_course"

    coupon_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("coupon.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("course.id"), primary_key=True, index=True)


class CouponUse(Model):
    """One use of a coupon by one order. `n` numbers the uses that count; a use that was given back has none.

    The two unique indexes are what makes the limit and "once a person" true under races.
    """

    __tablename__ = "coupon_use"
    __table_args__ = (
        unique_while("uq_coupon_use_n", "coupon_id", "n", where="n IS NOT NULL"),
        unique_while("uq_coupon_use_person", "coupon_id", "person_id", where="n IS NOT NULL"),
    )

    id: Mapped[Id]
    coupon_id: Mapped[int] = ref("coupon.id", index=False)
    order_id: Mapped[int] = ref("order.id", index=False, unique=True)
    person_id: Mapped[int] = ref("person.id", index=False)
    n: Mapped[int | None] = mapped_column(sa.Integer)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
