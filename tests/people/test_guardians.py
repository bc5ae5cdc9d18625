"""A guardian's consent: who needs one, how it is asked, given, refused and taken back."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock
from coursehub.db import db, transaction
from coursehub.people import operations, queries
from coursehub.people.actor import actor_for
from coursehub.people.models import PersonalRecord
from tests.people.cast import a_person, sign_in
from tests.people.mailbox import letters_to, link_to


def _born_years_ago(years: int, *, days: int = 0) -> date:
    today = clock.now().date()
    return today.replace(year=today.year - years) + timedelta(days=days)


FORM = {"display_name": "Yan", "email": "yan@example.org", "password": "a long walk home", "accepts": "y"}


def _sign_up_young(client: FlaskClient, guardian: str = "mum@example.org") -> None:
    young = {**FORM, "birth_on": _born_years_ago(15).isoformat(), "guardian_email": guardian}
    assert client.post("/sign-up", data=young).status_code == 303


def _confirmed_young(client: FlaskClient):
    _sign_up_young(client)
    client.post(link_to("yan@example.org"), data={"password": FORM["password"]})
    return queries.person_by_email("yan@example.org")


@pytest.mark.parametrize(("years", "days", "needed"), [(17, 0, True), (18, 1, True), (18, 0, False), (40, 0, False)])
def test_a_guardian_is_needed_until_the_birthday(app: Flask, years: int, days: int, needed: bool) -> None:
    yan = a_person("Yan", clock.now(), born=_born_years_ago(years, days=days))
    assert queries.needs_guardian(yan.id, clock.now()) is needed
    assert queries.can_pay(yan.id, at=clock.now()) is not needed


def test_somebody_born_on_a_leap_day_comes_of_age_on_the_first_of_march() -> None:
    born = date(2008, 2, 29)
    assert queries.age_on(born, date(2026, 2, 28)) == 17
    assert queries.age_on(born, date(2026, 3, 1)) == 18


def test_the_form_asks_for_a_guardian_only_when_one_is_needed(client: FlaskClient) -> None:
    assert "guardian_email" not in client.get("/sign-up").get_data(as_text=True)
    answer = client.post("/sign-up", data={**FORM, "birth_on": _born_years_ago(15).isoformat()})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and 'name="guardian_email"' in page and 'value="Yan"' in page


def test_a_guardian_cannot_be_oneself(client: FlaskClient) -> None:
    young = {**FORM, "birth_on": _born_years_ago(15).isoformat(), "guardian_email": "YAN@example.org"}
    assert client.post("/sign-up", data=young).status_code == 422


def test_the_guardian_is_written_to_only_after_the_young_person_confirmed(client: FlaskClient) -> None:
    _sign_up_young(client)
    assert letters_to("mum@example.org") == []
    client.post(link_to("yan@example.org"), data={"password": FORM["password"]})
    (letter,) = letters_to("mum@example.org")
    assert letter.subject == "Yan asks for your consent"


def test_consent_given_lets_the_young_person_pay(app: Flask, client: FlaskClient) -> None:
    yan = _confirmed_young(client)
    assert not queries.can_pay(yan.id, at=clock.now())
    with pytest.raises(operations.GuardianConsentMissing):
        operations.require_able_to_pay(yan.id, at=clock.now())
    mum, link = app.test_client(), link_to("mum@example.org")
    assert "Yan asks for your consent" in mum.get(link).get_data(as_text=True)
    assert mum.post(link, data={"answer": "agree"}).status_code == 200
    operations.require_able_to_pay(yan.id, at=clock.now())
    assert letters_to("yan@example.org")[-1].subject == "Your guardian agreed"


def test_opening_the_link_is_not_an_answer_and_an_answer_works_once(app: Flask, client: FlaskClient) -> None:
    yan = _confirmed_young(client)
    mum, link = app.test_client(), link_to("mum@example.org")
    mum.get(link)
    assert mum.post(link, data={"answer": "perhaps"}).status_code == 400
    assert not queries.can_pay(yan.id, at=clock.now())
    mum.post(link, data={"answer": "refuse"})
    assert mum.post(link, data={"answer": "agree"}).status_code == 409
    assert not queries.can_pay(yan.id, at=clock.now())
    assert letters_to("yan@example.org")[-1].subject == "Your guardian did not agree"


def test_consent_can_be_taken_back(app: Flask, client: FlaskClient) -> None:
    yan = _confirmed_young(client)
    mum = app.test_client()
    mum.post(link_to("mum@example.org"), data={"answer": "agree"})
    back = link_to("mum@example.org")
    assert back.startswith("/guardian/withdraw/")
    assert mum.get(back).status_code == 200
    assert queries.can_pay(yan.id, at=clock.now())
    mum.post(back)
    assert not queries.can_pay(yan.id, at=clock.now())
    assert mum.post(back).status_code == 409


def test_asking_another_guardian_ends_the_first_link(app: Flask, client: FlaskClient) -> None:
    _confirmed_young(client)
    first = link_to("mum@example.org")
    assert client.post("/account/guardian", data={"email": "dad@example.org"}).status_code == 303
    assert app.test_client().post(first, data={"answer": "agree"}).status_code == 409
    assert app.test_client().post(link_to("dad@example.org"), data={"answer": "agree"}).status_code == 200


def test_a_guardian_is_not_flooded_with_letters(client: FlaskClient) -> None:
    _confirmed_young(client)
    answers = [client.post("/account/guardian", data={"email": "dad@example.org"}).status_code for _ in range(5)]
    assert answers == [303] * 4 + [429]


def test_grown_up_people_are_not_asked_for_a_guardian(app: Flask, client: FlaskClient) -> None:
    ada = a_person("Ada", clock.now())
    sign_in(client, ada)
    assert b"old enough" in client.get("/account/guardian").data
    with pytest.raises(operations.GuardianNotNeeded):
        operations.name_guardian(email="mum@example.org", by=actor_for(ada), at=clock.now())


def test_the_age_limit_comes_from_the_settings(app: Flask, monkeypatch) -> None:
    from dataclasses import replace

    settings = app.extensions["coursehub_settings"]
    monkeypatch.setitem(app.extensions, "coursehub_settings", replace(settings, guardian_age=14))
    yan = a_person("Yan", clock.now(), born=_born_years_ago(15))
    assert queries.can_pay(yan.id, at=clock.now())


def test_coming_of_age_needs_no_consent_any_more(app: Flask) -> None:
    yan = a_person("Yan", clock.now(), born=_born_years_ago(17))
    assert not queries.can_pay(yan.id, at=clock.now())
    assert queries.can_pay(yan.id, at=clock.now() + timedelta(days=366))


def test_the_guardians_address_stands_in_the_vault_only(client: FlaskClient) -> None:
    yan = _confirmed_young(client)
    with transaction():
        record = db.session.get_one(PersonalRecord, yan.id)
        assert record.guardian_email == "mum@example.org"
