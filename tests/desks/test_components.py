"""The page of components: everything is there, in both languages and both themes, and nothing is inline."""

import re
from dataclasses import replace

import pytest

from coursehub.config import root

from ..cast import sign_in

COMPONENTS = ("page", "form", "data", "figures")
FRAME = {"flashes", "csrf", "icon"}  # drawn by the frame of every page, or inside other components


def inline_things(html: str) -> list[str]:
    """Everything in a page that our content security policy would silence."""
    return re.findall(r"<style\b|<[a-z][^>]*\sstyle=|<[a-z][^>]*\son[a-z]+=|<script(?![^>]*\ssrc=)[^>]*>|javascript:", html)


@pytest.fixture
def page_of_components(client, cast):
    sign_in(client, cast.stan)

    def read(language: str, theme: str = "auto") -> str:
        client.set_cookie("language", language, domain="localhost")
        client.set_cookie("theme", theme, domain="localhost")
        answer = client.get("/house/components")
        assert answer.status_code == 200
        return answer.text

    return read


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_page_of_components_is_drawn_in_both_languages(page_of_components, language):
    html = page_of_components(language)
    assert f'<html lang="{language}"' in html
    assert ("组件" in html) == (language == "zh-CN")
    assert html.count("<h1") == 1


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_no_component_carries_an_inline_style_or_script(page_of_components, language):
    assert inline_things(page_of_components(language)) == []


@pytest.mark.parametrize(
    "wrong",
    ['<p style="color:red">', "<style>p{}</style>", '<a onclick="x()">', "<script>x()</script>", '<a href="javascript:x()">'],
)
def test_an_inline_style_or_script_would_be_seen(wrong):
    assert inline_things(wrong)


def test_every_macro_is_shown_on_the_page_of_components(app):
    macros = set()
    for name in COMPONENTS:
        module = app.jinja_env.get_template(f"components/{name}.html").module
        macros |= {word for word in vars(module) if not word.startswith("_")}
    names = ("components", *(f"_specimens_{part}" for part in ("page", "forms", "data", "figures", "lesson")))
    shown = "".join((root() / f"templates/desks/{name}.html").read_text(encoding="utf-8") for name in names)
    assert {macro for macro in macros - FRAME if not re.search(rf"\b{macro}\(", shown)} == set()


def test_a_stranger_does_not_see_the_page_of_components_but_a_demo_shows_it(app, client, monkeypatch):
    assert client.get("/house/components").status_code == 303
    monkeypatch.setitem(app.extensions, "coursehub_settings", replace(app.extensions["coursehub_settings"], demo=True))
    assert client.get("/house/components").status_code == 200


def test_an_id_stands_once_on_the_page(page_of_components):
    ids = re.findall(r'\sid="([^"]+)"', page_of_components("en"))
    assert len(ids) == len(set(ids))
