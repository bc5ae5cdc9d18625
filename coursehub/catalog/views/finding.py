"""Looking up what an address names, for this reader; strangers get 404."""

from flask import abort, request

from coursehub.catalog import queries
from coursehub.catalog.models import Course, CourseImport, Release, ReleaseReview, Step
from coursehub.db import db
from coursehub.web import current_locale, one_or_404, signed_in_actor


def course_or_404(public_id: str) -> Course:
    """A course the reader may see."""
    return one_or_404(queries.courses_visible_to(signed_in_actor()).where(Course.public_id == public_id))


def release_or_404(public_id: str) -> tuple[Release, Course]:
    """A release the reader may see, and its course."""
    release = one_or_404(queries.releases_visible_to(signed_in_actor()).where(Release.public_id == public_id))
    return release, db.session.get_one(Course, release.course_id)


def upload_or_404(public_id: str) -> CourseImport:
    """An upload of the organisation the reader acts for."""
    return one_or_404(queries.imports_visible_to(signed_in_actor()).where(CourseImport.public_id == public_id))


def review_or_404(public_id: str) -> ReleaseReview:
    """A review the reader may see."""
    return one_or_404(queries.reviews_visible_to(signed_in_actor()).where(ReleaseReview.public_id == public_id))


def asked_language(release: Release) -> str:
    """The language the address asks for, else the reader's, else the original."""
    asked = request.args.get("lang", "")
    return asked if asked in release.languages else queries.locale_of(release, current_locale())


def step_or_404(release: Release, key: str, locale: str) -> tuple[queries.StepView, Step]:
    """A step in one language, as read and as its row."""
    view = queries.step_for(release.id, key, locale)
    if view is None:
        abort(404)
    return view, db.session.get_one(Step, view.id)
