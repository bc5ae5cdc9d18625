"""Passes on offer, and those that somebody has: renewals, receipts, courses, stopping, money back."""

from flask import Blueprint, abort, flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock, rails
from coursehub.catalog import queries as catalog
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people.actor import Actor
from coursehub.sales.models import CoursePass, PassSubscription
from coursehub.sales.passes import operations, queries
from coursehub.sales.passes.words import STATES, TONES, rule_sentences
from coursehub.sales.views.selling import course_titles
from coursehub.web import PUBLIC, SIGNED_IN, access, current_actor, current_locale, page, see_other, signed_in_actor

bp = Blueprint("passes", __name__)


def name_of(pass_: CoursePass) -> str:
    """A pass's name in the reader's language."""
    return pass_.name_en if current_locale() == "en" else pass_.name


def _pass(slug: str) -> CoursePass:
    found = queries.pass_by_slug(slug)
    if found is None:
        abort(404)
    return found


def own_subscription(public_id: str) -> tuple[PassSubscription, CoursePass]:
    """A subscription of the reader; a stranger gets 404."""
    mine = next((one for one in queries.subscriptions_of(signed_in_actor().person_id) if one.public_id == public_id), None)
    if mine is None:
        abort(404)
    return mine, db.session.get_one(CoursePass, mine.pass_id)


@bp.get("/passes")
@access(PUBLIC)
def passes() -> ResponseReturnValue:
    """Every pass on offer."""
    at = clock.now()
    found = queries.on_offer()
    return page(
        "sales/passes/passes.html", passes=found, name_of=name_of, locale=current_locale(),
        counts={each.id: len(queries.courses_in(each.id, at)) for each in found},
    )  # fmt: skip


@bp.get("/passes/<slug>")
@access(PUBLIC)
def pass_page(slug: str) -> ResponseReturnValue:
    """One pass: what it opens, what it costs, how it ends, and where the money goes."""
    return _pass_page(_pass(slug))


def _pass_page(found: CoursePass, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    reader: Actor | None = current_actor()
    courses = queries.courses_in(found.id, clock.now())
    return page(
        "sales/passes/pass.html", status=status, found=found, name=name_of(found), courses=courses, titles=course_titles(courses),
        mine=queries.going(reader.person_id, found.id) if reader else None, problem=problem, locale=current_locale(),
        had_before=bool(reader and queries.had_before(reader.person_id, found.id)),
        rule=rule_sentences(found.pool, "en" if current_locale() == "en" else "zh-CN"),
    )  # fmt: skip


@bp.post("/passes/<slug>/subscribe")
@access(SIGNED_IN)
def subscribe(slug: str) -> ResponseReturnValue:
    """Take it: on to the rail's page."""
    found = _pass(slug)
    try:
        mine = operations.subscribe(found, by=signed_in_actor(), at=clock.now())
    except operations.AlreadySubscribed:
        return see_other("passes.subscriptions")
    except Refusal as refusal:
        return _pass_page(found, problem=str(refusal), status=refusal.status)
    return redirect(mine.session_url or "", 303)


@bp.get("/subscriptions")
@access(SIGNED_IN)
def subscriptions() -> ResponseReturnValue:
    """The passes that one has or had."""
    mine = queries.subscriptions_of(signed_in_actor().person_id)
    passes = {one.pass_id: db.session.get_one(CoursePass, one.pass_id) for one in mine}
    return page("sales/passes/mine.html", mine=mine, passes=passes, name_of=name_of, states=STATES, tones=TONES)


@bp.get("/subscriptions/<public_id>")
@access(SIGNED_IN)
def subscription(public_id: str) -> ResponseReturnValue:
    """One pass of one's own: its courses, what was paid, when it renews or ends."""
    mine, found = own_subscription(public_id)
    at = clock.now()
    courses = queries.courses_in(found.id, at)
    periods = queries.periods_of(mine.id)
    return page(
        "sales/passes/subscription.html", mine=mine, found=found, name=name_of(found), states=STATES, tones=TONES, now=at,
        courses=courses, titles=course_titles(courses), periods=periods,
        refunds={period.id: queries.refunds_of(period.id) for period in periods},
        disputes={period.id: queries.disputes_of(period.id) for period in periods},
        enrolments=queries.open_enrolments(mine.person_id, [course.id for course in courses]),
        is_open=operations.is_open(mine, found, at),
        in_window=operations.in_window(mine, found, at=at) and queries.dispute_that_holds(periods[0].id) is None,
    )  # fmt: skip


@bp.get("/subscriptions/<public_id>/back")
@access(SIGNED_IN)
def come_back(public_id: str) -> ResponseReturnValue:
    """Back from the rail's page: look at once what became of it."""
    mine, _found = own_subscription(public_id)
    if not signed_in_actor().is_only_looking:
        try:
            operations.settle(mine, at=clock.now())
        except rails.RailAway:
            flash(_("The payment service does not answer. We go on asking; look again in a few minutes."), "warning")
    return see_other("passes.subscription", public_id=public_id)


@bp.post("/subscriptions/<public_id>/stop")
@access(SIGNED_IN)
def stop(public_id: str) -> ResponseReturnValue:
    """It ends with what is paid."""
    mine, _found = own_subscription(public_id)
    operations.stop(mine, by=signed_in_actor(), at=clock.now())
    flash(_("It ends by itself and is not charged again. You can take this back until then."), "done")
    return see_other("passes.subscription", public_id=public_id)


@bp.post("/subscriptions/<public_id>/go-on")
@access(SIGNED_IN)
def go_on(public_id: str) -> ResponseReturnValue:
    """It goes on after all."""
    mine, _found = own_subscription(public_id)
    operations.go_on(mine, by=signed_in_actor(), at=clock.now())
    flash(_("It goes on and renews as before."), "done")
    return see_other("passes.subscription", public_id=public_id)


@bp.post("/subscriptions/<public_id>/refund")
@access(SIGNED_IN)
def ask_back(public_id: str) -> ResponseReturnValue:
    """Money back within the window; the pass ends."""
    mine, _found = own_subscription(public_id)
    operations.ask_back(mine, by=signed_in_actor(), at=clock.now())
    flash(_("The money is on its way back, and the pass ends."), "done")
    return see_other("passes.subscription", public_id=public_id)


@bp.post("/subscriptions/<public_id>/courses/<slug>")
@access(SIGNED_IN)
def open_course(public_id: str, slug: str) -> ResponseReturnValue:
    """Open a course of the pass and go to its lessons."""
    mine, _found = own_subscription(public_id)
    course = catalog.course_by_slug(slug)
    if course is None:
        abort(404)
    enrolment = operations.open_course(mine, course, by=signed_in_actor(), at=clock.now())
    return see_other("learning.course", enrolment_id=enrolment.public_id)
