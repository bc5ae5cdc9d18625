"""The catalogue: words, filters, order and pages, all of it in the address."""

import re
from html import unescape

import pytest

from coursehub.catalog.operations.listing import retire_release
from coursehub.catalog.queries import current_release
from coursehub.contracts.models import Listing
from coursehub.db import db, transaction
from coursehub.sales.models import Offering
from tests.asked import statements
from tests.cast import sign_in
from tests.sales.shop.rig import course_on_shelf, later, review, skill_named


@pytest.fixture
def shelf(cast, at):
    """Four courses that differ in all that can be asked for, the newest last."""
    data = skill_named("data", "数据", "Data")
    cleaning = skill_named("data.cleaning", "数据清洗", "Data cleaning", data)
    python = skill_named("programming.python", "Python 编程", "Python programming")
    return {
        "python": course_on_shelf(cast.house, "python", at, titles={"zh-CN": "用 Python 编程", "en": "Programming with Python"},
                                  price_minor=29_900, skills={python: 2}),
        "clean": course_on_shelf(cast.northwind, "clean", later(at, 1), level="intermediate", price_minor=20_000,
                                 skills={cleaning: 3}, summary="缺失值与重复行"),
        "charts": course_on_shelf(cast.lumen, "charts", later(at, 2), titles={"zh-CN": "图表会说话"}, price_minor=0, skills={data: 1}),
        "deep": course_on_shelf(cast.lumen, "deep", later(at, 3), titles={"en": "Deep nets"}, level="advanced", price_minor=5_000,
                                currency="EUR"),
    }  # fmt: skip


def slugs(client, address="/courses"):
    """The courses that a page lists, in order."""
    answer = client.get(address, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return re.findall(r'course-row__title"><a href="/courses/([\w-]+)"', answer.text)


def counts(client, address="/courses"):
    """Each choice of the filters with the number beside it."""
    text = client.get(address, headers={"Accept-Language": "en"}).text
    found = re.findall(r'name="(\w+)" value="([\w-]+)"[^>]*><span>[^<]*</span><span class="filter__count number">(\d+)', text)
    skills = re.findall(r'<option value="([\w.]+)"[^>]*>[^<]*\((\d+)\)', text)
    return {f"{name}={value}": int(n) for name, value, n in found} | {f"skill={code}": int(n) for code, n in skills}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/courses", ["deep", "charts", "clean", "python"]),
        ("/courses?q=清洗", ["clean"]),
        ("/courses?q=重复", ["clean"]),
        ("/courses?q=编程", ["python"]),
        ("/courses?q=数据 清洗", ["clean"]),
        ("/courses?q=pyth", ["python"]),
        ("/courses?q=图表 python", []),
        ("/courses?level=advanced", ["deep"]),
        ("/courses?level=advanced&level=intermediate", ["deep", "clean"]),
        ("/courses?price=free", ["charts"]),
        ("/courses?price=low", ["clean"]),
        ("/courses?price=high", ["deep", "python"]),
        ("/courses?by=house", ["python"]),
        ("/courses?by=partners", ["deep", "charts", "clean"]),
        ("/courses?by=lumen", ["deep", "charts"]),
        ("/courses?language=en", ["deep", "clean", "python"]),
        ("/courses?language=zh-CN", ["charts", "clean", "python"]),
        ("/courses?skill=data.cleaning", ["clean"]),
        ("/courses?skill=data", ["charts", "clean"]),
        ("/courses?skill=nothing", []),
        ("/courses?language=zh-CN&price=low&by=partners&level=intermediate&skill=data&q=清洗", ["clean"]),
        ("/courses?sort=price", ["charts", "clean", "python", "deep"]),
        ("/courses?level=odd&price=-1&language=tlh&sort=random&page=x", ["deep", "charts", "clean", "python"]),
    ],
)
def test_a_wish_in_the_address_finds_the_courses_that_meet_it(shelf, client, address, expected):
    assert slugs(client, address) == expected


def test_words_are_found_whatever_language_the_reader_speaks(shelf, client):
    for language in ("zh-CN", "en"):
        text = client.get("/courses?q=清洗", headers={"Accept-Language": language}).text
        assert ("Cleaning data" if language == "en" else "数据清洗") in text


def test_the_better_match_stands_first_and_words_can_be_sorted_otherwise(cast, client, at):
    course_on_shelf(cast.lumen, "aside", later(at, 1), titles={"en": "Charts"}, summary="also a word about testing")
    course_on_shelf(cast.lumen, "about", at, titles={"en": "Testing"}, summary="testing and testing again")
    assert slugs(client, "/courses?q=testing") == ["about", "aside"]
    assert slugs(client, "/courses?q=testing&sort=newest") == ["aside", "about"]


def test_each_choice_says_how_many_courses_it_would_show_beside_the_other_filters(shelf, client):
    every = counts(client)
    assert every["level=beginner"] == 2
    assert (every["price=free"], every["price=low"], every["price=high"]) == (1, 1, 2)
    assert (every["by=house"], every["by=partners"]) == (1, 3)
    assert (every["language=zh-CN"], every["language=en"]) == (3, 3)
    assert (every["skill=data"], every["skill=data.cleaning"], every["skill=programming.python"]) == (2, 1, 1)
    chinese = counts(client, "/courses?language=zh-CN")
    assert (chinese["price=high"], chinese["language=en"]) == (1, 3), "a filter does not narrow its own choices"
    assert counts(client, "/courses?by=lumen")["by=lumen"] == 2


