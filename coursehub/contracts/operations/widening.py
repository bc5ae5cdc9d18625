"""Courses that join a contract later, and leave it again while no terms speak of them.

By itself a course under a contract means nothing: it is sold once terms that name it are signed by all who must sign.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from coursehub.catalog.models import Course
from coursehub.contracts import policies, queries
from coursehub.contracts.models import Contract, ContractCourse, ContributionFact
from coursehub.contracts.operations.negotiation import ContractEnded, CoursesBelongToOthers
from coursehub.contracts.operations.recording import write_down
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor


class CourseHasTerms(Refusal):
    """Terms under this or another contract speak of this course. End or change those first."""


class CourseIsSpokenOf(Refusal):
    """An open proposal or a contribution that was recorded speaks of this course. It stays under the contract."""


class LastCourse(Refusal):
    """A contract has at least one course. Add another one first."""


def add_courses(contract: Contract, courses: Sequence[Course], *, by: Actor, at: datetime) -> int:
    """Put more courses of its own sides under a contract; how many are new to it.

    Raises ContractEnded, CoursesBelongToOthers, or CourseHasTerms where another contract's terms hold for one of them and
    name no last day; what is signed here can begin after that.
    """
    require(policies.may_negotiate(by, contract))
    with transaction():
        lock(contract)
        if contract.ends_at is not None:
            raise ContractEnded
        if not {course.organisation_id for course in courses} <= {party.organisation_id for party in contract.parties}:
            raise CoursesBelongToOthers
        there = set(queries.course_ids_of(contract.id))
        new = [course for course in courses if course.id not in there]
        if queries.with_standing_terms([course.id for course in new]):
            raise CourseHasTerms
        for course in new:
            db.session.add(ContractCourse(contract_id=contract.id, course_id=course.id))
            write_down(contract, "course_added", asked_by=by, at=at, course=course.public_id)
        return len(new)


def take_course_off(contract: Contract, course: Course, *, by: Actor, at: datetime) -> None:
    """Take a course from under a contract whose terms never spoke of it.

    Raises CourseHasTerms, CourseIsSpokenOf or LastCourse. Nothing happens if it is not there.
    """
    require(policies.may_negotiate(by, contract))
    with transaction():
        lock(contract)
        there = queries.course_ids_of(contract.id)
        if course.id not in there:
            return
        if course.id in queries.course_ids_of_terms(contract.id):
            raise CourseHasTerms
        offered = queries.open_proposal(contract)
        named = offered is not None and course.public_id in {each.id for each in queries.body_of(offered).scope.courses}
        facts = sa.select(ContributionFact.id).where(
            ContributionFact.contract_id == contract.id, ContributionFact.course_id == course.id
        )
        if named or db.session.execute(facts.limit(1)).first() is not None:
            raise CourseIsSpokenOf
        if len(there) == 1:
            raise LastCourse
        db.session.delete(db.session.get_one(ContractCourse, (contract.id, course.id)))
        write_down(contract, "course_taken_off", asked_by=by, at=at, course=course.public_id)
