"""What privacy does while nobody waits."""

from datetime import datetime, timedelta

from coursehub import events
from coursehub.jobs import cron, job
from coursehub.privacy import operations


@job("privacy.make_export")
def make_export(*, at: datetime, export_id: int) -> None:
    """Put one archive together."""
    operations.make_export(export_id, at=at)


@job("privacy.keep_promises")
def keep_promises(*, at: datetime) -> None:
    """Once an hour: forget whose time has come, and take old archives away."""
    operations.forget_whose_time_has_come(at=at)
    operations.drop_old_exports(at=at)


@events.on("people.person_forgotten")
def forget_the_rest(*, at: datetime, person_id: int) -> None:
    """The vault is gone: the rooms above empty what they hold; for a wish they did already, and it changes nothing more."""
    operations.forget_what_rooms_above_hold(person_id, at=at)


cron("privacy.keep_promises", every=timedelta(hours=1))
