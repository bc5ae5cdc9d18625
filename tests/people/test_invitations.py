"""Invitations: by mail, once, for whoever holds the link."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock
from coursehub.db import db
from coursehub.people import operations, queries
from coursehub.people.actor import actor_for
from coursehub.people.models import Invitation
from tests.people.cast import build_cast, sign_in
from tests.people.mailbox import letters_to, link_to


@pytest.fixture
def cast(app: Flask, at: datetime):
    return build_cast(at)


def _invite(cast, *roles: str, email: str = "nia@example.org") -> str:
    operations.invite(cast.northwind, email=email, roles=list(roles), by=actor_for(cast.pia), at=clock.now())
    return link_to(email)


def test_an_invitation_brings_its_roles_and_the_inviter_hears_of_it(cast, app: Flask, client: FlaskClient) -> None:
    sign_in(client, cast.pia)
    base = f"/organisations/{cast.northwind.public_id}"
    answer = client.post(f"{base}/invitations", data={"email": " NIA@example.org", "roles": ["teacher", "author"]})
    assert answer.status_code == 303
    assert "nia@example.org" in client.get(base).get_data(as_text=True).lower()
    (letter,) = letters_to("NIA@example.org")
    assert letter.subject == "Pia invites you to Northwind" and "Author, Teacher" in letter.body
    ada = app.test_client()
    sign_in(ada, cast.ada)
    link = link_to("NIA@example.org")
    assert b"You are signed in as Ada" in ada.get(link).data
    assert ada.post(link).location == base
    assert queries.roles_of(cast.ada.id, cast.northwind.id) == ["author", "teacher"]
    assert letters_to("pia@example.org")[-1].subject == "Ada joined Northwind"


def test_a_stranger_is_led_through_signing_in_and_back(cast, client: FlaskClient) -> None:
    link = _invite(cast, "author")
    page = client.get(link).get_data(as_text=True)
    assert f"/sign-in?next={link}" in page and f"/sign-up?next={link}" in page
    assert client.post(link).status_code == 403


def test_an_invitation_works_once(cast, app: Flask, client: FlaskClient) -> None:
    link = _invite(cast, "author")
    sign_in(client, cast.ada)
    assert client.post(link).status_code == 303
    other = app.test_client()
    sign_in(other, cast.theo)
    assert other.get(link).status_code == 409
    assert other.post(link).status_code == 409
    assert queries.roles_of(cast.theo.id, cast.northwind.id) == []


def test_an_invitation_expires_after_two_weeks(cast) -> None:
    token = _invite(cast, "author").rsplit("/", 1)[1]
    with pytest.raises(operations.LinkIsSpent):
        operations.accept_invitation(token, by=actor_for(cast.ada), at=clock.now() + timedelta(days=14, seconds=1))


def test_a_withdrawn_invitation_works_no_more(cast, client: FlaskClient) -> None:
    link = _invite(cast, "author")
    row = db.session.execute(sa.select(Invitation)).scalar_one()
    sign_in(client, cast.pia)
    path = f"/organisations/{cast.northwind.public_id}/invitations/{row.public_id}/withdraw"
    assert client.post(path).status_code == 303
    assert client.post(path).status_code == 409
    sign_in(client, cast.ada)
    assert client.post(link).status_code == 409


def test_nobody_withdraws_the_invitations_of_another_organisation(cast, client: FlaskClient) -> None:
    _invite(cast, "author")
    row = db.session.execute(sa.select(Invitation)).scalar_one()
    sign_in(client, cast.eve)
    own, theirs = cast.lumen.public_id, cast.northwind.public_id
    assert client.post(f"/organisations/{own}/invitations/{row.public_id}/withdraw").status_code == 404
    assert client.post(f"/organisations/{theirs}/invitations/{row.public_id}/withdraw").status_code == 404


def test_inviting_an_address_again_ends_the_first_link(cast, client: FlaskClient) -> None:
    first = _invite(cast, "author")
    second = _invite(cast, "teacher")
    sign_in(client, cast.ada)
    assert client.post(first).status_code == 409
    assert client.post(second).status_code == 303
    assert queries.roles_of(cast.ada.id, cast.northwind.id) == ["teacher"]


def test_the_address_is_forgotten_once_the_invitation_is_over(cast, client: FlaskClient) -> None:
    link = _invite(cast, "author")
    sign_in(client, cast.ada)
    client.post(link)
    row = db.session.execute(sa.select(Invitation)).scalar_one()
    assert (row.email, row.email_key, row.accepted_by_id) == (None, None, cast.ada.id)


def test_the_database_holds_only_the_hash_of_the_token(cast) -> None:
    token = _invite(cast, "author").rsplit("/", 1)[1]
    assert token not in db.session.execute(sa.select(Invitation.token_hash)).scalar_one()


def test_a_wrong_invitation_is_422_and_keeps_what_was_typed(cast, client: FlaskClient) -> None:
    sign_in(client, cast.pia)
    path = f"/organisations/{cast.northwind.public_id}/invitations"
    page = client.post(path, data={"email": "nowhere", "roles": "author"})
    assert page.status_code == 422 and b'value="nowhere"' in page.data and b"checked" in page.data
    assert client.post(path, data={"email": "nia@example.org"}).status_code == 422
    assert client.post(path, data={"email": "nia@example.org", "roles": "staff_support"}).status_code == 422
    assert letters_to("nia@example.org") == []


def test_one_mailbox_is_not_flooded_with_invitations(cast, client: FlaskClient) -> None:
    sign_in(client, cast.pia)
    path = f"/organisations/{cast.northwind.public_id}/invitations"
    answers = [client.post(path, data={"email": "nia@example.org", "roles": "author"}).status_code for _ in range(5)]
    assert answers == [303] * 4 + [429]


def test_owners_of_the_house_invite_staff(cast, client: FlaskClient) -> None:
    sign_in(client, cast.stan)
    path = f"/organisations/{cast.house.public_id}/invitations"
    client.post(path, data={"email": "new@example.org", "roles": ["staff_catalogue"]})
    sign_in(client, cast.theo)
    client.post(link_to("new@example.org"))
    assert actor_for(cast.theo).staff_roles == {"catalogue"}
