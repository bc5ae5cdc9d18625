"""Consent as an employer meets it: a person of the pool, what they agreed to show, and what is to be erased."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people.forms import chosen, typed
from coursehub.people.views.browser import add_problem
from coursehub.talent.forms.consent import AskForm
from coursehub.talent.models import Profile, TalentGrant
from coursehub.talent.operations import consent as operations
from coursehub.talent.operations import erasure_notices
from coursehub.talent.operations.opening_fields import open_person
from coursehub.talent.queries import consent as queries
from coursehub.talent.queries.profiles import as_shown, profiles_met_by, short_id_of
from coursehub.talent.queries.proofs import proofs_of
from coursehub.talent.queries.shortlists import standing_lists
from coursehub.talent.views.wording import words
from coursehub.talent.working_days import end_of, last_day_before
from coursehub.web import EMPLOYER, access, one_or_404, page, paginate, see_other, signed_in_actor

bp = Blueprint("talent_candidates", __name__)
bp.context_processor(words)
USUAL = timedelta(days=60)


def _met(public_id: str) -> Profile:
    return one_or_404(profiles_met_by(signed_in_actor(), clock.now()).where(Profile.public_id == public_id))


@bp.get("/hire/people/<public_id>")
@access(EMPLOYER("hr", "owner"))
def candidate(public_id: str) -> ResponseReturnValue:
    """One person of the pool, without a name until they agree."""
    form = AskForm(formdata=None, fields=["display_name", "email"], until_on=last_day_before(clock.now() + USUAL))
    return _candidate_page(_met(public_id), form)


def _candidate_page(
    profile: Profile, form: AskForm, *, status: int = 200, opened: dict[str, Any] | None = None
) -> ResponseReturnValue:
    actor, at = signed_in_actor(), clock.now()
    organisation_id = actor.organisation_id or 0
    waiting = queries.grants_visible_to(actor).where(TalentGrant.person_id == profile.person_id, TalentGrant.state == "requested")
    return page(
        "talent/consent/candidate.html", status=status, shown=as_shown(profile), form=form, opened=opened,
        live=queries.live_grants(profile.person_id, organisation_id, at),
        waiting=db.session.execute(waiting).scalars().first(), lists=standing_lists(actor),
    )  # fmt: skip


@bp.post("/hire/people/<public_id>/ask")
@access(EMPLOYER("hr", "owner"))
def ask(public_id: str) -> ResponseReturnValue:
    """Ask for consent."""
    profile, form = _met(public_id), AskForm()
    if not form.validate_on_submit() or form.until_on.data is None:
        return _candidate_page(profile, form, status=422)
    try:
        operations.ask_for_consent(
            profile, fields=chosen(form.fields), why=typed(form.why), until_at=end_of(form.until_on.data),
            by=signed_in_actor(), at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        add_problem(form, "until_on" if refusal.status == 422 else None, refusal)
        return _candidate_page(profile, form, status=refusal.status)
    flash(_("Asked. You get a letter when they answer."), "done")
    return see_other("talent_candidates.candidate", public_id=public_id)


@bp.post("/hire/people/<public_id>/open")
@access(EMPLOYER("hr", "owner"))
def open_fields(public_id: str) -> ResponseReturnValue:
    """Open what one consent covers, once; the person sees that it was opened."""
    actor, at = signed_in_actor(), clock.now()
    profile = _met(public_id)
    wanted = request.form.get("grant", "")
    grant = next(
        (g for g in queries.live_grants(profile.person_id, actor.organisation_id or 0, at) if g.public_id == wanted), None
    )
    if grant is None:
        abort(404)
    opened = open_person(profile.person_id, by=actor, purpose=grant.purpose, fields=grant.fields, at=at)
    return _candidate_page(profile, AskForm(formdata=None), opened=opened)


@bp.get("/hire/people/<public_id>/skills/<code>")
@access(EMPLOYER("hr", "owner"))
def skill(public_id: str, code: str) -> ResponseReturnValue:
    """The evidence behind one proven skill of somebody in the pool."""
    profile = _met(public_id)
    found = proofs_of(profile.id, code=code)
    if not found:
        abort(404)
    return page(
        "talent/profiles/skill.html", proof=found[0], place="hire", back=public_id, short_id=short_id_of(profile.public_id)
    )


@bp.get("/hire/consents")
@access(EMPLOYER("hr", "owner"))
def consents() -> ResponseReturnValue:
    """What is to be erased, what was asked, and what this organisation may see."""
    actor, at = signed_in_actor(), clock.now()
    visible = queries.grants_visible_to(actor)
    erasing = queries.erasures_to_confirm(actor.organisation_id or 0)
    waiting = list(db.session.execute(visible.where(TalentGrant.state == "requested")).scalars())
    live = list(db.session.execute(visible.where(queries.is_live(at))).scalars())
    past = paginate(
        visible.where(TalentGrant.ended_at.is_not(None), TalentGrant.state != "erasure_notified"),
        request.args.get("page", 1, type=int),
    )
    rows = [*erasing, *waiting, *live, *past.items]
    met, ids = _still_met(rows), queries.pool_ids(g.person_id for g in rows)
    return page(
        "talent/consent/consents.html", erasing=erasing, waiting=waiting, live=live, past=past, met=met,
        short_ids={g.id: short_id_of(ids.get(g.person_id, g.public_id)) for g in rows},
    )  # fmt: skip


def _still_met(rows: list[TalentGrant]) -> dict[int, str]:
    """The addresses of those that this organisation may still look at."""
    people = profiles_met_by(signed_in_actor(), clock.now()).where(Profile.person_id.in_({g.person_id for g in rows}))
    found = db.session.execute(people.with_only_columns(Profile.person_id, Profile.public_id).order_by(None))
    return dict(found.tuples().all())


@bp.post("/hire/consents/<public_id>/erased")
@access(EMPLOYER("hr", "owner"))
def confirm_erasure(public_id: str) -> ResponseReturnValue:
    """Say that everything was erased."""
    actor = signed_in_actor()
    found = one_or_404(queries.grants_visible_to(actor).where(TalentGrant.public_id == public_id))
    erasure_notices.confirm_erasure(found, by=actor, at=clock.now())
    flash(_("Thank you. The person is told."), "done")
    return see_other("talent_candidates.consents")
