"""The pay page as a buyer meets it."""

import pytest

from tests.sandbox.rig import Sandbox


def test_every_page_says_sandbox_in_the_language_of_the_session(sandbox: Sandbox) -> None:
    for locale, word in (("zh", "付款"), ("en", "Pay")):
        session = sandbox.session(locale=locale)
        path = f"/pay/{session.id}"
        page = sandbox.browser.get(path)
        assert page.status_code == 200 and "SANDBOX" in page.text and word in page.text
        assert "199.00" in page.text and "编程入门" in page.text
        confirm = sandbox.browser.post(path, data={"outcome": "authenticate"}, follow_redirects=True)
        assert confirm.status_code == 200 and "SANDBOX" in confirm.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "SANDBOX" in sandbox.browser.get("/pay/nobody").text
    assert "SANDBOX" in sandbox.browser.get("/").text


def test_paying_leads_back_to_the_shop_with_the_session_in_the_address(sandbox: Sandbox) -> None:
    session = sandbox.session()
    answer = sandbox.browser.post(f"/pay/{session.id}", data={"outcome": "pay", "method": "wechat_pay"})
    assert (answer.status_code, answer.location) == (303, f"http://localhost:9/orders/1?session={session.id}")
    again = sandbox.stripe.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent.latest_charge"]})
    assert again.payment_status == "paid" and again.payment_intent.latest_charge.payment_method_details.type == "wechat_pay"
    assert sandbox.browser.get(f"/pay/{session.id}").status_code == 410
    assert sandbox.browser.post(f"/pay/{session.id}", data={"outcome": "pay"}).status_code == 400


def test_a_declined_card_keeps_the_page_open_for_another_try(sandbox: Sandbox) -> None:
    session = sandbox.session(locale="en")
    declined = sandbox.browser.post(f"/pay/{session.id}", data={"outcome": "decline"})
    assert declined.status_code == 402 and "declined" in declined.text
    sandbox.browser.post(f"/pay/{session.id}", data={"outcome": "pay", "method": "card"})
    intent = sandbox.stripe.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]}).payment_intent
    assert intent.status == "succeeded" and intent.last_payment_error is None


@pytest.mark.parametrize(("answer", "status"), [("confirm", "succeeded"), ("refuse", "requires_payment_method")])
def test_the_bank_asks_and_the_buyer_confirms_or_refuses(sandbox: Sandbox, answer: str, status: str) -> None:
    session = sandbox.session()
    step = sandbox.browser.post(f"/pay/{session.id}", data={"outcome": "authenticate"})
    waiting = sandbox.stripe.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]}).payment_intent
    assert waiting.status == "requires_action" and waiting.next_action.redirect_to_url.url.endswith(step.location)
    assert sandbox.browser.get(f"/pay/{session.id}").location == step.location
    sandbox.browser.post(step.location, data={"answer": answer})
    assert sandbox.stripe.v1.payment_intents.retrieve(waiting.id).status == status


@pytest.mark.parametrize(("succeeds", "status"), [(True, "paid"), (False, "unpaid")])
def test_a_slow_wallet_answers_later(sandbox: Sandbox, succeeds: bool, status: str) -> None:
    session = sandbox.session()
    sandbox.tell(f"sessions/{session.id}/wallet", method="alipay", succeeds=succeeds)
    assert sandbox.stripe.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    sandbox.tell("settle")
    assert sandbox.stripe.v1.checkout.sessions.retrieve(session.id).payment_status == status
    types = [event.type for event in sandbox.stripe.v1.events.list().data]
    assert f"checkout.session.async_payment_{'succeeded' if succeeds else 'failed'}" in types


def test_leaving_leads_to_the_cancel_address_and_charges_nothing(sandbox: Sandbox) -> None:
    session = sandbox.session()
    answer = sandbox.browser.post(f"/pay/{session.id}", data={"outcome": "leave"})
    assert (answer.status_code, answer.location) == (303, "http://localhost:9/courses/python")
    assert sandbox.stripe.v1.charges.list().data == []


def test_a_wallet_from_the_page_is_the_chosen_one_or_the_first(sandbox: Sandbox) -> None:
    for chosen, method in (("wechat_pay", "wechat_pay"), ("card", "alipay")):
        session = sandbox.session()
        assert sandbox.browser.post(f"/pay/{session.id}", data={"outcome": "wait", "method": chosen}).status_code == 303
        intent = sandbox.stripe.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]}).payment_intent
        assert (intent.status, intent.payment_method_types) == ("processing", [method])
