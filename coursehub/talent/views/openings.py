"""Openings as anybody reads them, and applying to one."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog.queries.skills import all_skills
from coursehub.errors import Refusal
from coursehub.people import queries as people
from coursehub.talent.consent_text import FIELD_WORDS
from coursehub.talent.hiring_words import WORDS
from coursehub.talent.models import Application, Opening
from coursehub.talent.operations import applications as operations
from coursehub.talent.queries import applications as applying
from coursehub.talent.queries import openings as queries
from coursehub.web import (
    PUBLIC,
    SIGNED_IN,
    access,
    current_actor,
    current_locale,
    one_or_404,
    page,
    paginate,
    see_other,
    signed_in_actor,
)

bp = Blueprint("talent_openings", __name__)


@bp.get("/openings")
@access(PUBLIC)
def openings() -> ResponseReturnValue:
    """Every opening that takes applications, with search and filters that stand in the address."""
    actor, asked = current_actor(), request.args
    chosen = {
        "words": asked.get("q", "").strip(), "kind": asked.get("kind", ""), "form": asked.get("form", ""),
        "city": asked.get("city", ""), "skill": asked.get("skill", ""), "remote": asked.get("remote") == "1",
    }  # fmt: skip
    found = paginate(queries.open_openings(**chosen), asked.get("page", 1, int))  # type: ignore[arg-type]
    return page(
        "talent/openings/list.html", openings=found, chosen=chosen, words=WORDS, skills=all_skills(current_locale()),
        cities=queries.cities_with_openings(), employers=queries.organisations_of_openings(found.items),
        asked=queries.skills_asked([o.id for o in found.items], actor.person_id if actor else None), met_of=queries.met_of,
    )  # fmt: skip


@bp.get("/openings/<public_id>")
@access(PUBLIC)
def opening(public_id: str) -> ResponseReturnValue:
    """One opening with its terms; for a signed-in learner also what they meet and whether it meets their floor.

    Whoever hires there reads a draft of theirs in the same way, before anybody else does.
    """
    return _show(one_or_404(queries.openings_readable_by(current_actor()).where(Opening.public_id == public_id)))


def _show(found: Opening, *, fault: str = "", status: int = 200) -> ResponseReturnValue:
    actor = current_actor()
    skills = queries.skills_asked([found.id], actor.person_id if actor else None)[found.id]
    own = None
    if actor is not None:
        mine = applying.applications_of(actor).where(Application.opening_id == found.id)
        own = next(iter(paginate(mine, 1, per_page=1).items), None)
    return page(
        "talent/openings/show.html", status=status, opening=found, skills=skills, met=queries.met_of(skills), words=WORDS,
        employer=queries.organisations_of_openings([found])[found.organisation_id], own=own,
        floor=queries.meets_pay_floor(found, actor.person_id) if actor else None, fields=FIELD_WORDS, fault=fault,
        response=queries.response_of(found.organisation_id, clock.now()), name_of=people.name_of,
        mine=actor is not None and actor.acts_for(found.organisation_id), typed=request.form,
    )  # fmt: skip


@bp.post("/openings/<public_id>/applications")
@access(SIGNED_IN)
def apply(public_id: str) -> ResponseReturnValue:
    """Apply, with the fields that the employer may see until it closes."""
    found = one_or_404(queries.published_openings().where(Opening.public_id == public_id))
    fields = [field for field in FIELD_WORDS if field in request.form.getlist("fields")]
    try:
        made = operations.apply(
            found, fields=fields, message=request.form.get("message", "")[:4000], by=signed_in_actor(), at=clock.now()
        )
    except Refusal as refusal:
        return _show(found, fault=str(refusal), status=refusal.status)
    flash(_("Your application is with them. The clock of their answer is running."), "done")
    return see_other("talent_candidate.application", public_id=made.public_id)
