"""Months of the books: the checklist, preparing, and the second person's close."""

from typing import Any

from flask import Blueprint, abort, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from coursehub import clock
from coursehub.billing.bank import queries as bank
from coursehub.errors import Refusal
from coursehub.people.queries import display_names
from coursehub.people.views.browser import add_problem, only_when_fresh
from coursehub.statements import checklist, operations, policies
from coursehub.statements.forms import PrepareForm
from coursehub.statements.months import Month, month_at, read_month
from coursehub.statements.telling import month_name
from coursehub.web import STAFF, access, current_locale, page, see_other, signed_in_actor

bp = Blueprint("statements_periods", __name__, url_prefix="/house/months")
FINANCE = STAFF("finance")
ITEMS = {
    "over": (_l("The month is over"), _l("Its last day is sealed, so nothing more can come into it.")),
    "deliveries": (
        _l("All deliveries are done"), _l("What the payment provider told us is taken in, and no job of the month is stuck."),
    ),
    "true_ups": (
        _l("True-ups are booked"), _l("Five days after the month its contracts are worked out again in the right order."),
    ),
    "pools": (_l("Pools of passes are shared"), _l("No month of a pass up to this one waits to be shared.")),
    "reconciled": (
        _l("Reconciliation is green"),
        _l("The rail's movements, our payments and the payouts agree, and no adjusting entry waits for its second person."),
    ),
    "suspense": (
        _l("Suspense is at zero, or named"), _l("Money that waits for an explanation is named by whoever prepares the close."),
    ),
    "books": (_l("The books are proven"), _l("Every sum, balance, hash and root was computed again.")),
    "statements": (_l("Statements are issued"), _l("Every partner has the statement of the month.")),
}  # fmt: skip


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"month_name": lambda month: month_name(month, current_locale()), "item_words": ITEMS}


@bp.get("")
@access(FINANCE)
def months() -> ResponseReturnValue:
    """Every month of the book, and which are closed, by whom."""
    closed = checklist.closes()
    people = display_names({each for close in closed.values() for each in (close.prepared_by_id, close.closed_by_id)})
    at = clock.now()
    return page("statements/months.html", months=checklist.months_of_the_book(month_at(at)), closed=closed, people=people, at=at)


@bp.get("/<month>")
@access(FINANCE)
def month(month: str) -> ResponseReturnValue:
    """One month: its checklist now, or as it was when it was closed."""
    return _month_page(_month(month), PrepareForm(formdata=None))


@bp.post("/<month>/preparations")
@access(FINANCE)
def prepare(month: str) -> ResponseReturnValue:
    """The first person says that everything is done."""
    asked, form = _month(month), PrepareForm()
    if not form.validate_on_submit():
        return _month_page(asked, form, status=422)
    try:
        operations.prepare_close(asked, named=form.named.data or "", by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        add_problem(form, "named" if isinstance(refusal, operations.SuspenseNotNamed) else None, refusal)
        return _month_page(asked, form, status=refusal.status)
    flash(_("Prepared. Another person of finance closes it."), "done")
    return see_other(".month", month=month)


@bp.post("/<month>/close")
@access(FINANCE)
@only_when_fresh
def close(month: str) -> ResponseReturnValue:
    """The second person closes it."""
    preparation = checklist.preparation_of(_month(month))
    if preparation is None:
        abort(404)
    operations.close_month(preparation, by=signed_in_actor(), at=clock.now())
    flash(_("The month is closed."), "done")
    return see_other(".month", month=month)


def _month(written: str) -> Month:
    found = read_month(written)
    if found is None or found not in checklist.months_of_the_book(month_at(clock.now())):
        abort(404)
    return found


def _month_page(asked: Month, form: PrepareForm, *, status: int = 200) -> ResponseReturnValue:
    actor, closed, preparation = signed_in_actor(), checklist.close_of(asked), checklist.preparation_of(asked)
    items = (
        [checklist.Item(**item) for item in closed.checklist] if closed else checklist.items_of(asked, clock.now(), prove=False)
    )
    ids = [preparation.prepared_by_id] if preparation else []
    return page(
        "statements/month.html", status=status, month=asked, items=items, closed=closed, preparation=preparation, form=form,
        suspense=checklist.suspense_of(items), all_done=all(item.is_done for item in items), is_next=checklist.is_next(asked),
        may_close=preparation is not None and policies.may_close(actor, preparation),
        bank=[] if closed else bank.told_until(),
        people=display_names([*ids, *([closed.closed_by_id] if closed else [])]),
    )  # fmt: skip
