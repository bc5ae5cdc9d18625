"""One application as its employer works on it: fields, notes, scorecards, interviews, offers, duplicates."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import queries as people
from coursehub.talent.consent_text import FIELD_WORDS
from coursehub.talent.forms.offers import OfferForm, filled_from
from coursehub.talent.hiring_words import WORDS, time_in
from coursehub.talent.models import Application, Interview, Merge, Note, Offer, Opening
from coursehub.talent.models.applications import NOTE_SCOPES
from coursehub.talent.models.interviews import INTERVIEW_KINDS
from coursehub.talent.operations import advancing, interviews, judging, merging, offers
from coursehub.talent.operations.opening_fields import open_person
from coursehub.talent.queries import applications as queries
from coursehub.talent.queries import hiring
from coursehub.talent.queries.openings import met_of, skills_asked
from coursehub.talent.views.hire import HR
from coursehub.talent.working_days import end_of
from coursehub.web import access, one_or_404, page, see_other, signed_in_actor

bp = Blueprint("talent_applications", __name__)


def _own(public_id: str) -> Application:
    return one_or_404(queries.applications_visible_to(signed_in_actor()).where(Application.public_id == public_id))


@bp.get("/hire/applications/<public_id>")
@access(HR)
def application(public_id: str) -> ResponseReturnValue:
    """Everything about one application that this reader may see."""
    return _show(_own(public_id))


def _show(row: Application, *, form: OfferForm | None = None, fault: str = "", status: int = 200) -> ResponseReturnValue:
    actor, at = signed_in_actor(), clock.now()
    opening = db.session.get_one(Opening, row.opening_id)
    shown = queries.fields_shown(row, at)
    opened = _opened(row, shown, at)
    skills = skills_asked([opening.id], row.person_id)[opening.id]
    cards = queries.scorecards_on(row, actor)
    notes = queries.notes_on(row, actor)
    made = queries.offers_on(row.id)
    versions = {offer.id: hiring.versions_of(offer.id) for offer in made}
    live = next((offer for offer in made if offer.ended_at is None), None)
    writers = {note.by_id for note in notes} | {card.by_id for card in cards.others} | {
        person for rows in versions.values() for v in rows for person in (v.made_by_id, v.approved_by_id) if person
    }  # fmt: skip
    last = versions[live.id][0] if live else None
    return page(
        "talent/hire/application.html", status=status, row=row, opening=opening, opened=opened, shown=shown, skills=skills,
        met=met_of(skills), cards=cards, notes=notes, offers=made, versions=versions, live=live, fault=fault, words=WORDS,
        names=people.display_names(writers), code=queries.code_of(row), code_of=queries.code_of,
        steps=[step for step in advancing.STEPS if advancing.can_step(row, step)], scopes=NOTE_SCOPES, fields=FIELD_WORDS,
        interviews=[(one, hiring.slots_of(one.id, at=at)) for one in queries.interviews_on(row.id)],
        duplicates=queries.duplicates_of(row) if row.ended_at is None else [], merges=queries.merges_of(row),
        moves=queries.moves_of("application", row.id), placement=queries.placement_of(row.id),
        form=form or OfferForm(formdata=None, data=filled_from(opening, last)), kinds=INTERVIEW_KINDS,
        zone=hiring.zone_of(actor.person_id), time_in=time_in, needs_second=live is not None and offers.needs_second(live),
        me=actor.person_id, reasons=advancing.REJECT_REASONS,
    )  # fmt: skip


def _opened(row: Application, shown: list[str], at: datetime) -> dict[str, Any]:
    """What the person lets be seen, opened now and logged; nothing while no consent is live."""
    if not shown:
        return {}
    try:
        return open_person(row.person_id, by=signed_in_actor(), purpose="application", fields=shown, at=at)
    except Refusal:
        return {}


def _back(row: Application, part: str = "") -> ResponseReturnValue:
    return see_other("talent_applications.application", public_id=row.public_id, _anchor=part or None)


@bp.post("/hire/applications/<public_id>/notes")
@access(HR)
def write_note(public_id: str) -> ResponseReturnValue:
    """A remark, for whom it is meant."""
    row, text, scope = _own(public_id), request.form.get("text", "").strip()[:4000], request.form.get("scope", "team")
    if text and scope in NOTE_SCOPES:
        judging.write_note(row, text=text, scope=scope, by=signed_in_actor(), at=clock.now())
    else:
        flash(_("Write something first."), "warning")
    return _back(row, "notes")


@bp.post("/hire/notes/<public_id>/removals")
@access(HR)
def remove_note(public_id: str) -> ResponseReturnValue:
    """Take one's own note away."""
    note = one_or_404(queries.notes_of(signed_in_actor()).where(Note.public_id == public_id))
    row = db.session.get_one(Application, note.application_id)
    try:
        judging.remove_note(note, row, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return _back(row, "notes")


@bp.post("/hire/applications/<public_id>/scorecards")
@access(HR)
def hand_in(public_id: str) -> ResponseReturnValue:
    """One's own judgement, once."""
    row = _own(public_id)
    codes = [skill.code for skill in skills_asked([row.opening_id])[row.opening_id]]
    marks = {code: request.form.get(f"mark-{code}", 0, int) for code in codes}
    try:
        if request.form.get("verdict", "") not in WORDS["verdict"]:
            flash(_("Choose a verdict."), "warning")
            return _back(row, "scorecards")
        judging.hand_in_scorecard(
            row, verdict=request.form["verdict"], marks={code: mark for code, mark in marks.items() if 1 <= mark <= 4},
            words=request.form.get("words", "")[:4000], by=signed_in_actor(), at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return _back(row, "scorecards")


@bp.post("/hire/applications/<public_id>/merges")
@access(HR)
def merge(public_id: str) -> ResponseReturnValue:
    """Let this application stand for another as well."""
    row, other = _own(public_id), _own(request.form.get("other", ""))
    try:
        merging.merge_applications(row, other, by=signed_in_actor(), at=clock.now())
        flash(_("They are one now. You can take them apart for 30 days."), "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return _back(row)


@bp.post("/hire/merges/<public_id>/undo")
@access(HR)
def unmerge(public_id: str) -> ResponseReturnValue:
    """Take two applications apart."""
    found = one_or_404(queries.merges_visible_to(signed_in_actor()).where(Merge.public_id == public_id))
    try:
        merging.unmerge_applications(found, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return _back(db.session.get_one(Application, found.kept_id))


def _times(zone: ZoneInfo) -> list[datetime]:
    """The times as typed, read in the zone of whoever typed them."""
    found = []
    for text in request.form.getlist("times"):
        try:
            found.append(datetime.fromisoformat(text).replace(tzinfo=zone))
        except ValueError:
            continue
    return found


@bp.post("/hire/applications/<public_id>/interviews")
@access(HR)
def propose(public_id: str) -> ResponseReturnValue:
    """Propose times."""
    row, actor, kind = _own(public_id), signed_in_actor(), request.form.get("kind", "video")
    try:
        interviews.propose_interview(
            row, kind=kind if kind in INTERVIEW_KINDS else "video", place=request.form.get("place", "")[:300],
            minutes=min(max(request.form.get("minutes", 45, int), 10), 480), words=request.form.get("words", "")[:2000],
            times=_times(hiring.zone_of(actor.person_id)), by=actor, at=clock.now(),
        )  # fmt: skip
        flash(_("The times are proposed. You are told when one is picked."), "done")
    except Refusal as refusal:
        return _show(row, fault=str(refusal), status=refusal.status)
    return _back(row, "interviews")


@bp.post("/hire/interviews/<public_id>/acts")
@access(HR)
def act_on_interview(public_id: str) -> ResponseReturnValue:
    """Other times, held, missed, or called off."""
    actor, at = signed_in_actor(), clock.now()
    found = one_or_404(hiring.interviews_visible_to(actor).where(Interview.public_id == public_id))
    row = db.session.get_one(Application, found.application_id)
    act = request.form.get("act", "")
    try:
        if act == "reschedule":
            interviews.propose_other_times(found, times=_times(hiring.zone_of(actor.person_id)), by=actor, at=at)
        elif act == "held":
            interviews.say_it_was_held(found, by=actor, at=at)
        elif act == "missed":
            interviews.say_it_was_missed(found, by=actor, at=at)
        elif act == "cancel":
            interviews.cancel_interview(found, reason=request.form.get("reason", "")[:1000], by=actor, at=at)
    except Refusal as refusal:
        return _show(row, fault=str(refusal), status=refusal.status)
    return _back(row, "interviews")


@bp.post("/hire/applications/<public_id>/offers")
@access(HR)
def write_offer(public_id: str) -> ResponseReturnValue:
    """The first version of an offer, or the next one."""
    row, form, actor = _own(public_id), OfferForm(), signed_in_actor()
    if not form.validate_on_submit():
        return _show(row, form=form, status=422)
    opening = db.session.get_one(Opening, row.opening_id)
    live = next((offer for offer in queries.offers_on(row.id) if offer.ended_at is None), None)
    try:
        if live is None:
            offers.draft_offer(row, form.said(opening), by=actor, at=clock.now())
        else:
            offers.revise_offer(live, form.said(opening), by=actor, at=clock.now())
    except Refusal as refusal:
        return _show(row, form=form, fault=str(refusal), status=refusal.status)
    flash(_("The offer is written. It goes out once it is approved and you send it."), "done")
    return _back(row, "offers")


@bp.post("/hire/offers/<public_id>/acts")
@access(HR)
def act_on_offer(public_id: str) -> ResponseReturnValue:
    """Approve, send or take back."""
    actor, at = signed_in_actor(), clock.now()
    found = one_or_404(hiring.offers_visible_to(actor).where(Offer.public_id == public_id))
    row, act = db.session.get_one(Application, found.application_id), request.form.get("act", "")
    try:
        if act == "approve":
            offers.approve_offer(found, by=actor, at=at)
        elif act == "extend":
            try:
                until_at = end_of(datetime.fromisoformat(request.form.get("decide_by", "")).date())
            except ValueError:
                raise offers.TimeToDecide from None
            offers.extend_offer(found, decide_by_at=until_at, by=actor, at=at)
            flash(_("The offer is out. You are told what they answer."), "done")
        elif act == "rescind":
            offers.rescind_offer(found, reason=request.form.get("reason", "")[:1000], by=actor, at=at)
    except Refusal as refusal:
        return _show(row, fault=str(refusal), status=refusal.status)
    return _back(row, "offers")
