"""What can happen in the learning room, split by noun. Only these write."""

from coursehub.learning.operations.enrolments import (
    AlreadyEnrolled,
    MoveChanged,
    NothingNewer,
    ReleaseNotOpen,
    end_enrolment,
    enrol,
    move_up,
    read_in,
)
from coursehub.learning.operations.evidence import close_link, open_link
from coursehub.learning.operations.quizzes import AlreadyPassed, AnswersMissing, NoAttemptsLeft, answer_quiz
from coursehub.learning.operations.refusals import EnrolmentEnded
from coursehub.learning.operations.steps import (
    AcceptedOtherwise,
    NoSuchStep,
    mark_read,
    mark_watched,
    note_position,
    open_step,
)

__all__ = [
    "AcceptedOtherwise",
    "AlreadyEnrolled",
    "AlreadyPassed",
    "AnswersMissing",
    "EnrolmentEnded",
    "MoveChanged",
    "NoAttemptsLeft",
    "NoSuchStep",
    "NothingNewer",
    "ReleaseNotOpen",
    "answer_quiz",
    "close_link",
    "end_enrolment",
    "enrol",
    "mark_read",
    "mark_watched",
    "move_up",
    "note_position",
    "open_link",
    "open_step",
    "read_in",
]
