"""The page of a course: what it says, to whom, and what machines read in it."""

import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.catalog.models import Skill
from coursehub.contracts.models import Listing
from coursehub.db import db, transaction
from coursehub.learning.models import Question, VisitCount
from coursehub.learning.operations import NotYours, enrol, reply_to_review, write_review
from coursehub.sales import operations
from coursehub.sales.models import Coupon, Offering, Order
from tests.asked import statements
from tests.cast import sign_in
from tests.sales.shop.rig import course_on_shelf, review, skill_named

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def clean(cast, at):
    """Northwind's course on cleaning data: 199.00 CNY with 6 % tax."""
    skill = skill_named("data.cleaning", "数据清洗", "Data cleaning")
    return course_on_shelf(cast.northwind, "clean", at, skills={skill: 3}, summary="Missing values & <odd> rows")


def told(client, address="/courses/clean"):
    answer = client.get(address, headers=ENGLISH)
    assert answer.status_code == 200
    return answer.text


def data_of(text):
    """The structured data of a page."""
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[1])


def release_of(course):
    from coursehub.catalog.queries import current_release

    return current_release(course.id)


def test_the_page_says_what_the_course_costs_teaches_and_proves(clean, client):
    text = told(client)
    for words in (
        "Cleaning data", "CN¥199.00", "6% tax contained: CN¥11.26.", "Money back within 14 days, no reason asked", "2 lessons, 2 quizzes",
        "Lesson 1 en", "40 min", "Data cleaning", "level 3 of 4", "can do it alone", "Tara Wu", "Northwind", "中文, English",
        "CC-BY-4.0", "1.2.0, of 2 Mar 2026", "Cleaning data +1", "Nobody has written a review yet.",
    ):  # fmt: skip
        assert words in text, words
    chinese = client.get("/courses/clean", headers={"Accept-Language": "zh-CN"}).text
    for words in ("数据清洗", "14天内无理由退款", "价格含 6% 的税", "北风编程", "学完能证明什么", "购买课程"):
        assert words in chinese, words


def test_only_free_lessons_are_links_and_they_open(clean, client):
    links = re.findall(r'href="(/courses/clean/preview/[\w-]+)"', told(client))
    assert set(links) == {"/courses/clean/preview/s1"}
    assert client.get(links[0]).status_code == 200


def test_a_stranger_is_led_through_sign_in_to_the_checkout_with_their_coupon(clean, client):
    text = told(client)
    assert re.search(r'<form class="buy__form" method="get" action="/courses/clean/checkout">', text)
    answer = client.get("/courses/clean/checkout?coupon=TIDE")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/courses/clean/checkout?coupon%3DTIDE")


def test_a_buyer_goes_from_the_page_to_the_pay_page(shop, cast, offering, client):
    sign_in(client, cast.ada)
    text = told(client, "/courses/python")
    assert re.search(
        r'<form class="buy__form" method="post" action="/courses/python/orders">\s*<input type="hidden" name="csrf_token"', text
    )
    answer = client.post("/courses/python/orders", data={"coupon": ""})
    assert answer.status_code == 303
    assert answer.location.startswith(shop.sandbox.url)
    order = db.session.query(Order).one()
    waiting = told(client, "/courses/python")
    assert f"/orders/{order.public_id}" in waiting
    assert "Go on to payment" in waiting


def test_a_coupon_typed_on_the_page_makes_the_order_cheaper(shop, cast, offering, client, at):
    with transaction():
        db.session.add(
            Coupon(
                organisation_id=cast.house.id,
                code="TIDE",
                code_key="TIDE",
                kind="percent",
                off_bps=1000,
                starts_at=at,
                borne_by="house",
                made_at=at,
            )
        )
    sign_in(client, cast.ada)
    client.post("/courses/python/orders", data={"coupon": "tide"})
    assert db.session.query(Order).one().gross_minor == 17_910


