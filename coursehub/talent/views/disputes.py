"""Disputes about hours that came to the house: a mediator reads both sides and decides."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import queries as people
from coursehub.talent.models import Dispute, Timesheet
from coursehub.talent.operations import disputes as operations
from coursehub.talent.queries import work as queries
from coursehub.talent.work_words import WORDS
from coursehub.web import STAFF, access, one_or_404, page, paginate, see_other, signed_in_actor

bp = Blueprint("talent_disputes", __name__)


@bp.get("/house/hours")
@access(STAFF("support"))
def disputes() -> ResponseReturnValue:
    """What waits for a mediator, the first to be due first."""
    return _list()


def _list(*, fault: str = "", status: int = 200) -> ResponseReturnValue:
    found = paginate(queries.disputes_to_mediate(), request.args.get("page", 1, int))
    sheets = {row.id: db.session.get_one(Timesheet, row.timesheet_id) for row in found.items}
    return page(
        "talent/work/house.html", status=status, fault=fault, found=found, sheets=sheets, words=WORDS,
        of=queries.engagements_by_id({sheet.engagement_id for sheet in sheets.values()}),
        days={row.id: queries.days_of(row.timesheet_id) for row in found.items},
        names=people.organisation_names({sheet.organisation_id for sheet in sheets.values()}),
    )  # fmt: skip


@bp.post("/house/hours/<public_id>/decisions")
@access(STAFF("support"))
def decide(public_id: str) -> ResponseReturnValue:
    """The week stands, or the worker hands in another; both sides read why."""
    row = one_or_404(queries.disputes_to_mediate().where(Dispute.public_id == public_id))
    try:
        operations.decide_dispute(
            row, approves=request.form.get("act") == "stands", words=request.form.get("words", "")[:2000], by=signed_in_actor(),
            at=clock.now(),
        )  # fmt: skip
        flash(_("Decided. Both sides read it."), "done")
    except Refusal as refusal:
        return _list(fault=str(refusal), status=refusal.status)
    return see_other("talent_disputes.disputes")
