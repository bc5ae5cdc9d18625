"""Signing in and out, guesses, devices, and the ways back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock
from coursehub.db import db, transaction
from coursehub.people import guesses, operations, passwords, sessions
from coursehub.people.models import Guess, PeopleAudit, SignInSession
from coursehub.people.sessions import COOKIE_KEY
from tests.people.cast import PASSWORD, a_person, sign_in
from tests.people.mailbox import letters_to

ADA = {"email": "ada@example.org", "password": PASSWORD}


@pytest.fixture
def ada(app: Flask):
    return a_person("Ada", clock.now())


def test_the_right_password_signs_in_and_returns_to_what_one_was_doing(ada, client: FlaskClient) -> None:
    asked = client.get("/account/name")
    assert asked.location == "/sign-in?next=/account/name"
    page = client.get(asked.location).get_data(as_text=True)
    assert 'name="next" value="/account/name"' in page
    assert client.post("/sign-in", data={**ADA, "next": "/account/name"}).location == "/account/name"
    assert client.get("/account/name").status_code == 200


@pytest.mark.parametrize("spelling", ["ADA@example.org", "  ada@EXAMPLE.org ", "ａｄａ@example.org"])
def test_an_address_may_be_spelled_in_any_way(ada, client: FlaskClient, spelling: str) -> None:
    assert client.post("/sign-in", data={**ADA, "email": spelling}).status_code == 303


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "http:evil.example",
        "javascript:alert(1)", "/\t/evil.example", "\t//evil.example", "/\n/evil.example", " //evil.example", "evil.example",
        "https:///evil.example", "/..//\\evil.example", "data:text/html,x", "http://localhost@evil.example", "",
    ],
)  # fmt: skip
def test_next_never_leads_to_another_site(ada, client: FlaskClient, evil: str) -> None:
    answer = client.post("/sign-in", data={**ADA, "next": evil})
    assert answer.status_code == 303 and answer.location == "/"
    again = client.post("/account/confirm-it-is-you", data={"password": PASSWORD, "next": evil})
    assert again.location == "/account"
    assert client.post("/account/organisation", data={"organisation": "x", "next": evil}).status_code == 404


def test_signing_in_gives_the_browser_a_new_session(ada, client: FlaskClient) -> None:
    """Whatever an attacker planted in the cookie before is gone afterwards."""
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
        cookie[COOKIE_KEY] = "a token chosen by somebody else"
    client.post("/sign-in", data=ADA)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie[COOKIE_KEY] != "a token chosen by somebody else"
    first = client.get_cookie("__Host-session").value
    client.post("/sign-out")
    client.post("/sign-in", data=ADA)
    assert client.get_cookie("__Host-session").value != first


def test_a_copied_cookie_is_worthless_after_signing_out(ada, client: FlaskClient) -> None:
    client.post("/sign-in", data=ADA)
    stolen = client.get_cookie("__Host-session").value
    client.post("/sign-out")
    client.set_cookie("__Host-session", stolen, domain="localhost", secure=True)
    assert client.get("/account").status_code == 303


def test_cookies_are_secure_and_out_of_reach_of_scripts(ada, client: FlaskClient) -> None:
    cookies = client.post("/sign-in", data=ADA).headers.getlist("Set-Cookie")
    assert {c.split("=")[0] for c in cookies} == {"__Host-session", "__Host-device"}
    for cookie in cookies:
        assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie


def test_plain_http_refuses_passwords_unless_it_never_leaves_the_machine(app: Flask, ada, monkeypatch) -> None:
    from dataclasses import replace

    settings = app.extensions["coursehub_settings"]
    monkeypatch.setitem(app.extensions, "coursehub_settings", replace(settings, base_url="http://courses.example.org"))
    answer = app.test_client().post("/sign-in", data=ADA)
    assert answer.status_code == 403 and b"protected connection" in answer.data


def test_ten_wrong_guesses_close_an_account_for_fifteen_minutes(ada, app: Flask) -> None:
    now = clock.now()
    for n in range(10):
        with pytest.raises(operations.WrongSignIn):
            operations.check_password("ada@example.org", "wrong", network=f"192.0.2.{n}", at=now)
    with pytest.raises(operations.TooManyGuesses):
        operations.check_password("ada@example.org", PASSWORD, network="192.0.2.99", at=now + timedelta(minutes=14))
    later = now + timedelta(minutes=15, seconds=1)
    assert operations.check_password("ada@example.org", PASSWORD, network="192.0.2.99", at=later).id == ada.id


def test_ten_wrong_guesses_from_one_network_address_close_it_for_every_account(ada, app: Flask) -> None:
    now = clock.now()
    for n in range(10):
        with pytest.raises(operations.WrongSignIn):
            operations.check_password(f"nobody{n}@example.org", "wrong", network="2001:db8::1", at=now)
    with pytest.raises(operations.TooManyGuesses):
        operations.check_password("ada@example.org", PASSWORD, network="2001:db8::2", at=now)
    assert operations.check_password("ada@example.org", PASSWORD, network="2001:db8:1::2", at=now).id == ada.id


def test_right_passwords_are_not_counted(ada, app: Flask) -> None:
    for _ in range(25):
        operations.check_password("ada@example.org", PASSWORD, network="192.0.2.1", at=clock.now())
    assert db.session.execute(sa.select(Guess)).first() is None


def test_a_guess_says_nothing_about_who_was_meant(ada, app: Flask) -> None:
    with pytest.raises(operations.WrongSignIn):
        operations.check_password("ada@example.org", "wrong", network="192.0.2.1", at=clock.now())
    kept = db.session.execute(sa.select(Guess.subject)).scalars().all()
    assert len(kept) == 2 and all(len(k) == 64 and "ada" not in k and "192" not in k for k in kept)
    assert guesses.account("ada@example.org") in kept


def test_a_hash_with_weaker_parameters_is_made_again(ada, app: Flask) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with transaction():
        ada.password_hash = weak
    operations.check_password("ada@example.org", PASSWORD, network=None, at=clock.now())
    db.session.refresh(ada)
    assert ada.password_hash != weak and ada.password_hash.startswith("$argon2id$")
    assert not passwords.is_dated(ada.password_hash)
    assert passwords.is_right(ada.password_hash, PASSWORD)


def test_passwords_are_kept_as_argon2id_only(ada, app: Flask) -> None:
    assert ada.password_hash.startswith("$argon2id$") and PASSWORD not in ada.password_hash


def test_a_session_ends_after_two_weeks_without_use_and_two_months_in_any_case(ada, app: Flask) -> None:
    now = clock.now()
    row, token = operations.begin_session(ada, device="", at=now)
    assert sessions.load(token, at=now + timedelta(days=13)) is not None
    assert sessions.load(token, at=now + timedelta(days=15)) is None
    with transaction():
        row.seen_at = now + timedelta(days=60)
    assert sessions.load(token, at=now + timedelta(days=61)) is None


def test_the_list_of_devices_names_them_and_each_can_be_ended(ada, app: Flask) -> None:
    phone, desk = app.test_client(), app.test_client()
    phone.post("/sign-in", data=ADA, headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari"})
    desk.post("/sign-in", data=ADA, headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0"})
    page = desk.get("/account/security").get_data(as_text=True)
    assert "Chrome · Android" in page and "Firefox · Linux" in page and page.count("This one") == 1
    row = db.session.execute(sa.select(SignInSession).where(SignInSession.device == "Chrome · Android")).scalar_one()
    assert desk.post(f"/account/sessions/{row.public_id}/end").status_code == 303
    assert phone.get("/account").status_code == 303
    assert desk.get("/account").status_code == 200


def test_signing_out_everywhere_else_keeps_this_device(ada, app: Flask) -> None:
    here, there, yonder = (app.test_client() for _ in range(3))
    for browser in (here, there, yonder):
        browser.post("/sign-in", data=ADA)
    here.post("/account/sessions/end-all")
    assert [b.get("/account").status_code for b in (here, there, yonder)] == [200, 303, 303]


def test_nobody_ends_the_session_of_somebody_else(ada, app: Flask, client: FlaskClient) -> None:
    eve = a_person("Eve", clock.now())
    row, token = operations.begin_session(ada, device="", at=clock.now())
    sign_in(client, eve)
    assert client.post(f"/account/sessions/{row.public_id}/end").status_code == 404
    assert sessions.load(token, at=clock.now()) is not None


def test_a_new_device_is_told_by_letter_but_the_first_and_a_known_one_are_not(ada, app: Flask) -> None:
    first, second = app.test_client(), app.test_client()
    first.post("/sign-in", data=ADA)
    first.post("/sign-out")
    first.post("/sign-in", data=ADA)
    assert letters_to("ada@example.org") == []
    second.post("/sign-in", data=ADA, headers={"User-Agent": "Firefox/128.0 Windows"})
    (letter,) = letters_to("ada@example.org")
    assert letter.subject == "A new device signed in" and "Firefox · Windows" in letter.body


def test_signing_in_and_failing_to_leave_audit_rows(ada, client: FlaskClient) -> None:
    client.post("/sign-in", data={**ADA, "password": "wrong wrong"})
    client.post("/sign-in", data=ADA)
    client.post("/sign-out")
    rows = sa.select(PeopleAudit.act).where(PeopleAudit.person_id == ada.id).order_by(PeopleAudit.id)
    acts = db.session.execute(rows).scalars().all()
    assert [a for a in acts if a in ("sign_in_failed", "signed_in", "signed_out")] == [
        "sign_in_failed", "signed_in", "signed_out",
    ]  # fmt: skip


def test_personal_pages_are_kept_by_nobody(ada, client: FlaskClient) -> None:
    sign_in(client, ada)
    assert client.get("/account").headers["Cache-Control"] == "no-store"
