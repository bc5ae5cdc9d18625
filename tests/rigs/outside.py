"""What goes on outside a victim, over the network alone: buyers pay on the rail's pages, banks decide, the rail tells, months go by."""

import json
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta
from typing import Any

import stripe
from flask import Flask

from coursehub import jobs
from coursehub.config import current_settings
from coursehub.sales import operations
from tests.rigs.world import deliver


def pay_page(session_id: str | None) -> None:
    """A buyer pays on the sandbox's own page, in a browser of their own; what was paid before, it refuses."""
    if session_id is not None:
        post(f"/pay/{session_id}", outcome="pay", method="card")


def bank_takes(charge_id: str, payment_id: str) -> str:
    """A buyer's bank takes a payment, if it did not before; the dispute's number."""
    post(f"/bank/charges/{charge_id}", how="take")
    key = {"Authorization": f"Bearer {current_settings().stripe_key}"}
    (dispute,) = _told(f"/v1/disputes?payment_intent={payment_id}", headers=key)["data"]
    return str(dispute["id"])


def bank_decides(number: str, answer: str) -> None:
    """That bank decides, won or lost, if it did not before."""
    post(f"/bank/disputes/{number}", answer=answer)


def bank_answers(payer_id: str, code: str) -> None:
    """How a buyer's bank answers the cards that the rail keeps now: with a code of refusal, or (empty) with the money."""
    _control(f"cards/{payer_id}", code=code)


def clock_comes_to(moment: datetime) -> None:
    """The sandbox's clock stands at this moment, or later where it was there before."""
    wanted = int(moment.timestamp())
    if _control("clock")["now"] < wanted:
        _control("clock", stopped_at=wanted)


def tell_everything(app: Flask) -> None:
    """Every event of the rail, oldest first, to our webhook."""
    found = list(_sdk().v1.events.list({"limit": 100}).data)
    for event in reversed(found):
        assert deliver(app.test_client(), event.to_dict()) == 200


def work(at: datetime) -> None:
    """The worker does what is due."""
    jobs.run_due(at=at)


def go_on(app: Flask, at: datetime) -> None:
    """The rail tells all again and the worker works until nothing is left to do."""
    for minutes in (10, 30, 90):
        tell_everything(app)
        work(at + timedelta(minutes=minutes))
    operations.sweep_events(at=at + timedelta(minutes=95))
    operations.settle_waiting(at=at + timedelta(minutes=96))
    work(at + timedelta(minutes=100))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Does not follow the sandbox back to our pages, which no server serves here."""

    def redirect_request(self, *_args: Any) -> None:
        """Nowhere."""


def post(page: str, **fields: str) -> None:
    """What a person does on a page of the sandbox; done before, it is refused. page: a path there, or its whole address."""
    url = urllib.parse.urljoin(current_settings().stripe_base_url, page)
    try:
        urllib.request.build_opener(_NoRedirect).open(url, data=urllib.parse.urlencode(fields).encode(), timeout=20).close()
    except urllib.error.HTTPError as answer:  # 303 back to us, or what it thinks of a second time
        answer.close()


def _control(what: str, **wish: Any) -> dict[str, Any]:
    return _told(f"/control/{what}", data=json.dumps(wish).encode(), headers={"Content-Type": "application/json"})


def _told(path: str, **asked: Any) -> dict[str, Any]:
    """Asked beside the SDK, whose calls are points at which the victim dies."""
    request = urllib.request.Request(urllib.parse.urljoin(current_settings().stripe_base_url, path), **asked)
    with urllib.request.urlopen(request, timeout=20) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def _sdk() -> stripe.StripeClient:
    settings = current_settings()
    return stripe.StripeClient(settings.stripe_key, base_addresses={"api": settings.stripe_base_url})
