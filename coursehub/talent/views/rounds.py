"""Matching rounds as a person meets them: seats to rank, a list to seal, a result to check and to answer."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, flash, json, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.talent.consent_text import FIELD_WORDS
from coursehub.talent.hiring_words import WORDS
from coursehub.talent.matching.certificates import verify
from coursehub.talent.matching.lists import LONGEST, in_position
from coursehub.talent.models import MatchingResult, MatchingRound
from coursehub.talent.operations import round_answers, round_lists
from coursehub.talent.queries import rounds as queries
from coursehub.talent.queries.openings import met_of, skills_asked
from coursehub.talent.queries.profiles import profile_of
from coursehub.talent.round_words import MATCHES, PHASES, timetable_of
from coursehub.web import SIGNED_IN, access, one_or_404, page, paginate, see_other, signed_in_actor

bp = Blueprint("talent_rounds", __name__)


@bp.get("/career/rounds")
@access(SIGNED_IN)
def rounds() -> ResponseReturnValue:
    """Every announced round, and in which of them one takes part."""
    actor, at = signed_in_actor(), clock.now()
    found = paginate(queries.public_rounds(), request.args.get("page", 1, int))
    return page(
        "talent/rounds/career_rounds.html", found=found, mine=queries.entries_of(actor), phases=PHASES,
        phase_of=lambda row: queries.phase_of(row, at), due_of=lambda row: queries.due_of(row, at),
    )  # fmt: skip


def _round(public_id: str) -> MatchingRound:
    return one_or_404(queries.public_rounds().where(MatchingRound.public_id == public_id))


@bp.get("/career/rounds/<public_id>")
@access(SIGNED_IN)
def round(public_id: str) -> ResponseReturnValue:
    """One round: its seats, one's own list while it can be written, and one's results."""
    return _show(_round(public_id))


def _show(
    row: MatchingRound, *, positions: Mapping[str, int] | None = None, fault: str = "", status: int = 200
) -> ResponseReturnValue:
    actor, at = signed_in_actor(), clock.now()
    entry, n = queries.entry_of(row, actor.person_id), queries.run_now(row)
    written = round_lists.own_list(row, entry, n, by=actor) if entry is not None and not actor.is_only_looking else None
    if positions is None:
        positions = {key: place for place, key in enumerate(written[0], 1)} if written else {}
    seats = queries.seats_of(row, reader=actor)
    skills = skills_asked([seat.opening.id for seat in seats], actor.person_id)
    ranked = {key: place for place, key in enumerate(in_position(positions), 1)}
    results = queries.results_of(entry) if entry else []
    return page(
        "talent/rounds/career_round.html", status=status, row=row, phase=queries.phase_of(row, at), phases=PHASES, fault=fault,
        due_at=queries.due_of(row, at), timetable=timetable_of(row), entry=entry, written=written, words=WORDS, n=n,
        seats=sorted(seats, key=lambda seat: (ranked.get(seat.opening.public_id, LONGEST + 1), seat.opening.public_id)),
        positions=positions, met={seat.opening.id: met_of(skills[seat.opening.id]) for seat in seats}, results=results,
        by_id={seat.opening.id: seat for seat in queries.seats_of(row)}, matches=MATCHES, fields=FIELD_WORDS,
        profile=profile_of(actor.person_id), placed=any(result.state == "accepted" for result in results),
    )  # fmt: skip


def _typed_positions() -> dict[str, int]:
    """The number beside each seat; what is empty or no number is not on the list."""
    found = {}
    for name, value in request.form.items():
        key = name.removeprefix("position-")
        if key != name and value.strip().isdecimal() and len(value) <= 4:
            found[key] = int(value)
    return found


@bp.post("/career/rounds/<public_id>/lists")
@access(SIGNED_IN)
def write_list(public_id: str) -> ResponseReturnValue:
    """Move a seat up or down on the page, or seal the list."""
    row, positions = _round(public_id), _typed_positions()
    if moved := request.form.get("move"):
        return _show(row, positions=_moved(positions, moved))
    try:
        round_lists.write_list(row, positions, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        return _show(row, positions=positions, fault=str(refusal), status=refusal.status)
    flash(_("Sealed. Nobody but you can read the order. You can change it until the time for lists is over."), "done")
    return see_other("talent_rounds.round", public_id=public_id)


def _moved(positions: Mapping[str, int], moved: str) -> dict[str, int]:
    """The list with one seat a place higher or lower, put at its end, or taken off; numbered from one."""
    order = in_position(positions)
    step, _colon, key = moved.partition(":")
    if step == "add" and key not in order:
        order.append(key)
    elif step == "off" and key in order:
        order.remove(key)
    elif key in order:
        here = order.index(key)
        there = min(max(here + (1 if step == "down" else -1), 0), len(order) - 1)
        order[here], order[there] = order[there], order[here]
    return {each: place for place, each in enumerate(order, 1)}


@bp.post("/career/rounds/<public_id>/departures")
@access(SIGNED_IN)
def leave(public_id: str) -> ResponseReturnValue:
    """Not take part after all."""
    row = _round(public_id)
    try:
        round_lists.leave_round(row, by=signed_in_actor(), at=clock.now())
        flash(_("Your list is deleted. Nobody is told."), "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("talent_rounds.round", public_id=public_id)


def _result(row: MatchingRound, n: int) -> MatchingResult:
    entry = queries.entry_of(row, signed_in_actor().person_id)
    found = next((result for result in (queries.results_of(entry) if entry else []) if result.n == n), None)
    if found is None:
        abort(404)
    return found


@bp.post("/career/rounds/<public_id>/answers/<int:n>")
@access(SIGNED_IN)
def answer(public_id: str, n: int) -> ResponseReturnValue:
    """Yes with what the employer may see, or no."""
    row = _round(public_id)
    result, actor = _result(row, n), signed_in_actor()
    try:
        if request.form.get("answer") == "yes":
            fields = [field for field in FIELD_WORDS if field in request.form.getlist("fields")]
            made = round_answers.accept_match(row, result, fields=fields, by=actor, at=clock.now())
            flash(_("Accepted. The employer learns who you are and owes you the offer that the opening promised."), "done")
            return see_other("talent_candidate.application", public_id=made.public_id)
        round_answers.decline_match(row, result, by=actor, at=clock.now())
        flash(_("Declined. Nobody is told."), "done")
    except Refusal as refusal:
        return _show(row, fault=str(refusal), status=refusal.status)
    return see_other("talent_rounds.round", public_id=public_id)


def _whole_certificate(row: MatchingRound, result: MatchingResult) -> dict[str, Any]:
    """The certificate with all that is needed to check it: one's list and salt while they are kept, and what was published."""
    actor = signed_in_actor()
    entry = queries.entry_of(row, actor.person_id)
    written = round_lists.own_list(row, entry, result.n, by=actor) if entry and not actor.is_only_looking else None
    run = queries.runs_of(row)[result.n - 1]
    return {
        "certificate": result.certificate, "list": written[0] if written else None, "salt": written[1] if written else None,
        "published": {
            "rules_hash": row.rules_hash, "commitment": run.commitment, "number": run.number, "seals_root": run.seals_root,
            "seed": run.seed, "certificates_root": run.certificates_root,
        },
    }  # fmt: skip


@bp.get("/career/rounds/<public_id>/certificates/<int:n>")
@access(SIGNED_IN)
def certificate(public_id: str, n: int) -> ResponseReturnValue:
    """What the certificate says in words, checked as anybody can check it, and how."""
    row = _round(public_id)
    result = _result(row, n)
    whole = _whole_certificate(row, result)
    above: list[str] | None = None
    if whole["list"] is not None:
        above = verify(result.certificate, wishes=whole["list"], salt=whole["salt"], root=whole["published"]["certificates_root"])
    titles = {seat.opening.public_id: seat for seat in queries.seats_of(row)}
    return page(
        "talent/rounds/certificate.html", row=row, result=result, whole=whole, above=above, titles=titles, n=n, words=WORDS
    )


@bp.get("/career/rounds/<public_id>/certificates/<int:n>.json")
@access(SIGNED_IN)
def certificate_file(public_id: str, n: int) -> ResponseReturnValue:
    """The same to keep and to check elsewhere."""
    row = _round(public_id)
    text = json.dumps(_whole_certificate(row, _result(row, n)), indent=1)
    named = f'attachment; filename="certificate-{row.public_id}-{n}.json"'
    return Response(text, mimetype="application/json", headers={"Content-Disposition": named})
