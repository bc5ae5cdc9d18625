"""What would change for a learner who moves to a newer release."""

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from coursehub.catalog.models import Step, StepText
from coursehub.db import db
from coursehub.learning.chain import digest
from coursehub.learning.models import Enrolment
from coursehub.learning.queries.enrolments import progress_of
from coursehub.learning.queries.outline import outline


@dataclass(frozen=True)
class MoveReport:
    """Step keys by what becomes of them; `gone_done` is work that stays on file without a step."""

    same: tuple[str, ...]
    changed: tuple[str, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]
    gone_done: tuple[str, ...]


def compare_releases(enrolment: Enrolment, to_release_id: int) -> MoveReport:
    """Compare the enrolment's release with another, step by stable step key."""
    old, new = _digests(enrolment.release_id), _digests(to_release_id)
    done = {key for key, done_at in progress_of(enrolment.id).items() if done_at is not None}
    gone = tuple(key for key in old if key not in new)
    return MoveReport(
        same=tuple(key for key in new if old.get(key) == new[key]),
        changed=tuple(key for key in new if key in old and old[key] != new[key]),
        added=tuple(key for key in new if key not in old),
        gone=gone,
        gone_done=tuple(key for key in gone if key in done),
    )


def titles_of(release_id: int, locale: str) -> dict[str, str]:
    """The titles of a release's steps by key, to name them in a report."""
    return {step.key: step.title for step in outline(release_id, locale).steps}


def _digests(release_id: int) -> dict[str, str]:
    """A fingerprint of each step's logic and texts, in reading order."""
    texts: dict[int, list[Any]] = {}
    for row in db.session.execute(
        sa.select(StepText.step_id, StepText.locale, StepText.title, StepText.source, StepText.texts)
        .where(StepText.release_id == release_id)
        .order_by(StepText.step_id, StepText.locale)
    ):
        texts.setdefault(row.step_id, []).append([row.locale, row.title, row.source, row.texts])
    steps = db.session.execute(
        sa.select(Step.id, Step.key, Step.kind, Step.definition, Step.acceptance)
        .where(Step.release_id == release_id)
        .order_by(Step.position, Step.id)
    )
    return {
        step.key: digest([step.kind, _plain(step.definition), _plain(step.acceptance), texts.get(step.id, [])]) for step in steps
    }


def _plain(value: Any) -> str:
    """JSON as text, so that no number in it is too large for the canonical form."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
