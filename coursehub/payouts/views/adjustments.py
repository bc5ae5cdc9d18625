"""Adjusting entries on the screens of the house's finance: written by one, confirmed by another."""

from decimal import Decimal

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.validators import ValidationError

from coursehub import clock, rails
from coursehub.errors import Refusal
from coursehub.ledger.names import account_name
from coursehub.payouts import operations, policies, queries
from coursehub.payouts.adjusting import adjustable, other_sides
from coursehub.payouts.adjustment_forms import AdjustmentForm, MovementEntryForm, TakeBackForm
from coursehub.payouts.models import Adjustment, RailMovement
from coursehub.payouts.operations import AdjustmentDraft
from coursehub.payouts.views import showing
from coursehub.people import queries as people
from coursehub.people.views.browser import add_problem, only_when_fresh
from coursehub.talent.working_days import local_day
from coursehub.web import STAFF, access, one_or_404, page, paginate, see_other, signed_in_actor
from coursehub.web.amounts import minor_of

bp = Blueprint("payouts_adjustments", __name__, url_prefix="/house/books/adjustments")
bp.context_processor(showing.words)
bp.context_processor(lambda: {"account_name": account_name})
FINANCE = STAFF("finance")


@bp.get("")
@access(FINANCE)
def entries() -> ResponseReturnValue:
    """What waits for a second person, and every entry, the latest first."""
    listed = paginate(queries.adjustments_visible_to(signed_in_actor()), request.args.get("page", 1, int))
    back = queries.takings_back([row.id for row in listed.items])
    return page("payouts/adjustments/entries.html", listed=listed, back=back, by=_by(listed.items))


@bp.get("/new")
@access(FINANCE)
def write() -> ResponseReturnValue:
    """An empty entry."""
    form = AdjustmentForm(formdata=None)
    form.occurred_on.data = local_day(clock.now())
    return _form_page(form)


@bp.post("")
@access(FINANCE)
def propose() -> ResponseReturnValue:
    """Write an entry down for a colleague."""
    form = AdjustmentForm()
    form.offer(_choices(adjustable(rails.current_name())))
    if not form.validate_on_submit() or form.occurred_on.data is None:
        return _form_page(form, status=422)
    try:
        minor = minor_of(form.amount.data or Decimal(0), form.currency.data)
    except ValidationError as problem:
        form.amount.errors = [str(problem)]
        return _form_page(form, status=422)
    draft = AdjustmentDraft(
        form.debit.data, form.credit.data, form.currency.data, minor, form.occurred_on.data, form.words.data or "",
        form.reference.data or "",
    )  # fmt: skip
    try:
        row = operations.propose_adjustment(draft, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        add_problem(form, "occurred_on" if isinstance(refusal, operations.DayToCome) else "credit", refusal)
        return _form_page(form, status=refusal.status)
    return _proposed(row)


@bp.get("/movements/<int:movement_id>")
@access(FINANCE)
def write_for_movement(movement_id: int) -> ResponseReturnValue:
    """What a movement at the provider was."""
    return _movement_page(_movement(movement_id), MovementEntryForm(formdata=None))


@bp.post("/movements/<int:movement_id>")
@access(FINANCE)
def propose_for_movement(movement_id: int) -> ResponseReturnValue:
    """Write the entry of a movement down for a colleague."""
    movement, form = _movement(movement_id), MovementEntryForm()
    form.offer(_choices(other_sides()))
    if not form.validate_on_submit():
        return _movement_page(movement, form, status=422)
    try:
        row = operations.propose_for_movement(
            movement, other=form.other.data, words=form.words.data or "", by=signed_in_actor(), at=clock.now()
        )
    except Refusal as refusal:
        add_problem(form, None, refusal)
        return _movement_page(movement, form, status=refusal.status)
    return _proposed(row)


@bp.get("/<public_id>")
@access(FINANCE)
def entry(public_id: str) -> ResponseReturnValue:
    """One entry, and what can be done with it."""
    return _entry_page(_entry(public_id), TakeBackForm(formdata=None))


@bp.post("/<public_id>/confirmed")
@access(FINANCE)
@only_when_fresh
def confirm(public_id: str) -> ResponseReturnValue:
    """The second person: it is booked."""
    operations.confirm_adjustment(_entry(public_id), by=signed_in_actor(), at=clock.now())
    flash(_("Confirmed. It stands in the books."), "done")
    return see_other("payouts_adjustments.entry", public_id=public_id)


@bp.post("/<public_id>/declined")
@access(FINANCE)
def decline(public_id: str) -> ResponseReturnValue:
    """Drop an entry that waits."""
    operations.decline_adjustment(_entry(public_id), by=signed_in_actor(), at=clock.now())
    flash(_("Dropped. Nothing was booked."), "done")
    return see_other("payouts_adjustments.entry", public_id=public_id)


@bp.post("/<public_id>/taken-back")
@access(FINANCE)
def take_back(public_id: str) -> ResponseReturnValue:
    """Propose the reverse of an entry."""
    found, form = _entry(public_id), TakeBackForm()
    if not form.validate_on_submit():
        return _entry_page(found, form, status=422)
    row = operations.take_back_adjustment(found, words=form.words.data or "", by=signed_in_actor(), at=clock.now())
    return _proposed(row)


def _proposed(row: Adjustment) -> ResponseReturnValue:
    flash(_("Written down. Another person of finance confirms it; they get a letter."), "done")
    return see_other("payouts_adjustments.entry", public_id=row.public_id)


def _entry(public_id: str) -> Adjustment:
    return one_or_404(queries.adjustments_visible_to(signed_in_actor()).where(Adjustment.public_id == public_id))


def _movement(movement_id: int) -> RailMovement:
    return one_or_404(queries.movement_visible_to(signed_in_actor(), movement_id))


def _choices(codes: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(code, account_name(code)) for code in codes]


def _by(rows: list[Adjustment]) -> dict[int, str]:
    return people.display_names([each for row in rows for each in (row.proposed_by_id, row.decided_by_id) if each is not None])


def _form_page(form: AdjustmentForm, *, status: int = 200) -> ResponseReturnValue:
    form.offer(_choices(adjustable(rails.current_name())))
    return page("payouts/adjustments/new.html", form=form, status=status)


def _movement_page(movement: RailMovement, form: MovementEntryForm, *, status: int = 200) -> ResponseReturnValue:
    form.offer(_choices(other_sides()))
    standing = queries.entry_of(movement.id)
    return page("payouts/adjustments/movement.html", form=form, movement=movement, standing=standing, status=status)


def _entry_page(row: Adjustment, form: TakeBackForm, *, status: int = 200) -> ResponseReturnValue:
    first = queries.adjustment_numbered(row.reverses_id)
    back = queries.taken_back_by(row.id)
    actor = signed_in_actor()
    return page(
        "payouts/adjustments/entry.html", status=status, row=row, form=form, first=first, back=back, by=_by([row]),
        may_confirm=policies.may_confirm_adjustment(actor, row),
    )  # fmt: skip
