"""Which sides of a contract had joined a campaign at a moment: read from the record, which nobody edits."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, select

from coursehub.contracts.models import NegotiationEntry
from coursehub.db import db

JOINED, LEFT = "campaign_joined", "campaign_left"


def sides_in_campaign(contract_id: int, campaign: str, at: datetime) -> dict[str, datetime]:
    """The parties that were in a campaign at a moment, in the order of their ids, and since when."""
    found = _sides(NegotiationEntry.contract_id == contract_id, NegotiationEntry.body["campaign"].as_string() == campaign, at=at)
    return found.get((contract_id, campaign), {})


def sides_in_campaigns(campaigns: Collection[str], at: datetime) -> dict[tuple[int, str], dict[str, datetime]]:
    """The same for several campaigns and every contract, by contract and campaign."""
    return _sides(NegotiationEntry.body["campaign"].as_string().in_(campaigns), at=at)


def _sides(*which: ColumnElement[bool], at: datetime) -> dict[tuple[int, str], dict[str, datetime]]:
    entry = NegotiationEntry
    said = select(entry.contract_id, entry.body["campaign"].as_string(), entry.party, entry.kind, entry.at).where(
        entry.kind.in_((JOINED, LEFT)), entry.at <= at, *which
    )
    found: dict[tuple[int, str], dict[str, datetime]] = {}
    for contract_id, campaign, party, kind, since in db.session.execute(said.order_by(entry.contract_id, entry.n)):
        sides = found.setdefault((contract_id, campaign), {})
        if party is not None and kind == JOINED:
            sides[party] = since
        elif party is not None:
            sides.pop(party, None)
    return {place: dict(sorted(sides.items())) for place, sides in found.items()}
