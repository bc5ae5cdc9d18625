"""Bringing a JSON Resume, and taking one away."""

import json

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.people.views.browser import add_problem
from coursehub.talent.operations.resumes import take_resume
from coursehub.talent.queries.resumes import resume_of
from coursehub.talent.resume import LARGEST_BYTES
from coursehub.talent.views.profiles import mine_or_404
from coursehub.web import SIGNED_IN, access, page, signed_in_actor

bp = Blueprint("talent_resume", __name__)


class ResumeForm(FlaskForm):
    """A file to bring in."""

    file = FileField(_l("JSON Resume"), validators=[FileRequired(_l("Choose a file."))])


@bp.get("/career/resume")
@access(SIGNED_IN)
def choose() -> ResponseReturnValue:
    """Ask for a file."""
    return page("talent/profiles/resume.html", form=ResumeForm(formdata=None), report=None)


@bp.post("/career/resume")
@access(SIGNED_IN)
def take() -> ResponseReturnValue:
    """Take what a profile has a place for, and report on everything."""
    form = ResumeForm()
    if not form.validate_on_submit():
        return page("talent/profiles/resume.html", status=422, form=form, report=None)
    try:
        data = form.file.data.stream.read(LARGEST_BYTES + 1)
        found = take_resume(mine_or_404(), data, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        add_problem(form, "file", refusal)
        return page("talent/profiles/resume.html", status=refusal.status, form=form, report=None)
    rows = [(line.name, line.count, line.state, list(line.notes)) for line in found.report]
    return page("talent/profiles/resume.html", form=ResumeForm(formdata=None), report=rows)


@bp.get("/career/resume.json")
@access(SIGNED_IN)
def download() -> ResponseReturnValue:
    """The reader's profile as a JSON Resume."""
    text = json.dumps(resume_of(mine_or_404()), ensure_ascii=False, indent=2)
    return Response(
        text, content_type="application/json; charset=utf-8", headers={"Content-Disposition": "attachment; filename=resume.json"}
    )
