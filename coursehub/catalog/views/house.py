"""The reviewers' pages: the queue against its clock, one review, remarks and the answer."""

from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog import operations, queries, words
from coursehub.catalog.forms import DecisionForm, RemarkForm
from coursehub.catalog.models import Course, Release, ReleaseReview
from coursehub.catalog.views import bp
from coursehub.catalog.views.finding import asked_language, release_or_404, review_or_404
from coursehub.catalog.views.releases import history_of, remarks_by_step, shown_step, titles_of
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people.models import Organisation
from coursehub.people.queries import display_names
from coursehub.web import STAFF, access, current_locale, page, paginate, see_other, signed_in_actor


def _facts(reviews: list[ReleaseReview]) -> list[dict[str, Any]]:
    shown = []
    for review in reviews:
        release = db.session.get_one(Release, review.release_id)
        course = db.session.get_one(Course, release.course_id)
        shown.append(
            {
                "review": review,
                "release": release,
                "organisation": db.session.get_one(Organisation, course.organisation_id),
                "title": queries.title_of(release.id, current_locale()),
            }
        )
    return shown


@bp.get("/house/reviews")
@access(STAFF("catalogue"))
def reviews() -> ResponseReturnValue:
    """Releases that wait for an answer, the nearest deadline first; and those answered."""
    decided = request.args.get("show") == "decided"
    every = queries.reviews_visible_to(signed_in_actor()).where(ReleaseReview.decision.is_not(None))
    found = paginate(every if decided else queries.review_queue(), request.args.get("page", 1, int))
    names = display_names([review.reviewer_id for review in found.items if review.reviewer_id])
    return page(
        "catalog/reviews.html", reviews=found, rows=_facts(found.items), decided=decided, words=words, names=names,
    )  # fmt: skip


@bp.get("/house/reviews/<review_id>")
@access(STAFF("catalogue"))
def review(review_id: str) -> ResponseReturnValue:
    """One review: what the checks found, what changed, every step as it will be read, and the answer."""
    return _review_page(review_or_404(review_id), RemarkForm(formdata=None), DecisionForm(formdata=None))


def _review_page(found: ReleaseReview, remark: RemarkForm, decision: DecisionForm, status: int = 200) -> ResponseReturnValue:
    facts = _facts([found])[0]
    release = facts["release"]
    language = asked_language(release)
    before = queries.previous_release(release)
    remarks = remarks_by_step(found)
    tree = queries.outline(release.id, language)
    people = [one.by_id for several in remarks.values() for one in several] + [found.submitted_by_id]
    return page(
        "catalog/review.html", status=status, **facts, language=language, words=words, previous=before,
        tree=tree, step_titles=titles_of(tree), remarks=remarks, remark_form=remark, form=decision,
        changes=queries.changes_between(before.id, release.id, language) if before else [],
        names=display_names([*people, *([found.reviewer_id] if found.reviewer_id else [])]), history=history_of(release),
        skills=queries.skills_of(release.id, current_locale()), steps=_shown_steps(release, language),
        is_taken=found.taken_at is not None,
    )  # fmt: skip


def _shown_steps(release: Release, language: str) -> dict[str, Any]:
    return {view.key: {"view": view} | shown_step(release, view) for view in queries.steps_of(release.id, language)}


@bp.post("/house/reviews/<review_id>/taking")
@access(STAFF("catalogue"))
def take(review_id: str) -> ResponseReturnValue:
    """Say that one is at it."""
    found = review_or_404(review_id)
    return _then_back(found, lambda: operations.take_review(found, by=signed_in_actor(), at=clock.now()), _("It is yours now."))


@bp.post("/house/reviews/<review_id>/remarks")
@access(STAFF("catalogue"))
def remark(review_id: str) -> ResponseReturnValue:
    """Say something about a step, or about the whole."""
    found = review_or_404(review_id)
    form = RemarkForm()
    if not form.validate_on_submit():
        return _review_page(found, form, DecisionForm(formdata=None), status=422)
    key = request.form.get("step") or None
    return _then_back(found, lambda: operations.add_remark(
        found, body=form.body.data or "", step_key=key, by=signed_in_actor(), at=clock.now()
    ), _("The remark is kept."), anchor=f"step-{key}" if key else None)  # fmt: skip


@bp.post("/house/reviews/<review_id>/approval")
@access(STAFF("catalogue"))
def approve(review_id: str) -> ResponseReturnValue:
    """Answer yes."""
    found, form = review_or_404(review_id), DecisionForm()
    if not form.validate_on_submit():
        return _review_page(found, RemarkForm(formdata=None), form, status=422)
    return _then_back(found, lambda: operations.approve_release(
        found, summary=form.summary.data or "", by=signed_in_actor(), at=clock.now()
    ), _("Approved. The authors are told."))  # fmt: skip


@bp.post("/house/reviews/<review_id>/changes")
@access(STAFF("catalogue"))
def ask_for_changes(review_id: str) -> ResponseReturnValue:
    """Answer not yet."""
    found, form = review_or_404(review_id), DecisionForm()
    valid = form.validate_on_submit()
    if valid and not (form.summary.data or "").strip() and not queries.remarks_of(found.id):
        form.summary.errors = [_("Say what should change, here or in a remark.")]
        valid = False
    if not valid:
        return _review_page(found, RemarkForm(formdata=None), form, status=422)
    return _then_back(found, lambda: operations.request_changes(
        found, summary=form.summary.data or "", by=signed_in_actor(), at=clock.now()
    ), _("The authors are told what should change."))  # fmt: skip


@bp.post("/house/releases/<release_id>/shelving")
@access(STAFF("catalogue"))
def shelve(release_id: str) -> ResponseReturnValue:
    """Take back an approval before the release is listed."""
    release, _course = release_or_404(release_id)
    try:
        operations.shelve_release(release, by=signed_in_actor(), at=clock.now())
        flash(_("The approval is taken back."), "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    found = queries.review_of(release.id)
    return see_other("catalog.review", review_id=found.public_id) if found else see_other("catalog.reviews")


def _then_back(found: ReleaseReview, act: Any, done: str, anchor: str | None = None) -> ResponseReturnValue:
    try:
        act()
        flash(done, "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("catalog.review", review_id=found.public_id, _anchor=anchor)
