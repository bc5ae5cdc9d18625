"""Part-time work for the worker, and the pages of one engagement and one week that both sides share."""

from datetime import date, datetime, timedelta

from flask import Blueprint, Response, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.talent.consent_text import FIELD_WORDS
from coursehub.talent.forms.work import as_hours, minutes_typed
from coursehub.talent.models import Dispute, Engagement, Timesheet
from coursehub.talent.operations import disputes, hour_money, timesheets, work_consent
from coursehub.talent.operations import engagements as operations
from coursehub.talent.operations.opening_fields import open_person
from coursehub.talent.queries import applications as applying
from coursehub.talent.queries import work as queries
from coursehub.talent.queries.profiles import profile_of
from coursehub.talent.queries.work import code_of
from coursehub.talent.rule_packs import PACKS
from coursehub.talent.work_words import WORDS
from coursehub.talent.working_days import end_of, local_day
from coursehub.web import SIGNED_IN, access, one_or_404, page, paginate, see_other, signed_in_actor

bp = Blueprint("talent_work", __name__)
WEEK = timedelta(days=7)


def in_hours(minutes: int) -> int | float:
    """Hours as a number to read: 5 or 5.5."""
    return minutes // 60 if minutes % 60 == 0 else round(minutes / 60, 2)


def monday_asked(today: date) -> date:
    """The Monday of the week that the address asks for; this week's otherwise."""
    try:
        day = date.fromisoformat(request.values.get("week", ""))
    except ValueError:
        day = today
    return day - timedelta(days=day.weekday())


@bp.get("/career/work")
@access(SIGNED_IN)
def my_work() -> ResponseReturnValue:
    """What waits for an answer, this week's hours to fill in, what was earned, and everything that was."""
    return _my_work()


def _my_work(*, fault: str = "", at_fault: str = "", status: int = 200) -> ResponseReturnValue:
    actor, at = signed_in_actor(), clock.now()
    rows = list(db.session.execute(queries.engagements_of(actor).limit(100)).scalars())
    week_on = monday_asked(local_day(at))
    running = [row for row in rows if row.started_at is not None and (row.ended_at is None or row.ended_at > at - 4 * WEEK)]
    profile = profile_of(actor.person_id)
    return page(
        "talent/work/mine.html", status=status, rows=rows, running=running, week_on=week_on, words=WORDS, fault=fault,
        at_fault=at_fault, sheets={row.id: queries.week_of(row.id, week_on) for row in running},
        days_of={row.id: _typed(row, week_on, at_fault) for row in running}, week=WEEK, day=timedelta(days=1),
        this_week=local_day(at) - timedelta(days=local_day(at).weekday()), today=local_day(at),
        names=people.organisation_names({row.organisation_id for row in rows}), earned=queries.earned_by(actor.person_id),
        promised=queries.promised_minutes(actor.person_id), capacity=profile.weekly_hours if profile else 0,
        weeks=paginate(queries.timesheets_of(actor), request.args.get("page", 1, int)),
        of={row.id: row for row in rows}, hours_of=in_hours,
    )  # fmt: skip


def _typed(row: Engagement, week_on: date, at_fault: str) -> dict[int, str]:
    """The seven fields of a week as the worker typed them, or as they were kept."""
    if row.public_id == at_fault:
        return {n: request.form.get(f"day-{n}", "") for n in range(7)}
    sheet = queries.week_of(row.id, week_on)
    days = queries.days_of(sheet.id) if sheet else {}
    return {n: as_hours(days[day]) if (day := week_on + timedelta(days=n)) in days else "" for n in range(7)}


@bp.post("/career/work/<public_id>/weeks")
@access(SIGNED_IN)
def save_week(public_id: str) -> ResponseReturnValue:
    """Keep the hours of a week, and hand it in if that was the button."""
    actor, at = signed_in_actor(), clock.now()
    row = one_or_404(queries.engagements_of(actor).where(Engagement.public_id == public_id))
    week_on = monday_asked(local_day(at))
    try:
        minutes = minutes_typed(request.form, week_on)
        sheet = timesheets.fill_week(row, week_on, minutes, words=request.form.get("words", "")[:2000], by=actor, at=at)
        if request.form.get("act") == "submit":
            timesheets.submit_week(sheet, by=actor, at=at)
            flash(_("Handed in. If they do not answer in time, it counts as approved."), "done")
        else:
            flash(_("Kept. Hand it in when the week is over."), "done")
    except Refusal as refusal:
        return _my_work(fault=str(refusal), at_fault=public_id, status=refusal.status)
    return see_other("talent_work.my_work", week=week_on.isoformat())


