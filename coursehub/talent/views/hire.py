"""The employer's desk, its openings, and its introductions."""

from typing import Any

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from coursehub import clock
from coursehub.catalog.models import Skill
from coursehub.catalog.queries.skills import all_skills
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import queries as people
from coursehub.talent.forms.openings import SKILL_ROWS, OpeningForm, filled_from, wanted_from
from coursehub.talent.hiring_words import WORDS, time_in
from coursehub.talent.models import Introduction, Opening
from coursehub.talent.operations import introductions, outreach
from coursehub.talent.operations import openings as operations
from coursehub.talent.queries import applications as applying
from coursehub.talent.queries import hiring as waiting
from coursehub.talent.queries import introductions as introduced
from coursehub.talent.queries import openings as queries
from coursehub.talent.queries.consent import pool_ids
from coursehub.talent.queries.profiles import short_id_of
from coursehub.talent.queries.work import code_of as code_of_work
from coursehub.talent.queries.work_desks import employers_hours
from coursehub.talent.work_words import WORDS as WORK_WORDS
from coursehub.talent.working_days import last_day_before
from coursehub.web import EMPLOYER, access, current_locale, one_or_404, page, paginate, see_other, signed_in_actor

bp = Blueprint("talent_hire", __name__)
HR = EMPLOYER("hr", "owner")


@bp.get("/hire")
@access(HR)
def desk() -> ResponseReturnValue:
    """What waits today, each with its clock."""
    actor, at = signed_in_actor(), clock.now()
    desk = waiting.desk_of(actor, at)
    ids = {row.application_id for row in desk.interviews} | {row.application_id for row in desk.offers}
    ids |= {row.application_id for row in desk.starts}
    applications = waiting.applications_by_id(ids | {row.id for row in desk.answers})
    openings = applying.openings_by_id({row.opening_id for row in applications.values()})
    return page(
        "talent/hire/desk.html", desk=desk, applications=applications, openings=openings, code_of=applying.code_of, words=WORDS,
        left=outreach.balance(actor.organisation_id or 0), allowance=outreach.ALLOWANCE, zone=waiting.zone_of(actor.person_id),
        time_in=time_in, hours=employers_hours(actor), work_words=WORK_WORDS, work_code=code_of_work, last_day=last_day_before,
    )  # fmt: skip


@bp.get("/hire/openings")
@access(HR)
def openings() -> ResponseReturnValue:
    """Every opening of the organisation, with what runs in it."""
    found = paginate(queries.openings_visible_to(signed_in_actor()), request.args.get("page", 1, int))
    counts = queries.running_counts([opening.id for opening in found.items])
    return page("talent/hire/openings.html", openings=found, counts=counts, words=WORDS)


def _own(public_id: str) -> Opening:
    return one_or_404(queries.openings_visible_to(signed_in_actor()).where(Opening.public_id == public_id))


@bp.route("/hire/openings/new", methods=["GET", "POST"])
@access(HR)
def new_opening() -> ResponseReturnValue:
    """Write an opening; one that follows another begins with its words."""
    follows = _own(request.args["follows"]) if request.args.get("follows") else None
    form = OpeningForm(data=filled_from(follows) if follows else None)
    return _edit(form, None, follows)


@bp.route("/hire/openings/<public_id>/edit", methods=["GET", "POST"])
@access(HR)
def edit_opening(public_id: str) -> ResponseReturnValue:
    """Change a draft."""
    opening = _own(public_id)
    return _edit(OpeningForm(data=filled_from(opening)), opening, None)


def _edit(form: OpeningForm, opening: Opening | None, follows: Opening | None) -> ResponseReturnValue:
    actor, faults = signed_in_actor(), []
    if form.validate_on_submit():
        ids = dict(db.session.execute(db.select(Skill.code, Skill.id)).tuples().all())
        wanted = wanted_from(request.form, ids)
        try:
            if opening is None:
                opening = operations.draft_opening(form.terms(), wanted, by=actor, at=clock.now(), follows=follows)
            else:
                operations.change_draft(opening, form.terms(), wanted, by=actor)
            return see_other("talent_hire.opening", public_id=opening.public_id)
        except Refusal as refusal:
            faults = [str(refusal)]
    return page(
        "talent/hire/edit_opening.html", status=422 if form.errors or faults else 200, form=form, opening=opening, faults=faults,
        skills=all_skills(current_locale()), rows=_rows(opening or follows), words=WORDS, follows=follows,
    )  # fmt: skip


def _rows(opening: Opening | None) -> list[dict[str, Any]]:
    """The rows of skills as typed, else as the opening has them, filled up with empty ones."""
    if request.method == "POST":
        return [{name: request.form.get(f"{name}-{n}", "") for name in ("skill", "level", "required")} for n in range(SKILL_ROWS)]
    asked = queries.skills_asked([opening.id])[opening.id] if opening else []
    rows = [{"skill": s.code, "level": str(s.level), "required": "yes" if s.required else "no"} for s in asked[:SKILL_ROWS]]
    return rows + [{"skill": "", "level": "2", "required": "yes"}] * (SKILL_ROWS - len(rows))


