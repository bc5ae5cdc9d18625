"""HR's search over the pool: who fits and why, counted exactly, and the same world for whom somebody hides from."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.db import db, transaction
from coursehub.learning.credentials.models import Credential
from coursehub.learning.credentials.operations import revoke_credential
from coursehub.talent.models import ProvenSkill
from coursehub.talent.operations import blocks, profiles
from coursehub.talent.pool_search import PoolSearch, SkillWish, read_search
from coursehub.talent.queries import pool
from coursehub.talent.queries.pool_finding import find
from coursehub.talent.queries.profiles import CONFIRMED_FOR
from tests.cast import sign_in
from tests.learning.course import make_course, make_release

from .hiring import credential_of, in_pool, opened, skill

PY, SQL = "python", "sql"


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def people(cast, now):
    """Ada: Python 3 and SQL 2, Shenzhen, 40 hours. Bo: Python 2, old, Beijing, remote, 16 hours. Both shown."""
    skills = {PY: skill(PY, "Python"), SQL: skill(SQL, "SQL")}
    ada = in_pool(
        cast.ada, now, headline="数据管道与测试", about="I like pipelines.", city="深圳", weekly_hours=40, forms=["employee"]
    )
    bo = in_pool(
        cast.bo, now, headline="Reports", city="北京", weekly_hours=16, forms=["non_full_time"], remote=True,
        pay_floor_minor=1_000_000, pay_floor_currency="CNY", pay_floor_period="month",
    )  # fmt: skip
    release = make_release(make_course(cast.northwind, at=now), at=now)
    for profile, person, held in ((ada, cast.ada, {PY: 3, SQL: 2}), (bo, cast.bo, {PY: 2})):
        credential = credential_of(person, release, now)
        with transaction():
            for code, level in held.items():
                proven_at = now if person is cast.ada else now - timedelta(days=400)
                db.session.add(
                    ProvenSkill(
                        profile_id=profile.id, skill_id=skills[code].id, level=level, proven_at=proven_at,
                        credential_id=credential.id,
                    )
                )  # fmt: skip
            profiles.changed(profile, at=now)
    return ada, bo


def found(cast, now, **wish):
    """The first page of a search; the database alone finds the same, in the same order but for equals."""
    emma, wanted = cast.acting(cast.emma), PoolSearch(**wish)
    rows = list(find(emma, wanted, now, 1).page.items)
    assert {row.id for row in rows} == {row.id for row in db.session.execute(pool.fitting(emma, wanted, now)).scalars()}
    return rows


def wished(*pairs):
    return tuple(SkillWish(code, level) for code, level in pairs)


@pytest.mark.parametrize(
    ("wish", "who"),
    [
        ({}, "ada bo"),
        ({"skills": wished((PY, 1)), "order": "level"}, "ada bo"),
        ({"skills": wished((PY, 3))}, "ada"),
        ({"skills": wished((PY, 2), (SQL, 2))}, "ada"),
        ({"skills": wished((PY, 4))}, ""),
        ({"skills": wished(("unknown", 1))}, ""),
        ({"skills": wished((PY, 1)), "within_months": 12}, "ada"),
        ({"skills": wished((PY, 1)), "within_months": 24, "order": "evidence"}, "ada bo"),
        ({"city": "北京"}, "bo"),
        ({"remote": True}, "bo"),
        ({"hours": 20}, "ada"),
        ({"form": "employee"}, "ada"),
        ({"form": "non_full_time"}, "bo"),
        ({"form": "full"}, ""),
        ({"words": "管道"}, "ada"),
        ({"words": "pipe"}, "ada"),
        ({"words": "。"}, ""),
    ],
)
def test_every_filter_narrows_and_the_order_is_the_one_that_was_chosen(cast, now, people, wish, who):
    names = {people[0].id: "ada", people[1].id: "bo"}
    assert " ".join(names[row.id] for row in found(cast, now, **wish)) == who


def test_an_opening_is_held_against_what_people_ask_at_least_without_showing_it(app, cast, now, people):
    opening = opened(cast, now)
    assert [row.id for row in found(cast, now, opening=opening.public_id)] == [people[0].id]
    assert found(cast, now, opening="somebody-elses") == []
    page = sign_in(app.test_client(), cast.emma).get("/hire/pool").text
    assert "10,000" not in page and "1000000" not in page


def test_a_facet_counts_just_the_hits_that_remain_when_it_is_added(cast, now, people):
    emma = cast.acting(cast.emma)
    for wish in (PoolSearch(), PoolSearch(skills=wished((PY, 2))), PoolSearch(within_months=12), PoolSearch(city="北京")):
        beside = find(emma, wish, now, 1)
        for facet in beside.skills:
            address = wish.with_skill(facet.value)
            narrower = read_search(
                {name: str(value) for name, value in address.items()}, address["skill"], [str(n) for n in address["level"]]
            )
            assert len(list(db.session.execute(pool.fitting(emma, narrower, now)))) == facet.hits > 0
        for city in beside.cities:
            assert len(found(cast, now, **(vars(wish) | {"city": city.value}))) == city.hits > 0


@pytest.mark.parametrize("way", ["hides", "is not confirmed", "has no credential left"])
def test_who_leaves_is_gone_from_hits_facets_cities_and_words_at_once(cast, now, people, way):
    ada, emma = people[0], cast.acting(cast.emma)
    if way == "hides":
        profiles.choose_visibility(ada, "hidden", by=cast.acting(cast.ada), at=now)
    elif way == "is not confirmed":
        with transaction():
            ada.confirmed_at = now - CONFIRMED_FOR
    else:  # and the projection of skills has not been made anew yet
        held = db.session.execute(sa.select(Credential).where(Credential.person_id == cast.ada.id)).scalar_one()
        revoke_credential(held, reason="planted", by=cast.acting(cast.stan), at=now)
    assert [row.id for row in found(cast, now, skills=wished((PY, 1)))] == [people[1].id]
    assert [(facet.value, facet.hits) for facet in find(emma, PoolSearch(), now, 1).skills] == [(PY, 1)]
    if way != "has no credential left":
        assert found(cast, now, words="管道") == []
        assert [city.value for city in find(emma, PoolSearch(), now, 1).cities] == ["北京"]


def plain(page: str) -> str:
    """A page without its tokens and its request id."""
    return re.sub(r'(csrf[^>]*value=|nonce=|content=)"[^"]*"|[0-9a-f]{16,}', "", page)


ADDRESSES = ("/hire/pool", f"/hire/pool?skill={PY}&level=1", "/hire/pool?q=管道", "/hire/pool?city=深圳", "/hire/pool?page=2")


def test_for_a_blocked_employer_every_page_is_as_if_the_person_were_not_there(app, cast, now, people):
    client = sign_in(app.test_client(), cast.emma)
    shown = [plain(client.get(address).text) for address in ADDRESSES]
    blocks.block_organisation(cast.harbour, by=cast.acting(cast.ada), at=now)
    blocked = [plain(client.get(address).text) for address in ADDRESSES]
    profiles.choose_visibility(people[0], "hidden", by=cast.acting(cast.ada), at=now)
    absent = [plain(client.get(address).text) for address in ADDRESSES]
    assert blocked == absent
    assert shown[0] != absent[0] and shown[1] != absent[1]  # the comparison would see a difference


def test_a_hit_says_why_it_is_shown_and_never_who_it_is(app, cast, now, people):
    client = sign_in(app.test_client(), cast.emma)
    page = client.get(f"/hire/pool?skill={PY}&level=2").text
    assert "2 people" in page and "Python · 3 does alone" in page and "you asked for level 2" in page
    assert "Ada" not in page and "ada@" not in page
    assert f"/hire/people/{people[0].public_id}" in page
    assert client.get("/hire/pool?skill=&level=x&hours=99999&within=7&page=zz&order=rank").status_code == 200


def test_people_stand_side_by_side_until_they_hide_or_block(app, cast, now, people):
    client = sign_in(app.test_client(), cast.emma)
    address = "/hire/pool/compare?" + "&".join(f"person={row.public_id}" for row in people)
    page = client.get(address).text
    assert "3 does alone" in page and "2 does with help" in page and "数据管道与测试" in page and "Reports" in page
    assert page.count("Open profile") == 2 and "Ada" not in page
    blocks.block_organisation(cast.harbour, by=cast.acting(cast.ada), at=now)
    without = plain(client.get(address).text)
    assert "数据管道与测试" not in without and without.count("Open profile") == 1
    assert (
        plain(client.get(f"/hire/pool/compare?person={people[1].public_id}").text).partition("<main")[2]
        == without.partition("<main")[2]
    )
    assert "Nobody to compare" in client.get("/hire/pool/compare?person=nobody").text


def test_nonsense_in_an_address_is_left_out():
    said = read_search({"within": "7", "hours": "-3", "order": "level", "q": " x "}, ["a", "a", "", "b"], ["9", "1"])
    assert said == PoolSearch(words="x", skills=wished(("a", 4), ("b", 1)), order="level")
