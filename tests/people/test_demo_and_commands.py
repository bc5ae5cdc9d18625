"""One-click sign-in on a demo, the command line, and letting go of what is over."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock, jobs
from coursehub.db import db, transaction
from coursehub.people import operations, queries
from coursehub.people.actor import actor_for
from coursehub.people.commands import people
from coursehub.people.models import Guess, Invitation, PersonalRecord
from tests.people.cast import a_person, build_cast


@pytest.fixture
def cast(app: Flask, at: datetime):
    return build_cast(at)


@pytest.fixture
def on_a_demo(app: Flask, monkeypatch) -> None:
    settings = app.extensions["coursehub_settings"]
    monkeypatch.setitem(app.extensions, "coursehub_settings", replace(settings, demo=True))


def test_a_demo_offers_its_cast_by_one_click(cast, on_a_demo, client: FlaskClient) -> None:
    page = client.get("/sign-in").get_data(as_text=True)
    for name in ("Stan", "Pia", "Tara", "Ada"):
        assert name in page
    answer = client.post("/sign-in/demo", data={"person": cast.pia.public_id, "next": "/account"})
    assert answer.location == "/account"
    assert client.get("/account").status_code == 200


def test_elsewhere_than_on_a_demo_there_is_no_such_door(cast, client: FlaskClient) -> None:
    assert cast.pia.public_id not in client.get("/sign-in").get_data(as_text=True)
    assert client.post("/sign-in/demo", data={"person": cast.pia.public_id}).status_code == 404


@pytest.mark.parametrize(
    "from_outside",
    [{"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}}, {"headers": {"X-Forwarded-For": "192.0.2.7"}}],
    ids=["another machine", "through a proxy"],
)
def test_the_door_of_a_demo_opens_only_from_the_machine_itself(cast, on_a_demo, client: FlaskClient, from_outside) -> None:
    assert cast.pia.public_id not in client.get("/sign-in", **from_outside).get_data(as_text=True)
    assert client.post("/sign-in/demo", data={"person": cast.pia.public_id}, **from_outside).status_code == 404


def test_only_the_listed_people_can_be_entered(cast, on_a_demo, client: FlaskClient, at: datetime) -> None:
    hidden = [a_person(f"Learner{n}", at) for n in range(4)][-1]
    assert client.post("/sign-in/demo", data={"person": hidden.public_id}).status_code == 404
    assert client.post("/sign-in/demo", data={}).status_code == 404


def test_the_command_line_founds_the_house_and_gives_staff_their_roles(app: Flask) -> None:
    run = app.test_cli_runner()
    assert "QuantTide Academy" in run.invoke(people, ["found-house"]).output
    assert run.invoke(people, ["found-house"]).exit_code != 0
    entered = run.invoke(
        people, ["add", "Root@example.org", "--name", "Root", "--locale", "en", "--password", "a long walk home"]
    )
    assert entered.exit_code == 0, entered.output
    assert run.invoke(people, ["give-role", "root@example.org", "staff_support"]).exit_code == 0
    assert run.invoke(people, ["give-role", "nobody@example.org", "owner"]).exit_code != 0
    assert run.invoke(people, ["add", "x@example.org", "--name", "X", "--password", "short"]).exit_code != 0
    root = queries.person_by_email("root@example.org")
    assert actor_for(root).staff_roles == {"support"}


def test_what_is_over_is_forgotten(cast, app: Flask) -> None:
    now = clock.now()
    with pytest.raises(operations.WrongSignIn):
        operations.check_password("ada@example.org", "wrong", network=None, at=now)
    operations.invite(cast.northwind, email="x@example.org", roles=["hr"], by=actor_for(cast.pia), at=now)
    operations.sign_up(
        display_name="Nia", email="nia@example.org", password="a long walk home", locale="en",
        birth_on=date(1995, 4, 3), guardian_email=None, network=None, at=now,
    )  # fmt: skip
    jobs.run_due(at=now, strict=True)
    operations.forget_what_is_over(at=now + timedelta(days=1, seconds=1))
    assert db.session.execute(sa.select(Guess)).first() is None
    assert queries.person_by_email("nia@example.org") is not None
    operations.forget_what_is_over(at=now + timedelta(days=31))
    assert queries.person_by_email("nia@example.org") is None
    assert db.session.execute(sa.select(Invitation.email)).scalar_one() is None
    assert queries.person_by_email("ada@example.org") is not None


def test_a_childs_data_is_erased_when_no_guardian_agreed_in_time(app: Flask) -> None:
    now = clock.now()
    child = a_person("Bo", now, born=now.date().replace(year=now.year - 10, day=1))
    teen = a_person("Cy", now, born=now.date().replace(year=now.year - 15, day=1))
    operations.forget_what_is_over(at=now + timedelta(days=29))
    assert db.session.get(PersonalRecord, child.id) is not None
    operations.forget_what_is_over(at=now + timedelta(days=31))
    db.session.expire_all()
    assert db.session.get(PersonalRecord, child.id) is None and child.erased_at is not None
    assert db.session.get(PersonalRecord, teen.id) is not None


def test_a_childs_data_stays_when_the_guardian_agreed(app: Flask) -> None:
    from tests.people.mailbox import link_to

    now = clock.now()
    child = a_person("Bo", now, born=now.date().replace(year=now.year - 10, day=1))
    operations.name_guardian(email="mum@example.org", by=actor_for(child), at=now)
    operations.answer_as_guardian(link_to("mum@example.org").rsplit("/", 1)[1], agrees=True, at=now)
    operations.forget_what_is_over(at=now + timedelta(days=31))
    assert db.session.get(PersonalRecord, child.id) is not None


def test_names_are_normalised_before_they_are_compared(app: Flask) -> None:
    from coursehub.people import names

    assert names.tidy("  Ａda\u200b\u202e  B \n") == "Ada B"
    assert names.key("STRASSE") == names.key("straße")
    assert names.tidy_email("Ada@EXAMPLE.org") == "Ada@example.org"
    for odd in ("", "ada", "ada@", "@example.org", "ada@exa mple", "a@b@c.org", "ada@example.org\nBcc: x@example.org"):
        assert names.tidy_email(odd) in (None, "ada@example.org") or "\n" not in names.tidy_email(odd), odd


def test_two_accounts_cannot_share_one_address(app: Flask, at: datetime) -> None:
    a_person("Ada", at)
    with pytest.raises(operations.AddressIsTaken), transaction():
        a_person("Ida", at, email="ADA@Example.org")
