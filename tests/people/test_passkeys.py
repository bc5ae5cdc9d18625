"""Passkeys: added when the sign-in is fresh, good for one challenge at a time, and gone when their owner says so."""

import html
import json
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock
from coursehub.db import db
from coursehub.people import operations, passkeys, personal
from coursehub.people.actor import actor_for
from coursehub.people.models import Passkey, SignInSession
from coursehub.people.operations import PasskeyKnown, PasskeyRefused, TooManyPasskeys
from tests.people.cast import PASSWORD, a_person, sign_in
from tests.people.device import Device
from tests.people.mailbox import letters_to

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ada(app: Flask):
    return a_person("Ada", clock.now())


def asked(page: str) -> str:
    """The options that a page hands to the browser."""
    return html.unescape(re.search(r'data-passkey-options="([^"]*)"', page)[1])


def options(purpose: str, session: str, at) -> str:
    challenge = passkeys.new_challenge(purpose, session, at=at)
    if purpose == "add":
        return passkeys.creation_options(challenge, person="p", email="a@example.org", name="Ada", house="House", known=[])
    return passkeys.request_options(challenge, known=[])


def added(person, device: Device, at) -> Passkey:
    answer = device.create(options("add", "s1", at))
    return operations.add_passkey(answer, name="Phone", session="s1", by=actor_for(person), at=at)


def test_a_passkey_is_added_named_shown_used_to_confirm_and_removed(ada, client: FlaskClient) -> None:
    sign_in(client, ada)
    device = Device()
    told = asked(client.get("/account/passkeys").text)
    assert json.loads(told)["rp"]["id"] == "localhost" and json.loads(told)["pubKeyCredParams"] == [
        {"type": "public-key", "alg": -7}
    ]
    assert client.post("/account/passkeys", data={"name": "Phone"}).location == "/account/passkeys"  # without scripts: nothing
    answer = client.post("/account/passkeys", data={"name": "Phone", "answer": device.create(told)})
    assert answer.location == "/account/security"
    shown = client.get("/account/security").text
    assert "Phone" in shown and "not yet" in shown
    assert letters_to("ada@example.org")[-1].subject == "A passkey was added to your account"

    row = db.session.query(SignInSession).one()
    stale = row.fresh_at - timedelta(hours=1)
    row.fresh_at = stale
    db.session.commit()
    page = client.get("/account/confirm-it-is-you?next=/account/name").text
    proof = device.get(asked(page))
    answer = client.post("/account/confirm-with-passkey", data={"answer": proof, "next": "/account/name"})
    assert answer.location == "/account/name"
    db.session.expire_all()
    assert db.session.query(SignInSession).one().fresh_at > stale
    again = client.post("/account/confirm-with-passkey", data={"answer": proof, "next": "/account/name"})
    assert "confirm-it-is-you" in again.location  # a challenge is good once
    key = db.session.query(Passkey).one()
    assert key.last_used_at is not None
    assert client.post(f"/account/passkeys/{key.public_id}/remove").location == "/account/security"
    assert db.session.query(Passkey).count() == 0
    assert letters_to("ada@example.org")[-1].subject == "A passkey was removed from your account"


def test_without_a_passkey_the_password_alone_is_asked(ada, client: FlaskClient) -> None:
    sign_in(client, ada)
    assert "data-passkey-options" not in client.get("/account/confirm-it-is-you").text
    assert client.post("/account/confirm-it-is-you", data={"password": PASSWORD}).status_code == 303


def test_only_a_fresh_session_adds_or_removes(ada, client: FlaskClient) -> None:
    sign_in(client, ada)
    row = db.session.query(SignInSession).one()
    row.fresh_at -= timedelta(hours=1)
    db.session.commit()
    for answer in (client.get("/account/passkeys"), client.post("/account/passkeys"), client.post("/account/passkeys/x/remove")):
        assert "confirm-it-is-you" in answer.location


@pytest.mark.parametrize("wrong", ["elsewhere", "only touched", "for something else", "too late", "another session", "nonsense"])
def test_what_a_device_made_for_somebody_or_something_else_is_refused(ada, at, wrong) -> None:
    device = Device(
        origin="https://evil.example" if wrong == "elsewhere" else "https://localhost", verifies=wrong != "only touched"
    )
    told = options("confirm" if wrong == "for something else" else "add", "s2" if wrong == "another session" else "s1", at)
    answer = "[1]" if wrong == "nonsense" else ""
    if wrong == "for something else":
        challenge = passkeys.new_challenge("confirm", "s1", at=at)
        told = passkeys.creation_options(challenge, person="p", email="a@example.org", name="Ada", house="House", known=[])
    late = at + 11 * MINUTE if wrong == "too late" else at
    with pytest.raises(PasskeyRefused):
        operations.add_passkey(answer or device.create(told), name="x", session="s1", by=actor_for(ada), at=late)
    assert db.session.query(Passkey).count() == 0


def test_a_key_is_kept_once_and_ten_at_most(ada, at) -> None:
    device = Device()
    added(ada, device, at)
    with pytest.raises(PasskeyKnown):
        added(ada, device, at)
    for _n in range(9):
        added(ada, Device(), at)
    with pytest.raises(TooManyPasskeys):
        added(ada, Device(), at)


def test_a_proof_needs_the_right_key_site_challenge_and_a_count_that_grows(ada, at) -> None:
    device, other = Device(), Device()
    added(ada, device, at)
    other.credential = device.credential  # it says that it is Ada's
    challenge = b"exactly this"
    told = passkeys.request_options(challenge, known=[])
    proof = operations.prove_with_passkey(ada, device.get(told), challenge=challenge, at=at)
    assert set(proof) == {"credential_id", "key", "rp_id", "authenticator_data", "client_data_json", "signature"}
    stranger = a_person("Ben", at)
    old = Device(key=device.key, credential=device.credential)
    for whose, answer, wanted in (
        (ada, other.get(told), challenge),
        (stranger, device.get(told), challenge),
        (ada, device.get(told, site="evil.example"), challenge),
        (ada, device.get(told), b"something else"),
        (ada, old.get(told), challenge),  # a copy of the key, whose count lags behind
        (ada, "{}", challenge),
        (ada, "no JSON", challenge),
        (ada, json.dumps({"id": "x"} | {"more": "x" * 30_000}), challenge),
    ):
        with pytest.raises(PasskeyRefused):
            operations.prove_with_passkey(whose, answer, challenge=wanted, at=at)


def test_passkeys_go_along_in_the_export_and_are_forgotten(ada, at) -> None:
    added(ada, Device(), at)
    assert [one["name"] for one in personal.export(ada.id)["passkeys"]] == ["Phone"]
    personal.erase(ada.id, at)
    assert db.session.query(Passkey).count() == 0
