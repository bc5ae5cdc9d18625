"""Last days: every side is reminded before terms end by themselves. Nothing stops unnoticed, and nothing goes on unsigned."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.contracts import queries
from coursehub.contracts.models import Contract, NegotiationEntry, Terms
from coursehub.contracts.operations.recording import write_down
from coursehub.db import db, lock, transaction

REMINDED = (60, 14)
"""So many days before the end, each once; a reminder that fell before the signatures is left out."""


def remind_of_last_days(*, at: datetime) -> int:
    """Remind every side of last days that are near and that no other terms follow; how many reminders went into records.

    Nothing changes by it. A worker that was away sends the latest that is due, not the ones before it.
    """
    return sum(_remind(terms, at) for terms in list(db.session.execute(queries.ending_terms(at)).scalars()))


def _remind(terms: Terms, at: datetime) -> bool:
    days = _due(terms, at)
    if days is None:
        return False
    with transaction():
        contract = db.session.get_one(Contract, terms.contract_id)
        lock(contract)
        if _reminded_before(terms, days):
            return False
        assert terms.ended_at is not None
        entry = write_down(
            contract, "ends_soon", asked_by=None, at=at,
            terms_hash=terms.terms_hash, ends_at=terms.ended_at.isoformat(), days=days,
        )  # fmt: skip
        events.record("contracts.terms_end_soon", at=at, terms_id=terms.id, n=entry.n)
    return True


def _due(terms: Terms, at: datetime) -> int | None:
    """The reminder that is due by now: the last of those whose day has come and that fall after the signatures."""
    assert terms.ended_at is not None
    begun = [days for days in REMINDED if terms.agreed_at < terms.ended_at - timedelta(days=days) <= at]
    return min(begun, default=None)


def _reminded_before(terms: Terms, days: int) -> bool:
    said = sa.select(NegotiationEntry).where(
        NegotiationEntry.contract_id == terms.contract_id, NegotiationEntry.kind == "ends_soon"
    )
    return any(
        entry.body["terms_hash"] == terms.terms_hash and entry.body["days"] <= days
        for entry in db.session.execute(said).scalars()
    )
