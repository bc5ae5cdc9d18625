"""The cast exists, and signing in makes an actor."""

from datetime import datetime

from flask import Flask

from coursehub.people.actor import actor_for
from tests.people.cast import build_cast, sign_in


def test_an_actor_has_the_roles_of_the_organisation_they_act_for(app: Flask, at: datetime) -> None:
    cast = build_cast(at)
    stan, finn, ada = actor_for(cast.stan), actor_for(cast.finn), actor_for(cast.ada)
    assert (stan.staff_roles, stan.roles) == ({"catalogue", "finance", "support"}, {"owner"})
    assert finn.has_role("finance") and finn.acts_for(cast.northwind.id) and finn.rights == {"sells"}
    assert ada.organisation is None and not ada.is_staff


def test_a_signed_in_browser_is_known_until_it_signs_out(app: Flask, at: datetime) -> None:
    from coursehub.web import current_actor

    cast = build_cast(at)
    client = app.test_client()
    sign_in(client, cast.pia)
    with client:
        client.get("/no-such-page")
        actor = current_actor()
        assert actor is not None and actor.person_id == cast.pia.id
    client.post("/sign-out")
    with client:
        client.get("/no-such-page")
        assert current_actor() is None
