"""A partner joins a campaign of the house, or leaves it, for the courses of one contract."""

from datetime import datetime

from coursehub.contracts import policies as contract_policies
from coursehub.contracts.models import Contract
from coursehub.contracts.operations import campaigns
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.sales import queries
from coursehub.sales.models import Coupon


class CampaignOver(Refusal):
    """This campaign is over, or touches none of your courses any more."""


def join_campaign(coupon: Coupon, contract: Contract, *, by: Actor, at: datetime) -> bool:
    """One's side bears its discount for orders placed from now on; whether that is new. Raises CampaignOver, TermsJoinNothing."""
    require(contract_policies.may_negotiate(by, contract))
    assert by.organisation is not None
    with transaction():
        lock(coupon)
        touched = {(one.coupon.id, one.contract.id) for one in queries.campaigns_of(by.organisation, at)}
        if (coupon.id, contract.id) not in touched:
            raise CampaignOver
        return campaigns.join_campaign(contract, coupon.public_id, code=coupon.code, by=by, at=at)


def leave_campaign(coupon: Coupon, contract: Contract, *, by: Actor, at: datetime) -> bool:
    """One's side no longer bears it for orders placed from now on; whether that is new. Orders of before stay as they are."""
    require(contract_policies.may_negotiate(by, contract))
    with transaction():
        db.session.refresh(contract)
        return campaigns.leave_campaign(contract, coupon.public_id, code=coupon.code, by=by, at=at)
