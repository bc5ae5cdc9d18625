"""The authenticator app, its recovery codes, and what happens without them."""

import re
from datetime import datetime

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock
from coursehub.db import db
from coursehub.people import operations
from coursehub.people.actor import actor_for
from coursehub.people.models import RecoveryCode, SecondFactor
from tests.people.cast import PASSWORD, a_person, sign_in
from tests.people.mailbox import letters_to

ADA = {"email": "ada@example.org", "password": PASSWORD}


@pytest.fixture
def ada(app: Flask):
    return a_person("Ada", clock.now())


def code(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


def turn_on(person, at: datetime) -> tuple[str, list[str]]:
    by = actor_for(person)
    secret = operations.begin_second_step(by=by, at=at)
    return secret, operations.turn_on_second_step(code(secret, at), by=by, at=at)


def test_setting_it_up_shows_a_picture_a_key_and_the_codes_once(ada, client: FlaskClient) -> None:
    sign_in(client, ada)
    client.post("/account/second-step/begin")
    page = client.get("/account/second-step/scan").get_data(as_text=True)
    assert "<svg" in page and "style=" not in page.split("<main")[1]
    secret = re.search(r'copyable__text">([A-Z2-7]{32})<', page).group(1)
    assert client.post("/account/second-step/scan", data={"code": "000000"}).status_code == 422
    shown = client.post("/account/second-step/scan", data={"code": code(secret, clock.now())}).get_data(as_text=True)
    codes = re.findall(r"<code>([a-z0-9-]+)</code>", shown)
    assert len(codes) == 10
    again = client.get("/account/second-step").get_data(as_text=True)
    assert not any(c in again for c in codes) and secret not in again
    assert client.get("/account/second-step/scan").status_code == 303
    assert letters_to("ada@example.org")[-1].subject == "The second step is on"


def test_afterwards_the_password_alone_does_not_sign_in(ada, client: FlaskClient, at: datetime) -> None:
    secret, _codes = turn_on(ada, at)
    answer = client.post("/sign-in", data={**ADA, "next": "/account/name"})
    assert answer.location == "/sign-in/code"
    assert client.get("/account").status_code == 303
    assert client.get("/sign-in/code").status_code == 200
    assert client.post("/sign-in/code", data={"code": "123456"}).status_code == 422
    assert client.get("/account").status_code == 303
    done = client.post("/sign-in/code", data={"code": code(secret, clock.now())})
    assert done.location == "/account/name"
    assert client.get("/account").status_code == 200


def test_the_code_page_is_nothing_without_the_password(ada, client: FlaskClient, at: datetime) -> None:
    secret, _codes = turn_on(ada, at)
    assert client.get("/sign-in/code").location == "/sign-in"
    assert client.post("/sign-in/code", data={"code": code(secret, clock.now())}).location == "/sign-in"


def test_a_changed_password_ends_a_half_finished_sign_in(ada, app: Flask, client: FlaskClient, at: datetime) -> None:
    secret, _codes = turn_on(ada, at)
    client.post("/sign-in", data=ADA)
    operations.change_password(
        current=PASSWORD, new="an entirely new one", by=actor_for(ada), session=None, network=None, at=clock.now()
    )
    assert client.post("/sign-in/code", data={"code": code(secret, clock.now())}).location == "/sign-in"


def test_a_code_from_the_app_works_once(ada, at: datetime) -> None:
    secret, _codes = turn_on(ada, at)
    later = clock.now()
    operations.check_second_step(ada, code(secret, later), network=None, at=later)
    with pytest.raises(operations.WrongCode):
        operations.check_second_step(ada, code(secret, later), network=None, at=later)


def test_a_recovery_code_works_once_and_is_kept_as_a_hash(ada, client: FlaskClient, at: datetime) -> None:
    _secret, codes = turn_on(ada, at)
    kept = set(db.session.execute(sa.select(RecoveryCode.code_hash)).scalars())
    assert len(kept) == 10 and not kept & set(codes)
    client.post("/sign-in", data=ADA)
    assert client.post("/sign-in/code", data={"code": f" {codes[0].upper()} "}).status_code == 303
    assert "9 are left" in letters_to("ada@example.org")[-1].body
    client.post("/sign-out")
    client.post("/sign-in", data=ADA)
    assert client.post("/sign-in/code", data={"code": codes[0]}).status_code == 422
    assert operations.recovery_codes_left(ada.id) == 9


def test_guesses_at_codes_run_out_together_with_guesses_at_passwords(ada, app: Flask, at: datetime) -> None:
    turn_on(ada, at)
    now = clock.now()
    for n in range(5):
        with pytest.raises(operations.WrongSignIn):
            operations.check_password("ada@example.org", "wrong", network=f"192.0.2.{n}", at=now)
    for n in range(5):
        with pytest.raises(operations.WrongCode):
            operations.check_second_step(ada, "000000", network=f"198.51.100.{n}", at=now)
    with pytest.raises(operations.TooManyGuesses):
        operations.check_second_step(ada, "000000", network="203.0.113.1", at=now)


def test_the_secret_is_not_readable_in_the_database(ada, at: datetime) -> None:
    secret, _codes = turn_on(ada, at)
    assert secret not in db.session.execute(sa.select(SecondFactor.sealed_secret)).scalar_one()


def test_new_codes_end_the_old_ones(ada, at: datetime) -> None:
    _secret, old = turn_on(ada, at)
    new = operations.renew_recovery_codes(by=actor_for(ada), at=at)
    with pytest.raises(operations.WrongCode):
        operations.check_second_step(ada, old[0], network=None, at=at)
    operations.check_second_step(ada, new[0], network=None, at=at)


def test_turning_it_off_forgets_everything_and_is_told(ada, at: datetime) -> None:
    turn_on(ada, at)
    operations.turn_off_second_step(by=actor_for(ada), at=at)
    assert not operations.has_second_step(ada)
    assert operations.recovery_codes_left(ada.id) == 0
    assert letters_to("ada@example.org")[-1].subject == "The second step is off"
    with pytest.raises(operations.SecondStepIsOff):
        operations.renew_recovery_codes(by=actor_for(ada), at=at)


def test_it_cannot_be_turned_on_twice(ada, at: datetime) -> None:
    secret, _codes = turn_on(ada, at)
    with pytest.raises(operations.SecondStepIsOn):
        operations.begin_second_step(by=actor_for(ada), at=at)
    with pytest.raises(operations.SecondStepIsOn):
        operations.turn_on_second_step(code(secret, at), by=actor_for(ada), at=at)


def test_confirming_that_it_is_you_asks_for_the_code_too(ada, client: FlaskClient, at: datetime) -> None:
    secret, _codes = turn_on(ada, at)
    sign_in(client, ada)
    assert client.post("/account/confirm-it-is-you", data={"password": PASSWORD}).status_code == 422
    now = code(secret, clock.now())
    assert client.post("/account/confirm-it-is-you", data={"password": PASSWORD, "code": now}).status_code == 303


def test_a_reset_leaves_the_second_step_on(ada, client: FlaskClient, at: datetime) -> None:
    from tests.people.mailbox import link_to

    turn_on(ada, at)
    client.post("/reset", data={"email": "ada@example.org"})
    client.post(link_to("ada@example.org"), data={"password": "an entirely new one"})
    answer = client.post("/sign-in", data={**ADA, "password": "an entirely new one"})
    assert answer.location == "/sign-in/code"
