"""The partner's view of learners: counts for the organisation, names and work for those who teach."""

from datetime import timedelta

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta

from coursehub import clock
from coursehub.catalog.models import Course
from coursehub.catalog.queries import current_release, newest_release
from coursehub.learning import operations, queries
from coursehub.learning.models import Enrolment
from coursehub.learning.policies import TEACHING_ROLES, may_see_work
from coursehub.learning.views import bp
from coursehub.learning.views.parts import cases_of
from coursehub.web import PARTNER, access, current_locale, one_or_404, page, paginate, signed_in_actor

PERIODS = (30, 90, 365)


def in_words(wait: timedelta | None) -> str:
    """A length of time as people say it; nothing when it is not known."""
    return format_timedelta(wait) if wait is not None else ""


def _course(course_id: str) -> Course:
    return one_or_404(queries.courses_taught_by(signed_in_actor()).where(Course.public_id == course_id))


@bp.get("/studio/courses/<course_id>/learners")
@access(PARTNER())
def learners(course_id: str) -> ResponseReturnValue:
    """From view to completion, and the step where learners stop. Counts only."""
    course, at = _course(course_id), clock.now()
    days = request.args.get("days", 90, int)
    days = days if days in PERIODS else 90
    release = current_release(course.id) or newest_release(course.id)
    actor = signed_in_actor()
    return page(
        "learning/learners.html",
        course=course,
        title=queries.title_of_course(course.id, current_locale()),
        days=days,
        periods=PERIODS,
        funnel=queries.funnel(course.id, since=at - timedelta(days=days), until=at),
        steps=queries.step_counts(course.id, release.id, current_locale(), at=at) if release else [],
        open_count=queries.open_count(course.id),
        may_see_work=may_see_work(actor, organisation_id=course.organisation_id),
    )


@bp.get("/studio/courses/<course_id>/roster")
@access(PARTNER(*TEACHING_ROLES))
def roster(course_id: str) -> ResponseReturnValue:
    """Who learns in the course now, by name. Each name opened is logged and shown to its owner."""
    course, actor = _course(course_id), signed_in_actor()
    rows = paginate(queries.learners_of(course.id), request.args.get("page", 1, int))
    names = operations.open_names(course, rows.items, by=actor, at=clock.now())
    return page(
        "learning/roster.html",
        course=course,
        title=queries.title_of_course(course.id, current_locale()),
        rows=rows,
        learners=queries.learner_rows(rows.items, current_locale()),
        names=names,
    )


@bp.get("/studio/courses/<course_id>/learners/<enrolment_id>")
@access(PARTNER(*TEACHING_ROLES))
def learner(course_id: str, enrolment_id: str) -> ResponseReturnValue:
    """One learner's work in the course, for somebody who teaches it."""
    course, actor = _course(course_id), signed_in_actor()
    enrolment = one_or_404(queries.learners_of(course.id).where(Enrolment.public_id == enrolment_id))
    names = operations.open_names(course, [enrolment], by=actor, at=clock.now())
    work = queries.work_of(enrolment, current_locale())
    return page(
        "learning/learner.html",
        course=course,
        title=queries.title_of_course(course.id, current_locale()),
        row=queries.learner_rows([enrolment], current_locale())[0],
        name=names.get(enrolment.person_id, ""),
        work=work,
        cases={each.attempt.id: cases_of(each.attempt, current_locale()) for each in work if each.attempt.kind == "code"},
    )


@bp.get("/studio/courses/<course_id>/questions")
@access(PARTNER(*TEACHING_ROLES))
def studio_questions(course_id: str) -> ResponseReturnValue:
    """The questions of a course: those that wait for a teacher, or all."""
    course, actor, at = _course(course_id), signed_in_actor(), clock.now()
    everything = request.args.get("state") == "all"
    chosen = queries.questions_in(course.id) if everything else queries.unanswered_in([course.id])
    rows = paginate(chosen, request.args.get("page", 1, int))
    release = current_release(course.id) or newest_release(course.id)
    return page(
        "learning/studio_questions.html",
        course=course,
        title=queries.title_of_course(course.id, current_locale()),
        rows=rows,
        questions=queries.viewed(rows.items, reader=actor),
        step_titles=queries.titles_of(release.id, current_locale()) if release else {},
        everything=everything,
        usual=in_words(queries.usual_response(course.id, at=at)),
    )
