"""Work of the learning room that the worker does, one operation each."""

from datetime import datetime

from coursehub import events
from coursehub.jobs import job
from coursehub.learning import operations
from coursehub.learning.credentials import operations as credentials


@job("learning.judge_attempt")
def judge_attempt(*, at: datetime, attempt_id: int) -> None:
    """Run what was handed in, in isolation, and write the verdict."""
    operations.judge_attempt(attempt_id, at=at)


@events.on("learning.course_completed")
def issue_credential(*, at: datetime, completion_id: int, **_other_ids: int) -> None:
    """State the completion in a signed credential; a second run gives the one that is there."""
    credentials.issue_credential(completion_id, at=at)


@job("learning.sign_again")
def sign_again(*, at: datetime) -> None:
    """Sign a batch of credentials whose key was compromised."""
    credentials.sign_again(at=at)
