"""Changing name, address and password, and confirming that it is you."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock
from coursehub.db import db, transaction
from coursehub.people import operations, queries, sessions
from coursehub.people.models import PeopleAudit, SignInSession
from tests.people.cast import PASSWORD, a_person, sign_in
from tests.people.mailbox import letters_to, link_to

NEW = "an entirely new one"


@pytest.fixture
def ada(app: Flask, client: FlaskClient):
    person = a_person("Ada", clock.now())
    sign_in(client, person)
    return person


def _let_it_go_stale() -> None:
    with transaction():
        db.session.execute(sa.update(SignInSession).values(fresh_at=clock.now() - timedelta(minutes=11)))
    db.session.expire_all()


def test_a_name_is_tidied_and_the_language_remembered(ada, client: FlaskClient) -> None:
    answer = client.post("/account/name", data={"display_name": "  Ａda\u200b   Lovelace ", "locale": "zh-CN"})
    assert answer.status_code == 303
    assert queries.display_names([ada.id]) == {ada.id: "Ada Lovelace"}
    assert queries.locale_of(ada.id) == "zh-CN"


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 81])
def test_an_empty_or_endless_name_is_refused(ada, client: FlaskClient, name: str) -> None:
    assert client.post("/account/name", data={"display_name": name, "locale": "en"}).status_code == 422


def test_a_new_address_counts_only_when_its_own_link_is_opened(ada, client: FlaskClient) -> None:
    client.post("/account/address", data={"email": "lovelace@example.org"})
    assert queries.email_of(ada.id) == "ada@example.org"
    assert "lovelace@example.org" in client.get("/account").get_data(as_text=True)
    link = link_to("lovelace@example.org")
    assert client.get(link).status_code == 200
    assert queries.email_of(ada.id) == "ada@example.org"
    assert client.post(link).status_code == 303
    assert queries.email_of(ada.id) == "lovelace@example.org"
    assert letters_to("ada@example.org")[-1].subject == "Your account has moved to another address"
    assert client.post(link).status_code == 409


def test_whoever_reads_a_mistyped_address_cannot_take_the_account(ada, app: Flask, client: FlaskClient) -> None:
    client.post("/account/address", data={"email": "mistyped@example.org"})
    link = link_to("mistyped@example.org")
    stranger = app.test_client()
    assert stranger.get(link).status_code == 303
    assert stranger.post(link).status_code == 403
    sign_in(stranger, a_person("Eve", clock.now()))
    assert stranger.post(link).status_code == 403
    assert queries.email_of(ada.id) == "ada@example.org"


def test_a_taken_address_looks_the_same_and_its_owner_is_told(ada, client: FlaskClient) -> None:
    a_person("Eve", clock.now())
    taken = client.post("/account/address", data={"email": "eve@example.org"})
    free = client.post("/account/address", data={"email": "free@example.org"})
    assert (taken.status_code, taken.location) == (free.status_code, free.location)
    assert letters_to("eve@example.org")[-1].subject == "You already have an account"


def test_a_new_address_that_somebody_else_took_meanwhile_is_refused(ada, client: FlaskClient) -> None:
    client.post("/account/address", data={"email": "soon@example.org"})
    link = link_to("soon@example.org")
    a_person("Eve", clock.now(), email="soon@example.org")
    assert client.post(link).status_code == 409
    assert queries.email_of(ada.id) == "ada@example.org"


def test_keeping_the_old_address_ends_the_link(ada, client: FlaskClient) -> None:
    client.post("/account/address", data={"email": "new@example.org"})
    link = link_to("new@example.org")
    client.post("/account/address/forget")
    assert client.post(link).status_code == 409


def test_the_same_address_is_refused(ada, client: FlaskClient) -> None:
    assert client.post("/account/address", data={"email": "ADA@example.org"}).status_code == 409


def test_changing_the_address_ends_reset_links_in_the_old_mailbox(ada, app: Flask, client: FlaskClient) -> None:
    app.test_client().post("/reset", data={"email": "ada@example.org"})
    reset = link_to("ada@example.org")
    client.post("/account/address", data={"email": "new@example.org"})
    client.post(link_to("new@example.org"))
    assert client.post(reset, data={"password": NEW}).status_code == 409


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(ada, app: Flask, client: FlaskClient) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, ada)
    assert client.post("/account/password", data={"current": "wrong wrong", "password": NEW}).status_code == 422
    assert client.post("/account/password", data={"current": PASSWORD, "password": "short"}).status_code == 422
    assert client.post("/account/password", data={"current": PASSWORD, "password": NEW}).status_code == 303
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303
    assert letters_to("ada@example.org")[-1].subject == "Your password was changed"


def test_guessing_the_current_password_runs_out(ada, client: FlaskClient) -> None:
    answers = [client.post("/account/password", data={"current": "wrong wrong", "password": NEW}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_security_settings_ask_for_the_password_again_after_ten_minutes(ada, client: FlaskClient) -> None:
    assert client.get("/account/second-step").status_code == 200
    _let_it_go_stale()
    answer = client.get("/account/second-step")
    assert answer.location == "/account/confirm-it-is-you?next=/account/second-step"
    assert client.get(answer.location).status_code == 200
    wrong = client.post("/account/confirm-it-is-you", data={"password": "wrong wrong", "next": "/account/second-step"})
    assert wrong.status_code == 422
    right = client.post("/account/confirm-it-is-you", data={"password": PASSWORD, "next": "/account/second-step"})
    assert right.location == "/account/second-step"
    assert client.get("/account/second-step").status_code == 200


def test_a_stale_sign_in_changes_no_security_setting(ada, client: FlaskClient) -> None:
    _let_it_go_stale()
    for path in ("/account/second-step/begin", "/account/second-step/off", "/account/second-step/codes", "/account/address"):
        answer = client.post(path, data={"email": "new@example.org", "back": "/account/second-step"})
        assert answer.status_code == 303 and answer.location.startswith("/account/confirm-it-is-you"), path
    assert letters_to("new@example.org") == []


def test_a_fresh_sign_in_is_fresh_for_ten_minutes(ada) -> None:
    now = clock.now()
    row, _token = operations.begin_session(ada, device="", at=now)
    assert sessions.fresh_sign_in(row, now + timedelta(minutes=10))
    assert not sessions.fresh_sign_in(row, now + timedelta(minutes=10, seconds=1))
    assert not sessions.fresh_sign_in(None, now)


def test_confirming_gives_the_session_a_new_token(ada, client: FlaskClient) -> None:
    old = client.get_cookie("__Host-session").value
    client.post("/account/confirm-it-is-you", data={"password": PASSWORD})
    client.set_cookie("__Host-session", old, domain="localhost", secure=True)
    assert client.get("/account").status_code == 303


def test_every_change_leaves_an_audit_row_without_personal_fields(ada, client: FlaskClient) -> None:
    client.post("/account/name", data={"display_name": "Augusta", "locale": "en"})
    client.post("/account/address", data={"email": "new@example.org"})
    client.post(link_to("new@example.org"))
    client.post("/account/password", data={"current": PASSWORD, "password": NEW})
    rows = db.session.execute(sa.select(PeopleAudit).where(PeopleAudit.person_id == ada.id)).scalars().all()
    assert {"name_changed", "new_address_asked_for", "address_changed", "password_changed"} <= {r.act for r in rows}
    told = " ".join(str(r.facts) for r in rows)
    assert "example.org" not in told and "Augusta" not in told
