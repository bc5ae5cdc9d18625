"""Reconciliation for the house's finance: what matches nothing yet, how old it is, and what to do about it."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.billing.bank import queries as bank
from coursehub.db import db
from coursehub.payouts import operations, policies, queries
from coursehub.payouts.forms import ExplanationForm, GivingUpForm
from coursehub.payouts.models import MISMATCHES, Payout, TransferTrouble
from coursehub.payouts.queries import Mismatch
from coursehub.payouts.views import showing
from coursehub.people import queries as people
from coursehub.web import STAFF, access, one_or_404, page, see_other, signed_in_actor

bp = Blueprint("payouts_reconciliation", __name__, url_prefix="/house/payouts/reconciliation")
bp.context_processor(showing.words)
FINANCE = STAFF("finance")


@bp.get("")
@access(FINANCE)
def reconciliation() -> ResponseReturnValue:
    """Every kind of mismatch with its age, its owner and its next step."""
    return _page(ExplanationForm(formdata=None))


@bp.post("/<int:line_id>/explained")
@access(FINANCE)
def explain(line_id: int) -> ResponseReturnValue:
    """Say what was found out about a line."""
    line = one_or_404(queries.line_visible_to(signed_in_actor(), line_id))
    form = ExplanationForm()
    if not form.validate_on_submit():
        return _page(form, at_fault=("line", line.id), status=422)
    operations.explain_line(line, words=form.words.data or "", by=signed_in_actor(), at=clock.now())
    flash(_("Explained. It stays on record."), "done")
    return see_other("payouts_reconciliation.reconciliation")


@bp.post("/movements/<int:movement_id>/explained")
@access(FINANCE)
def explain_movement(movement_id: int) -> ResponseReturnValue:
    """Say what was found out about a movement of the rail."""
    movement = one_or_404(queries.movement_visible_to(signed_in_actor(), movement_id))
    form = ExplanationForm()
    if not form.validate_on_submit():
        return _page(form, at_fault=("movement", movement.id), status=422)
    operations.explain_movement(movement, words=form.words.data or "", by=signed_in_actor(), at=clock.now())
    flash(_("Explained. It stays on record."), "done")
    return see_other("payouts_reconciliation.reconciliation")


@bp.post("/transfers/<int:trouble_id>/tried-again")
@access(FINANCE)
def try_again(trouble_id: int) -> ResponseReturnValue:
    """Let a transfer, or taking one back, that stands still go on."""
    trouble = one_or_404(queries.trouble_visible_to(signed_in_actor(), trouble_id))
    operations.try_again(trouble, by=signed_in_actor(), at=clock.now())
    flash(_("It is asked for again. What was made meanwhile is found first, so nothing is paid twice."), "done")
    return see_other("payouts_reconciliation.reconciliation")


@bp.post("/transfers/<int:trouble_id>/givings-up")
@access(FINANCE)
def propose_giving_up(trouble_id: int) -> ResponseReturnValue:
    """Say how a reversal that was refused ends."""
    trouble = one_or_404(queries.trouble_visible_to(signed_in_actor(), trouble_id).where(TransferTrouble.what == "back"))
    form = GivingUpForm()
    if not form.validate_on_submit():
        return _page(ExplanationForm(formdata=None), giving=form, at_fault=("giving", trouble.id), status=422)
    payout = db.session.get_one(Payout, trouble.payout_id)
    operations.propose_giving_up(
        payout, ending=form.ending.data, words=form.words.data or "", by=signed_in_actor(), at=clock.now()
    )
    flash(_("Proposed. Another person of finance confirms it here."), "done")
    return see_other("payouts_reconciliation.reconciliation", _anchor="still")


@bp.post("/givings-up/<int:number>/confirmed")
@access(FINANCE)
def confirm_giving_up(number: int) -> ResponseReturnValue:
    """The second person agrees how a reversal ends."""
    row = one_or_404(queries.giving_up_visible_to(signed_in_actor(), number))
    operations.confirm_giving_up(row, by=signed_in_actor(), at=clock.now())
    flash(_("Given up. It stays on record beside its payout."), "done")
    return see_other("payouts_reconciliation.reconciliation", _anchor="still")


@bp.post("/givings-up/<int:number>/declined")
@access(FINANCE)
def decline_giving_up(number: int) -> ResponseReturnValue:
    """Let the reversal wait on."""
    row = one_or_404(queries.giving_up_visible_to(signed_in_actor(), number))
    operations.decline_giving_up(row, by=signed_in_actor(), at=clock.now())
    flash(_("It waits on, as before."), "done")
    return see_other("payouts_reconciliation.reconciliation", _anchor="still")


def _page(
    form: ExplanationForm,
    *,
    giving: GivingUpForm | None = None,
    at_fault: tuple[str, int] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    at, actor = clock.now(), signed_in_actor()
    whose = request.args.get("whose", "")
    every = queries.all_mismatches(at)
    owners = queries.owners_among(every)
    found: dict[str, list[Mismatch]] = {kind: [] for kind in MISMATCHES}
    for each in every:
        if whose not in ("mine", "nobody") or owners.get(each.key) == (actor.person_id if whose == "mine" else None):
            found[each.kind].append(each)
    mine = [each for each in every if owners.get(each.key) == actor.person_id]
    troubled = [payout for _trouble, payout in (each.thing for each in found["transfer"])]
    givings = queries.givings_up_of([payout.id for payout in troubled])
    parties = queries.organisations_of_parties([each.name for each in found["claim"]])
    answers = queries.answers_read(10)
    explained = db.session.execute(queries.explained_matching(actor).limit(10)).all()
    return page(
        "payouts/house/reconciliation.html", status=status, form=form, at_fault=at_fault, found=found, now=at, parties=parties,
        counts=(len(every), len(mine), sum(each.key not in owners for each in every)), whose=whose, owners=owners,
        suspense=[each for each in queries.suspense() if any(one.currency == each[0] for one in found["suspense"])],
        at_bank=bank.waiting_now(), at_bank_sums=bank.waiting_sums(), balances=queries.rail_balances(),
        booking=queries.entries_of([each.thing.id for each in found["movement"]]), to_be_booked=queries.TO_BE_BOOKED,
        read_at=queries.read_last_at(), givings=givings, giving=giving or GivingUpForm(formdata=None),
        may_confirm=lambda row: policies.may_confirm_giving_up(actor, row), answers=answers, explained=explained,
        names=people.organisation_names(
            [*(payout.organisation_id for payout, _step in (each.thing for each in found["payout"])),
             *(payout.organisation_id for payout in troubled), *parties.values()]
        ),
        by=people.display_names(
            [*(answer.by_id for _line, answer in (each.thing for each in found["line"])), *(each.by_id for each, _how in answers),
             *(row.by_id for row in explained), *(row.proposed_by_id for row in givings.values()), *owners.values()]
        ),
    )  # fmt: skip
