"""Writing the record of a negotiation."""

from datetime import datetime
from typing import Any

from coursehub.contracts import record
from coursehub.contracts.models import Contract, NegotiationEntry
from coursehub.contracts.policies import side_of
from coursehub.db import db
from coursehub.people.actor import Actor


def write_down(contract: Contract, kind: str, *, asked_by: Actor | None, at: datetime, **body: Any) -> NegotiationEntry:
    """Add one link to a contract's record. The caller holds the contract's lock, so links cannot fork."""
    last = db.session.get(NegotiationEntry, (contract.id, contract.entries)) if contract.entries else None
    prev_hash = last.hash if last else record.beginning(contract.public_id)
    contract.entries += 1
    content: dict[str, Any] = {
        "n": contract.entries,
        "kind": kind,
        "at": at,
        "party": side_of(asked_by, contract) if asked_by else None,
        "person": asked_by.person.public_id if asked_by else None,
        "body": body,
        "prev_hash": prev_hash,
    }
    entry = NegotiationEntry(contract_id=contract.id, hash=record.link(**content), **content)
    db.session.add(entry)
    db.session.flush()
    return entry
