"""The learner's desk of talent, their profile, and how an employer sees it."""

from datetime import datetime
from decimal import Decimal

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.money import as_decimal, currency_exponent
from coursehub.people.forms import chosen, typed
from coursehub.people.views.browser import add_problem
from coursehub.talent.forms.profiles import ProfileForm
from coursehub.talent.letters.profiles import CONFIRM
from coursehub.talent.models import Profile
from coursehub.talent.models.profiles import VISIBILITIES
from coursehub.talent.operations import profiles as operations
from coursehub.talent.queries import career, hiring
from coursehub.talent.queries import profiles as queries
from coursehub.talent.queries.applications import openings_by_id
from coursehub.talent.queries.proofs import proofs_of
from coursehub.talent.queries.work_desks import workers_hours
from coursehub.talent.views.wording import words
from coursehub.talent.work_words import WORDS as WORK_WORDS
from coursehub.talent.working_days import local_day
from coursehub.web import PUBLIC, SIGNED_IN, access, one_or_404, page, read_token, see_other, signed_in_actor

bp = Blueprint("talent_profiles", __name__)
LINK_LASTS = 120 * 24 * 3600


bp.context_processor(words)


def mine_or_404() -> Profile:
    """The reader's profile; it begins, hidden, when they first come here. Staff who look as somebody begin nothing."""
    actor = signed_in_actor()
    found = queries.profile_of(actor.person_id)
    if found is None and actor.is_only_looking:
        abort(404)
    return found or operations.begin_profile(by=actor, at=clock.now())


@bp.get("/career")
@access(SIGNED_IN)
def career_desk() -> ResponseReturnValue:
    """What waits for the reader, and how they stand."""
    profile = mine_or_404()
    at = clock.now()
    waiting = hiring.waiting_for(signed_in_actor(), at)
    applications = hiring.applications_by_id(
        {row.application_id for row in waiting.offers}
        | {row.application_id for row in waiting.interviews}
        | {row.application_id for row in waiting.starts}
    )
    about = {row.opening_id for row in applications.values()} | {row.opening_id for row in waiting.introductions}
    return page(
        "talent/profiles/career.html", waiting=waiting, applications=applications, openings=openings_by_id(about),
        profile=profile,
        shown=queries.as_shown(profile),
        confirmed_until=profile.confirmed_at + queries.CONFIRMED_FOR, desk=career.desk_of(signed_in_actor(), at),
        claims=queries.claims_of(profile), hours=workers_hours(signed_in_actor(), local_day(at)), words=WORK_WORDS,
    )  # fmt: skip


@bp.get("/career/profile")
@access(SIGNED_IN)
def edit_profile() -> ResponseReturnValue:
    """Ask for what an employer should know before any consent."""
    profile = mine_or_404()
    floor = profile.pay_floor_minor
    form = ProfileForm(
        formdata=None, headline=profile.headline, about=profile.about, weekly_hours=profile.weekly_hours,
        available_from=profile.available_from, city=profile.city, remote=profile.remote, forms=profile.forms,
        pay_floor=None if floor is None else as_decimal(floor, profile.pay_floor_currency or "CNY"),
        pay_floor_currency=profile.pay_floor_currency or "CNY", pay_floor_period=profile.pay_floor_period or "month",
    )  # fmt: skip
    return page("talent/profiles/edit.html", form=form, profile=profile)


@bp.post("/career/profile")
@access(SIGNED_IN)
def describe_myself() -> ResponseReturnValue:
    """Keep it."""
    profile, form = mine_or_404(), ProfileForm()
    if not form.validate_on_submit():
        return page("talent/profiles/edit.html", status=422, form=form, profile=profile)
    try:
        operations.describe_myself(profile, _said(form), by=signed_in_actor(), at=clock.now())
    except operations.TellsWhoYouAre as refusal:
        add_problem(form, "about" if form.about.data else "headline", refusal)
        return page("talent/profiles/edit.html", status=422, form=form, profile=profile)
    flash(_("Saved. Your profile counts as confirmed from today."), "done")
    return see_other("talent_profiles.career_desk")


