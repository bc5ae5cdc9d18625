"""Statements of the bank as the house's finance meets them, and what of their lines is our own."""

import io
import re

import pytest

from coursehub import clock
from coursehub.billing import queries as billing
from coursehub.billing.bank import reading
from coursehub.billing.operations import set_collection_account
from coursehub.payouts import queries
from tests.billing.books import invoiced
from tests.billing.statement import ACCOUNT, Told, camt
from tests.cast import sign_in

from .rig import World


@pytest.fixture
def fay(app, cast, at):
    set_collection_account("CNY", holder="量潮课堂", bank="招商银行", number=ACCOUNT, by=cast.acting(cast.fay), at=at)
    client = sign_in(app.test_client(), cast.fay)
    client.set_cookie("language", "en", domain="localhost")
    return client


def hand_in(client, raw: bytes, name: str = "january.xml"):
    return client.post("/house/bank", data={"account": "0", "file": (io.BytesIO(raw), name)})


def test_finance_hands_in_a_statement_looks_at_it_and_books_it(fay, cast, at):
    invoice = invoiced(cast.harbour, 60_000, clock.now())
    answer = hand_in(fay, camt(Told(60_000, invoice.reference, "B-1"), Told(777, "who knows", "B-2", party="Unknown Ltd")))
    shown = fay.get(answer.headers["Location"])
    assert invoice.reference in shown.text and "Unknown Ltd" in shown.text and billing.open_minor(invoice) == 60_000
    digest = re.search(r'name="digest" value="(\w+)"', shown.text)[1]
    after = fay.post(answer.headers["Location"] + "/booked", data={"digest": digest}, follow_redirects=True)
    assert "1 line waits in suspense" in after.text and billing.open_minor(invoice) == 0
    listed = fay.get("/house/bank").text
    assert "january.xml" in listed and "waits to be booked" not in listed
    assert "B-1" in fay.get("/house/receipts").text


def test_a_preview_that_is_out_of_date_is_shown_again_instead_of_booked(fay, cast, at):
    answer = hand_in(fay, camt(Told(60_000, "INV-000001", "B-1")))
    invoice = invoiced(cast.harbour, 60_000, clock.now())
    again = fay.post(answer.headers["Location"] + "/booked", data={"digest": "old"})
    assert again.status_code == 409 and invoice.reference in again.text and billing.open_minor(invoice) == 60_000


def test_a_wrong_file_is_refused_with_its_reason_and_a_wrong_draft_is_dropped(fay, cast, at):
    refused = hand_in(fay, b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    assert refused.status_code == 409 and "document type" in refused.text
    assert hand_in(fay, b"", "empty.xml").status_code in (409, 422)
    assert "is broken XML" in hand_in(fay, b"<Document").text
    answer = hand_in(fay, camt(Told(5, "x", "B-1")))
    assert fay.post(answer.headers["Location"] + "/dropped").status_code == 303
    assert fay.get(answer.headers["Location"]).status_code == 404


def test_our_own_payouts_are_known_whether_they_leave_or_come_back(cast, at):
    world = World(cast, at)
    world.sell()
    run = world.prepare()
    world.confirm(run)
    (payout,) = queries.payouts_of_run(run.id)
    raw = camt(
        Told(-payout.amount_minor, "payout", "B-1", end_to_end=payout.public_id),
        Told(payout.amount_minor, "returned", "B-2", end_to_end=payout.public_id, is_reversal=True),
        Told(-1, f"batch {run.public_id}", "B-3"),
        Told(5, "0123456789abcdef", "B-4"),
    )
    lines = reading.read(raw, account=ACCOUNT, currency="CNY").lines
    own = queries.own_lines(reading.read(raw, account=ACCOUNT, currency="CNY"))
    assert [own.get(line.fingerprint) for line in lines] == ["payout", "returned", "payout", None]
