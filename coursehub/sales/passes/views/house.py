"""Passes as the house offers them: price, rule, courses."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.validators import ValidationError

from coursehub import clock
from coursehub.catalog.models import Course
from coursehub.contracts.models import Listing
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.sales.models import CoursePass, PassSubscription
from coursehub.sales.passes import operations, policies, queries
from coursehub.sales.passes.forms import CourseForm, PassForm
from coursehub.sales.passes.months import month_before
from coursehub.sales.passes.views.taking import name_of
from coursehub.sales.passes.words import RULES, STATES, rule_sentences
from coursehub.sales.views.selling import course_titles
from coursehub.web import STAFF, access, current_locale, one_or_404, page, see_other, signed_in_actor

bp = Blueprint("passes_house", __name__, url_prefix="/house/passes")
SHELVERS = STAFF("finance", "catalogue")


def find(public_id: str) -> CoursePass:
    """The pass with this id."""
    return one_or_404(sa.select(CoursePass).where(CoursePass.public_id == public_id))


@bp.get("")
@access(SHELVERS)
def passes() -> ResponseReturnValue:
    """Every pass, with how many have it."""
    found = queries.every_pass()
    going = sa.select(PassSubscription.pass_id, sa.func.count()).where(PassSubscription.state.in_(("trial", "running", "late")))
    counts: dict[int, int] = dict(db.session.execute(going.group_by(PassSubscription.pass_id)).tuples().all())
    return page("sales/passes/house/passes.html", passes=found, name_of=name_of, counts=counts, rules=RULES)


@bp.get("/new")
@access(SHELVERS)
def new() -> ResponseReturnValue:
    """The form for a new pass."""
    return _form(PassForm(formdata=None, data={"trial_days": 7, "grace_days": 7, "refund_days": 7, "floor_minutes": 5}))


@bp.post("/new")
@access(SHELVERS)
def open_pass() -> ResponseReturnValue:
    """Offer it; courses join on its page."""
    form = PassForm()
    if not form.validate_on_submit():
        return _form(form, 422)
    try:
        made = operations.open_pass(form.draft(), by=signed_in_actor(), at=clock.now())
    except ValidationError as problem:
        form.price.errors = [*form.price.errors, str(problem)]
        return _form(form, 422)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _form(form, refusal.status)
    flash(_("It is on offer as soon as a course has joined it."), "done")
    return see_other("passes_house.one", public_id=made.public_id)


def _form(form: PassForm, status: int = 200) -> ResponseReturnValue:
    return page("sales/passes/house/new.html", form=form, status=status)


@bp.get("/<public_id>")
@access(SHELVERS)
def one(public_id: str) -> ResponseReturnValue:
    """One pass: its courses, which others agree to its rule, its months."""
    return _one(find(public_id))


def _one(found: CoursePass, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    at = clock.now()
    courses = queries.courses_in(found.id, at)
    listed = sa.select(Course).join(Listing, Listing.course_id == Course.id).where(Listing.closed_at.is_(None))
    others = [
        course
        for course in db.session.execute(listed.order_by(Course.id)).scalars()
        if course.id not in {each.id for each in courses} and queries.agreed_terms(found, course.id, at)
    ]
    titles = course_titles([*courses, *others])
    form = CourseForm()
    form.course.choices = [(course.public_id, titles[course.id]) for course in others]
    states = sa.select(PassSubscription.state, sa.func.count()).where(PassSubscription.pass_id == found.id)
    counts: dict[str, int] = dict(db.session.execute(states.group_by(PassSubscription.state)).tuples().all())
    shown: dict[str, Any] = {"agreed": {course.id: queries.agreed_terms(found, course.id, at) for course in courses}}
    return page(
        "sales/passes/house/pass.html", status=status, found=found, name=name_of(found), courses=courses, titles=titles,
        form=form, problem=problem, months=queries.months_of(found.id), counts=counts, states=STATES, others=others,
        rule=rule_sentences(found.pool, "en" if current_locale() == "en" else "zh-CN"),
        waiting=queries.periods_to_draw_up(found.id, month_before(at)), last_month=month_before(at),
        may_read_pools=policies.may_read_pools(signed_in_actor()), **shown,
    )  # fmt: skip


@bp.post("/<public_id>/courses")
@access(SHELVERS)
def add_course(public_id: str) -> ResponseReturnValue:
    """A course joins, if its terms name the rule."""
    found = find(public_id)
    course = one_or_404(sa.select(Course).where(Course.public_id == (CourseForm().course.data or "")))
    try:
        operations.add_course(found, course, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        return _one(found, problem=str(refusal), status=refusal.status)
    flash(_("The course is in the pass."), "done")
    return see_other("passes_house.one", public_id=public_id)


@bp.post("/<public_id>/courses/<course_id>/out")
@access(SHELVERS)
def take_course_out(public_id: str, course_id: str) -> ResponseReturnValue:
    """A course leaves."""
    course = one_or_404(sa.select(Course).where(Course.public_id == course_id))
    operations.take_course_out(find(public_id), course, by=signed_in_actor(), at=clock.now())
    flash(_("The course left the pass. Whoever has it open keeps it as long as they pay."), "done")
    return see_other("passes_house.one", public_id=public_id)


@bp.post("/<public_id>/closed")
@access(SHELVERS)
def close(public_id: str) -> ResponseReturnValue:
    """Nobody takes it any more."""
    operations.close_pass(find(public_id), by=signed_in_actor(), at=clock.now())
    flash(_("Nobody takes this pass any more; those who have it go on."), "done")
    return see_other("passes_house.one", public_id=public_id)
