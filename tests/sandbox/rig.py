"""A sandbox on a loopback port, spoken to through Stripe's own SDK, and an inbox for its webhooks."""

import threading
from dataclasses import dataclass, field
from typing import Any

import stripe
from flask import Flask, Response, request
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from coursehub.sandbox.store import Store

KEY = "sk_test_sandbox_tests"
SECRET = "whsec_of_the_tests"


class Running:
    """A WSGI application behind a port of this machine."""

    def __init__(self, app: Any, port: int = 0) -> None:
        self.server = make_server("127.0.0.1", port, app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join(5)


@dataclass
class Inbox:
    """An address that takes webhooks: what came, and how it answers (a list used up first)."""

    arrived: list[tuple[bytes, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    url: str = ""

    def take(self) -> Response:
        self.arrived.append((request.get_data(), request.headers["Stripe-Signature"]))
        return Response(status=self.answers.pop(0) if self.answers else 200)

    def events(self) -> list[stripe.Event]:
        return [stripe.Webhook.construct_event(raw, header, SECRET) for raw, header in self.arrived]


@dataclass
class Sandbox:
    """Everything a test needs of a running sandbox."""

    app: Flask
    url: str
    store: Store
    stripe: stripe.StripeClient
    browser: FlaskClient

    def tell(self, path: str, **wish: Any) -> Any:
        """Use the control endpoint."""
        answer = self.browser.post(f"/control/{path}", json=wish)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def session(self, amount: int = 19_900, **extra: Any) -> stripe.checkout.Session:
        """A checkout session for one course."""
        params: dict[str, Any] = {
            "mode": "payment",
            "line_items": [
                {"quantity": 1, "price_data": {"currency": "cny", "unit_amount": amount, "product_data": {"name": "编程入门"}}}
            ],
            "success_url": "http://localhost:9/orders/1?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://localhost:9/courses/python",
            "client_reference_id": "order1",
            "metadata": {"order": "order1"},
            "payment_method_types": ["card", "alipay", "wechat_pay"],
            "payment_method_options": {"wechat_pay": {"client": "web"}},
            **extra,
        }
        return self.stripe.v1.checkout.sessions.create(params=params)

    def subscription(self, amount: int = 9_900, *, trial_days: int = 0) -> stripe.checkout.Session:
        """A checkout session for something paid month by month."""
        monthly = {
            "currency": "cny",
            "unit_amount": amount,
            "product_data": {"name": "畅学卡"},
            "recurring": {"interval": "month"},
        }
        later: dict[str, Any] = {"metadata": {"subscription": "sub1"}}
        if trial_days:
            later["trial_period_days"] = trial_days
        params: dict[str, Any] = {
            "mode": "subscription",
            "line_items": [{"quantity": 1, "price_data": monthly}],
            "success_url": "http://localhost:9/passes/1",
            "client_reference_id": "sub1",
            "subscription_data": later,
            "customer_email": "ada@example.com",
        }
        return self.stripe.v1.checkout.sessions.create(params=params)

    def paid(self, amount: int = 19_900, **extra: Any) -> stripe.checkout.Session:
        """A session that somebody has paid, with its charge and balance transaction."""
        session = self.session(amount, **extra)
        self.tell(f"sessions/{session.id}/pay")
        expand = ["payment_intent.latest_charge.balance_transaction"]
        return self.stripe.v1.checkout.sessions.retrieve(session.id, params={"expand": expand})


def client_for(url: str, *, retries: int = 0) -> stripe.StripeClient:
    """The SDK, pointed at a sandbox."""
    return stripe.StripeClient(KEY, base_addresses={"api": url}, max_network_retries=retries)
