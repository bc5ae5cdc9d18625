"""The person's side of hiring: introductions, applications, interviews, offers and placements, each with one next step."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import queries as people
from coursehub.talent.consent_text import FIELD_WORDS
from coursehub.talent.hiring_words import WORDS, time_in
from coursehub.talent.models import Application, Interview, Introduction, Offer, Opening
from coursehub.talent.operations import applications as operations
from coursehub.talent.operations import interviews, introductions, offers
from coursehub.talent.queries import applications as queries
from coursehub.talent.queries import hiring
from coursehub.talent.queries.introductions import introductions_to
from coursehub.talent.queries.openings import met_of, response_of, skills_asked
from coursehub.talent.queries.working_days import days_taken
from coursehub.talent.working_days import last_day_before
from coursehub.web import SIGNED_IN, access, one_or_404, page, paginate, see_other, signed_in_actor

bp = Blueprint("talent_candidate", __name__)


@bp.get("/career/applications")
@access(SIGNED_IN)
def applications() -> ResponseReturnValue:
    """What one has applied for, and what employers wrote; the running ones first."""
    actor = signed_in_actor()
    found = paginate(queries.applications_of(actor), request.args.get("page", 1, int))
    letters = paginate(introductions_to(actor), 1, per_page=20)
    openings = queries.openings_by_id({row.opening_id for row in (*found.items, *letters.items)})
    offers_out = {
        offer.application_id: offer
        for offer in db.session.execute(hiring.offers_of(actor)).scalars()
        if offer.state == "extended"
    }
    return page(
        "talent/candidate/applications.html", found=found, letters=letters.items, openings=openings, words=WORDS,
        names=people.organisation_names(o.organisation_id for o in openings.values()), offers_out=offers_out,
        state_of=queries.state_shown_to_person,
    )  # fmt: skip


def _own(public_id: str) -> Application:
    return one_or_404(queries.applications_of(signed_in_actor()).where(Application.public_id == public_id))


@bp.get("/career/applications/<public_id>")
@access(SIGNED_IN)
def application(public_id: str) -> ResponseReturnValue:
    """One application: where it is, whose turn it is, what they may see, and the next step."""
    return _show(_own(public_id))


def _show(row: Application, *, fault: str = "", status: int = 200) -> ResponseReturnValue:
    actor, at = signed_in_actor(), clock.now()
    opening = db.session.get_one(Opening, row.opening_id)
    skills = skills_asked([opening.id], actor.person_id)[opening.id]
    made = [offer for offer in queries.offers_on(row.id) if offer.extended_at is not None]
    answered = row.answered_at if row.state != "rejected" or row.ended_at is not None else None
    return page(
        "talent/candidate/application.html", status=status, row=row, opening=opening, words=WORDS, fault=fault, skills=skills,
        met=met_of(skills), organisation=people.organisation_names([row.organisation_id])[row.organisation_id],
        state=queries.state_shown_to_person(row), fields=FIELD_WORDS, shown=queries.fields_shown(row, at),
        interviews=[(one, hiring.slots_of(one.id, at=at)) for one in queries.interviews_on(row.id)],
        offers=[(offer, hiring.versions_of(offer.id)[0]) for offer in made], placement=queries.placement_of(row.id),
        answered=answered, promised_on=last_day_before(row.promised_at),
        took=days_taken(row.applied_at, answered) if answered else None,
        response=response_of(row.organisation_id, at), withdrawals=operations.WITHDRAW_REASONS,
        zone=hiring.zone_of(actor.person_id), time_in=time_in,
    )  # fmt: skip


@bp.post("/career/applications/<public_id>/withdrawals")
@access(SIGNED_IN)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Not interested any more."""
    row, reason = _own(public_id), request.form.get("reason", "other")
    try:
        operations.withdraw_application(
            row, reason=reason if reason in operations.WITHDRAW_REASONS else "other", words=request.form.get("words", "")[:2000],
            by=signed_in_actor(), at=clock.now(),
        )  # fmt: skip
        flash(_("Withdrawn. They see nothing more of you."), "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("talent_candidate.application", public_id=public_id)


def _letter(public_id: str) -> Introduction:
    return one_or_404(introductions_to(signed_in_actor()).where(Introduction.public_id == public_id))


@bp.get("/career/introductions/<public_id>")
@access(SIGNED_IN)
def introduction(public_id: str) -> ResponseReturnValue:
    """What an employer wrote, about which opening."""
    return _show_letter(_letter(public_id))


def _show_letter(row: Introduction, *, fault: str = "", status: int = 200) -> ResponseReturnValue:
    actor = signed_in_actor()
    if not actor.is_only_looking:
        introductions.see_introduction(row, by=actor, at=clock.now())
    opening = db.session.get_one(Opening, row.opening_id)
    skills = skills_asked([opening.id], actor.person_id)[opening.id]
    return page(
        "talent/candidate/introduction.html", status=status, row=row, opening=opening, words=WORDS, fault=fault,
        organisation=people.organisation_names([row.organisation_id])[row.organisation_id], fields=FIELD_WORDS, skills=skills,
        met=met_of(skills), response=response_of(row.organisation_id, clock.now()),
    )  # fmt: skip


@bp.post("/career/introductions/<public_id>/answers")
@access(SIGNED_IN)
def answer_introduction(public_id: str) -> ResponseReturnValue:
    """Yes, with what they may see; or no."""
    row, actor = _letter(public_id), signed_in_actor()
    try:
        if request.form.get("answer") == "yes":
            fields = [field for field in FIELD_WORDS if field in request.form.getlist("fields")]
            made = introductions.accept_introduction(row, fields=fields, by=actor, at=clock.now())
            flash(_("You are in touch. The clock of their answer is running."), "done")
            return see_other("talent_candidate.application", public_id=made.public_id)
        introductions.decline_introduction(row, reason=request.form.get("reason", "")[:1000], by=actor, at=clock.now())
        flash(_("Declined. They do not learn who you are."), "done")
    except Refusal as refusal:
        return _show_letter(row, fault=str(refusal), status=refusal.status)
    return see_other("talent_candidate.applications")


@bp.get("/career/interviews")
@access(SIGNED_IN)
def my_interviews() -> ResponseReturnValue:
    """Every interview, in one's own time zone, and the address for one's calendar program."""
    from coursehub.talent.views.calendars import feed_address, zones

    actor, at = signed_in_actor(), clock.now()
    found = list(db.session.execute(hiring.interviews_of(actor).limit(50)).scalars())
    applications = hiring.applications_by_id({row.application_id for row in found})
    openings = queries.openings_by_id({row.opening_id for row in applications.values()})
    feed = hiring.feed_of(actor.person_id)
    return page(
        "talent/candidate/interviews.html", found=found, applications=applications, openings=openings, words=WORDS,
        zone=hiring.zone_of(actor.person_id), zones=zones(), time_in=time_in, address=feed_address(feed) if feed else None, at=at,
        names=people.organisation_names(row.organisation_id for row in found), hires="hires" in actor.rights,
    )  # fmt: skip


@bp.post("/career/interviews/<public_id>/picks")
@access(SIGNED_IN)
def pick(public_id: str) -> ResponseReturnValue:
    """One of the times, or other times."""
    actor, at = signed_in_actor(), clock.now()
    found = one_or_404(hiring.interviews_of(actor).where(Interview.public_id == public_id))
    row = db.session.get_one(Application, found.application_id)
    try:
        if request.form.get("slot") == "none":
            interviews.ask_for_other_times(found, words=request.form.get("words", "")[:1000], by=actor, at=at)
            flash(_("They are asked for other times."), "done")
        else:
            slot = one_or_404(hiring.slot_of(found.id, request.form.get("slot", "")))
            interviews.pick_time(found, slot, by=actor, at=at)
            flash(_("Agreed. Take it into your calendar from here."), "done")
    except Refusal as refusal:
        return _show(row, fault=str(refusal), status=refusal.status)
    return see_other("talent_candidate.application", public_id=row.public_id, _anchor="interviews")


@bp.get("/career/offers")
@access(SIGNED_IN)
def my_offers() -> ResponseReturnValue:
    """Offers, each with its clock, and the placements that came of them."""
    actor = signed_in_actor()
    made = list(db.session.execute(hiring.offers_of(actor).limit(50)).scalars())
    placed = list(db.session.execute(hiring.placements_of(actor).limit(50)).scalars())
    applications = hiring.applications_by_id({row.application_id for row in made} | {row.application_id for row in placed})
    return page(
        "talent/candidate/offers.html", offers=[(offer, hiring.versions_of(offer.id)[0]) for offer in made], placed=placed,
        applications=applications, words=WORDS,
        openings=queries.openings_by_id({row.opening_id for row in applications.values()}),
        names=people.organisation_names([*(row.organisation_id for row in made), *(row.organisation_id for row in placed)]),
    )  # fmt: skip


@bp.post("/career/offers/<public_id>/answers")
@access(SIGNED_IN)
def answer_offer(public_id: str) -> ResponseReturnValue:
    """Yes or no."""
    actor = signed_in_actor()
    found = one_or_404(hiring.offers_of(actor).where(Offer.public_id == public_id))
    row = db.session.get_one(Application, found.application_id)
    try:
        if request.form.get("answer") == "yes":
            made = offers.accept_offer(found, by=actor, at=clock.now())
            flash(_("Accepted. What else you had with this employer is closed. Confirm your start on the first day."), "done")
            return see_other("talent_placements.placement", public_id=made.public_id)
        offers.decline_offer(found, reason=request.form.get("reason", "")[:1000], by=actor, at=clock.now())
        flash(_("Declined. They see nothing more of you."), "done")
    except Refusal as refusal:
        return _show(row, fault=str(refusal), status=refusal.status)
    return see_other("talent_candidate.application", public_id=row.public_id)
