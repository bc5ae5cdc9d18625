"""Which sides of a contract had joined a campaign at a moment: read from the record, which nobody edits."""

from datetime import datetime

from sqlalchemy import select

from coursehub.contracts.models import NegotiationEntry
from coursehub.db import db

JOINED, LEFT = "campaign_joined", "campaign_left"


def sides_in_campaign(contract_id: int, campaign: str, at: datetime) -> dict[str, datetime]:
    """The parties that were in a campaign at a moment, in the order of their ids, and since when."""
    said = select(NegotiationEntry.party, NegotiationEntry.kind, NegotiationEntry.at).where(
        NegotiationEntry.contract_id == contract_id, NegotiationEntry.kind.in_((JOINED, LEFT)), NegotiationEntry.at <= at,
        NegotiationEntry.body["campaign"].as_string() == campaign,
    )  # fmt: skip
    found: dict[str, datetime] = {}
    for party, kind, since in db.session.execute(said.order_by(NegotiationEntry.n)):
        if party is not None and kind == JOINED:
            found[party] = since
        elif party is not None:
            found.pop(party, None)
    return dict(sorted(found.items()))
