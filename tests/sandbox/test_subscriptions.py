"""Subscriptions of the sandbox: trial, renewal, declined cards, cancelling; by the clock and told by events."""

from itertools import pairwise

import pytest
import stripe

from tests.sandbox.rig import Sandbox

DAY = 86_400
NOVEMBER = 1_793_923_200  # 2026-11-06T00:00:00Z


def begun(sandbox: Sandbox, **given: int) -> stripe.Subscription:
    sandbox.tell("clock", stopped_at=NOVEMBER)
    told = sandbox.tell(f"sessions/{sandbox.subscription(**given).id}/pay")
    return sandbox.stripe.v1.subscriptions.retrieve(told["subscription"])


def later(sandbox: Sandbox, days: int, **wish: object) -> None:
    sandbox.tell("clock", advance_seconds=days * DAY)
    sandbox.tell("renew", **wish)


def again(sandbox: Sandbox, sub: stripe.Subscription) -> stripe.Subscription:
    return sandbox.stripe.v1.subscriptions.retrieve(sub.id)


def invoices(sandbox: Sandbox, sub: stripe.Subscription) -> list[tuple[str, int, str]]:
    found = sandbox.stripe.v1.invoices.list(params={"subscription": sub.id}).data
    return [(str(one.status), one.amount_due, str(one.billing_reason)) for one in reversed(found)]


def types(sandbox: Sandbox) -> list[str]:
    return [event.type for event in reversed(sandbox.stripe.v1.events.list(params={"limit": 100}).data)]


def test_a_subscription_is_paid_at_once_and_renewed_each_month(sandbox: Sandbox) -> None:
    sub = begun(sandbox)
    assert sub.status == "active" and sub.metadata["subscription"] == "sub1"
    later(sandbox, 62)
    assert invoices(sandbox, sub) == [
        ("paid", 9_900, "subscription_create"), ("paid", 9_900, "subscription_cycle"), ("paid", 9_900, "subscription_cycle"),
    ]  # fmt: skip
    paying = sandbox.stripe.v1.invoice_payments.list(params={"invoice": str(again(sandbox, sub).latest_invoice)}).data
    intent = sandbox.stripe.v1.payment_intents.retrieve(str(paying[0].payment.payment_intent))
    assert intent.status == "succeeded" and intent.amount_received == 9_900


def test_periods_follow_each_other_without_a_gap(sandbox: Sandbox) -> None:
    sub = begun(sandbox)
    later(sandbox, 100)
    found = sandbox.stripe.v1.invoices.list(params={"subscription": sub.id}).data
    periods = sorted((one.lines.data[0].period.start, one.lines.data[0].period.end) for one in found)
    assert len(periods) == 4 and all(left[1] == right[0] for left, right in pairwise(periods))


def test_a_trial_costs_nothing_and_then_is_paid(sandbox: Sandbox) -> None:
    sub = begun(sandbox, trial_days=7)
    assert sub.status == "trialing" and sub.trial_end == NOVEMBER + 7 * DAY
    later(sandbox, 7)
    assert again(sandbox, sub).status == "active"
    assert invoices(sandbox, sub) == [("paid", 0, "subscription_create"), ("paid", 9_900, "subscription_cycle")]


def test_a_declined_card_is_tried_again_and_then_it_ends(sandbox: Sandbox) -> None:
    sub = begun(sandbox)
    later(sandbox, 30, subscription=sub.id, declines=True)
    assert again(sandbox, sub).status == "past_due"
    later(sandbox, 15)
    assert again(sandbox, sub).status == "canceled"
    assert [name for name in types(sandbox) if name == "invoice.payment_failed"] == ["invoice.payment_failed"] * 4
    assert types(sandbox)[-1] == "customer.subscription.deleted"


def test_the_buyer_pays_an_open_invoice_with_another_card(sandbox: Sandbox) -> None:
    sub = begun(sandbox)
    later(sandbox, 30, subscription=sub.id, declines=True)
    page = f"/invoice/{again(sandbox, sub).latest_invoice}"
    assert sandbox.browser.get(page).status_code == 200
    assert sandbox.browser.post(page).status_code == 303
    assert again(sandbox, sub).status == "active" and sandbox.browser.post(page).status_code == 400


def test_stopping_at_the_end_can_be_taken_back(sandbox: Sandbox) -> None:
    sub = begun(sandbox)
    api = sandbox.stripe.v1.subscriptions
    assert api.update(sub.id, params={"cancel_at_period_end": True}).cancel_at_period_end
    assert not api.update(sub.id, params={"cancel_at_period_end": False}).cancel_at_period_end
    api.update(sub.id, params={"cancel_at_period_end": True})
    later(sandbox, 31)
    assert again(sandbox, sub).status == "canceled" and len(invoices(sandbox, sub)) == 1


def test_ending_at_once_happens_once(sandbox: Sandbox) -> None:
    sub = begun(sandbox)
    assert sandbox.stripe.v1.subscriptions.cancel(sub.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.stripe.v1.subscriptions.cancel(sub.id)


def test_the_pay_page_of_a_subscription_is_agreed_to_or_left(sandbox: Sandbox) -> None:
    session = sandbox.subscription(trial_days=7)
    page = f"/pay/{session.id}"
    assert b"3-D Secure" not in sandbox.browser.get(page).data
    assert sandbox.browser.post(page, data={"outcome": "decline"}).status_code == 402
    assert sandbox.browser.post(page, data={"outcome": "authenticate"}).status_code == 400
    assert sandbox.browser.post(page, data={"outcome": "pay"}).status_code == 303
    done = sandbox.stripe.v1.checkout.sessions.retrieve(session.id)
    assert (done.status, done.payment_status, done.amount_total) == ("complete", "no_payment_required", 0)


def test_a_price_that_does_not_recur_is_no_subscription(sandbox: Sandbox) -> None:
    price = {"currency": "cny", "unit_amount": 9_900, "product_data": {"name": "x"}}
    params = {"mode": "subscription", "line_items": [{"price_data": price}], "success_url": "http://localhost:9/"}
    with pytest.raises(stripe.InvalidRequestError, match="recurs"):
        sandbox.stripe.v1.checkout.sessions.create(params=params)
