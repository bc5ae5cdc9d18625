"""The desks of learners, partners and staff: what stands on each, for whom, and how much it asks of the database."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.db import db, transaction
from coursehub.jobs import Job
from coursehub.learning.operations import answer, ask, enrol, mark_read, open_step
from coursehub.sales.models import SupportMessage
from tests.asked import reads
from tests.learning.course import make_course, make_release

from ..cast import sign_in

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def an_hour_later(at, monkeypatch):
    """The desks are looked at an hour after everything happened."""
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(hours=1))


def look(client, path: str) -> str:
    """A page as text; it must be there."""
    answered = client.get(path, headers=ENGLISH)
    assert answered.status_code == 200, (path, answered.status_code)
    return answered.text


def learning_ada(cast, at):
    """Ada, enrolled in Northwind's small course, with its first step done."""
    release = make_release(make_course(cast.northwind, at=at), at=at)
    enrolment = enrol(person_id=cast.ada.id, release_id=release.id, at=at)
    open_step(enrolment, "l1-read", by=cast.acting(cast.ada), at=at)
    mark_read(enrolment, "l1-read", by=cast.acting(cast.ada), at=at)
    return enrolment


# The learner's desk


def test_an_empty_desk_names_the_next_step(client, cast):
    sign_in(client, cast.ada)
    assert "No course yet" in look(client, "/desk")


def test_a_learner_goes_on_at_the_very_next_step(client, cast, at):
    enrolment = learning_ada(cast, at)
    sign_in(client, cast.ada)
    html = look(client, "/desk")
    assert f'href="/learn/{enrolment.public_id}/l1-film">Continue' in html
    assert "1 of 4" in html
    assert html.index("l1-film") < html.index("l2-quiz") < html.index("l2-code")


def test_a_question_that_was_answered_is_on_the_desk_until_then_it_is_only_counted(client, cast, at):
    enrolment, now = learning_ada(cast, at), clock.now()
    asked = ask(enrolment, "l1-read", text="Why is the tide late?", by=cast.acting(cast.ada), at=now)
    sign_in(client, cast.ada)
    assert "1 question of yours waits for an answer." in look(client, "/desk")
    answer(asked, text="The moon is.", by=cast.acting(cast.tara), at=now)
    html = look(client, "/desk")
    assert "Why is the tide late?" in html
    assert "waits for an answer" not in html


def test_an_order_that_waits_to_be_paid_is_on_the_desk_of_its_buyer_only(client, cast, shop, offering):
    order = shop.order(offering, cast.ada)
    sign_in(client, cast.bo)
    assert order.public_id not in look(client, "/desk")
    sign_in(client, cast.ada)
    assert f'/orders/{order.public_id}"' in look(client, "/desk")


# The partner's desk


def test_a_partner_sees_what_sold_and_never_who_bought(client, cast, shop, offering, an_hour_later):
    shop.buy(offering, cast.ada)
    sign_in(client, cast.pia)
    html = look(client, "/studio")
    assert re.search(r'figure-of__value number">1</p><p class="figure-of__label">sale<', html)
    assert "Ada" not in html
    assert cast.ada.public_id not in html


def test_what_sold_counts_from_the_last_look(client, cast, shop, offering, an_hour_later, at, monkeypatch):
    shop.buy(offering, cast.ada)
    sign_in(client, cast.pia)
    look(client, "/studio")
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(hours=2))
    html = look(client, "/studio")
    assert "Since you last looked" in html
    assert re.search(r'figure-of__value number">0</p><p class="figure-of__label">sales<', html)


def test_a_teacher_sees_learners_and_questions_but_no_money(client, cast, shop, offering):
    shop.buy(offering, cast.ada)
    sign_in(client, cast.tara)
    html = look(client, "/studio")
    assert "question" in html
    assert "your net" not in html
    assert "/studio/earnings" not in html
    assert "/studio/contracts" not in html


