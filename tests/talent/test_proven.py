"""Proven skills: a projection of live credentials, each open to its evidence, never to be mistaken for a claim."""

import re

import pytest
import sqlalchemy as sa

from coursehub import clock, jobs
from coursehub.db import db, transaction
from coursehub.learning.credentials.operations import issue_credential, revoke_credential
from coursehub.learning.models import Completion
from coursehub.learning.operations import enrol
from coursehub.learning.operations.evidence import record_evidence
from coursehub.talent.models import CareerFact, ProvenSkill
from coursehub.talent.operations import profile_parts, profiles
from tests.cast import sign_in
from tests.learning.course import make_course, make_release


@pytest.fixture
def profile(cast, at):
    return profiles.begin_profile(by=cast.acting(cast.ada), at=at)


@pytest.fixture
def credential(cast, at):
    """Ada's credential for a course that teaches Python up to level 3, with one graded step passed."""
    release = make_release(make_course(cast.northwind, at=at), at=at, skills={"Python": 3})
    enrolment = enrol(person_id=cast.ada.id, release_id=release.id, at=at)
    key = db.session.execute(sa.text("SELECT key FROM step WHERE kind = 'quiz' ORDER BY id LIMIT 1")).scalar_one()
    with transaction():
        record_evidence(
            enrolment, step_key=key, kind="quiz", verdict="passed", inputs={}, outputs={}, grader="quiz-grader/7", at=at
        )
        completion = Completion(enrolment_id=enrolment.id, release_id=release.id, at=at)
        db.session.add(completion)
        db.session.flush()
    return issue_credential(completion.id, at=at)


def levels():
    return [(row.level, row.credential_id) for row in db.session.execute(sa.select(ProvenSkill)).scalars()]


def test_a_credential_proves_its_skills_and_a_revoked_one_proves_nothing(cast, at, profile, credential):
    assert levels() == []
    jobs.run_due(at=at, strict=True)
    assert levels() == [(3, credential.id)]
    facts = db.session.execute(sa.select(CareerFact.kind).order_by(CareerFact.id)).scalars().all()
    assert facts == ["enrolled", "certified"]
    revoke_credential(credential, reason="planted", by=cast.acting(cast.stan), at=at)
    jobs.run_due(at=at, strict=True)
    assert levels() == []


def test_a_profile_that_begins_later_finds_what_was_proven_before(cast, at, credential):
    jobs.run_due(at=at, strict=True)
    profiles.begin_profile(by=cast.acting(cast.ada), at=at)
    assert levels() == [(3, credential.id)]


def test_each_mark_opens_to_task_verdict_grader_release_and_date_for_her_and_for_emma(app, cast, at, profile, credential):
    jobs.run_due(at=at, strict=True)
    ada, emma = sign_in(app.test_client(), cast.ada), sign_in(app.test_client(), cast.emma)
    profiles.choose_visibility(profile, "anonymous", by=cast.acting(cast.ada), at=clock.now())
    for browser, page, address in (
        (ada, "/career/skills", "/career/skills/python"),
        (emma, f"/hire/people/{profile.public_id}", f"/hire/people/{profile.public_id}/skills/python"),
    ):
        html = browser.get(page).text
        mark = re.search(rf'class="proof__mark"[^>]*href="({address}#\w+)" title="([^"]+)"', html)
        assert mark and "quiz-grader/7" in mark[2] and "passed" in mark[2]
        evidence = browser.get(address).text
        assert mark[1].partition("#")[2] in evidence
        for part in ("quiz-grader/7", "Release", "Verdict", "Date", "Evidence, hashed", "Level 3 of 4"):
            assert part in evidence
        assert "Ada" not in evidence.partition("<main")[2] and credential.public_id not in evidence


def test_proven_and_claimed_never_look_alike(app, cast, at, profile, credential):
    jobs.run_due(at=at, strict=True)
    profile_parts.claim_skill(profile, "Python", by=cast.acting(cast.ada), at=at)
    html = sign_in(app.test_client(), cast.ada).get("/career/skills").text
    proven, claimed = re.findall(r'<div class="(proof[^"]*)">.*?class="proof__level">([^<]+)<', html, re.S)
    assert proven == ("proof", "level 3 of 4, verified") and claimed == ("proof proof--claimed", "claimed, not verified")
