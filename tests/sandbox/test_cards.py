"""Cards that the sandbox keeps for a customer: kept by a pay page, charged without one, refused, forgotten."""

from typing import Any

import pytest
import stripe

from tests.sandbox.rig import Sandbox
from tests.sandbox.test_shapes import differences

KEEPS: dict[str, Any] = {
    "customer_creation": "always", "customer_email": "ada@example.com", "payment_method_types": ["card"],
    "payment_method_options": {}, "payment_intent_data": {"setup_future_usage": "off_session"},
}  # fmt: skip


def kept(sandbox: Sandbox, **extra: Any) -> stripe.PaymentIntent:
    """A payment on a page that keeps the card."""
    told = sandbox.tell(f"sessions/{sandbox.session(**KEEPS | extra).id}/pay")
    return sandbox.stripe.v1.payment_intents.retrieve(told["payment_intent"])


def charge(sandbox: Sandbox, intent: stripe.PaymentIntent, **extra: Any) -> stripe.PaymentIntent:
    wish: dict[str, Any] = {
        "amount": 5_000, "currency": "cny", "customer": intent.customer, "payment_method": intent.payment_method, "confirm": True,
        "off_session": True, "payment_method_types": ["card"], "metadata": {"charge": "c1"}, **extra,
    }  # fmt: skip
    return sandbox.stripe.v1.payment_intents.create(params=wish)  # type: ignore[arg-type]


def test_a_card_that_a_page_kept_is_charged_without_a_page(sandbox: Sandbox) -> None:
    first = kept(sandbox)
    assert first.customer and first.payment_method and first.setup_future_usage == "off_session"
    later = charge(sandbox, first)
    assert (later.status, later.amount_received, later.metadata["charge"]) == ("succeeded", 5_000, "c1")
    assert differences("payment_intent", later.to_dict()) == []
    mine = sandbox.stripe.v1.payment_intents.list(params={"customer": str(first.customer)}).data
    assert [each.id for each in mine] == [later.id, first.id]


def test_a_page_without_the_wish_keeps_nothing(sandbox: Sandbox) -> None:
    assert kept(sandbox, payment_intent_data={}).customer is None


@pytest.mark.parametrize("code", ["card_declined", "authentication_required", "expired_card"])
def test_the_bank_says_no_with_its_word_for_why(sandbox: Sandbox, code: str) -> None:
    first = kept(sandbox)
    sandbox.tell(f"cards/{first.customer}", code=code)
    with pytest.raises(stripe.CardError) as refused:
        charge(sandbox, first)
    assert refused.value.code == code
    sandbox.tell(f"cards/{first.customer}")
    assert charge(sandbox, first).status == "succeeded"


def test_another_card_is_answered_for_itself(sandbox: Sandbox) -> None:
    first = kept(sandbox)
    sandbox.tell(f"cards/{first.customer}", code="card_declined")
    wish = {name: value for name, value in KEEPS.items() if name not in ("customer_email", "customer_creation")}
    told = sandbox.tell(f"sessions/{sandbox.session(**wish, customer=str(first.customer)).id}/pay")
    second = sandbox.stripe.v1.payment_intents.retrieve(told["payment_intent"])
    assert second.customer == first.customer and second.payment_method != first.payment_method
    assert charge(sandbox, second).status == "succeeded"
    with pytest.raises(stripe.CardError):
        charge(sandbox, first)


def test_a_customer_who_is_forgotten_has_no_card(sandbox: Sandbox) -> None:
    first = kept(sandbox)
    assert sandbox.stripe.v1.customers.delete(str(first.customer)).deleted
    with pytest.raises(stripe.InvalidRequestError):
        charge(sandbox, first)


def test_without_confirming_for_somebody_who_is_away_there_is_no_charge(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        charge(sandbox, kept(sandbox), off_session=False)