def test_a_question_that_waits_is_on_the_desk_of_those_who_teach(client, cast, at):
    enrolment = learning_ada(cast, at)
    ask(enrolment, "l1-read", text="Why is the tide late?", by=cast.acting(cast.ada), at=clock.now())
    sign_in(client, cast.tara)
    assert "Why is the tide late?" in look(client, "/studio")
    sign_in(client, cast.finn)
    assert "Why is the tide late?" not in look(client, "/studio")


def test_nothing_of_one_partner_is_on_the_desk_of_another(client, cast, shop, offering, course):
    shop.buy(offering, cast.ada)
    sign_in(client, cast.eve)
    html = look(client, "/studio")
    assert "No course yet" in html
    assert course.public_id not in html
    assert client.get(f"/studio/courses/{course.public_id}/insight").status_code == 404


def test_insight_counts_a_course_from_view_to_completion_by_channel(client, cast, shop, offering, course, an_hour_later):
    shop.order(offering, cast.bo)
    shop.buy(offering, cast.ada)
    sign_in(client, cast.pia)
    html = look(client, f"/studio/courses/{course.public_id}/insight")
    placed = re.search(r"Placed an order</th>.*?number\">(\d+)<", html, re.S)
    paid = re.search(r"enrolled for free</th>.*?number\">(\d+)<", html, re.S)
    assert placed and placed.group(1) == "2"
    assert paid and paid.group(1) == "1"
    assert "Through which doors" in html


@pytest.mark.parametrize("who", ["ada", "emma"])
def test_a_stranger_to_selling_has_no_studio(client, cast, who):
    sign_in(client, getattr(cast, who))
    assert client.get("/studio").status_code == 403
    assert 'href="/studio"' not in look(client, "/desk")


# The house's desk


def test_staff_see_the_queues_of_their_roles(client, cast, shop, offering, at):
    order = shop.buy(offering, cast.ada)
    with transaction():
        order.trouble = "amount"
        db.session.add(SupportMessage(person_id=cast.ada.id, text="Where is it?", written_at=at))
        db.session.add(Job(name="x", args={}, state="dead", attempts=8, enqueued_at=at, run_at=at))
    seen = {}
    for who in ("stan", "fay", "susi", "cato"):
        sign_in(client, getattr(cast, who))
        html = look(client, "/house")
        seen[who] = [words for words in ("order in trouble", "message to support", "dead job") if words in html]
        assert ("in balance" in html) is (who in ("stan", "fay"))
    everything = ["order in trouble", "message to support", "dead job"]
    assert seen == {"stan": everything, "fay": [everything[0], everything[2]], "susi": everything, "cato": ["dead job"]}


def test_every_link_in_the_house_leads_where_the_reader_may_go(client, cast):
    for who in ("stan", "fay", "susi", "cato"):
        sign_in(client, getattr(cast, who))
        groups = links_of(look(client, "/house"), "ways")
        assert len(groups) >= 3
        for group in groups:
            html = look(client, group)
            assert links_of(html, "ways") == groups
            beside = links_of(html, "ways ways--beside")
            assert not beside or (group in beside and len(beside) > 1)
            for link in beside:
                assert client.get(link).status_code == 200, (who, link)


def test_a_group_has_the_name_of_its_only_page_where_the_reader_may_open_one(client, cast):
    sign_in(client, cast.stan)
    assert ">Partners</a>" in look(client, "/house")
    sign_in(client, cast.susi)
    html = look(client, "/house")
    assert ">Money</a>" not in html and ">Partners</a>" not in html and ">Orders</a>" in html + look(client, "/house/orders")


def links_of(html, kind):
    """The links of a navigation of that class."""
    ways = re.search(rf'<nav class="{kind}".*?</nav>', html, re.S)
    return re.findall(r'href="([^"]+)"', ways.group(0)) if ways else []


