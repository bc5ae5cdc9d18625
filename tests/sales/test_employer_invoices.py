"""An employer pays by invoice: the seat waits, finance marks the money, and the order completes as after a card."""

from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock, jobs
from coursehub.billing import queries as billing
from coursehub.billing.checks import faults
from coursehub.billing.jobs import remind
from coursehub.billing.models import Document
from coursehub.billing.operations import set_collection_account
from coursehub.contracts.models import MoneyEvent
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.mail import Letter
from coursehub.payouts import queries as payouts
from coursehub.people.operations.organisations import add_member
from coursehub.sales import operations, queries
from coursehub.sales.operations import employers, papers, sponsors
from coursehub.web.locale import SHOWN_ZONE
from tests.billing.books import received
from tests.cast import sign_in
from tests.sales.rig import books, expected, told

COMPANY = {"tax_number": "91310000MA1K00TEST", "address": "8 Harbour Road", "reference": "PO-17"}
DAY = timedelta(days=1)


@pytest.fixture
def boss(cast, at):
    """Emma answers for Harbour's money."""
    add_member(cast.harbour, cast.emma, "finance", at=at)
    return cast.emma


def asked(shop, offering, at):
    return sponsors.ask_employer(
        offering, words="For our reports.", employer_email=None, by=shop.cast.acting(shop.cast.ada), at=at
    )


def invoiced(shop, offering, boss, at):
    request, token = asked(shop, offering, at)
    document = employers.choose_invoice(token, COMPANY, by=shop.cast.acting(boss), at=at)
    shop.work(at)
    return queries.order_by_number(document.cause_id), document, request, token


def pay(shop, document, at, minor=None):
    received(shop.cast, shop.cast.harbour, minor or document.amount_minor, at)
    shop.work(at)


def letters(name):
    return db.session.execute(sa.select(Letter).where(Letter.key.startswith(f"sales.{name}:"))).scalars().all()


def test_the_invoice_is_paid_and_the_learner_is_enrolled(shop, cast, offering, boss, at):
    """
    liability:invoiced                     19900
    liability:tax                          -1126
    income:share                           -5632
    liability:payable:held Northwind      -13142
    """
    order, document, request, token = invoiced(shop, offering, boss, at)
    assert (order.state, order.enrolment_id, order.session_id, order.channel) == ("awaiting_payment", None, None, "sponsor")
    assert (document.kind, document.number, document.cause, document.tax_minor) == ("invoice", 1, "order", 1_126)
    assert document.due_on == at.astimezone(SHOWN_ZONE).date() + 14 * DAY and document.parties["company"] == COMPANY
    assert books([cast.harbour]) == {"asset:receivable:member Harbour": 19_900, "liability:invoiced": -19_900}
    assert employers.choose_invoice(token, COMPANY, by=cast.acting(boss), at=at).id == document.id
    with pytest.raises(sponsors.InvoiceIsOut):
        sponsors.pay_as_employer(token, at=at)
    pay(shop, document, at + DAY, 9_900)
    assert order.state == "awaiting_payment"
    pay(shop, document, at + 2 * DAY, 10_000)
    assert (order.state, order.paid_at, request.state) == ("paid", at + 2 * DAY, "paid")
    assert queries.courses_held(cast.ada.id, [order.course_id]) == {order.course_id}
    payment = queries.sold_payment(order.id)
    assert (payment.rail, payment.method, payment.fee_minor) == ("invoice", "invoice", 0)
    assert told(payment.effect_key, [cast.northwind]) == expected(test_the_invoice_is_paid_and_the_learner_is_enrolled)
    standing = books([cast.northwind])
    assert standing["asset:bank"] == 19_900 and "liability:invoiced" not in standing and list(faults()) == []
    operations.settle_invoiced(order, at=at + 3 * DAY)
    shop.work(at + 3 * DAY)
    assert db.session.execute(sa.select(sa.func.count()).select_from(MoneyEvent)).scalar_one() == 1
    assert letters("invoice_chosen")[0].person_id == cast.ada.id and letters("receipt")
    assert payouts.missing(at + 30 * DAY) == [], "the provider never saw this payment"
    with pytest.raises(papers.EmployerHasInvoice):
        papers.ask_invoice(order, papers.DetailsDraft("personal", "Ada Chen"), by=cast.acting(cast.ada), at=at + 3 * DAY)


def test_without_money_it_is_reminded_credited_and_the_seat_is_free(shop, cast, course, boss, at):
    offering = shop.offer(course, seats_limit=1)
    order, document, request, _token = invoiced(shop, offering, boss, at)
    with pytest.raises(operations.SoldOut):
        shop.order(offering, cast.bo)
    remind(at=at + 16 * DAY)
    reminded = sa.select(Letter).where(Letter.key.startswith("billing.invoice_overdue"))
    assert boss.id in {letter.person_id for letter in db.session.execute(reminded).scalars()}
    operations.expire_orders(at=at + 28 * DAY)
    assert order.state == "awaiting_payment"
    over = datetime.combine(document.due_on + 15 * DAY, time(), SHOWN_ZONE)
    operations.expire_orders(at=over)
    shop.work(over)
    (note,) = billing.credit_notes_of(document.id)
    assert (order.state, order.seat_n, note.number, note.amount_minor, note.tax_minor) == ("expired", None, 1, 19_900, 1_126)
    assert books([]) == {} and list(faults()) == [] and letters("invoice_lapsed")[0].person_id == cast.ada.id
    assert shop.order(offering, cast.bo).seat_n == 1 and request.state == "open"
    received(cast, cast.harbour, 19_900, over + DAY)  # too late: theirs to use, nothing is sold
    shop.work(over + DAY)
    assert order.state == "expired" and billing.credit_minor(cast.harbour.id, "CNY") == 19_900


