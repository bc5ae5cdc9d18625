"""The face that the buyer sees: the hosted pay page, which says SANDBOX everywhere."""

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coursehub.money import format_money
from coursehub.sandbox import onboarding, payments, subscriptions
from coursehub.sandbox.errors import ApiError
from coursehub.sandbox.shapes import Body
from coursehub.sandbox.store import Store

bp = Blueprint("pages", __name__)


def current_store() -> Store:
    """What this sandbox keeps."""
    store: Store = current_app.extensions["sandbox_store"]
    return store


def language() -> str:
    """The language of the page: the session's, or what the browser prefers."""
    wished = str(g.get("session_locale") or "auto")
    if wished in ("auto", ""):
        wished = request.accept_languages.best_match(["zh", "zh-CN", "en"]) or "zh"
    return "zh_Hans_CN" if wished.startswith("zh") else "en"


def _session(id: str) -> Body:
    session = current_store().get("checkout.session", id)
    g.session_locale = session["locale"]
    return session


@bp.after_request
def add_headers(response: Response) -> Response:
    """Nothing from elsewhere, nothing kept."""
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@bp.errorhandler(ApiError)
def refuse(problem: ApiError) -> ResponseReturnValue:
    """A session that is gone or over."""
    return render_template("sandbox/over.html", session=None, lang=language()), problem.status


@bp.get("/pay/<id>")
def pay_page(id: str) -> ResponseReturnValue:
    """What is bought, for how much, and the ways to pay or not to."""
    session = _session(id)
    if session["status"] == "open" and session["expires_at"] <= current_store().now():
        session = payments.expire(current_store(), id, at=current_store().now())
    if session["status"] != "open":
        return render_template("sandbox/over.html", session=session, lang=language()), 410
    if session["payment_intent"]:
        intent = current_store().get("payment_intent", session["payment_intent"])
        if intent["status"] == "requires_action":
            return redirect(url_for("pages.confirm_page", id=id), 303)
    return _pay_page(session, declined=False)


def _pay_page(session: Body, *, declined: bool) -> ResponseReturnValue:
    currency, lang = session["currency"].upper(), language()
    page = render_template(
        "sandbox/pay.html",
        session=session,
        lang=lang,
        declined=declined,
        lines=[(line["description"], format_money(line["amount_total"], currency, lang)) for line in session["_line_items"]],
        total=format_money(session["amount_total"], currency, lang),
    )
    return page, 402 if declined else 200


@bp.post("/pay/<id>")
def answer(id: str) -> ResponseReturnValue:
    """The buyer's choice: pay, be declined, confirm with the bank, pay by a slow wallet, or leave."""
    session, store = _session(id), current_store()
    outcome, method = request.form.get("outcome", ""), request.form.get("method", "card")
    if outcome == "leave":
        return redirect(session["cancel_url"] or session["success_url"], 303)
    if outcome == "decline" and session["mode"] == "subscription":
        return _pay_page(session, declined=True)
    if outcome == "decline":
        payments.decline(store, id, at=store.now())
        return _pay_page(_session(id), declined=True)
    if outcome == "authenticate":
        confirm = url_for("pages.confirm_page", id=id)
        payments.begin_authentication(store, id, return_url=f"{current_app.config['PUBLIC_URL']}{confirm}", at=store.now())
        return redirect(confirm, 303)
    if outcome == "wait":
        wallet = method if method != "card" else next((m for m in session["payment_method_types"] if m != "card"), "card")
        payments.await_wallet(store, id, method=wallet, at=store.now())
    elif outcome == "pay" and session["mode"] == "subscription":
        subscriptions.begin(store, session, public_url=current_app.config["PUBLIC_URL"], at=store.now())
    elif outcome == "pay":
        payments.pay(store, id, method=method, at=store.now())
    else:
        raise ApiError(400, "Unknown answer.", param="outcome")
    return _back(session)


@bp.get("/invoice/<id>")
def invoice_page(id: str) -> ResponseReturnValue:
    """An invoice of a subscription that the buyer can pay with another card."""
    invoice, lang = current_store().get("invoice", id), language()
    total = format_money(invoice["amount_due"], invoice["currency"].upper(), lang)
    return render_template("sandbox/invoice.html", session=None, invoice=invoice, lang=lang, total=total)


@bp.post("/invoice/<id>")
def pay_invoice(id: str) -> ResponseReturnValue:
    """The buyer pays it."""
    subscriptions.pay_invoice(current_store(), id, at=current_store().now())
    return redirect(url_for("pages.invoice_page", id=id), 303)


@bp.get("/pay/<id>/confirm")
def confirm_page(id: str) -> ResponseReturnValue:
    """The bank's own question (3-D Secure)."""
    session = _session(id)
    if session["status"] != "open":
        return render_template("sandbox/over.html", session=session, lang=language()), 410
    lang = language()
    total = format_money(session["amount_total"], session["currency"].upper(), lang)
    return render_template("sandbox/confirm.html", session=session, lang=lang, total=total)


@bp.post("/pay/<id>/confirm")
def confirm(id: str) -> ResponseReturnValue:
    """The buyer confirms at the bank, or does not."""
    session, store = _session(id), current_store()
    confirmed = request.form.get("answer") == "confirm"
    payments.authenticate(store, id, confirmed=confirmed, at=store.now())
    return _back(session) if confirmed else _pay_page(_session(id), declined=True)


def _back(session: Body) -> ResponseReturnValue:
    return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]), 303)


@bp.get("/onboard/<id>")
def onboard_page(id: str) -> ResponseReturnValue:
    """What the service wants to know of a payee; a link that is over leads back to the shop for a new one."""
    found, account = onboarding.link(current_store(), id)
    if onboarding.is_over(found, at=current_store().now()):
        return redirect(found["use_case"]["account_onboarding"]["refresh_url"], 303)
    return render_template("sandbox/onboard.html", lang=language(), link=found, account=account)


@bp.post("/onboard/<id>")
def onboard(id: str) -> ResponseReturnValue:
    """The payee tells everything, a part, or nothing for now."""
    store = current_store()
    if request.form.get("answer") == "leave":
        found, _account = onboarding.link(store, id)
    else:
        found = onboarding.tell(store, id, everything=request.form.get("answer") == "all", at=store.now())
    return redirect(found["use_case"]["account_onboarding"].get("return_url") or "/", 303)


@bp.get("/")
def front() -> ResponseReturnValue:
    """What this is."""
    return render_template("sandbox/front.html", lang=language())
