"""The tables of the learning room, split by noun."""

from coursehub.learning.credentials.models import Credential, IssuerKey, StatusList
from coursehub.learning.models.enrolments import (
    ActiveDay,
    Completion,
    Enrolment,
    Pulse,
    ReleaseMove,
    StepProgress,
    VisitCount,
)
from coursehub.learning.models.voices import Answer, CourseReview, Question, Report
from coursehub.learning.models.work import Attempt, Evidence, EvidenceLink, HintOpening

__all__ = [
    "ActiveDay",
    "Answer",
    "Attempt",
    "Completion",
    "CourseReview",
    "Credential",
    "Enrolment",
    "Evidence",
    "EvidenceLink",
    "HintOpening",
    "IssuerKey",
    "Pulse",
    "Question",
    "ReleaseMove",
    "Report",
    "StatusList",
    "StepProgress",
    "VisitCount",
]