def _side(public_id: str) -> tuple[Engagement, str]:
    """An engagement and the side on which this reader stands."""
    actor = signed_in_actor()
    own = db.session.execute(queries.engagements_of(actor).where(Engagement.public_id == public_id)).scalar_one_or_none()
    if own is not None:
        return own, "person"
    _must_hire(actor)
    return one_or_404(queries.engagements_visible_to(actor).where(Engagement.public_id == public_id)), "employer"


def _must_hire(actor: Actor) -> None:
    if not ("hires" in actor.rights and actor.has_role("hr", "owner")):
        abort(404)


@bp.get("/work/<public_id>")
@access(SIGNED_IN)
def engagement(public_id: str) -> ResponseReturnValue:
    """The terms, the rules of the form, the papers, and what comes next, for the worker and for the employer."""
    return _show(*_side(public_id))


def _show(row: Engagement, side: str, *, fault: str = "", status: int = 200) -> ResponseReturnValue:
    actor, at = signed_in_actor(), clock.now()
    profile = profile_of(row.person_id) if side == "person" else None
    mine = queries.timesheets_of(actor) if side == "person" else queries.timesheets_visible_to(actor)
    return page(
        "talent/work/engagement.html", status=status, row=row, side=side, fault=fault, words=WORDS, pack=PACKS[row.form],
        organisation=people.organisation_names([row.organisation_id])[row.organisation_id], code=code_of(row),
        opened=_opened(row, side), seen=queries.seen_of_worker(row, at), usual=work_consent.USUAL_FIELDS,
        fields={field: FIELD_WORDS[field] for field in work_consent.USUAL_FIELDS}, hours_of=in_hours,
        last_day=local_day(at + work_consent.GRANT_LASTS) - timedelta(days=1),
        paper=queries.home_document_of(row.id) if side == "person" else None,
        promised=queries.promised_minutes(row.person_id, apart_from=row.id) if side == "person" else 0,
        capacity=profile.weekly_hours if profile else 0, moves=applying.moves_of("engagement", row.id),
        weeks=list(db.session.execute(mine.where(Timesheet.engagement_id == row.id).limit(30)).scalars()), at=at,
    )  # fmt: skip


def _opened(row: Engagement, side: str) -> dict[str, str]:
    """The worker's name for the employer, opened now and logged; nothing while no consent is live."""
    if side == "person" or row.accepted_at is None or row.ended_at is not None:
        return {}
    seen = queries.seen_of_worker(row, clock.now())
    if seen is None:
        return {}
    shown = [field for field in work_consent.USUAL_FIELDS if field in seen.fields]
    try:
        return open_person(row.person_id, by=signed_in_actor(), purpose="work", fields=shown, at=clock.now())
    except Refusal:
        return {}


def _seen_typed() -> tuple[list[str], datetime | None]:
    """What the worker chose to show and the last day of it; None where the field was left empty."""
    fields = [field for field in work_consent.USUAL_FIELDS if field in request.form.getlist("fields")]
    typed = request.form.get("until_on", "").strip()
    if not typed:
        return fields, None
    try:
        return fields, end_of(date.fromisoformat(typed))
    except ValueError as unclear:
        raise work_consent.ConsentOutlastsWork from unclear


@bp.post("/work/<public_id>/acts")
@access(SIGNED_IN)
def act(public_id: str) -> ResponseReturnValue:
    """Accept, decline, take back, pause, resume or end; or change what the employer sees."""
    row, side = _side(public_id)
    what, reason, actor, at = request.form.get("act", ""), request.form.get("reason", "")[:1000], signed_in_actor(), clock.now()
    try:
        if what == "accept" and side == "person":
            fields, until_at = _seen_typed()
            operations.accept_work(
                row, needs_paper=request.form.get("paper") == "needed", fields=fields, until_at=until_at, by=actor, at=at
            )
        elif what == "show" and side == "person":
            fields, until_at = _seen_typed()
            work_consent.let_them_see(row, fields=fields, until_at=until_at, by=actor, at=at)
        elif what == "decline" and side == "person":
            operations.decline_work(row, reason=reason, by=actor, at=at)
        elif what == "take_back" and side == "employer":
            operations.take_back_proposal(row, by=actor, at=at)
        elif what == "pause":
            operations.pause_work(row, reason=reason, by=actor, at=at)
        elif what == "resume":
            operations.resume_work(row, by=actor, at=at)
        elif what == "end":
            operations.end_work(row, reason=reason, by=actor, at=at)
        else:
            abort(404)
        flash(_("Done."), "done")
    except Refusal as refusal:
        return _show(row, side, fault=str(refusal), status=refusal.status)
    return see_other("talent_work.engagement", public_id=public_id)


