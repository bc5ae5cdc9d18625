"""Invitations: by mail, once, for whoever holds the link."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.people import operations, queries
from coursehub.people.actor import actor_for
from coursehub.people.models import Invitation, RoleWish
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


def test_the_houses_staff_are_invited_by_one_and_confirmed_by_another(cast, app: Flask, client: FlaskClient) -> None:
    """Stan invites Theo, who then waits; Stan cannot confirm his own wish, Fay can."""
    stan, fay, theo = app.test_client(), app.test_client(), app.test_client()
    for browser, person in ((stan, cast.stan), (fay, cast.fay), (theo, cast.theo)):
        sign_in(browser, person)
    base = f"/organisations/{cast.house.public_id}"
    stan.post(f"{base}/invitations", data={"email": "new@example.org", "roles": ["staff_catalogue"]})
    assert theo.post(link_to("new@example.org")).location == "/account/organisations"
    wish = db.session.execute(sa.select(RoleWish)).scalar_one()
    assert actor_for(cast.theo).staff_roles == set()
    assert letters_to("fay@example.org")[-1].subject == "A role in QuantTide Academy waits for a second person"
    confirm = f"{base}/roles/{wish.public_id}/confirm"
    assert stan.post(confirm).status_code == 403 and theo.post(confirm).status_code == 404
    assert "Take it back" in stan.get(base).text and "Confirm the role" not in stan.get(base).text
    assert "Confirm the role" in fay.get(base).text
    assert fay.post(confirm).status_code == 303
    assert actor_for(cast.theo).staff_roles == {"catalogue"}
    assert letters_to("stan@example.org")[-1].subject == "Theo now holds the role Staff: catalogue"
    fay.post(f"{base}/roles/{wish.public_id}/decline")
    assert actor_for(cast.theo).staff_roles == {"catalogue"}, "answered once and for all"
    assert "confirmed by a second person" in theo.get("/account/security").text


def test_a_wish_for_a_role_is_kept_once_and_may_be_declined(cast, app: Flask) -> None:
    at, stan, fay = clock.now(), actor_for(cast.stan), actor_for(cast.fay)
    held = queries.roles_of(cast.fay.id, cast.house.id)
    for _again in range(2):
        operations.set_roles(cast.house, cast.fay, [*held, "owner", "author"], by=stan, at=at)
    assert set(queries.roles_of(cast.fay.id, cast.house.id)) == {*held, "author"}
    (wish,) = db.session.execute(operations.open_role_wishes(cast.house.id)).scalars()
    with pytest.raises(NotAllowed):
        operations.confirm_role(wish, cast.house, by=fay, at=at)
    operations.decline_role(wish, cast.house, by=stan, at=at)
    with pytest.raises(operations.RoleIsAnswered):
        operations.decline_role(wish, cast.house, by=stan, at=at)
    assert "owner" not in queries.roles_of(cast.fay.id, cast.house.id)


def test_the_database_itself_wants_two_persons(cast) -> None:
    at, stan = clock.now(), cast.stan
    wish = RoleWish(organisation_id=cast.house.id, person_id=cast.theo.id, role="owner", asked_by_id=stan.id, asked_at=at,
                    answered_by_id=stan.id, answered_at=at, verdict="confirmed")  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.add(wish)
        db.session.flush()


def test_a_partners_roles_need_no_second_person(cast) -> None:
    operations.give_role(cast.northwind, cast.tara, "owner", by=actor_for(cast.pia), at=clock.now())
    assert "owner" in queries.roles_of(cast.tara.id, cast.northwind.id)
