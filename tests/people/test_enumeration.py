"""Nobody learns from our answers whether an address has an account."""

import re
import statistics
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock
from coursehub.people import guesses
from tests.people.cast import a_person
from tests.people.mailbox import letters_to

SIGN_UP = {"display_name": "Nia", "password": "a long walk home", "birth_on": "1995-04-03", "accepts": "y"}


def _bytes(client: FlaskClient, path: str, data: dict[str, str]) -> tuple[int, str | None, bytes, bytes]:
    """Everything a stranger can see of the answer, and of the page it leads to; ids of requests and forms aside."""
    answer = client.post(path, data=data)
    body = answer.data.replace(data["email"].encode(), b"[address]")
    after = client.get(answer.location).data if answer.location else b""
    hide = re.compile(rb'(csrf_token" (type="hidden" )?value=")[^"]*')
    return answer.status_code, answer.location, hide.sub(rb"\1", body), hide.sub(rb"\1", after)


@pytest.mark.parametrize(
    ("path", "more"),
    [("/sign-up", SIGN_UP), ("/reset", {}), ("/sign-in", {"password": "this is not it"})],
    ids=["signing up", "asking for a reset", "a wrong password"],
)
def test_known_and_unknown_addresses_get_the_same_bytes(app: Flask, path: str, more: dict[str, str]) -> None:
    a_person("Ada", clock.now())
    known = _bytes(app.test_client(), path, {**more, "email": "ada@example.org"})
    unknown = _bytes(app.test_client(), path, {**more, "email": "eda@example.org"})
    assert known == unknown


def test_the_mail_says_what_happened(app: Flask, client: FlaskClient) -> None:
    a_person("Ada", clock.now())
    client.post("/reset", data={"email": "ada@example.org"})
    client.post("/reset", data={"email": "eda@example.org"})
    assert letters_to("ada@example.org")[-1].subject == "Choose a new password"
    assert letters_to("eda@example.org")[-1].subject == "There is no account with this address"


def test_guesses_at_an_unknown_address_run_out_just_like_at_a_known_one(app: Flask) -> None:
    a_person("Ada", clock.now())
    for email in ("ada@example.org", "eda@example.org"):
        client = app.test_client()
        answers = [
            client.post(
                "/sign-in",
                data={"email": email, "password": "wrong wrong"},
                environ_overrides={"REMOTE_ADDR": f"192.0.2.{n}"},
            ).status_code
            for n in range(12)
        ]
        assert answers == [422] * 10 + [429] * 2


@pytest.mark.parametrize(
    ("path", "more"),
    [("/reset", {}), ("/sign-in", {"password": "this is not it"}), ("/sign-up", SIGN_UP)],
    ids=["asking for a reset", "a wrong password", "signing up"],
)
def test_known_and_unknown_addresses_take_about_the_same_time(app: Flask, monkeypatch, path: str, more: dict[str, str]) -> None:
    """The gap of CPU time stays below a twentieth. A busy machine may spoil one measurement, a real gap shows in all of them."""
    monkeypatch.setattr(guesses, "LIMIT", 10_000)
    monkeypatch.setattr(guesses, "LETTERS_PER_MAILBOX", 10_000)
    for n in range(_PAIRS):
        a_person(f"Ada{n}", clock.now())
    client = app.test_client()
    for _ in range(3):
        client.post(path, data={**more, "email": "warm@example.org"})
    gaps = []
    for _measurement in range(3):
        gaps.append(_gap(client, path, more))
        if abs(gaps[-1]) < 0.05:
            return
    raise AssertionError(f"known addresses take so much longer: {gaps}")


_PAIRS = 16


def _gap(client: FlaskClient, path: str, more: dict[str, str]) -> float:
    """By how much a known address takes longer, as part of the whole; both in turn, each first as often as the other."""
    spent: dict[str, list[float]] = {"ada": [], "eda": []}
    for n in range(_PAIRS):
        for name in sorted(spent, reverse=bool(n % 2)):
            begun = time.process_time()
            client.post(path, data={**more, "email": f"{name}{n}@example.org"})
            spent[name].append(time.process_time() - begun)
    known, unknown = (statistics.median(times) for times in spent.values())
    return (known - unknown) / max(known, unknown)
