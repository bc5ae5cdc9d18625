"""Campaigns of the house: a partner joins and leaves them on the page of coupons."""

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import Contract
from coursehub.errors import Refusal
from coursehub.people.actor import Actor
from coursehub.sales.models import Coupon
from coursehub.sales.operations.campaigns import join_campaign, leave_campaign
from coursehub.sales.queries import campaigns_at
from coursehub.sales.views import bp
from coursehub.sales.views.audience import SELLERS
from coursehub.web import access, one_or_404, see_other, signed_in_actor


@bp.post("/studio/campaigns/<public_id>/<contract_id>/joinings")
@access(SELLERS)
def join(public_id: str, contract_id: str) -> ResponseReturnValue:
    """Bear the discount of a campaign from now on."""
    actor = signed_in_actor()
    coupon, contract = _found(actor, public_id, contract_id)
    try:
        join_campaign(coupon, contract, by=actor, at=clock.now())
        flash(_("Your side has joined %(code)s. It counts for orders placed from now on.", code=coupon.code), "done")
    except Refusal as refusal:
        flash(str(refusal), "harm")
    return see_other("sales.coupons")


@bp.post("/studio/campaigns/<public_id>/<contract_id>/leavings")
@access(SELLERS)
def leave(public_id: str, contract_id: str) -> ResponseReturnValue:
    """No longer bear it from now on."""
    actor = signed_in_actor()
    coupon, contract = _found(actor, public_id, contract_id)
    leave_campaign(coupon, contract, by=actor, at=clock.now())
    flash(_("Your side has left %(code)s. Orders placed before stay as they are.", code=coupon.code), "done")
    return see_other("sales.coupons")


def _found(actor: Actor, public_id: str, contract_id: str) -> tuple[Coupon, Contract]:
    coupon = one_or_404(campaigns_at(clock.now()).where(Coupon.public_id == public_id))
    return coupon, one_or_404(contracts.contracts_of(actor.organisation_id or 0).where(Contract.public_id == contract_id))
