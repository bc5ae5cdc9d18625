"""Webhooks: verified, kept once, done by a job that reads again; and what happens without them."""

import json
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock, jobs
from coursehub.db import db
from coursehub.sales import operations
from coursehub.sales.models import Order, WebhookEvent
from coursehub.sandbox.app import connect_webhook
from coursehub.sandbox.delivery import signature
from tests.sales.rig import books, event_count
from tests.sandbox.rig import SECRET, Running


@pytest.fixture
def served(app, shop):
    """Our application on a loopback port, told of every event by the sandbox."""
    running = Running(app)
    connect_webhook(shop.sandbox.store, url=f"{running.url}/webhooks/stripe", secret=SECRET)
    yield running
    running.stop()


def work():
    jobs.run_due(at=clock.now(), strict=True)
    db.session.expire_all()


def outcomes():
    rows = db.session.execute(sa.select(WebhookEvent.type, WebhookEvent.outcome).order_by(WebhookEvent.id))
    return {row.type: row.outcome for row in rows}


def test_a_payment_whose_buyer_never_came_back_is_completed_by_the_webhook(shop, cast, offering, served):
    order = shop.order(offering, cast.ada)
    shop.pay(order)
    assert shop.sandbox.tell("deliver")["arrived"] == 3
    db.session.expire_all()
    assert order.state == "awaiting_payment", "the webhook only keeps; the job does"
    work()
    assert order.state == "paid" and event_count() == 1
    assert outcomes()["checkout.session.completed"] == "paid"


def test_duplicates_in_any_order_are_kept_once_and_done_once(shop, cast, offering, served):
    shop.sandbox.tell("chaos", duplicate=3, reorder=True, seed=5)
    orders = [shop.order(offering, buyer) for buyer in (cast.ada, cast.bo)]
    for order in orders:
        shop.pay(order)
    shop.sandbox.tell("deliver")
    work()
    assert [order.state for order in orders] == ["paid", "paid"]
    assert event_count() == 2 and len(db.session.execute(sa.select(WebhookEvent)).all()) == 6


def test_a_forged_signature_is_refused_and_nothing_is_kept(shop, cast, offering, client):
    order = shop.order(offering, cast.ada)
    body = json.dumps(
        {
            "id": "evt_1",
            "object": "event",
            "type": "checkout.session.completed",
            "created": 1,
            "livemode": False,
            "data": {"object": {"id": order.session_id, "object": "checkout.session", "payment_status": "paid"}},
        }
    ).encode()
    now = int(time.time())
    for seal in (
        "",
        "nonsense",
        signature(body, "whsec_wrong", now),
        signature(body + b" ", SECRET, now),
        signature(body, SECRET, now - 400),
    ):
        answer = client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": seal})
        assert answer.status_code == 400
    assert db.session.execute(sa.select(WebhookEvent)).first() is None
    good = {"Stripe-Signature": signature(body, SECRET, now)}
    first = client.post("/webhooks/stripe", data=body, headers=good)
    again = client.post("/webhooks/stripe", data=body, headers=good)
    assert (first.status_code, first.json, again.status_code, again.json) == (200, {"kept": True}, 200, {"kept": False})
    work()
    assert outcomes() == {"checkout.session.completed": "mismatch: amount"}
    assert db.session.get_one(Order, order.id).state == "awaiting_payment"


def send(client, shop, session_id, **claims):
    """An event that is truly signed, whatever it claims."""
    subject = {
        "id": session_id, "object": "checkout.session", "amount_total": 19_900, "currency": "cny", "livemode": False,
        "client_reference_id": None, **claims,
    }  # fmt: skip
    body = json.dumps(
        {
            "id": f"evt_{len(db.session.execute(sa.select(WebhookEvent)).all())}",
            "object": "event",
            "created": 1,
            "type": "checkout.session.completed",
            "livemode": subject["livemode"],
            "data": {"object": subject},
        }
    ).encode()
    seal = signature(body, SECRET, int(time.time()))
    assert client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": seal}).status_code == 200
    work()
    return db.session.execute(sa.select(WebhookEvent.outcome).order_by(WebhookEvent.id.desc()).limit(1)).scalar_one()