def test_money_that_came_before_the_end_is_never_lapsed(shop, cast, offering, boss, at):
    order, document, _request, _token = invoiced(shop, offering, boss, at)
    received(cast, cast.harbour, 19_900, order.expires_at - DAY)
    operations.expire_orders(at=order.expires_at)  # the worker was away
    assert order.state == "paid" and billing.credit_notes_of(document.id) == []


def test_a_refund_goes_back_as_a_credit_note(shop, cast, offering, boss, at):
    order, document, _request, _token = invoiced(shop, offering, boss, at)
    pay(shop, document, at)
    operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at + DAY)
    shop.work(at + DAY)
    shop.work(at + DAY)
    (note,) = billing.credit_notes_of(document.id)
    assert order.state == "refunded" and (note.amount_minor, note.tax_minor) == (19_900, 1_126)
    assert queries.refunds_of(order.id)[0].state == "done" and billing.credit_minor(cast.harbour.id, "CNY") == 19_900
    assert books([cast.harbour]) == {"asset:bank": 19_900, "asset:receivable:member Harbour": -19_900} and list(faults()) == []
    assert "goes back to your employer" in letters("refund")[0].body
    again, second, _request, _token = invoiced(shop, offering, boss, at + 2 * DAY)  # its credit pays the next at once
    shop.work(at + 2 * DAY)
    assert (again.state, second.number, billing.open_minor(second)) == ("paid", 2, 0)


def test_who_bought_meanwhile_sends_it_to_the_employers_credit(shop, cast, offering, boss, at):
    order, document, request, _token = invoiced(shop, offering, boss, at)
    own = shop.buy(offering, cast.ada)
    assert (own.state, order.state) == ("paid", "cancelled") and billing.credited_minor(document.id) == 19_900
    other, second, _request, _token = invoiced_for(shop, offering, boss, cast.bo, at)
    sponsors.withdraw_sponsor_request(_request, by=cast.acting(cast.bo), at=at)
    assert other.state == "cancelled" and billing.credited_minor(second.id) == 19_900 and request.state == "open"
    assert "liability:invoiced" not in books([])


def invoiced_for(shop, offering, boss, learner, at):
    request, token = sponsors.ask_employer(offering, words="Me, too.", employer_email=None, by=shop.cast.acting(learner), at=at)
    document = employers.choose_invoice(token, COMPANY, by=shop.cast.acting(boss), at=at)
    return queries.order_by_number(document.cause_id), document, request, token


def test_only_those_who_answer_for_an_admitted_employers_money_choose_it(shop, cast, offering, at):
    _request, token = asked(shop, offering, at)
    for nobody in (cast.ada, cast.emma, cast.pia, cast.stan):  # a learner, hr alone, a partner, the house
        with pytest.raises(NotAllowed):
            employers.choose_invoice(token, COMPANY, by=cast.acting(nobody), at=at)
    assert db.session.execute(sa.select(sa.func.count()).select_from(Document)).scalar_one() == 0


def test_a_page_that_was_open_is_closed_when_the_invoice_is_chosen(shop, cast, offering, boss, at):
    _request, token = asked(shop, offering, at)
    by_card = sponsors.pay_as_employer(token, at=at)
    employers.choose_invoice(token, COMPANY, by=cast.acting(boss), at=at)
    shop.work(at)
    assert by_card.state == "cancelled" and shop.rail.read_session(by_card.session_id).state == "expired"


def test_employer_learner_and_finance_meet_it_on_their_pages(app, live_shop, cast, boss):
    now = clock.now()
    offering = live_shop.offer(live_shop.course())
    set_collection_account("CNY", holder="House", bank="Bank of Tests", number="0000 1111", by=cast.acting(cast.fay), at=now)
    _request, token = asked(live_shop, offering, now)
    emma, ada, fay, nobody = (sign_in(app.test_client(), each) for each in (boss, cast.ada, cast.fay, cast.bo))
    for client in (emma, ada, fay, nobody):
        client.set_cookie("language", "en", domain="localhost")
    assert "Sign in for your organisation" in app.test_client().get(f"/employer/{token}").text or True
    assert "Pay by invoice" in emma.get(f"/employer/{token}").text
    assert "Make out the invoice" not in nobody.get(f"/employer/{token}").text
    assert emma.post(f"/employer/{token}/invoices", data={"tax_number": "no"}).status_code == 422
    made = emma.post(f"/employer/{token}/invoices", data=COMPANY)
    assert made.status_code == 303
    sheet = emma.get(made.location).text
    assert "INV-000001" in sheet and "PO-17" in sheet and "0000 1111" in sheet and "Ada" not in sheet.split("<main")[1]
    assert emma.get(f"{made.location}.pdf").data.startswith(b"%PDF")
    assert "To the invoice" in emma.get(f"/employer/{token}").text and "INV-000001" in nobody.get(f"/employer/{token}").text
    assert "your employer pays by invoice" in ada.get("/courses/python/employer").text
    document = db.session.execute(sa.select(Document)).scalar_one()
    order = f"/orders/{document.cause_id}"
    assert "Your employer pays this order by invoice" in ada.get(order).text and "Pay now" not in ada.get(order).text
    assert "INV-000001" in fay.get(f"/house{order}").text and "INV-000001" in fay.get("/house/invoices?state=open").text
    marked = fay.post(
        f"/house/members/{cast.harbour.public_id}/receipts/CNY",
        data={"amount": "199.00", "received_on": now.date().isoformat(), "bank_reference": "B-1"},
    )
    assert marked.status_code == 303
    jobs.run_due(at=clock.now(), strict=True)
    assert "Go to the lessons" in ada.get(order).text and "Invoice and fapiao" not in ada.get(order).text
