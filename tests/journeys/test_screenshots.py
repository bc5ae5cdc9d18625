"""The pictures of the README, made from the running demo: COURSEHUB_SCREENSHOTS=1 writes them into docs/screenshots/."""

import os
from pathlib import Path

import pytest

from coursehub.config import root

from .browser import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LARGEST = 300_000
PYTHON = "li:has-text('Python') h2 a"


def to(path: str) -> tuple[str, ...]:
    """A way that is one address."""
    return (path,)


SHOTS = {
    "home": (None, "zh-CN", "light", to("/")),
    "catalogue": (None, "en", "dark", to("/courses")),
    "course": (None, "zh-CN", "light", to("/courses/programming-with-python")),
    "lesson": ("Ada", "en", "light", ("/learn", PYTHON, "a[href*='/l03-']", "a[href$='/l03-read']")),
    "code-exercise": ("Ada", "zh-CN", "dark", ("/learn", PYTHON, "a[href*='/l03-']", "a[href$='/l03-code']")),
    "contract": ("Pia", "en", "light", ("/studio/contracts", "table a:has-text('Courses by Northwind')")),
    "earnings": ("Eve", "zh-CN", "light", ("/studio/earnings", "#events table a")),
    "house": ("Stan", "en", "dark", to("/house")),
}
"""By name: who looks, in which language and colours, and the way there: an address, then what is pressed."""


def walk(person: Person, way: tuple[str, ...]) -> None:
    """Go to the address, then follow the links."""
    person.go(way[0])
    for link in way[1:]:
        person.page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        target = person.page.locator(f"main {link}").first.get_attribute("href")
        person.go(str(target))


@pytest.mark.parametrize("name", SHOTS)
def test_a_picture_for_the_readme(arrive, tmp_path, name):
    who, language, theme, way = SHOTS[name]
    person = arrive(language, color_scheme=theme)
    if who:
        person.become(who)
    person.context.add_cookies([{"name": "theme", "value": theme, "url": person.site}])
    walk(person, way)
    wanted = os.environ.get("COURSEHUB_SCREENSHOTS") == "1"
    folder = root() / "docs" / "screenshots" if wanted else Path(tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.png"
    person.page.screenshot(path=file, full_page=False)
    assert 5_000 < file.stat().st_size < LARGEST
