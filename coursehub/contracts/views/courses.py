"""Putting the courses of a contract on offer, and taking them off."""

import sqlalchemy as sa
from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog.models import Course
from coursehub.contracts import operations, queries
from coursehub.contracts.views import looking
from coursehub.errors import Refusal
from coursehub.people.actor import Actor
from coursehub.web import one_or_404, see_other, signed_in_actor


def list_course(contract_id: str, course_id: str) -> ResponseReturnValue:
    """Put a course on offer under the terms in force."""
    reader, course = _find(contract_id, course_id)
    try:
        operations.list_course(course, by=reader, at=clock.now())
        flash(_("The course is listed."), "done")
    except Refusal as refusal:
        flash(str(refusal), "harm")
    return see_other(".contract", contract_id=contract_id)


def close_listing(contract_id: str, course_id: str) -> ResponseReturnValue:
    """Take it off the offer."""
    reader, course = _find(contract_id, course_id)
    try:
        operations.close_listing(course, by=reader, at=clock.now())
        flash(_("The course is not on offer any more. Learners who are enrolled keep it."), "done")
    except Refusal as refusal:
        flash(str(refusal), "harm")
    return see_other(".contract", contract_id=contract_id)


def _find(contract_id: str, course_id: str) -> tuple[Actor, Course]:
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    covered = sa.select(Course).where(Course.id.in_(queries.course_ids_of(found.id)), Course.public_id == course_id)
    return reader, one_or_404(covered)
