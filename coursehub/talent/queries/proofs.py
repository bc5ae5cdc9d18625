"""What a person has proven: live credentials, the skills they prove, and the evidence behind each."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub.catalog.models import Course, Release, ReleaseSkill, Skill
from coursehub.catalog.queries import title_of
from coursehub.db import db
from coursehub.learning.credentials.models import Credential
from coursehub.learning.models import Completion, Evidence
from coursehub.learning.proof import proven_level
from coursehub.learning.queries.outline import outline
from coursehub.learning.queries.skills import graded_steps
from coursehub.people.models import Organisation
from coursehub.talent.models import ProvenSkill
from coursehub.web.locale import current_locale


@dataclass(frozen=True)
class CredentialView:
    """A live credential: its course, who made it, when it was met; the address is public."""

    public_id: str
    title: str
    organisation: str
    issued_at: datetime


@dataclass(frozen=True)
class Mark:
    """One graded piece of work behind a skill."""

    evidence_public_id: str
    task: str
    kind: str
    verdict: str
    score_bps: int | None
    grader: str
    release: str
    at: datetime
    hash: str


@dataclass(frozen=True)
class Proof:
    """A proven skill with the marks that its proof line shows, the oldest first."""

    code: str
    skill: str
    level: int
    proven_at: datetime
    course: str
    marks: tuple[Mark, ...]


def credentials_held(person_id: int) -> list[CredentialView]:
    """The credentials of a person that count, the newest first."""
    rows = db.session.execute(
        sa.select(Credential.public_id, Credential.release_id, Credential.issued_at, Organisation.name, Organisation.name_en)
        .join(Release, Release.id == Credential.release_id)
        .join(Course, Course.id == Release.course_id)
        .join(Organisation, Organisation.id == Course.organisation_id)
        .where(Credential.person_id == person_id, Credential.revoked_at.is_(None))
        .order_by(Credential.issued_at.desc(), Credential.id.desc())
    )
    locale = current_locale()
    return [
        CredentialView(
            row.public_id, title_of(row.release_id, locale), row.name_en if locale == "en" else row.name, row.issued_at
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Proving:
    """One credential and one skill that it proves: what the projection keeps."""

    skill_id: int
    level: int
    proven_at: datetime
    credential_id: int


def proving(person_id: int) -> list[Proving]:
    """For each skill the live credential that proves it highest, and among equals the newest."""
    rows = db.session.execute(
        sa.select(ReleaseSkill.skill_id, ReleaseSkill.level, Completion.at, Credential.id, Credential.release_id)
        .join(Credential, Credential.release_id == ReleaseSkill.release_id)
        .join(Completion, Completion.id == Credential.completion_id)
        .where(Credential.person_id == person_id, Credential.revoked_at.is_(None))
        .order_by(Completion.at.desc(), Credential.id.desc())
    )
    best: dict[int, Proving] = {}
    for skill_id, stated, at, credential_id, release_id in rows:
        level = proven_level(stated, graded=graded_steps(release_id))
        if skill_id not in best or level > best[skill_id].level:
            best[skill_id] = Proving(skill_id, level, at, credential_id)
    return list(best.values())


def proofs_of(profile_id: int, *, code: str | None = None) -> list[Proof]:
    """The proven skills of a profile, the strongest first; or the one with this code."""
    locale = current_locale()
    select = (
        sa.select(ProvenSkill, Skill, Credential)
        .join(Skill, Skill.id == ProvenSkill.skill_id)
        .join(Credential, Credential.id == ProvenSkill.credential_id)
        .where(ProvenSkill.profile_id == profile_id, Credential.revoked_at.is_(None))
        .order_by(ProvenSkill.level.desc(), ProvenSkill.proven_at.desc(), Skill.position, Skill.id)
    )
    if code is not None:
        select = select.where(Skill.code == code)
    return [
        Proof(
            skill.code, skill.name.get(locale) or next(iter(skill.name.values()), ""), proven.level, proven.proven_at,
            title_of(credential.release_id, locale), _marks(credential, proven.proven_at, locale),
        )
        for proven, skill, credential in db.session.execute(select)
    ]  # fmt: skip


def _marks(credential: Credential, proven_at: datetime, locale: str) -> tuple[Mark, ...]:
    """The graded work that the credential states: what somebody else than the person judged."""
    rows = db.session.execute(
        sa.select(Evidence)
        .where(
            Evidence.enrolment_id == credential.enrolment_id, Evidence.release_id == credential.release_id,
            Evidence.kind.in_(("quiz", "code")), Evidence.verdict == "passed", Evidence.at <= proven_at,
        )
        .order_by(Evidence.n)
    ).scalars()  # fmt: skip
    tree = outline(credential.release_id, locale)
    first: dict[str, Mark] = {}
    for row in rows:
        step = tree.by_key.get(row.step_key)
        first.setdefault(
            row.step_key,
            Mark(
                row.public_id, step.title if step else row.step_key, row.kind, row.verdict, row.score_bps, row.grader,
                tree.version, row.at, row.hash,
            ),
        )  # fmt: skip
    return tuple(first.values())
