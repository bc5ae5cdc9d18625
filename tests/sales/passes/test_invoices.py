"""Invoices of passes: one for each period in the one series of numbers, and a credit note beside each refund."""

import pytest

from coursehub import clock
from coursehub.billing import checks
from coursehub.billing import queries as billing
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.people.operations.buyer_details import DetailsDraft
from coursehub.sales.operations import papers as of_orders
from coursehub.sales.passes import operations, queries
from coursehub.sales.passes.operations import papers
from tests.cast import sign_in

PERSON = DetailsDraft("personal", "Ada Chen")


def documents(mine):
    return db.session.execute(billing.buyer_documents_of(mine.public_id)).scalars().all()


def test_each_period_has_its_invoice_and_later_ones_follow_by_themselves(story, cast):
    mine = story.take(cast.ada)
    story.wait(31, mine)
    with pytest.raises(NotAllowed):
        papers.ask_invoices(mine, PERSON, by=cast.acting(cast.bo), at=story.now)
    made = papers.ask_invoices(mine, PERSON, by=cast.acting(cast.ada), at=story.now)
    assert [(each.reference, each.amount_minor, each.tax_minor) for each in made] == [
        ("SI-000001", 9_900, 560), ("SI-000002", 9_900, 560),
    ]  # fmt: skip
    with pytest.raises(of_orders.NothingToInvoice):
        papers.ask_invoices(mine, PERSON, by=cast.acting(cast.ada), at=story.now)
    story.wait(31, mine)
    assert [each.reference for each in documents(mine)] == ["SI-000001", "SI-000002", "SI-000003"]
    assert list(checks.faults()) == []


def test_orders_and_passes_share_one_series(story, cast):
    mine = story.take(cast.ada)
    order = story.buy(story.offer(story.course("other")), cast.bo)
    of_orders.ask_invoice(order, PERSON, by=cast.acting(cast.bo), at=story.now)
    made = papers.ask_invoices(mine, PERSON, by=cast.acting(cast.ada), at=story.now)
    assert made[0].reference == "SI-000002"


def test_money_back_of_a_period_stands_on_a_credit_note_before_and_after_its_invoice(story, cast):
    mine = story.take(cast.ada)
    period = queries.periods_of(mine.id)[0]
    operations.refund_period(period, amount_minor=1_000, by=cast.acting(cast.stan), at=story.now)
    story.work(story.now)
    papers.ask_invoices(mine, PERSON, by=cast.acting(cast.ada), at=story.now)
    operations.refund_period(period, amount_minor=8_900, by=cast.acting(cast.stan), at=story.now)
    story.work(story.now)
    found = documents(mine)
    assert [(each.kind, each.amount_minor) for each in found] == [
        ("sale_invoice", 9_900), ("sale_credit", 1_000), ("sale_credit", 8_900),
    ]  # fmt: skip
    assert sum(each.tax_minor for each in found[1:]) == 560 and list(checks.faults()) == []


def test_the_page_makes_them_out_and_prints_them(app, story, cast):
    story.sandbox.tell("clock", reset=True)
    story.now = clock.now()
    mine = story.take(cast.ada)
    client, address = sign_in(app.test_client(), cast.ada), f"/subscriptions/{mine.public_id}/invoices"
    assert client.get(address).status_code == 200
    assert client.post(address, data={"kind": "company", "title": "X", "tax_number": ""}).status_code == 422
    assert client.post(address, data={"kind": "company", "title": "X", "tax_number": "1"}).status_code == 409
    assert client.post(address, data={"kind": "personal", "title": "Ada Chen"}).status_code == 303
    page = client.get(address).text
    document = documents(mine)[0]
    assert "SI-000001" in page and client.get(f"{address}/{document.public_id}.pdf").data[:4] == b"%PDF"
    stranger = sign_in(app.test_client(), cast.bo)
    assert stranger.get(address).status_code == 404 and stranger.get(f"{address}/{document.public_id}.pdf").status_code == 404


def test_finance_goes_from_the_register_to_the_pass(story, cast, app):
    mine = story.take(cast.ada)
    story.wait(31, mine)
    papers.ask_invoices(mine, PERSON, by=cast.acting(cast.ada), at=story.now)
    page = sign_in(app.test_client(), cast.fay).get("/house/buyer-invoices").text
    assert mine.public_id in page and f"/house/passes/{story.on_offer.public_id}" in page and "Ada Chen" not in page
