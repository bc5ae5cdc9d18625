"""Matching rounds as their host meets them: drafted, announced, watched, called off. No list is opened here."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.people.forms import typed
from coursehub.people.views.browser import add_problem
from coursehub.talent.forms.rounds import RoundForm
from coursehub.talent.hiring_words import WORDS
from coursehub.talent.models import MatchingRound
from coursehub.talent.operations import rounds as operations
from coursehub.talent.queries import rounds as queries
from coursehub.talent.round_words import PHASES, timetable_of
from coursehub.web import STAFF, access, one_or_404, page, paginate, see_other, signed_in_actor

bp = Blueprint("talent_house_rounds", __name__)
HOST = STAFF("catalogue")


@bp.get("/house/rounds")
@access(HOST)
def rounds() -> ResponseReturnValue:
    """Every round, drafts as well."""
    at = clock.now()
    found = paginate(queries.every_round(), request.args.get("page", 1, int))
    return page(
        "talent/rounds/house_rounds.html", found=found, phases=PHASES, phase_of=lambda row: queries.phase_of(row, at),
        due_of=lambda row: queries.due_of(row, at),
    )  # fmt: skip


@bp.get("/house/rounds/new")
@access(HOST)
def new_round() -> ResponseReturnValue:
    """An empty form, with rules to begin with."""
    usual = _(
        "Taking part is a choice, and so is accepting. Learners rank seats, employers rank those who asked for theirs; "
        "each by themselves, without agreeing with anybody. Terms of seats are those of their openings and do not change. "
        "Nobody asks anybody for their ranking. Whoever enters a seat gives whoever is matched and accepts the promised offer."
    )
    return page("talent/rounds/house_new.html", form=RoundForm(formdata=None, rules=usual))


@bp.post("/house/rounds/new")
@access(HOST)
def draft_round() -> ResponseReturnValue:
    """Begin it."""
    form = RoundForm()
    if not form.validate_on_submit():
        return page("talent/rounds/house_new.html", status=422, form=form)
    try:
        made = operations.draft_round(
            title=typed(form.title), rules=typed(form.rules), timetable=form.timetable(), audit_days=form.audit_days.data or 0,
            by=signed_in_actor(), at=clock.now(),
        )  # fmt: skip
    except operations.TimesOutOfOrder as refusal:
        add_problem(form, "lists_until_at", refusal)
        return page("talent/rounds/house_new.html", status=422, form=form)
    flash(_("Drafted. Employers can enter seats now; announce it when enough are in."), "done")
    return see_other("talent_house_rounds.round", public_id=made.public_id)


def _round(public_id: str) -> MatchingRound:
    return one_or_404(queries.every_round().where(MatchingRound.public_id == public_id))


@bp.get("/house/rounds/<public_id>")
@access(HOST)
def round(public_id: str) -> ResponseReturnValue:
    """One round: its seats, how many lists are in, and the next step."""
    row, at = _round(public_id), clock.now()
    n = queries.run_now(row)
    return page(
        "talent/rounds/house_round.html", row=row, phase=queries.phase_of(row, at), phases=PHASES, due_at=queries.due_of(row, at),
        timetable=timetable_of(row), seats=queries.seats_of(row), runs=queries.runs_of(row), words=WORDS,
        progress=queries.progress_of(row), ranked=queries.ranked_seats(row, n),
    )  # fmt: skip


@bp.post("/house/rounds/<public_id>/acts")
@access(HOST)
def act(public_id: str) -> ResponseReturnValue:
    """Announce it, or call it off."""
    row, actor, at = _round(public_id), signed_in_actor(), clock.now()
    reason = request.form.get("reason", "").strip()[:1000]
    try:
        if request.form.get("act") == "announce":
            operations.announce_round(row, by=actor, at=at)
            flash(_("Announced. Rules, times and seats are fixed now; learners can seal their lists."), "done")
        elif reason:
            operations.cancel_round(row, reason=reason, by=actor, at=at)
            flash(_("Called off. Everything that was sealed is deleted."), "done")
        else:
            flash(_("Say why it is called off."), "warning")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("talent_house_rounds.round", public_id=public_id)
