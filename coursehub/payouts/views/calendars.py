"""When payouts leave and from which amount, for the house's finance."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.validators import ValidationError

from coursehub import clock
from coursehub.money import as_decimal
from coursehub.payouts import operations, queries
from coursehub.payouts.forms import CalendarForm
from coursehub.people import queries as people
from coursehub.web import STAFF, access, page, see_other, signed_in_actor
from coursehub.web.amounts import minor_of

bp = Blueprint("payouts_calendar", __name__, url_prefix="/house/payouts/calendar")
FINANCE = STAFF("finance")


@bp.get("")
@access(FINANCE)
def calendar() -> ResponseReturnValue:
    """The rule in force."""
    form, rule = CalendarForm(formdata=None), queries.calendar()
    form.day.data = rule.day
    for currency, field in form.amounts.items():
        field.data = as_decimal(rule.minimum_in(currency), currency)
    return _page(form)


@bp.post("")
@access(FINANCE)
def set_calendar() -> ResponseReturnValue:
    """Decide it anew."""
    form = CalendarForm()
    if not form.validate_on_submit() or form.day.data is None:
        return _page(form, status=422)
    minimum = {}
    for currency, field in form.amounts.items():
        try:
            minimum[currency] = minor_of(field.data, currency)
        except ValidationError as problem:
            field.errors = [str(problem)]
            return _page(form, status=422)
    operations.set_calendar(day=form.day.data, minimum_minor=minimum, by=signed_in_actor(), at=clock.now())
    flash(_("Payouts follow this from now on. Runs that are prepared stay as they are."), "done")
    return see_other("payouts_house.runs")


def _page(form: CalendarForm, *, status: int = 200) -> ResponseReturnValue:
    row = queries.calendar_row()
    return page(
        "payouts/house/calendar.html", status=status, form=form, row=row, by=people.display_names([row.set_by_id] if row else [])
    )
