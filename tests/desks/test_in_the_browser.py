"""The home page and the page of components in a real browser: accessible, whole on a phone, usable by keyboard."""

import shutil
import threading
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

from ..conftest import require

pytestmark = pytest.mark.browser

PAGES = ("/", "/house/components", "/nothing-here")
CROSS = ((320, "zh-CN", "light"), (1280, "en", "dark"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def chromium(playwright_driver):
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    require(program, "Chromium")
    only_us = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
    browser = playwright_driver.chromium.launch(executable_path=program, args=["--no-sandbox", only_us])
    yield browser
    browser.close()


@pytest.fixture
def address(app, monkeypatch):
    """The application as a demo, on a port of this machine."""
    monkeypatch.setitem(app.extensions, "coursehub_settings", replace(app.extensions["coursehub_settings"], demo=True))
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
        context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in (("language", language), ("theme", theme))]
        )
        page = context.new_page()
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def problems(page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, with the first place of each."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "language", "theme"), CROSS)
def test_axe_finds_nothing(open_page, path, width, language, theme):
    assert problems(open_page(path, width, language, theme, bypass_csp=True)) == []


def test_axe_would_find_a_picture_without_words_and_pale_letters(open_page):
    page = open_page("/", bypass_csp=True)
    page.evaluate(
        "document.querySelector('main').innerHTML += '<img src=\"/x.png\"><p style=\"color:#bbb;background:#fff\">pale</p>'"
    )
    assert {line.split(":")[0] for line in problems(page)} >= {"image-alt", "color-contrast"}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_narrow_phone_shows_the_whole_width(open_page, path, language):
    page = open_page(path, 320, language)
    sticking_out = """[...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1
        && !one.closest('svg, pre, .tabs, .visually-hidden')).map(one => one.outerHTML.slice(0, 80))"""
    assert page.evaluate(sticking_out) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_content_security_policy_silences_nothing_of_ours(open_page, address):
    page = open_page("/house/components")
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.reload()
    assert [text for text in said if "Content Security Policy" in text] == []


def test_the_keyboard_reaches_the_content_and_the_search(open_page):
    page = open_page("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"


def test_language_and_colours_change_by_their_buttons_alone(open_page):
    page = open_page("/", language="en", theme="light", java_script_enabled=False)
    page.click(".bar__switch button[name=language]")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.click(".bar__switch button[name=theme]")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_dialog_opens_and_closes_by_keyboard_and_is_reached_without_javascript(open_page):
    page = open_page("/house/components")
    page.focus("[data-opens-dialog]")
    page.keyboard.press("Enter")
    assert page.locator("dialog#ask").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog#ask").is_visible()
    plain = open_page("/house/components", java_script_enabled=False)
    plain.click("[data-opens-dialog]")
    assert plain.locator("dialog#ask").is_visible()


def test_the_arithmetic_of_a_step_shows_when_its_clause_has_focus(open_page):
    page = open_page("/", reduced_motion="reduce")
    total = page.locator(".waterfall__sum").nth(1)
    if page.evaluate("matchMedia('(hover: hover)').matches"):
        assert total.evaluate("one => getComputedStyle(one).opacity") == "0"
    page.locator(".waterfall__clause").first.focus()
    assert total.evaluate("one => getComputedStyle(one).opacity") == "1"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_prints_on_white_without_its_bar(open_page, theme):
    page = open_page("/", theme=theme)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator(".bar").is_visible()