def _said(form: ProfileForm) -> operations.Description:
    currency = typed(form.pay_floor_currency)
    floor = form.pay_floor.data
    minor = None if floor is None else int(Decimal(floor).scaleb(currency_exponent(currency)).to_integral_value())
    return operations.Description(
        headline=typed(form.headline).strip(), about=typed(form.about).strip(), city=typed(form.city).strip(),
        remote=bool(form.remote.data), weekly_hours=form.weekly_hours.data or 0, available_from=form.available_from.data,
        forms=tuple(chosen(form.forms)), pay_floor_minor=minor, pay_floor_currency=None if minor is None else currency,
        pay_floor_period=None if minor is None else typed(form.pay_floor_period),
    )  # fmt: skip


@bp.get("/career/visibility")
@access(SIGNED_IN)
def visibility() -> ResponseReturnValue:
    """The ladder: what each rung means, and how an employer sees the reader there."""
    return page("talent/profiles/visibility.html", profile=mine_or_404(), rungs=VISIBILITIES)


@bp.post("/career/visibility")
@access(SIGNED_IN)
def choose_visibility() -> ResponseReturnValue:
    """Step up or down."""
    wanted = request.form.get("visibility", "")
    if wanted not in VISIBILITIES:
        abort(400)
    operations.choose_visibility(mine_or_404(), wanted, by=signed_in_actor(), at=clock.now())
    said = {
        "hidden": _("You are hidden. No employer finds you."),
        "anonymous": _("You are in the pool without your name."),
        "named": _("You are in the pool, and can show yourself to organisations that you choose."),
    }
    flash(said[wanted], "done")
    return see_other("talent_profiles.visibility")


@bp.post("/career/quiet")
@access(SIGNED_IN)
def choose_quiet() -> ResponseReturnValue:
    """No approaches for now, or again."""
    quiet = request.form.get("quiet") == "yes"
    operations.choose_quiet(mine_or_404(), quiet, by=signed_in_actor(), at=clock.now())
    flash(_("Nobody can approach you now.") if quiet else _("Employers can approach you again."), "done")
    return see_other("talent_profiles.visibility")


@bp.post("/career/confirm")
@access(SIGNED_IN)
def confirm() -> ResponseReturnValue:
    """It is all still true."""
    operations.confirm_profile(mine_or_404(), by=signed_in_actor(), at=clock.now())
    flash(_("Thank you. Your profile is confirmed for 90 days."), "done")
    return see_other("talent_profiles.career_desk")


def _from_letter(token: str) -> tuple[Profile, datetime]:
    carried = read_token(CONFIRM, token, LINK_LASTS)
    if carried is None:
        abort(404)
    public_id, stamp = carried
    profile = one_or_404(db.select(Profile).where(Profile.public_id == public_id))
    return profile, datetime.fromisoformat(stamp)


@bp.get("/career/confirm/<token>")
@access(PUBLIC)
def confirm_by_letter(token: str) -> ResponseReturnValue:
    """Ask for the one click; opening the link alone changes nothing, so mail scanners confirm nothing."""
    profile, stamp = _from_letter(token)
    return page("talent/profiles/confirm.html", token=token, is_done=profile.confirmed_at != stamp)


@bp.post("/career/confirm/<token>")
@access(PUBLIC)
def give_confirmation(token: str) -> ResponseReturnValue:
    """Confirm for another 90 days."""
    profile, stamp = _from_letter(token)
    operations.confirm_by_letter(profile, confirmed_at=stamp, at=clock.now())
    return see_other("talent_profiles.confirm_by_letter", token=token)


@bp.get("/career/preview")
@access(SIGNED_IN)
def preview() -> ResponseReturnValue:
    """The reader as an employer sees them, at any rung."""
    profile = mine_or_404()
    rung = request.args.get("rung", profile.visibility)
    return page(
        "talent/profiles/preview.html", profile=profile, rung=rung if rung in VISIBILITIES else "hidden",
        rungs=VISIBILITIES, shown=queries.as_shown(profile), opened=career.own_fields(signed_in_actor(), profile),
    )  # fmt: skip


@bp.get("/career/skills/<code>")
@access(SIGNED_IN)
def skill(code: str) -> ResponseReturnValue:
    """The evidence behind one proven skill."""
    found = proofs_of(mine_or_404().id, code=code)
    if not found:
        abort(404)
    return page("talent/profiles/skill.html", proof=found[0], place="career", back=None)
