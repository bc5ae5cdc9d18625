"""Refunds, transfers and disputes of the sandbox, and its memory."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stripe

from coursehub.sandbox.app import create_sandbox
from coursehub.sandbox.seed import History
from tests.sandbox.rig import Inbox, Running, Sandbox, client_for
from tests.sandbox.test_shapes import differences


def test_refunds_in_parts_never_pass_what_was_paid(sandbox: Sandbox) -> None:
    intent = sandbox.paid(10_000).payment_intent
    refunds = sandbox.stripe.v1.refunds
    first = refunds.create(
        params={"payment_intent": intent.id, "amount": 3_000, "metadata": {"refund": "r1"}, "expand": ["balance_transaction"]}
    )
    assert (first.status, first.amount, first.balance_transaction.amount, first.balance_transaction.fee) == (
        "succeeded",
        3_000,
        -3_000,
        0,
    )
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        refunds.create(params={"payment_intent": intent.id, "amount": 7_001})
    refunds.create(params={"charge": intent.latest_charge.id})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        refunds.create(params={"payment_intent": intent.id, "amount": 1})
    assert caught.value.code == "charge_already_refunded"
    charge = sandbox.stripe.v1.charges.retrieve(intent.latest_charge.id, params={"expand": ["refunds"]})
    assert charge.refunded and charge.amount_refunded == 10_000
    assert [r.amount for r in charge.refunds.data] == [7_000, 3_000]


def test_a_pending_refund_is_decided_later_and_may_fail(sandbox: Sandbox, inbox: Inbox) -> None:
    intent = sandbox.paid().payment_intent
    sandbox.tell("refunds", outcome="failed")
    refund = sandbox.stripe.v1.refunds.create(params={"payment_intent": intent.id, "amount": 500})
    assert refund.status == "pending"
    sandbox.tell("settle")
    failed = sandbox.stripe.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "lost_or_stolen_card")
    assert sandbox.stripe.v1.charges.retrieve(intent.latest_charge.id).amount_refunded == 0
    sandbox.tell("deliver")
    assert "refund.failed" in [event.type for event in inbox.events()]


def test_nothing_unpaid_can_be_refunded(sandbox: Sandbox) -> None:
    session = sandbox.session()
    sandbox.tell(f"sessions/{session.id}/decline")
    intent = sandbox.stripe.v1.checkout.sessions.retrieve(session.id).payment_intent
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sandbox.stripe.v1.refunds.create(params={"payment_intent": intent})
    assert caught.value.code == "charge_not_refundable"


def test_transfers_out_of_one_charge_and_their_reversals_stay_within_bounds(sandbox: Sandbox) -> None:
    api = sandbox.stripe.v1
    charge = sandbox.paid(10_000).payment_intent.latest_charge.id
    partner = api.accounts.create(params={"email": "pia@example.com"}).id
    wish = {"amount": 7_000, "currency": "cny", "destination": partner, "source_transaction": charge, "transfer_group": "order1"}
    transfer = api.transfers.create(params=wish)
    with pytest.raises(stripe.InvalidRequestError, match="must not exceed"):
        api.transfers.create(params={**wish, "amount": 3_001})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.transfers.create(params={"amount": 1, "currency": "cny", "destination": partner})
    assert caught.value.code == "balance_insufficient"
    api.transfers.reversals.create(transfer.id, params={"amount": 2_000})
    api.transfers.reversals.create(transfer.id)
    assert api.transfers.retrieve(transfer.id).reversed
    with pytest.raises(stripe.InvalidRequestError):
        api.transfers.reversals.create(transfer.id, params={"amount": 1})


def test_a_dispute_takes_the_money_when_it_opens_and_gives_it_back_when_won(sandbox: Sandbox, inbox: Inbox) -> None:
    charge = sandbox.paid(10_000).payment_intent.latest_charge.id
    dispute = sandbox.tell("disputes", charge=charge)
    assert sum(line["net"] for line in dispute["balance_transactions"]) == -11_500
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sandbox.stripe.v1.refunds.create(params={"charge": charge})
    assert caught.value.code == "charge_disputed"
    won = sandbox.tell("disputes", dispute=dispute["id"], won=True)
    assert won["status"] == "won" and sum(line["net"] for line in won["balance_transactions"]) == -1_500
    sandbox.tell("deliver")
    told = [event.type for event in inbox.events() if "dispute" in event.type]
    assert told == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]


def test_what_is_presented_in_another_currency_is_settled_at_the_rate_of_its_day_and_says_so(sandbox: Sandbox) -> None:
    sandbox.tell("exchange", into="eur", rates={"cny": 0.1281})
    charge = sandbox.paid(10_000).payment_intent.latest_charge.id
    sandbox.tell("exchange", into="eur", rates={"cny": 0.13})
    sandbox.stripe.v1.refunds.create(params={"charge": charge, "amount": 5_000})
    params: Any = {"expand": ["data.source"]}
    back, came = sandbox.stripe.v1.balance_transactions.list(params).data
    assert (came.amount, came.currency, came.exchange_rate, came.fee) == (1_281, "eur", 0.1281, 62)
    assert (came.source.object, came.source.amount, came.source.currency) == ("charge", 10_000, "cny")
    assert (back.amount, back.exchange_rate, back.source.object, back.source.amount) == (-650, 0.13, "refund", 5_000)
    for each in (came, back):
        assert differences("balance_transaction", each.to_dict()) == []
    sandbox.tell("exchange")
    assert sandbox.paid(10_000).payment_intent.latest_charge.balance_transaction.exchange_rate is None


def test_what_was_bought_in_a_seeded_past_can_be_refunded_after_a_restart(tmp_path: Path) -> None:
    history = History(tmp_path / "state.sqlite3", public_url="http://localhost:1")
    at = datetime(2026, 3, 2, tzinfo=UTC)
    with history.batch():
        session = history.open_session(
            {
                "mode": "payment",
                "line_items": [
                    {"quantity": 1, "price_data": {"currency": "cny", "unit_amount": 9900, "product_data": {"name": "Git"}}}
                ],
                "success_url": "http://localhost/x",
                "payment_method_types": ["alipay"],
            },
            at=at,
        )
        history.pay(session["id"], at=at, method="alipay")
    past = history.session(session["id"])["payment_intent"]
    assert (past["created"], past["latest_charge"]["balance_transaction"]["type"]) == (int(at.timestamp()), "payment")
    assert history.refund({"payment_intent": past["id"], "amount": 900}, at=at)["balance_transaction"]["amount"] == -900
    history.close()
    running = Running(create_sandbox(tmp_path / "state.sqlite3"))
    refund = client_for(running.url).v1.refunds.create(params={"payment_intent": past["id"]})
    running.stop()
    assert (refund.amount, refund.status) == (9_000, "succeeded")