def test_whoever_is_enrolled_goes_on_learning(clean, cast, client, at):
    enrolment = enrol(person_id=cast.ada.id, release_id=release_of(clean).id, at=at)
    sign_in(client, cast.ada)
    text = told(client)
    assert f'href="/learn/{enrolment.public_id}"' in text
    assert "Buy this course" not in text
    assert client.get(f"/learn/{enrolment.public_id}").status_code == 200


def test_a_free_course_is_enrolled_with_one_button(shop, cast, client):
    course = shop.course("gift")
    shop.offer(course, 0)
    sign_in(client, cast.ada)
    assert "Enrol for free" in told(client, "/courses/gift")
    client.post("/courses/gift/orders")
    assert "You are enrolled in this course." in told(client, "/courses/gift")


def test_the_seats_that_are_left_are_counted_until_none_is(shop, cast, course, client):
    offering = shop.offer(course, seats_limit=2)
    assert "2 seats left of 2" in told(client, "/courses/python")
    shop.order(offering, cast.ada)
    assert "1 seat left of 2" in told(client, "/courses/python")
    shop.order(offering, cast.bo)
    text = told(client, "/courses/python")
    assert "All 2 seats are taken." in text
    assert "Buy this course" not in text
    assert data_of(text)["offers"]["availability"] == "https://schema.org/SoldOut"
    assert "sold out" in told(client, "/courses")
    sign_in(client, cast.ada)
    assert "Go on to payment" in told(client, "/courses/python"), "the seat that one holds can still be paid"


@pytest.mark.parametrize("ended", ["offering", "listing", "release"])
def test_a_course_that_is_not_sold_any_more_says_so_and_offers_nothing(clean, client, at, ended):
    with transaction():
        if ended == "offering":
            db.session.query(Offering).update({"closed_at": at})
        else:
            db.session.query(Listing).update({"closed_at": at, "close_reason": "closed"})
        if ended == "release":
            release = release_of(clean)
            release.state, release.listed_at = "approved", None
    text = told(client)
    assert "This course is not on sale any more." in text
    assert "buy__form" not in text
    assert "offers" not in data_of(text)
    assert ("/preview/" in text) == (ended != "release")


def test_a_course_that_was_never_on_offer_does_not_exist(cast, client, at):
    from tests.contracts.rig import course_of

    course_of(cast.northwind, "hidden", at, state="approved")
    for person in (None, cast.pia):
        if person:
            sign_in(client, person)
        assert client.get("/courses/hidden").status_code == 404
    assert client.get("/courses/nothing").status_code == 404


def test_those_who_offer_it_and_catalogue_staff_find_its_back_side_and_others_do_not(clean, cast, app):
    for person, words in (
        (cast.pia, "Price and seats"),
        (cast.cato, "The releases of this course"),
        (cast.eve, ""),
        (cast.ada, ""),
    ):
        text = told(sign_in(app.test_client(), person))
        assert words in text
        assert (f"/studio/courses/{clean.public_id}" in text) == bool(words)


def test_reviews_come_from_people_who_enrolled_with_their_mean_their_spread_and_the_reply(clean, cast, client, at):
    with pytest.raises(NotYours):
        write_review(clean, stars=1, text="never saw it", by=cast.acting(cast.theo), at=at)
    for person, stars in ((cast.ada, 5), (cast.bo, 4), (cast.emma, 4)):
        enrol(person_id=person.id, release_id=release_of(clean).id, at=at)
        written = write_review(clean, stars=stars, text=f"It was worth {stars}", by=cast.acting(person), at=at)
    reply_to_review(written, text="Thank you, Emma", by=cast.acting(cast.pia), at=at)
    text = told(client)
    assert "never saw it" not in text
    for words in ("Ada Chen", "It was worth 5", "3 reviews", "Reply of Northwind", "Thank you, Emma"):
        assert words in text, words
    rows = re.findall(r'<span class="number quiet">(\d+)</span>', text)
    assert rows == ["1", "2", "0", "0", "0"]
    assert data_of(text)["aggregateRating"] == {
        "@type": "AggregateRating", "ratingValue": "4.3", "reviewCount": 3, "bestRating": 5, "worstRating": 1,
    }  # fmt: skip
    assert ">4.3<" in text


