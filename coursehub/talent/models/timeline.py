"""The career timeline: what happened to a person on the way from course to work; rows are only ever added."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, UtcDateTime, ref
from coursehub.talent.models.profiles import one_of

CAREER_KINDS = (
    "enrolled", "certified", "shown", "introduced", "granted", "applied", "interviewed", "offered", "accepted", "started",
    "hours_approved", "guarantee_passed", "moved", "left", "withdrew",
)  # fmt: skip
SOURCES = ("system", "person", "employer", "both", "contract")


class CareerFact(Model):
    """One dated fact. `true_at` is when it was so, `learned_at` when we were told; `fact_key` makes it happen once.

    `organisation_id` is where; for "left" the organisation left, "moved" carries where to (None: outside or unknown,
    told apart by `detail`). Confidence follows from the source: both sides beat one.
    """

    __tablename__ = "career_fact"
    __table_args__ = (
        one_of("kind", CAREER_KINDS),
        one_of("source", SOURCES),
        UniqueConstraint("fact_key", name="uq_career_fact_key"),
        Index("ix_career_fact_person", "person_id", "true_at"),
        Index("ix_career_fact_kind", "kind", "true_at"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id", index=False)
    kind: Mapped[str] = mapped_column(String(20))
    true_at: Mapped[datetime] = mapped_column(UtcDateTime)
    learned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(10))
    organisation_id: Mapped[int | None] = ref("organisation.id", index=False)
    course_id: Mapped[int | None] = ref("course.id", index=False)
    subject_id: Mapped[int | None] = mapped_column()  # of the opening, application, placement or engagement it came from
    detail: Mapped[str] = mapped_column(String(60), default="")
    fact_key: Mapped[str] = mapped_column(String(120))
