"""Reading requests that somebody else pay."""

import sqlalchemy as sa

from coursehub.db import db
from coursehub.sales.models import SponsorRequest


def sponsor_requests_of(learner_id: int) -> "sa.Select[SponsorRequest]":
    """A learner's own requests, the latest first."""
    return sa.select(SponsorRequest).where(SponsorRequest.learner_id == learner_id).order_by(SponsorRequest.id.desc())


def sponsor_requests() -> "sa.Select[SponsorRequest]":
    """Every request, for whoever comes back from the pay page and knows its number."""
    return sa.select(SponsorRequest)


def last_sponsor_request(learner_id: int, *, course_id: int | None = None, bundle_id: int | None = None) -> SponsorRequest | None:
    """What a learner last asked an employer for a course, or for a bundle."""
    about = SponsorRequest.course_id == course_id if bundle_id is None else SponsorRequest.bundle_id == bundle_id
    return db.session.execute(sponsor_requests_of(learner_id).where(about).limit(1)).scalar_one_or_none()


def sponsor_request_hashed(token_hash: str) -> SponsorRequest | None:
    """The request behind a link."""
    return db.session.execute(sa.select(SponsorRequest).where(SponsorRequest.token_hash == token_hash)).scalar_one_or_none()


def sponsor_request_of(order_id: int) -> SponsorRequest | None:
    """The request whose employer began to pay this order."""
    return db.session.execute(sa.select(SponsorRequest).where(SponsorRequest.order_id == order_id)).scalar_one_or_none()
