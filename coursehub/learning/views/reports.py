"""Reporting something, and the staff's queue of reports."""

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.learning import operations, queries
from coursehub.learning.forms import REASONS, JudgeForm, ReportForm
from coursehub.learning.models import Report
from coursehub.learning.queries import Subject
from coursehub.learning.views import bp
from coursehub.web import (
    SIGNED_IN,
    STAFF,
    access,
    current_locale,
    local_path,
    one_or_404,
    page,
    paginate,
    see_other,
    signed_in_actor,
)


@bp.get("/reports/new")
@access(SIGNED_IN)
def new_report() -> ResponseReturnValue:
    """Say what is wrong with something: ?subject=course|review|question|answer&id=…&next=…"""
    subject = _subject(request.args.get("subject", ""), request.args.get("id", ""))
    return page("learning/report.html", subject=subject, form=ReportForm(), next=local_path(request.args.get("next")))


@bp.post("/reports")
@access(SIGNED_IN)
def report() -> ResponseReturnValue:
    """Send it to the staff."""
    subject = _subject(request.form.get("subject", ""), request.form.get("id", ""))
    back = local_path(request.form.get("next"))
    form = ReportForm()
    if not form.validate_on_submit():
        return page("learning/report.html", status=422, subject=subject, form=form, next=back)
    try:
        operations.report(
            subject, why=str(form.why.data), text=form.text.data or "", by=signed_in_actor(), at=clock.now()
        )  # fmt: skip
    except Refusal as refusal:
        flash(str(refusal), "warning")
    else:
        flash(_("Thank you. Staff will look at it and write to you."), "done")
    return redirect(back, 303)


def _subject(kind: str, public_id: str) -> Subject:
    """What is to be reported, if the reader can see it: questions only where they learn or teach."""
    subject = queries.subject_named(kind, public_id, current_locale())
    if subject is None or not queries.may_be_reported_by(subject, reader=signed_in_actor()):
        abort(404)
    return subject


@bp.get("/house/reports")
@access(STAFF("catalogue", "support"))
def report_queue() -> ResponseReturnValue:
    """What people reported: undecided first in line, decided ones on their own tab."""
    decided = request.args.get("state") == "decided"
    rows = paginate(queries.reports(decided=decided), request.args.get("page", 1, int))
    return page(
        "learning/report_queue.html",
        rows=rows,
        views=queries.report_views(rows.items, current_locale()),
        decided=decided,
        reasons=dict(REASONS),
        waiting=queries.open_reports_count(),
    )


@bp.route("/house/reports/<report_id>", methods=["GET", "POST"])
@access(STAFF("catalogue", "support"))
def judge_report(report_id: str) -> ResponseReturnValue:
    """One report: read it, decide, say why."""
    row = one_or_404(queries.every_report().where(Report.public_id == report_id))
    form = JudgeForm()
    status = 200
    if form.is_submitted():
        if form.validate():
            try:
                operations.judge_report(
                    row, decision=str(form.decision.data), text=str(form.text.data), by=signed_in_actor(), at=clock.now()
                )  # fmt: skip
            except Refusal as refusal:
                flash(str(refusal), "warning")
            else:
                flash(_("Decided. Whoever reported it gets a letter."), "done")
            return see_other("learning.report_queue")
        status = 422
    view = queries.report_views([row], current_locale())[0]
    return page("learning/report_detail.html", status=status, view=view, form=form, reasons=dict(REASONS))
