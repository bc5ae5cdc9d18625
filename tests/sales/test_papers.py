"""Paper for buyers: invoices with numbers without gaps, credit notes beside refunds, fapiao made out by finance."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.billing import checks
from coursehub.billing.buyer_sheet import printed_for_buyer
from coursehub.billing.models import BuyerDocument
from coursehub.db import db, transaction
from coursehub.desks.queries.house import last_month, queues
from coursehub.errors import NotAllowed
from coursehub.mail import Letter
from coursehub.people.models import AccessLog, BuyerDetails
from coursehub.people.operations.buyer_details import DetailsDraft
from coursehub.people.operations.forgetting import forget_person
from coursehub.privacy.proof import violations
from coursehub.sales import operations, queries
from coursehub.sales.models import FapiaoRequest
from coursehub.sales.operations import fapiao, papers
from tests.cast import sign_in
from tests.sales.test_bundles import bought, bundle, courses, parts_by_slug

__all__ = ["bundle", "courses"]

COMPANY = DetailsDraft("company", "海港软件有限公司", "91310000MA1FL0XX0X", "上海市港口路 1 号 021-5550", "海港银行 6222")
PERSON = DetailsDraft("personal", "Ada Chen")


def documents(order):
    from coursehub.billing import queries as billing

    return db.session.execute(billing.buyer_documents_of(order.public_id)).scalars().all()


def refund_of(shop, order, at, **given):
    operations.ask_refund(order, reason="", by=shop.cast.acting(shop.cast.ada), at=at, **given)
    shop.work(at)


def test_an_invoice_has_a_number_its_tax_is_that_of_the_books_and_it_is_made_out_once(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    first = papers.ask_invoice(order, COMPANY, by=cast.acting(cast.ada), at=at)
    again = papers.ask_invoice(order, PERSON, by=cast.acting(cast.ada), at=at)
    assert (first.reference, again.id) == ("SI-000001", first.id)
    assert (first.amount_minor, first.tax_minor) == (19_900, 1_126)
    other = papers.ask_invoice(shop.buy(offering, cast.bo), PERSON, by=cast.acting(cast.bo), at=at)
    assert other.reference == "SI-000002" and list(checks.faults()) == []
    with pytest.raises(NotAllowed):
        papers.ask_invoice(order, PERSON, by=cast.acting(cast.bo), at=at)
    assert printed_for_buyer(first)[:4] == b"%PDF"


def test_what_goes_back_stands_on_credit_notes_with_its_tax(shop, cast, bundle, at):
    order = bought(shop, bundle, cast.ada, at)
    refund_of(shop, order, at + timedelta(days=1), part=parts_by_slug(order)["git"])  # before the invoice
    invoice = papers.ask_invoice(order, COMPANY, by=cast.acting(cast.ada), at=at + timedelta(days=2))
    assert [line["amount_minor"] for line in invoice.lines] == [14_296, 7_112, 3_592] and invoice.tax_minor == order.tax_minor
    refund_of(shop, order, at + timedelta(days=3))  # and after it
    found = documents(order)
    assert [each.reference for each in found] == ["SI-000001", "SC-000001", "SC-000002", "SC-000003"]
    assert sum(each.amount_minor for each in found[1:]) == invoice.amount_minor
    assert sum(each.tax_minor for each in found[1:]) == invoice.tax_minor
    assert list(checks.faults()) == [] and printed_for_buyer(found[1])[:4] == b"%PDF"


def test_a_gap_in_the_numbers_would_be_found_and_nothing_can_be_changed(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    papers.ask_invoice(order, PERSON, by=cast.acting(cast.ada), at=at)
    with pytest.raises(sa.exc.DBAPIError), transaction():
        db.session.execute(sa.update(BuyerDocument).values(amount_minor=1))
    with transaction():
        db.session.execute(sa.text("UPDATE billing_series SET last = 7 WHERE kind = 'sale_invoice'"))
    assert any("sale_invoice" in fault for fault in checks.faults())


def test_unpaid_orders_and_wrong_tax_numbers_are_refused(shop, cast, offering, at):
    order = shop.order(offering, cast.ada)
    with pytest.raises(papers.NothingToInvoice):
        papers.ask_invoice(order, PERSON, by=cast.acting(cast.ada), at=at)
    with pytest.raises(papers.TaxNumberWrong):
        papers.ask_invoice(order, DetailsDraft("company", "x", "12"), by=cast.acting(cast.ada), at=at)
    with pytest.raises(fapiao.SpecialNeedsMore):
        fapiao.ask_fapiao(order, PERSON, kind="special", by=cast.acting(cast.ada), at=at)


def test_finance_makes_a_fapiao_out_and_reverses_what_goes_back(shop, cast, bundle, at):
    order = bought(shop, bundle, cast.ada, at)
    asked = fapiao.ask_fapiao(order, COMPANY, kind="special", by=cast.acting(cast.ada), at=at)
    with pytest.raises(fapiao.FapiaoAskedBefore):
        fapiao.ask_fapiao(order, COMPANY, kind="normal", by=cast.acting(cast.ada), at=at)
    with pytest.raises(NotAllowed):
        fapiao.take_fapiao(asked, by=cast.acting(cast.susi), at=at)
    fay, stan = cast.acting(cast.fay), cast.acting(cast.stan)
    assert db.session.execute(queries.fapiao_to_do()).one() == (1, at)
    assert fapiao.take_fapiao(asked, by=fay, at=at).title == COMPANY.title
    with pytest.raises(fapiao.FapiaoTaken):
        fapiao.take_fapiao(asked, by=stan, at=at)
    fapiao.record_fapiao(asked, number="2631000001", issued_on=at.date(), by=fay, at=at)
    assert (asked.state, asked.issued_minor) == ("issued", 25_000)
    assert db.session.execute(queries.fapiao_to_do()).scalar_one() == 0
    with pytest.raises(fapiao.FapiaoAnswered):
        fapiao.decline_fapiao(asked, answer="No.", by=fay, at=at)
    with pytest.raises(fapiao.NothingToReverse):
        fapiao.reverse_fapiao(asked, number="2631000002", issued_on=at.date(), by=fay, at=at)
    refund_of(shop, order, at + timedelta(days=1), part=parts_by_slug(order)["sql"])
    assert [row[1] for row in db.session.execute(queries.fapiao_to_reverse())] == [3_592]
    assert [(queue.count, queue.opened_at) for queue in queues(fay, at=at) if queue.kind == "fapiao"] == [(1, at)]
    assert last_month(at=at + timedelta(days=1)).taken == [("CNY", 25_000 - 3_592)]
    with pytest.raises(fapiao.NumberUsed):
        fapiao.reverse_fapiao(asked, number="2631000001", issued_on=at.date(), by=fay, at=at)
    fapiao.reverse_fapiao(asked, number="2631000002", issued_on=at.date(), by=fay, at=at + timedelta(days=2))
    assert db.session.execute(queries.fapiao_to_reverse()).all() == []
    shop.work(at + timedelta(days=2))
    told = {letter.key.split(":")[0]: letter.body for letter in db.session.execute(sa.select(Letter)).scalars()}
    assert "2631000001" in told["sales.fapiao_issued"] and "2631000002" in told["sales.fapiao_reversed"]


def test_openings_are_logged_proven_and_details_go_with_the_person(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    papers.ask_invoice(order, PERSON, by=cast.acting(cast.ada), at=at)
    fapiao.ask_fapiao(order, PERSON, kind="normal", by=cast.acting(cast.ada), at=at)
    rows = fapiao.export_fapiao(by=cast.acting(cast.fay), at=at)
    assert [details.title for _asked, _order, details in rows] == ["Ada Chen"]
    log = db.session.execute(sa.select(AccessLog)).scalars().all()
    assert [(row.purpose, row.person_id, row.by_id) for row in log] == [
        ("invoice", cast.ada.id, cast.fay.id)
    ] and violations() == []
    with transaction():
        db.session.add(AccessLog(person_id=cast.ada.id, by_id=cast.bo.id, purpose="invoice", fields=["buyer_details"], at=at))
    assert [found.why for found in violations()] == ["no finance role then"]
    forget_person(cast.ada, "erased_by_wish", at=at + timedelta(days=1))
    assert db.session.execute(sa.select(BuyerDetails.title, BuyerDetails.tax_number)).all() == [("", "")]
    assert printed_for_buyer(documents(order)[0])[:4] == b"%PDF"


def test_buyer_and_finance_meet_it_on_their_pages(app, live_shop, cast):
    order = live_shop.buy(live_shop.offer(live_shop.course()), cast.ada, at=clock.now())
    ada, fay = sign_in(app.test_client(), cast.ada), sign_in(app.test_client(), cast.fay)
    ada.set_cookie("language", "en", domain="localhost")
    fay.set_cookie("language", "zh-CN", domain="localhost")
    typed = {"kind": "company", "title": "Harbour", "tax_number": "", "address": "", "bank": "", "fapiao": "normal"}
    assert "invoice needs its tax number." in ada.post(f"/orders/{order.public_id}/invoices", data=typed).text
    typed["tax_number"] = "91310000 ma1fl0xx0x"
    assert ada.post(f"/orders/{order.public_id}/invoices", data=typed).status_code == 303
    page = ada.get(f"/orders/{order.public_id}/invoice")
    assert "SI-000001" in page.text and "91310000MA1FL0XX0X" in page.text and "Finance makes it out" in page.text
    asked = db.session.execute(sa.select(FapiaoRequest)).scalar_one()
    assert "待开具" in fay.get("/house/fapiao").text
    opened = fay.post(f"/house/fapiao/{asked.public_id}/takings")
    assert "Harbour" in opened.text and "91310000MA1FL0XX0X" in opened.text
    exported = fay.post("/house/fapiao/files")
    assert exported.data.startswith(b"\xef\xbb\xbf") and "Harbour" in exported.text
    kept = fay.post(f"/house/fapiao/{asked.public_id}/numbers", data={"number": "F1", "issued_on": "2026-11-01"})
    assert kept.status_code == 303 and "F1" in ada.get(f"/orders/{order.public_id}/invoice").text
    pdf = ada.get(f"/orders/{order.public_id}/invoices/{documents(order)[0].public_id}.pdf")
    assert pdf.status_code == 200 and pdf.data[:4] == b"%PDF"


def disputed(shop, order, at):
    charge = queries.sold_payment(order.id).rail_charge_id
    number = shop.sandbox.tell("disputes", charge=charge)["id"]
    operations.follow_dispute(number, at=at)
    return number


def decided(shop, number, at, *, won):
    shop.sandbox.tell("disputes", dispute=number, won=won)
    return operations.follow_dispute(number, at=at)


def test_what_a_bank_keeps_stands_on_a_credit_note_once_it_is_lost(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    invoice = papers.ask_invoice(order, COMPANY, by=cast.acting(cast.ada), at=at)
    number = disputed(shop, order, at)
    assert documents(order) == [invoice], "while the bank decides nothing is put on paper"
    decided(shop, number, at, won=False)
    operations.follow_dispute(number, at=at)
    note = documents(order)[1]
    assert (len(documents(order)), note.kind, note.credits_id) == (2, "sale_credit", invoice.id)
    assert (note.amount_minor, note.tax_minor) == (19_900, 1_126) and list(checks.faults()) == []


def test_a_dispute_that_is_won_leaves_the_invoice_alone(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    papers.ask_invoice(order, COMPANY, by=cast.acting(cast.ada), at=at)
    decided(shop, disputed(shop, order, at), at, won=True)
    assert [each.kind for each in documents(order)] == ["sale_invoice"]


def test_won_on_appeal_it_is_invoiced_anew_and_can_be_credited_again(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    papers.ask_invoice(order, COMPANY, by=cast.acting(cast.ada), at=at)
    payment, number = queries.sold_payment(order.id), disputed(shop, order, at)
    lost = decided(shop, number, at, won=False)
    facts = replace(shop.rail.read_dispute(number), state="won", reinstated_at=at)
    operations.record_dispute(payment, facts, at=at)
    operations.record_dispute(payment, facts, at=at)
    found = documents(order)
    assert [each.reference for each in found] == ["SI-000001", "SC-000001", "SI-000002"] and lost.state == "won"
    assert found[2].tax_minor == 1_126 and list(checks.faults()) == []


def test_an_invoice_that_is_asked_for_after_a_lost_dispute_has_its_credit_note(shop, cast, bundle, at):
    order = bought(shop, bundle, cast.ada, at)
    charge = queries.sold_payment(order.id).rail_charge_id
    number = shop.sandbox.tell("disputes", charge=charge, amount=10_000)["id"]
    operations.follow_dispute(number, at=at)
    decided(shop, number, at, won=False)
    papers.ask_invoice(order, COMPANY, by=cast.acting(cast.ada), at=at)
    found = documents(order)
    assert [each.kind for each in found] == ["sale_invoice", "sale_credit", "sale_credit", "sale_credit"]
    assert sum(each.amount_minor for each in found[1:]) == 10_000


def test_a_lost_dispute_calls_for_a_red_letter_fapiao(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    asked = fapiao.ask_fapiao(order, COMPANY, kind="special", by=cast.acting(cast.ada), at=at)
    fapiao.take_fapiao(asked, by=cast.acting(cast.stan), at=at)
    fapiao.record_fapiao(asked, number="26312000000001", issued_on=at.date(), by=cast.acting(cast.stan), at=at)
    number = disputed(shop, order, at)
    assert queries.fapiao_to_reverse_minor(asked) == 0
    decided(shop, number, at, won=False)
    assert queries.fapiao_to_reverse_minor(asked) == 19_900
