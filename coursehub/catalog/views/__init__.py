"""Pages of the catalogue: the authors' studio, the reviewers' queue, and files of releases."""

from flask import Blueprint

bp = Blueprint("catalog", __name__)

from coursehub.catalog.views import files, house, mending, quizzes, releases, studio  # noqa: E402 - they put their routes on `bp`

__all__ = ["bp", "files", "house", "mending", "quizzes", "releases", "studio"]
