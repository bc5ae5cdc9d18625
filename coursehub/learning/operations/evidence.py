"""Writing evidence, and letting others read one row of it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.catalog.models import Release
from coursehub.db import db, in_transaction, lock, look, new_public_id, transaction, written
from coursehub.errors import require
from coursehub.learning import chain, policies
from coursehub.learning.models import Attempt, Enrolment, Evidence, EvidenceLink
from coursehub.people.actor import Actor
from coursehub.prepared import Prepared

_RELEASE = sa.select(Release.public_id, Release.content_hash).where(Release.id == sa.bindparam("release_id"))
_KEEP = Prepared(sa.insert(Evidence.__table__).returning(Evidence.id))  # type: ignore[arg-type]
_LAST = (
    sa.select(Evidence.n, Evidence.hash)
    .where(Evidence.enrolment_id == sa.bindparam("enrolment_id"))
    .order_by(Evidence.n.desc())
    .limit(1)
)


def record_evidence(
    enrolment: Enrolment,
    *,
    step_key: str,
    kind: str,
    verdict: str,
    inputs: Any,
    outputs: Any,
    grader: str,
    at: datetime,
    attempt: Attempt | None = None,
) -> Evidence:
    """Add the next row to the enrolment's chain.

    inputs, outputs: plain JSON values; only their hashes are kept here. What was
    judged also includes the release's content hash, so the very task is pinned.
    The caller holds the enrolment's lock: one row after another.
    """
    if not in_transaction():
        raise RuntimeError("evidence is recorded in the transaction of the verdict")
    release_public_id, content_hash = look(_RELEASE, {"release_id": enrolment.release_id}).one()
    last = look(_LAST, {"enrolment_id": enrolment.id}).one_or_none()
    fields = {
        "public_id": new_public_id(),
        "enrolment": enrolment.public_id,
        "release": release_public_id,
        "n": last.n + 1 if last else 1,
        "step_key": step_key,
        "kind": kind,
        "verdict": verdict,
        "score_bps": attempt.score_bps if attempt else None,
        "inputs_hash": chain.digest({"release": content_hash or "", "step": step_key, "inputs": inputs}),
        "outputs_hash": chain.digest(outputs),
        "grader": grader,
        "at": chain.moment(at),
        "prev_hash": last.hash if last else chain.ZERO,
    }
    row = {name: value for name, value in fields.items() if name not in ("enrolment", "release")} | {
        "enrolment_id": enrolment.id, "release_id": enrolment.release_id, "attempt_id": attempt.id if attempt else None,
        "at": at, "hash": chain.row_hash(fields),
    }  # fmt: skip
    return written(Evidence, {"id": _KEEP(row).scalar_one(), **row})


def open_link(evidence: Evidence, *, by: Actor, at: datetime) -> EvidenceLink:
    """Make one row of evidence readable at an address only its learner gives away; a second call gives the same."""
    enrolment = db.session.get_one(Enrolment, evidence.enrolment_id)
    require(policies.may_learn(by, enrolment))
    with transaction():
        lock(enrolment)
        existing = _open_link_of(evidence)
        if existing is not None:
            return existing
        link = EvidenceLink(evidence_id=evidence.id, opened_at=at)
        db.session.add(link)
        db.session.flush()
    return link


def close_link(evidence: Evidence, *, by: Actor, at: datetime) -> None:
    """Take the address back; whoever has it finds nothing from now on."""
    enrolment = db.session.get_one(Enrolment, evidence.enrolment_id)
    require(policies.may_learn(by, enrolment))
    with transaction():
        lock(enrolment)
        link = _open_link_of(evidence)
        if link is not None:
            link.closed_at = at


def _open_link_of(evidence: Evidence) -> EvidenceLink | None:
    found = sa.select(EvidenceLink).where(EvidenceLink.evidence_id == evidence.id, EvidenceLink.closed_at.is_(None))
    return db.session.execute(found).scalar_one_or_none()
