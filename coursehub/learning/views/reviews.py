"""Writing a course review, and the partner's reply to it."""

from flask import abort, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from coursehub import clock
from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.learning import operations, queries
from coursehub.learning.forms import ReplyForm, ReviewForm
from coursehub.learning.models import CourseReview
from coursehub.learning.policies import TEACHING_ROLES
from coursehub.learning.views import bp
from coursehub.learning.views.finding import my_enrolment
from coursehub.web import PARTNER, SIGNED_IN, access, current_locale, one_or_404, page, see_other, signed_in_actor


@bp.route("/enrolments/<enrolment_id>/review", methods=["GET", "POST"])
@access(SIGNED_IN)
def write_review(enrolment_id: str) -> ResponseReturnValue:
    """Write or change one's review of the course."""
    enrolment = my_enrolment(enrolment_id)
    actor = signed_in_actor()
    mine = queries.own_review(person_id=actor.person_id, course_id=enrolment.course_id)
    form = ReviewForm(stars=str(mine.stars), text=mine.text) if mine else ReviewForm()
    status = 200
    if form.is_submitted():
        if form.validate():
            try:
                operations.write_review(
                    db.session.get_one(Course, enrolment.course_id), stars=int(form.stars.data), text=str(form.text.data),
                    by=actor, at=clock.now(),
                )  # fmt: skip
            except Refusal as refusal:
                flash(str(refusal), "warning")
            else:
                flash(_("Your review is on the course page now."), "done")
            return see_other("learning.course", enrolment_id=enrolment_id)
        status = 422
    tree = queries.outline(enrolment.release_id, enrolment.locale)
    return page("learning/review.html", status=status, enrolment=enrolment, tree=tree, form=form, mine=mine)


@bp.post("/enrolments/<enrolment_id>/review/delete")
@access(SIGNED_IN)
def delete_review(enrolment_id: str) -> ResponseReturnValue:
    """Take back one's review."""
    enrolment = my_enrolment(enrolment_id)
    actor = signed_in_actor()
    mine = queries.own_review(person_id=actor.person_id, course_id=enrolment.course_id)
    if mine is None:
        abort(404)
    operations.delete_review(mine, by=actor, at=clock.now())
    flash(_("Your review is gone."), "done")
    return see_other("learning.course", enrolment_id=enrolment_id)


@bp.get("/studio/courses/<course_id>/reviews")
@access(PARTNER(*TEACHING_ROLES))
def studio_reviews(course_id: str) -> ResponseReturnValue:
    """What learners say about a course of one's organisation."""
    course = one_or_404(queries.courses_taught_by(signed_in_actor()).where(Course.public_id == course_id))
    return _reviews_page(course, None, ReplyForm())


def _reviews_page(course: Course, replying: str | None, form: ReplyForm, *, status: int = 200) -> ResponseReturnValue:
    return page(
        "learning/studio_reviews.html",
        status=status,
        course=course,
        title=queries.title_of_course(course.id, current_locale()),
        summary_of=queries.review_summary(course.id),
        reviews=queries.reviews_of(course.id, limit=200),
        replying=replying,
        form=form,
    )


@bp.post("/studio/reviews/<review_id>/reply")
@access(PARTNER(*TEACHING_ROLES))
def reply_to_review(review_id: str) -> ResponseReturnValue:
    """Answer a review in the name of the organisation."""
    actor = signed_in_actor()
    review = one_or_404(
        select(CourseReview).where(
            CourseReview.public_id == review_id, CourseReview.deleted_at.is_(None), CourseReview.hidden_at.is_(None)
        )
    )
    course = one_or_404(queries.courses_taught_by(actor).where(Course.id == review.course_id))
    form = ReplyForm()
    if not form.validate_on_submit():
        return _reviews_page(course, review_id, form, status=422)
    operations.reply_to_review(review, text=str(form.text.data), by=actor, at=clock.now())
    flash(_("Your reply is on the course page now."), "done")
    return see_other("learning.studio_reviews", course_id=course.public_id, _anchor=f"review-{review_id}")
