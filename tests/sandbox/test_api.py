"""The sandbox behind Stripe's SDK: sessions, lists, expansion, errors, idempotency."""

import time

import pytest
import stripe

from tests.sandbox.rig import Sandbox, client_for


def test_a_session_is_opened_paid_and_read_back_with_its_fee(sandbox: Sandbox) -> None:
    session = sandbox.paid(19_900)
    charge = session.payment_intent.latest_charge
    movement = charge.balance_transaction
    assert (session.status, session.payment_status, session.amount_total, session.currency) == ("complete", "paid", 19_900, "cny")
    assert session.client_reference_id == "order1" and session.metadata["order"] == "order1"
    assert (charge.amount, charge.paid, charge.payment_method_details.type) == (19_900, True, "card")
    assert (movement.amount, movement.fee, movement.net, movement.type) == (19_900, 777, 19_123, "charge")


def test_a_session_has_no_intent_before_somebody_tries_to_pay(sandbox: Sandbox) -> None:
    session = sandbox.session()
    assert session.payment_intent is None and session.status == "open" and session.url.endswith(session.id)


def test_an_error_names_its_type_code_parameter_and_request(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sandbox.stripe.v1.checkout.sessions.retrieve("cs_test_nobody")
    problem = caught.value
    assert (problem.http_status, problem.code, problem.param) == (404, "resource_missing", "id")
    assert problem.request_id.startswith("req_")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sandbox.session(success_url=None)
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (400, "parameter_missing", "success_url")


def test_a_parameter_that_stripe_does_not_have_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Received unknown parameters: colour"):
        sandbox.session(colour="blue")


def test_too_small_an_amount_and_an_odd_currency_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sandbox.session(399)
    assert caught.value.code == "amount_too_small"
    line = {"quantity": 1, "price_data": {"currency": "xxx", "unit_amount": 1000, "product_data": {"name": "a"}}}
    with pytest.raises(stripe.InvalidRequestError, match="Invalid currency"):
        sandbox.session(line_items=[line])


def test_wechat_pay_needs_its_client_named_as_at_stripe(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="client"):
        sandbox.session(payment_method_options={})


def test_only_the_sandboxes_own_keys_and_version_are_accepted(sandbox: Sandbox) -> None:
    stranger = stripe.StripeClient("sk_live_abc", base_addresses={"api": sandbox.url}, max_network_retries=0)
    with pytest.raises(stripe.AuthenticationError, match=r"sk_live\*+"):
        stranger.v1.charges.list()
    old = stripe.StripeClient(
        "sk_test_sandbox", base_addresses={"api": sandbox.url}, stripe_version="2017-01-01", max_network_retries=0
    )
    with pytest.raises(stripe.InvalidRequestError, match="speaks only API version"):
        old.v1.charges.list()


def test_a_list_is_read_page_by_page_newest_first_forwards_and_back(sandbox: Sandbox) -> None:
    made = [sandbox.session(1000 + n).id for n in range(5)]
    first = sandbox.stripe.v1.checkout.sessions.list(params={"limit": 2})
    assert [s.id for s in first.data] == made[:2:-1] and first.has_more
    second = sandbox.stripe.v1.checkout.sessions.list(params={"limit": 2, "starting_after": first.data[-1].id})
    assert [s.id for s in second.data] == [made[2], made[1]]
    back = sandbox.stripe.v1.checkout.sessions.list(params={"limit": 2, "ending_before": second.data[0].id})
    assert [s.id for s in back.data] == [s.id for s in first.data]
    assert [s.id for s in sandbox.stripe.v1.checkout.sessions.list(params={"limit": 2}).auto_paging_iter()] == made[::-1]


def test_an_unknown_cursor_a_wide_page_and_an_odd_expansion_are_refused(sandbox: Sandbox) -> None:
    for params in ({"starting_after": "cs_x"}, {"limit": 101}, {"expand": ["colour"]}):
        with pytest.raises(stripe.InvalidRequestError):
            sandbox.stripe.v1.checkout.sessions.list(params=params)
    with pytest.raises(stripe.InvalidRequestError, match=r"cannot be expanded \(colour\)"):
        sandbox.stripe.v1.checkout.sessions.retrieve(sandbox.session().id, params={"expand": ["colour"]})


def test_the_same_key_replays_the_first_answer_and_does_nothing_twice(sandbox: Sandbox) -> None:
    session = sandbox.paid()
    wish = {"payment_intent": session.payment_intent.id, "amount": 500}
    first = sandbox.stripe.v1.refunds.create(params=wish, options={"idempotency_key": "refund:1"})
    again = sandbox.stripe.v1.refunds.create(params=wish, options={"idempotency_key": "refund:1"})
    assert first.id == again.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert sandbox.stripe.v1.charges.retrieve(session.payment_intent.latest_charge.id).amount_refunded == 500


def test_the_same_key_with_other_parameters_is_an_error(sandbox: Sandbox) -> None:
    intent = sandbox.paid().payment_intent.id
    sandbox.stripe.v1.refunds.create(params={"payment_intent": intent, "amount": 500}, options={"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError) as caught:
        sandbox.stripe.v1.refunds.create(params={"payment_intent": intent, "amount": 501}, options={"idempotency_key": "k"})
    assert caught.value.http_status == 400


def test_parameters_that_failed_to_validate_leave_the_key_free(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.stripe.v1.customers.create(params={"colour": "blue"}, options={"idempotency_key": "k"})
    assert sandbox.stripe.v1.customers.create(params={"name": "Ada"}, options={"idempotency_key": "k"}).name == "Ada"


def test_a_lost_reply_is_healed_by_the_sdks_own_retry(sandbox: Sandbox) -> None:
    session = sandbox.paid()
    sandbox.tell("chaos", lose_reply=1)
    patient = client_for(sandbox.url, retries=2)
    refund = patient.v1.refunds.create(params={"payment_intent": session.payment_intent.id}, options={"idempotency_key": "k"})
    assert refund.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(sandbox.stripe.v1.refunds.list().data) == 1


def test_a_failure_after_the_commit_is_replayed_as_a_failure(sandbox: Sandbox) -> None:
    session = sandbox.paid()
    sandbox.tell("chaos", fail_after_commit=1)
    for _ in range(2):
        with pytest.raises(stripe.APIError) as caught:
            sandbox.stripe.v1.refunds.create(
                params={"payment_intent": session.payment_intent.id}, options={"idempotency_key": "k"}
            )
        assert caught.value.http_status == 500
    assert len(sandbox.stripe.v1.refunds.list(params={"payment_intent": session.payment_intent.id}).data) == 1


def test_the_clock_can_be_stopped_and_moved_and_sessions_expire_by_it(sandbox: Sandbox) -> None:
    start = int(time.time())
    sandbox.tell("clock", stopped_at=start)
    session = sandbox.session(expires_at=start + 1800)
    sandbox.tell("clock", advance_seconds=1801)
    assert sandbox.tell("settle")["expired"] == 1
    again = sandbox.stripe.v1.checkout.sessions.retrieve(session.id)
    assert (again.status, again.url, again.payment_status) == ("expired", None, "unpaid")
    with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
        sandbox.stripe.v1.checkout.sessions.expire(session.id)


def test_money_becomes_available_after_two_days_and_can_then_be_paid_out(sandbox: Sandbox) -> None:
    sandbox.tell("clock", stopped_at=int(time.time()))
    sandbox.paid(19_900)
    assert [line.amount for line in sandbox.stripe.v1.balance.retrieve().pending] == [19_123]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sandbox.stripe.v1.payouts.create(params={"amount": 19_123, "currency": "cny"})
    assert caught.value.code == "balance_insufficient"
    sandbox.tell("clock", advance_seconds=2 * 86_400)
    assert sandbox.stripe.v1.payouts.create(params={"amount": 19_123, "currency": "cny"}).status == "in_transit"
    assert [line.amount for line in sandbox.stripe.v1.balance.retrieve().available] == [0]


def test_what_the_sandbox_lacks_is_said_to_be_lacking(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="does not have this"):
        sandbox.stripe.v1.quotes.list()


def test_the_control_endpoint_exists_only_when_asked_for() -> None:
    from coursehub.sandbox.app import create_sandbox

    assert create_sandbox(None).test_client().post("/control/clock", json={}).status_code == 404
