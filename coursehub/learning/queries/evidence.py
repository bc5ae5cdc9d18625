"""Evidence as its learner sees it, and as a stranger with the learner's link sees one row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.catalog.models import Course, Release
from coursehub.db import db
from coursehub.learning import chain
from coursehub.learning.models import Enrolment, Evidence, EvidenceLink
from coursehub.learning.queries.outline import outline
from coursehub.people.models import Organisation


@dataclass(frozen=True)
class EvidenceView:
    """One row of evidence in words and hashes; `link` is the address the learner opened, if any."""

    public_id: str
    n: int
    step_key: str
    step_title: str
    kind: str
    verdict: str
    score_bps: int | None
    grader: str
    version: str
    at: datetime
    inputs_hash: str
    outputs_hash: str
    prev_hash: str
    hash: str
    link: str | None


def evidence_of(enrolment: Enrolment, locale: str) -> list[EvidenceView]:
    """All rows of an enrolment, newest first."""
    links = sa.and_(EvidenceLink.evidence_id == Evidence.id, EvidenceLink.closed_at.is_(None))
    found = (
        sa.select(Evidence, EvidenceLink.public_id)
        .outerjoin(EvidenceLink, links)
        .where(Evidence.enrolment_id == enrolment.id)
        .order_by(Evidence.n.desc())
    )
    return [_view(row, link, locale) for row, link in db.session.execute(found)]


def _view(row: Evidence, link: str | None, locale: str) -> EvidenceView:
    tree = outline(row.release_id, locale)
    step = tree.by_key.get(row.step_key)
    title = step.title if step else (tree.title if row.kind == "course" else row.step_key)
    return EvidenceView(
        row.public_id, row.n, row.step_key, title, row.kind, row.verdict, row.score_bps, row.grader, tree.version,
        row.at, row.inputs_hash, row.outputs_hash, row.prev_hash, row.hash, link,
    )  # fmt: skip


def evidence_visible_to(enrolment_id: int, public_id: str) -> sa.Select[Evidence]:
    """One row of an enrolment that the reader was already allowed to open."""
    return sa.select(Evidence).where(Evidence.enrolment_id == enrolment_id, Evidence.public_id == public_id)


@dataclass(frozen=True)
class PublicEvidence:
    """What a stranger sees: the task, the verdict and the proof of it; no name."""

    evidence: EvidenceView
    course_title: str
    course_slug: str
    lesson_title: str
    organisation: tuple[str, str]
    content_hash: str
    rows: int
    is_whole: bool


def public_evidence(link_public_id: str, locale: str) -> PublicEvidence | None:
    """The row behind an address its learner opened; None when there is none or it was closed."""
    found = (
        sa.select(Evidence, Enrolment, Course.slug, Release.content_hash, Organisation.name, Organisation.name_en)
        .join(EvidenceLink, EvidenceLink.evidence_id == Evidence.id)
        .join(Enrolment, Enrolment.id == Evidence.enrolment_id)
        .join(Course, Course.id == Enrolment.course_id)
        .join(Release, Release.id == Evidence.release_id)
        .join(Organisation, Organisation.id == Course.organisation_id)
        .where(EvidenceLink.public_id == link_public_id, EvidenceLink.closed_at.is_(None))
    )
    row = db.session.execute(found).one_or_none()
    if row is None:
        return None
    evidence, enrolment, slug, content_hash, name, name_en = row
    tree = outline(evidence.release_id, locale)
    step = tree.by_key.get(evidence.step_key)
    links = chain_links(enrolment)
    return PublicEvidence(
        _view(evidence, link_public_id, locale), tree.title, slug, step.lesson_title if step else "", (name, name_en),
        content_hash or "", len(links), chain.breaks(links) == [],
    )  # fmt: skip


def chain_links(enrolment: Enrolment) -> list[dict[str, Any]]:
    """The enrolment's whole chain as plain fields, ready to be recomputed."""
    found = (
        sa.select(Evidence, Release.public_id)
        .join(Release, Release.id == Evidence.release_id)
        .where(Evidence.enrolment_id == enrolment.id)
        .order_by(Evidence.n)
    )
    return [
        {
            "public_id": row.public_id, "enrolment": enrolment.public_id, "release": release, "n": row.n,
            "step_key": row.step_key, "kind": row.kind, "verdict": row.verdict, "score_bps": row.score_bps,
            "inputs_hash": row.inputs_hash, "outputs_hash": row.outputs_hash, "grader": row.grader,
            "at": chain.moment(row.at), "prev_hash": row.prev_hash, "hash": row.hash,
        }
        for row, release in db.session.execute(found)
    ]  # fmt: skip
