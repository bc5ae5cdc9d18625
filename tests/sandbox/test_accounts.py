"""Accounts of recipients (v2): held against the SDK's own classes, told about on a page, then able to receive."""

from typing import Any

import pytest
import stripe
from stripe.v2.core import Account, AccountLink

from tests.sandbox.rig import Sandbox

WHOLE = ["configuration.recipient", "defaults", "identity", "requirements"]


def strange(kind: Any, body: dict[str, Any], where: str = "") -> list[str]:
    """Names in an object that the SDK's class does not know, and names of the class that are missing at the top."""
    known, inner = kind.__annotations__, getattr(kind, "_inner_class_types", {})
    found = [f"{where}{name} does not exist" for name in body if name not in known]
    if not where:
        found += [f"{name} is missing" for name in known if name not in body and name.islower() and not name.startswith("_")]
    for name, deeper in inner.items():
        value = body.get(name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                found += strange(deeper, each, f"{where}{name}.")
    return found


def open_one(sandbox: Sandbox, country: str = "sg", **options: Any) -> Any:
    wish = {
        "display_name": "Northwind", "contact_email": "pia@example.com", "identity": {"country": country}, "dashboard": "express",
        "configuration": {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}},
        "include": WHOLE,
    }  # fmt: skip
    return sandbox.stripe.v2.core.accounts.create(wish, options)  # type: ignore[arg-type]


def link_of(sandbox: Sandbox, account: str) -> Any:
    use = {"type": "account_onboarding", "account_onboarding": {"return_url": "http://x/back", "refresh_url": "http://x/anew"}}
    return sandbox.stripe.v2.core.account_links.create({"account": account, "use_case": use})  # type: ignore[typeddict-item]


def paid_one(sandbox: Sandbox, amount: int) -> tuple[Any, Any]:
    """An account that told everything, and a transfer to it out of a charge."""
    account = open_one(sandbox)
    sandbox.browser.post(link_of(sandbox, account.id).url.removeprefix(sandbox.url), data={"answer": "all"})
    charge = sandbox.paid(10_000).payment_intent.latest_charge.id
    wish = {"amount": amount, "currency": "cny", "destination": account.id, "source_transaction": charge}
    return account, sandbox.stripe.v1.transfers.create(wish)  # type: ignore[arg-type]


def test_accounts_and_links_have_the_names_of_the_sdks_classes(sandbox: Sandbox) -> None:
    account = open_one(sandbox)
    assert strange(Account, account.to_dict()) == []
    link = link_of(sandbox, account.id)
    assert strange(AccountLink, link.to_dict()) == []
    sandbox.browser.post(link.url.removeprefix(sandbox.url), data={"answer": "part"})
    told = sandbox.stripe.v2.core.accounts.retrieve(account.id, {"include": WHOLE})  # type: ignore[typeddict-item]
    assert strange(Account, told.to_dict()) == []
    bare = sandbox.stripe.v2.core.accounts.retrieve(account.id)
    assert bare.configuration is None and bare.requirements is None, "v2 leaves out what is not asked for"


def test_a_wrong_account_would_be_found(sandbox: Sandbox) -> None:
    body = open_one(sandbox).to_dict()
    body["configuration"]["recipient"]["colour"] = 1
    del body["livemode"]
    assert strange(Account, body) == ["livemode is missing", "configuration.recipient.colour does not exist"]


def test_the_same_key_opens_one_account_and_another_wish_under_it_is_refused(sandbox: Sandbox) -> None:
    first = open_one(sandbox, idempotency_key="account:1")
    assert open_one(sandbox, idempotency_key="account:1").id == first.id
    with pytest.raises(stripe.StripeError):
        open_one(sandbox, country="de", idempotency_key="account:1")
    assert open_one(sandbox, idempotency_key="account:2").id != first.id


def test_the_service_opens_no_account_in_mainland_china(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        open_one(sandbox, country="cn")
    assert caught.value.code == "country_unsupported"


def test_only_an_account_that_told_everything_receives(sandbox: Sandbox) -> None:
    account = open_one(sandbox).id
    charge = sandbox.paid(10_000).payment_intent.latest_charge.id
    wish = {"amount": 100, "currency": "cny", "destination": account, "source_transaction": charge}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sandbox.stripe.v1.transfers.create(wish)
    assert caught.value.code == "insufficient_capabilities_for_transfer"
    sandbox.browser.post(link_of(sandbox, account).url.removeprefix(sandbox.url), data={"answer": "all"})
    assert sandbox.stripe.v1.transfers.create(wish).destination == account


def test_what_was_sent_on_to_the_payees_bank_cannot_be_reversed(sandbox: Sandbox) -> None:
    account, transfer = paid_one(sandbox, 900)
    assert "¥9.00" in sandbox.browser.get("/payees").text
    sandbox.stripe.v1.transfers.reversals.create(transfer.id, {"amount": 400})
    assert "¥5.00" in sandbox.browser.get("/payees").text
    gone = sandbox.browser.post(f"/payees/{account.id}", data={"currency": "cny", "answer": "arrives"})
    assert gone.status_code == 303 and "已全部转出。" in sandbox.browser.get("/payees").text
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sandbox.stripe.v1.transfers.reversals.create(transfer.id)
    assert refused.value.code == "balance_insufficient"
    again = sandbox.browser.post(f"/payees/{account.id}", data={"currency": "cny"})
    assert again.status_code == 400 and "insufficient funds" in again.text
    assert sandbox.browser.post("/payees/acct_nobody", data={"currency": "cny"}).status_code == 400


def test_what_the_payees_bank_sends_back_stands_in_the_account_again(sandbox: Sandbox) -> None:
    account, transfer = paid_one(sandbox, 900)
    sandbox.browser.post(f"/payees/{account.id}", data={"currency": "cny", "answer": "fails"})
    told = [body for body in sandbox.stripe.v1.events.list().data if body.type == "payout.failed"]
    assert [(body.account, body.data.object["amount"]) for body in told] == [(account.id, 900)]
    assert sandbox.stripe.v1.transfers.reversals.create(transfer.id).amount == 900
