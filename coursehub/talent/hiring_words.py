"""What states, kinds and reasons of hiring are called, and in which tone they are shown."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from coursehub.web.locale import current_locale

KINDS = {"hire": _l("Junior hire"), "part_time": _l("Part-time")}
FORMS = {
    "employee": _l("Employee"),
    "non_full_time": _l("Non-full-time employee"),
    "secondment": _l("Secondment at cost"),
    "business_service": _l("Service of a business"),
    "personal_service": _l("Service of a person"),
    "internship": _l("Internship"),
}
PERIODS = {"month": _l("a month"), "hour": _l("an hour")}
LEVELS = {1: _l("1 follows"), 2: _l("2 does with help"), 3: _l("3 does alone"), 4: _l("4 teaches")}
OPENING_STATES = {
    "draft": (_l("draft"), "plain"),
    "approval": (_l("waits for the house"), "waits"),
    "open": (_l("open"), "done"),
    "paused": (_l("paused"), "waits"),
    "filled": (_l("filled"), "tide"),
    "closed": (_l("closed for good"), "plain"),
}
APPLICATION_STATES = {
    "applied": (_l("applied"), "waits"),
    "sourced": (_l("came by introduction"), "waits"),
    "screen": (_l("being looked at"), "tide"),
    "interview": (_l("interviews"), "tide"),
    "offer": (_l("offer"), "tide"),
    "hired": (_l("hired"), "done"),
    "rejected": (_l("declined by the employer"), "plain"),
    "withdrawn": (_l("withdrawn"), "plain"),
    "lapsed": (_l("the employer was silent"), "harm"),
}
COLUMN_HEADS = {"applied": _l("New"), "screen": _l("Screening"), "interview": _l("Interviews"), "offer": _l("Offers")}
STEP_WORDS = {
    "screen": _l("To screening"),
    "interview": _l("To interviews"),
    "offer": _l("To offers"),
    "reject": _l("Decline"),
}
FORWARD = {"applied": "screen", "sourced": "screen", "screen": "interview", "interview": "offer"}
"""The step that usually comes next."""
REJECTIONS = {
    "skills": _l("Another profile of skills is needed"),
    "experience": _l("More experience is needed"),
    "availability": _l("Times or start do not fit"),
    "place": _l("The place does not fit"),
    "pay": _l("The pay does not fit"),
    "filled": _l("The place is taken"),
    "other": _l("Another reason"),
}
WITHDRAWALS = {
    "other_offer": _l("I have another offer"),
    "pay": _l("The pay does not fit"),
    "place": _l("The place does not fit"),
    "hours": _l("The hours do not fit"),
    "slow": _l("It takes too long"),
    "no_longer": _l("I am not looking any more"),
    "other": _l("Another reason"),
    "merged": _l("Made one with another application"),
}
INTERVIEW_KINDS = {"video": _l("Video call"), "phone": _l("Phone call"), "on_site": _l("On site")}
INTERVIEW_STATES = {
    "proposed": (_l("times proposed"), "waits"),
    "agreed": (_l("time agreed"), "tide"),
    "held": (_l("held"), "done"),
    "missed": (_l("missed"), "harm"),
    "cancelled": (_l("called off"), "plain"),
}
INTRODUCTION_STATES = {
    "sent": (_l("sent"), "plain"),
    "seen": (_l("seen"), "tide"),
    "accepted": (_l("accepted"), "done"),
    "declined": (_l("declined"), "plain"),
    "expired": (_l("not answered"), "plain"),
}
OFFER_STATES = {
    "draft": (_l("waits for approval"), "waits"),
    "approved": (_l("approved, not sent"), "waits"),
    "extended": (_l("out, waits for the answer"), "tide"),
    "accepted": (_l("accepted"), "done"),
    "declined": (_l("declined"), "plain"),
    "expired": (_l("expired"), "plain"),
    "rescinded": (_l("taken back by the employer"), "harm"),
    "dropped": (_l("dropped"), "plain"),
}
PLACEMENT_STATES = {
    "agreed": (_l("agreed"), "tide"),
    "confirmed_by_person": (_l("start confirmed by the person"), "waits"),
    "confirmed_by_employer": (_l("start confirmed by the employer"), "waits"),
    "guarantee": (_l("guarantee running"), "tide"),
    "settled": (_l("settled"), "done"),
    "refunded": (_l("left inside the guarantee"), "plain"),
    "disputed": (_l("disputed"), "harm"),
    "fell_through": (_l("did not start"), "plain"),
}
VERDICT_WORDS = {
    "strong_yes": _l("Clearly yes"),
    "yes": _l("Rather yes"),
    "no": _l("Rather no"),
    "strong_no": _l("Clearly no"),
}
SCOPE_WORDS = {"me": _l("Only me"), "team": _l("The hiring team"), "organisation": _l("Everybody who hires here")}
ALERT_WORDS = {"off": _l("No letters"), "daily": _l("A letter at most once a day"), "weekly": _l("A letter at most once a week")}
EXPORT_WORDS = {
    "choose": _l("To choose whom to write to"), "meeting": _l("To speak about them in a meeting"),
    "report": _l("For a report of ours without names"),
}  # fmt: skip

WORDS: dict[str, Any] = {
    "kind": KINDS, "form": FORMS, "period": PERIODS, "level": LEVELS, "opening": OPENING_STATES,
    "application": APPLICATION_STATES, "column": COLUMN_HEADS, "step": STEP_WORDS, "forward": FORWARD, "rejection": REJECTIONS,
    "withdrawal": WITHDRAWALS, "interview": INTERVIEW_STATES, "interview_kind": INTERVIEW_KINDS,
    "introduction": INTRODUCTION_STATES, "offer": OFFER_STATES, "placement": PLACEMENT_STATES, "verdict": VERDICT_WORDS,
    "scope": SCOPE_WORDS, "alert": ALERT_WORDS, "export": EXPORT_WORDS,
}  # fmt: skip
"""Everything a template may look up, by noun."""


def time_in(zone: ZoneInfo, moment: datetime) -> str:
    """A moment in a person's zone, with the zone's name and its distance from UTC then: nobody has to guess."""
    local = moment.astimezone(zone)
    pattern = "yyyy年M月d日 EEE HH:mm" if current_locale() == "zh-CN" else "EEE d MMM yyyy, HH:mm"
    offset = local.strftime("%z")
    shown = format_datetime(local.replace(tzinfo=None), pattern, rebase=False)
    return str(_("%(time)s (%(zone)s, UTC%(offset)s)", time=shown, zone=zone.key, offset=f"{offset[:3]}:{offset[3:]}"))
