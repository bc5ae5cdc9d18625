"""Staff's part of hiring: openings to publish."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.talent.hiring_words import WORDS
from coursehub.talent.models import Opening
from coursehub.talent.operations import openings as operations
from coursehub.talent.queries import openings as queries
from coursehub.web import STAFF, access, one_or_404, page, paginate, see_other, signed_in_actor

bp = Blueprint("talent_house", __name__)


@bp.get("/house/openings")
@access(STAFF("catalogue"))
def openings() -> ResponseReturnValue:
    """What waits to be published, then everything that was."""
    every = request.args.get("all") == "1"
    select = queries.openings_for_staff() if every else queries.openings_to_publish()
    found = paginate(select, request.args.get("page", 1, int))
    return page(
        "talent/house/openings.html", found=found, every=every, words=WORDS,
        employers=queries.organisations_of_openings(found.items), asked=queries.skills_asked([o.id for o in found.items]),
    )  # fmt: skip


@bp.post("/house/openings/<public_id>/decisions")
@access(STAFF("catalogue"))
def decide(public_id: str) -> ResponseReturnValue:
    """Publish it, or give it back with what must change."""
    found = one_or_404(queries.openings_to_publish().where(Opening.public_id == public_id))
    reason = request.form.get("reason", "").strip()[:1000]
    try:
        if request.form.get("act") == "publish":
            operations.publish_opening(found, by=signed_in_actor(), at=clock.now())
            flash(_("Published. Its terms are fixed now."), "done")
        elif reason:
            operations.return_opening(found, reason=reason, by=signed_in_actor(), at=clock.now())
            flash(_("Given back."), "done")
        else:
            flash(_("Say what must change."), "warning")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("talent_house.openings")
