"""Webhooks of the sandbox: signed, retried, and disturbed on purpose."""

import json
import time

import pytest
import stripe

from coursehub.sandbox.delivery import PATIENCE, Courier
from tests.sandbox.rig import SECRET, Inbox, Sandbox


def test_a_payment_is_announced_with_a_signature_that_the_sdk_accepts(sandbox: Sandbox, inbox: Inbox) -> None:
    session = sandbox.paid()
    assert sandbox.tell("deliver")["arrived"] == 3
    events = {event.type: event for event in inbox.events()}
    assert list(events) == ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
    told = events["checkout.session.completed"].data.object
    assert (told.id, told.payment_status, told.amount_total) == (session.id, "paid", 19_900)
    assert events["charge.succeeded"].api_version == stripe.api_version


def test_a_changed_body_or_another_secret_does_not_verify(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.paid()
    sandbox.tell("deliver")
    raw, header = inbox.arrived[0]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(raw.replace(b"19900", b"00001"), header, SECRET)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(raw, header, "whsec_other")


def test_a_refused_webhook_comes_again_with_growing_patience(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.tell("clock", stopped_at=int(time.time()))
    session = sandbox.session()
    sandbox.tell(f"sessions/{session.id}/expire")
    inbox.answers[:] = [500, 503]
    for wait in (0, PATIENCE[0], PATIENCE[1]):
        sandbox.tell("clock", advance_seconds=wait)
        sandbox.tell("deliver")
        sandbox.tell("deliver")  # not due again at once
    assert len(inbox.arrived) == 3
    assert len({json.loads(raw)["id"] for raw, _ in inbox.arrived}) == 1
    assert sandbox.app.test_client().get("/control/deliveries").get_json() == {"done": 1}


def test_after_three_days_an_event_counts_as_undelivered_and_a_sweep_finds_it(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.tell("clock", stopped_at=int(time.time()))
    sandbox.tell(f"sessions/{sandbox.session().id}/expire")
    inbox.answers[:] = [500] * (len(PATIENCE) + 1)
    for wait in (*PATIENCE, 0):
        sandbox.tell("deliver")
        sandbox.tell("clock", advance_seconds=wait)
    assert sandbox.app.test_client().get("/control/deliveries").get_json() == {"failed": 1}
    assert 2 * 86_400 < sum(PATIENCE) < 3 * 86_400
    undelivered = sandbox.stripe.v1.events.list(params={"delivery_success": False, "types": ["checkout.session.expired"]})
    assert [event.pending_webhooks for event in undelivered.data] == [1]
    assert sandbox.stripe.v1.events.list(params={"delivery_success": True}).data == []


def test_knobs_duplicate_delay_and_drop_deliveries(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.tell("clock", stopped_at=int(time.time()))
    sandbox.tell("chaos", duplicate=2, delay_seconds=60, drop=1)
    sandbox.tell(f"sessions/{sandbox.session().id}/expire")
    assert sandbox.tell("deliver")["arrived"] == 0
    sandbox.tell("clock", advance_seconds=60)
    assert sandbox.tell("deliver")["arrived"] == 2
    assert sandbox.app.test_client().get("/control/deliveries").get_json() == {"done": 2, "failed": 1}


def test_knobs_reorder_deliveries(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.tell("chaos", reorder=True, seed=1)
    sandbox.paid()
    sandbox.tell("deliver")
    types = [event.type for event in inbox.events()]
    assert sorted(types) == ["charge.succeeded", "checkout.session.completed", "payment_intent.succeeded"]
    assert types != ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


def test_the_courier_settles_and_delivers_by_itself(sandbox: Sandbox, inbox: Inbox) -> None:
    courier = Courier(sandbox.store, every_seconds=0.02)
    courier.start()
    session = sandbox.session()
    sandbox.tell(f"sessions/{session.id}/wallet", method="alipay")
    sandbox.tell("clock", advance_seconds=60)
    deadline = time.monotonic() + 5
    while len(inbox.arrived) < 5 and time.monotonic() < deadline:
        time.sleep(0.02)
    courier.stop()
    types = [event.type for event in inbox.events()]
    assert types == [
        "payment_intent.processing", "checkout.session.completed", "charge.succeeded", "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ]  # fmt: skip


def test_no_webhook_is_ever_sent_to_another_machine(sandbox: Sandbox) -> None:
    from coursehub.sandbox.delivery import post

    assert post("http://example.com/hook", b"{}", SECRET) == 0
    assert post("https://127.0.0.1/hook", b"{}", SECRET) == 0
