"""The lesson page and what its reader says there: read, watched, here I stopped, in this language."""

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog.queries import step_of
from coursehub.errors import Refusal
from coursehub.learning import operations, queries
from coursehub.learning.forms import LanguageForm, PositionForm
from coursehub.learning.models import Attempt, Enrolment
from coursehub.learning.views import bp
from coursehub.learning.views.files import send_asset
from coursehub.learning.views.finding import asset_or_404, my_enrolment
from coursehub.learning.views.lesson_page import lesson_page
from coursehub.web import SIGNED_IN, access, one_or_404, page, see_other, signed_in_actor


@bp.get("/learn/<enrolment_id>/<step_key>")
@access(SIGNED_IN)
def lesson(enrolment_id: str, step_key: str) -> ResponseReturnValue:
    """One step of a course, for the person who is enrolled in it."""
    actor = signed_in_actor()
    enrolment = queries.enrolled(actor, enrolment_id)
    if enrolment is None:
        abort(404)
    step = step_of(enrolment.release, step_key, enrolment.locale)
    if step is None:
        abort(404)
    if enrolment.ended_at is not None:
        return page(
            "learning/ended.html", status=403, enrolment=enrolment, tree=queries.outline_of(enrolment.release, enrolment.locale)
        )
    if enrolment.last_step_key != step_key and not actor.is_only_looking:
        operations.open_step(enrolment.row, step_key, by=actor, at=clock.now())
    if enrolment.source == "pass" and not actor.is_only_looking:
        operations.note_active(enrolment.row, by=actor, at=clock.now())
    shown = _attempt_asked_for(enrolment.id, step_key)
    begin = "starter" if request.args.get("begin") == "starter" else ""
    return lesson_page(enrolment, step, again="again" in request.args, shown=shown, begin=begin)


def _tree(enrolment: Enrolment) -> queries.Outline:
    return queries.outline(enrolment.release_id, enrolment.locale)


def _attempt_asked_for(enrolment_id: int, step_key: str) -> Attempt | None:
    asked = request.args.get("attempt")
    if asked is None:
        return None
    attempt = one_or_404(queries.attempt_visible_to(enrolment_id, asked))
    if attempt.step_key != step_key or attempt.kind != "code":
        abort(404)
    return attempt


@bp.post("/learn/<enrolment_id>/active")
@access(SIGNED_IN)
def note_active(enrolment_id: str) -> ResponseReturnValue:
    """The page is still being read; it says so once a minute."""
    operations.note_active(my_enrolment(enrolment_id), by=signed_in_actor(), at=clock.now())
    return "", 204


@bp.post("/learn/<enrolment_id>/<step_key>/read")
@access(SIGNED_IN)
def mark_read(enrolment_id: str, step_key: str) -> ResponseReturnValue:
    """The learner says they have read it, and goes on to the next step."""
    enrolment = my_enrolment(enrolment_id)
    try:
        operations.mark_read(enrolment, step_key, by=signed_in_actor(), at=clock.now())
    except operations.AcceptedOtherwise as refusal:
        flash(str(refusal), "warning")
        return see_other("learning.lesson", enrolment_id=enrolment_id, step_key=step_key)
    return _go_on(enrolment, step_key)


@bp.post("/learn/<enrolment_id>/<step_key>/watched")
@access(SIGNED_IN)
def mark_watched(enrolment_id: str, step_key: str) -> ResponseReturnValue:
    """The learner says they have watched it, and goes on to the next step."""
    enrolment = my_enrolment(enrolment_id)
    try:
        operations.mark_watched(enrolment, step_key, by=signed_in_actor(), at=clock.now())
    except operations.AcceptedOtherwise as refusal:
        flash(str(refusal), "warning")
        return see_other("learning.lesson", enrolment_id=enrolment_id, step_key=step_key)
    return _go_on(enrolment, step_key)


def _go_on(enrolment: Enrolment, step_key: str) -> ResponseReturnValue:
    """To the next step; to the course's page once everything is done or nothing follows."""
    tree = _tree(enrolment)
    done = {key for key, done_at in queries.progress_of(enrolment.id).items() if done_at is not None}
    _before, after = tree.around(step_key)
    if after is None or tree.counted <= done:
        return see_other("learning.course", enrolment_id=enrolment.public_id)
    return see_other("learning.lesson", enrolment_id=enrolment.public_id, step_key=after.key)


@bp.post("/learn/<enrolment_id>/<step_key>/position")
@access(SIGNED_IN)
def note_position(enrolment_id: str, step_key: str) -> ResponseReturnValue:
    """A player says where it is; answers in a word whether the step is done now."""
    enrolment = my_enrolment(enrolment_id)
    form = PositionForm()
    if not form.validate_on_submit():
        return {"problems": form.errors}, 422
    try:
        done = operations.note_position(
            enrolment, step_key, seconds=form.seconds.data or 0, duration_seconds=form.duration.data or 0,
            by=signed_in_actor(), at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        return {"refusal": str(refusal)}, refusal.status
    return {"done": done}


@bp.post("/enrolments/<enrolment_id>/language")
@access(SIGNED_IN)
def read_in(enrolment_id: str) -> ResponseReturnValue:
    """Go on in another language of the course; progress stays."""
    enrolment = my_enrolment(enrolment_id)
    form = LanguageForm()
    if form.validate_on_submit():
        operations.read_in(enrolment, locale=str(form.locale.data), by=signed_in_actor())
    if form.step.data and form.step.data in _tree(enrolment).by_key:
        return see_other("learning.lesson", enrolment_id=enrolment_id, step_key=form.step.data)
    return see_other("learning.course", enrolment_id=enrolment_id)


@bp.get("/enrolments/<enrolment_id>/files/<path:path>")
@access(SIGNED_IN)
def file(enrolment_id: str, path: str) -> ResponseReturnValue:
    """A picture, video or data file of the learner's release, in parts if a player asks so."""
    enrolment = my_enrolment(enrolment_id)
    if enrolment.ended_at is not None:
        abort(403, description=_("This enrolment has ended, so its files are closed."))
    return send_asset(asset_or_404(enrolment.release_id, path), is_public=False)
