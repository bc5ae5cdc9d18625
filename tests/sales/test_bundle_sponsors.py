"""An employer pays for a bundle: by card, or by invoice with a line for each course, and its credit when a course goes back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursehub import clock
from coursehub.billing import queries as billing
from coursehub.billing.models import Document
from coursehub.contracts.models import MoneyEvent
from coursehub.db import db
from coursehub.ledger import checks
from coursehub.mail import Letter
from coursehub.people.operations.organisations import add_member
from coursehub.sales import operations, queries
from coursehub.sales.operations import employers, sponsors
from tests.billing.books import received
from tests.cast import sign_in
from tests.sales.rig import books
from tests.sales.test_bundles import bundle, courses, made_of, parts_by_slug

__all__ = ["bundle", "courses"]

SLUGS = ("python", "git", "sql")


@pytest.fixture(autouse=True)
def boss(cast, at):
    """Emma answers for Harbour's money."""
    add_member(cast.harbour, cast.emma, "finance", at=at)


def ask(shop, bundle, at):
    ada = shop.cast.acting(shop.cast.ada)
    return sponsors.ask_employer_for_bundle(bundle, words="Please.", employer_email="boss@harbour.example", by=ada, at=at)


def choose(shop, token, at):
    return employers.choose_invoice(token, {"reference": "PO-7"}, by=shop.cast.acting(shop.cast.emma), at=at)


def receive(shop, document, at):
    received(shop.cast, shop.cast.harbour, document.amount_minor, at)
    shop.work(at)


def shares(shop):
    found = books([shop.cast.house, shop.cast.northwind])
    return {name: minor for name, minor in found.items() if not name.startswith(("asset:", "expense:rail_fee"))}


def credits(document):
    found = sa.select(Document).where(Document.credits_id == document.id).order_by(Document.id)
    return db.session.execute(found).scalars().all()


def test_by_card_the_learner_is_enrolled_in_all_and_the_sale_came_through_a_sponsor(shop, cast, bundle, at):
    asked, token = ask(shop, bundle, at)
    order = sponsors.pay_as_employer(token, at=at)
    assert sponsors.pay_as_employer(token, at=at).id == order.id
    assert (order.buyer_id, order.bundle_id, order.gross_minor, order.channel) == (cast.ada.id, bundle.id, 25_000, "sponsor")
    shop.pay(order)
    operations.settle_order(order, at=at)
    shop.work(at)
    assert (order.state, asked.state) == ("paid", "paid")
    assert all(part.enrolment_id for part in queries.parts_of(order.id))
    sales = db.session.execute(sa.select(MoneyEvent)).scalars().all()
    assert [sale.facts["channel"] for sale in sales] == ["sponsor"] * 3
    letters = db.session.execute(sa.select(Letter).where(Letter.to == "boss@harbour.example").order_by(Letter.id)).scalars().all()
    assert ["First three" in letter.subject for letter in letters] == [True, True]


def test_the_employer_pays_only_what_the_learner_does_not_have(shop, cast, bundle, courses, at):
    shop.buy(queries.open_offering(courses[0].id), cast.ada)
    _asked, token = ask(shop, bundle, at)
    order = sponsors.pay_as_employer(token, at=at)
    assert set(parts_by_slug(order)) == {"git", "sql"} and order.gross_minor == 7_112 + 3_592


def test_who_has_all_asks_nobody_and_who_asked_asks_once(shop, cast, bundle, courses, at):
    ask(shop, bundle, at)
    with pytest.raises(sponsors.AskedAlready):
        ask(shop, bundle, at)
    for course in courses:
        shop.buy(queries.open_offering(course.id), cast.ada)
    with pytest.raises(operations.BundleOwned):
        ask(shop, bundle, at)


def test_an_order_of_the_learners_own_closes_the_employers(shop, cast, bundle, at):
    _asked, token = ask(shop, bundle, at)
    theirs = sponsors.pay_as_employer(token, at=at)
    own = operations.start_bundle_checkout(bundle, buyer=cast.acting(cast.ada), at=at)
    assert own.id != theirs.id and theirs.state == "cancelled"


def test_by_invoice_each_course_has_a_line_and_the_money_opens_all(shop, cast, bundle, at):
    _asked, token = ask(shop, bundle, at)
    document = choose(shop, token, at)
    assert choose(shop, token, at).id == document.id
    order = queries.order_by_number(document.cause_id)
    assert [line.amount_minor for line in document.lines] == [part.gross_minor for part in queries.parts_of(order.id)]
    assert (document.amount_minor, document.tax_minor) == (25_000, order.tax_minor)
    assert "Ada" not in str([vars(line) for line in document.lines])
    receive(shop, document, at)
    assert order.state == "paid" and all(part.enrolment_id for part in queries.parts_of(order.id))
    assert books([])["liability:tax"] == -order.tax_minor


