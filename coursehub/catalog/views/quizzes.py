"""Making a quiz in the browser: behind a step, question by question."""

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog.operations import quizzes as operations
from coursehub.catalog.operations.drafts import NotADraft
from coursehub.catalog.views import bp
from coursehub.catalog.views.finding import asked_language, release_or_404, step_or_404
from coursehub.catalog.views.releases import frame
from coursehub.errors import Refusal
from coursehub.web import PARTNER, access, page, see_other, signed_in_actor

AUTHORS = PARTNER("owner", "author")


@bp.route("/studio/releases/<release_id>/steps/<key>/questions", methods=["GET", "POST"])
@access(AUTHORS)
def add_question(release_id: str, key: str) -> ResponseReturnValue:
    """A first question makes a quiz behind this step; behind a quiz it is one more of its questions."""
    release, course = release_or_404(release_id)
    view, row = step_or_404(release, key, asked_language(release))
    if release.state != "draft":
        flash(str(NotADraft()), "warning")
        return see_other("catalog.step", release_id=release.public_id, key=key)
    problem, actor, at = "", signed_in_actor(), clock.now()
    if request.method == "POST":
        try:
            if view.kind == "quiz":
                operations.add_question(row, question=_typed(), by=actor, at=at)
                made = row.key
            else:
                title = request.form.get("title", "").strip() or _("Check yourself")
                made = operations.add_quiz(row, title=title, question=_typed(), by=actor, at=at).key
            flash(_("The question stands. Add another, or mend its words in every language."), "done")
            return see_other("catalog.step", release_id=release.public_id, key=made, lang=view.locale)
        except Refusal as refusal:
            problem = str(refusal)
    return page(
        "catalog/add_question.html", status=422 if problem else 200, **frame(release, course, "outline"), step=view,
        problem=problem, said=request.form, marked=request.form.getlist("right"), most=operations.MOST_CHOICES,
    )  # fmt: skip


def _typed() -> operations.NewQuestion:
    words = [request.form.get(f"choice-{n}", "").strip()[:2000] for n in range(operations.MOST_CHOICES)]
    kept = [n for n, said in enumerate(words) if said]
    right = frozenset(kept.index(int(mark)) for mark in request.form.getlist("right") if mark.isdigit() and int(mark) in kept)
    return operations.NewQuestion(
        prompt=request.form.get("prompt", "")[:20_000], choices=tuple(words[n] for n in kept), right=right,
        explanation=request.form.get("explanation", "")[:20_000],
    )  # fmt: skip


@bp.post("/studio/releases/<release_id>/steps/<key>/questions/<question>/removal")
@access(AUTHORS)
def drop_question(release_id: str, key: str, question: str) -> ResponseReturnValue:
    """Take one question out."""
    release, _course = release_or_404(release_id)
    _view, row = step_or_404(release, key, asked_language(release))
    try:
        operations.drop_question(row, question, by=signed_in_actor(), at=clock.now())
        flash(_("The question is gone."), "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("catalog.step", release_id=release.public_id, key=key)


@bp.post("/studio/releases/<release_id>/steps/<key>/removal")
@access(AUTHORS)
def drop_quiz(release_id: str, key: str) -> ResponseReturnValue:
    """Take a quiz out of the draft."""
    release, _course = release_or_404(release_id)
    _view, row = step_or_404(release, key, asked_language(release))
    try:
        operations.drop_quiz(row, by=signed_in_actor(), at=clock.now())
        flash(_("The quiz is gone."), "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
        return see_other("catalog.step", release_id=release.public_id, key=key)
    return see_other("catalog.release", release_id=release.public_id)
