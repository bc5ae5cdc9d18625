"""The days off that clocks leave out, kept by staff."""

from datetime import date

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.talent.operations import working_days as operations
from coursehub.talent.queries.working_days import days_off_listed
from coursehub.talent.working_days import local_day
from coursehub.web import STAFF, access, page, see_other, signed_in_actor

bp = Blueprint("talent_working_days", __name__)


@bp.get("/house/working-days")
@access(STAFF())
def calendar() -> ResponseReturnValue:
    """The days off of this year and after, and a form for one more."""
    return page("talent/house/calendar.html", days=days_off_listed(local_day(clock.now()).replace(month=1, day=1)))


@bp.post("/house/working-days")
@access(STAFF())
def add_day() -> ResponseReturnValue:
    """Nobody is expected to answer on this day."""
    try:
        on = date.fromisoformat(request.form.get("on", ""))
        operations.add_day_off(on, words=request.form.get("words", "")[:60], by=signed_in_actor(), at=clock.now())
        flash(_("Clocks that start from now on leave this day out."), "done")
    except ValueError:
        flash(_("Choose a day."), "warning")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("talent_working_days.calendar")


@bp.post("/house/working-days/removals")
@access(STAFF())
def remove_day() -> ResponseReturnValue:
    """A day counts again."""
    try:
        on = date.fromisoformat(request.form.get("on", ""))
    except ValueError:
        abort(404)
    operations.remove_day_off(on, by=signed_in_actor())
    return see_other("talent_working_days.calendar")
