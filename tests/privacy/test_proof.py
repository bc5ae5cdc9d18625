"""The proof of privacy: the log replays clean, and every kind of planted violation is caught."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.learning.operations import enrol
from coursehub.learning.operations.teaching import open_names
from coursehub.people.models import AccessLog
from coursehub.people.operations import open_profile
from coursehub.privacy.proof import violations
from coursehub.talent.operations import consent
from coursehub.talent.operations.opening_fields import open_person
from tests.learning.course import make_course, make_release
from tests.talent.test_consent import pool_profile

DAYS = timedelta(days=1)


@pytest.fixture
def opened(cast, at):
    """One opening of every purpose, each with its right; then the consent is taken back."""
    pool_profile(cast.ada, at)
    course = make_course(cast.northwind, at=at)
    enrolment = enrol(person_id=cast.ada.id, release_id=make_release(course, at=at).id, at=at)
    open_names(course, [enrolment], by=cast.acting(cast.tara), at=at + DAYS)
    open_profile(cast.ada, by=cast.acting(cast.susi), purpose="support", fields=["email"], reason="asked", at=at + DAYS)
    grant = consent.show_myself(cast.harbour, fields=["display_name"], until_at=at + 30 * DAYS, by=cast.acting(cast.ada), at=at)
    open_person(cast.ada.id, by=cast.acting(cast.emma), purpose="hiring", fields=["display_name"], at=at + 2 * DAYS)
    consent.withdraw_consent(grant, by=cast.acting(cast.ada), at=at + 3 * DAYS)
    return grant


def test_a_life_of_consents_replays_without_a_violation(opened):
    assert len(db.session.execute(sa.select(AccessLog)).all()) == 3
    assert violations() == []


def test_the_command_says_so(app, opened):
    from coursehub.privacy.commands import prove

    result = app.test_cli_runner().invoke(prove)
    assert result.exit_code == 0 and "Every opening had a right" in result.output


PLANTED = {
    "not live at that instant": {"at": lambda at: at + 3 * DAYS + timedelta(microseconds=1)},
    "no such consent": {"grant_public_id": lambda at: "nothing000000000"},
    "names no consent": {"grant_public_id": lambda at: None},
    "more fields than were given": {"fields": lambda at: ["display_name", "email"]},
    "a consent of somebody else, to somebody else or for something else": {"purpose": lambda at: "work"},
    "no such purpose": {"purpose": lambda at: "curiosity"},
    "no support role then": {"purpose": lambda at: "support"},
    "no enrolment open then": {"purpose": lambda at: "teaching"},
}


@pytest.mark.parametrize("why", PLANTED)
def test_a_planted_violation_is_caught(cast, at, opened, why):
    values = {
        "person_id": cast.ada.id, "by_id": cast.emma.id, "organisation_id": cast.harbour.id, "purpose": "hiring",
        "fields": ["display_name"], "grant_public_id": opened.public_id, "at": at + 2 * DAYS,
    }  # fmt: skip
    with transaction():
        db.session.add(AccessLog(**values | {name: value(at) for name, value in PLANTED[why].items()}))
    assert [violation.why for violation in violations()] == [why]


def test_an_opening_before_the_consent_or_by_somebody_who_does_not_hire_is_caught(cast, at, opened):
    base = {
        "person_id": cast.ada.id, "organisation_id": cast.harbour.id, "purpose": "hiring", "fields": ["display_name"],
        "grant_public_id": opened.public_id,
    }  # fmt: skip
    with transaction():
        db.session.add(AccessLog(by_id=cast.emma.id, at=at - DAYS, **base))
        db.session.add(AccessLog(by_id=cast.emil.id, at=at + DAYS, **base))
    assert [violation.why for violation in violations()] == ["not live at that instant", "no role that hires then"]
