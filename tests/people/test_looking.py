"""Personal fields are opened for a purpose and logged; staff may look as a person, who can see it."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.people import operations, queries
from coursehub.people.actor import Actor, actor_for
from coursehub.people.grants import Grant
from coursehub.people.models import AccessLog, Look, PersonalRecord
from tests.people.cast import build_cast, sign_in


@pytest.fixture
def cast(app: Flask, at: datetime):
    return build_cast(at)


def _open(cast, by: Actor, at: datetime, purpose: str = "support", reason: str = "Ticket 12", **more):
    return operations.open_profile(cast.ada, by=by, purpose=purpose, fields=["email"], at=at, reason=reason, **more)


def test_support_opens_a_field_with_a_reason_and_the_person_sees_it(cast, app: Flask, client: FlaskClient) -> None:
    sign_in(client, cast.stan)
    path = f"/house/people/{cast.ada.public_id}"
    assert b"ada@example.org" not in client.get(path).data
    assert client.post(f"{path}/profile", data={"fields": "email", "reason": ""}).status_code == 422
    assert client.post(f"{path}/profile", data={"reason": "Ticket 12"}).status_code == 422
    shown = client.post(f"{path}/profile", data={"fields": "email", "reason": "She cannot find her course"})
    assert b"ada@example.org" in shown.data and b"1990" not in shown.data
    ada = app.test_client()
    sign_in(ada, cast.ada)
    page = ada.get("/account/privacy").get_data(as_text=True)
    assert "Stan" in page and "She cannot find her course" in page and "QuantTide Academy" in page


@pytest.mark.parametrize("who", ["fay", "pia", "tara", "emma", "ada"])
def test_nobody_but_support_opens_fields_for_support(cast, at: datetime, who: str) -> None:
    with pytest.raises(NotAllowed):
        _open(cast, actor_for(getattr(cast, who)), at)
    assert db.session.execute(sa.select(AccessLog)).first() is None


def test_a_purpose_nobody_defined_opens_nothing(cast, at: datetime) -> None:
    for purpose in ("curiosity", "hiring", "look", ""):
        with pytest.raises(NotAllowed):
            _open(cast, actor_for(cast.stan), at, purpose=purpose)


def test_fields_nobody_defined_are_not_opened(cast, at: datetime) -> None:
    for fields in (["password_hash"], ["email", "person_id"], []):
        with pytest.raises(NotAllowed):
            operations.open_profile(cast.ada, by=actor_for(cast.stan), purpose="support", fields=fields, reason="x", at=at)


def test_teaching_opens_the_name_under_a_live_grant_to_that_very_organisation(cast, at: datetime) -> None:
    grant = Grant(cast.ada.id, cast.northwind.id, "teaching", frozenset({"display_name"}), at + timedelta(days=1))

    def opened(by: Actor, fields: list[str], when: datetime = at, under: Grant | None = grant):
        return operations.open_profile(cast.ada, by=by, purpose="teaching", fields=fields, at=when, grant=under)

    tara = actor_for(cast.tara)
    assert opened(tara, ["display_name"]) == {"display_name": "Ada"}
    refused = (
        lambda: opened(tara, ["email"]),
        lambda: opened(tara, ["display_name"], at + timedelta(days=1)),
        lambda: opened(tara, ["display_name"], under=None),
        lambda: opened(actor_for(cast.eve), ["display_name"]),
        lambda: opened(actor_for(cast.finn), ["display_name"]),
        lambda: operations.open_profile(cast.theo, by=tara, purpose="teaching", fields=["display_name"], at=at, grant=grant),
    )
    for attempt in refused:
        with pytest.raises(NotAllowed):
            attempt()
    assert db.session.execute(sa.select(sa.func.count()).select_from(AccessLog)).scalar_one() == 1


def test_a_grant_cannot_widen_teaching_beyond_the_name(cast, at: datetime) -> None:
    wide = Grant(cast.ada.id, cast.northwind.id, "teaching", frozenset({"display_name", "email"}))
    with pytest.raises(NotAllowed):
        _open(cast, actor_for(cast.tara), at, purpose="teaching", grant=wide)


def test_of_an_erased_person_nothing_is_left_to_open(cast, at: datetime) -> None:
    with transaction():
        db.session.execute(sa.delete(PersonalRecord).where(PersonalRecord.person_id == cast.ada.id))
    db.session.expire_all()
    with pytest.raises(operations.PersonIsErased):
        _open(cast, actor_for(cast.stan), at)


def test_support_finds_people_by_exact_address_or_id_only(cast, client: FlaskClient) -> None:
    sign_in(client, cast.stan)
    expected = f"/house/people/{cast.ada.public_id}"
    for words in ("ada@example.org", " ADA@example.org ", cast.ada.public_id):
        assert client.get("/house/people", query_string={"q": words}).location == expected
    for words in ("ada", "example.org", "%", "Ada"):
        assert client.get("/house/people", query_string={"q": words}).status_code == 404
    sign_in(client, cast.fay)
    assert client.get("/house/people").status_code == 403
    assert client.get(expected).status_code == 403


@pytest.fixture
def looking(cast, client: FlaskClient) -> FlaskClient:
    sign_in(client, cast.stan)
    answer = client.post(f"/house/people/{cast.ada.public_id}/look", data={"look-reason": "She sees an empty page"})
    assert answer.status_code == 303
    return client


def test_looking_shows_the_persons_pages_under_a_banner(cast, looking: FlaskClient) -> None:
    page = looking.get("/account").get_data(as_text=True)
    assert "ada@example.org" in page and "You are looking at coursehub as Ada" in page and "Stop looking" in page


def test_looking_changes_nothing(cast, looking: FlaskClient) -> None:
    before = queries.display_names([cast.ada.id])
    for path, data in (
        ("/account/name", {"display_name": "Changed", "locale": "en"}),
        ("/account/password", {"current": "x", "password": "an entirely new one"}),
        ("/account/sessions/end-all", {}),
        ("/organisations/new", {"name": "Ada's"}),
        ("/account/confirm-it-is-you", {"password": "x"}),
        ("/account/second-step/begin", {}),
    ):
        assert looking.post(path, data=data).status_code == 403, path
    assert queries.display_names([cast.ada.id]) == before
    assert queries.organisation_named("Ada's") is None


def test_looking_borrows_no_staff_power(cast, looking: FlaskClient) -> None:
    assert looking.get("/house/organisations").status_code == 403
    assert looking.get(f"/house/people/{cast.pia.public_id}").status_code == 403


def test_operations_refuse_an_actor_who_is_only_looking(cast, at: datetime) -> None:
    by = actor_for(cast.pia, looked_as_by_id=cast.stan.id)
    for attempt in (
        lambda: operations.change_name(display_name="x", locale="en", by=by, at=at),
        lambda: operations.invite(cast.northwind, email="x@example.org", roles=["owner"], by=by, at=at),
        lambda: operations.open_payee_details(cast.northwind, reason="x", by=by, at=at),
        lambda: operations.begin_second_step(by=by, at=at),
        lambda: operations.open_organisation(name="x", name_en="x", by=by, at=at),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_looking_ends_by_its_button_and_leads_back(cast, looking: FlaskClient) -> None:
    answer = looking.post("/account/looking/end")
    assert answer.location == f"/house/people/{cast.ada.public_id}"
    assert looking.get("/house/organisations").status_code == 200
    assert db.session.execute(sa.select(Look.ended_at)).scalar_one() is not None
    assert looking.post("/account/looking/end").status_code == 403


def test_looking_ends_by_itself_after_half_an_hour(cast, looking: FlaskClient) -> None:
    with transaction():
        db.session.execute(sa.update(Look).values(begun_at=clock.now() - timedelta(minutes=31)))
    db.session.expire_all()
    assert looking.get("/house/organisations").status_code == 200


def test_the_person_is_shown_who_looked_and_why(cast, app: Flask, looking: FlaskClient) -> None:
    ada = app.test_client()
    sign_in(ada, cast.ada)
    assert "She sees an empty page" in ada.get("/account").get_data(as_text=True)
    page = ada.get("/account/privacy").get_data(as_text=True)
    assert "Looked as you" in page and "She sees an empty page" in page and "Stan" in page


def test_looking_needs_a_reason_and_never_reaches_other_staff_or_oneself(cast, client: FlaskClient, at: datetime) -> None:
    sign_in(client, cast.stan)
    assert client.post(f"/house/people/{cast.ada.public_id}/look", data={"look-reason": " "}).status_code == 422
    for person in (cast.fay, cast.stan):
        answer = client.post(f"/house/people/{person.public_id}/look", data={"look-reason": "x"})
        assert answer.status_code == 403
    assert db.session.execute(sa.select(Look)).first() is None


def test_a_fresh_sign_in_of_staff_is_not_lent_to_the_person(cast, looking: FlaskClient) -> None:
    answer = looking.get("/account/second-step")
    assert answer.status_code == 303 and "confirm-it-is-you" in answer.location
