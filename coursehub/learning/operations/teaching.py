"""Opening learners' names for those who teach them."""

from collections.abc import Iterable
from datetime import datetime

from coursehub.catalog.models import Course
from coursehub.db import db, transaction
from coursehub.errors import require
from coursehub.learning import policies
from coursehub.learning.models import Enrolment
from coursehub.people.actor import Actor
from coursehub.people.grants import TEACHING_FIELDS, Grant
from coursehub.people.models import Person
from coursehub.people.operations import PersonIsErased, open_profile


def open_names(course: Course, enrolments: Iterable[Enrolment], *, by: Actor, at: datetime) -> dict[int, str]:
    """The display names of these learners by person id, each opening logged.

    An open enrolment is the grant: it names the course's organisation, the purpose
    and the moment at which it ends. Ended enrolments and erased people are missing.
    """
    require(policies.may_see_work(by, organisation_id=course.organisation_id))
    names: dict[int, str] = {}
    with transaction():
        for enrolment in enrolments:
            if enrolment.course_id != course.id or enrolment.ended_at is not None:
                continue
            grant = Grant(enrolment.person_id, course.organisation_id, "teaching", TEACHING_FIELDS, enrolment.ended_at)
            person = db.session.get_one(Person, enrolment.person_id)
            if person.erased_at is not None:
                continue
            try:
                found = open_profile(person, by=by, purpose="teaching", fields=["display_name"], at=at, grant=grant)
            except PersonIsErased:  # forgotten between two reads
                continue
            names[person.id] = str(found["display_name"])
    return names
