"""The shop in a real browser: accessible, whole on a phone, usable without scripts."""

import re
import threading

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.desks.test_in_the_browser import CROSS, chromium, problems
from tests.sales.shop.rig import course_on_shelf, review, skill_named

__all__ = ["chromium"]
pytestmark = pytest.mark.browser

PAGES = ("/courses", "/courses?q=zeppelin&level=advanced", "/courses/clean", "/courses/charts", "/partners/northwind")
STICKING_OUT = """[...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1
    && !one.closest('svg, .visually-hidden')).map(one => one.outerHTML.slice(0, 80))"""


@pytest.fixture
def address(app: Flask, cast, at):
    """The shop with two courses, on a port of this machine."""
    skill = skill_named("data.cleaning", "数据清洗", "Data cleaning")
    clean = course_on_shelf(
        cast.northwind, "clean", at, skills={skill: 3}, summary="Missing values and repeated rows", seats_limit=9
    )
    course_on_shelf(cast.lumen, "charts", at, titles={"zh-CN": "图表会说话"}, price_minor=0)
    review(clean, cast.ada, 4, at)
    review(clean, cast.bo, 5, at, reply_text="Thank you", replied_at=at, replied_by_id=cast.pia.id)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def open_page(chromium, address):
    contexts = []

    def opened(path, width=1280, language="en", theme="light", **options):
        context = chromium.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        chosen = (("language", language), ("theme", theme))
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in chosen])
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("width", "language", "theme"), CROSS)
def test_axe_finds_nothing_in_the_shop(open_page, width, language, theme):
    assert {path: found for path in PAGES if (found := problems(open_page(path, width, language, theme, bypass_csp=True)))} == {}


def test_a_narrow_phone_shows_every_page_whole_and_nothing_breaks_the_policy(open_page):
    for path in PAGES:
        page = open_page(path, 320, "zh-CN")
        assert page.evaluate(STICKING_OUT) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        assert page.said == [], path


def test_filters_work_without_scripts_from_the_drawer_of_a_phone(open_page):
    page = open_page("/courses", 390, java_script_enabled=False)
    page.click(".filters summary")
    page.check("input[name=price][value=free]")
    page.click(".filters__apply button")
    assert page.locator(".course-row__title").all_inner_texts() == ["图表会说话"]
    assert "price=free" in page.url
    assert page.locator(".filters summary").inner_text() == "Filters (1)"


def test_words_are_searched_with_the_filters_kept(open_page):
    page = open_page("/courses?by=northwind")
    page.keyboard.press("/")
    page.keyboard.type("清洗")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q="))
    assert page.locator(".course-row__title").all_inner_texts() == ["Cleaning data"]
    assert "by=northwind" in page.url


def test_a_stranger_who_buys_signs_in_first_and_keeps_the_coupon(open_page):
    page = open_page("/courses/clean", 390, java_script_enabled=False)
    page.click(".buy__coupon summary")
    page.fill("#coupon", "TIDE")
    page.click("text=See the price with it")
    assert "/sign-in?next=/courses/clean/checkout?coupon%3DTIDE" in page.url
    assert page.locator("input[type=password]").is_visible()


def test_the_price_and_the_button_stand_on_the_first_screen_of_a_desk(open_page):
    page = open_page("/courses/clean")
    box = page.locator(".buy .button--primary").bounding_box()
    assert box["y"] + box["height"] < 800
    assert page.locator(".button--primary").count() == 1
