"""One release in the studio: its outline, facts, report, changes, and sending it on its way."""

from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog import operations, policies, queries, words
from coursehub.catalog.checks import check_release
from coursehub.catalog.forms import FactsForm
from coursehub.catalog.models import Course, Release, ReleaseReview, ReviewRemark
from coursehub.catalog.views import bp
from coursehub.catalog.views.finding import asked_language, release_or_404, step_or_404
from coursehub.catalog.views.reporting import report_rows
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people.models import Organisation
from coursehub.people.queries import display_names
from coursehub.web import MEMBER_OF, PARTNER, access, current_locale, page, see_other, signed_in_actor


def frame(release: Release, course: Course, tab: str) -> dict[str, Any]:
    """What every page about a release shows."""
    review = queries.review_of(release.id)
    return {
        "release": release,
        "course": course,
        "title": queries.title_of(release.id, current_locale()),
        "language": asked_language(release),
        "review": review,
        "tab": tab,
        "words": words,
        "may_mend": policies.may_mend(signed_in_actor(), course, release),
        "previous": queries.previous_release(release),
        "is_reviewer": policies.may_review(signed_in_actor()),
    }


@bp.get("/studio/releases/<release_id>")
@access(MEMBER_OF())
def release(release_id: str) -> ResponseReturnValue:
    """The outline with what the checks found, the remarks, and what to do next."""
    found, course = release_or_404(release_id)
    shown = frame(found, course, "outline")
    findings = (
        [one.as_dict() for one in check_release(found, compare=False)]
        if found.state == "draft"
        else _kept_findings(shown["review"])
    )
    remarks = remarks_by_step(shown["review"])
    tree = queries.outline(found.id, shown["language"])
    return page(
        "catalog/release.html", **shown, tree=tree, step_titles=titles_of(tree), findings=findings,
        stops=sum(1 for one in findings if one["weight"] == "stops"), remarks=remarks,
        names=display_names([remark.by_id for several in remarks.values() for remark in several]),
        history=history_of(found), skills=queries.skills_of(found.id, current_locale()),
        makers=queries.named_makers(found.id), owner=db.session.get_one(Organisation, course.organisation_id),
        possible_makers=queries.possible_makers() if shown["may_mend"] else [], english=current_locale() == "en",
    )  # fmt: skip


def titles_of(tree: queries.Outline) -> dict[str, str]:
    """Titles of steps by their keys."""
    return {step.key: step.title for step in tree.steps}


def _kept_findings(review: ReleaseReview | None) -> list[dict[str, Any]]:
    return list(review.findings) if review else []


def remarks_by_step(review: ReleaseReview | None) -> dict[str, list[ReviewRemark]]:
    """A review's remarks by the key of their step; those about the whole under an empty key."""
    found: dict[str, list[ReviewRemark]] = {}
    for remark in queries.remarks_of(review.id) if review else []:
        found.setdefault(remark.step_key or "", []).append(remark)
    return found


def history_of(release: Release) -> list[dict[str, Any]]:
    """What happened to a release, as a timeline."""
    events = queries.events_of(release.id)
    names = display_names([event.by_id for event in events if event.by_id])
    return [
        {"at": event.at, "title": words.event_words(event.what), "who": names.get(event.by_id or 0, ""), "tone": "plain"}
        for event in events
    ]


@bp.get("/studio/releases/<release_id>/report")
@access(MEMBER_OF())
def report(release_id: str) -> ResponseReturnValue:
    """What became of the package's files."""
    found, course = release_or_404(release_id)
    rows = report_rows(found.report) if found.report else []
    return page("catalog/report.html", **frame(found, course, "report"), report=found.report, rows=rows)


@bp.get("/studio/releases/<release_id>/changes")
@access(MEMBER_OF())
def changes(release_id: str) -> ResponseReturnValue:
    """What is different from the release before."""
    found, course = release_or_404(release_id)
    shown = frame(found, course, "changes")
    before = shown["previous"]
    different = queries.changes_between(before.id, found.id, shown["language"]) if before else []
    return page("catalog/changes.html", **shown, changes=different)


@bp.get("/studio/releases/<release_id>/steps/<key>")
@access(MEMBER_OF())
def step(release_id: str, key: str) -> ResponseReturnValue:
    """A step as a learner will see it."""
    found, course = release_or_404(release_id)
    shown = frame(found, course, "outline")
    view, _row = step_or_404(found, key, shown["language"])
    tree = queries.outline(found.id, shown["language"])
    keys = [one.key for one in tree.steps]
    at = keys.index(key)
    remarks = remarks_by_step(shown["review"]).get(key, [])
    return page(
        "catalog/step.html", **shown, step=view, tree=tree, lesson=tree.lesson_of(key), shown=shown_step(found, view),
        before=tree.steps[at - 1] if at else None, after=tree.steps[at + 1] if at + 1 < len(keys) else None,
        remarks=remarks, names=display_names([remark.by_id for remark in remarks]),
    )  # fmt: skip


def shown_step(release: Release, view: queries.StepView) -> dict[str, Any]:
    """A step's HTML for the studio, its inner links made whole; answers only where the page marks them as such."""
    steps, assets = f"/studio/releases/{release.public_id}/steps", f"/studio/releases/{release.public_id}/files"

    def place(html: str) -> str:
        return queries.placed(html, steps=steps, assets=assets)

    return {
        "html": place(view.html),
        "texts": {name: place(html) for name, html in view.texts_html.items()},
        "assets": assets,
        "questions": view.definition.get("questions", []) if view.kind == "quiz" else [],
        "cases": view.definition.get("cases", []) if view.kind == "code" else [],
    }


