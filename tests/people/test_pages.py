"""Every page of the room, as it is drawn: both languages, no gaps, one heading, labelled fields."""

import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock
from coursehub.people import operations, queries
from coursehub.people.actor import actor_for
from tests.people.cast import build_cast, sign_in
from tests.people.mailbox import link_to

OPEN = ["/sign-in", "/sign-up", "/sign-up/sent", "/reset", "/reset/sent", "/terms", "/privacy"]
OWN = [
    "/account", "/account/name", "/account/address", "/account/password", "/account/security", "/account/second-step",
    "/account/privacy", "/account/organisations", "/account/letters", "/account/guardian", "/account/confirm-it-is-you", "/organisations/new",
]  # fmt: skip


def _looks_right(page: str, path: str, locale: str) -> None:
    main = page.split("<main")[1].split("</main>", maxsplit=1)[0]
    assert page.count("<h1") == 1, path
    assert f'lang="{locale}"' in page
    for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", main):
        if 'type="hidden"' in field or "<button" in field:
            continue
        found = re.search(r'id="([^"]+)"', field)
        assert found and f'for="{found.group(1)}"' in main, (path, field)
    assert main.count("button--primary") <= 1, path
    assert "%(" not in main and "style=" not in main and "<script" not in main, path
    if locale == "zh-CN":
        words = re.sub(r"<[^>]+>|https?://\S+|[\w.]+@[\w.]+", " ", main)
        english = re.findall(r"\b[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", words)
        assert english == [], (path, english)


def _get(client: FlaskClient, path: str, locale: str) -> str:
    client.set_cookie("language", locale, domain="localhost")
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.location)
    return answer.get_data(as_text=True)


@pytest.fixture
def cast(app: Flask, at: datetime):
    return build_cast(at)


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_pages_for_everybody(cast, client: FlaskClient, locale: str) -> None:
    for path in OPEN:
        _looks_right(_get(client, path, locale), path, locale)


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_pages_of_ones_own_account(cast, client: FlaskClient, locale: str) -> None:
    sign_in(client, cast.ada)
    for path in OWN:
        _looks_right(_get(client, path, locale), path, locale)


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_pages_of_an_organisation(cast, client: FlaskClient, locale: str) -> None:
    details = operations.PayeeDetails("Northwind Ltd", "Bank", "DE89370400440532013000", "91310000MA1K", "DE")
    operations.give_payee_details(cast.northwind, details, by=actor_for(cast.pia), at=clock.now())
    operations.invite(cast.northwind, email="x@example.org", roles=["hr"], by=actor_for(cast.pia), at=clock.now())
    sign_in(client, cast.pia)
    base = f"/organisations/{cast.northwind.public_id}"
    tara = f"/members/{cast.tara.public_id}"
    for path in ("", "/names", tara, f"/members/{cast.pia.public_id}", "/payee", "/payee/edit", "/application"):
        _looks_right(_get(client, base + path, locale), path, locale)
    _looks_right(_get(client, link_to("x@example.org"), locale), "invitation", locale)


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_pages_of_the_house(cast, client: FlaskClient, locale: str) -> None:
    riverbank = operations.open_organisation(name="河岸数学", name_en="Riverbank", by=actor_for(cast.ada), at=clock.now())
    operations.apply_as_partner(riverbank, about="我们教" * 20, website="", by=actor_for(cast.ada), at=clock.now())
    sign_in(client, cast.stan)
    paths = [
        "/house/organisations", f"/house/organisations/{riverbank.public_id}", "/house/people",
        f"/house/people/{cast.theo.public_id}",
    ]  # fmt: skip
    for path in paths:
        _looks_right(_get(client, path, locale), path, locale)


def test_first_use_shows_what_to_do_next_instead_of_empty_tables(cast, client: FlaskClient) -> None:
    sign_in(client, cast.theo)
    assert "Nobody opened anything" in _get(client, "/account/privacy", "en")
    assert "You belong to no organisation" in _get(client, "/account/organisations", "en")


def test_a_name_full_of_markup_is_shown_as_text(cast, client: FlaskClient) -> None:
    sign_in(client, cast.pia)
    evil = "<script>alert(1)</script>"
    client.post("/account/name", data={"display_name": evil, "locale": "en"})
    assert queries.display_names([cast.pia.id]) == {cast.pia.id: evil}
    for path in ("/account", f"/organisations/{cast.northwind.public_id}", "/account/privacy"):
        page = _get(client, path, "en")
        assert evil not in page and "&lt;script&gt;" in page


def test_harm_is_asked_about_before_it_is_done(cast, client: FlaskClient) -> None:
    sign_in(client, cast.pia)
    page = _get(client, f"/organisations/{cast.northwind.public_id}/members/{cast.tara.public_id}", "en")
    assert "Remove Tara?" in page and "They lose access to everything" in page


def test_every_endpoint_of_the_room_declares_for_whom_it_is(app: Flask) -> None:
    silent = [
        name for name, view in app.view_functions.items() if name.startswith("people.") and not hasattr(view, "__audience__")
    ]
    assert silent == []
