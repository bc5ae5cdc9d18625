"""Choosing a new password through a link."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock, jobs
from coursehub.db import db
from coursehub.people import operations, sessions
from coursehub.people.models import PeopleAudit
from tests.people.cast import PASSWORD, a_person, sign_in
from tests.people.mailbox import letters_to, link_to

NEW = "an entirely new one"


@pytest.fixture
def ada(app: Flask):
    return a_person("Ada", clock.now())


def test_a_reset_sets_the_password_and_ends_all_sessions(ada, app: Flask, client: FlaskClient) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, ada)
    client.post("/reset", data={"email": "ada@example.org"})
    link = link_to("ada@example.org")
    assert client.get(link).status_code == 200
    assert client.post(link, data={"password": NEW}).location == "/sign-in"
    assert elsewhere.get("/account").status_code == 303
    assert client.post("/sign-in", data={"email": "ada@example.org", "password": PASSWORD}).status_code == 422
    assert client.post("/sign-in", data={"email": "ada@example.org", "password": NEW}).status_code == 303


def test_a_reset_link_works_once_and_a_newer_one_ends_it(ada, client: FlaskClient) -> None:
    client.post("/reset", data={"email": "ada@example.org"})
    first = link_to("ada@example.org")
    client.post("/reset", data={"email": "ada@example.org"})
    second = link_to("ada@example.org")
    assert client.post(first, data={"password": NEW}).status_code == 409
    assert client.post(second, data={"password": NEW}).status_code == 303
    assert client.post(second, data={"password": "yet another one"}).status_code == 409


def test_a_reset_link_expires_after_an_hour(ada, app: Flask) -> None:
    now = clock.now()
    operations.ask_for_reset("ada@example.org", locale="en", network=None, at=now)
    token = link_to("ada@example.org").rsplit("/", 1)[1]
    with pytest.raises(operations.LinkIsSpent):
        operations.reset_password(token, new=NEW, at=clock.now() + timedelta(hours=1))
    operations.reset_password(token, new=NEW, at=now + timedelta(minutes=59))


def test_an_easy_new_password_is_refused_and_leaves_the_link_usable(ada, client: FlaskClient) -> None:
    client.post("/reset", data={"email": "ada@example.org"})
    link = link_to("ada@example.org")
    assert client.post(link, data={"password": "short"}).status_code == 422
    assert client.post(link, data={"password": NEW}).status_code == 303


def test_a_reset_opens_an_account_that_guesses_had_closed(ada, app: Flask) -> None:
    now = clock.now()
    for n in range(10):
        with pytest.raises(operations.WrongSignIn):
            operations.check_password("ada@example.org", "wrong", network=f"192.0.2.{n}", at=now)
    operations.ask_for_reset("ada@example.org", locale="en", network="198.51.100.1", at=now)
    operations.reset_password(link_to("ada@example.org").rsplit("/", 1)[1], new=NEW, at=now)
    assert operations.check_password("ada@example.org", NEW, network="198.51.100.2", at=now).id == ada.id


def test_the_owner_is_told_and_the_act_is_written_down(ada, client: FlaskClient) -> None:
    client.post("/reset", data={"email": "ada@example.org"})
    client.post(link_to("ada@example.org"), data={"password": NEW})
    assert letters_to("ada@example.org")[-1].subject == "Your password was changed"
    acts = db.session.execute(sa.select(PeopleAudit.act).where(PeopleAudit.person_id == ada.id)).scalars().all()
    assert {"reset_asked_for", "password_reset"} <= set(acts)


def test_one_mailbox_gets_only_a_few_letters(ada, app: Flask) -> None:
    for n in range(9):
        client = app.test_client()
        answer = client.post("/reset", data={"email": "ada@example.org"}, environ_overrides={"REMOTE_ADDR": f"192.0.2.{n}"})
        assert answer.location == "/reset/sent"
    assert len(letters_to("ada@example.org")) == 4


def test_one_network_address_cannot_ask_for_many_letters(app: Flask, client: FlaskClient) -> None:
    answers = [client.post("/reset", data={"email": f"n{n}@example.org"}).status_code for n in range(11)]
    assert answers == [303] * 10 + [429]


def test_a_reset_confirms_the_address_of_an_account_that_never_was(client: FlaskClient) -> None:
    client.post(
        "/sign-up",
        data={"display_name": "Nia", "email": "nia@example.org", "password": "forgotten at once",
              "birth_on": "1995-04-03", "accepts": "y"},
    )  # fmt: skip
    jobs.run_due(at=clock.now(), strict=True)
    client.post("/reset", data={"email": "nia@example.org"})
    client.post(link_to("nia@example.org"), data={"password": NEW})
    assert client.post("/sign-in", data={"email": "nia@example.org", "password": NEW}).status_code == 303


def test_sessions_of_an_erased_person_open_nothing(ada, app: Flask) -> None:
    from coursehub.db import transaction

    _row, token = operations.begin_session(ada, device="", at=clock.now())
    with transaction():
        ada.erased_at = clock.now()
    assert sessions.load(token, at=clock.now()) is None
