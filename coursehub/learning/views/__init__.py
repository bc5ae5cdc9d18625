"""Pages of the learning room, split by noun."""

from flask import Blueprint

bp = Blueprint("learning", __name__)

from coursehub.learning.credentials.views import bp as credentials_bp  # noqa: E402
from coursehub.learning.views import (  # noqa: E402 - they put their routes on the blueprint above
    courses,
    evidence,
    exercises,
    lessons,
    previews,
    questions,
    quizzes,
    reports,
    reviews,
    teaching,
)

blueprints = [bp, credentials_bp]

__all__ = [
    "blueprints",
    "bp",
    "courses",
    "evidence",
    "exercises",
    "lessons",
    "previews",
    "questions",
    "quizzes",
    "reports",
    "reviews",
    "teaching",
]
