"""Partner links: made, opened by visitors, closed."""

import secrets
from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.catalog.models import Course
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.sales import policies
from coursehub.sales.models import LinkVisit, PartnerLink

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no letters that look like digits


class NotYourCourse(Refusal):
    """A link or coupon can be made only for courses of your own organisation."""


def make_link(*, name: str, course: Course | None, by: Actor, at: datetime) -> PartnerLink:
    """A link to one course, or to all courses of the organisation. Raises NotYourCourse."""
    require(policies.may_sell(by))
    if course is not None and not by.acts_for(course.organisation_id):
        raise NotYourCourse
    with transaction():
        link = PartnerLink(
            code="".join(secrets.choice(_ALPHABET) for _ in range(10)),
            organisation_id=by.organisation_id,
            course_id=course.id if course else None,
            name=name.strip(),
            made_at=at,
            made_by_id=by.person_id,
        )
        db.session.add(link)
        db.session.flush()
        events.record("sales.link_made", at=at, link_id=link.id, by_id=by.person_id)
    return link


def close_link(link: PartnerLink, *, by: Actor, at: datetime) -> None:
    """The link still leads to the course, but brings nothing to the partner any more."""
    require(policies.may_close_link(by, link))
    with transaction():
        lock(link)
        if link.closed_at is None:
            link.closed_at = at
            events.record("sales.link_closed", at=at, link_id=link.id, by_id=by.person_id)


def count_visit(link: PartnerLink, *, at: datetime) -> None:
    """Somebody opened the link: one more on this day. Who it was is not kept."""
    key = {"link_id": link.id, "on_day": at.date()}
    more = sa.update(LinkVisit).filter_by(**key).values(visits=LinkVisit.visits + 1)
    with transaction():
        if not db.session.execute(more).rowcount:  # type: ignore[attr-defined]
            try:
                with db.session.begin_nested():
                    db.session.add(LinkVisit(**key, visits=1))
            except sa.exc.IntegrityError:
                db.session.execute(more)  # the first visitor of the day came twice at once
