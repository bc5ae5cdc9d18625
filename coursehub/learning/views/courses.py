"""A learner's courses: the list, one course's own page, and moving up to a newer release."""

from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from coursehub import clock
from coursehub.catalog.models import Course, Release
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.learning import operations, queries
from coursehub.learning.credentials.queries import credential_for
from coursehub.learning.forms import MoveForm
from coursehub.learning.models import Enrolment
from coursehub.learning.views import bp
from coursehub.learning.views.finding import my_enrolment
from coursehub.learning.views.lesson_page import enrolment_place, outline_rows
from coursehub.web import SIGNED_IN, access, one_or_404, page, see_other, signed_in_actor

REASONS_TO_END = {
    "refunded": _l("It was refunded in full."),
    "pass_ended": _l("The pass that opened it has ended. Take a pass again, or buy the course, and you go on where you were."),
    "instalment_due": _l("A part of its price is due. Pay it on the page of your order, and you go on where you were."),
    "ended_by_staff": _l("The house ended it."),
}


@bp.get("/learn")
@access(SIGNED_IN)
def my_courses() -> ResponseReturnValue:
    """Everything the reader is or was enrolled in, with where to continue."""
    courses = queries.desk_courses(signed_in_actor().person_id, limit=200)
    return page("learning/my_courses.html", courses=courses)


@bp.get("/learn/<enrolment_id>")
@access(SIGNED_IN)
def course(enrolment_id: str) -> ResponseReturnValue:
    """One course as its learner sees it: how far, what is next, what it proves."""
    enrolment = my_enrolment(enrolment_id)
    actor = signed_in_actor()
    tree = queries.outline(enrolment.release_id, enrolment.locale)
    done = {key for key, done_at in queries.progress_of(enrolment.id).items() if done_at is not None}
    next_key = queries.next_step_key(tree, enrolment.last_step_key, done)
    place = enrolment_place(enrolment)
    return page(
        "learning/course.html",
        enrolment=enrolment,
        course=db.session.get_one(Course, enrolment.course_id),
        tree=tree,
        place_of=place,
        outline=outline_rows(tree, place, done=done, now=None),
        done_count=len(tree.counted & done),
        minutes_left=tree.minutes_left(done),
        next=tree.by_key.get(next_key or ""),
        completed_at=queries.completed_at(enrolment),
        credential=credential_for(enrolment.id),
        skills=queries.proven_skills(enrolment.release_id, enrolment.locale),
        newer=queries.newer_release_id(enrolment) if enrolment.ended_at is None else None,
        review=queries.own_review(person_id=actor.person_id, course_id=enrolment.course_id),
        ended_because=REASONS_TO_END.get(enrolment.ended_reason or "", ""),
    )


@bp.get("/enrolments/<enrolment_id>/newer")
@access(SIGNED_IN)
def newer_release(enrolment_id: str) -> ResponseReturnValue:
    """What would change for this learner by moving to the newest release."""
    enrolment = my_enrolment(enrolment_id)
    newest = queries.newer_release_id(enrolment)
    if enrolment.ended_at is not None or newest is None:
        return see_other("learning.course", enrolment_id=enrolment_id)
    return page("learning/newer.html", **_difference(enrolment, newest))


def _difference(enrolment: Enrolment, newest: int) -> dict[str, Any]:
    done = {key for key, done_at in queries.progress_of(enrolment.id).items() if done_at is not None}
    return {
        "enrolment": enrolment,
        "old": db.session.get_one(Release, enrolment.release_id),
        "new": db.session.get_one(Release, newest),
        "tree": queries.outline(newest, enrolment.locale),
        "report": queries.compare_releases(enrolment, newest),
        "old_titles": queries.titles_of(enrolment.release_id, enrolment.locale),
        "new_titles": queries.titles_of(newest, enrolment.locale),
        "done": done,
    }


@bp.post("/enrolments/<enrolment_id>/moves")
@access(SIGNED_IN)
def move_up(enrolment_id: str) -> ResponseReturnValue:
    """Move to the release whose difference was on the page."""
    enrolment = my_enrolment(enrolment_id)
    form = MoveForm()
    if not form.validate_on_submit():
        return see_other("learning.newer_release", enrolment_id=enrolment_id)
    wanted = one_or_404(select(Release).where(Release.course_id == enrolment.course_id, Release.public_id == form.release.data))
    try:
        operations.move_up(enrolment, to_release_id=wanted.id, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warning")
        return see_other("learning.newer_release", enrolment_id=enrolment_id)
    flash(_("You are on release %(version)s now. Your progress came along.", version=wanted.version), "done")
    return see_other("learning.course", enrolment_id=enrolment_id)
