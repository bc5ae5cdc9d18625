"""Work of the learning room that the worker does, one operation each."""

from datetime import datetime

from coursehub.jobs import job
from coursehub.learning import operations


@job("learning.judge_attempt")
def judge_attempt(*, at: datetime, attempt_id: int) -> None:
    """Run what was handed in, in isolation, and write the verdict."""
    operations.judge_attempt(attempt_id, at=at)
