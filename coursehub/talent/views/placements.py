"""Placements, for both sides on one page, and what staff decide about them."""

from datetime import date

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.talent.hiring_words import WORDS
from coursehub.talent.models import Application, Opening, Placement
from coursehub.talent.operations import placements as operations
from coursehub.talent.queries import applications as applying
from coursehub.talent.queries import hiring as queries
from coursehub.talent.views.hire import HR
from coursehub.web import SIGNED_IN, STAFF, access, one_or_404, page, paginate, see_other, signed_in_actor

bp = Blueprint("talent_placements", __name__)


@bp.get("/hire/placements")
@access(HR)
def placements() -> ResponseReturnValue:
    """Everybody who agreed to start, with what runs."""
    found = paginate(queries.placements_visible_to(signed_in_actor()), request.args.get("page", 1, int))
    applications = queries.applications_by_id({row.application_id for row in found.items})
    openings = applying.openings_by_id({row.opening_id for row in found.items})
    return page(
        "talent/hire/placements.html", found=found, applications=applications, openings=openings, words=WORDS,
        code_of=applying.code_of,
    )  # fmt: skip


def _found(public_id: str) -> tuple[Placement, str]:
    """A placement and the side on which this reader stands."""
    actor = signed_in_actor()
    own = db.session.execute(queries.placements_of(actor).where(Placement.public_id == public_id)).scalar_one_or_none()
    if own is not None:
        return own, "person"
    if not ("hires" in actor.rights and actor.has_role("hr", "owner")):
        abort(404)
    return one_or_404(queries.placements_visible_to(actor).where(Placement.public_id == public_id)), "employer"


@bp.get("/placements/<public_id>")
@access(SIGNED_IN)
def placement(public_id: str) -> ResponseReturnValue:
    """How it stands and what comes next, for the person and for the employer."""
    return _show(*_found(public_id))


def _show(row: Placement, side: str, *, fault: str = "", status: int = 200) -> ResponseReturnValue:
    application = db.session.get_one(Application, row.application_id)
    return page(
        "talent/placements/placement.html", status=status, row=row, side=side, fault=fault, words=WORDS, application=application,
        opening=db.session.get_one(Opening, row.opening_id), code=applying.code_of(application),
        organisation=people.organisation_names([row.organisation_id])[row.organisation_id],
        moves=applying.moves_of("placement", row.id),
    )  # fmt: skip


@bp.post("/placements/<public_id>/acts")
@access(SIGNED_IN)
def act(public_id: str) -> ResponseReturnValue:
    """Confirm the start, say that it falls through, that somebody left, or that one disagrees."""
    row, side = _found(public_id)
    try:
        _act(row, side, request.form.get("act", ""), signed_in_actor())
        flash(_("Done."), "done")
    except Refusal as refusal:
        return _show(row, side, fault=str(refusal), status=refusal.status)
    return see_other("talent_placements.placement", public_id=public_id)


def _day() -> date | None:
    try:
        return date.fromisoformat(request.form.get("left_on", ""))
    except ValueError:
        return None


def _act(row: Placement, side: str, what: str, actor: Actor) -> None:
    at, reason = clock.now(), request.form.get("reason", "")[:1000]
    if what == "confirm" and side == "person":
        operations.confirm_start_as_person(row, by=actor, at=at)
    elif what == "confirm":
        operations.confirm_start_as_employer(row, by=actor, at=at)
    elif what == "fall_through":
        operations.say_it_falls_through(row, reason=reason, by=actor, at=at)
    elif what == "left":
        left_on = _day()
        if left_on is None:
            raise operations.DayIsOutside
        operations.say_somebody_left(row, left_on=left_on, reason=reason, by=actor, at=at)
    elif what == "dispute":
        operations.dispute_placement(row, reason=reason, by=actor, at=at)
    else:
        abort(404)


@bp.get("/house/placements")
@access(STAFF("support"))
def house_placements() -> ResponseReturnValue:
    """Disputes to decide, and starts that only one side has confirmed."""
    return _queue()


def _queue(fault: str = "", status: int = 200) -> ResponseReturnValue:
    found = paginate(queries.placements_for_staff(), request.args.get("page", 1, int))
    return page(
        "talent/house/placements.html", status=status, found=found, words=WORDS, fault=fault,
        names=people.organisation_names(row.organisation_id for row in found.items),
        openings=applying.openings_by_id({row.opening_id for row in found.items}), silent_days=operations.SILENT_AFTER.days,
    )  # fmt: skip


@bp.post("/house/placements/<public_id>/decisions")
@access(STAFF("support"))
def decide(public_id: str) -> ResponseReturnValue:
    """It stands, the person left on a day, or staff confirm for the silent side."""
    row = one_or_404(queries.placements_for_staff().where(Placement.public_id == public_id))
    actor, at, what = signed_in_actor(), clock.now(), request.form.get("act", "")
    try:
        if what == "confirm":
            operations.confirm_for_the_silent(row, by=actor, at=at)
        else:
            left_on = _day() if what == "left" else None
            if what == "left" and left_on is None:
                raise operations.DayIsOutside
            operations.settle_dispute(row, left_on=left_on, reason=request.form.get("reason", "")[:1000], by=actor, at=at)
        flash(_("Decided."), "done")
    except Refusal as refusal:
        return _queue(str(refusal), refusal.status)
    return see_other("talent_placements.house_placements")
