"""Staff pages over the floor itself: work waiting or dead, and letters written."""

import sqlalchemy as sa
from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock, jobs, mail
from coursehub.config import current_settings
from coursehub.db import db
from coursehub.web.audiences import HOUSE_OR_DEMO, STAFF, access, current_actor, from_loopback
from coursehub.web.pages import one_or_404, page, paginate, see_other

bp = Blueprint("floor", __name__)


@bp.get("/house/jobs")
@access(STAFF())
def job_queue() -> ResponseReturnValue:
    """What is waiting, what is being done and what needs a person."""
    state = "dead" if request.args.get("state") == "dead" else "waiting"
    counts = dict(db.session.execute(sa.select(jobs.Job.state, sa.func.count()).group_by(jobs.Job.state)).tuples().all())
    chosen = sa.select(jobs.Job).where(jobs.Job.state == state).order_by(jobs.Job.run_at, jobs.Job.id)
    return page(
        "floor/jobs.html",
        jobs=paginate(chosen, request.args.get("page", 1, int)),
        state=state,
        counts=counts,
    )


@bp.post("/house/jobs/<int:job_id>/replay")
@access(STAFF())
def replay_job(job_id: int) -> ResponseReturnValue:
    """Give a dead job another life."""
    if jobs.replay(job_id, at=clock.now()):
        flash(_("The job will run again in a moment."), "done")
    else:
        flash(_("That job is not dead any more."), "warning")
    return see_other("floor.job_queue", state="dead")


@bp.get("/house/outbox")
@access(STAFF("support"))
def outbox() -> ResponseReturnValue:
    """Every letter, newest first."""
    return _letters("floor.outbox", "floor.letter")


@bp.get("/house/outbox/<public_id>")
@access(STAFF("support"))
def letter(public_id: str) -> ResponseReturnValue:
    """One letter as it was written."""
    return _letter(public_id, "floor.outbox")


@bp.get("/outbox")
@access(HOUSE_OR_DEMO)
def demo_outbox() -> ResponseReturnValue:
    """The same on a demo, for whoever sits at this machine: there is no mail server to look at."""
    _only_on_a_demo()
    return _letters("floor.demo_outbox", "floor.demo_letter")


@bp.get("/outbox/<public_id>")
@access(HOUSE_OR_DEMO)
def demo_letter(public_id: str) -> ResponseReturnValue:
    """One letter on a demo."""
    _only_on_a_demo()
    return _letter(public_id, "floor.demo_outbox")


def _only_on_a_demo() -> None:
    actor = current_actor()
    may_read_letters = actor is not None and "support" in actor.staff_roles
    if not (current_settings().demo and from_loopback()) and not may_read_letters:
        abort(404)


def _letters(here: str, one: str) -> ResponseReturnValue:
    search = request.args.get("q", "").strip()
    letters = paginate(mail.newest_letters(search=search), request.args.get("page", 1, int))
    return page("floor/outbox.html", letters=letters, search=search, here=here, one=one)


def _letter(public_id: str, back: str) -> ResponseReturnValue:
    found = one_or_404(mail.newest_letters().where(mail.Letter.public_id == public_id))
    return page("floor/letter.html", letter=found, back=back)