@bp.route("/studio/releases/<release_id>/facts", methods=["GET", "POST"])
@access(PARTNER("owner", "author"))
def facts(release_id: str) -> ResponseReturnValue:
    """Titles, summaries, skills, licence and level of a draft."""
    found, course = release_or_404(release_id)
    form = FactsForm(data={"level": found.level, "licence": found.licence, "version": found.version,
                           "teachers": "\n".join(found.teachers)})  # fmt: skip
    form.level.choices = list(words.level_words().items())
    texts = _typed_texts(found) if request.method == "POST" else _stored_texts(found)
    chosen = _typed_skills() if request.method == "POST" else {s.code: s.level for s in queries.skills_of(found.id, "en")}
    untitled = [locale for locale, said in texts.items() if not said["title"]]
    if not form.validate_on_submit() or untitled:
        status = 422 if request.method == "POST" else 200
        return page(
            "catalog/facts.html", status=status, **frame(found, course, "facts"), form=form, texts=texts, chosen=chosen,
            untitled=untitled if request.method == "POST" else [], skills=queries.all_skills(current_locale()),
        )  # fmt: skip
    try:
        operations.set_facts(
            found, texts=texts, level=form.level.data, licence=(form.licence.data or "").strip(),
            version=form.version.data or "", teachers=_lines(form.teachers.data or ""),
            skills=chosen, by=signed_in_actor(), at=clock.now(),
        )  # fmt: skip
        flash(_("The facts are kept."), "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("catalog.release", release_id=found.public_id)


def _lines(typed: str) -> list[str]:
    return [line.strip() for line in typed.splitlines() if line.strip()]


def _stored_texts(release: Release) -> dict[str, dict[str, Any]]:
    stored = {locale: queries.outline(release.id, locale) for locale in release.languages}
    return {locale: {"title": tree.title, "summary": tree.summary, "outcomes": tree.outcomes} for locale, tree in stored.items()}


def _typed_texts(release: Release) -> dict[str, dict[str, Any]]:
    return {
        locale: {
            "title": request.form.get(f"title-{locale}", "").strip()[:200],
            "summary": request.form.get(f"summary-{locale}", "").strip()[:4000],
            "outcomes": [s.strip()[:300] for s in request.form.get(f"outcomes-{locale}", "").splitlines() if s.strip()][:20],
        }
        for locale in release.languages
    }


def _typed_skills() -> dict[str, int]:
    """Up to eight rows of a skill and its level."""
    chosen: dict[str, int] = {}
    for n in range(8):
        code, level = request.form.get(f"skill-{n}", ""), request.form.get(f"skill-level-{n}", "")
        if code and level in ("1", "2", "3", "4"):
            chosen[code] = int(level)
    return chosen


@bp.post("/studio/releases/<release_id>/previews")
@access(PARTNER("owner", "author"))
def choose_previews(release_id: str) -> ResponseReturnValue:
    """Say which lessons everybody may read."""
    found, _course = release_or_404(release_id)
    return _then_back(found, lambda: operations.set_preview(
        found, set(request.form.getlist("preview")), by=signed_in_actor(), at=clock.now()
    ), _("The free lessons are chosen."))  # fmt: skip


@bp.post("/studio/releases/<release_id>/makers")
@access(PARTNER("owner", "author"))
def name_makers(release_id: str) -> ResponseReturnValue:
    """Say whose the new words of each module are."""
    found, course = release_or_404(release_id)
    known = {organisation.public_id: organisation.id for organisation in queries.possible_makers()}
    lessons = queries.outline(found.id, found.languages[0]).lessons
    chosen = {lesson.key: request.form.get(f"maker-{lesson.key}", "") for lesson in lessons}
    named = {key: known.get(public_id, course.organisation_id) for key, public_id in chosen.items()}
    return _then_back(found, lambda: operations.name_makers(found, named, by=signed_in_actor(), at=clock.now()),
                      _("Kept. The release will say who made what is new in each module."))  # fmt: skip


@bp.post("/studio/releases/<release_id>/submission")
@access(PARTNER("owner", "author"))
def submit(release_id: str) -> ResponseReturnValue:
    """Freeze the draft and ask for its listing."""
    found, _course = release_or_404(release_id)
    return _then_back(found, lambda: operations.submit_release(found, by=signed_in_actor(), at=clock.now()),
                      _("Submitted. We answer within three days, and write to you."))  # fmt: skip


@bp.post("/studio/releases/<release_id>/withdrawal")
@access(PARTNER("owner", "author"))
def withdraw(release_id: str) -> ResponseReturnValue:
    """Take the submission back."""
    found, _course = release_or_404(release_id)
    review = queries.review_of(found.id)
    if review is None:
        return see_other("catalog.release", release_id=found.public_id)
    return _then_back(found, lambda: operations.withdraw_release(review, by=signed_in_actor(), at=clock.now()),
                      _("Withdrawn. Begin a new draft from it whenever you like."))  # fmt: skip


@bp.post("/studio/releases/<release_id>/discarding")
@access(PARTNER("owner", "author"))
def discard(release_id: str) -> ResponseReturnValue:
    """Delete the draft."""
    found, course = release_or_404(release_id)
    try:
        operations.discard_draft(found, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warning")
        return see_other("catalog.release", release_id=found.public_id)
    flash(_("The draft is deleted."), "done")
    return see_other("catalog.course", course_id=course.public_id)


def _then_back(release: Release, act: Any, done: str) -> ResponseReturnValue:
    try:
        act()
        flash(done, "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("catalog.release", release_id=release.public_id)
