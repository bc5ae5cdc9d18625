"""Statements of the bank as the house's finance meets them, and what of their lines is our own."""

import io
import re
from functools import partial

import pytest

from coursehub import clock
from coursehub.billing import queries as billing
from coursehub.billing.bank import reading
from coursehub.billing.operations import set_collection_account
from coursehub.payouts import queries
from coursehub.web import part_of
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


def test_a_long_statement_is_looked_at_page_by_page_with_what_it_comes_to(fay, cast, at, monkeypatch):
    monkeypatch.setattr("coursehub.payouts.views.bank.part_of", partial(part_of, per_page=1))
    invoices = [invoiced(cast.harbour, 60_000, clock.now()) for _n in range(2)]
    told = [Told(60_000, each.reference, f"B-{n}") for n, each in enumerate(invoices)]
    where = hand_in(fay, camt(*told, Told(700, "x", "B-7", party="One"), Told(77, "y", "B-8", party="Two"))).headers["Location"]
    first, second = fay.get(where).text, fay.get(f"{where}?exact=2&waits=2").text
    assert invoices[0].reference in first and invoices[0].reference not in second and invoices[1].reference in second
    assert "One" in first and "Two" not in first and "Two" in second
    for shown in (first, second):
        assert "CN¥1,200.00" in shown and "CN¥7.77" in shown and shown.count("2 lines") == 2
        assert "2 invoices are settled" in shown, "what is booked is the whole statement"


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


def booked(client, *movements, name="january.xml"):
    """Hand in and book; the page of the statement."""
    where = hand_in(client, camt(*movements, number=name), name).headers["Location"]
    digest = re.search(r'name="digest" value="(\w+)"', client.get(where).text)[1]
    return client.post(where + "/booked", data={"digest": digest}, follow_redirects=True)


def entry_in(page) -> str:
    return re.search(r"/house/bank/entries/(\w{16})", page.text)[0]


def test_finance_assigns_what_waits_and_undoes_it(fay, cast, at):
    invoice = invoiced(cast.harbour, 60_000, clock.now())
    where = entry_in(booked(fay, Told(50_000, invoice.reference, "B-1")))
    listed = fay.get("/house/bank/suspense").text
    assert "less than is open" in listed and "B-1" in listed and "Fay" in listed
    assert "1 line waits" in fay.get("/house/payouts/reconciliation").text
    shown = fay.get(where).text
    assert f'name="part_{invoice.id}"' in shown and 'value="500.00"' in shown
    for amount, problem in (("500.001", "more decimal places"), ("600.01", "does not wait any more"), ("", "Type an amount")):
        wrong = fay.post(where + "/assigned", data={f"part_{invoice.id}": amount, "credit_of": "0"})
        assert wrong.status_code in (409, 422) and problem in wrong.text
    assert fay.post(where + "/assigned", data={f"part_{invoice.id}": "500.00", "credit_of": "0"}).status_code == 303
    assert billing.open_minor(invoice) == 10_000 and "Nothing is in suspense" in fay.get("/house/bank/suspense").text
    undo = re.search(r"/house/bank/entries/\w+/uses/\d+/undone", fay.get(where).text)[0]
    assert fay.post(undo, data={"reason": ""}).status_code == 422
    assert fay.post(undo, data={"reason": "Beacon's"}).status_code == 303
    assert billing.open_minor(invoice) == 60_000 and "B-1" in fay.get("/house/bank/suspense").text


def test_a_form_that_is_sent_twice_pays_once(fay, cast, at):
    invoice = invoiced(cast.harbour, 60_000, clock.now())
    where = entry_in(booked(fay, Told(50_000, invoice.reference, "B-1")))
    sent = {
        f"part_{invoice.id}": "200.00",
        "credit_of": "0",
        "seen": re.search(r'name="seen" value="(\d+)"', fay.get(where).text)[1],
    }
    assert fay.post(where + "/assigned", data=sent).status_code == 303
    again = fay.post(where + "/assigned", data=sent)
    assert (
        again.status_code == 409 and "Something became of this money meanwhile" in again.text and 'value="200.00"' in again.text
    )
    assert billing.open_minor(invoice) == 40_000
    now = re.search(r'name="seen" value="(\d+)"', again.text)[1]
    assert fay.post(where + "/assigned", data=sent | {"seen": now}).status_code == 303, "looked at again, it is meant"
    assert billing.open_minor(invoice) == 20_000


def test_an_entry_that_names_nothing_is_assigned_by_a_search(fay, cast, at):
    invoice = invoiced(cast.harbour, 60_000, clock.now())
    where = entry_in(booked(fay, Told(70_000, "services", "B-1", party="Somebody")))
    assert "Search for one" in fay.get(where).text and "No open invoice matches" in fay.get(where + "?q=nobody").text
    data = {f"part_{invoice.id}": "600", "credit_of": str(cast.harbour.id)}
    assert fay.post(f"{where}/assigned?q={invoice.reference}", data=data).status_code == 303
    assert billing.open_minor(invoice) == 0 and billing.credit_minor(cast.harbour.id, "CNY") == 10_000


def test_an_entry_is_taken_on_sent_back_or_set_aside(app, fay, cast, at):
    stan = sign_in(app.test_client(), cast.stan)
    first = entry_in(booked(fay, Told(500, "x", "B-1", party="Somebody")))
    second = entry_in(booked(fay, Told(700, "y", "B-2", party="Somebody"), name="february.xml"))
    assert stan.post(first + "/taken-on").status_code == 303 and "Stan" in fay.get("/house/bank/suspense").text
    today = clock.now().date().isoformat()
    said = {"amount": "5.01", "paid_on": today, "bank_reference": "OUT-1", "words": "not ours"}
    assert "does not wait any more" in fay.post(first + "/sent-back", data=said).text
    assert fay.post(first + "/sent-back", data=said | {"amount": "5.001"}).status_code == 422
    assert fay.post(first + "/sent-back", data=said | {"amount": "5.00", "words": ""}).status_code == 422
    assert fay.post(first + "/sent-back", data=said | {"amount": "5.00"}).status_code == 303
    assert fay.post(second + "/set-aside", data={"words": ""}).status_code == 422
    assert fay.post(second + "/set-aside", data={"words": "Interest"}).status_code == 303
    assert "OUT-1" in fay.get(first).text and "Interest" in fay.get(second).text
    assert "Nothing is in suspense" in fay.get("/house/bank/suspense").text


def test_the_page_says_which_columns_a_table_needs(fay):
    shown = fay.get("/house/bank").text
    assert all(f"<code>{name}</code>" in shown for name in ("booked_on", "bank_reference", "交易流水号", "收入金额"))


def test_a_file_that_names_more_numbers_than_a_database_takes_at_once_is_shown(fay, cast, at):
    invoice = invoiced(cast.harbour, 5, clock.now())
    words = [" ".join(f"INV{n:06}" for n in range(start, start + 90)) for start in range(1, 60_000, 90)]
    many = [Told(7, text, f"B-{n}") for n, text in enumerate(words)]
    many += [Told(7, " ".join(f"{n:016}" for n in range(start, start + 50)), f"C-{start}") for start in range(0, 40_000, 50)]
    shown = fay.get(hand_in(fay, camt(*many)).headers["Location"])
    assert shown.status_code == 200 and invoice.reference in shown.text