def test_one_course_that_goes_back_is_credited_with_its_tax_and_the_others_stay(shop, cast, bundle, at):
    _asked, token = ask(shop, bundle, at)
    document = choose(shop, token, at)
    receive(shop, document, at)
    order = queries.order_by_number(document.cause_id)
    part = parts_by_slug(order)["git"]
    operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at, part=part)
    shop.work(at)
    (note,) = credits(document)
    assert (note.amount_minor, note.tax_minor) == (part.gross_minor, part.tax_minor)
    assert len(note.lines) == 1 and order.state == "paid"


def test_an_invoice_that_nobody_pays_is_credited_whole_and_line_by_line(shop, cast, bundle, at):
    _asked, token = ask(shop, bundle, at)
    document = choose(shop, token, at)
    order = queries.order_by_number(document.cause_id)
    late = order.expires_at + timedelta(minutes=1)
    operations.expire_orders(at=late)
    (note,) = credits(document)
    assert (order.state, note.amount_minor, note.tax_minor) == ("expired", 25_000, document.tax_minor)
    assert [line.amount_minor for line in note.lines] == [line.amount_minor for line in document.lines]
    shop.work(late)
    assert shares(shop) == {}
    letter = db.session.execute(sa.select(Letter).where(Letter.key.startswith("sales.invoice_lapsed:"))).scalar_one()
    assert f"/bundles/{bundle.public_id}" in letter.body


def test_money_for_a_bundle_of_which_the_learner_got_a_course_meanwhile_is_the_employers_credit(shop, cast, bundle, courses, at):
    _asked, token = ask(shop, bundle, at)
    document = choose(shop, token, at)
    shop.buy(queries.open_offering(courses[1].id), cast.ada)
    receive(shop, document, at)
    order = queries.order_by_number(document.cause_id)
    (note,) = credits(document)
    assert (order.state, note.amount_minor, note.tax_minor) == ("returned", 25_000, document.tax_minor)
    assert len(note.lines) == 3


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(price=st.integers(400, 34_799), order_of=st.permutations(SLUGS), first=st.integers(1, 400))
def test_whatever_goes_back_in_whatever_order_is_credited_to_the_cent(shop, cast, courses, at, price, order_of, first):
    """Notes add up to the invoice, with its tax, and nothing is left with anybody."""
    _asked, token = ask(shop, made_of(shop, cast.pia, courses, at, price=price), at)
    document = choose(shop, token, at)
    receive(shop, document, at)
    order = queries.order_by_number(document.cause_id)
    ada, stan, later = cast.acting(cast.ada), cast.acting(cast.stan), at + timedelta(days=30)
    asked = operations.ask_refund(order, reason="x", by=ada, at=later)
    operations.approve_refund(asked, amount_minor=min(first, price - 1), answer="好", by=stan, at=later)
    shop.work(later)
    for slug in order_of:
        left = queries.left_of_parts(order).get(parts_by_slug(order)[slug].id, 0)
        if left:
            asked = operations.ask_refund(order, reason="x", by=ada, at=later, part=parts_by_slug(order)[slug])
            operations.approve_refund(asked, amount_minor=left, answer="好", by=stan, at=later)
            shop.work(later)
    notes = credits(document)
    assert sum(note.amount_minor for note in notes) == document.amount_minor == price
    assert sum(note.tax_minor for note in notes) == document.tax_minor
    assert all(sum(line.amount_minor for line in note.lines) == note.amount_minor for note in notes)
    assert billing.credited_minor(document.id) == price and order.state == "refunded"
    assert {name: minor for name, minor in shares(shop).items() if not name.startswith("liability:member")} == {}
    assert checks.check_books().faults == ()


def test_the_pages_of_learner_and_employer(shop, cast, client, bundle, courses, at, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at)
    shop.buy(queries.open_offering(courses[0].id), cast.ada)
    sign_in(client, cast.ada)
    assert f"/bundles/{bundle.public_id}/employer" in client.get(f"/bundles/{bundle.public_id}").text
    page = client.post(f"/bundles/{bundle.public_id}/employer", data={"words": "Please."}).text
    token = page.split("/employer/")[1].split("<")[0].strip()
    sign_in(client, cast.emma)
    page = client.get(f"/employer/{token}").text
    assert "107.04" in page and "Pay for these courses" in page
    assert "python" not in page.lower().split("<main")[1].split("</table")[0], "what the learner has is not paid"
    assert client.post(f"/employer/{token}/invoices", data={"reference": "PO"}).status_code == 303
    assert "107.04" in client.get(f"/employer/{token}").text
    sign_in(client, cast.ada)
    asked = queries.last_sponsor_request(cast.ada.id, bundle_id=bundle.id)
    page = client.get(f"/bundles/{bundle.public_id}/employer").text
    assert "your employer pays by invoice" in page
    answer = client.post(f"/employer-requests/{asked.public_id}/withdrawals")
    assert answer.status_code == 303 and answer.location.endswith(f"/bundles/{bundle.public_id}/employer")
    assert client.get(answer.location).status_code == 200
