"""Pages of a repayment: the partner reads what to quote, finance finds the line by it, books it, and takes it off again."""

import re

import pytest

from coursehub import clock
from coursehub.payouts import debts
from tests.billing.statement import Told, camt
from tests.cast import sign_in

from .rig import ACCOUNT
from .test_bank_pages import hand_in
from .test_debts import Owing, left


@pytest.fixture
def world(cast, at):
    return Owing(cast, at)


@pytest.fixture
def fay(app, world):
    client = sign_in(app.test_client(), world.cast.fay)
    client.set_cookie("language", "en", domain="localhost")
    return client


def boxes(page):
    """The fields beside claims, with what they propose."""
    return {name: value or "" for name, value in re.findall(r'<input[^>]*name="(claim_\d+)"[^>]*?(?: value="([\d.]*)")?>', page)}


def test_a_partner_reads_what_it_owes_and_how_it_may_pay_it_back(world, client):
    sign_in(client, world.cast.finn)
    page = client.get("/studio/payouts").text
    owed = page.partition('id="owed"')[2].partition("</section>")[0]
    assert debts.reference_of(world.cast.northwind.id) in owed and ACCOUNT in owed
    assert f"{world.standing['owes'] / 100:,.2f}" in owed and "You need not" in owed
    assert "/studio/payouts#owed" in client.get("/studio/earnings").text


def test_finance_finds_the_line_by_its_reference_books_it_and_takes_it_off_again(world, fay, client):
    first, second = world.claims
    reference = debts.reference_of(world.cast.northwind.id)
    entry = world.came_in(first.left_minor + 100, f"back {reference}")
    assert "pays back what a partner owes" in fay.get("/house/bank/suspense").text
    place = f"/house/bank/entries/{entry.public_id}"
    page = fay.get(place).text
    assert "the line points at it" in page
    proposed = boxes(page)
    assert list(proposed.values()) == [f"{first.left_minor / 100:.2f}", "1.00"]
    party = world.cast.northwind.public_id
    empty = fay.post(f"{place}/debts/{party}", data={})
    assert empty.status_code == 422 and "Type an amount beside a claim" in empty.text
    more = fay.post(f"{place}/debts/{party}", data={f"claim_{second.journal_id}": str(second.left_minor)})
    assert more.status_code == 409 and "Less is owed" in more.text
    name = f"claim_{first.journal_id}"
    seen = {"seen": re.search(r'name="seen" value="(\d+)"', page)[1]}
    after = fay.post(f"{place}/debts/{party}", data={name: proposed[name]} | seen, follow_redirects=True).text
    twice = fay.post(f"{place}/debts/{party}", data={f"claim_{second.journal_id}": "1.00"} | seen)
    assert twice.status_code == 409 and "Something became of this money meanwhile" in twice.text
    assert "CN¥1.00 of this line stay where they were" in after and "Northwind" in after
    assert world.claims == [second] and left(entry) == 100
    sign_in(client, world.cast.finn)
    assert "paid back by bank transfer" in client.get("/studio/payouts").text
    use = re.search(rf"{place}/uses/(\d+)/undone", after)[1]
    undone = fay.post(f"{place}/uses/{use}/undone", data={"reason": "Lumen's"}, follow_redirects=True).text
    assert "The money waits again" in undone and world.claims == [first, second]
    assert "booked wrongly, taken off on" in client.get("/studio/payouts").text


def test_a_partner_is_found_by_name_and_one_that_owes_nothing_is_refused_with_a_sentence(world, fay):
    entry = world.came_in(500, "no reference", party="Somebody")
    place = f"/house/bank/entries/{entry.public_id}"
    page = fay.get(place).text
    assert "These owe something in this currency" in page and boxes(page) == {}
    found = fay.get(f"{place}?q=northw").text
    assert len(boxes(found)) == 2
    refused = fay.post(f"{place}/debts/{world.cast.lumen.public_id}", data={}, follow_redirects=True)
    assert "owes nothing in this currency any more" in refused.text and left(entry) == 500
    quoted = world.came_in(7, debts.reference_of(world.cast.lumen.id), reference="B-2")
    assert "which owes nothing in this currency" in fay.get(f"/house/bank/entries/{quoted.public_id}").text


def test_a_draft_says_which_lines_pay_back_a_debt(world, fay):
    reference = debts.reference_of(world.cast.northwind.id)
    told = Told(500, reference, "B-9", on=f"{clock.now():%Y-%m-%d}")
    answer = hand_in(fay, camt(told, account=ACCOUNT))
    assert "pays back what a partner owes" in fay.get(answer.headers["Location"]).text
