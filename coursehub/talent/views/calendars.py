"""Calendar files and feeds, and the time zone in which one reads."""

import hashlib
import hmac
from functools import lru_cache
from zoneinfo import available_timezones

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from coursehub import clock
from coursehub.config import current_settings
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import queries as people
from coursehub.talent.calendars import Meeting, calendar
from coursehub.talent.models import Application, CalendarFeed, Interview, Opening
from coursehub.talent.operations import interviews as operations
from coursehub.talent.queries import hiring
from coursehub.web import PUBLIC, SIGNED_IN, access, external_url, gettext_locale, local_path, one_or_404, signed_in_actor

bp = Blueprint("talent_calendars", __name__)
AREAS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/", "UTC")


@lru_cache(maxsize=1)
def zones() -> list[str]:
    """Time zones by the names of cities, for choosing from."""
    return sorted(zone for zone in available_timezones() if zone.startswith(AREAS))


def _key(feed: CalendarFeed) -> str:
    """What makes an address secret: a backup of the database does not hold it."""
    text = f"calendar-feed/{feed.public_id}".encode()
    return hmac.new(current_settings().secret_key.encode(), text, hashlib.sha256).hexdigest()[:32]


def feed_address(feed: CalendarFeed) -> str:
    """The address for a calendar program."""
    return external_url("talent_calendars.feed", public_id=feed.public_id, key=_key(feed))


def _meeting(interview: Interview, opening: Opening, person_id: int) -> Meeting:
    organisation = people.organisation_names([interview.organisation_id])[interview.organisation_id]
    row = db.session.get_one(Application, interview.application_id)
    if person_id == interview.person_id:
        title = _("Interview with %(organisation)s: %(title)s", organisation=organisation, title=opening.title)
        address = external_url("talent_candidate.application", public_id=row.public_id)
    else:
        title = _("Interview %(code)s: %(title)s", code=row.public_id[:5].upper(), title=opening.title)
        address = external_url("talent_applications.application", public_id=row.public_id)
    return Meeting(
        uid=f"{interview.public_id}@{current_settings().host.split(':')[0]}", sequence=interview.sequence,
        changed_at=interview.changed_at, starts_at=interview.starts_at, minutes=interview.minutes, title=title,
        place=interview.place, words=interview.words, address=address,
        cancelled=interview.state == "cancelled" or interview.starts_at is None,
    )  # fmt: skip


def _answer(text: str, name: str, method: str) -> Response:
    answer = Response(text, content_type=f"text/calendar; charset=utf-8; method={method}")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get("/interviews/<public_id>.ics")
@access(SIGNED_IN)
def file(public_id: str) -> ResponseReturnValue:
    """One interview for a calendar: for the person, and for whoever hires there."""
    actor = signed_in_actor()
    select = hiring.interviews_visible_to(actor) if "hires" in actor.rights and actor.has_role("hr", "owner") else None
    found = db.session.execute(hiring.interviews_of(actor).where(Interview.public_id == public_id)).scalar_one_or_none()
    if found is None:
        found = one_or_404(select.where(Interview.public_id == public_id)) if select is not None else None
    if found is None or found.sequence == 0:
        abort(404)
    row = db.session.get_one(Application, found.application_id)
    meeting = _meeting(found, db.session.get_one(Opening, row.opening_id), actor.person_id)
    method = "CANCEL" if meeting.cancelled else "PUBLISH"
    return _answer(calendar([meeting], name=_("Interviews"), method=method), found.public_id, method)


@bp.get("/calendar/<public_id>/<key>.ics")
@access(PUBLIC)
def feed(public_id: str, key: str) -> ResponseReturnValue:
    """Everything of one person, for their calendar program, which cannot sign in: the address is the secret."""
    found = hiring.feed_with(public_id)
    if found is None or not hmac.compare_digest(key.encode(), _key(found).encode()):
        abort(404)
    with force_locale(gettext_locale(people.locale_of(found.person_id))):
        meetings = [_meeting(one, of, found.person_id) for one, of in hiring.calendar_of(found.person_id, at=clock.now())]
        return _answer(calendar(meetings, name=_("Interviews")), "interviews", "PUBLISH")


@bp.post("/career/calendar")
@access(SIGNED_IN)
def change_feed() -> ResponseReturnValue:
    """Make a new secret address, or end the one there is."""
    if request.form.get("act") == "revoke":
        operations.revoke_feed(by=signed_in_actor(), at=clock.now())
        flash(_("The address shows nothing any more."), "done")
    else:
        operations.make_feed(by=signed_in_actor(), at=clock.now())
        flash(_("Here is a new address. The one before shows nothing any more."), "done")
    return redirect(url_for("talent_candidate.my_interviews"), 303)


@bp.post("/career/zone")
@access(SIGNED_IN)
def choose_zone() -> ResponseReturnValue:
    """In which zone one reads times."""
    try:
        operations.choose_zone(request.form.get("zone", ""), by=signed_in_actor())
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return redirect(local_path(request.form.get("back"), url_for("talent_candidate.my_interviews")), 303)
