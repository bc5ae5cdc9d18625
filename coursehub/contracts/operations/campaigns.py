"""Joining and leaving campaigns of the house: from then on, dated, in the record with who did it."""

from datetime import datetime

from coursehub import events
from coursehub.contracts import policies, queries
from coursehub.contracts.models import Contract
from coursehub.contracts.operations.recording import write_down
from coursehub.contracts.queries.campaigns import JOINED, LEFT
from coursehub.db import lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor


class TermsJoinNothing(Refusal):
    """By the terms in force your side bears only discounts of its own campaigns. Propose terms by which it joins others."""


def join_campaign(contract: Contract, campaign: str, *, code: str, by: Actor, at: datetime) -> bool:
    """One's side bears the discount of a campaign for orders placed from now on; whether that changed anything.

    campaign: its public id, opaque here. code: by which people know it. Raises TermsJoinNothing.
    """
    require(policies.may_negotiate(by, contract))
    party = policies.side_of(by, contract)
    with transaction():
        lock(contract)
        if party is None or party not in queries.joining_sides(contract, at):
            raise TermsJoinNothing
        if party in queries.sides_in_campaign(contract.id, campaign, at):
            return False
        entry = write_down(contract, JOINED, asked_by=by, at=at, campaign=campaign, words=code)
        events.record("contracts.campaign_joined", at=at, contract_id=contract.id, n=entry.n)
        return True


def leave_campaign(contract: Contract, campaign: str, *, code: str, by: Actor, at: datetime) -> bool:
    """One's side no longer bears it for orders placed from now on; whether that changed anything."""
    require(policies.may_negotiate(by, contract))
    with transaction():
        lock(contract)
        if policies.side_of(by, contract) not in queries.sides_in_campaign(contract.id, campaign, at):
            return False
        entry = write_down(contract, LEFT, asked_by=by, at=at, campaign=campaign, words=code)
        events.record("contracts.campaign_left", at=at, contract_id=contract.id, n=entry.n)
        return True
