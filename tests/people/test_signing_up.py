"""Signing up, confirming, and what is kept of it."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coursehub import clock, jobs
from coursehub.db import db, transaction
from coursehub.people import legal, operations, queries
from coursehub.people.models import MailLink, PeopleAudit, PersonalRecord, SignInSession, TermsAcceptance
from coursehub.people.tokens import token_hash
from tests.people.cast import PASSWORD, a_person
from tests.people.mailbox import letters_to, link_to

FORM = {
    "display_name": "Nia Okafor",
    "email": "nia@example.org",
    "password": "a long walk home",
    "birth_on": "1995-04-03",
    "accepts": "y",
}


def ask(client: FlaskClient, form: dict[str, str]) -> TestResponse:
    """Send the form, and let the worker answer what was sent."""
    answer = client.post("/sign-up", data=form)
    jobs.run_due(at=clock.now(), strict=True)
    return answer


def test_signing_up_sends_one_link_and_signs_nobody_in(client: FlaskClient) -> None:
    answer = ask(client, FORM)
    assert (answer.status_code, answer.location) == (303, "/sign-up/sent")
    person = queries.person_by_email("nia@example.org")
    assert person is not None and person.confirmed_at is None
    assert len(letters_to("nia@example.org")) == 1
    assert client.get("/account").status_code == 303


def test_the_link_alone_confirms_nothing_and_the_password_with_it_does(client: FlaskClient) -> None:
    ask(client, FORM)
    link = link_to("nia@example.org")
    assert client.get(link).status_code == 200
    assert queries.person_by_email("nia@example.org").confirmed_at is None
    assert client.post(link, data={"password": "not the password"}).status_code == 422
    answer = client.post(link, data={"password": FORM["password"]})
    assert (answer.status_code, answer.location) == (303, "/")
    assert queries.person_by_email("nia@example.org").confirmed_at is not None
    assert client.get("/account").status_code == 200


def test_a_link_works_once(client: FlaskClient) -> None:
    ask(client, FORM)
    link = link_to("nia@example.org")
    client.post(link, data={"password": FORM["password"]})
    assert client.get(link).status_code == 409
    assert client.post(link, data={"password": FORM["password"]}).status_code == 409


def test_a_link_expires(client: FlaskClient) -> None:
    ask(client, FORM)
    with transaction():
        db.session.execute(sa.update(MailLink).values(expires_at=clock.now() - timedelta(seconds=1)))
    db.session.expire_all()
    assert client.get(link_to("nia@example.org")).status_code == 409


def test_the_database_keeps_only_the_hash_of_a_link(client: FlaskClient) -> None:
    ask(client, FORM)
    token = link_to("nia@example.org").rsplit("/", 1)[1]
    kept = db.session.execute(sa.select(MailLink.token_hash)).scalar_one()
    assert kept == token_hash(token) != token


def test_a_link_for_one_purpose_opens_no_other(client: FlaskClient) -> None:
    ask(client, FORM)
    token = link_to("nia@example.org").rsplit("/", 1)[1]
    assert client.get(f"/reset/{token}").status_code == 409
    assert client.get(f"/guardian/{token}").status_code == 409
    assert client.get(f"/invitations/{token}").status_code == 409


def test_accepting_the_texts_records_their_versions_and_the_language(client: FlaskClient) -> None:
    client.post("/sign-up", data=FORM, headers={"Accept-Language": "zh-CN"})
    jobs.run_due(at=clock.now(), strict=True)
    rows = db.session.execute(sa.select(TermsAcceptance).order_by(TermsAcceptance.document.desc())).scalars().all()
    assert [(r.document, r.version, r.locale) for r in rows] == [
        ("terms", legal.VERSIONS["terms"], "zh-CN"),
        ("privacy", legal.VERSIONS["privacy"], "zh-CN"),
    ]


def test_a_new_version_is_asked_for_at_the_next_sign_in(app: Flask, client: FlaskClient, monkeypatch) -> None:
    ada = a_person("Ada", clock.now())
    monkeypatch.setitem(legal.VERSIONS, "terms", "2031-01-01")
    answer = client.post("/sign-in", data={"email": "ada@example.org", "password": PASSWORD, "next": "/account/name"})
    assert answer.location == "/account/agreements?next=/account/name"
    assert b"Terms of use" in client.get(answer.location).data
    assert client.post("/account/agreements", data={"next": "/account/name"}).status_code == 422
    answer = client.post("/account/agreements", data={"accepts": "y", "next": "/account/name"})
    assert answer.location == "/account/name"
    assert queries.texts_to_accept(ada.id) == []


def test_a_wrong_form_is_422_names_its_fields_and_keeps_what_was_typed(client: FlaskClient) -> None:
    answer = ask(client, {**FORM, "email": "nowhere", "password": "short", "accepts": ""})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert 'value="Nia Okafor"' in page and 'value="nowhere"' in page
    for field in ("email", "password", "accepts"):
        assert f'href="#{field}"' in page
    assert "short" not in page.split('name="password"')[1].split(">")[0]


def test_easy_passwords_are_refused(client: FlaskClient) -> None:
    for easy in ("short one", "aaaaaaaaaaaaaa", "password1234", "nia@example.org", "Nia Okafor", "woaini5201314"):
        answer = ask(client, {**FORM, "password": easy})
        assert answer.status_code == 422, easy
    assert queries.person_by_email("nia@example.org") is None


def test_an_impossible_birth_date_is_refused(client: FlaskClient) -> None:
    for odd in ("2999-01-01", "1850-01-01", "yesterday"):
        assert ask(client, {**FORM, "birth_on": odd}).status_code == 422


def test_a_prepared_account_cannot_trap_the_owner_of_the_address(client: FlaskClient) -> None:
    """Mallory signs up with Nia's address; Nia signs up later; only Nia's own password confirms."""
    ask(client, {**FORM, "display_name": "Mallory", "password": "mallory waits here"})
    first = link_to("nia@example.org")
    ask(client, FORM)
    second = link_to("nia@example.org")
    assert client.get(first).status_code == 409
    assert client.post(second, data={"password": "mallory waits here"}).status_code == 422
    assert client.post(second, data={"password": FORM["password"]}).status_code == 303
    record = db.session.execute(sa.select(PersonalRecord)).scalar_one()
    assert record.display_name == "Nia Okafor"


def test_signing_up_with_a_known_address_changes_nothing_and_tells_its_owner(app: Flask, client: FlaskClient) -> None:
    ada = a_person("Ada", clock.now())
    before = (ada.password_hash, queries.display_names([ada.id]))
    ask(client, {**FORM, "email": "Ada@Example.org"})
    db.session.expire_all()
    assert (ada.password_hash, queries.display_names([ada.id])) == before
    assert letters_to("ada@example.org")[-1].subject == "You already have an account"
    acts = db.session.execute(sa.select(PeopleAudit.act)).scalars().all()
    assert "sign_up_with_known_address" in acts


def test_the_request_asks_the_database_the_same_whether_the_address_is_known_or_not(app: Flask, client: FlaskClient) -> None:
    a_person("Ada", clock.now())
    asked: list[str] = []
    listen = sa.event.listens_for(db.engine, "before_cursor_execute")
    listen(lambda _c, _cursor, statement, *_more: asked.append(statement))
    client.post("/sign-up", data={**FORM, "email": "before@example.org"})
    runs = []
    for email in ("new@example.org", "ada@example.org"):
        asked.clear()
        client.post("/sign-up", data={**FORM, "email": email})
        runs.append(list(asked))
    assert runs[0] == runs[1] and any("INSERT INTO job" in statement for statement in runs[0])


def test_a_wish_in_the_queue_names_nobody(app: Flask, client: FlaskClient) -> None:
    client.post("/sign-up", data=FORM)
    (args,) = db.session.execute(sa.select(jobs.Job.args)).scalars()
    assert set(args) == {"wish"}
    assert not any(word in str(args) for word in ("nia@example.org", "Nia Okafor", "argon2"))


def test_signing_in_before_confirming_sends_the_letter_again(client: FlaskClient) -> None:
    ask(client, FORM)
    first = link_to("nia@example.org")
    answer = client.post("/sign-in", data={"email": FORM["email"], "password": FORM["password"]})
    assert answer.status_code == 409 and b"not confirmed yet" in answer.data
    assert db.session.execute(sa.select(SignInSession)).first() is None
    assert link_to("nia@example.org") != first
    assert client.get(first).status_code == 409


def test_confirming_leads_back_to_what_one_came_for(client: FlaskClient) -> None:
    ask(client, {**FORM, "next": "/invitations/abc"})
    link = link_to("nia@example.org")
    assert link.endswith("?next=/invitations/abc")
    page = client.get(link).get_data(as_text=True)
    assert 'name="next" value="/invitations/abc"' in page
    answer = client.post(link.split("?")[0], data={"password": FORM["password"], "next": "/invitations/abc"})
    assert answer.location == "/invitations/abc"


def test_the_texts_can_be_read_by_everybody_in_both_languages(client: FlaskClient) -> None:
    for path, english, chinese in (("/terms", "Refunds", "退款"), ("/privacy", "Your rights", "您的权利")):
        assert english in client.get(path, headers={"Accept-Language": "en"}).get_data(as_text=True)
        assert chinese in client.get(path, headers={"Accept-Language": "zh-CN"}).get_data(as_text=True)


def test_entering_a_person_from_the_command_line_needs_no_letter(app: Flask, at) -> None:
    person = operations.enter_person(
        display_name="  Zoë   Ｂ ", email=" ZOE@Example.ORG ", password="a long walk home", locale="en", at=at
    )
    assert person.confirmed_at == at
    assert queries.display_names([person.id]) == {person.id: "Zoë B"}
    assert letters_to("ZOE@example.org") == []
