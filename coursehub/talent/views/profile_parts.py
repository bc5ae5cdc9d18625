"""Skills, portfolio and time: the parts of a profile that come and go one by one."""

import sqlalchemy as sa
from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.people.forms import typed
from coursehub.people.views.browser import add_problem
from coursehub.talent.forms.profiles import BlackoutForm, ClaimForm, PortfolioForm
from coursehub.talent.models import PortfolioItem
from coursehub.talent.operations import profile_parts as operations
from coursehub.talent.queries import profiles as queries
from coursehub.talent.queries.proofs import proofs_of
from coursehub.talent.views.profiles import mine_or_404
from coursehub.talent.views.wording import words
from coursehub.web import SIGNED_IN, access, one_or_404, page, see_other, signed_in_actor

bp = Blueprint("talent_parts", __name__)
bp.context_processor(words)


def _skills(form: ClaimForm, status: int = 200) -> ResponseReturnValue:
    profile = mine_or_404()
    return page(
        "talent/profiles/skills.html", status=status, form=form, proofs=proofs_of(profile.id), claims=queries.claims_of(profile)
    )


@bp.get("/career/skills")
@access(SIGNED_IN)
def skills() -> ResponseReturnValue:
    """What is proven, and apart from it what is claimed."""
    return _skills(ClaimForm(formdata=None))


@bp.post("/career/skills")
@access(SIGNED_IN)
def claim_skill() -> ResponseReturnValue:
    """Claim one more."""
    form = ClaimForm()
    if not form.validate_on_submit():
        return _skills(form, 422)
    try:
        operations.claim_skill(mine_or_404(), typed(form.words), by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        add_problem(form, "words", refusal)
        return _skills(form, refusal.status)
    flash(_("Added. It stands apart from what is proven."), "done")
    return see_other("talent_parts.skills")


@bp.post("/career/skills/claims/<int:claim_id>/drop")
@access(SIGNED_IN)
def drop_claim(claim_id: int) -> ResponseReturnValue:
    """Claim it no more."""
    operations.drop_claim(mine_or_404(), claim_id, by=signed_in_actor(), at=clock.now())
    flash(_("Taken off your list."), "done")
    return see_other("talent_parts.skills")


def _portfolio(form: PortfolioForm, status: int = 200) -> ResponseReturnValue:
    return page("talent/profiles/portfolio.html", status=status, form=form, items=queries.portfolio_of(mine_or_404()))


@bp.get("/career/portfolio")
@access(SIGNED_IN)
def portfolio() -> ResponseReturnValue:
    """What the reader made."""
    return _portfolio(PortfolioForm(formdata=None))


@bp.post("/career/portfolio")
@access(SIGNED_IN)
def add_portfolio_item() -> ResponseReturnValue:
    """Show one more thing."""
    form = PortfolioForm()
    if not form.validate_on_submit():
        return _portfolio(form, 422)
    try:
        operations.add_portfolio_item(
            mine_or_404(), title=typed(form.title), address=typed(form.address), text=typed(form.text),
            by=signed_in_actor(), at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        add_problem(form, None, refusal)
        return _portfolio(form, refusal.status)
    flash(_("Added to your portfolio."), "done")
    return see_other("talent_parts.portfolio")


@bp.post("/career/portfolio/<public_id>/remove")
@access(SIGNED_IN)
def remove_portfolio_item(public_id: str) -> ResponseReturnValue:
    """Show it no more."""
    profile = mine_or_404()
    own = sa.select(PortfolioItem).where(PortfolioItem.profile_id == profile.id, PortfolioItem.public_id == public_id)
    operations.remove_portfolio_item(profile, one_or_404(own), by=signed_in_actor(), at=clock.now())
    flash(_("Taken out of your portfolio."), "done")
    return see_other("talent_parts.portfolio")


def _time(form: BlackoutForm, status: int = 200) -> ResponseReturnValue:
    profile = mine_or_404()
    days = queries.blackouts_of(profile, clock.now().date())
    return page("talent/profiles/time.html", status=status, form=form, profile=profile, days=days)


@bp.get("/career/time")
@access(SIGNED_IN)
def time() -> ResponseReturnValue:
    """How much the reader can work, and when not."""
    return _time(BlackoutForm(formdata=None))


@bp.post("/career/time")
@access(SIGNED_IN)
def add_blackout() -> ResponseReturnValue:
    """Days on which they cannot."""
    form = BlackoutForm()
    if not form.validate_on_submit() or form.from_on.data is None or form.until_on.data is None:
        return _time(form, 422)
    try:
        operations.add_blackout(
            mine_or_404(), from_on=form.from_on.data, until_on=form.until_on.data, by=signed_in_actor(), at=clock.now()
        )
    except Refusal as refusal:
        add_problem(form, "until_on", refusal)
        return _time(form, refusal.status)
    flash(_("Noted. Nobody can plan you in on those days."), "done")
    return see_other("talent_parts.time")


@bp.post("/career/time/<int:blackout_id>/drop")
@access(SIGNED_IN)
def drop_blackout(blackout_id: int) -> ResponseReturnValue:
    """They can after all."""
    operations.drop_blackout(mine_or_404(), blackout_id, by=signed_in_actor(), at=clock.now())
    flash(_("Those days are free again."), "done")
    return see_other("talent_parts.time")
