"""A month of a pool for the house's finance: its facts, the three rules side by side, sharing it, refunds of its periods."""

import sqlalchemy as sa
from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.validators import ValidationError

from coursehub import clock
from coursehub.catalog.models import Course
from coursehub.contracts.operations.contests import ANSWER_TIME
from coursehub.contracts.pools import RULES as POOL_RULES
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people.models import Organisation
from coursehub.sales.models import CoursePass, PassPeriod, PassRefund, PeriodUse, PoolMonth, UseContest
from coursehub.sales.passes import operations, queries
from coursehub.sales.passes.comparing import compare
from coursehub.sales.passes.forms import AnswerForm, PeriodRefundForm
from coursehub.sales.passes.months import month_before
from coursehub.sales.passes.views.house import find
from coursehub.sales.passes.views.taking import name_of
from coursehub.sales.passes.words import RULES
from coursehub.sales.views.selling import course_titles
from coursehub.sales.views.selling import name_of as organisation_name
from coursehub.sales.words import dispute_state_words
from coursehub.web import STAFF, access, one_or_404, page, paginate, see_other, signed_in_actor
from coursehub.web.amounts import minor_of

bp = Blueprint("passes_months", __name__, url_prefix="/house/pools")
FINANCE = STAFF("finance")


@bp.post("/<public_id>/drawn-up")
@access(FINANCE)
def draw_up(public_id: str) -> ResponseReturnValue:
    """Fix the facts of the last month that is over; the job does it a day after the month by itself."""
    found = find(public_id)
    made = operations.draw_up(found, month_before(clock.now()), at=clock.now())
    if made is None:
        return see_other("passes_house.one", public_id=public_id)
    return see_other("passes_months.month", public_id=made.public_id)


@bp.get("/<public_id>")
@access(FINANCE)
def month(public_id: str) -> ResponseReturnValue:
    """The month: what is in the pool, what each rule would give, what partners contest."""
    return _month_page(_find(public_id))


def _find(public_id: str) -> PoolMonth:
    return one_or_404(sa.select(PoolMonth).where(PoolMonth.public_id == public_id))


def _month_page(
    found: PoolMonth, *, problem: str = "", status: int = 200, answering: AnswerForm | None = None, at_fault: str = ""
) -> ResponseReturnValue:
    pass_ = db.session.get_one(CoursePass, found.pass_id)
    sharing = queries.sharing_of(pass_, found)
    listed = paginate(queries.listed_periods(found.id), request.args.get("page", 1, int))
    rows = listed.items
    parties = sa.select(Organisation).order_by(Organisation.id)
    contests = queries.contests_in(found.id)
    contested = {each.use_id: db.session.get_one(PeriodUse, each.use_id) for each in contests}
    uses = queries.uses_of_periods([row.id for row in rows])
    named = {*sharing.terms, *(use.course_id for use in [*uses, *contested.values()])}
    divided = sharing.divided(pass_)
    funded, distributed = divided.funded_minor, divided.distributed_minor
    if found.funded_minor is not None and found.distributed_minor is not None:  # what came back later was divided by itself
        funded, distributed = found.funded_minor, found.distributed_minor
    return page(
        "sales/passes/house/month.html", status=status, month=found, found=pass_, name=name_of(pass_), sharing=sharing,
        funded=funded, distributed=distributed,
        dispute_state_words=dispute_state_words, compared=compare(pass_, sharing, at=clock.now()),
        rules=[(rule, RULES[rule]) for rule in POOL_RULES],
        titles=course_titles([db.session.get_one(Course, course) for course in sorted(named)]), periods=rows, listed=listed,
        uses=uses, contested=contested,
        pooled={period.id: period.amount_minor for period in sharing.periods},
        names={each.public_id: organisation_name(each) for each in db.session.execute(parties).scalars()},
        back=queries.refunded_minor([row.id for row in rows]), disputes={row.id: queries.disputes_of(row.id) for row in rows},
        left={row.id: queries.left_minor(row) for row in rows}, contests=contests,
        refunds={row.id: queries.refunds_of(row.id) for row in rows}, now=clock.now(),
        contestable_until=found.drawn_up_at + operations.TIME_TO_CONTEST, answer_time=ANSWER_TIME,
        problem=problem, form=answering or AnswerForm(formdata=None), at_fault=at_fault,
        refund_form=PeriodRefundForm(formdata=None),
    )  # fmt: skip


@bp.post("/<public_id>/shared")
@access(FINANCE)
def share(public_id: str) -> ResponseReturnValue:
    """Share it out, once."""
    found = _find(public_id)
    try:
        operations.share_month(found, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        return _month_page(found, problem=str(refusal), status=refusal.status)
    flash(_("Shared. Each partner finds its part among the earnings and on the next statement."), "done")
    return see_other("passes_months.month", public_id=public_id)


@bp.post("/contests/<public_id>/answered")
@access(FINANCE)
def answer(public_id: str) -> ResponseReturnValue:
    """Answer a partner; the minutes that count may change."""
    contest = one_or_404(sa.select(UseContest).where(UseContest.public_id == public_id))
    found = db.session.get_one(PoolMonth, db.session.get_one(PeriodUse, contest.use_id).pool_month_id)
    form = AnswerForm()
    if not form.validate_on_submit():
        return _month_page(found, status=422, answering=form, at_fault=public_id)
    operations.answer_contest(
        contest, answer=form.answer.data or "", minutes=form.minutes.data, by=signed_in_actor(), at=clock.now()
    )
    flash(_("Answered. The partner reads it beside the minutes."), "done")
    return see_other("passes_months.month", public_id=found.public_id)


@bp.post("/refunds/<public_id>/tries")
@access(FINANCE)
def retry_refund(public_id: str) -> ResponseReturnValue:
    """Try a refund of a pass that failed once more."""
    found = one_or_404(sa.select(PassRefund).where(PassRefund.public_id == public_id))
    operations.send_again(found, by=signed_in_actor(), at=clock.now())
    flash(_("It is tried again."), "done")
    return see_other("sales.house_refunds")


@bp.post("/periods/<public_id>/refunded")
@access(FINANCE)
def refund(public_id: str) -> ResponseReturnValue:
    """Give a period back, or a part of it; also after its month was shared."""
    period = one_or_404(sa.select(PassPeriod).where(PassPeriod.public_id == public_id))
    found = one_or_404(sa.select(PoolMonth).where(PoolMonth.id == period.pool_month_id))
    form = PeriodRefundForm()
    if not form.validate_on_submit() or form.amount.data is None:
        return _month_page(found, problem=str(_("Give an amount.")), status=422)
    try:
        amount = minor_of(form.amount.data, period.currency)
        operations.refund_period(period, amount_minor=amount, by=signed_in_actor(), at=clock.now())
    except (Refusal, ValidationError) as problem:
        return _month_page(found, problem=str(problem), status=getattr(problem, "status", 422))
    flash(_("The refund is on its way."), "done")
    return see_other("passes_months.month", public_id=found.public_id)
