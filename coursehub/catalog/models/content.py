"""The content tree of a release: phases, lessons, steps, their texts per language, and files."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.catalog.models.course import STEP_KINDS, one_of
from coursehub.db import Id, Model, ref


class ReleaseText(Model):
    """What a release says about itself in one language."""

    __tablename__ = "release_text"
    __table_args__ = (sa.PrimaryKeyConstraint("release_id", "locale"),)

    release_id: Mapped[int] = ref("release.id", index=False, ondelete="CASCADE")
    locale: Mapped[str] = mapped_column(sa.String(10))
    title: Mapped[str] = mapped_column(sa.String(200))
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    outcomes: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    search_text: Mapped[str] = mapped_column(sa.Text, default="")


class Phase(Model):
    """A part of a course that holds lessons."""

    __tablename__ = "phase"
    __table_args__ = (sa.UniqueConstraint("release_id", "key", name="uq_phase_key"),)

    id: Mapped[Id]
    release_id: Mapped[int] = ref("release.id", ondelete="CASCADE")
    position: Mapped[int] = mapped_column(sa.Integer)
    key: Mapped[str] = mapped_column(sa.String(120))


class PhaseText(Model):
    """A phase's title in one language."""

    __tablename__ = "phase_text"
    __table_args__ = (sa.PrimaryKeyConstraint("phase_id", "locale"),)

    phase_id: Mapped[int] = ref("phase.id", index=False, ondelete="CASCADE")
    locale: Mapped[str] = mapped_column(sa.String(10))
    release_id: Mapped[int] = ref("release.id", ondelete="CASCADE")
    title: Mapped[str] = mapped_column(sa.String(200))


class Lesson(Model):
    """A sitting: some minutes, one or more steps; a preview is open to everybody."""

    __tablename__ = "lesson"
    __table_args__ = (sa.UniqueConstraint("release_id", "key", name="uq_lesson_key"),)

    id: Mapped[Id]
    release_id: Mapped[int] = ref("release.id", ondelete="CASCADE")
    phase_id: Mapped[int] = ref("phase.id", ondelete="CASCADE")
    position: Mapped[int] = mapped_column(sa.Integer)
    key: Mapped[str] = mapped_column(sa.String(120))
    minutes: Mapped[int] = mapped_column(sa.Integer, default=0)
    is_preview: Mapped[bool] = mapped_column(sa.Boolean, default=False)


class LessonText(Model):
    """A lesson's title and summary in one language."""

    __tablename__ = "lesson_text"
    __table_args__ = (sa.PrimaryKeyConstraint("lesson_id", "locale"),)

    lesson_id: Mapped[int] = ref("lesson.id", index=False, ondelete="CASCADE")
    locale: Mapped[str] = mapped_column(sa.String(10))
    release_id: Mapped[int] = ref("release.id", ondelete="CASCADE")
    title: Mapped[str] = mapped_column(sa.String(200))
    summary: Mapped[str] = mapped_column(sa.Text, default="")


class ModuleMaker(Model):
    """Whose the new words of a module (a lesson) are in a release; where nobody is named, the course's own organisation's.

    It names the lesson by its key and is not copied when a release is revised: it is about what this release adds.
    """

    __tablename__ = "module_maker"
    __table_args__ = (sa.PrimaryKeyConstraint("release_id", "lesson_key"),)

    release_id: Mapped[int] = ref("release.id", index=False, ondelete="CASCADE")
    lesson_key: Mapped[str] = mapped_column(sa.String(120))
    organisation_id: Mapped[int] = ref("organisation.id")


class Step(Model):
    """The smallest thing one does: read, watch, answer, write code.

    `key` is stable across releases and shared by all languages. `definition` holds
    the logic and the answers and is never sent to a browser.
    """

    __tablename__ = "step"
    __table_args__ = (
        sa.UniqueConstraint("release_id", "key", name="uq_step_key"),
        one_of("kind", STEP_KINDS, "kind"),
    )

    id: Mapped[Id]
    release_id: Mapped[int] = ref("release.id", ondelete="CASCADE")
    lesson_id: Mapped[int] = ref("lesson.id", ondelete="CASCADE")
    position: Mapped[int] = mapped_column(sa.Integer)  # within the whole release
    key: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[str] = mapped_column(sa.String(20))
    definition: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    acceptance: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)


class StepText(Model):
    """A step in one language: Markdown and its rendered HTML, and short strings by id."""

    __tablename__ = "step_text"
    __table_args__ = (sa.PrimaryKeyConstraint("step_id", "locale"),)

    step_id: Mapped[int] = ref("step.id", index=False, ondelete="CASCADE")
    locale: Mapped[str] = mapped_column(sa.String(10))
    release_id: Mapped[int] = ref("release.id", ondelete="CASCADE")
    title: Mapped[str] = mapped_column(sa.String(200))
    page: Mapped[str] = mapped_column(sa.String(400), default="")  # the document it came from; its links start there
    source: Mapped[str] = mapped_column(sa.Text, default="")
    html: Mapped[str] = mapped_column(sa.Text, default="")
    texts: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    texts_html: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)


class Asset(Model):
    """A file that belongs to a release: an image, a video, captions, data."""

    __tablename__ = "asset"
    __table_args__ = (sa.UniqueConstraint("release_id", "path", name="uq_asset_path"),)

    id: Mapped[Id]
    release_id: Mapped[int] = ref("release.id", ondelete="CASCADE")
    path: Mapped[str] = mapped_column(sa.String(400))
    storage_key: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    media_type: Mapped[str] = mapped_column(sa.String(80))
    bytes: Mapped[int] = mapped_column(sa.BigInteger)
    is_public: Mapped[bool] = mapped_column(sa.Boolean, default=False)  # shown by a preview lesson
