"""A person at a browser: reads the page's words in their language, presses what is written on it, fills in what is asked."""

import re
import time
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from babel.messages.pofile import read_po

from coursehub.web.locale import CATALOGUES

ONLY_US = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
PATIENCE = 15_000


@cache
def chinese() -> dict[str, str]:
    """Every English sentence of the product with its Chinese one."""
    found: dict[str, str] = {}
    for file in sorted(CATALOGUES.glob("*.po")):
        with file.open("rb") as stream:
            for message in read_po(stream, locale="zh_Hans_CN"):
                if message.id:
                    one = message.id if isinstance(message.id, str) else message.id[0]
                    said = message.string if isinstance(message.string, str) else message.string[0]
                    found.setdefault(one, said)
    return found


class Person:
    """One browser with one history. `words` are always written in English here and looked up in the reader's language."""

    def __init__(self, context: Any, site: str, language: str) -> None:
        self.context = context
        self.site = site
        self.language = language
        self.complaints: list[str] = []
        context.add_cookies([{"name": "language", "value": language, "url": site}])
        context.set_default_timeout(PATIENCE)
        self.page = context.new_page()
        self.page.on("console", self._listen)
        self.page.on("pageerror", self._note)

    def _note(self, error: Any) -> None:
        if "Transition was" not in str(error):  # Chromium's own animation between two pages, overtaken by the next page
            self.complaints.append(str(error))

    def _listen(self, line: Any) -> None:
        if line.type == "error" and "Failed to load resource" not in line.text:
            self.complaints.append(line.text)

    def say(self, words: str, **values: Any) -> str:
        """These words as the reader's language has them."""
        said = words
        if self.language == "zh-CN":
            assert words in chinese(), f"no such sentence in the product: {words}"
            said = chinese()[words]
        return said % values if values else said.replace("%%", "%")

    def go(self, path: str) -> None:
        """Open a page by its address."""
        answer = self.page.goto(path if path.startswith("http") else self.site + path)
        assert answer is None or answer.status < 400, f"{path}: {answer.status}"

    def thing(self, words: str, *, within: str = "main", part: bool = False, **values: Any) -> Any:
        """The link, button or summary that bears these words."""
        said = re.escape(self.say(words, **values))
        pattern = re.compile(said if part else rf"^\s*{said}\s*$")
        return self.page.locator(within).locator("a, button, summary").filter(has_text=pattern).locator("visible=true").first

    def press(self, words: str, *, within: str = "main", part: bool = False, **values: Any) -> None:
        """Press a link or a button that leads on."""
        thing = self.thing(words, within=within, part=part, **values)
        with self.page.expect_navigation():
            self.touch(thing)

    def unfold(self, words: str, *, within: str = "main") -> None:
        """Open a disclosure that stays on the page."""
        self.touch(self.thing(words, within=within))

    def touch(self, thing: Any) -> None:
        """Use a control; a reader without a mouse does it otherwise."""
        thing.click()

    def submit(self, selector: str) -> None:
        """Press a control found by its place, where its words depend on the course."""
        with self.page.expect_navigation():
            self.touch(self.page.locator(selector).locator("visible=true").first)

    def fill(self, name: str, text: str, *, within: str = "main") -> None:
        """Type into the field of this name."""
        self.page.locator(f"{within} [name='{name}']").locator("visible=true").first.fill(text)

    def sees(self, words: str, **values: Any) -> None:
        """These words stand on the page."""
        self.reads(self.say(words, **values))

    def reads(self, text: str) -> None:
        """This very text stands on the page, however it is broken into lines."""
        shown = " ".join(self.page.inner_text("main").split())
        assert " ".join(text.split()) in shown, f"{self.page.url} does not say “{text}” but: {shown[:2500]}"

    def waits_for(self, what: Callable[[], bool], *, reload: bool = True, seconds: float = 90) -> None:
        """Look again and again, as people do while the worker is at it."""
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, f"waited in vain at {self.page.url}: {self.page.inner_text('main')[:1500]}"
            time.sleep(0.4)
            if reload:
                self.page.reload()

    def has(self, words: str, **values: Any) -> bool:
        """Whether these words stand on the page."""
        return " ".join(self.say(words, **values).split()) in " ".join(self.page.inner_text("main").split())

    @property
    def path(self) -> str:
        """Where the person is."""
        return urlsplit(self.page.url).path

    def become(self, name: str) -> None:
        """Sign in as one of the demo's cast, by one click."""
        self.context.clear_cookies()
        self.context.add_cookies([{"name": "language", "value": self.language, "url": self.site}])
        self.go("/sign-in")
        with self.page.expect_navigation():
            self.page.locator("form[action$='/sign-in/demo'] button").filter(
                has_text=re.compile(f"^{re.escape(name)}")
            ).first.click()
        self._keep_language()

    def come_back(self, address: str, password: str) -> None:
        """Sign in with a password."""
        self.context.clear_cookies()
        self.context.add_cookies([{"name": "language", "value": self.language, "url": self.site}])
        self.go("/sign-in")
        self.fill("email", address)
        self.fill("password", password)
        with self.page.expect_navigation():
            self.page.press("main input[name=password]", "Enter")
        self._keep_language()

    def _keep_language(self) -> None:
        """Read on in one's own language, whichever the account prefers."""
        chosen = "中文" if self.language == "en" else "English"
        if self.page.locator(".bar__switch button[name=language]").inner_text() != chosen:
            self.submit(".bar__switch button[name=language]")

    def letter(self, to: str, subject: str, **values: Any) -> None:
        """Open the newest letter to an address, as soon as it is written. Words as strings would be found in any case: “Agreed” in “is agreed”."""
        about = re.compile(re.escape(self.say(subject, **values)))
        self.go(f"/outbox?q={to}")
        link = self.page.locator("main table a").filter(has_text=about)
        self.waits_for(lambda: link.count() > 0)
        with self.page.expect_navigation():
            link.first.click()

    def confirm(self) -> None:
        """Confirm that it is really the person, where the page asks for it."""
        if "confirm-it-is-you" in self.page.url:
            self.press("Continue without a password")

    def close(self) -> None:
        """Leave; nothing may have been refused by the content security policy or failed in a script."""
        self.context.close()
        assert self.complaints == [], self.complaints
