"""The Stripe rail against the sandbox, and what it refuses."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import stripe
from flask import Flask

from coursehub import rails
from coursehub.db import transaction
from coursehub.rails.stripe import API_VERSION, StripeRail
from coursehub.sandbox.delivery import signature
from tests.sandbox.rig import KEY, SECRET, Inbox, Sandbox

BASE = "http://127.0.0.1:1"


def rail_of(sandbox: Sandbox, *, retries: int = 0, secret: str = SECRET) -> StripeRail:
    return StripeRail(key=KEY, base_url=sandbox.url, secret=secret, retries=retries)


def wish(**changed: object) -> rails.SessionWish:
    values = {
        "key": "session:o1:1",
        "reference": "o1",
        "title": "编程入门",
        "amount_minor": 19_900,
        "currency": "CNY",
        "locale": "zh-CN",
        "email": "ada@example.com",
        "success_url": "http://localhost/orders/o1/return",
        "cancel_url": "http://localhost/orders/o1",
        "expires_at": datetime.now(UTC) + timedelta(minutes=40),
    }
    return rails.SessionWish(**{**values, **changed})  # type: ignore[arg-type]


def test_the_pinned_version_is_the_sdks_own() -> None:
    assert stripe.api_version == API_VERSION


@pytest.mark.parametrize(
    ("key", "base"),
    [
        ("sk_live_x", BASE),
        ("rk_live_x", BASE),
        ("sk_test_sandbox", "https://api.stripe.com"),
        ("sk_test_x", BASE),
        ("", BASE),
        ("sk_live_x", "https://api.stripe.com.evil.example"),
    ],
)
def test_keys_and_addresses_that_do_not_belong_together_are_refused(app: Flask, key: str, base: str) -> None:
    with pytest.raises(rails.PaymentsNotSetUp):
        StripeRail(key=key, base_url=base, secret="s")


def test_keys_and_addresses_that_belong_together_are_accepted(app: Flask) -> None:
    assert StripeRail(key="sk_live_x", base_url="https://api.stripe.com", secret="s").live
    assert not StripeRail(key="sk_test_x", base_url="https://api.stripe.com", secret="s").live
    assert not StripeRail(key="sk_test_sandbox", base_url=BASE, secret="s").live


def test_no_payment_is_taken_without_a_webhook_secret(app: Flask, sandbox: Sandbox) -> None:
    with pytest.raises(rails.PaymentsNotSetUp):
        rail_of(sandbox, secret="").open_session(wish())


def test_no_rail_works_inside_a_transaction(app: Flask, sandbox: Sandbox) -> None:
    rail = rail_of(sandbox)
    with pytest.raises(RuntimeError, match="never used inside a transaction"), transaction():
        rail.read_session("cs_test_1")
    with pytest.raises(RuntimeError, match="never used inside a transaction"), transaction():
        rails.current()


def test_a_session_goes_from_open_to_paid_and_shows_the_fee(app: Flask, sandbox: Sandbox) -> None:
    rail = rail_of(sandbox)
    asked = wish()
    opened = rail.open_session(asked)
    assert rail.open_session(asked) == opened, "the same key opens one session"
    facts = rail.read_session(opened.id)
    assert (facts.state, facts.reference, facts.amount_minor, facts.currency, facts.live) == ("open", "o1", 19_900, "CNY", False)
    sandbox.tell(f"sessions/{opened.id}/pay", method="wechat_pay")
    payment = rail.read_session(opened.id).payment
    assert payment is not None
    assert (payment.amount_minor, payment.fee_minor, payment.currency, payment.method) == (19_900, 777, "CNY", "wechat_pay")
    assert rail.expire_session(opened.id).state == "paid", "a page that is over is only read"


def test_a_session_may_expire_wait_for_a_wallet_or_fail(app: Flask, sandbox: Sandbox) -> None:
    rail = rail_of(sandbox)
    one, two, three = (rail.open_session(wish(key=f"k{n}")).id for n in range(3))
    assert rail.expire_session(one).state == "expired"
    sandbox.tell(f"sessions/{two}/wallet", method="alipay", succeeds=False)
    sandbox.tell(f"sessions/{three}/wallet", method="alipay")
    assert rail.read_session(two).state == "waiting"
    sandbox.tell("settle")
    assert (rail.read_session(two).state, rail.read_session(three).state) == ("failed", "paid")


@pytest.mark.parametrize(
    ("currency", "methods"), [("CNY", ["card", "alipay", "wechat_pay"]), ("EUR", ["card"]), ("HKD", ["card"])]
)
def test_alipay_and_wechat_pay_are_methods_of_the_checkout_where_one_pays_in_yuan(
    app: Flask, sandbox: Sandbox, currency: str, methods: list[str]
) -> None:
    rail = rail_of(sandbox)
    opened = rail.open_session(replace(wish(), currency=currency))
    session = sandbox.stripe.v1.checkout.sessions.retrieve(opened.id)
    assert session.payment_method_types == methods
    page = sandbox.browser.get(f"/pay/{opened.id}").text
    assert [method for method in ("alipay", "wechat_pay") if f'value="{method}"' in page] == methods[1:]
    for n, method in enumerate(methods):
        asked = rail.open_session(replace(wish(key=f"{currency}{n}"), currency=currency))
        sandbox.browser.post(f"/pay/{asked.id}", data={"outcome": "pay", "method": method})
        payment = rail.read_session(asked.id).payment
        assert payment is not None and (payment.method, payment.currency) == (method, currency)


def paid_payment(rail: StripeRail, sandbox: Sandbox) -> str:
    session = rail.open_session(wish()).id
    sandbox.tell(f"sessions/{session}/pay")
    payment = rail.read_session(session).payment
    assert payment is not None
    return payment.id


def test_a_refund_is_made_once_however_often_it_is_asked_for(app: Flask, sandbox: Sandbox) -> None:
    rail = rail_of(sandbox)
    ask = rails.RefundWish(key="refund:r1", reference="r1", payment_id=paid_payment(rail, sandbox), amount_minor=900)
    first = rail.refund(ask)
    assert rail.refund(ask) == first == rail.read_refund(first.id)
    later = rails.RefundWish(key="another key", reference="r1", payment_id=ask.payment_id, amount_minor=900, again=True)
    assert rail.refund(later) == first, "a key may be forgotten after a day; the reference is not"
    with pytest.raises(rails.RailRefused) as caught:
        rail.refund(rails.RefundWish(key="r2", reference="r2", payment_id=ask.payment_id, amount_minor=19_001))
    assert "greater than unrefunded" in str(caught.value)


@pytest.mark.parametrize("knob", ["lose_reply", "fail_after_commit"])
def test_a_refund_whose_answer_is_lost_is_found_again(app: Flask, sandbox: Sandbox, knob: str) -> None:
    rail = rail_of(sandbox)
    ask = rails.RefundWish(key="refund:r1", reference="r1", payment_id=paid_payment(rail, sandbox), amount_minor=900)
    sandbox.tell("chaos", **{knob: 1})
    assert rail.refund(ask).state == "succeeded"
    assert len(sandbox.stripe.v1.refunds.list().data) == 1


def test_an_unreachable_rail_is_away_and_a_wrong_key_is_not_set_up(app: Flask, sandbox: Sandbox) -> None:
    with pytest.raises(rails.RailAway):
        StripeRail(key=KEY, base_url=BASE, secret=SECRET, retries=0).read_session("cs_test_1")
    with pytest.raises(rails.RailRefused) as caught:
        rail_of(sandbox).read_session("cs_test_1")
    assert caught.value.code == "resource_missing"


def test_only_events_with_our_signature_over_these_very_bytes_are_believed(app: Flask, sandbox: Sandbox, inbox: Inbox) -> None:
    rail = rail_of(sandbox)
    session = rail.open_session(wish()).id
    sandbox.tell(f"sessions/{session}/pay")
    sandbox.tell("deliver")
    raw, header = inbox.arrived[-1]
    event = rail.verified_event(raw, header)
    assert (event.type, event.object_id, event.claims["amount_total"]) == ("checkout.session.completed", session, 19_900)
    old = signature(raw, SECRET, int(time.time()) - 301)
    for body, seal in ((raw + b" ", header), (raw, ""), (raw, "t=1,v1=00"), (raw, old), (b"\xff", signature(b"\xff", SECRET, 1))):
        with pytest.raises(rails.ForgedEvent):
            rail.verified_event(body, seal)
    odd = json.dumps({"object": "event"}).encode()
    with pytest.raises(rails.ForgedEvent):
        rail.verified_event(odd, signature(odd, SECRET, int(time.time())))


def test_a_sweep_finds_what_no_webhook_brought(app: Flask, sandbox: Sandbox, inbox: Inbox) -> None:
    rail = rail_of(sandbox)
    sandbox.tell("chaos", drop=1000)
    for n in range(40):
        sandbox.tell(f"sessions/{rail.open_session(wish(key=f'k{n}')).id}/pay")
    sandbox.tell("deliver")
    found = list(rail.events_undelivered(since=datetime.now(UTC) - timedelta(days=1)))
    assert len(found) == 120 and len({event.id for event in found}) == 120
    assert list(rail.events_undelivered(since=datetime.now(UTC) + timedelta(hours=1))) == []


def _kept(sandbox: Sandbox, rail: StripeRail) -> rails.PaymentFacts:
    """A first payment on a page that keeps the card."""
    opened = rail.open_session(wish(keeps_card=True))
    sandbox.tell(f"sessions/{opened.id}/pay")
    payment = rail.read_session(opened.id).payment
    assert payment is not None and payment.payer_id and payment.card_id
    return payment


def _charge(payment: rails.PaymentFacts, **changed: object) -> rails.ChargeWish:
    values = {
        "key": "charge:p2-1", "reference": "p2-1", "order": "o1", "title": "编程入门", "amount_minor": 6_600, "currency": "CNY",
        "payer_id": payment.payer_id, "card_id": payment.card_id,
    }  # fmt: skip
    return rails.ChargeWish(**{**values, **changed})  # type: ignore[arg-type]


def test_a_kept_card_is_charged_once_per_key(app: Flask, sandbox: Sandbox) -> None:
    rail = rail_of(sandbox)
    first = _kept(sandbox, rail)
    later = rail.charge_card(_charge(first))
    assert (later.amount_minor, later.currency, later.method) == (6_600, "CNY", "card") and later.fee_minor > 0
    assert rail.charge_card(_charge(first)) == later == rail.find_charge(_charge(first))
    assert rail.charge_card(_charge(first, key="charge:other", again=True)) == later, "found by its reference"


@pytest.mark.parametrize("disaster", ["lose_reply", "fail_after_commit"])
def test_a_charge_whose_answer_is_lost_is_found_again(app: Flask, sandbox: Sandbox, disaster: str) -> None:
    rail = rail_of(sandbox)
    first = _kept(sandbox, rail)
    sandbox.tell("chaos", **{disaster: 1})
    later = rail.charge_card(_charge(first))
    assert later.amount_minor == 6_600 and rail.find_charge(_charge(first)) == later


def test_a_bank_that_says_no_is_a_refusal_with_its_word(app: Flask, sandbox: Sandbox) -> None:
    rail = rail_of(sandbox)
    first = _kept(sandbox, rail)
    sandbox.tell(f"cards/{first.payer_id}", code="authentication_required")
    with pytest.raises(rails.RailRefused) as refused:
        rail.charge_card(_charge(first))
    assert refused.value.code == "authentication_required" and rail.find_charge(_charge(first)) is None


def test_a_payer_who_is_forgotten_stays_so(app: Flask, sandbox: Sandbox) -> None:
    rail = rail_of(sandbox)
    first = _kept(sandbox, rail)
    rail.forget_payer(first.payer_id)
    rail.forget_payer(first.payer_id)
    with pytest.raises(rails.RailRefused):
        rail.charge_card(_charge(first))
