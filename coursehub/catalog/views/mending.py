"""Mending a draft step in the browser: its text or its quiz, with a preview, and undo."""

from dataclasses import replace
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog import operations, queries
from coursehub.catalog.forms import TextForm
from coursehub.catalog.models import Course, Release, Step, StepText
from coursehub.catalog.views import bp
from coursehub.catalog.views.finding import asked_language, release_or_404, step_or_404
from coursehub.catalog.views.releases import frame, shown_step
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.web import PARTNER, access, page, see_other, signed_in_actor


@bp.route("/studio/releases/<release_id>/steps/<key>/mending", methods=["GET", "POST"])
@access(PARTNER("owner", "author"))
def mend(release_id: str, key: str) -> ResponseReturnValue:
    """Change a page's text or a quiz; look at it first, or keep it."""
    release, course = release_or_404(release_id)
    view, row = step_or_404(release, key, asked_language(release))
    if release.state != "draft":
        flash(str(operations.NotADraft()), "warning")
        return see_other("catalog.step", release_id=release.public_id, key=key)
    return _mend_quiz(release, course, view, row) if view.kind == "quiz" else _mend_text(release, course, view, row)


def _mend_text(release: Release, course: Course, view: queries.StepView, row: Step) -> ResponseReturnValue:
    form = TextForm(data={"title": view.title, "source": view.source})
    kept = form.validate_on_submit()
    if kept and request.form.get("then") != "preview":
        operations.mend_text(
            row, view.locale, title=form.title.data or "", source=form.source.data or "", by=signed_in_actor(), at=clock.now()
        )
        flash(_("The page is mended."), "done")
        return see_other("catalog.step", release_id=release.public_id, key=view.key, lang=view.locale)
    preview = None
    if kept:
        text = db.session.get_one(StepText, (row.id, view.locale))
        rendered = operations.preview_text(release, text, form.source.data or "", {})
        preview = _placed(release, rendered.html)
    return page(
        "catalog/mend_text.html", status=200 if kept or request.method == "GET" else 422,
        **frame(release, course, "outline"), step=view, form=form, preview=preview,
        can_undo=queries.can_undo(row.id, view.locale),
    )  # fmt: skip


def _placed(release: Release, html: str) -> str:
    base = f"/studio/releases/{release.public_id}"
    return queries.placed(html, steps=f"{base}/steps", assets=f"{base}/files")


def _mend_quiz(release: Release, course: Course, view: queries.StepView, row: Step) -> ResponseReturnValue:
    problem, shown = None, None
    if request.method == "POST":
        try:
            if request.form.get("then") == "preview":
                shown = _previewed_quiz(release, view, row)
            else:
                operations.mend_quiz(
                    row, view.locale, title=request.form.get("title", "").strip() or view.title, texts=_typed_texts(),
                    settings=_typed_settings(view), by=signed_in_actor(), at=clock.now(),
                )  # fmt: skip
                flash(_("The quiz is mended."), "done")
                return see_other("catalog.step", release_id=release.public_id, key=view.key, lang=view.locale)
        except operations.QuizInvalid as refusal:
            problem = str(refusal)
    return page(
        "catalog/mend_quiz.html", status=422 if problem else 200, **frame(release, course, "outline"), step=view,
        problem=problem, said=request.form, chosen=_chosen(view), shown=shown, can_undo=queries.can_undo(row.id, view.locale),
    )  # fmt: skip


def _previewed_quiz(release: Release, view: queries.StepView, row: Step) -> dict[str, Any]:
    text = db.session.get_one(StepText, (row.id, view.locale))
    definition, rendered = operations.preview_quiz(release, row, text, _typed_texts(), _typed_settings(view))
    return shown_step(release, replace(view, definition=definition, texts_html=rendered.texts_html))


def _chosen(view: queries.StepView) -> dict[str, set[str]]:
    """Which choices are marked right: as typed, else as stored."""
    found = {}
    for question in view.definition.get("questions", []):
        stored = {choice["id"] for choice in question.get("choices", []) if choice["correct"]}
        typed = set(request.form.getlist(f"correct:{question['id']}"))
        found[question["id"]] = typed if request.method == "POST" else stored
    return found


def _typed_texts() -> dict[str, str]:
    return {
        name.removeprefix("text:"): said.replace("\r\n", "\n")[:20_000]
        for name, said in request.form.items()
        if name.startswith("text:")
    }


def _whole(name: str, default: int, low: int, high: int) -> int:
    value = request.form.get(name, default, int)
    return min(max(value, low), high)


def _typed_settings(view: queries.StepView) -> dict[str, Any]:
    definition = view.definition
    questions: dict[str, dict[str, Any]] = {}
    for question in definition.get("questions", []):
        key = question["id"]
        wanted: dict[str, Any] = {"points": _whole(f"points:{key}", question.get("points", 1), 1, 1000)}
        if "choices" in question:
            wanted["correct"] = request.form.getlist(f"correct:{key}")
        for name in ("answer", "tolerance"):
            if f"{name}:{key}" in request.form:
                wanted[name] = request.form[f"{name}:{key}"].strip()
        if f"accept:{key}" in request.form:
            wanted["accept"] = [line.strip() for line in request.form[f"accept:{key}"].splitlines() if line.strip()]
        questions[key] = wanted
    return {
        "attempts": _whole("attempts", definition.get("attempts", 0), 0, 1000),
        "pass_percent": _whole("pass_percent", definition.get("pass_percent", 80), 1, 100),
        "questions": questions,
    }


@bp.post("/studio/releases/<release_id>/steps/<key>/undoing")
@access(PARTNER("owner", "author"))
def undo(release_id: str, key: str) -> ResponseReturnValue:
    """Take the last mend back."""
    release, _course = release_or_404(release_id)
    locale = asked_language(release)
    _view, row = step_or_404(release, key, locale)
    try:
        operations.undo_mend(row, locale, by=signed_in_actor(), at=clock.now())
        flash(_("The last change is undone."), "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("catalog.step", release_id=release.public_id, key=key, lang=locale)
