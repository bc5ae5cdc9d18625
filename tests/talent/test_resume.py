"""JSON Resume: what is kept, what is dropped and why, and that nothing bad comes in with a file."""

import json

import pytest
import sqlalchemy as sa

from coursehub.db import db
from coursehub.talent import resume
from coursehub.talent.models import ClaimedSkill, Profile
from coursehub.talent.operations import profiles
from coursehub.talent.operations.resumes import take_resume
from coursehub.talent.queries.profiles import portfolio_of
from coursehub.talent.queries.resumes import resume_of

RESUME = {
    "$schema": resume.SCHEMA,
    "basics": {
        "name": "Ada Chen", "label": "Junior data engineer", "email": "ada@example.org", "phone": "13800138000",
        "summary": "I like tables.\nAnd rows.", "location": {"city": "Hangzhou", "countryCode": "CN"},
    },
    "work": [{"name": "Somewhere", "position": "Intern"}],
    "skills": [{"name": "Python", "level": "Master", "keywords": ["pytest", "SQL"]}, {"name": "Python"}],
    "projects": [
        {"name": "Tide tables", "url": "https://example.org/tides", "highlights": ["fast"]}, {"name": "Odd", "url": "javascript:alert(1)"},
        {"description": "nameless"},
    ],
    "references": [{"name": "Boss"}, {"name": "Other boss"}],
    "hobbies": ["sea"],
}  # fmt: skip


@pytest.fixture
def profile(cast, at):
    return profiles.begin_profile(by=cast.acting(cast.ada), at=at)


def test_what_a_profile_has_a_place_for_is_kept_and_all_else_is_named_with_its_reason(cast, at, profile):
    found = take_resume(profile, json.dumps(RESUME).encode(), by=cast.acting(cast.ada), at=at)
    assert (profile.headline, profile.about, profile.city) == ("Junior data engineer", "I like tables.\nAnd rows.", "Hangzhou")
    claims = db.session.execute(sa.select(ClaimedSkill.words).order_by(ClaimedSkill.words)).scalars().all()
    assert claims == ["Python", "SQL", "pytest"]
    assert [(item.title, item.address, item.text) for item in portfolio_of(profile)] == [
        ("Tide tables", "https://example.org/tides", "fast"), ("Odd", "", ""),
    ]  # fmt: skip
    dropped = {line.name: line.count for line in found.report if line.state == "dropped"}
    assert dropped == {"basics.name, basics.email, basics.phone": 3, "work": 1, "projects": 1, "references": 2, "hobbies": 1}
    assert all(line.notes for line in found.report)


def test_nothing_of_the_person_is_written_over_and_nothing_that_tells_who_they_are_comes_in(cast, at, profile):
    profile.city = "Suzhou"
    db.session.flush()
    told = {"basics": {"label": "Ada Chen, engineer", "location": {"city": "Hangzhou"}}}
    found = take_resume(profile, json.dumps(told).encode(), by=cast.acting(cast.ada), at=at)
    assert (profile.headline, profile.city) == ("", "Suzhou")
    assert {line.name: line.state for line in found.report} == {"basics.label": "dropped", "basics.city": "dropped"}


def test_the_same_file_twice_changes_nothing_more(cast, at, profile):
    for _ in range(2):
        take_resume(profile, json.dumps(RESUME).encode(), by=cast.acting(cast.ada), at=at)
    assert len(portfolio_of(profile)) == 2
    assert db.session.execute(sa.select(sa.func.count()).select_from(ClaimedSkill)).scalar_one() == 3


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b'"x"', b"{", b"\xff\xfe{}", b"[" * 100_000, b"{" + b'"a":[' * 30_000, b'{"a": ' + b"9" * 5000 + b"}", b"PK\x03\x04"],
    ids=["empty", "a list", "a word", "cut off", "not utf-8", "deep list", "deep object", "long number", "zip"],
)  # fmt: skip
def test_a_bad_file_is_refused_with_a_sentence_and_changes_nothing(cast, at, profile, data):
    with pytest.raises(resume.NotAResume, match="not a JSON Resume"):
        take_resume(profile, data, by=cast.acting(cast.ada), at=at)
    assert db.session.get_one(Profile, profile.id).headline == ""


def test_a_large_file_is_refused(cast, at, profile):
    with pytest.raises(resume.ResumeIsTooLarge):
        take_resume(profile, b" " * (resume.LARGEST_BYTES + 1), by=cast.acting(cast.ada), at=at)


@pytest.mark.parametrize(
    "odd",
    [
        {"basics": "x"}, {"basics": {"location": "here", "label": 3, "summary": None}}, {"skills": {"a": 1}}, {"skills": [1, None, [], {"name": {}}]},
        {"projects": "many"}, {"projects": [1, {"name": "x", "url": "http://[", "highlights": 7}]}, {"work": 4}, {"basics": None},
    ],
)  # fmt: skip
def test_odd_shapes_are_read_as_what_they_are_not(odd):
    assert resume.read(json.dumps(odd).encode()).headline == ""


def test_what_goes_out_comes_in_again(cast, at, profile):
    take_resume(profile, json.dumps(RESUME).encode(), by=cast.acting(cast.ada), at=at)
    out = resume_of(profile)
    assert out["basics"]["name"] == "Ada Chen" and out["skills"][0]["level"] == "claimed, not verified"
    again = resume.read(json.dumps(out).encode())
    assert (again.headline, again.city, len(again.claims), len(again.made)) == ("Junior data engineer", "Hangzhou", 3, 2)
