"""The road of a release: submitted and frozen, reviewed against a clock, answered."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.catalog import policies
from coursehub.catalog.checks import Finding, check_release, sketch_of
from coursehub.catalog.manifest import hash_of, manifest_of
from coursehub.catalog.models import Course, Release, ReleaseReview, ReleaseText, ReviewRemark
from coursehub.catalog.operations.drafts import NotADraft
from coursehub.catalog.operations.history import happened
from coursehub.catalog.queries.content import outline
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor

REVIEW_TIME = timedelta(days=3)
"""The published promise: an answer within three days of submission."""


class ChecksFailed(Refusal):
    """The release cannot be submitted yet. Mend what the checks have found first (%(count)s)."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(count=len(findings))
        self.findings = findings


class ReviewDecided(Refusal):
    """This review has been decided already."""


class ReviewNotTaken(Refusal):
    """Take the review first, so that others know you are at it."""


def submit_release(release: Release, *, by: Actor, at: datetime) -> ReleaseReview:
    """Freeze a draft and ask for its listing. The automatic checks run first.

    Raises NotADraft or ChecksFailed, which carries the findings.
    """
    with transaction():
        course = db.session.get_one(Course, release.course_id)
        lock(release)
        require(policies.may_author(by, course.organisation_id))
        if release.state != "draft":
            raise NotADraft
        findings = check_release(release)
        stopping = [finding for finding in findings if finding.weight == "stops"]
        if stopping:
            raise ChecksFailed(stopping)
        _freeze(release, at=at)
        review = ReleaseReview(
            release_id=release.id, submitted_by_id=by.person_id, submitted_at=at, due_at=at + REVIEW_TIME,
            findings=[finding.as_dict() for finding in findings], summary="",
        )  # fmt: skip
        db.session.add(review)
        db.session.flush()
        happened(release, "submitted", by_id=by.person_id, at=at)
        events.record("catalog.release_submitted", at=at, release_id=release.id, review_id=review.id)
        return review


def _freeze(release: Release, *, at: datetime) -> None:
    for row in db.session.execute(sa.select(ReleaseText).where(ReleaseText.release_id == release.id)).scalars():
        tree = outline(release.id, row.locale)
        titles = [phase.title for phase in tree.phases] + [lesson.title for lesson in tree.lessons]
        row.search_text = "\n".join([row.summary, *row.outcomes, *titles, *(step.title for step in tree.steps)])
    db.session.flush()
    release.sketch = sketch_of(release.id)
    release.manifest = manifest_of(release)
    release.content_hash = hash_of(release.manifest)
    release.frozen_at = at
    release.state = "submitted"
    db.session.flush()


def withdraw_release(review: ReleaseReview, *, by: Actor, at: datetime) -> None:
    """Take a submission back before it is answered; a new draft can be begun from it.

    Raises ReviewDecided.
    """
    with transaction():
        release, course = _locked(review)
        require(policies.may_author(by, course.organisation_id))
        _decide(review, release, "withdrawn", "changes_requested", at=at)
        happened(release, "withdrawn", by_id=by.person_id, at=at)


def take_review(review: ReleaseReview, *, by: Actor, at: datetime) -> None:
    """Say that one is at it. Another reviewer may take it over.

    Raises ReviewDecided.
    """
    with transaction():
        release, _course = _locked(review)
        require(policies.may_review(by))
        if review.decision is not None:
            raise ReviewDecided
        review.reviewer_id, review.taken_at = by.person_id, at
        release.state = "in_review"
        happened(release, "in_review", by_id=by.person_id, at=at)
        events.record("catalog.review_taken", at=at, review_id=review.id)


def add_remark(review: ReleaseReview, *, body: str, step_key: str | None, by: Actor, at: datetime) -> ReviewRemark:
    """Say something about one step, or about the whole release.

    Raises ReviewDecided.
    """
    with transaction():
        _locked(review)
        require(policies.may_review(by))
        if review.decision is not None:
            raise ReviewDecided
        remark = ReviewRemark(review_id=review.id, step_key=step_key, body=body.strip(), by_id=by.person_id, at=at)
        db.session.add(remark)
        return remark


def request_changes(review: ReleaseReview, *, summary: str, by: Actor, at: datetime) -> None:
    """Answer: not yet. The remarks go to the partner with the letter.

    Raises ReviewDecided or ReviewNotTaken.
    """
    with transaction():
        release, _course = _locked(review)
        require(policies.may_review(by))
        if review.decision is None and review.taken_at is None:
            raise ReviewNotTaken
        _decide(review, release, "changes_requested", "changes_requested", at=at)
        review.summary = summary.strip()
        happened(release, "changes_requested", by_id=by.person_id, at=at)
        events.record("catalog.changes_requested", at=at, release_id=release.id, review_id=review.id)


def approve_release(review: ReleaseReview, *, summary: str = "", by: Actor, at: datetime) -> None:
    """Answer: yes. It can be listed as soon as terms are in force.

    Raises ReviewDecided or ReviewNotTaken.
    """
    with transaction():
        release, _course = _locked(review)
        require(policies.may_review(by))
        if review.decision is None and review.taken_at is None:
            raise ReviewNotTaken
        _decide(review, release, "approved", "approved", at=at)
        review.summary = summary.strip()
        happened(release, "approved", by_id=by.person_id, at=at)
        events.record("catalog.release_approved", at=at, release_id=release.id, review_id=review.id)


def _locked(review: ReleaseReview) -> tuple[Release, Course]:
    release = db.session.get_one(Release, review.release_id)
    lock(release)
    db.session.refresh(review)
    return release, db.session.get_one(Course, release.course_id)


def _decide(review: ReleaseReview, release: Release, decision: str, state: str, *, at: datetime) -> None:
    if review.decision is not None:
        raise ReviewDecided
    review.decision, review.decided_at = decision, at
    release.state = state