@bp.get("/hire/openings/<public_id>")
@access(HR)
def opening(public_id: str) -> ResponseReturnValue:
    """One opening: its terms, its team, its history, and what one can do with it."""
    found, at = _own(public_id), clock.now()
    team = queries.team_of(found.id)
    colleagues = people.members_with_role(found.organisation_id, "hr", "owner")
    moves = applying.moves_of("opening", found.id)
    return page(
        "talent/hire/opening.html", opening=found, skills=queries.skills_asked([found.id])[found.id], words=WORDS, team=team,
        colleagues=colleagues, names=people.display_names([*team, *colleagues]), moves=moves, now_at=at,
        counts=queries.running_counts([found.id]).get(found.id, {}),
    )  # fmt: skip


ACTS = {
    "submit": operations.submit_opening,
    "pause": operations.pause_opening,
    "resume": operations.resume_opening,
}


@bp.post("/hire/openings/<public_id>/acts")
@access(HR)
def act_on_opening(public_id: str) -> ResponseReturnValue:
    """Submit, pause, resume or close it."""
    found, what = _own(public_id), request.form.get("act", "")
    try:
        if what == "close":
            operations.close_opening(found, reason=request.form.get("reason", ""), by=signed_in_actor(), at=clock.now())
        elif what in ACTS:
            ACTS[what](found, by=signed_in_actor(), at=clock.now())
        else:
            abort(404)
        flash(_("Done."), "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("talent_hire.opening", public_id=public_id)


@bp.post("/hire/openings/<public_id>/team")
@access(HR)
def change_team(public_id: str) -> ResponseReturnValue:
    """Put a colleague on the team, or take one off it."""
    found, person_id = _own(public_id), request.form.get("person", 0, int)
    try:
        if request.form.get("act") == "remove":
            operations.take_off_team(found, person_id, by=signed_in_actor())
        else:
            operations.add_to_team(found, person_id, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("talent_hire.opening", public_id=public_id)


@bp.get("/hire/introductions")
@access(HR)
def sent_introductions() -> ResponseReturnValue:
    """What was sent, what came of it, and how many words are left."""
    actor = signed_in_actor()
    found = paginate(introduced.introductions_visible_to(actor), request.args.get("page", 1, int))
    openings = applying.openings_by_id({row.opening_id for row in found.items})
    ids = pool_ids(row.person_id for row in found.items)
    return page(
        "talent/hire/introductions.html", rows=found, openings=openings, words=WORDS,
        short={row.id: short_id_of(ids.get(row.person_id, row.public_id)) for row in found.items},
        left=outreach.balance(actor.organisation_id or 0), allowance=outreach.ALLOWANCE, rest_days=outreach.REST.days,
        reasons={row.id: _reason(row) for row in found.items if row.state == "declined"},
        answered={row.id: _time_to_answer(row) for row in found.items if row.state in ("accepted", "declined")},
    )  # fmt: skip


def _time_to_answer(row: Introduction) -> str:
    """How long the person took, in hours up to two days and in days from then on."""
    took = (row.ended_at or row.sent_at) - row.sent_at
    hours = int(took.total_seconds() // 3600)
    if hours < 48:
        return str(ngettext("%(num)s h", "%(num)s h", max(hours, 1)))
    return str(ngettext("%(num)s day", "%(num)s days", took.days))


def _reason(row: Introduction) -> str:
    return applying.moves_of("introduction", row.id)[-1].reason


@bp.route("/hire/people/<public_id>/introductions", methods=["GET", "POST"])
@access(HR)
def introduce(public_id: str) -> ResponseReturnValue:
    """Write to somebody in the pool; the page is the same whether they are there or not."""
    actor = signed_in_actor()
    openings = list(db.session.execute(queries.openings_visible_to(actor).where(Opening.state == "open")).scalars())
    fault, status = "", 200
    if request.method == "POST":
        chosen = next((row for row in openings if row.public_id == request.form.get("opening")), None)
        message = request.form.get("message", "").strip()[:2000]
        if chosen is None or not message:
            fault, status = _("Choose an opening and write a few words."), 422
        else:
            try:
                introductions.introduce(chosen, public_id, message=message, by=actor, at=clock.now())
                flash(_("It is on its way. You are told what they answer."), "done")
                return see_other("talent_hire.sent_introductions")
            except Refusal as refusal:
                fault, status = str(refusal), refusal.status
    return page(
        "talent/hire/introduce.html", status=status, fault=fault, openings=openings, public_id=public_id, typed=request.form,
        left=outreach.balance(actor.organisation_id or 0), allowance=outreach.ALLOWANCE, short=short_id_of(public_id),
        days=outreach.ANSWER_WITHIN_DAYS,
    )  # fmt: skip
