"""The purchase without a mouse, and the purchase without scripts."""

import re
from typing import Any

import pytest

from coursehub.learning.grading.isolation import isolation_available

from ..conftest import require
from .browser import Person
from .test_learner import PASSWORD, buy, find_and_read, learn_a_lesson, sign_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FAR = 160


class Typist(Person):
    """Somebody who only has a keyboard: Tab leads to each control, and where the focus is can be seen."""

    def _walk_to(self, thing: Any) -> None:
        thing.wait_for()
        wanted = thing.element_handle()
        for _step in range(FAR):
            if self.page.evaluate("one => document.activeElement === one", wanted):
                seen = self.page.evaluate(
                    "one => { const s = getComputedStyle(one); return s.outlineStyle !== 'none' || s.boxShadow !== 'none' }",
                    wanted,
                )
                assert seen, f"the focus cannot be seen on {thing}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {thing} on {self.page.url}")

    def touch(self, thing: Any) -> None:
        """Walk there and press Enter."""
        self._walk_to(thing)
        self.page.keyboard.press("Enter")

    def fill(self, name: str, text: str, *, within: str = "main") -> None:
        """Walk there and type."""
        thing = self.page.locator(f"{within} [name='{name}']").locator("visible=true").first
        self._walk_to(thing)
        if thing.get_attribute("type") == "date":
            year, month, day = text.split("-")
            self.page.keyboard.type(month + day + year)
        else:
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(text)

    def tick(self, name: str) -> None:
        """Walk there and press the space bar."""
        self._walk_to(self.page.locator(f"main [name='{name}']"))
        self.page.keyboard.press(" ")


def test_a_learner_buys_by_keyboard_alone(arrive):
    person = arrive("zh-CN", kind=Typist)
    find_and_read(person)
    sign_up(person)
    buy(person)
    person.press("Go to the lessons")
    assert re.match(r"/learn/\w+", person.path)


def test_a_control_that_tab_skips_is_noticed(arrive):
    person = arrive("en", kind=Typist)
    person.go("/sign-in")
    person.page.evaluate("document.querySelectorAll('main button').forEach(one => { one.tabIndex = -1 })")
    with pytest.raises(AssertionError, match="Tab does not lead"):
        person.fill("email", "ada@example.org")
        person.touch(person.thing("Sign in"))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_learner_buys_and_learns_without_scripts(arrive, language):
    require(isolation_available(), "isolation for code exercises (bubblewrap)")
    person = arrive(language, java_script_enabled=False, width=390)
    find_and_read(person)
    sign_up(person)
    buy(person)
    learn_a_lesson(person)
    assert PASSWORD not in person.page.content()