def test_a_new_house_is_led_through_six_steps_until_it_has_a_course_and_a_partner(client, cast, shop):
    sign_in(client, cast.stan)
    assert look(client, "/house").count('class="checklist__title"') == 6
    _ = cast.northwind
    shop.course()
    assert "checklist__title" not in look(client, "/house")


@pytest.mark.parametrize("who", ["ada", "pia", "emma"])
def test_only_staff_have_a_house(client, cast, who):
    sign_in(client, getattr(cast, who))
    assert client.get("/house").status_code == 403


# Search


def test_search_finds_orders_and_people_for_staff_only(client, cast, shop, offering):
    order = shop.buy(offering, cast.ada)
    for who, finds_order, finds_person in (
        ("stan", True, True),
        ("fay", True, False),
        ("pia", False, False),
        ("ada", False, False),
    ):
        sign_in(client, getattr(cast, who))
        assert (f"/house/orders/{order.public_id}" in look(client, f"/search?q={order.public_id}")) is finds_order
        html = look(client, f"/search?q={cast.ada.public_id}")
        assert (f"/house/people/{cast.ada.public_id}" in html) is finds_person
        assert who == "ada" or "Ada Chen" not in html


def test_a_partner_finds_their_own_courses_and_contracts_and_no_other(client, cast, shop, course):
    for who, finds in (("pia", True), ("eve", False)):
        sign_in(client, getattr(cast, who))
        html = look(client, f"/search?q={course.slug}")
        assert (f'href="/studio/courses/{course.public_id}"' in html) is finds


@pytest.mark.parametrize("words", ["", "%", "_", "'; drop table course; --", '"', "  ", "a" * 500, "课"])
def test_search_takes_any_words(client, cast, words):
    sign_in(client, cast.stan)
    assert client.get("/search", query_string={"q": words}).status_code == 200


def test_the_bar_searches_everything_for_those_who_may_see_more(client, cast):
    for who, action in (("stan", "/search"), ("pia", "/search"), ("ada", "/courses")):
        sign_in(client, getattr(cast, who))
        assert f'method="get" action="{action}"><label' in look(client, "/desk")


def test_the_bar_marks_the_place_of_the_page(client, cast):
    sign_in(client, cast.stan)
    for path in ("/desk", "/studio", "/house"):
        assert f'<a href="{path}" aria-current="true">' in look(client, path)


# How much a desk asks


def test_a_desk_asks_no_more_of_the_database_when_there_is_more_to_show(client, cast, at):
    """Reads for one course and for twenty; the learner's desk shows six at most."""
    counts: dict[str, list[int]] = {}
    for round_, size in enumerate((1, 19)):
        for n in range(size):
            release = make_release(make_course(cast.northwind, at=at, slug=f"c{round_}-{n}"), at=at)
            enrolment = enrol(person_id=cast.ada.id, release_id=release.id, at=at)
            ask(enrolment, "l1-read", text="Why?", by=cast.acting(cast.ada), at=clock.now())
        for who, path in (("ada", "/desk"), ("pia", "/studio"), ("stan", "/house"), ("stan", "/search?q=First")):
            sign_in(client, getattr(cast, who))
            look(client, path)
            with reads() as seen:
                look(client, path)
            counts.setdefault(path, []).append(len(seen))
    assert counts["/studio"][1] == counts["/studio"][0] <= 24
    assert counts["/house"][1] == counts["/house"][0] <= 24
    assert counts["/search?q=First"][1] <= 24
    assert counts["/desk"][1] <= 30


def test_reading_a_desk_writes_nothing(client, cast, shop, offering):
    shop.buy(offering, cast.ada)
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")) and "sign_in_session" not in statement:
            written.append(statement)

    for who, path in (("ada", "/desk"), ("pia", "/studio"), ("stan", "/house"), ("stan", "/search?q=py")):
        sign_in(client, getattr(cast, who))
        sa.event.listen(db.engine, "before_cursor_execute", note)
        look(client, path)
        sa.event.remove(db.engine, "before_cursor_execute", note)
    assert written == []
