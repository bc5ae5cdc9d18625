"""Runs for the house's finance: what would be paid, prepare, confirm, the file, the bank's answer."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.payouts import operations, policies, queries
from coursehub.payouts.forms import AnswerForm, ExplanationForm, PrepareForm
from coursehub.payouts.models import PayoutRun
from coursehub.payouts.views import showing
from coursehub.people import queries as people
from coursehub.people.views.browser import add_problem, only_when_fresh
from coursehub.web import STAFF, Page, access, one_or_404, page, paginate, part_of, see_other, signed_in_actor

bp = Blueprint("payouts_house", __name__, url_prefix="/house/payouts")
bp.context_processor(showing.words)
FINANCE = STAFF("finance")


@bp.get("")
@access(FINANCE)
def runs() -> ResponseReturnValue:
    """What is ready in each currency, and every run; or the payouts that somebody looks for."""
    if words := request.args.get("q", "").strip():
        return _search_page(words)
    form = PrepareForm(formdata=None)
    form.pay_on.data = showing.payday_after(clock.now())
    return _runs_page(form)


@bp.post("/<currency>/prepared")
@access(FINANCE)
def prepare(currency: str) -> ResponseReturnValue:
    """Prepare a run; a second person confirms it."""
    form = PrepareForm()
    if not form.validate_on_submit() or form.pay_on.data is None:
        return _runs_page(form, currency=currency, status=422)
    try:
        run = operations.prepare_run(currency.upper()[:3], pay_on=form.pay_on.data, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        add_problem(form, "pay_on" if isinstance(refusal, operations.PaydayPast) else None, refusal)
        return _runs_page(form, currency=currency, status=refusal.status)
    flash(_("Prepared. Another person of finance confirms it; they got a letter."), "done")
    return see_other("payouts_house.run", public_id=run.public_id)


@bp.get("/<public_id>")
@access(FINANCE)
def run(public_id: str) -> ResponseReturnValue:
    """One run: who gets what, who does not and why, and how far each payout is."""
    return _run_page(_run(public_id), AnswerForm(formdata=None))


@bp.post("/<public_id>/confirmed")
@access(FINANCE)
@only_when_fresh
def confirm(public_id: str) -> ResponseReturnValue:
    """The second person: from here the money is on its way."""
    found = _run(public_id)
    operations.confirm_run(found, by=signed_in_actor(), at=clock.now())
    through_rail = queries.transfers_of([payout.id for payout in queries.payouts_of_run(found.id)])
    by_rail = _("Confirmed. What leaves through the provider is sent by itself; the rest is in the file for the bank.")
    flash(by_rail if through_rail else _("Confirmed. Now give the file to the bank."), "done")
    return see_other("payouts_house.run", public_id=public_id)


@bp.post("/<public_id>/taken-back")
@access(FINANCE)
def take_back(public_id: str) -> ResponseReturnValue:
    """Stop a run that nobody has confirmed."""
    operations.take_run_back(_run(public_id), by=signed_in_actor(), at=clock.now())
    flash(_("Taken back. Nothing was booked."), "done")
    return see_other("payouts_house.runs")


@bp.post("/<public_id>/file")
@access(FINANCE)
@only_when_fresh
def take_file(public_id: str) -> ResponseReturnValue:
    """The file for the bank; whoever takes it is written down."""
    file = operations.take_file(_run(public_id), by=signed_in_actor(), at=clock.now())
    answer = Response(file.content, mimetype=file.mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/<public_id>/payouts/<payout_id>/wanted-back")
@access(FINANCE)
def want_back(public_id: str, payout_id: str) -> ResponseReturnValue:
    """Take a transfer back that was a mistake."""
    found, form = _run(public_id), ExplanationForm()
    payout = next((each for each in queries.payouts_of_run(found.id) if each.public_id == payout_id), None)
    if payout is None:
        abort(404)
    if not form.validate_on_submit():
        return _run_page(found, AnswerForm(formdata=None), explanation=form, at_fault=payout.id, status=422)
    operations.want_back(payout, words=form.words.data or "", by=signed_in_actor(), at=clock.now())
    flash(_("It is taken back; the partner reads why."), "done")
    return see_other("payouts_house.run", public_id=public_id)


@bp.post("/answers")
@access(FINANCE)
def read_answer() -> ResponseReturnValue:
    """Read the bank's answer."""
    form = AnswerForm()
    if not form.validate_on_submit():
        return _runs_page(PrepareForm(formdata=None), answer_form=form, status=422)
    upload = form.file.data
    try:
        answer = operations.import_answer(
            upload.filename or "", upload.stream.read(operations.LARGEST_BYTES + 1), by=signed_in_actor(), at=clock.now()
        )
    except Refusal as refusal:
        add_problem(form, "file", refusal)
        return _runs_page(PrepareForm(formdata=None), answer_form=form, status=refusal.status)
    lines = queries.results_of(answer.id)
    booked, others = lines.get("booked", 0), lines.get("unknown", 0) + lines.get("differs", 0)
    flash(
        _(
            "Read: %(booked)s booked, %(known)s known before, %(open)s open.",
            booked=booked,
            known=lines.get("known", 0),
            open=others,
        ),
        "warning" if others else "done",
    )
    return see_other("payouts_reconciliation.reconciliation" if others else "payouts_house.runs")


