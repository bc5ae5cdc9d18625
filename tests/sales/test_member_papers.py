"""Members ask for the fapiao of their invoices; finance makes them out, and reverses what credit notes take back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.mail import Letter
from coursehub.people.operations.buyer_details import DetailsDraft
from coursehub.people.operations.forgetting import forget_person
from coursehub.people.operations.organisations import add_member
from coursehub.sales import queries
from coursehub.sales.models import FapiaoRequest
from coursehub.sales.operations import fapiao
from tests.billing.books import credited, invoiced
from tests.cast import sign_in

COMPANY = DetailsDraft("company", "海港软件有限公司", "91310000MA1FL0XX0X", "上海市港口路 1 号 021-5550", "海港银行 6222")
DAY = timedelta(days=1)


@pytest.fixture
def boss(cast, at):
    """Emma answers for Harbour's money."""
    add_member(cast.harbour, cast.emma, "finance", at=at)
    return cast.acting(cast.emma)


@pytest.fixture
def invoice(cast, boss, at):
    """A placement fee of 1,060.00 with 6 % tax in it."""
    return invoiced(cast.harbour, 106_000, at, tax_minor=6_000)


def made_out(cast, asked, at, number="2631000001"):
    fay = cast.acting(cast.fay)
    fapiao.take_fapiao(asked, by=fay, at=at)
    fapiao.record_fapiao(asked, number=number, issued_on=at.date(), by=fay, at=at)


def test_a_members_invoice_has_one_fapiao_made_out_over_what_is_left_of_it(cast, boss, invoice, at):
    credited(invoice, cast.harbour, 16_000, at)
    asked = fapiao.ask_fapiao_of_invoice(invoice, COMPANY, kind="special", by=boss, at=at)
    sold = queries.sold_for(asked)
    assert (sold.number, sold.left_minor, sold.tax_bps) == ("INV-000001", 90_000, 600)
    assert sold == queries.sold_document(invoice, boss.person_id)
    with pytest.raises(fapiao.FapiaoAskedBefore):
        fapiao.ask_fapiao_of_invoice(invoice, COMPANY, kind="normal", by=boss, at=at)
    assert db.session.execute(queries.fapiao_to_do()).one() == (1, at)
    made_out(cast, asked, at)
    assert (asked.state, asked.issued_minor) == ("issued", 90_000)
    assert queries.fapiao_to_reverse_minor(asked) == 0


def test_a_credit_note_after_it_calls_for_one_in_red_letters(shop, cast, boss, invoice, at):
    asked = fapiao.ask_fapiao_of_invoice(invoice, COMPANY, kind="normal", by=boss, at=at)
    made_out(cast, asked, at)
    credited(invoice, cast.harbour, 53_000, at + DAY)
    assert db.session.execute(queries.fapiao_to_reverse()).tuples().all() == [(asked, 53_000)]
    fapiao.reverse_fapiao(asked, number="2631000002", issued_on=at.date(), by=cast.acting(cast.fay), at=at + DAY)
    assert db.session.execute(queries.fapiao_to_do()).scalar_one() == 0
    shop.work(at + DAY)
    told = {letter.key.split(":")[0]: letter for letter in db.session.execute(sa.select(Letter)).scalars()}
    assert "2631000001" in told["sales.fapiao_issued"].body and "2631000002" in told["sales.fapiao_reversed"].body
    assert f"/hire/invoices/{invoice.public_id}/fapiao" in told["sales.fapiao_issued"].body


def test_only_those_who_answer_for_the_members_money_may_ask(cast, boss, invoice, at):
    for stranger in (cast.emil, cast.ada, cast.pia, cast.fay):
        with pytest.raises(NotAllowed):
            fapiao.ask_fapiao_of_invoice(invoice, COMPANY, kind="normal", by=cast.acting(stranger), at=at)
    note = credited(invoice, cast.harbour, 106_000, at)
    with pytest.raises(NotAllowed):
        fapiao.ask_fapiao_of_invoice(note, COMPANY, kind="normal", by=boss, at=at)
    with pytest.raises(fapiao.NothingToInvoice):
        fapiao.ask_fapiao_of_invoice(invoice, COMPANY, kind="normal", by=boss, at=at)


def test_a_rate_is_named_only_where_an_invoice_has_one(cast, boss, at):
    for amount, tax, rate in ((9_900, 560, 600), (10_600, 600, 600), (10_000, 0, 0), (120_000, 700, None)):
        assert queries.sold_document(invoiced(cast.harbour, amount, at, tax_minor=tax), boss.person_id).tax_bps == rate


def test_a_request_is_about_one_thing(shop, cast, boss, invoice, offering, at):
    order = shop.buy(offering, cast.ada)
    asked = fapiao.ask_fapiao_of_invoice(invoice, COMPANY, kind="normal", by=boss, at=at)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(sa.update(FapiaoRequest).where(FapiaoRequest.id == asked.id).values(order_id=order.id))
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(sa.update(FapiaoRequest).where(FapiaoRequest.id == asked.id).values(document_id=None))


def test_the_member_and_finance_meet_it_on_their_pages(app, cast, boss, invoice, at):
    emma, fay = sign_in(app.test_client(), cast.emma), sign_in(app.test_client(), cast.fay)
    emma.set_cookie("language", "en", domain="localhost")
    fay.set_cookie("language", "zh-CN", domain="localhost")
    where = f"/hire/invoices/{invoice.public_id}/fapiao"
    assert where in emma.get(f"/hire/invoices/{invoice.public_id}").text
    typed = {"title": "Harbour", "tax_number": "", "address": "", "bank": "", "fapiao": "special"}
    assert "needs its tax number" in emma.post(where, data=typed).text
    typed["tax_number"] = COMPANY.tax_number
    refused = emma.post(where, data=typed)
    assert refused.status_code == 409 and COMPANY.tax_number in refused.text, "a special one needs more, and nothing is lost"
    assert emma.post(where, data=typed | {"address": "8 Harbour Road", "bank": "Harbour Bank 6222"}).status_code == 303
    shown = emma.get(where).text
    assert "Finance makes it out" in shown and 'name="title"' not in shown
    asked = db.session.execute(sa.select(FapiaoRequest)).scalar_one()
    queue = fay.get("/house/fapiao").text
    assert "INV-000001" in queue and "推荐录用服务费" in queue
    assert f"/house/invoices/{invoice.public_id}" in fay.post(f"/house/fapiao/{asked.public_id}/takings").text
    assert "INV-000001" in fay.post("/house/fapiao/files").text
    kept = fay.post(f"/house/fapiao/{asked.public_id}/numbers", data={"number": "F1", "issued_on": "2026-11-01"})
    assert kept.status_code == 303 and "F1" in emma.get(where).text


def test_whoever_asked_and_is_forgotten_is_named_no_more(shop, cast, boss, invoice, at):
    asked = fapiao.ask_fapiao_of_invoice(invoice, COMPANY, kind="normal", by=boss, at=at)
    fapiao.decline_fapiao(asked, answer="Emma, please write the name in full.", by=cast.acting(cast.fay), at=at)
    forget_person(cast.emma, "erased_by_wish", at=at + DAY)
    shop.work(at + DAY)
    db.session.expire_all()
    assert asked.answer == "" and queries.sold_for(asked).number == "INV-000001"
