"""What reconciliation has behind it: every movement at the provider, and everything that was explained."""

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.payouts import operations, queries
from coursehub.payouts.forms import NotSoForm
from coursehub.payouts.models import EXPLAINABLE
from coursehub.payouts.views import showing
from coursehub.people import queries as people
from coursehub.web import STAFF, access, page, paginate, see_other, signed_in_actor

bp = Blueprint("payouts_records", __name__, url_prefix="/house/payouts/reconciliation")
bp.context_processor(showing.words)
FINANCE = STAFF("finance")


@bp.get("/movements")
@access(FINANCE)
def movements() -> ResponseReturnValue:
    """Every movement at the provider, the latest first, or those that a number finds."""
    words = request.args.get("q", "").strip()
    listed = paginate(queries.movements_matching(signed_in_actor(), words), request.args.get("page", 1, int))
    return page("payouts/house/movements.html", listed=listed, words=words, states=queries.states_of(listed.items))


@bp.get("/explained")
@access(FINANCE)
def explained() -> ResponseReturnValue:
    """Everything that was explained, the latest first, or what words find."""
    return _explained_page(NotSoForm(formdata=None))


@bp.post("/explained/<kind>/<int:number>/taken-back")
@access(FINANCE)
def take_back(kind: str, number: int) -> ResponseReturnValue:
    """An explanation was not so; its line or movement is listed again."""
    if kind not in EXPLAINABLE:
        abort(404)
    form = NotSoForm()
    if not form.validate_on_submit():
        return _explained_page(form, at_fault=(kind, number), status=422)
    operations.take_explanation_back(kind, number, words=form.words.data or "", by=signed_in_actor(), at=clock.now())
    flash(_("Taken back. It is listed again."), "done")
    return see_other("payouts_reconciliation.reconciliation")


def _explained_page(form: NotSoForm, *, at_fault: tuple[str, int] | None = None, status: int = 200) -> ResponseReturnValue:
    words = request.args.get("q", "").strip()
    found = queries.explained_matching(signed_in_actor(), words)
    listed = paginate(found, request.args.get("page", 1, int), scalars=False)
    by = people.display_names(row.by_id for row in listed.items)
    return page("payouts/house/explained.html", status=status, listed=listed, words=words, by=by, form=form, at_fault=at_fault)
