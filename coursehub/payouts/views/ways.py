"""How a partner wants to be paid: by bank, or through an account of its own at the payment provider."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock, rails
from coursehub.errors import Refusal
from coursehub.payouts import operations, queries
from coursehub.payouts.forms import RailAccountForm
from coursehub.payouts.models import RailAccount
from coursehub.payouts.views import showing
from coursehub.people.operations.partners import payees_of
from coursehub.people.views.browser import only_when_fresh
from coursehub.web import PARTNER, access, one_or_404, page, see_other, signed_in_actor

bp = Blueprint("payouts_ways", __name__, url_prefix="/studio/payouts/way")
bp.context_processor(showing.words)
MONEY = PARTNER("owner", "finance")


@bp.get("")
@access(MONEY)
def way() -> ResponseReturnValue:
    """Which way is chosen, and how far the account at the provider is."""
    return _page(RailAccountForm(formdata=None))


@bp.post("/bank")
@access(MONEY)
@only_when_fresh
def bank() -> ResponseReturnValue:
    """From now on to the bank account."""
    operations.choose_bank(by=signed_in_actor(), at=clock.now())
    flash(_("From now on your payouts go to your bank account."), "done")
    return see_other("payouts_ways.way")


@bp.post("/provider")
@access(MONEY)
@only_when_fresh
def provider() -> ResponseReturnValue:
    """From now on through the provider; first it must know whom it pays."""
    form, actor = RailAccountForm(), signed_in_actor()
    if not form.validate_on_submit():
        return _page(form, status=422)
    return _to_the_provider(operations.choose_rail(form.country.data or "", by=actor, at=clock.now()))


@bp.post("/accounts/<int:number>/removed")
@access(MONEY)
@only_when_fresh
def remove_account(number: int) -> ResponseReturnValue:
    """Use a bank account no more."""
    actor = signed_in_actor()
    record = one_or_404(queries.account_visible_to(actor, number))
    assert actor.organisation is not None
    try:
        operations.remove_account(record, actor.organisation, by=actor, at=clock.now())
        flash(_("Removed. Whoever answers for the money gets a letter about it."), "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("payouts_ways.way")


@bp.post("/onboarding")
@access(MONEY)
def onboard() -> ResponseReturnValue:
    """To the provider's own page, to go on telling it."""
    account = _account()
    return see_other("payouts_ways.way") if account is None else _to_the_provider(account)


@bp.get("/back")
@access(MONEY)
def back() -> ResponseReturnValue:
    """Back from the provider: the account is read anew."""
    account = _account()
    try:
        if account is not None:
            operations.follow_account(account, at=clock.now())
    except (rails.RailAway, rails.RailRefused, rails.PaymentsNotSetUp):
        flash(_("The payment provider does not answer. Look again in a few minutes."), "warning")
    return see_other("payouts_ways.way")


def _account() -> RailAccount | None:
    organisation_id = signed_in_actor().organisation_id or 0
    chosen = queries.rail_chosen(queries.way_of(organisation_id))
    return queries.rail_account_of(organisation_id, chosen.name if isinstance(chosen, rails.AccountRail) else rails.STRIPE)


def _to_the_provider(account: RailAccount) -> ResponseReturnValue:
    home, back_url = (url_for(f"payouts_ways.{name}", _external=True) for name in ("way", "back"))
    try:
        there = operations.onboarding_page(account, return_url=back_url, refresh_url=home, by=signed_in_actor(), at=clock.now())
    except (rails.RailAway, rails.PaymentsNotSetUp):
        flash(_("The payment provider does not answer. Look again in a few minutes."), "warning")
    except rails.RailRefused as problem:
        flash(_("The payment provider refused: %(why)s", why=problem.code or str(problem)), "warning")
    else:
        return redirect(there, 303)
    return see_other("payouts_ways.way")


def _page(form: RailAccountForm, status: int = 200) -> ResponseReturnValue:
    actor = signed_in_actor()
    organisation_id = actor.organisation_id or 0
    chosen = queries.way_of(organisation_id)
    return page(
        "payouts/way.html", status=status, form=form, way=queries.rail_chosen(chosen).name, chosen=chosen, account=_account(),
        organisation=actor.organisation, payees=payees_of(organisation_id),
    )  # fmt: skip
