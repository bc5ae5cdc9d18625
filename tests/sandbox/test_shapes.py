"""Every object of the sandbox has the names and types of Stripe's own."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.rig import Sandbox

SHAPES: dict[str, Any] = json.loads((Path(__file__).parents[1] / "stripe_shapes.json").read_text(encoding="utf-8"))
# The SDK reads Stripe's decimal strings as Decimal.
KINDS = {Decimal: "string", float: "number", bool: "boolean", int: "integer", str: "string", list: "array", type(None): "null"}

# Fields whose kind differs because they were expanded, or which the fixture leaves without a meaning.
OPEN = {"payment_intent", "latest_charge", "balance_transaction", "charge", "source", "refunds"}


def differences(kind: str, body: dict[str, Any]) -> list[str]:
    """How an object differs from the official one: fields that do not exist, fields missing, other types."""
    return list(_compare(kind, SHAPES[kind], body))


def _compare(where: str, shape: Any, value: Any) -> Any:
    if isinstance(shape, dict) and isinstance(value, dict):
        for name in sorted(value.keys() - shape.keys()):
            if where in SHAPES:  # deeper objects of the fixture are one example of several kinds
                yield f"{where}.{name} does not exist"
        for name in sorted(shape.keys() - value.keys()):
            if where in SHAPES and name not in OPEN:
                yield f"{where}.{name} is missing"
        for name in shape.keys() & value.keys() - OPEN:
            yield from _compare(f"{where}.{name}", shape[name], value[name])
        return
    found = "object" if isinstance(value, dict) else KINDS[type(value)]
    wanted = "object" if isinstance(shape, dict) else shape
    if found != wanted and "null" not in (found, wanted):
        yield f"{where} is a {found}, not a {wanted}"


def everything(sandbox: Sandbox) -> dict[str, list[dict[str, Any]]]:
    """One of each kind of object, as the API shows it."""
    api = sandbox.stripe.v1
    paid, open_one = sandbox.paid(), sandbox.session()
    wallet = sandbox.session()
    sandbox.tell(f"sessions/{wallet.id}/wallet", method="wechat_pay")
    sandbox.tell(f"sessions/{open_one.id}/decline")
    sandbox.tell("settle")
    sandbox.tell(f"sessions/{sandbox.subscription().id}/pay")
    intent = paid.payment_intent.id
    api.refunds.create(params={"payment_intent": intent, "amount": 100})
    account = api.accounts.create(params={"email": "partner@example.com"})
    wish = {
        "amount": 1000,
        "currency": "cny",
        "destination": account.id,
        "source_transaction": paid.payment_intent.latest_charge.id,
    }
    transfer = api.transfers.create(params=wish)
    api.transfers.reversals.create(transfer.id, params={"amount": 10})
    api.customers.create(params={"email": "ada@example.com"})
    api.webhook_endpoints.create(params={"url": "http://127.0.0.1:9/h", "enabled_events": ["*"]})
    sandbox.tell("disputes", charge=paid.payment_intent.latest_charge.id)
    sandbox.tell("clock", advance_seconds=3 * 86_400)
    api.payouts.create(params={"amount": 100, "currency": "cny"})
    lists = [
        api.checkout.sessions, api.payment_intents, api.charges, api.refunds, api.balance_transactions, api.events,
        api.webhook_endpoints, api.customers, api.accounts, api.transfers, api.payouts, api.disputes,
        api.subscriptions, api.invoices, api.invoice_payments,
    ]  # fmt: skip
    found: dict[str, list[dict[str, Any]]] = {}
    for service in lists:
        for thing in service.list(params={"limit": 100}).data:
            body = thing.to_dict()
            found.setdefault(body["object"], []).append(body)
    found["balance"] = [api.balance.retrieve().to_dict()]
    found["transfer_reversal"] = [r.to_dict() for r in api.transfers.reversals.list(transfer.id).data]
    found["item"] = [i.to_dict() for i in api.checkout.sessions.line_items.list(paid.id).data]
    return found


def test_every_object_has_the_names_and_types_of_the_official_fixture(sandbox: Sandbox) -> None:
    found = everything(sandbox)
    assert found.keys() == SHAPES.keys()
    assert [line for kind, bodies in found.items() for body in bodies for line in differences(kind, body)] == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"amount": "100"}, "refund.amount is a string, not a integer"),
        ({"colour": 1}, "refund.colour does not exist"),
        ({"status": None, "livemode": False}, "refund.livemode does not exist"),
    ],
)
def test_a_wrong_object_would_be_found(sandbox: Sandbox, change: dict[str, Any], complaint: str) -> None:
    refund = sandbox.stripe.v1.refunds.create(params={"payment_intent": sandbox.paid().payment_intent.id}).to_dict()
    assert complaint in differences("refund", refund | change)
    del refund["currency"]
    assert "refund.currency is missing" in differences("refund", refund)
