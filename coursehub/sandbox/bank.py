"""The face of the buyers' banks: a person opens a dispute over a payment, and wins or loses it. It says SANDBOX everywhere."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coursehub.money import format_money
from coursehub.sandbox import disputes
from coursehub.sandbox.errors import ApiError
from coursehub.sandbox.pages import add_headers, current_store, language

bp = Blueprint("bank", __name__, url_prefix="/bank")
bp.after_request(add_headers)
SHOWN = 20


@bp.get("")
def bank() -> ResponseReturnValue:
    """Disputes that can be decided, and the latest payments that can be disputed."""
    return _page()


def _page(problem: str = "", status: int = 200) -> ResponseReturnValue:
    store, lang = current_store(), language()
    charges, _more = store.page(
        "charge", fields={"status": "succeeded"}, created={}, limit=SHOWN, starting_after=None, ending_before=None
    )
    found, _more = store.page("dispute", fields={}, created={}, limit=SHOWN, starting_after=None, ending_before=None)
    return render_template(
        "sandbox/bank.html",
        lang=lang,
        problem=problem,
        disputes=found,
        charges=[each for each in charges if not each["disputed"] and not each["refunded"]],
        amount=lambda each: format_money(each["amount"] - each.get("amount_refunded", 0), each["currency"].upper(), lang),
    ), status


@bp.post("/charges/<id>")
def dispute(id: str) -> ResponseReturnValue:
    """The buyer complains: the bank only asks, or takes the money at once."""
    try:
        disputes.open_dispute(current_store(), id, at=current_store().now(), inquiry=request.form.get("how") == "ask")
    except ApiError as problem:
        return _page(problem.message, problem.status)
    return redirect(url_for("bank.bank"), 303)


@bp.post("/disputes/<id>")
def decide(id: str) -> ResponseReturnValue:
    """The bank decides for the house or for the buyer, or takes what it only asked about."""
    answer, store = request.form.get("answer", ""), current_store()
    try:
        if answer == "take":
            disputes.escalate(store, id, at=store.now())
        elif answer in ("won", "lost"):
            disputes.close_dispute(store, id, won=answer == "won", at=store.now())
        else:
            raise ApiError(400, "Unknown answer.", param="answer")
    except ApiError as problem:
        return _page(problem.message, problem.status)
    return redirect(url_for("bank.bank"), 303)
