"""Bundles: several courses at one price, and the parts of an order for one."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref


class Bundle(Model):
    """Several courses that an organisation sells at one price, from `opened_at` until `closed_at`; it is never changed.

    price_minor includes tax; each course's part of it follows from the list prices of
    the day. refund_days: for so long a refund is given without a question.
    """

    __tablename__ = "bundle"
    __table_args__ = (
        sa.CheckConstraint("price_minor > 0", name="price_positive"),
        sa.CheckConstraint("refund_days BETWEEN 0 AND 365", name="refund_days_in_range"),
        sa.Index("ix_bundle_organisation", "organisation_id", "opened_at"),
        sa.Index("ix_bundle_open", "closed_at", "opened_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    name: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str] = mapped_column(sa.String(120))
    about: Mapped[str] = mapped_column(sa.Text)
    about_en: Mapped[str] = mapped_column(sa.Text)
    price_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    refund_days: Mapped[int] = mapped_column(sa.Integer)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int | None] = ref("person.id", index=False)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = ref("person.id", index=False)


class BundleCourse(Model):
    """A course that stands in a bundle, in its place."""

    __tablename__ = "bundle_course"

    bundle_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("bundle.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("course.id"), primary_key=True, index=True)
    n: Mapped[int] = mapped_column(sa.Integer)


class OrderPart(Model):
    """One course of an order for a bundle, with what decides about its money: as an order for one course pins it.

    gross_minor: this course's part of what is paid. The parts add up to their order.
    """

    __tablename__ = "order_part"
    __table_args__ = (
        sa.UniqueConstraint("order_id", "course_id", name="uq_order_part_course"),
        sa.CheckConstraint("gross_minor BETWEEN 0 AND list_price_minor", name="gross_within_list_price"),
        sa.CheckConstraint("tax_minor BETWEEN 0 AND gross_minor", name="tax_within_gross"),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = ref("order.id", index=False)
    n: Mapped[int] = mapped_column(sa.Integer)
    offering_id: Mapped[int] = ref("offering.id")
    course_id: Mapped[int] = ref("course.id")
    release_id: Mapped[int] = ref("release.id", index=False)
    terms_hash: Mapped[str] = mapped_column(sa.String(64))
    list_price_minor: Mapped[int] = mapped_column(sa.BigInteger)
    gross_minor: Mapped[int] = mapped_column(sa.BigInteger)
    tax_bps: Mapped[int] = mapped_column(sa.Integer)
    tax_minor: Mapped[int] = mapped_column(sa.BigInteger)
    enrolment_id: Mapped[int | None] = ref("enrolment.id", unique=True)
