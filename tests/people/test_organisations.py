"""Organisations, roles, and acting for them."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.people import operations, queries
from coursehub.people.actor import actor_for
from coursehub.people.models import Membership, Organisation, PeopleAudit
from coursehub.people.operations.organisations import NoSuchRole
from tests.people.cast import a_person, an_organisation, build_cast, sign_in


@pytest.fixture
def cast(app: Flask, at: datetime):
    return build_cast(at)


def test_the_house_is_an_organisation_like_any_other_and_there_is_one(cast, at: datetime) -> None:
    assert queries.house().id == cast.house.id
    with pytest.raises(operations.ThereIsAHouse):
        operations.found_organisation(name="Second house", name_en="Second house", is_house=True, at=at)


def test_before_the_house_is_founded_asking_for_it_says_what_to_do(app: Flask) -> None:
    with pytest.raises(queries.NoHouse, match="found-house"):
        queries.house()


def test_founding_makes_an_owner_who_acts_for_it_at_once(cast, client: FlaskClient) -> None:
    sign_in(client, cast.ada)
    answer = client.post("/organisations/new", data={"name": "河岸数学", "name_en": "Riverbank"})
    organisation = queries.organisation_named("Riverbank")
    assert answer.location == f"/organisations/{organisation.public_id}"
    assert organisation.slug == "riverbank"
    actor = actor_for(cast.ada)
    assert actor.acts_for(organisation.id) and actor.has_role("owner") and actor.rights == frozenset()


@pytest.mark.parametrize("name", ["Northwind", " NORTHWIND ", "Ｎorthwind", "北风编程"])
def test_a_name_belongs_to_one_organisation_however_it_is_spelled(cast, client: FlaskClient, name: str) -> None:
    sign_in(client, cast.ada)
    answer = client.post("/organisations/new", data={"name": name})
    assert answer.status_code == 409 and b"already has this name" in answer.data


def test_a_name_without_latin_letters_still_gets_an_address(app: Flask, at: datetime) -> None:
    one = operations.found_organisation(name="山海", name_en="", at=at)
    two = operations.found_organisation(name="云海", name_en="", at=at)
    assert one.slug.startswith("organisation-") and one.slug != two.slug


def test_a_stranger_gets_404_for_every_page_of_an_organisation(cast, client: FlaskClient) -> None:
    sign_in(client, cast.eve)
    base = f"/organisations/{cast.northwind.public_id}"
    pia = f"{base}/members/{cast.pia.public_id}"
    for path in (base, f"{base}/names", f"{base}/payee", f"{base}/payee/edit", f"{base}/application", pia):
        assert client.get(path).status_code == 404, path
    for path in (f"{base}/names", pia, f"{pia}/remove", f"{base}/invitations", f"{base}/payee/open", f"{base}/payee/edit"):
        assert client.post(path, data={"name": "x", "roles": "owner", "email": "x@example.org"}).status_code == 404, path


def test_members_see_each_other_but_only_owners_change_anything(cast, client: FlaskClient) -> None:
    sign_in(client, cast.tara)
    base = f"/organisations/{cast.northwind.public_id}"
    page = client.get(base).get_data(as_text=True)
    assert "Pia" in page and "Finn" in page and "Send the invitation" not in page
    assert client.post(f"{base}/invitations", data={"email": "x@example.org", "roles": "author"}).status_code == 403
    assert client.post(f"{base}/members/{cast.finn.public_id}", data={"roles": "owner"}).status_code == 403
    assert client.post(f"{base}/members/{cast.finn.public_id}/remove").status_code == 403
    assert client.post(f"{base}/names", data={"name": "Mine now"}).status_code == 403


def test_an_owner_sets_the_roles_of_a_member(cast, client: FlaskClient) -> None:
    sign_in(client, cast.pia)
    path = f"/organisations/{cast.northwind.public_id}/members/{cast.tara.public_id}"
    assert client.post(path, data={"roles": ["author", "finance"]}).status_code == 303
    assert queries.roles_of(cast.tara.id, cast.northwind.id) == ["author", "finance"]
    assert client.post(path, data={}).status_code == 422
    assert client.post(path, data={"roles": ["staff_support"]}).status_code == 422


def test_an_ended_role_is_kept_as_a_row_with_who_and_when(cast, at: datetime) -> None:
    operations.end_role(cast.northwind, cast.tara, "teacher", by=actor_for(cast.pia), at=at)
    row = db.session.execute(sa.select(Membership).where(Membership.person_id == cast.tara.id)).scalar_one()
    assert (row.ended_at, row.ended_by_id) == (at, cast.pia.id)
    assert actor_for(cast.tara).organisation is None


def test_the_last_owner_cannot_be_removed_and_cannot_leave(cast, client: FlaskClient, at: datetime) -> None:
    by = actor_for(cast.pia)
    for role in ("owner", None):
        with pytest.raises(operations.LastOwnerStays):
            operations.end_role(cast.northwind, cast.pia, role, by=by, at=at)
    with pytest.raises(operations.LastOwnerStays):
        operations.set_roles(cast.northwind, cast.pia, ["author"], by=by, at=at)
    sign_in(client, cast.pia)
    path = f"/organisations/{cast.northwind.public_id}/members/{cast.pia.public_id}"
    assert client.post(path, data={"roles": "author"}).status_code == 409
    page = client.post(f"{path}/remove", follow_redirects=True).get_data(as_text=True)
    assert "needs an owner" in page
    assert queries.roles_of(cast.pia.id, cast.northwind.id) == ["owner"]


def test_of_two_owners_one_may_go(cast, at: datetime) -> None:
    operations.give_role(cast.northwind, cast.tara, "owner", by=actor_for(cast.pia), at=at)
    operations.end_role(cast.northwind, cast.pia, None, by=actor_for(cast.pia), at=at)
    assert queries.members_with_role(cast.northwind.id, "owner") == [cast.tara.id]


def test_a_member_may_leave_by_themselves(cast, client: FlaskClient) -> None:
    sign_in(client, cast.finn)
    path = f"/organisations/{cast.northwind.public_id}/members/{cast.finn.public_id}/remove"
    assert client.post(path).location == "/account/organisations"
    assert client.get(f"/organisations/{cast.northwind.public_id}").status_code == 404


def test_an_owner_of_one_organisation_changes_nothing_in_another(cast, at: datetime) -> None:
    eve = actor_for(cast.eve)
    with pytest.raises(NotAllowed):
        operations.give_role(cast.northwind, cast.tara, "owner", by=eve, at=at)
    with pytest.raises(NotAllowed):
        operations.end_role(cast.northwind, cast.pia, "owner", by=eve, at=at)
    with pytest.raises(NotAllowed):
        operations.invite(cast.northwind, email="x@example.org", roles=["owner"], by=eve, at=at)


def test_only_the_house_gives_staff_roles(cast, at: datetime) -> None:
    with pytest.raises(NoSuchRole):
        operations.add_member(cast.northwind, cast.pia, "staff_finance", at=at)
    with pytest.raises(NoSuchRole):
        operations.add_member(cast.house, cast.pia, "emperor", at=at)


def test_staff_roles_count_only_while_acting_for_the_house(cast, app: Flask, at: datetime) -> None:
    operations.add_member(cast.northwind, cast.stan, "author", at=at)
    assert actor_for(cast.stan).staff_roles == {"catalogue", "finance", "support"}
    elsewhere = actor_for(cast.stan, cast.northwind.id)
    assert elsewhere.acts_for(cast.northwind.id) and not elsewhere.is_staff


def test_switching_is_remembered_by_the_session_and_seen_in_the_bar(cast, client: FlaskClient, at: datetime) -> None:
    operations.add_member(cast.lumen, cast.pia, "author", at=at)
    sign_in(client, cast.pia)
    assert "bar__organisation" in client.get("/account").get_data(as_text=True)
    answer = client.post("/account/organisation", data={"organisation": cast.lumen.public_id, "next": "/account"})
    assert answer.location == "/account"
    page = client.get("/account").get_data(as_text=True)
    assert 'bar__organisation">Lumen<' in page


def test_nobody_acts_for_an_organisation_they_do_not_belong_to(cast, client: FlaskClient) -> None:
    sign_in(client, cast.pia)
    assert client.post("/account/organisation", data={"organisation": cast.lumen.public_id}).status_code == 403
    assert client.post("/account/organisation", data={"organisation": "nowhere"}).status_code == 404


def test_a_session_that_acted_for_an_organisation_falls_back_when_the_role_ends(cast, at: datetime) -> None:
    operations.add_member(cast.lumen, cast.tara, "teacher", at=at)
    assert actor_for(cast.tara, cast.lumen.id).acts_for(cast.lumen.id)
    operations.end_role(cast.lumen, cast.tara, None, by=actor_for(cast.eve), at=at)
    assert actor_for(cast.tara, cast.lumen.id).acts_for(cast.northwind.id)


def test_an_organisation_acted_for_elsewhere_can_be_seen_but_not_changed(cast, client: FlaskClient, at: datetime) -> None:
    operations.add_member(cast.lumen, cast.pia, "owner", at=at)
    sign_in(client, cast.pia)
    path = f"/organisations/{cast.lumen.public_id}"
    page = client.get(path).get_data(as_text=True)
    assert "Act for Lumen" in page and "Send the invitation" not in page
    assert client.post(f"{path}/names", data={"name": "Mine now"}).status_code == 403


def test_renaming_keeps_the_address_and_the_uniqueness(cast, client: FlaskClient) -> None:
    sign_in(client, cast.pia)
    path = f"/organisations/{cast.northwind.public_id}/names"
    assert client.post(path, data={"name": "Lumen"}).status_code == 409
    assert client.post(path, data={"name": "", "name_en": ""}).status_code == 422
    assert client.post(path, data={"name": "北风", "name_en": "North Wind"}).status_code == 303
    assert db.session.get_one(Organisation, cast.northwind.id).slug == "northwind"


def test_rights_are_dated_and_given_by_catalogue_staff(cast, client: FlaskClient) -> None:
    sign_in(client, cast.fay)
    path = f"/house/organisations/{cast.lumen.public_id}/rights"
    assert client.post(path, data={"right": "hires", "wish": "grant"}).status_code == 403
    sign_in(client, cast.stan)
    assert client.post(path, data={"right": "hires", "wish": "grant"}).status_code == 303
    now = clock.now()
    assert queries.has_right(cast.lumen.id, "hires", now)
    assert client.post(path, data={"right": "hires", "wish": "withdraw"}).status_code == 303
    assert not queries.has_right(cast.lumen.id, "hires", clock.now())
    assert queries.has_right(cast.lumen.id, "hires", now)
    assert client.post(path, data={"right": "rule", "wish": "grant"}).status_code == 400


def test_every_change_of_roles_leaves_an_audit_row(cast, at: datetime) -> None:
    operations.give_role(cast.northwind, cast.tara, "author", by=actor_for(cast.pia), at=at)
    operations.end_role(cast.northwind, cast.tara, "author", by=actor_for(cast.pia), at=at)
    rows = db.session.execute(
        sa.select(PeopleAudit.act, PeopleAudit.by_id)
        .where(PeopleAudit.person_id == cast.tara.id, PeopleAudit.by_id == cast.pia.id)
        .order_by(PeopleAudit.id)
    ).all()
    assert [tuple(r) for r in rows] == [("role_given", cast.pia.id), ("role_ended", cast.pia.id)]


def test_members_with_role_lists_the_longest_serving_first(cast, at: datetime) -> None:
    rosa = a_person("Rosa", at)
    operations.add_member(cast.northwind, rosa, "finance", at=at)
    assert queries.members_with_role(cast.northwind.id, "finance") == [cast.finn.id, rosa.id]
    assert queries.members_with_role(cast.northwind.id) == [cast.pia.id, cast.tara.id, cast.finn.id, rosa.id]


def test_a_person_without_organisations_sees_what_to_do_next(cast, client: FlaskClient) -> None:
    sign_in(client, cast.ada)
    assert b"You belong to no organisation" in client.get("/account/organisations").data


def test_staff_find_organisations_by_any_part_of_their_names(cast, client: FlaskClient, at: datetime) -> None:
    an_organisation("百分百 100%", "Hundred percent", "hundred", at)
    sign_in(client, cast.fay)
    for words, found in (("north", "Northwind"), ("风编", "Northwind"), ("100%", "Hundred percent")):
        assert found in client.get("/house/organisations", query_string={"q": words}).get_data(as_text=True)
    assert b"No organisation has such a name" in client.get("/house/organisations?q=zzz").data
