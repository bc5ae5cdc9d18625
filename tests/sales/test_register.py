"""The register of buyers' invoices: its sums are those of its rows, its numbers have no gap, and nobody is named in it."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from coursehub import clock
from coursehub.billing import register
from coursehub.billing.models import BuyerDocument
from coursehub.db import db, transaction
from coursehub.sales.operations import papers
from coursehub.web.locale import local_time
from tests.asked import reads
from tests.cast import sign_in
from tests.sales.test_bundles import bought, bundle, courses, parts_by_slug
from tests.sales.test_papers import COMPANY, PERSON, documents, refund_of

__all__ = ["bundle", "courses"]


@st.composite
def documents_at_random(draw):
    line = st.tuples(st.integers(1, 10**9), st.sampled_from((0, 300, 600, 1_300)), st.integers(0, 10_000))
    lines = [
        {"text": {"zh-CN": "课", "en": "Course"}, "amount_minor": gross, "tax_bps": bps, "tax_minor": gross * part // 10_000}
        for gross, bps, part in draw(st.lists(line, min_size=1, max_size=4))
    ]
    return BuyerDocument(
        kind=draw(st.sampled_from(("sale_invoice", "sale_credit"))), currency=draw(st.sampled_from(("CNY", "EUR", "JPY"))),
        amount_minor=sum(each["amount_minor"] for each in lines), tax_minor=sum(each["tax_minor"] for each in lines), lines=lines,
    )  # fmt: skip


@given(st.lists(documents_at_random(), max_size=12))
def test_the_sums_of_a_month_are_those_of_its_rows_to_the_cent(found):
    summed = register.sums(found)
    rows = [row for document in found for row in register.amounts_of(document)]
    keys = [(each.currency, each.tax_bps) for each in summed]
    assert keys == sorted(set(keys)) and set(keys) == {(row.currency, row.tax_bps) for row in rows}
    for each in summed:
        same = [row for row in rows if (row.currency, row.tax_bps) == (each.currency, each.tax_bps)]
        for name in ("net_minor", "tax_minor", "gross_minor"):
            assert getattr(each, name) == sum(getattr(row, name) for row in same)
        assert each.net_minor + each.tax_minor == each.gross_minor
    for currency in {each.currency for each in found}:
        mine = [(-1 if each.kind == "sale_credit" else 1, each) for each in found if each.currency == currency]
        parts = [each for each in summed if each.currency == currency]
        assert sum(each.gross_minor for each in parts) == sum(sign * each.amount_minor for sign, each in mine)
        assert sum(each.tax_minor for each in parts) == sum(sign * each.tax_minor for sign, each in mine)


@pytest.fixture
def papered(shop, cast, bundle, offering_of_bo, at):
    """Ada's bundle with an invoice of which one course went back a month later, and Bo's course."""
    order = bought(shop, bundle, cast.ada, at)
    papers.ask_invoice(order, COMPANY, by=cast.acting(cast.ada), at=at)
    other = shop.buy(offering_of_bo, cast.bo)
    papers.ask_invoice(other, PERSON, by=cast.acting(cast.bo), at=at)
    refund_of(shop, order, at + timedelta(days=1), part=parts_by_slug(order)["git"])
    return order, other


@pytest.fixture
def offering_of_bo(shop):
    return shop.offer(shop.course("rust"), 10_000)


@pytest.fixture
def fay(app, cast):
    client = sign_in(app.test_client(), cast.fay)
    client.set_cookie("language", "en", domain="localhost")
    return client


def month_of(at):
    return f"{local_time(at):%Y-%m}"


def test_finance_reads_every_document_with_its_tax_and_the_month_below_one_line(papered, fay, at):
    order, other = papered
    page = fay.get(f"/house/buyer-invoices?month={month_of(at)}").text
    for words in ("SI-000001", "SI-000002", "SC-000001", order.public_id, other.public_id, "6%", "run without a gap"):
        assert words in page
    found = register.sums([*documents(order), *documents(other)])
    assert [(each.currency, each.tax_bps, each.gross_minor) for each in found] == [("CNY", 600, 25_000 - 7_112 + 10_000)]
    assert "CN¥278.88" in page and page.index("SC-000001") < page.index("SI-000002") < page.index("SI-000001")
    for private in (COMPANY.title, COMPANY.tax_number, PERSON.title, "Ada", "Bo Li"):
        assert private not in page
    fay.set_cookie("language", "zh-CN", domain="localhost")
    assert "编号连续" in fay.get("/house/buyer-invoices").text


def test_it_is_searched_by_number_and_order_and_filtered_by_month_and_kind(papered, fay, at):
    order, other = papered

    def found(query):
        text = fay.get(f"/house/buyer-invoices?{query}").text
        return [number for number in ("SI-000001", "SI-000002", "SC-000001") if number in text]

    assert found("") == ["SI-000001", "SI-000002", "SC-000001"]
    assert found("kind=sale_credit") == ["SC-000001"] and found("kind=sale_invoice") == ["SI-000001", "SI-000002"]
    assert found("q=si-000002") == ["SI-000002"] and found("q=000001") == ["SI-000001", "SC-000001"]
    assert found(f"q={order.public_id}") == ["SI-000001", "SC-000001"] and found(f"q={other.public_id}") == ["SI-000002"]
    assert found("q=%25") == [] and found("month=1999-01") == found("")


def test_a_document_belongs_to_the_month_in_which_it_is_issued_here(shop, cast, offering, fay):
    """The last second of October in Shanghai is still 31 October elsewhere, and the next belongs to November."""
    midnight = datetime(2026, 10, 31, 16, tzinfo=UTC)
    for buyer, moment in ((cast.ada, midnight - timedelta(seconds=1)), (cast.bo, midnight)):
        papers.ask_invoice(shop.buy(offering, buyer), PERSON, by=cast.acting(buyer), at=moment)
    october, november = (fay.get(f"/house/buyer-invoices?month={month}").text for month in ("2026-10", "2026-11"))
    assert ("SI-000001" in october, "SI-000002" in october) == (True, False)
    assert ("SI-000001" in november, "SI-000002" in november) == (False, True)


def test_the_file_of_a_month_holds_all_rows_and_adds_up_to_the_sums(papered, fay, at):
    order, other = papered
    answer = fay.get(f"/house/buyer-invoices/{month_of(at)}.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf") and answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["Number"], row["Invoice taken back"]) for row in rows] == [
        ("SC-000001", "SI-000001"), ("SI-000002", ""), ("SI-000001", ""),
    ]  # fmt: skip
    (total,) = register.sums([*documents(order), *documents(other)])
    for head, minor in (("Without tax", total.net_minor), ("Tax", total.tax_minor), ("With tax", total.gross_minor)):
        assert sum(as_minor(row[head]) for row in rows) == minor
    assert rows[0]["With tax"] == "-71.12" and rows[0]["Tax rate, in percent"] == "6.00"
    assert COMPANY.title not in answer.text and COMPANY.tax_number not in answer.text
    assert fay.get("/house/buyer-invoices/1999-01.csv").status_code == 404


def as_minor(written):
    return int(Decimal(written) * 100)


def test_a_missing_number_is_said_instead(papered, fay):
    with transaction():
        db.session.execute(sa.text("UPDATE billing_series SET last = 7 WHERE kind = 'sale_credit'"))
    page = fay.get("/house/buyer-invoices").text
    assert "The numbers have a gap" in page and "run without a gap" not in page


def test_the_page_of_an_order_lists_its_documents_and_support_reads_numbers_alone(app, papered, fay, cast):
    order, _other = papered
    susi = sign_in(app.test_client(), cast.susi)
    for client in (fay, susi):
        page = client.get(f"/house/orders/{order.public_id}").text
        assert "SI-000001" in page and "SC-000001" in page and "SI-000002" not in page
        assert COMPANY.title not in page and COMPANY.tax_number not in page
    assert susi.get("/house/buyer-invoices").status_code == 403


def test_more_rows_ask_no_more_of_the_database(shop, cast, offering, fay):
    now = clock.now()
    asked = []
    for buyer in (cast.ada, cast.bo, cast.eve):
        papers.ask_invoice(shop.buy(offering, buyer), PERSON, by=cast.acting(buyer), at=now)
        with reads() as seen:
            fay.get(f"/house/buyer-invoices?month={month_of(now)}")
        asked.append(len(seen))
    assert asked[0] == asked[2] <= 16, f"{asked} reads for one, two and three rows"
