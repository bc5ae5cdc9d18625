"""The employer's reports: figures of its own hiring, each beside what it counts."""

from datetime import timedelta

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from coursehub import clock
from coursehub.db import db
from coursehub.talent.hiring_words import WORDS
from coursehub.talent.models import Opening
from coursehub.talent.queries import hiring_reports as queries
from coursehub.talent.queries.openings import openings_visible_to, response_of
from coursehub.talent.views.hire import HR
from coursehub.web import access, one_or_404, page, signed_in_actor

bp = Blueprint("talent_reports", __name__)
PERIODS = (90, 180, 365)
"""Days back from today."""


@bp.get("/hire/reports")
@access(HR)
def reports() -> ResponseReturnValue:
    """Time to hire, stages, funnel, sources, answers, offers and retention; of all openings or of one."""
    actor, at = signed_in_actor(), clock.now()
    days = request.args.get("days", 180, int)
    days = days if days in PERIODS else 180
    own = openings_visible_to(actor).where(Opening.published_at.is_not(None))
    chosen = request.args.get("opening", "")
    opening = one_or_404(own.where(Opening.public_id == chosen)) if chosen else None
    return page(
        "talent/hire/reports.html", days=days, periods=PERIODS, opening=opening, words=WORDS,
        openings=list(db.session.execute(own.limit(200)).scalars()), response=response_of(actor.organisation_id or 0, at),
        report=queries.report_of(actor, since_at=at - timedelta(days=days), at=at, opening=opening),
    )  # fmt: skip
