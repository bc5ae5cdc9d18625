"""Turning letters off by kind."""

import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock, mail
from coursehub.config import package
from coursehub.people import letters, operations
from coursehub.people.operations.letter_choices import KINDS
from coursehub.people.views.letters import KIND_WORDS
from tests.people.cast import a_person, sign_in
from tests.people.mailbox import letters_to


def _send(person, kind: str, key: str) -> None:
    mail.send_once(
        key=key, person_id=person.id, to="ada@example.org", locale="en", template="people/letters/no_account.txt",
        at=clock.now(), kind=kind, house="The house",
    )  # fmt: skip


def test_a_kind_that_is_turned_off_does_not_come_until_it_is_turned_on_again(app: Flask, client: FlaskClient) -> None:
    ada = a_person("Ada", clock.now())
    sign_in(client, ada)
    assert client.post("/account/letters", data={"kinds": [k for k in KINDS if k != "questions"]}).status_code == 303
    _send(ada, "questions", "1")
    _send(ada, "learning", "2")
    assert len(letters_to("ada@example.org")) == 1
    page = client.get("/account/letters").get_data(as_text=True)
    assert page.count("checked") == len(KINDS) - 1
    client.post("/account/letters", data={"kinds": list(KINDS)})
    _send(ada, "questions", "3")
    assert len(letters_to("ada@example.org")) == 2
    assert operations.kinds_wanted(ada.id) == list(KINDS)


def test_letters_about_safety_cannot_be_turned_off(app: Flask, client: FlaskClient) -> None:
    ada = a_person("Ada", clock.now())
    sign_in(client, ada)
    client.post("/account/letters", data={})
    assert operations.kinds_wanted(ada.id) == []
    letters.send_password_changed(ada, at=clock.now())
    assert len(letters_to("ada@example.org")) == 1
    assert client.post("/account/letters", data={"kinds": "security"}).status_code == 422


def test_every_kind_that_some_room_writes_can_be_chosen() -> None:
    written: set[str] = set()
    for file in [*Path(package()).glob("*/letters.py"), *Path(package()).glob("*/letters/*.py")]:
        written |= set(re.findall(r'kind="(\w+)"', file.read_text(encoding="utf-8")))
    assert written <= set(KINDS) | set(mail.ALWAYS)
    assert set(KIND_WORDS) == set(KINDS)
