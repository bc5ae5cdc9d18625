"""One thing that reconciliation lists: what to do about it, and who looks after it."""

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.payouts import operations, queries, runbook
from coursehub.payouts.forms import HandOverForm
from coursehub.payouts.queries import Mismatch
from coursehub.payouts.views import showing
from coursehub.people import queries as people
from coursehub.web import STAFF, access, page, see_other, signed_in_actor

bp = Blueprint("payouts_mismatches", __name__, url_prefix="/house/payouts/reconciliation")
bp.context_processor(showing.words)
FINANCE = STAFF("finance")


@bp.get("/of/<kind>/<path:reference>")
@access(FINANCE)
def mismatch(kind: str, reference: str) -> ResponseReturnValue:
    """One of them, also after it is settled, if anybody ever looked after it."""
    return _page(kind, reference, HandOverForm(formdata=None))


@bp.post("/taken/<kind>/<path:reference>")
@access(FINANCE)
def take(kind: str, reference: str) -> ResponseReturnValue:
    """Look after it."""
    operations.take_mismatch(_one(kind, reference), was=_was(), by=signed_in_actor(), at=clock.now())
    flash(_("You look after it now."), "done")
    return see_other("payouts_mismatches.mismatch", kind=kind, reference=reference)


@bp.post("/handed-over/<kind>/<path:reference>")
@access(FINANCE)
def hand_over(kind: str, reference: str) -> ResponseReturnValue:
    """Let a colleague look after it."""
    found, form = _one(kind, reference), HandOverForm()
    form.offer(people.display_names(queries.whom_of()))
    if not form.validate_on_submit():
        return _page(kind, reference, form, status=422)
    operations.hand_mismatch_over(found, to=form.to.data, was=_was(), by=signed_in_actor(), at=clock.now())
    flash(_("Handed over. It stands on their desk."), "done")
    return see_other("payouts_mismatches.mismatch", kind=kind, reference=reference)


@bp.post("/let-go/<kind>/<path:reference>")
@access(FINANCE)
def let_go(kind: str, reference: str) -> ResponseReturnValue:
    """Nobody looks after it."""
    operations.let_mismatch_go(_one(kind, reference), was=_was(), by=signed_in_actor(), at=clock.now())
    flash(_("Nobody looks after it now."), "done")
    return see_other("payouts_mismatches.mismatch", kind=kind, reference=reference)


def _one(kind: str, reference: str) -> Mismatch:
    return queries.mismatch_at(kind, reference, signed_in_actor(), clock.now()) or abort(404)


def _was() -> int | None:
    """Who looked after it on the page from which the form was sent."""
    return request.form.get("was", None, int)


def _page(kind: str, reference: str, form: HandOverForm, *, status: int = 200) -> ResponseReturnValue:
    at, actor = clock.now(), signed_in_actor()
    found = queries.mismatch_at(kind, reference, actor, at)
    kept = db.session.execute(queries.kept_by(kind, reference, actor)).scalars().all()
    if found is None and not kept:
        abort(404)
    colleagues = people.display_names(queries.whom_of())
    owner = queries.owners_among([found]).get(found.key) if found else None
    form.offer({person_id: name for person_id, name in colleagues.items() if person_id != owner})
    by = people.display_names([each for row in kept for each in (row.person_id, row.by_id, row.ended_by_id) if each is not None])
    return page(
        "payouts/house/mismatch.html", status=status, found=found, kind=kind, reference=reference, kept=kept, by=by | colleagues,
        owner=owner, me=actor.person_id, form=form, now=at, steps=runbook.steps(found) if found else "", names=runbook.NAMES,
        refunds=queries.failed_refunds_of(found.what, found.name) if found and kind == "suspense" else [],
        place_of=showing.place_of(found) if found else "",
    )  # fmt: skip
