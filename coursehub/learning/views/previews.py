"""Free preview lessons, and counting visits without knowing anybody."""

import sqlalchemy as sa
from flask import abort, request
from flask.typing import ResponseReturnValue

from coursehub import clock
from coursehub.catalog.models import Course, Release
from coursehub.catalog.queries import RELEASE_FACTS, ReleaseFacts, StepView, facts_of, step_of
from coursehub.db import look
from coursehub.learning import operations, queries
from coursehub.learning.quiz import shown as shown_questions
from coursehub.learning.views import bp
from coursehub.learning.views.files import send_asset
from coursehub.learning.views.finding import asset_or_404
from coursehub.learning.views.lesson_page import Place, outline_rows, shown_step, video_part
from coursehub.learning.views.parts import preview_code, preview_quiz
from coursehub.web import PUBLIC, access, current_actor, current_locale, page, see_other
from coursehub.web.audiences import OUR_PAGES

# Everybody's pages ask it, so it is put together once.
_LISTED = (
    sa.select(Course.id.label("course_id"), Course.slug, *RELEASE_FACTS)
    .join(Release, sa.and_(Release.course_id == Course.id, Release.state == "listed"))
    .where(Course.slug == sa.bindparam("slug"))
)


def _listed(slug: str) -> tuple[int, ReleaseFacts]:
    """The course's id and the release that new learners get."""
    row = look(_LISTED, {"slug": slug}).one_or_none()
    if row is None:
        abort(404)
    return row.course_id, facts_of(row)


@bp.get("/courses/<slug>/preview")
@access(PUBLIC)
def first_preview(slug: str) -> ResponseReturnValue:
    """The first step that is open to everybody."""
    _course, release = _listed(slug)
    tree = queries.outline_of(release, _locale())
    first = next((step for step in tree.steps if step.is_preview), None)
    if first is None:
        abort(404)
    return see_other("learning.preview", slug=slug, step_key=first.key)


@bp.get("/courses/<slug>/preview/<step_key>")
@access(PUBLIC)
def preview(slug: str, step_key: str) -> ResponseReturnValue:
    """A step of a preview lesson, whole, for everybody; work on it is kept only after enrolling."""
    course_id, release = _listed(slug)
    step = step_of(release, step_key, _locale())
    if step is None or not step.is_preview:
        abort(404)
    place = Place(f"/courses/{slug}/preview", f"/courses/{slug}/preview-files", True)
    tree = queries.outline_of(release, step.locale)
    previews = [each for each in tree.steps if each.is_preview]
    at = [each.key for each in previews].index(step_key)
    actor = current_actor()
    return page(
        "learning/preview.html",
        slug=slug,
        place_of=place,
        tree=tree,
        lesson=tree.lesson_of(step.key),
        step=shown_step(step, place),
        part=_part(step, place),
        outline=outline_rows(tree, place, done=set(), now=step.key),
        before=previews[at - 1] if at else None,
        after=previews[at + 1] if at + 1 < len(previews) else None,
        enrolment=queries.open_enrolment(person_id=actor.person_id, course_id=course_id) if actor else None,
    )


def _locale() -> str:
    asked = request.args.get("lang")
    return asked if asked in ("zh-CN", "en") else current_locale()


def _part(step: StepView, place: Place) -> object:
    if step.kind == "video":
        return video_part(step, place, position_seconds=0)
    if step.kind == "quiz":
        return preview_quiz(step, shown_questions(step.definition, seed=step.key))
    if step.kind == "code":
        return preview_code(step)
    return None


@bp.get("/courses/<slug>/preview-files/<path:path>")
@access(PUBLIC)
def preview_file(slug: str, path: str) -> ResponseReturnValue:
    """A file that a preview lesson shows."""
    _course, release = _listed(slug)
    asset = asset_or_404(release.id, path)
    if not asset.is_public:
        abort(404)
    return send_asset(asset, is_public=True)


@bp.post("/courses/<slug>/visits")
@access(OUR_PAGES)
def count_visit(slug: str) -> ResponseReturnValue:
    """A page of this course was opened in some browser; nothing but the number is kept."""
    course_id, _release = _listed(slug)
    what = "preview" if request.form.get("what") == "preview" else "course"
    operations.count_visits(course_id, what=what, on_day=clock.now().date())
    return "", 204
