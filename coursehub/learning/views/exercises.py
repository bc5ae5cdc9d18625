"""Running and handing in code, hints, and the verdict while one waits for it."""

from flask import abort, flash, request
from flask.typing import ResponseReturnValue

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.learning import operations, queries
from coursehub.learning.forms import WorkForm
from coursehub.learning.views import bp
from coursehub.learning.views.finding import my_enrolment, open_step_or_404
from coursehub.learning.views.lesson_page import enrolment_place, lesson_page, shown_step
from coursehub.learning.views.parts import code_part
from coursehub.web import SIGNED_IN, access, one_or_404, page, see_other, signed_in_actor


@bp.post("/learn/<enrolment_id>/<step_key>/work")
@access(SIGNED_IN)
def hand_in(enrolment_id: str, step_key: str) -> ResponseReturnValue:
    """Put the learner's code in line; what was typed is never lost, also when it is refused."""
    enrolment = my_enrolment(enrolment_id)
    step = open_step_or_404(enrolment, step_key)
    form = WorkForm()
    if step.kind != "code":
        abort(404)
    if not form.validate_on_submit():
        return lesson_page(enrolment, step, status=422, source=form.source.data or "", form=form)
    source, purpose = form.source.data or "", form.purpose.data or "check"
    try:
        attempt = operations.hand_in(
            enrolment, step_key, source=source, purpose=purpose, by=signed_in_actor(), at=clock.now()
        )  # fmt: skip
    except Refusal as refusal:
        flash(str(refusal), "warning")
        return lesson_page(enrolment, step, status=refusal.status, source=source)
    return see_other("learning.lesson", enrolment_id=enrolment_id, step_key=step_key, attempt=attempt.public_id, _anchor="result")


@bp.get("/learn/<enrolment_id>/<step_key>/attempts/<attempt_id>")
@access(SIGNED_IN)
def attempt(enrolment_id: str, step_key: str, attempt_id: str) -> ResponseReturnValue:
    """The verdict on one attempt, for a page that waits for it; a browser itself is led to the lesson page."""
    enrolment = my_enrolment(enrolment_id)
    step = open_step_or_404(enrolment, step_key)
    found = one_or_404(queries.attempt_visible_to(enrolment.id, attempt_id))
    if found.kind != "code" or found.step_key != step_key:
        abort(404)
    if request.headers.get("HX-Request") != "true":
        return see_other("learning.lesson", enrolment_id=enrolment_id, step_key=step_key, attempt=attempt_id, _anchor="result")
    place = enrolment_place(enrolment)
    return page(
        "learning/_verdict.html",
        step=shown_step(step, place),
        place_of=place,
        part=code_part(enrolment, step, shown=found, draft=None),
    )


@bp.post("/learn/<enrolment_id>/<step_key>/draft")
@access(SIGNED_IN)
def keep_draft(enrolment_id: str, step_key: str) -> ResponseReturnValue:
    """The editor says what is typed so far."""
    enrolment = my_enrolment(enrolment_id)
    form = WorkForm()
    try:
        operations.keep_draft(enrolment, step_key, source=form.source.data or "", by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        return {"refusal": str(refusal)}, refusal.status
    return "", 204


@bp.post("/learn/<enrolment_id>/<step_key>/hints")
@access(SIGNED_IN)
def open_hint(enrolment_id: str, step_key: str) -> ResponseReturnValue:
    """Open the next hint; the button stands in the editor's form, so what is typed comes along and is kept."""
    enrolment = my_enrolment(enrolment_id)
    open_step_or_404(enrolment, step_key)
    actor, at = signed_in_actor(), clock.now()
    try:
        if "source" in request.form:
            operations.keep_draft(enrolment, step_key, source=request.form["source"], by=actor, at=at)
        operations.open_hint(enrolment, step_key, by=actor, at=at)
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("learning.lesson", enrolment_id=enrolment_id, step_key=step_key, _anchor="hints")
