"""The evidence behind a placement or part-time work: which credentials the employer could read before it offered."""

from datetime import datetime

import sqlalchemy as sa

from coursehub.catalog.models import Course, Release, ReleaseSkill, Skill
from coursehub.db import db
from coursehub.learning.credentials.models import Credential
from coursehub.learning.proof import proven_level
from coursehub.learning.queries.outline import GRADED, outline
from coursehub.learning.queries.skills import graded_steps
from coursehub.talent.matched_evidence import Disclosed, Matched, matched_evidence
from coursehub.talent.models import Engagement, Offer, OpeningSkill, Placement, TalentGrant


def evidence_behind(placement: Placement) -> tuple[Matched, ...]:
    """The credentials that count for a placement, as decision 18 says; the same whenever it is asked.

    What happened after the offer, a consent withdrawn or a credential revoked, changes nothing.
    """
    offered_at = db.session.get_one(Offer, placement.offer_id).extended_at
    if offered_at is None:
        return ()
    return _matched(placement.opening_id, placement.person_id, placement.organisation_id, offered_at)


def evidence_behind_work(engagement: Engagement) -> tuple[Matched, ...]:
    """The credentials that count for part-time work: read before it was proposed, and asked for by its opening.

    Work that was proposed without an opening required nothing, so nothing counts.
    """
    if engagement.opening_id is None:
        return ()
    return _matched(engagement.opening_id, engagement.person_id, engagement.organisation_id, engagement.proposed_at)


def _matched(opening_id: int, person_id: int, organisation_id: int, offered_at: datetime) -> tuple[Matched, ...]:
    asked = db.session.execute(
        sa.select(Skill.code, OpeningSkill.level)
        .join(Skill, Skill.id == OpeningSkill.skill_id)
        .where(OpeningSkill.opening_id == opening_id, OpeningSkill.required)
    )
    required = {row.code: row.level for row in asked}
    disclosed = disclosed_before(person_id, organisation_id, offered_at)
    return matched_evidence(required, disclosed, offered_at=offered_at)


def disclosed_before(person_id: int, organisation_id: int, before_at: datetime) -> list[Disclosed]:
    """The credentials that a grant let this organisation read at some moment before this one, the oldest first."""
    grants = [
        grant
        for grant in db.session.execute(
            sa.select(TalentGrant).where(
                TalentGrant.person_id == person_id, TalentGrant.organisation_id == organisation_id,
                TalentGrant.granted_at < before_at,
            )
        ).scalars()
        if "credentials" in grant.fields
    ]  # fmt: skip
    rows = db.session.execute(
        sa.select(Credential, Course.public_id)
        .join(Release, Release.id == Credential.release_id)
        .join(Course, Course.id == Release.course_id)
        .where(
            Credential.person_id == person_id,
            Credential.issued_at < before_at,
            sa.or_(Credential.revoked_at.is_(None), Credential.revoked_at >= before_at),
        )
        .order_by(Credential.issued_at, Credential.id)
    ).all()
    found = []
    for credential, course in rows:
        moments = [moment for grant in grants if (moment := _first_read(grant, credential.issued_at)) is not None]
        if moments:
            found.append(
                Disclosed(
                    credential.public_id,
                    course,
                    _skills(credential.release_id),
                    assessed_minutes(credential.release_id),
                    credential.issued_at,
                    min(moments),
                )
            )
    return found


def assessed_minutes(release_id: int) -> int:
    """The minutes of those lessons of a release in which at least one step is judged by us and must be passed."""
    return sum(
        lesson.minutes
        for lesson in outline(release_id, "").lessons
        if any(step.rule == "passed" and step.kind in GRADED for step in lesson.steps)
    )


def _first_read(grant: TalentGrant, issued_at: datetime) -> datetime | None:
    """The first moment at which this grant showed a credential of that day; None if it had ended by then."""
    if grant.granted_at is None:
        return None
    first = max(grant.granted_at, issued_at)
    until = min(grant.until_at, grant.ended_at or grant.until_at)
    return first if first < until else None


def _skills(release_id: int) -> dict[str, int]:
    rows = db.session.execute(
        sa.select(Skill.code, ReleaseSkill.level)
        .join(Skill, Skill.id == ReleaseSkill.skill_id)
        .where(ReleaseSkill.release_id == release_id)
    )
    graded = graded_steps(release_id)
    return {code: proven_level(stated, graded=graded) for code, stated in rows}
