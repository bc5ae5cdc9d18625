"""The studio's courses: the list, a course and its releases, bringing a package, its report."""

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog import operations, policies, queries, words
from coursehub.catalog.forms import UploadForm
from coursehub.catalog.models import Course, CourseImport
from coursehub.catalog.views import bp
from coursehub.catalog.views.finding import course_or_404, upload_or_404
from coursehub.catalog.views.reporting import report_rows
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.web import (
    PARTNER,
    access,
    current_locale,
    one_or_404,
    page,
    page_or_fragment,
    paginate,
    see_other,
    signed_in_actor,
)


@bp.get("/studio/courses")
@access(PARTNER())
def courses() -> ResponseReturnValue:
    """The organisation's courses, each with its state and what to do next."""
    actor = signed_in_actor()
    mine = queries.courses_visible_to(actor).where(Course.organisation_id == actor.organisation_id)
    found = paginate(mine, request.args.get("page", 1, int))
    newest = {course.id: queries.newest_release(course.id) for course in found.items}
    listed = {course.id: queries.current_release(course.id) for course in found.items}
    titles = queries.release_texts([release.id for release in newest.values() if release], current_locale())
    waiting = [upload for upload in _uploads_in_progress() if upload.course_id is None or upload.state == "refused"]
    may_author = policies.may_author(actor, actor.organisation_id or 0)
    return page(
        "catalog/courses.html", courses=found, newest=newest, listed=listed, titles=titles, uploads=waiting,
        words=words, may_author=may_author,
    )  # fmt: skip


def _uploads_in_progress() -> list[CourseImport]:
    mine = queries.imports_visible_to(signed_in_actor()).limit(5)
    return [upload for upload in db.session.execute(mine).scalars() if upload.state != "done"]


@bp.route("/studio/courses/new", methods=["GET", "POST"])
@access(PARTNER("owner", "author"))
def new_course() -> ResponseReturnValue:
    """Bring a package: a new course, or the next release of one."""
    actor = signed_in_actor()
    mine = db.session.execute(
        queries.courses_visible_to(actor).where(Course.organisation_id == actor.organisation_id)
    ).scalars().all()  # fmt: skip
    titles = {course.public_id: _title(course) for course in mine}
    form = UploadForm()
    form.course.choices = [("", _("a new course, or the one its package names")), *titles.items()]
    if request.method == "GET":
        form.course.data = request.args.get("course", "")
    if not form.validate_on_submit():
        status = 422 if request.method == "POST" else 200
        return page("catalog/new_course.html", status=status, form=form, uploads=_uploads_in_progress())
    course = course_or_404(form.course.data) if form.course.data else None
    try:
        upload = operations.upload_package(
            form.package.data.stream, form.package.data.filename or "", course=course, locale=current_locale(),
            by=actor, at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        form.package.errors = [str(refusal)]
        return page("catalog/new_course.html", status=refusal.status, form=form, uploads=[])
    return see_other("catalog.upload", upload_id=upload.public_id)


def _title(course: Course) -> str:
    release = queries.newest_release(course.id)
    return (queries.title_of(release.id, current_locale()) if release else "") or course.slug


@bp.get("/studio/uploads/<upload_id>")
@access(PARTNER())
def upload(upload_id: str) -> ResponseReturnValue:
    """How far the reading of a package is; afterwards its report, or why it was refused."""
    found = upload_or_404(upload_id)
    release = one_or_404(queries.releases_of(found.course_id)) if found.state == "done" and found.course_id else None
    if found.release_id and release is not None and release.id != found.release_id:
        release = next((r for r in db.session.execute(queries.releases_of(release.course_id)).scalars()
                        if r.id == found.release_id), None)  # fmt: skip
    return page_or_fragment(
        "catalog/upload.html", "catalog/_upload.html", upload=found, release=release, words=words,
        rows=report_rows(found.report) if found.report else [],
    )  # fmt: skip


@bp.get("/studio/courses/<course_id>")
@access(PARTNER())
def course(course_id: str) -> ResponseReturnValue:
    """One course: its releases, where each stands, and what to do next."""
    found = course_or_404(course_id)
    actor = signed_in_actor()
    releases = list(db.session.execute(queries.releases_of(found.id)).scalars())
    reviews = {release.id: queries.review_of(release.id) for release in releases}
    return page(
        "catalog/course.html", course=found, releases=releases, title=_title(found), reviews=reviews, words=words,
        newest=releases[0] if releases else None, may_author=policies.may_author(actor, found.organisation_id),
    )  # fmt: skip


@bp.post("/studio/courses/<course_id>/drafts")
@access(PARTNER("owner", "author"))
def revise(course_id: str) -> ResponseReturnValue:
    """Begin a new draft from the newest release."""
    found = course_or_404(course_id)
    newest = one_or_404(queries.releases_of(found.id))
    try:
        draft = operations.revise_release(newest, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warning")
        return see_other("catalog.course", course_id=found.public_id)
    flash(_("The new draft holds everything the last release had."), "done")
    return see_other("catalog.release", release_id=draft.public_id)