@pytest.mark.parametrize("narrowed", ["?by=partners", "?language=en&price=high", "?q=数据&level=intermediate", "?skill=data"])
def test_what_a_count_promises_is_what_its_filter_shows(shelf, client, narrowed):
    for choice, n in counts(client, f"/courses{narrowed}").items():
        name = choice.partition("=")[0]
        others = "&".join(part for part in narrowed[1:].split("&") if not part.startswith(f"{name}="))
        if name != "level":
            assert len(slugs(client, f"/courses?{others}&{choice}")) == n, choice


def test_the_counts_follow_every_change_of_the_shelf(shelf, cast, client, at):
    assert counts(client)["by=partners"] == 3
    course_on_shelf(cast.lumen, "more", at)
    assert counts(client)["by=partners"] == 4
    with transaction():
        db.session.query(Offering).filter_by(course_id=shelf["charts"].id).update({"closed_at": at})
    assert (counts(client)["by=partners"], counts(client)["price=free"]) == (3, 0)
    with transaction():
        db.session.query(Listing).filter_by(course_id=shelf["deep"].id).update({"closed_at": at, "close_reason": "closed"})
    assert counts(client)["by=partners"] == 2
    retire_release(current_release(shelf["clean"].id), at=at)
    assert counts(client)["by=partners"] == 1


def test_the_best_rated_stand_first_but_one_happy_reader_does_not_beat_many(shelf, cast, client, at):
    people = [cast.ada, cast.bo, cast.theo, cast.emma, cast.emil, cast.tara, cast.finn]
    review(shelf["charts"], cast.ada, 5, at)
    for person, stars in zip(people, (5, 5, 5, 5, 5, 5, 4), strict=True):
        review(shelf["clean"], person, stars, at)
    for person in people:
        review(shelf["python"], person, 2, at)
    review(shelf["deep"], cast.ada, 5, at, hidden_at=at)
    assert slugs(client, "/courses?sort=rating") == ["clean", "charts", "python", "deep"]
    text = client.get("/courses", headers={"Accept-Language": "en"}).text
    assert "4.9" in text
    assert "2.0" in text


def test_a_page_holds_twenty_four_and_keeps_the_wish(cast, client, at):
    for n in range(50):
        course_on_shelf(cast.lumen, f"c{n:02}", later(at, n), lessons=1)
    first, second, third = (slugs(client, f"/courses?language=en&page={n}") for n in (1, 2, 3))
    assert (len(first), len(second), len(third)) == (24, 24, 2)
    assert [*first, *second, *third] == [f"c{n:02}" for n in range(49, -1, -1)]
    assert slugs(client, "/courses?page=99") == third
    address = re.search(r'rel="next" href="([^"]+)"', client.get("/courses?language=en&q=数据").text)
    assert set(unescape(address[1]).partition("?")[2].split("&")) == {"language=en", "q=%E6%95%B0%E6%8D%AE", "page=2"}


def test_nothing_found_says_why_and_what_to_try(shelf, client):
    def told(address):
        return client.get(address, headers={"Accept-Language": "en"}).text

    assert "No course holds all of these words" in told("/courses?q=zeppelin")
    assert "Without the filters 1 course would stand here." in told("/courses?q=清洗&level=advanced")
    assert "No course teaches this skill yet" in told("/courses?skill=nothing")


def test_an_empty_shelf_says_so(cast, client):
    assert "No course is open yet" in client.get("/courses", headers={"Accept-Language": "en"}).text


def test_what_cannot_be_bought_does_not_stand_on_the_shelf(cast, client, at):
    course_on_shelf(cast.lumen, "unpriced", at, price_minor=None)
    gone = course_on_shelf(cast.lumen, "gone", at)
    with transaction():
        db.session.query(Listing).filter_by(course_id=gone.id).update({"closed_at": at, "close_reason": "closed"})
    assert slugs(client) == []


def test_words_in_the_address_are_shown_as_words(shelf, client):
    text = client.get("/courses?q=<script>alert(1)</script>&by=<b>").text
    assert "<script>alert" not in text
    assert "<b>" not in text


def test_reading_the_shop_starts_no_session(shelf, client):
    for address in ("/courses?q=数据", "/courses/python", "/partners/lumen", "/sitemap.xml", "/robots.txt", "/courses/feed.xml"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert "csrf_token" not in answer.text


def test_a_page_asks_the_database_little_however_many_courses_it_lists(shelf, cast, client, at):
    review(shelf["python"], cast.ada, 5, at)
    with statements() as first:
        client.get("/courses")
    assert len(first) <= 6, "the whole shelf is read once for each state of it"
    for address in ("/courses", "/courses?q=数据&level=intermediate&skill=data&sort=rating", "/courses?by=lumen&sort=price"):
        with statements() as few:
            client.get(address)
        assert len(few) <= 5, few
    for n in range(20):
        course_on_shelf(cast.lumen, f"more{n}", at, lessons=1)
    with statements() as many:
        client.get("/courses")
    assert len(many) <= 6
    with statements() as again:
        client.get("/courses?page=2&sort=price")
    assert len(again) <= 3, "what filters ask is kept while the shelf stays as it is"
    sign_in(client, cast.ada)
    with statements() as signed_in:
        client.get("/courses")
    assert len(signed_in) <= 10
