"""Evidence: all of it for its learner, one row for whoever has the learner's link."""

from flask import abort, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.learning import operations, queries
from coursehub.learning.views import bp
from coursehub.learning.views.finding import my_enrolment
from coursehub.web import PUBLIC, SIGNED_IN, access, current_locale, one_or_404, page, see_other, signed_in_actor


@bp.get("/enrolments/<enrolment_id>/evidence")
@access(SIGNED_IN)
def my_evidence(enrolment_id: str) -> ResponseReturnValue:
    """Every verdict on the learner's work in this course; stays after the enrolment ends."""
    enrolment = my_enrolment(enrolment_id)
    return page(
        "learning/evidence.html",
        enrolment=enrolment,
        tree=queries.outline(enrolment.release_id, enrolment.locale),
        rows=queries.evidence_of(enrolment, enrolment.locale),
    )


@bp.post("/enrolments/<enrolment_id>/evidence/<evidence_id>/links")
@access(SIGNED_IN)
def open_evidence_link(enrolment_id: str, evidence_id: str) -> ResponseReturnValue:
    """Make an address at which anybody can read this one row."""
    enrolment = my_enrolment(enrolment_id)
    row = one_or_404(queries.evidence_visible_to(enrolment.id, evidence_id))
    operations.open_link(row, by=signed_in_actor(), at=clock.now())
    flash(_("Whoever has the address can read this row now. Your name is not on it."), "done")
    return see_other("learning.my_evidence", enrolment_id=enrolment_id, _anchor=f"row-{row.n}")


@bp.post("/enrolments/<enrolment_id>/evidence/<evidence_id>/links/close")
@access(SIGNED_IN)
def close_evidence_link(enrolment_id: str, evidence_id: str) -> ResponseReturnValue:
    """Take the address back."""
    enrolment = my_enrolment(enrolment_id)
    row = one_or_404(queries.evidence_visible_to(enrolment.id, evidence_id))
    operations.close_link(row, by=signed_in_actor(), at=clock.now())
    flash(_("The address leads nowhere any more."), "done")
    return see_other("learning.my_evidence", enrolment_id=enrolment_id, _anchor=f"row-{row.n}")


@bp.get("/evidence/<link_id>")
@access(PUBLIC)
def public_evidence(link_id: str) -> ResponseReturnValue:
    """One verdict, for whoever was given this address by the learner."""
    found = queries.public_evidence(link_id, current_locale())
    if found is None:
        abort(404)
    return page("learning/public_evidence.html", found=found, row=found.evidence)
