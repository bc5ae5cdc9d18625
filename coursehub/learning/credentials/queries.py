"""Reads about credentials, keys and status lists."""

import sqlalchemy as sa

from coursehub.catalog.models import Course, Release, ReleaseText
from coursehub.config import current_settings
from coursehub.db import db
from coursehub.learning.credentials.documents import Achievement, Names, Places, Proven
from coursehub.learning.credentials.models import Credential, IssuerKey, StatusList
from coursehub.learning.models import Completion, Enrolment, Evidence
from coursehub.learning.queries.outline import outline
from coursehub.learning.queries.skills import proven_skills
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.people.queries import house


def places() -> Places:
    """Our addresses, as configured."""
    return Places(current_settings().base_url)


def house_names() -> Names:
    """How the issuer is called."""
    found = house()
    return Names(found.name, found.name_en)


def credential_for_everybody(public_id: str) -> "sa.Select[Credential]":
    """A credential by its public id: whoever was given the address may look."""
    return sa.select(Credential).where(Credential.public_id == public_id)


def credentials_of(person_id: int) -> list[Credential]:
    """What a person holds, newest first."""
    found = sa.select(Credential).where(Credential.person_id == person_id)
    return list(db.session.execute(found.order_by(Credential.issued_at.desc(), Credential.id.desc())).scalars())


def credential_for(enrolment_id: int) -> Credential | None:
    """The newest credential an enrolment led to, revoked or not."""
    found = sa.select(Credential).where(Credential.enrolment_id == enrolment_id)
    return db.session.execute(found.order_by(Credential.id.desc()).limit(1)).scalar_one_or_none()


def credentials_visible_to(reader: Actor) -> "sa.Select[Credential]":
    """Staff see all; everyone else what they hold."""
    every = sa.select(Credential).order_by(Credential.issued_at.desc(), Credential.id.desc())
    return every if reader.is_staff else every.where(Credential.person_id == reader.person_id)


def latest_shown() -> Credential | None:
    """The newest credential that counts and whose holder shows their name: an example that may stand on the front page."""
    found = sa.select(Credential).where(Credential.name_shown, Credential.revoked_at.is_(None))
    return db.session.execute(found.order_by(Credential.issued_at.desc()).limit(1)).scalar_one_or_none()


def key_in_use() -> IssuerKey | None:
    """The key that signs now."""
    return db.session.execute(sa.select(IssuerKey).where(IssuerKey.retired_at.is_(None))).scalar_one_or_none()


def trusted_keys() -> list[IssuerKey]:
    """Every key whose signatures count, oldest first."""
    return list(
        db.session.execute(sa.select(IssuerKey).where(IssuerKey.compromised_at.is_(None)).order_by(IssuerKey.id)).scalars()
    )


def key_by_address(address: str) -> IssuerKey | None:
    """The key that a proof names as its verification method, compromised or not."""
    start, _hash, public_id = address.partition("#")
    if start != places().issuer:
        return None
    return db.session.execute(sa.select(IssuerKey).where(IssuerKey.public_id == public_id)).scalar_one_or_none()


def status_list_numbered(number: int) -> "sa.Select[StatusList]":
    """A status list by its number."""
    return sa.select(StatusList).where(StatusList.number == number)


def revoked_positions(status_list_id: int) -> list[int]:
    """Which bits of a list are set."""
    found = sa.select(Credential.status_index).where(
        Credential.status_list_id == status_list_id, Credential.revoked_at.is_not(None)
    )
    return list(db.session.execute(found).scalars())


def author_of_courses(public_id: str) -> "sa.Select[Organisation]":
    """An organisation that has at least one credential out for a course of its own."""
    made = (
        sa.select(Course.organisation_id)
        .join(Release, Release.course_id == Course.id)
        .join(Credential, Credential.release_id == Release.id)
    )
    return sa.select(Organisation).where(Organisation.public_id == public_id, Organisation.id.in_(made))


def achievement_of(release_id: int) -> Achievement:
    """What completing a release means, in words that a credential carries for good."""
    release, course, organisation = (
        db.session.execute(
            sa.select(Release, Course, Organisation)
            .join(Course, Course.id == Release.course_id)
            .join(Organisation, Organisation.id == Course.organisation_id)
            .where(Release.id == release_id)
        )
        .one()
        ._tuple()
    )
    original = course.original_locale
    texts = {
        text.locale: text
        for text in db.session.execute(sa.select(ReleaseText).where(ReleaseText.release_id == release_id)).scalars()
    }
    ordered = [original, *(locale for locale in release.languages if locale != original)]
    tree = outline(release_id, original)
    return Achievement(
        slug=course.slug,
        version=release.version,
        release=release.public_id,
        content_hash=release.content_hash or "",
        titles={locale: texts[locale].title for locale in ordered if locale in texts},
        summary=texts[original].summary if original in texts else "",
        author=Names(organisation.name, organisation.name_en),
        author_public_id=organisation.public_id,
        steps=len(tree.counted),
        graded=tree.graded,
        skills=[(skill.code, skill.name, skill.level) for skill in proven_skills(release_id, original)],
    )


def proven_by(credential: Credential, *, number: int) -> Proven:
    """The completion a credential states, and the last row of the evidence for it."""
    completion = db.session.get_one(Completion, credential.completion_id)
    rows = sa.select(Evidence.n, Evidence.hash).where(
        Evidence.enrolment_id == credential.enrolment_id,
        Evidence.release_id == credential.release_id,
        Evidence.at <= completion.at,
    )
    last = db.session.execute(rows.order_by(Evidence.n.desc()).limit(1)).one_or_none()
    return Proven(
        public_id=credential.public_id,
        subject_id=credential.subject_id,
        completed_at=completion.at,
        evidence_rows=last.n if last else 0,
        evidence_hash=last.hash if last else "",
        status_number=number,
        status_index=credential.status_index,
        holder_name=credential.holder_name if credential.name_shown else None,
    )


def completion_and_enrolment(completion_id: int) -> tuple[Completion, Enrolment]:
    """A completion and the enrolment it belongs to."""
    return (
        db.session.execute(
            sa.select(Completion, Enrolment)
            .join(Enrolment, Enrolment.id == Completion.enrolment_id)
            .where(Completion.id == completion_id)
        )
        .one()
        ._tuple()
    )