def test_an_event_is_only_a_hint_the_page_is_read_again(shop, cast, offering, client):
    order = shop.order(offering, cast.ada)
    assert send(client, shop, order.session_id, payment_status="paid") == "awaiting_payment"
    assert order.enrolment_id is None


@pytest.mark.parametrize(
    ("claims", "outcome"),
    [
        ({"amount_total": 1}, "mismatch: amount"),
        ({"currency": "usd"}, "mismatch: currency"),
        ({"livemode": True}, "other mode"),
    ],
)
def test_an_event_that_claims_other_money_or_mode_than_our_order_is_refused(shop, cast, offering, client, claims, outcome):
    order = shop.order(offering, cast.ada)
    shop.pay(order)
    assert send(client, shop, order.session_id, **claims) == outcome
    assert (order.state, event_count()) == ("awaiting_payment", 0)


def test_events_about_things_we_do_not_know_are_noted(shop, cast, offering, client):
    assert send(client, shop, "cs_test_nobody") == "unknown order"
    order = shop.order(offering, cast.ada)
    assert send(client, shop, "cs_test_nobody", client_reference_id=order.public_id) == "refused: resource_missing"
    assert order.state == "awaiting_payment"


def test_an_expired_page_lets_the_order_go(shop, cast, offering, served):
    order = shop.order(offering, cast.ada)
    shop.sandbox.tell(f"sessions/{order.session_id}/expire")
    shop.sandbox.tell("deliver")
    work()
    assert order.state == "expired" and outcomes() == {"checkout.session.expired": "expired"}


def test_a_refund_that_fails_later_is_told_by_webhook(shop, cast, offering, served, at):
    order = shop.buy(offering, cast.ada)
    shop.sandbox.tell("refunds", outcome="failed")
    refund = operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at)
    shop.work()
    shop.sandbox.tell("settle")
    shop.sandbox.tell("deliver")
    work()
    assert refund.state == "failed" and books([cast.northwind])["liability:suspense"] == -19_900


def test_the_nightly_sweep_fetches_what_no_webhook_brought(shop, cast, offering, served, at):
    shop.sandbox.tell("chaos", drop=1_000)
    order = shop.order(offering, cast.ada)
    shop.pay(order)
    assert shop.sandbox.tell("deliver")["arrived"] == 0
    assert operations.sweep_events(at=at) == 3
    assert operations.sweep_events(at=at) == 0
    work()
    assert db.session.get_one(Order, order.id).state == "paid"


def test_without_any_event_waiting_orders_are_asked_after(shop, cast, offering, at):
    order = shop.order(offering, cast.ada)
    shop.pay(order)
    assert operations.settle_waiting(at=at + timedelta(minutes=9)) == 0
    assert operations.settle_waiting(at=at + timedelta(minutes=11)) == 1
    assert order.state == "paid"


def test_without_a_secret_webhooks_are_not_taken(shop, client):
    from coursehub import rails
    from coursehub.rails.stripe import StripeRail
    from tests.sandbox.rig import KEY

    with rails.use(StripeRail(key=KEY, base_url=shop.sandbox.url, secret="")):
        assert client.post("/webhooks/stripe", data=b"{}").status_code == 503


def test_a_dispute_is_shown_to_staff(shop, cast, offering, served):
    from coursehub.sales import queries

    order = shop.buy(offering, cast.ada)
    shop.sandbox.tell("disputes", charge=queries.sold_payment(order.id).rail_charge_id)
    shop.sandbox.tell("deliver")
    work()
    assert (order.state, order.trouble) == ("paid", "dispute")
    operations.clear_trouble(order, by=cast.acting(cast.fay), at=shop.at)
    assert (order.state, order.trouble) == ("paid", "")
