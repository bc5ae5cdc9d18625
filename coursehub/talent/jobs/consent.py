"""Consents that end by time, and the question to erase that follows each end."""

from datetime import datetime, timedelta

from coursehub import events
from coursehub.jobs import cron, job
from coursehub.talent.operations import erasure_notices


@job("talent.let_consents_end")
def let_consents_end(*, at: datetime) -> None:
    """Once an hour: lapse, expire, and ask to erase."""
    erasure_notices.let_consents_end(at=at)


@events.on("talent.grant_withdrawn")
def ask_to_erase(*, at: datetime, grant_id: int) -> None:
    """A person took their consent back."""
    erasure_notices.ask_to_erase(grant_id, at=at)


@events.on("talent.grant_expired")
def ask_to_erase_what_expired(*, at: datetime, grant_id: int) -> None:
    """A consent came to its end."""
    erasure_notices.ask_to_erase(grant_id, at=at)


cron("talent.let_consents_end", every=timedelta(hours=1))
