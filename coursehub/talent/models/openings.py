"""Openings: what an employer offers, fixed before anybody applies; and the days on which nobody here works."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref
from coursehub.talent.machines import OPENING
from coursehub.talent.models.profiles import FORMS, PAY_PERIODS, one_of

OPENING_KINDS = ("hire", "part_time")


class Opening(Model):
    """One place to fill, or several alike. Once published its terms never change: a change is a new opening.

    pay_minor: in minor units of `currency`, before tax, for one `pay_period`.
    answer_within_days: working days within which every application gets its first answer.
    guarantee_days: calendar days after the start within which leaving gives part of the fee back.
    follows_id: the opening that this one replaces, if its terms were changed.
    terms_hash: SHA-256 of the terms as published.
    """

    __tablename__ = "opening"
    __table_args__ = (
        one_of("state", OPENING.states),
        one_of("kind", OPENING_KINDS),
        one_of("form", FORMS),
        one_of("pay_period", PAY_PERIODS),
        CheckConstraint("pay_minor > 0", name="pays"),
        CheckConstraint("weekly_hours BETWEEN 1 AND 60", name="hours_sane"),
        CheckConstraint("answer_within_days BETWEEN 1 AND 20", name="answers_in_time"),
        CheckConstraint("guarantee_days BETWEEN 0 AND 180", name="guarantee_sane"),
        CheckConstraint("places BETWEEN 1 AND 100", name="places_sane"),
        Index("ix_opening_listed", "state", "published_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id")
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(String(20))
    pay_minor: Mapped[int] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3))
    pay_period: Mapped[str] = mapped_column(String(8))
    weekly_hours: Mapped[int] = mapped_column(Integer)
    city: Mapped[str] = mapped_column(String(60), default="")
    remote: Mapped[bool] = mapped_column(default=False)
    places: Mapped[int] = mapped_column(Integer, default=1)
    answer_within_days: Mapped[int] = mapped_column(Integer)
    guarantee_days: Mapped[int] = mapped_column(Integer, default=90)
    state: Mapped[str] = mapped_column(String(12))
    follows_id: Mapped[int | None] = ref("opening.id", index=False)
    made_by_id: Mapped[int] = ref("person.id", index=False)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    terms_hash: Mapped[str] = mapped_column(String(64), default="")
    prices_id: Mapped[int | None] = ref("published_prices.id", index=False)  # what hiring costs, pinned when published


class OpeningSkill(Model):
    """A skill that an opening asks for, at least at this level; required, or merely welcome."""

    __tablename__ = "opening_skill"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 4", name="level"),)

    opening_id: Mapped[int] = ref("opening.id", index=False, primary_key=True)
    skill_id: Mapped[int] = ref("skill.id", primary_key=True)
    level: Mapped[int] = mapped_column(Integer)
    required: Mapped[bool] = mapped_column(default=True)


class TeamMember(Model):
    """Somebody of the employer who works on this opening: the hiring team."""

    __tablename__ = "opening_team"

    opening_id: Mapped[int] = ref("opening.id", index=False, primary_key=True)
    person_id: Mapped[int] = ref("person.id", primary_key=True)
    since_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DayOff(Model):
    """A Monday to Friday on which the platform does not count a working day."""

    __tablename__ = "day_off"

    on: Mapped[date] = mapped_column(Date, primary_key=True)
    words: Mapped[str] = mapped_column(String(60))
    set_by_id: Mapped[int] = ref("person.id", index=False)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
