"""The face of payees' accounts at the service: a person sends what stands there on to the payee's bank, or lets that fail."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coursehub.money import format_money
from coursehub.sandbox import payees
from coursehub.sandbox.errors import ApiError
from coursehub.sandbox.pages import add_headers, current_store, language

bp = Blueprint("payees", __name__, url_prefix="/payees")
bp.after_request(add_headers)
SHOWN = 20


@bp.get("")
def accounts() -> ResponseReturnValue:
    """The latest accounts with what stands in them."""
    return _page()


def _page(problem: str = "", status: int = 200) -> ResponseReturnValue:
    store, lang = current_store(), language()
    found, _more = store.page("v2.core.account", fields={}, created={}, limit=SHOWN, starting_after=None, ending_before=None)
    return render_template(
        "sandbox/payees.html",
        lang=lang,
        problem=problem,
        accounts=[(each, payees.balances(store, each["id"])) for each in found],
        amount=lambda minor, currency: format_money(minor, currency.upper(), lang),
    ), status


@bp.post("/<id>")
def pay_out(id: str) -> ResponseReturnValue:
    """Everything in one currency goes on to the payee's bank, and arrives or comes back."""
    store, currency = current_store(), request.form.get("currency", "")
    try:
        payees.send_on(store, id, currency, at=store.now(), arrives=request.form.get("answer") != "fails")
    except ApiError as problem:
        return _page(problem.message, problem.status)
    return redirect(url_for("payees.accounts"), 303)
