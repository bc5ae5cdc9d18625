"""The courses of a contract: which ones there are, putting them on offer, and taking them off."""

import sqlalchemy as sa
from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from coursehub import clock
from coursehub.catalog.models import Course
from coursehub.contracts import operations, queries
from coursehub.contracts.views import looking
from coursehub.db import db
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


def add_courses(contract_id: str) -> ResponseReturnValue:
    """Put more courses under the contract, to be named by its next terms."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    known = {public_id for public_id, _title in looking.courses_to_add(found, reader)}
    chosen = sa.select(Course).where(Course.public_id.in_(known & set(request.form.getlist("course")))).order_by(Course.id)
    try:
        added = operations.add_courses(found, list(db.session.execute(chosen).scalars()), by=reader, at=clock.now())
        if added:
            flash(
                ngettext(
                    "%(num)s course is added. It is sold under this contract once signed terms name it.",
                    "%(num)s courses are added. They are sold under this contract once signed terms name them.",
                    added,
                ),
                "done",
            )
        else:
            flash(_("Choose the courses to add."), "waits")
    except Refusal as refusal:
        flash(str(refusal), "harm")
    return see_other(".contract", contract_id=contract_id, _anchor="courses")


def take_course_off(contract_id: str, course_id: str) -> ResponseReturnValue:
    """Take a course that no terms speak of from under the contract."""
    reader, course = _find(contract_id, course_id)
    found = looking.contract_or_404(reader, contract_id)
    try:
        operations.take_course_off(found, course, by=reader, at=clock.now())
        flash(_("The course is not part of this contract any more."), "done")
    except Refusal as refusal:
        flash(str(refusal), "harm")
    return see_other(".contract", contract_id=contract_id, _anchor="courses")


def _find(contract_id: str, course_id: str) -> tuple[Actor, Course]:
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    covered = sa.select(Course).where(Course.id.in_(queries.course_ids_of(found.id)), Course.public_id == course_id)
    return reader, one_or_404(covered)
