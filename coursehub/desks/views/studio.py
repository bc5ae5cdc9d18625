"""The partner's desk and the insight page of one course: counts and sums, never who."""

from datetime import datetime, timedelta

from flask import make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from markupsafe import Markup

from coursehub import clock
from coursehub.catalog.models import Course
from coursehub.config import current_settings
from coursehub.contracts.prose import channel_name
from coursehub.desks.looks import COOKIE, look
from coursehub.desks.navigation import may_open
from coursehub.desks.queries.courses import courses_of, doors, stops, ways
from coursehub.desks.queries.studio import months, named_stops, studio_desk
from coursehub.desks.views import bp
from coursehub.learning import queries as learning
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.web import PARTNER, access, current_locale, one_or_404, page, signed_in_actor
from coursehub.web.filters import money as money_of

PERIODS = (30, 90, 365)
KEPT = timedelta(days=365)


@bp.get("/studio")
@access(PARTNER())
def studio() -> ResponseReturnValue:
    """What sold since the last look, what waits for whom, and how the courses do."""
    actor, at = signed_in_actor(), clock.now()
    organisation = _organisation(actor)
    now_looking = look(request.cookies.get(COOKIE, ""), organisation.public_id, at=at)
    money, teaching = _sees_money(actor), may_open("learning.studio_questions", actor)
    desk = studio_desk(organisation, current_locale(), since=now_looking.before, at=at, money=money, teaching=teaching)
    answer = make_response(
        page(
            "desks/studio.html", desk=desk, organisation=organisation, look=now_looking, money=money, teaching=teaching,
            may_write=may_open("catalog.new_course", actor), titles={course.id: course for course in desk.courses}, now=at,
        )
    )  # fmt: skip
    answer.set_cookie(
        COOKIE, now_looking.as_cookie(), max_age=KEPT, secure=current_settings().https, httponly=True, samesite="Lax"
    )  # fmt: skip
    return answer


@bp.get("/studio/courses/<public_id>/insight")
@access(PARTNER())
def insight(public_id: str) -> ResponseReturnValue:
    """One course from view to completion, through which doors people came, and where they stop."""
    actor, at, locale = signed_in_actor(), clock.now(), current_locale()
    organisation = _organisation(actor)
    course = one_or_404(learning.courses_taught_by(actor).where(Course.public_id == public_id))
    days = request.args.get("days", 90, int)
    days = days if days in PERIODS else 90
    since = at - timedelta(days=days)
    heads = [head for head in courses_of(organisation.id, locale) if head.id == course.id]
    money = _sees_money(actor)
    return page(
        "desks/insight.html",
        course=heads[0],
        days=days,
        periods=PERIODS,
        way=ways([course.id], since=since, until=at)[course.id],
        doors=doors(course.id, organisation.public_id, since=since, until=at),
        channel_name=lambda channel: channel_name(channel, locale),
        stops=named_stops(stops([course.id], at=at), heads, locale),
        months=months(organisation.public_id, at=at, course_id=course.id) if money else {},
        money=money,
    )


def _organisation(actor: Actor) -> Organisation:
    if actor.organisation is None:
        raise LookupError("the audience of this page lets nobody in who acts for no organisation")
    return actor.organisation


def _sees_money(actor: Actor) -> bool:
    """Those whom the page of earnings lets in; the desk shows no more than the pages behind it."""
    return may_open("contracts_earnings.earnings", actor)


def month_rows(points: list[tuple[datetime, int]], currency: str) -> list[tuple[Markup, int, str]]:
    """Months as the chart of bars reads them; a month that gave back more than it earned has no bar."""
    pattern = "yyyy年M月" if current_locale() == "zh-CN" else "MMM yyyy"
    words = Markup('<span class="nowrap">{}</span>')
    return [(words.format(format_date(begin, pattern)), max(0, amount), money_of(amount, currency)) for begin, amount in points]


bp.add_app_template_global(month_rows, "month_rows")
