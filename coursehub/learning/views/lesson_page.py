"""The lesson page, put together once for every kind of step, for learners and for previews."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from flask import abort
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from coursehub import clock
from coursehub.catalog.queries import StepView, placed
from coursehub.db import look
from coursehub.learning import queries, shapes
from coursehub.learning.models import Enrolment, StepProgress
from coursehub.learning.queries.outline import Outline, OutlineLesson
from coursehub.learning.views.parts import VideoPart, code_part, quiz_part
from coursehub.web import page, signed_in_actor


@dataclass(frozen=True)
class Place:
    """Where step pages live: in a learner's enrolment, or in the free preview of a course."""

    base: str
    files: str
    is_preview: bool

    def step(self, key: str) -> str:
        """The address of a step."""
        return f"{self.base}/{key}"

    def file(self, path: str) -> str:
        """The address of a file."""
        return f"{self.files}/{quote(path)}"


@dataclass(frozen=True)
class OutlineRow:
    """One lesson in the outline beside the text; its steps only where the reader is."""

    title: str
    url: str
    state: str  # done | now | open | closed
    done: int
    total: int
    minutes: int
    steps: tuple[tuple[str, str, str], ...]
    """(title, address, state)"""


def enrolment_place(enrolment: queries.Enrolled | Enrolment) -> Place:
    """Addresses inside one enrolment."""
    return Place(f"/learn/{enrolment.public_id}", f"/enrolments/{enrolment.public_id}/files", False)


def outline_rows(tree: Outline, place: Place, *, done: set[str], now: str | None) -> list[tuple[str, list[OutlineRow]]]:
    """The outline as (phase title, lessons), with what is done and where the reader is."""
    return [(phase.title, [_outline_row(lesson, place, done, now) for lesson in phase.lessons]) for phase in tree.phases]


def _outline_row(lesson: OutlineLesson, place: Place, done: set[str], now: str | None) -> OutlineRow:
    keys = [step.key for step in lesson.steps]
    counted = [step.key for step in lesson.steps if step.rule]
    finished = sum(key in done for key in counted)
    here = now in keys
    closed = place.is_preview and not lesson.is_preview
    waiting = next((key for key in counted if key not in done), keys[0] if keys else "")
    state = "closed" if closed else "done" if counted and finished == len(counted) else "open"
    steps = (
        tuple(
            (step.title, place.step(step.key), "now" if step.key == now else "done" if step.key in done else "open")
            for step in lesson.steps
        )
        if here
        else ()
    )
    return OutlineRow(
        lesson.title, place.step(waiting) if waiting and not closed else "", "now" if here else state,
        finished, len(counted), lesson.minutes, steps,
    )  # fmt: skip


def shown_step(step: StepView, place: Place) -> dict[str, Any]:
    """What a template may know of a step: never its definition."""
    rule = str(step.acceptance.get("rule") or "read")
    return {
        "key": step.key,
        "kind": step.kind,
        "title": step.title,
        "rule": rule,
        "locale": step.locale,
        "html": Markup(placed(step.html, steps=place.base, assets=place.files)),  # noqa: S704 - cleaned by text.render
        "acceptance": shapes.acceptance_words(step),
        "pass_percent": int(step.definition.get("pass_percent", 80)) if step.kind == "quiz" else None,
        "attempts": int(step.definition.get("attempts", 0)) if step.kind == "quiz" else None,
    }


def video_part(step: StepView, place: Place, *, position_seconds: int) -> VideoPart:
    """A video step's files by their addresses in this place."""
    film = shapes.film(step.definition, step.locale)
    return VideoPart(
        src=place.file(film.video),
        media_type=film.media_type,
        poster=place.file(film.poster) if film.poster else "",
        captions=tuple((locale, place.file(path)) for locale, path in film.captions),
        position_seconds=position_seconds,
        transcript=Markup(placed(step.html, steps=place.base, assets=place.files)),  # noqa: S704 - cleaned by text.render
    )


def lesson_page(
    given_enrolment: queries.Enrolled | Enrolment, step: StepView, *, status: int = 200, **given: Any
) -> ResponseReturnValue:
    """A step for its learner. given: what a refused form wants shown again (answers, problems, source, form, asked)."""
    at, reader = clock.now(), signed_in_actor()
    enrolment = (
        given_enrolment if isinstance(given_enrolment, queries.Enrolled) else queries.enrolled(reader, given_enrolment.public_id)
    )
    if enrolment is None:
        abort(404)
    place = enrolment_place(enrolment)
    tree = queries.outline_of(enrolment.release, enrolment.locale)
    rows = _progress(enrolment.id)
    done = {key for key, row in rows.items() if row.done_at is not None}
    mine = rows.get(step.key)
    before, after = tree.around(step.key)
    return page(
        "learning/lesson.html",
        status=status,
        enrolment=enrolment,
        place_of=place,
        tree=tree,
        lesson=tree.lesson_of(step.key),
        lesson_number=[lesson.key for lesson in tree.lessons].index(step.lesson_key) + 1,
        step=shown_step(step, place),
        outline=outline_rows(tree, place, done=done, now=step.key),
        done_count=len(tree.counted & done),
        done_at=mine.done_at if mine else None,
        before=before,
        after=after,
        part=_part(enrolment, step, place, mine, at=at, given=given),
        questions=queries.questions_beside(enrolment.course_id, step.key, reader=reader),
        newer=enrolment.newer_id,
        is_by_pass=enrolment.source == "pass",
        **{name: given[name] for name in ("form", "editing", "answering") if name in given},
    )


def _progress(enrolment_id: int) -> dict[str, Any]:
    return {row.step_key: row for row in look(_PROGRESS, {"enrolment_id": enrolment_id})}


_PROGRESS = sa.select(StepProgress.step_key, StepProgress.done_at, StepProgress.position_seconds, StepProgress.draft).where(
    StepProgress.enrolment_id == sa.bindparam("enrolment_id")
)


def _part(enrolment: queries.Enrolled, step: StepView, place: Place, mine: Any, *, at: Any, given: dict[str, Any]) -> Any:
    if step.kind == "quiz":
        return quiz_part(
            enrolment.row, step, at=at, again=bool(given.get("again")),
            answers=given.get("answers"), problems=given.get("problems"), places=given.get("places"),
        )  # fmt: skip
    if step.kind == "code":
        return code_part(
            enrolment.row, step, shown=given.get("shown"), draft=mine.draft if mine else None,
            begin=given.get("begin", ""), source=given.get("source"),
        )  # fmt: skip
    if step.kind == "video":
        return video_part(step, place, position_seconds=mine.position_seconds if mine else 0)
    return None
