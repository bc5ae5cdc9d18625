"""Part-time work for the employer: engagements, weeks that wait with their clocks, many approved at once, proposals."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from coursehub import clock
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.talent.forms.work import ProposalForm, filled_from
from coursehub.talent.models import Application, Opening, Profile, Timesheet
from coursehub.talent.operations import engagements as operations
from coursehub.talent.operations import hour_money, timesheets
from coursehub.talent.queries import applications as applying
from coursehub.talent.queries import work as queries
from coursehub.talent.queries.profiles import profiles_met_by, short_id_of
from coursehub.talent.queries.work import code_of
from coursehub.talent.rule_packs import PACKS
from coursehub.talent.views.hire import HR
from coursehub.talent.work_words import WORDS
from coursehub.web import access, one_or_404, page, paginate, see_other, signed_in_actor

bp = Blueprint("talent_hire_work", __name__)


@bp.get("/hire/work")
@access(HR)
def work() -> ResponseReturnValue:
    """The weeks that wait, each with its clock, and everybody who works part-time."""
    actor = signed_in_actor()
    waiting = queries.waiting_for(actor)
    found = paginate(queries.engagements_visible_to(actor), request.args.get("page", 1, int))
    of = queries.engagements_by_id({sheet.engagement_id for sheet in waiting})
    return page(
        "talent/work/hire.html", waiting=waiting, of=of, found=found, words=WORDS, code_of=code_of,
        disputed=list(db.session.execute(queries.timesheets_visible_to(actor).where(Timesheet.state == "disputed")).scalars()),
        all_of=queries.engagements_by_id,
    )  # fmt: skip


def _chosen(ids: list[str]) -> list[Timesheet]:
    wanted = queries.timesheets_visible_to(signed_in_actor()).where(Timesheet.public_id.in_(ids), Timesheet.state == "submitted")
    return list(db.session.execute(wanted).scalars())


@bp.get("/hire/work/approvals")
@access(HR)
def preview() -> ResponseReturnValue:
    """What approving these weeks would mean, before it is done."""
    return _preview(_chosen(request.args.getlist("id")))


def _preview(chosen: list[Timesheet], *, fault: str = "", status: int = 200) -> ResponseReturnValue:
    of = queries.engagements_by_id({sheet.engagement_id for sheet in chosen})
    pays = {sheet.id: hour_money.pay_of(of[sheet.engagement_id], sheet.minutes) for sheet in chosen}
    sums: dict[str, int] = {}
    for sheet in chosen:
        currency = of[sheet.engagement_id].currency
        sums[currency] = sums.get(currency, 0) + pays[sheet.id]
    return page(
        "talent/work/preview.html", status=status, fault=fault, chosen=chosen, of=of, pays=pays, sums=sums, code_of=code_of,
        days={sheet.id: queries.days_of(sheet.id) for sheet in chosen},
    )  # fmt: skip


@bp.post("/hire/work/approvals")
@access(HR)
def approve() -> ResponseReturnValue:
    """Approve them, all or none."""
    chosen = _chosen(request.form.getlist("id"))
    try:
        timesheets.approve_weeks(chosen, by=signed_in_actor(), at=clock.now())
        flash(ngettext("%(num)s week approved.", "%(num)s weeks approved.", len(chosen)), "done")
    except Refusal as refusal:
        return _preview(chosen, fault=str(refusal), status=refusal.status)
    return see_other("talent_hire_work.work")


@bp.route("/hire/work/new", methods=["GET", "POST"])
@access(HR)
def propose() -> ResponseReturnValue:
    """Propose work: to an applicant (`application`), or to somebody who lets you see something of them (`person`)."""
    actor, at = signed_in_actor(), clock.now()
    application, profile, opening, to = None, None, None, ""
    if request.args.get("application"):
        mine = applying.applications_visible_to(actor).where(Application.public_id == request.args["application"])
        application = one_or_404(mine)
        opening, to = db.session.get_one(Opening, application.opening_id), applying.code_of(application)
    else:
        profile = one_or_404(profiles_met_by(actor, at).where(Profile.public_id == request.args.get("person", "")))
        to = short_id_of(profile.public_id)
    form, fault, status = ProposalForm(data=filled_from(opening)), "", 200
    if form.validate_on_submit():
        try:
            if application is not None:
                row = operations.propose_to_applicant(application, form.said(), by=actor, at=at)
            elif profile is not None:
                row = operations.propose_to_person(profile, form.said(), by=actor, at=at)
            flash(_("Proposed. They have five working days to answer."), "done")
            return see_other("talent_work.engagement", public_id=row.public_id)
        except Refusal as refusal:
            fault, status = str(refusal), refusal.status
    elif form.is_submitted():
        status = 422
    return page("talent/work/propose.html", status=status, form=form, fault=fault, to=to, packs=PACKS, words=WORDS)