def test_hidden_and_deleted_reviews_are_neither_shown_nor_counted(clean, cast, client, at):
    review(clean, cast.ada, 1, at, hidden_at=at)
    review(clean, cast.bo, 1, at, deleted_at=at)
    text = told(client)
    assert "Nobody has written a review yet." in text
    assert "aggregateRating" not in data_of(text)


def test_many_reviews_stand_on_pages(clean, cast, client, at):
    for n, person in enumerate(
        (cast.ada, cast.bo, cast.emma, cast.emil, cast.theo, cast.tara, cast.finn, cast.fay, cast.susi, cast.cato, cast.eve)
    ):
        review(clean, person, 4, at + timedelta(hours=n))
    assert told(client).count('class="review"') == 10
    assert told(client, "/courses/clean?page=2").count('class="review"') == 1


def test_questions_are_counted_but_not_shown(clean, cast, client, at):
    with transaction():
        for hidden in (None, None, at):
            db.session.add(
                Question(
                    course_id=clean.id, step_key="s1", person_id=cast.ada.id, text="Why is this", asked_at=at, hidden_at=hidden
                )
            )
    text = told(client)
    assert "2 asked by learners so far" in text
    assert "Why is this" not in text


def test_the_structured_data_says_what_the_page_says(clean, cast, client, at):
    text = told(client)
    data = data_of(text)
    assert (data["@context"], data["@type"], data["name"]) == ("https://schema.org", "Course", "Cleaning data")
    assert data["description"] == "Missing values & <odd> rows"
    assert data["url"] == "https://localhost/courses/clean"
    assert data["provider"]["name"] == "Northwind"
    assert data["inLanguage"] == "en"
    assert data["availableLanguage"] == ["zh-CN", "en"]
    offer = data["offers"]
    assert (offer["@type"], offer["price"], offer["priceCurrency"]) == ("Offer", "199.00", "CNY")
    assert f"CN¥{offer['price']}" in text
    instance = data["hasCourseInstance"]
    assert (instance["@type"], instance["courseMode"], instance["courseWorkload"]) == ("CourseInstance", "Online", "PT1H20M")
    assert data["about"] == [{"@type": "DefinedTerm", "name": "Data cleaning", "termCode": "data.cleaning"}]
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert data["datePublished"] == "2026-03-02"


def test_no_title_can_end_the_block_of_structured_data(cast, client, at):
    course_on_shelf(cast.lumen, "sly", at, titles={"en": "</script><script>alert(1)</script><!--"})
    text = told(client, "/courses/sly")
    assert "<script>alert" not in text
    assert data_of(text)["name"] == "</script><script>alert(1)</script><!--"


def test_one_address_is_the_pages_own_and_each_language_has_one(clean, client):
    text = told(client)
    assert '<link rel="canonical" href="https://localhost/courses/clean">' in text
    found = dict(re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]+)">', text))
    assert found == {
        "zh-CN": "https://localhost/courses/clean?lang=zh-CN",
        "en": "https://localhost/courses/clean?lang=en",
        "x-default": "https://localhost/courses/clean",
    }
    assert '<meta name="description" content="Missing values &amp; &lt;odd&gt; rows">' in text
    assert '<meta property="og:title" content="Cleaning data">' in text


def test_the_address_chooses_the_language_until_the_reader_has_chosen(clean, client):
    assert '<html lang="zh-CN"' in told(client, "/courses/clean?lang=zh-CN")
    client.set_cookie("language", "en", domain="localhost")
    assert '<html lang="en"' in told(client, "/courses/clean?lang=zh-CN")


