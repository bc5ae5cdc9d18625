"""Work of the alliance that the worker does."""

from datetime import datetime, timedelta

from coursehub.alliance import operations
from coursehub.jobs import cron, job


@job("alliance.publish_rosters")
def publish_rosters(*, at: datetime) -> None:
    """Publish what is due; a second run finds nothing more."""
    operations.publish_rosters(at=at)


cron("alliance.publish_rosters", every=timedelta(hours=6))