@bp.post("/work/<public_id>/paper")
@access(SIGNED_IN)
def attach(public_id: str) -> ResponseReturnValue:
    """The worker attaches the paper of their employer or school."""
    row, side = _side(public_id)
    sent = request.files.get("paper")
    try:
        content = sent.stream.read(operations.LARGEST_DOCUMENT + 1) if sent else b""
        operations.attach_home_document(
            row, name=(sent.filename if sent else "") or "", content=content, by=signed_in_actor(), at=clock.now()
        )
        flash(_("Attached. Only you can open it; the employer learns that it is there."), "done")
    except Refusal as refusal:
        return _show(row, side, fault=str(refusal), status=refusal.status)
    return see_other("talent_work.engagement", public_id=public_id)


@bp.get("/career/work/<public_id>/paper")
@access(SIGNED_IN)
def paper(public_id: str) -> ResponseReturnValue:
    """The paper itself, for the worker who attached it."""
    row = one_or_404(queries.engagements_of(signed_in_actor()).where(Engagement.public_id == public_id))
    found = queries.home_document_of(row.id)
    if found is None:
        abort(404)
    answer = Response(found.content, mimetype=found.kind)
    answer.headers["Content-Disposition"] = "attachment"
    return answer


def _week(public_id: str) -> tuple[Timesheet, str]:
    actor = signed_in_actor()
    own = db.session.execute(queries.timesheets_of(actor).where(Timesheet.public_id == public_id)).scalar_one_or_none()
    if own is not None:
        return own, "person"
    _must_hire(actor)
    return one_or_404(queries.timesheets_visible_to(actor).where(Timesheet.public_id == public_id)), "employer"


@bp.get("/work/weeks/<public_id>")
@access(SIGNED_IN)
def week(public_id: str) -> ResponseReturnValue:
    """One week: its days, where it is, whose turn it is, and what the two say about it."""
    return _show_week(*_week(public_id))


def _show_week(sheet: Timesheet, side: str, *, fault: str = "", status: int = 200) -> ResponseReturnValue:
    row = db.session.get_one(Engagement, sheet.engagement_id)
    return page(
        "talent/work/week.html", status=status, sheet=sheet, row=row, side=side, fault=fault, words=WORDS, code=code_of(row),
        organisation=people.organisation_names([row.organisation_id])[row.organisation_id], days=queries.days_of(sheet.id),
        dispute=queries.dispute_about(sheet.id), moves=applying.moves_of("timesheet", sheet.id),
        corrects=db.session.get(Timesheet, sheet.corrects_id) if sheet.corrects_id else None,
        pay=hour_money.pay_of(row, sheet.minutes) if sheet.pay_minor is None else sheet.pay_minor,
    )  # fmt: skip


@bp.post("/work/weeks/<public_id>/acts")
@access(SIGNED_IN)
def act_on_week(public_id: str) -> ResponseReturnValue:
    """What either side does with a week: hand in, take back, correct, approve, disagree, answer, agree."""
    sheet, side = _week(public_id)
    try:
        after = _act_on_week(sheet, side, request.form.get("act", ""), signed_in_actor())
        flash(_("Done."), "done")
    except Refusal as refusal:
        return _show_week(sheet, side, fault=str(refusal), status=refusal.status)
    return see_other("talent_work.week", public_id=after.public_id)


def _act_on_week(sheet: Timesheet, side: str, what: str, actor: Actor) -> Timesheet:
    at, words = clock.now(), request.form.get("words", "")[:2000]
    if (side, what) == ("person", "submit"):
        timesheets.submit_week(sheet, by=actor, at=at)
    elif (side, what) == ("person", "take_back"):
        timesheets.take_back_week(sheet, by=actor, at=at)
    elif (side, what) == ("person", "correct"):
        return timesheets.correct_week(sheet, reason=words, by=actor, at=at)
    elif (side, what) == ("employer", "approve"):
        timesheets.approve_weeks([sheet], by=actor, at=at)
    elif (side, what) == ("employer", "dispute"):
        disputes.open_dispute(sheet, words=words, by=actor, at=at)
    elif (side, what) == ("person", "answer"):
        disputes.answer_dispute(_dispute(sheet), words=words, by=actor, at=at)
    elif (side, what) == ("person", "agree"):
        return disputes.agree_with_employer(_dispute(sheet), by=actor, at=at)
    elif (side, what) == ("employer", "agree"):
        disputes.agree_with_worker(_dispute(sheet), by=actor, at=at)
    else:
        abort(404)
    return sheet


def _dispute(sheet: Timesheet) -> Dispute:
    found = queries.dispute_about(sheet.id)
    if found is None:
        abort(404)
    return found
