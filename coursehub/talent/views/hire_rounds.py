"""Matching rounds as employers meet them: seats to enter, people without names to rank, and who said yes."""

from datetime import date

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.talent.hiring_words import WORDS
from coursehub.talent.matching.lists import ranks_from_texts
from coursehub.talent.models import MatchingRound, MatchingSeat, Opening
from coursehub.talent.operations import round_lists
from coursehub.talent.operations import rounds as operations
from coursehub.talent.queries import rounds as queries
from coursehub.talent.queries.applications import code_of
from coursehub.talent.queries.hiring import applications_by_id
from coursehub.talent.queries.openings import openings_visible_to, skills_asked
from coursehub.talent.round_words import PHASES, timetable_of
from coursehub.web import EMPLOYER, access, one_or_404, page, paginate, see_other, signed_in_actor

bp = Blueprint("talent_hire_rounds", __name__)
HR = EMPLOYER("hr", "owner")


@bp.get("/hire/rounds")
@access(HR)
def rounds() -> ResponseReturnValue:
    """Rounds that take seats, that run, and that are over."""
    at = clock.now()
    found = paginate(queries.rounds_to_enter(), request.args.get("page", 1, int))
    return page(
        "talent/rounds/hire_rounds.html", found=found, phases=PHASES, phase_of=lambda row: queries.phase_of(row, at),
        due_of=lambda row: queries.due_of(row, at),
    )  # fmt: skip


def _round(public_id: str) -> MatchingRound:
    return one_or_404(queries.rounds_to_enter().where(MatchingRound.public_id == public_id))


@bp.get("/hire/rounds/<public_id>")
@access(HR)
def round(public_id: str) -> ResponseReturnValue:
    """One round: what one's organisation has entered, what it ranks, and who accepted."""
    return _show(_round(public_id))


def _show(row: MatchingRound, *, fault: str = "", status: int = 200) -> ResponseReturnValue:
    actor, at = signed_in_actor(), clock.now()
    seats = queries.seats_of(row)
    own = [seat for seat in seats if seat.seat.organisation_id == actor.organisation_id]
    accepted = queries.accepted_at_seats(row, [seat.opening.id for seat in own])
    entered = {seat.opening.id for seat in own}
    could = openings_visible_to(actor).where(Opening.state == "open", Opening.id.not_in(entered))
    return page(
        "talent/rounds/hire_round.html", status=status, row=row, phase=queries.phase_of(row, at), phases=PHASES, fault=fault,
        due_at=queries.due_of(row, at), timetable=timetable_of(row), own=own, others=len(seats) - len(own), words=WORDS,
        could=list(db.session.execute(could).scalars()) if row.state == "draft" else [], accepted=accepted,
        applications=applications_by_id({one for ids in accepted.values() for one in ids}), code_of=code_of,
        ranked=queries.ranked_seats(row, queries.run_now(row)), last_day=row.second_accept_until_at,
    )  # fmt: skip


def _own_opening(public_id: str) -> Opening:
    return one_or_404(openings_visible_to(signed_in_actor()).where(Opening.public_id == public_id))


@bp.post("/hire/rounds/<public_id>/seats")
@access(HR)
def enter_seat(public_id: str) -> ResponseReturnValue:
    """Enter places of an opening, or take them back."""
    row, opening, actor = _round(public_id), _own_opening(request.form.get("opening", "")), signed_in_actor()
    try:
        if request.form.get("act") == "take_back":
            operations.take_seat_back(row, opening, by=actor)
            flash(_("Taken out of the round."), "done")
        else:
            operations.enter_seat(
                row, opening, places=request.form.get("places", 0, int), start_on=_day(request.form.get("start_on", "")),
                by=actor, at=clock.now(),
            )  # fmt: skip
            flash(_("Entered. Whoever is matched and accepts gets the offer that the opening promises."), "done")
    except Refusal as refusal:
        return _show(row, fault=str(refusal), status=refusal.status)
    return see_other("talent_hire_rounds.round", public_id=public_id)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return date.min


def _seat(row: MatchingRound, opening: str) -> MatchingSeat:
    return one_or_404(queries.own_seat(signed_in_actor(), row, opening))


@bp.get("/hire/rounds/<public_id>/seats/<opening>")
@access(HR)
def seat(public_id: str, opening: str) -> ResponseReturnValue:
    """Who asked for this seat, to be ranked."""
    row = _round(public_id)
    return _show_seat(row, _seat(row, opening))


def _show_seat(
    row: MatchingRound, found: MatchingSeat, *, ranks: dict[str, int] | None = None, fault: str = "", status: int = 200
) -> ResponseReturnValue:
    actor, at = signed_in_actor(), clock.now()
    phase, n = queries.phase_of(row, at), queries.run_now(row)
    can_rank = phase in ("ranks", "second_ranks")
    written = None if actor.is_only_looking else round_lists.own_ranking(row, found, n, by=actor)
    opening = db.session.get_one(Opening, found.opening_id)
    shown = ranks if ranks is not None else ranks_from_texts(written or [])
    asking = queries.people_asking(row, n, found) if can_rank else []
    return page(
        "talent/rounds/hire_seat.html", status=status, row=row, seat=found, opening=opening, phase=phase, phases=PHASES,
        words=WORDS, due_at=queries.due_of(row, at), ranks=shown, written=written is not None, can_rank=can_rank, fault=fault,
        people=sorted(asking, key=lambda each: (shown.get(each.key, 10_000), each.key)),
        asked=skills_asked([opening.id])[opening.id],
    )  # fmt: skip


@bp.post("/hire/rounds/<public_id>/seats/<opening>/rankings")
@access(HR)
def rank(public_id: str, opening: str) -> ResponseReturnValue:
    """Seal the ranking."""
    row = _round(public_id)
    found = _seat(row, opening)
    ranks = {
        name.removeprefix("rank-"): int(value)
        for name, value in request.form.items()
        if name.startswith("rank-") and value.strip().isdecimal() and len(value) <= 4
    }
    try:
        round_lists.write_ranking(row, found, ranks, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        return _show_seat(row, found, ranks=ranks, fault=str(refusal), status=refusal.status)
    flash(_("Sealed. You can change it until the time to rank is over."), "done")
    return see_other("talent_hire_rounds.round", public_id=public_id)
