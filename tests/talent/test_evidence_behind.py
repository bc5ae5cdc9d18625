"""The evidence behind a placement is what the employer could read before the offer, and stays so whatever comes after."""

import pytest
import sqlalchemy as sa

from coursehub.catalog.models import Skill
from coursehub.db import db, transaction
from coursehub.learning.credentials.operations import issue_credential, revoke_credential
from coursehub.learning.models import Completion
from coursehub.learning.operations import enrol
from coursehub.learning.queries.outline import outline
from coursehub.talent.operations import offers
from coursehub.talent.operations.consent import end_grants_of_cause, grant_for_cause
from coursehub.talent.queries.evidence import assessed_minutes, disclosed_before, evidence_behind
from tests.learning.course import make_course, make_release
from tests.talent.hiring import DAYS, applied, offered, opened, wanted

SHOWN = ("display_name", "email", "credentials")


@pytest.fixture
def course(cast, at):
    return make_course(cast.northwind, at=at)


@pytest.fixture
def credential(cast, at, course):
    """Ada's credential for a course that teaches Python up to level 3 and has graded steps."""
    release = make_release(course, at=at, skills={"Python": 3})
    enrolment = enrol(person_id=cast.ada.id, release_id=release.id, at=at)
    with transaction():
        completion = Completion(enrolment_id=enrolment.id, release_id=release.id, at=at)
        db.session.add(completion)
        db.session.flush()
    return issue_credential(completion.id, at=at)


def placed(cast, at, *, fields=SHOWN, level=2):
    python = db.session.execute(sa.select(Skill)).scalars().one()
    opening = opened(cast, at, skills=wanted((python, level)))
    application = applied(cast, opening, cast.ada, at, fields=fields)
    return offers.accept_offer(offered(cast, application, at + DAYS), by=cast.acting(cast.ada), at=at + 2 * DAYS)


def test_a_disclosed_credential_that_was_asked_for_counts_for_its_course(cast, at, course, credential):
    placement = placed(cast, at)
    (found,) = evidence_behind(placement)
    minutes = assessed_minutes(credential.release_id)
    lessons = outline(credential.release_id, "en").lessons
    assert minutes == sum(lesson.minutes for lesson in lessons if {"quiz", "code"} & {step.kind for step in lesson.steps})
    assert 0 < minutes < sum(lesson.minutes for lesson in lessons)
    assert (found.credential, found.course) == (credential.public_id, course.public_id)
    assert (found.assessed_minutes, found.days_left, found.weight) == (minutes, 729, minutes * 729)


def test_what_the_employer_could_not_read_or_did_not_ask_for_does_not_count(cast, at, credential):
    assert evidence_behind(placed(cast, at, fields=("display_name", "email"))) == ()


def test_a_level_below_the_required_one_does_not_count(cast, at, credential):
    assert evidence_behind(placed(cast, at, level=4)) == ()


def test_what_is_revoked_after_the_offer_still_counts_and_before_it_does_not(cast, at, credential):
    placement = placed(cast, at)
    before = evidence_behind(placement)
    revoke_credential(credential, reason="planted", by=cast.acting(cast.stan), at=at + 5 * DAYS)
    assert evidence_behind(placement) == before != ()
    assert disclosed_before(cast.ada.id, cast.harbour.id, at + 6 * DAYS) == []


def test_a_consent_shows_nothing_before_it_was_given_nor_to_anybody_else(cast, at, credential):
    placed(cast, at)
    assert disclosed_before(cast.ada.id, cast.harbour.id, at) == []
    assert disclosed_before(cast.ada.id, cast.northwind.id, at + DAYS) == []
    assert len(disclosed_before(cast.ada.id, cast.harbour.id, at + DAYS)) == 1


@pytest.mark.parametrize(("ended_after", "counted"), [(2, 0), (4, 1)])
def test_a_consent_that_ended_before_the_credential_came_shows_nothing(cast, at, credential, ended_after, counted):
    given_at = at - 3 * DAYS
    with transaction():
        grant_for_cause(
            cast.ada.id, cast.harbour.id, purpose="application", fields=SHOWN, cause="application", cause_id=7,
            until_at=at + 90 * DAYS, at=given_at,
        )  # fmt: skip
        end_grants_of_cause("application", 7, at=given_at + ended_after * DAYS)
    assert len(disclosed_before(cast.ada.id, cast.harbour.id, at + 10 * DAYS)) == counted
