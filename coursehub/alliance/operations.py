"""Publishing: the only thing that the alliance writes."""

from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.alliance import rosters
from coursehub.alliance.models import Publication
from coursehub.catalog.models import Course
from coursehub.db import db, transaction
from coursehub.learning.models import Enrolment
from coursehub.web.locale import local_time


def publish_rosters(*, at: datetime) -> int:
    """Publish the roster of every course for each month that is over and has none yet; gives how many were published.

    Enrolments count in the month in which they were opened, in the platform's zone. A month
    that was published stays as it was, whatever is found later.
    """
    this_month = rosters.month_of(local_time(at).date())
    with transaction():
        known = set(db.session.execute(sa.select(Publication.key).where(Publication.kind == "roster")).scalars())
        cohorts: dict[tuple[str, str], list[str]] = {}
        rows = db.session.execute(
            sa.select(Course.public_id, Enrolment.public_id, Enrolment.opened_at).join(Course, Course.id == Enrolment.course_id)
        )
        for course, enrolment, opened_at in rows:
            month = rosters.month_of(local_time(opened_at).date())
            if month < this_month and f"{course}/{month}" not in known:
                cohorts.setdefault((course, month), []).append(enrolment)
        for (course, month), enrolments in sorted(cohorts.items()):
            digest = rosters.roster_hash(course, month, enrolments)
            body = {"course": course, "month": month, "people": len(enrolments), "hash": digest}
            row = Publication(kind="roster", key=f"{course}/{month}", body=body, body_hash=digest, published_at=at)
            db.session.add(row)
            db.session.flush()
            events.record("alliance.roster_published", at=at, publication_id=row.id)
    return len(cohorts)
