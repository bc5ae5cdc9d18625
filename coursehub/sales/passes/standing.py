"""Whether a pass holds its courses open. Pure."""

from datetime import datetime, timedelta

from coursehub.sales.models import CoursePass, PassSubscription

CLOSED_WITH_IT = "pass_ended"
"""Why an enrolment ended that a pass held."""


def is_open(subscription: PassSubscription, pass_: CoursePass, at: datetime) -> bool:
    """Whether the courses of a pass are open to somebody: paid, on trial, or within the days of grace."""
    if subscription.state == "late":
        return subscription.late_since is not None and at < subscription.late_since + timedelta(days=pass_.grace_days)
    return subscription.state in ("trial", "running")
