"""The skill graph, which release teaches what, and the catalogue's revision number."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, ref


class Skill(Model):
    """Something a person can do, in both languages, below a wider skill."""

    __tablename__ = "skill"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    synonyms: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    parent_id: Mapped[int | None] = ref("skill.id", nullable=True)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)


class ReleaseSkill(Model):
    """A release teaches a skill up to a level (1 knows of it … 4 teaches others)."""

    __tablename__ = "release_skill"
    __table_args__ = (
        sa.PrimaryKeyConstraint("release_id", "skill_id"),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name="level"),
    )

    release_id: Mapped[int] = ref("release.id", index=False, ondelete="CASCADE")
    skill_id: Mapped[int] = ref("skill.id")
    level: Mapped[int] = mapped_column(sa.Integer)


class CatalogueRevision(Model):
    """One row: a number that grows whenever the shelf changes, for what is kept of it. Triggers let it grow, nobody else."""

    __tablename__ = "catalogue_revision"

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(sa.BigInteger, default=0)
