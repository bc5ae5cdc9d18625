"""Consent as its person meets it: who asks, what was given, what became of it."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import queries as people
from coursehub.people.forms import chosen
from coursehub.people.models import Organisation
from coursehub.people.views.browser import add_problem
from coursehub.talent.consent_text import FIELD_WORDS
from coursehub.talent.forms.consent import GiveForm
from coursehub.talent.models import Move, TalentGrant
from coursehub.talent.operations import consent as operations
from coursehub.talent.queries.blocks import organisations_one_can_name
from coursehub.talent.queries.consent import grants_about
from coursehub.talent.views.profiles import mine_or_404
from coursehub.talent.views.wording import words
from coursehub.talent.working_days import end_of, last_day_before
from coursehub.web import SIGNED_IN, access, one_or_404, page, paginate, see_other, signed_in_actor

bp = Blueprint("talent_consent", __name__)
bp.context_processor(words)
USUAL = timedelta(days=60)


def _mine(public_id: str) -> TalentGrant:
    return one_or_404(grants_about(signed_in_actor()).where(TalentGrant.public_id == public_id))


@bp.get("/career/grants")
@access(SIGNED_IN)
def grants() -> ResponseReturnValue:
    """Who asks, who may see what now, and what has ended."""
    at = clock.now()
    about = grants_about(signed_in_actor())
    waiting = list(db.session.execute(about.where(TalentGrant.state == "requested")).scalars())
    live = list(db.session.execute(about.where(TalentGrant.state == "granted")).scalars())
    ended = paginate(about.where(TalentGrant.ended_at.is_not(None)), request.args.get("page", 1, type=int))
    names = people.organisation_names(g.organisation_id for g in [*waiting, *live, *ended.items])
    return page("talent/consent/grants.html", waiting=waiting, live=live, ended=ended, names=names, at=at)


@bp.get("/career/grants/<public_id>")
@access(SIGNED_IN)
def grant(public_id: str) -> ResponseReturnValue:
    """One consent: who, why, what, until when, the text, and what became of it."""
    found = _mine(public_id)
    form = GiveForm(formdata=None, fields=found.fields, until_on=last_day_before(found.until_at))
    return _grant_page(found, form)


def _grant_page(found: TalentGrant, form: GiveForm, status: int = 200) -> ResponseReturnValue:
    form.fields.choices = [(field, FIELD_WORDS[field]) for field in found.fields]
    moves = sa.select(Move).where(Move.machine == "grant", Move.subject_id == found.id).order_by(Move.n)
    organisation = db.session.get_one(Organisation, found.organisation_id)
    return page(
        "talent/consent/grant.html", status=status, grant=found, form=form, organisation=people.name_of(organisation),
        moves=list(db.session.execute(moves).scalars()),
    )  # fmt: skip


@bp.post("/career/grants/<public_id>/give")
@access(SIGNED_IN)
def give(public_id: str) -> ResponseReturnValue:
    """Say yes, to all of it or to less."""
    found, form = _mine(public_id), GiveForm()
    form.fields.choices = [(field, FIELD_WORDS[field]) for field in found.fields]
    if not form.validate_on_submit() or form.until_on.data is None:
        return _grant_page(found, form, 422)
    try:
        operations.give_consent(
            found, fields=chosen(form.fields), until_at=end_of(form.until_on.data), by=signed_in_actor(), at=clock.now()
        )
    except operations.MoreThanWasAsked as refusal:
        add_problem(form, "until_on", refusal)
        return _grant_page(found, form, 422)
    flash(_("Given. You see here each time something is opened, and can end it at any moment."), "done")
    return see_other("talent_consent.grant", public_id=public_id)


@bp.post("/career/grants/<public_id>/decline")
@access(SIGNED_IN)
def decline(public_id: str) -> ResponseReturnValue:
    """Say no."""
    operations.decline_consent(_mine(public_id), by=signed_in_actor(), at=clock.now())
    flash(_("Declined. They are told so, without a reason, and cannot ask again for 30 days."), "done")
    return see_other("talent_consent.grants")


@bp.post("/career/grants/<public_id>/withdraw")
@access(SIGNED_IN)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take it back."""
    operations.withdraw_consent(_mine(public_id), by=signed_in_actor(), at=clock.now())
    flash(_("Taken back. Nothing opens any more, and they are asked to erase what they kept."), "done")
    return see_other("talent_consent.grant", public_id=public_id)


@bp.get("/career/grants/new")
@access(SIGNED_IN)
def new_grant() -> ResponseReturnValue:
    """Find an organisation to show oneself to."""
    form = GiveForm(formdata=None, fields=["display_name"], until_on=last_day_before(clock.now() + USUAL))
    return _new_page(form)


def _new_page(form: GiveForm, status: int = 200) -> ResponseReturnValue:
    search, picked = request.values.get("q", "").strip(), request.values.get("organisation", "")
    organisation = people.organisation_by_public_id(picked) if picked else None
    return page(
        "talent/consent/new.html", status=status, form=form, profile=mine_or_404(), search=search,
        found=organisations_one_can_name(search), organisation=organisation,
        organisation_name=people.name_of,
    )  # fmt: skip


@bp.post("/career/grants/new")
@access(SIGNED_IN)
def show_myself() -> ResponseReturnValue:
    """Show named fields to one organisation, unasked."""
    organisation = people.organisation_by_public_id(request.form.get("organisation", ""))
    form = GiveForm()
    if not form.validate_on_submit() or form.until_on.data is None or organisation is None:
        return _new_page(form, 422)
    try:
        made = operations.show_myself(
            organisation, fields=chosen(form.fields), until_at=end_of(form.until_on.data), by=signed_in_actor(), at=clock.now()
        )
    except Refusal as refusal:
        add_problem(form, "until_on" if refusal.status == 422 else None, refusal)
        return _new_page(form, refusal.status)
    flash(_("They may see it now. You can end it at any moment."), "done")
    return see_other("talent_consent.grant", public_id=made.public_id)
