"""Becoming a partner, and where the money goes."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.people import operations, queries
from coursehub.people.accounts import iban_is_right, is_bic, is_cnaps, is_iban
from coursehub.people.actor import actor_for
from coursehub.people.models import PartnerApplication, PayeeOpening, PayeeRecord
from tests.people.cast import build_cast, sign_in
from tests.people.mailbox import letters_to

ABOUT = "We teach statistics with real data to people who work with spreadsheets all day."
PAYEE = {
    "holder": "Northwind Ltd", "bank": "Bank of the North, Harbour branch", "account": "DE89 3704 0044 0532 0130 00",
    "tax_number": "91-310000 MA1K", "country": "DE",
}  # fmt: skip


@pytest.fixture
def cast(app: Flask, at: datetime):
    return build_cast(at)


@pytest.fixture
def riverbank(cast, at: datetime):
    return operations.open_organisation(name="河岸数学", name_en="Riverbank", by=actor_for(cast.ada), at=at)


def _apply(cast, organisation) -> PartnerApplication:
    by = actor_for(cast.ada)
    return operations.apply_as_partner(organisation, about=ABOUT, website="", by=by, at=clock.now())


def test_an_approved_application_lets_an_organisation_sell(cast, riverbank, client: FlaskClient) -> None:
    sign_in(client, cast.ada)
    path = f"/organisations/{riverbank.public_id}"
    assert b"Apply as a partner" in client.get(path).data
    assert client.post(f"{path}/application", data={"about": ABOUT, "website": "https://river.example"}).status_code == 303
    assert b"is with the house" in client.get(path).data
    sign_in(client, cast.stan)
    desk = client.get("/house/organisations").get_data(as_text=True)
    assert "Riverbank" in desk and "days left" in desk
    application = queries.applications_of(riverbank.id)[0]
    answer = f"/house/organisations/{riverbank.public_id}/applications/{application.public_id}"
    assert client.post(answer, data={"verdict": "approve"}).status_code == 303
    assert queries.has_right(riverbank.id, "sells", clock.now())
    assert letters_to("ada@example.org")[-1].subject == "Riverbank may sell courses now"
    assert client.post(answer, data={"verdict": "decline", "reason": "Changed our mind"}).status_code == 409


def test_an_approved_application_lets_an_organisation_hire_and_nothing_else(cast, riverbank, client: FlaskClient) -> None:
    sign_in(client, cast.ada)
    path = f"/organisations/{riverbank.public_id}"
    assert "Apply as an employer" in client.get(path).text
    assert client.get(f"{path}/application?wish=rule").status_code == 404
    asked = f"{path}/application?wish=hires"
    assert "Whom you would hire" in client.get(asked).text
    short = client.post(asked, data={"about": "People."})
    assert short.status_code == 422 and "Whom you would hire" in short.text
    assert client.post(asked, data={"about": ABOUT}).status_code == 303
    waiting = client.get(path).text
    assert "Your application to hire people is with the house" in waiting and "One application waits at a time" in waiting
    sign_in(client, cast.stan)
    assert "Hires people" in client.get("/house/organisations").text
    assert "Application to hire people" in client.get(f"/house/organisations/{riverbank.public_id}").text
    application = queries.applications_of(riverbank.id)[0]
    answer = f"/house/organisations/{riverbank.public_id}/applications/{application.public_id}"
    assert client.post(answer, data={"verdict": "approve"}).status_code == 303
    assert queries.has_right(riverbank.id, "hires", clock.now()) and not queries.has_right(riverbank.id, "sells", clock.now())
    assert letters_to("ada@example.org")[-1].subject == "Riverbank may hire people now"
    sign_in(client, cast.ada)
    page = client.get(path).text
    assert "Apply as an employer" not in page and "Apply as a partner" in page
    client.post("/account/organisation", data={"organisation": riverbank.public_id})
    assert client.get("/hire").status_code == 200


def test_declining_needs_a_reason_which_the_owners_read(cast, riverbank, client: FlaskClient) -> None:
    application = _apply(cast, riverbank)
    sign_in(client, cast.stan)
    path = f"/house/organisations/{riverbank.public_id}/applications/{application.public_id}"
    assert client.post(path, data={"verdict": "decline"}).status_code == 422
    assert client.post(path, data={}).status_code == 422
    assert client.post(path, data={"verdict": "decline", "reason": "Show us one lesson first."}).status_code == 303
    assert not queries.has_right(riverbank.id, "sells", clock.now())
    assert "Show us one lesson first." in letters_to("ada@example.org")[-1].body
    sign_in(client, cast.ada)
    page = client.get(f"/organisations/{riverbank.public_id}").get_data(as_text=True)
    assert "Show us one lesson first." in page and "Apply again" in page
    assert _apply(cast, riverbank).answered_at is None


def test_one_application_waits_at_a_time_and_a_partner_needs_none(cast, riverbank, at: datetime) -> None:
    _apply(cast, riverbank)
    with pytest.raises(operations.ApplicationIsOpen):
        _apply(cast, riverbank)
    with pytest.raises(operations.AlreadyPartner):
        operations.apply_as_partner(cast.northwind, about=ABOUT, website="", by=actor_for(cast.pia), at=at)


def test_only_owners_apply_and_only_catalogue_staff_answer(cast, riverbank, client: FlaskClient, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        operations.apply_as_partner(cast.northwind, about=ABOUT, website="", by=actor_for(cast.tara), at=at)
    with pytest.raises(NotAllowed):
        operations.apply_as_partner(cast.house, about=ABOUT, website="", by=actor_for(cast.stan), at=at)
    application = _apply(cast, riverbank)
    for person in (cast.fay, cast.ada, cast.pia):
        with pytest.raises(NotAllowed):
            operations.answer_application(application, approve=True, reason="", by=actor_for(person), at=at)
    sign_in(client, cast.fay)
    path = f"/house/organisations/{riverbank.public_id}"
    assert b"Approve" not in client.get(path).data
    assert client.post(f"{path}/applications/{application.public_id}", data={"verdict": "approve"}).status_code == 403


def test_nobody_answers_the_application_of_their_own_organisation(cast, riverbank, at: datetime) -> None:
    application = _apply(cast, riverbank)
    operations.add_member(riverbank, cast.stan, "author", at=at)
    with pytest.raises(operations.OwnApplication):
        operations.answer_application(application, approve=True, reason="", by=actor_for(cast.stan), at=at)


def test_a_short_application_is_422_and_keeps_what_was_typed(cast, riverbank, client: FlaskClient) -> None:
    sign_in(client, cast.ada)
    answer = client.post(
        f"/organisations/{riverbank.public_id}/application", data={"about": "We teach.", "website": "river.example"}
    )
    assert answer.status_code == 422 and b"We teach." in answer.data and b"river.example" in answer.data


def test_bank_and_tax_numbers_are_sealed_and_masked(cast, client: FlaskClient) -> None:
    sign_in(client, cast.finn)
    path = f"/organisations/{cast.northwind.public_id}/payee"
    assert client.post(f"{path}/edit", data=PAYEE).status_code == 303
    row = db.session.execute(sa.select(PayeeRecord)).scalar_one()
    assert (row.account_tail, row.tax_tail) == ("3000", "MA1K")
    assert "DE89370400440532013000" not in row.sealed and "Northwind" not in row.sealed
    page = client.get(path).get_data(as_text=True)
    assert "•••• 3000" in page and "DE89370400440532013000" not in page


def test_opening_them_needs_a_reason_and_every_opening_is_listed(cast, client: FlaskClient) -> None:
    sign_in(client, cast.finn)
    path = f"/organisations/{cast.northwind.public_id}/payee"
    client.post(f"{path}/edit", data=PAYEE)
    assert client.post(f"{path}/open", data={"reason": "  "}).status_code == 422
    shown = client.post(f"{path}/open", data={"reason": "The bank called back"}).get_data(as_text=True)
    assert "DE89370400440532013000" in shown and "91310000MA1K" in shown
    assert "The bank called back" in client.get(path).get_data(as_text=True)
    assert db.session.execute(sa.select(PayeeOpening.by_id)).scalar_one() == cast.finn.id


def test_house_finance_may_open_them_and_other_staff_may_not(cast, client: FlaskClient) -> None:
    details = operations.PayeeDetails("Northwind Ltd", "Bank", "DE89370400440532013000", "91310000MA1K", "DE")
    operations.give_payee_details(cast.northwind, details, by=actor_for(cast.pia), at=clock.now())
    sign_in(client, cast.fay)
    path = f"/house/organisations/{cast.northwind.public_id}"
    assert "•••• 3000" in client.get(path).get_data(as_text=True)
    assert b"DE89370400440532013000" in client.post(f"{path}/payee", data={"reason": "Payout returned"}).data
    assert client.post(f"{path}/payee", data={}).status_code == 422
    for stranger in (cast.tara, cast.eve, cast.ada):
        with pytest.raises(NotAllowed):
            operations.open_payee_details(cast.northwind, reason="x", by=actor_for(stranger), at=clock.now())


def test_teachers_do_not_see_where_their_organisation_is_paid(cast, client: FlaskClient) -> None:
    sign_in(client, cast.tara)
    path = f"/organisations/{cast.northwind.public_id}"
    assert b"Bank and tax details" not in client.get(path).data
    assert client.get(f"{path}/payee").status_code == 403
    assert client.get(f"{path}/payee/edit").status_code == 403


def test_new_details_replace_the_old_and_whoever_answers_for_the_money_is_told(cast, client: FlaskClient) -> None:
    sign_in(client, cast.finn)
    path = f"/organisations/{cast.northwind.public_id}/payee/edit"
    client.post(path, data=PAYEE)
    client.post(path, data={**PAYEE, "account": "6222 0200 1234 5678"})
    rows = db.session.execute(sa.select(PayeeRecord).order_by(PayeeRecord.id)).scalars().all()
    assert [r.ended_at is None for r in rows] == [False, True]
    told = letters_to("pia@example.org")
    assert len(told) == 2 and "5678" in told[-1].body and "62220200" not in told[-1].body
    assert len(letters_to("finn@example.org")) == 2, "finance as well, also who changed them"


@pytest.mark.parametrize(
    ("field", "value"),
    [("account", "DE00 3704 0044 0532 0130 00"), ("account", "12"), ("account", ""), ("tax_number", "??"), ("country", "XX"),
     ("holder", "  "), ("bank_code", "12345"), ("account", "DE89370400440")],
)  # fmt: skip
def test_numbers_that_cannot_be_right_are_422(cast, client: FlaskClient, field: str, value: str) -> None:
    sign_in(client, cast.finn)
    answer = client.post(f"/organisations/{cast.northwind.public_id}/payee/edit", data={**PAYEE, field: value})
    assert answer.status_code == 422 and f'href="#{field}"'.encode() in answer.data
    assert db.session.execute(sa.select(PayeeRecord)).first() is None


def test_codes_of_banks_have_their_shape() -> None:
    assert is_bic("DEUTDEFF") and is_bic("COBADEFFXXX") and not is_bic("DEUTDEF") and not is_bic("DEUT1EFF")
    assert is_cnaps("102290000001") and not is_cnaps("10229000000")
    assert is_iban("de89 3704 0044 0532 0130 00") and not is_iban("6222020012345678")


def test_check_digits_of_ibans() -> None:
    assert iban_is_right("GB82WEST12345698765432") and iban_is_right("FR1420041010050500013M02606")
    assert not iban_is_right("GB82WEST12345698765431")


def test_a_changed_secret_makes_the_numbers_unreadable_and_says_so(cast, app: Flask, monkeypatch) -> None:
    from dataclasses import replace

    from coursehub.people.sealing import SealBroken

    details = operations.PayeeDetails("Northwind Ltd", "Bank", "DE89370400440532013000", "91310000MA1K", "DE")
    operations.give_payee_details(cast.northwind, details, by=actor_for(cast.pia), at=clock.now())
    settings = replace(app.extensions["coursehub_settings"], secret_key="another secret, just as long as the first")
    monkeypatch.setitem(app.extensions, "coursehub_settings", settings)
    with pytest.raises(SealBroken):
        operations.open_payee_details(cast.northwind, reason="x", by=actor_for(cast.pia), at=clock.now())


def test_an_account_for_one_currency_stands_beside_the_one_for_all_others(cast, client: FlaskClient) -> None:
    sign_in(client, cast.finn)
    path = f"/organisations/{cast.northwind.public_id}/payee"
    client.post(f"{path}/edit", data={**PAYEE, "account": "6222020012345678", "country": "CN"})
    client.post(f"{path}/edit", data={**PAYEE, "currency": "EUR"})
    northwind = cast.northwind.id
    assert [record.currency for record in operations.payees_of(northwind)] == ["", "EUR"]
    tails = [operations.current_payee(northwind, currency).account_tail for currency in ("", "EUR", "CNY", "USD")]
    assert tails == ["5678", "3000", "5678", "5678"]
    told = letters_to("pia@example.org")
    assert "payouts in EUR" in told[-1].body and "payouts in" not in told[0].body
    shown = client.get(path).get_data(as_text=True)
    assert "•••• 5678" in shown and "•••• 3000" in shown
    opened = client.post(f"{path}/open", data={"reason": "A call", "currency": "EUR"}).get_data(as_text=True)
    assert "DE89370400440532013000" in opened and "6222020012345678" not in opened
    client.post(f"{path}/edit", data={**PAYEE, "currency": "EUR", "account": "GB82WEST12345698765432"})
    assert [record.account_tail for record in operations.payees_of(northwind)] == ["5678", "5432"]
    assert client.post(f"{path}/edit", data={**PAYEE, "currency": "XXX"}).status_code == 422


def test_the_currencies_of_accounts_are_those_in_which_the_rails_pay() -> None:
    from coursehub.people.accounts import PAID_IN
    from coursehub.rails import LEAST_MINOR, LEAST_PAYOUT_MINOR

    assert set(PAID_IN) == set(LEAST_PAYOUT_MINOR) == set(LEAST_MINOR)
