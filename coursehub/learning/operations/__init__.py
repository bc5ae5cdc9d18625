"""What can happen in the learning room, split by noun. Only these write."""

from coursehub.learning.operations.activity import note_active
from coursehub.learning.operations.enrolments import (
    AlreadyEnrolled,
    MoveChanged,
    NothingNewer,
    ReleaseNotOpen,
    end_enrolment,
    enrol,
    move_up,
    read_in,
    reopen_enrolment,
)
from coursehub.learning.operations.evidence import close_link, open_link
from coursehub.learning.operations.exercises import (
    NoMoreHints,
    NothingHandedIn,
    StillJudging,
    TooManyRuns,
    WorkTooLong,
    hand_in,
    judge_attempt,
    keep_draft,
    open_hint,
    write_verdict,
)
from coursehub.learning.operations.holders import keep_enrolment, lend_enrolment
from coursehub.learning.operations.questions import (
    QuestionClosed,
    TooManyWords,
    answer,
    ask,
    delete_answer,
    delete_question,
    edit_answer,
    edit_question,
    mark_answer,
    unmark_answer,
)
from coursehub.learning.operations.quizzes import AlreadyPassed, AnswersMissing, NoAttemptsLeft, answer_quiz
from coursehub.learning.operations.refusals import EnrolmentEnded
from coursehub.learning.operations.reports import AlreadyJudged, AlreadyReported, judge_report, report
from coursehub.learning.operations.reviews import (
    NotYours,
    ReviewHidden,
    delete_review,
    reply_to_review,
    write_review,
)
from coursehub.learning.operations.steps import (
    AcceptedOtherwise,
    NoSuchStep,
    mark_read,
    mark_watched,
    note_position,
    open_step,
)
from coursehub.learning.operations.teaching import open_names
from coursehub.learning.operations.visits import count_visits

__all__ = [
    "AcceptedOtherwise",
    "AlreadyEnrolled",
    "AlreadyJudged",
    "AlreadyPassed",
    "AlreadyReported",
    "AnswersMissing",
    "EnrolmentEnded",
    "MoveChanged",
    "NoAttemptsLeft",
    "NoMoreHints",
    "NoSuchStep",
    "NotYours",
    "NothingHandedIn",
    "NothingNewer",
    "QuestionClosed",
    "ReleaseNotOpen",
    "ReviewHidden",
    "StillJudging",
    "TooManyRuns",
    "TooManyWords",
    "WorkTooLong",
    "answer",
    "answer_quiz",
    "ask",
    "close_link",
    "count_visits",
    "delete_answer",
    "delete_question",
    "delete_review",
    "edit_answer",
    "edit_question",
    "end_enrolment",
    "enrol",
    "hand_in",
    "judge_attempt",
    "judge_report",
    "keep_draft",
    "keep_enrolment",
    "lend_enrolment",
    "mark_answer",
    "mark_read",
    "mark_watched",
    "move_up",
    "note_active",
    "note_position",
    "open_hint",
    "open_link",
    "open_names",
    "open_step",
    "read_in",
    "reopen_enrolment",
    "reply_to_review",
    "report",
    "unmark_answer",
    "write_review",
    "write_verdict",
]
