"""Who wrote what of a course: parts by release and by module, all it is computed from, and proposing it as a fact."""

import io
import zipfile
from pathlib import Path

from flask import Response, abort, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course
from coursehub.contracts import authorship, policies, queries
from coursehub.contracts.models import Contract
from coursehub.contracts.operations.authorship import record_weights
from coursehub.contracts.terms import canonical
from coursehub.contracts.views import looking
from coursehub.errors import Refusal
from coursehub.people.actor import Actor
from coursehub.web import current_locale, page, see_other, signed_in_actor


def who_wrote_what(contract_id: str, course_id: str) -> ResponseReturnValue:
    """The parts of the newest release, how they came about, and the parts of each module."""
    reader, found, course = _find(contract_id, course_id)
    standings = queries.standings_of(course)
    newest = standings[-1] if standings else None
    makers = newest.totals() if newest else {}
    releases = catalog.counted_releases(course.id)
    outline = catalog.outline(releases[-1].id, catalog.locale_of(releases[-1], current_locale())) if releases else None
    return page(
        "contracts/authorship.html",
        contract=found,
        title=looking.title_of(found),
        course=course,
        course_title=looking.course_titles([course])[course.id],
        names=looking.names_of([found]) | looking.names_by_id(one for each in standings for one in each.totals()),
        standings=standings,
        parts=[authorship.parts_bps(one.totals()) for one in standings],
        modules=[(lesson.title, newest.words.get(lesson.key, {})) for lesson in outline.lessons] if newest and outline else [],
        makers=makers,
        weights=queries.weights_of(found, standings),
        known=queries.contribution(found.id, course.id, clock.now())["module_weights"],
        least=authorship.LEAST,
        may_record=policies.may_record_facts(reader, found),
    )


def authorship_files(contract_id: str, course_id: str) -> ResponseReturnValue:
    """A zip: the releases as they were sealed, what they give, and the program that computes it."""
    _reader, found, course = _find(contract_id, course_id)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("authorship.json", canonical(queries.authorship_document(course)))
        archive.writestr("authorship.py", Path(authorship.__file__).read_bytes())
    answer = Response(packed.getvalue(), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.reference}-{course.slug}-authorship.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def propose_weights(contract_id: str, course_id: str) -> ResponseReturnValue:
    """Record the parts as facts with their evidence; the other sides are told and may contest them."""
    reader, found, course = _find(contract_id, course_id)
    try:
        record_weights(found, course, by=reader, at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "harm")
        return see_other(".who_wrote_what", contract_id=contract_id, course_id=course_id)
    flash(_("Recorded with the hashes of the releases. The other sides get a letter and may contest it."), "done")
    return see_other(".facts", contract_id=contract_id)


def _find(contract_id: str, course_id: str) -> tuple[Actor, Contract, Course]:
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    course = next((one for one in looking.courses_of(found) if one.public_id == course_id), None)
    if course is None:
        abort(404)
    return reader, found, course