def test_a_course_in_one_language_marks_its_own_words_on_a_page_of_another(cast, client, at):
    course_on_shelf(cast.lumen, "charts", at, titles={"zh-CN": "图表会说话"})
    text = told(client, "/courses/charts")
    assert '<html lang="en"' in text
    assert '<h1 lang="zh-CN">图表会说话</h1>' in text
    assert 'hreflang="en"' not in text


def test_browsers_count_visits_and_reading_counts_none(clean, client):
    text = told(client)
    assert 'data-visit="/courses/clean/visits"' in text
    assert db.session.query(VisitCount).count() == 0, "whoever runs no script, a robot for instance, is not counted"
    assert client.post("/courses/clean/visits", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 204
    assert db.session.query(VisitCount).one().visits == 1


def test_a_report_begins_on_the_page_and_comes_back_to_it(clean, cast, client):
    address = re.search(r'href="(/reports/new\?subject=course[^"]+)"', told(client))[1].replace("&amp;", "&")
    assert address.endswith("&next=/courses/clean")
    assert client.get(address).location.startswith("/sign-in?next=")
    assert client.get(address).status_code == 303
    sign_in(client, cast.ada)
    assert client.get(address).status_code == 200


def test_a_partners_link_lands_on_the_course_page_or_on_the_partners_courses(clean, cast, client):
    pia = cast.acting(cast.pia)
    one = operations.make_link(name="blog", course=clean, by=pia, at=clock.now())
    every = operations.make_link(name="site", course=None, by=pia, at=clock.now())
    answer = client.get(f"/r/{one.code}")
    assert (answer.status_code, answer.location) == (303, "/courses/clean")
    assert client.get(answer.location).status_code == 200
    answer = client.get(f"/r/{every.code}")
    assert answer.location == "/courses?by=northwind"
    assert "Cleaning data" in told(client, answer.location)


def test_a_partners_page_shows_their_courses_and_nobody_elses(clean, cast, client, at):
    course_on_shelf(cast.lumen, "charts", at, titles={"en": "Charts"})
    text = told(client, "/partners/northwind")
    assert "Northwind" in text
    assert "Cleaning data" in text
    assert "Charts" not in text
    assert client.get("/partners/nobody").status_code == 404
    _ = cast.harbour
    assert client.get("/partners/harbour").status_code == 404, "an organisation that only hires sells nothing"


def test_a_course_page_asks_the_database_little(clean, cast, client, at):
    for person in (cast.ada, cast.bo, cast.theo):
        review(clean, person, 4, at)
    told(client)
    with statements() as seen:
        told(client)
    assert len(seen) <= 7, seen
    sign_in(client, cast.ada)
    with statements() as seen:
        told(client)
    assert len(seen) <= 14, seen


def test_what_a_page_keeps_of_a_release_is_right_for_the_next_reader_too(clean, cast, client, app, at):
    first = told(client)
    assert told(client) == first
    chinese = client.get("/courses/clean", headers={"Accept-Language": "zh-CN"}).text
    assert '<html lang="zh-CN"' in chinese
    for words in ("数据清洗 +1", "Lesson 1 zh-CN", "学完能证明什么", "40分钟", '"inLanguage":"zh-CN"'):
        assert words in chinese, words
    for words in ("Cleaning data", "Lesson 1 en", "What it proves", "40 min"):
        assert words not in chinese, words
    enrol(person_id=cast.ada.id, release_id=release_of(clean).id, at=at)
    learner = app.test_client()
    sign_in(learner, cast.ada)
    page = told(learner)
    assert "You are enrolled in this course." in page
    assert "Lesson 1 en" in page
    assert told(client) == first, "nothing of the learner's stays for a stranger"
    review(clean, cast.ada, 4, at)
    with transaction():
        db.session.execute(sa.update(Offering).values(price_minor=9_900))
        db.session.execute(sa.update(Skill).values(name={"zh-CN": "整理数据", "en": "Tidying data"}))
    page = told(client)
    for words in ("CN¥99.00", "1 review", "Tidying data", '"reviewCount":1', '"price":"99.00"'):
        assert words in page, words
    assert "CN¥199.00" not in page
