"""A partner's own part of passes: minutes of its courses, period by period, what they gave, and contesting them."""

import sqlalchemy as sa
from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog.models import Course
from coursehub.contracts.operations.contests import ANSWER_TIME
from coursehub.db import db
from coursehub.sales.models import CoursePass, PassPeriod, PeriodUse, PoolMonth
from coursehub.sales.passes import operations, queries
from coursehub.sales.passes.forms import ContestUseForm
from coursehub.sales.passes.views.taking import name_of
from coursehub.sales.passes.words import RULES
from coursehub.sales.views.selling import course_titles
from coursehub.web import PARTNER, access, one_or_404, page, paginate, see_other, signed_in_actor

bp = Blueprint("passes_studio", __name__, url_prefix="/studio/passes")
READERS = PARTNER("owner", "finance", "author")


def _courses() -> list[Course]:
    organisation = signed_in_actor().organisation
    own = sa.select(Course).where(Course.organisation_id == (organisation.id if organisation else None))
    return list(db.session.execute(own.order_by(Course.id)).scalars())


@bp.get("")
@access(READERS)
def months() -> ResponseReturnValue:
    """The months in which learners of passes were active in the organisation's courses."""
    courses = _courses()
    passes = queries.passes_of_courses([course.id for course in courses])
    return page(
        "sales/passes/studio/months.html", rows=queries.months_of_courses([course.id for course in courses]),
        titles=course_titles(courses), name_of=name_of, passes=passes, rules=RULES,
    )  # fmt: skip


@bp.get("/<public_id>")
@access(READERS)
def month(public_id: str) -> ResponseReturnValue:
    """One month: each period with its minutes and what it gave; periods have numbers, no names."""
    return _month(_find(public_id), ContestUseForm(formdata=None))


def _find(public_id: str) -> PoolMonth:
    own = [course.id for course in _courses()]
    used = sa.select(PeriodUse.pool_month_id).where(PeriodUse.course_id.in_(own))
    return one_or_404(sa.select(PoolMonth).where(PoolMonth.public_id == public_id, PoolMonth.id.in_(used)))


def _month(found: PoolMonth, form: ContestUseForm, *, at_fault: str = "", status: int = 200) -> ResponseReturnValue:
    courses = _courses()
    own = {course.id for course in courses}
    listed = paginate(queries.uses_of_courses(found.id, own), request.args.get("page", 1, int))
    uses: list[PeriodUse] = listed.items
    pass_ = db.session.get_one(CoursePass, found.pass_id)
    return page(
        "sales/passes/studio/month.html", status=status, month=found, found=pass_, name=name_of(pass_), uses=uses, listed=listed,
        titles=course_titles(courses), form=form, at_fault=at_fault, rules=RULES, counting=queries.counting_minutes(found.id),
        periods={use.period_id: db.session.get_one(PassPeriod, use.period_id) for use in uses},
        disputed=queries.disputed_minor([use.period_id for use in uses]),
        contests={contest.use_id: contest for contest in queries.contests_in(found.id)},
        contestable_until=found.drawn_up_at + operations.TIME_TO_CONTEST, answer_time=ANSWER_TIME,
        now=clock.now(),
    )  # fmt: skip


@bp.post("/uses/<public_id>/contested")
@access(READERS)
def contest(public_id: str) -> ResponseReturnValue:
    """Say that the minutes of a period are not so."""
    own = [course.id for course in _courses()]
    use = one_or_404(sa.select(PeriodUse).where(PeriodUse.public_id == public_id, PeriodUse.course_id.in_(own)))
    found = db.session.get_one(PoolMonth, use.pool_month_id)
    form = ContestUseForm()
    if not form.validate_on_submit():
        return _month(found, form, at_fault=public_id, status=422)
    operations.contest_use(use, reason=form.reason.data or "", by=signed_in_actor(), at=clock.now())
    flash(_("Contested. The month is not shared before the house has answered."), "done")
    return see_other("passes_studio.month", public_id=found.public_id, page=request.args.get("page", None, int))
