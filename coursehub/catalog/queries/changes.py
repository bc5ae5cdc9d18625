"""What changed between two releases: by stable step keys, on the text a learner reads."""

import difflib
from dataclasses import dataclass, field

import sqlalchemy as sa

from coursehub.catalog.models import Release
from coursehub.catalog.queries.content import StepView, steps_of
from coursehub.db import db
from coursehub.text import plain_text


@dataclass(frozen=True)
class DiffLine:
    """One line of a text diff: kind is `same`, `added` or `removed`."""

    kind: str
    text: str


@dataclass(frozen=True)
class StepChange:
    """One step that is not what it was: added, removed or changed."""

    key: str
    kind: str
    change: str
    title: str
    old_title: str | None = None
    definition_changed: bool = False
    lines: list[DiffLine] = field(default_factory=list)


def previous_release(release: Release) -> Release | None:
    """The release to compare with: the one before it that was ever approved, else the one before it."""
    earlier = sa.select(Release).where(Release.course_id == release.course_id, Release.number < release.number)
    newest = earlier.order_by(Release.number.desc()).limit(1)
    approved = newest.where(Release.state.in_(("approved", "listed", "retired")))
    found: Release | None = db.session.execute(approved).scalar_one_or_none()
    return found or db.session.execute(newest).scalar_one_or_none()


def changes_between(old_release_id: int, new_release_id: int, locale: str) -> list[StepChange]:
    """Steps added, removed and changed from one release to another, in the new one's order."""
    old = {step.key: step for step in steps_of(old_release_id, locale)}
    new = {step.key: step for step in steps_of(new_release_id, locale)}
    changes = []
    for key, step in new.items():
        before = old.get(key)
        if before is None:
            changes.append(StepChange(key, step.kind, "added", step.title, lines=_lines([], _words(step))))
        elif _differs(before, step):
            changes.append(_changed(before, step))
    gone = [step for key, step in old.items() if key not in new]
    return changes + [StepChange(s.key, s.kind, "removed", s.title, s.title, lines=_lines(_words(s), [])) for s in gone]


def _differs(old: StepView, new: StepView) -> bool:
    return (old.kind, old.title, old.source, old.texts, old.definition, old.acceptance) != (
        new.kind, new.title, new.source, new.texts, new.definition, new.acceptance,
    )  # fmt: skip


def _changed(old: StepView, new: StepView) -> StepChange:
    return StepChange(
        new.key,
        new.kind,
        "changed",
        new.title,
        old.title,
        definition_changed=(old.kind, old.definition, old.acceptance) != (new.kind, new.definition, new.acceptance),
        lines=_lines(_words(old), _words(new)) or _lines(old.source.splitlines(), new.source.splitlines()),
    )


def _words(step: StepView) -> list[str]:
    """The step as a learner reads it, a block a line."""
    html = [step.html, *(step.texts_html[key] for key in sorted(step.texts_html))]
    return [line for part in html for line in plain_text(part).splitlines()]


def _lines(old: list[str], new: list[str], context: int = 2) -> list[DiffLine]:
    lines: list[DiffLine] = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(context):
        if lines:
            lines.append(DiffLine("same", "…"))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines.extend(DiffLine("same", text) for text in old[i1:i2])
                continue
            lines.extend(DiffLine("removed", text) for text in old[i1:i2])
            lines.extend(DiffLine("added", text) for text in new[j1:j2])
    return lines