def _run(public_id: str) -> PayoutRun:
    return one_or_404(queries.run_named(signed_in_actor(), public_id))


def _runs_page(
    form: PrepareForm, *, currency: str = "", answer_form: AnswerForm | None = None, status: int = 200
) -> ResponseReturnValue:
    at = clock.now()
    if form.pay_on.data is None and not form.errors:
        form.pay_on.data = showing.payday_after(at)
    found = paginate(queries.runs_visible_to(signed_in_actor()), request.args.get("page", 1, int))
    ids = [each.id for each in found.items]
    ready = [_Ready(code, queries.proposal(code, at), queries.open_run(code)) for code in queries.currencies_ready()]
    return page(
        "payouts/house/runs.html", status=status, form=form, at_fault=currency.upper(), ready=ready, runs=found,
        answer_form=answer_form or AnswerForm(formdata=None), decisions=queries.decisions_of(ids), totals=queries.totals_of(ids),
        names=people.organisation_names([each.organisation_id for one in ready for each in one.listed.items]),
        by=people.display_names(each.prepared_by_id for each in found.items), next_on=showing.payday_after(at),
        open_lines=len(queries.open_lines()),
    )  # fmt: skip


@dataclass(frozen=True)
class _Ready:
    """What a run in a currency would pay now, and the run that waits for its second person."""

    currency: str
    proposed: list[queries.Proposed]
    waiting: PayoutRun | None

    @property
    def key(self) -> str:
        """Which page of it is asked for by this name."""
        return f"ready-{self.currency}"

    @property
    def listed(self) -> Page[queries.Proposed]:
        """The page that is asked for."""
        return part_of(self.proposed, request.args.get(self.key, 1, int))

    @property
    def paid(self) -> list[queries.Proposed]:
        """Who would be paid."""
        return [each for each in self.proposed if not each.reason]


def _search_page(words: str) -> ResponseReturnValue:
    found = paginate(queries.payouts_matching(signed_in_actor(), words), request.args.get("page", 1, int))
    return page(
        "payouts/house/found.html", words=words, found=found, steps=queries.steps_of([each.id for each in found.items]),
        runs={each.run_id: db.session.get_one(PayoutRun, each.run_id) for each in found.items},
        names=people.organisation_names(each.organisation_id for each in found.items),
    )  # fmt: skip


def _run_page(
    run: PayoutRun,
    form: AnswerForm,
    *,
    explanation: ExplanationForm | None = None,
    at_fault: int | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    actor, decision = signed_in_actor(), queries.decision_of(run.id)
    payouts, withheld, downloads = queries.payouts_of_run(run.id), queries.withheld_in(run.id), queries.downloads_of(run.id)
    number = next((n for n, each in enumerate(payouts) if each.id == at_fault), None)
    listed = part_of(payouts, request.args.get("page", 1, int) if number is None else number // 50 + 1)
    kept = part_of(withheld, request.args.get("kept", 1, int))
    ids = [each.id for each in listed.items]
    through_rail, told = queries.transfers_of([each.id for each in payouts]), queries.steps_of([each.id for each in payouts])
    return page(
        "payouts/house/run.html", status=status, run=run, form=form, explanation=explanation or ExplanationForm(formdata=None),
        at_fault=at_fault, transfers=through_rail, backs=queries.backs_of(ids),
        givings=queries.givings_up_of(ids),
        decision=decision, payouts=payouts, listed=listed, kept=kept, downloads=downloads,
        answered=any(step.kind != "ordered" for number, steps in told.items() if number not in through_rail for step in steps),
        steps=told, tails=queries.tails_of(listed.items),
        names=people.organisation_names(
            [*(each.organisation_id for each in listed.items), *(each.organisation_id for each in kept.items)]
        ),
        by=people.display_names(
            [run.prepared_by_id, *([decision.by_id] if decision else []), *(each.by_id for each in downloads)]
        ),
        may_confirm=decision is None and policies.may_confirm(actor, run), total_minor=sum(each.amount_minor for each in payouts),
        may_take_back=decision is None and policies.may_take_back(actor, run),
    )  # fmt: skip
