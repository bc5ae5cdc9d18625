"""One page of each kind as each kind of person: accessible, whole on a phone, and nothing silenced by the content security policy."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from urllib.parse import urldefrag, urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from ..demo.test_demo import LINK, SKIP, shape
from .browser import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CROSS = ((320, "zh-CN", "light"), (1280, "en", "dark"))
CAST = ("Ada", "Emma", "Pia", "Eve", "Stan")
STARTS = (
    "/",
    "/desk",
    "/courses",
    "/account",
    "/orders",
    "/learn",
    "/credentials",
    "/support",
    "/studio",
    "/house",
    "/career",
    "/hire",
    "/search?q=数据",
)
STRANGER = (
    "/",
    "/courses",
    "/sign-in",
    "/sign-up",
    "/reset",
    "/terms",
    "/privacy",
    "/credentials/check",
    "/nothing-here",
    "/house/components",
)
RUN = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations'], elementRef: false}).then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html.slice(0, 160) + ' ' + (v.nodes[0].any[0]?.message ?? '').slice(0, 160)))"
WIDE = "document.documentElement.scrollWidth > innerWidth + 1"
CULPRITS = """[...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1
    && !one.closest('svg, pre, .tabs, .ways, .visually-hidden')).slice(0, 3).map(one => one.outerHTML.slice(0, 100))"""


def kind_of(path: str) -> str:
    """The shape of an address; steps and previews of courses count by their kind, not by their name."""
    return re.sub(r"/[\w-]+-(read|quiz|code|film|video)(?=[/?]|$)", r"/*-\1", shape(re.sub(r"=[^&]*", "", path)))


def kinds_of_pages(person: Person, starts: tuple[str, ...], seen_kinds: Counter[str]) -> Iterator[str]:
    """Addresses of one page of each kind this person can reach, found without a browser window; kinds seen before are left out."""
    queue, known = list(starts), set(starts)
    while queue:
        path = queue.pop(0)
        kind = kind_of(path)
        if SKIP.search(urlsplit(path).path) or seen_kinds[kind]:
            continue
        answer = person.context.request.get(person.site + path, max_redirects=0)
        if answer.status in (302, 303):
            queue.append(str(answer.headers.get("location", "/")).removeprefix(person.site))
            known.add(queue[-1])
            seen_kinds[kind] += 1
            continue
        if "text/html" not in answer.headers.get("content-type", "") or answer.status in (403,):
            continue
        seen_kinds[kind] += 1
        yield path
        for link in LINK.findall(answer.text()):
            local = urldefrag(unescape(link)).url
            if local.startswith("/") and not local.startswith("//") and local not in known:
                known.add(local)
                queue.append(local)


def faults(person: Person, path: str, width: int) -> list[str]:
    """What is wrong with one page."""
    person.page.goto(person.site + path, wait_until="load")
    person.page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    person.page.evaluate(AXE_SCRIPT)
    found = [f"{path}: {line}" for line in person.page.evaluate(RUN, RULES)]
    if width == 320:
        person.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = false })")
        if person.page.evaluate(WIDE):
            found.append(f"{path}: scrolls sideways: {person.page.evaluate(CULPRITS)}")
    return found


@pytest.mark.parametrize(("width", "language", "theme"), CROSS)
def test_every_kind_of_page_is_accessible(arrive, width, language, theme):
    wrong: list[str] = []
    visited = 0
    seen: Counter[str] = Counter()
    for name in (None, *CAST):
        person = arrive(language, width=width)
        if name:
            person.become(name)
        person.context.add_cookies([{"name": "theme", "value": theme, "url": person.site}])
        seen.subtract(shape(path) for path in ("/", "/courses") if seen[shape(path)])
        for path in kinds_of_pages(person, STARTS if name else STRANGER, seen):
            visited += 1
            wrong += [f"{name} {line}" for line in faults(person, path, width)]
    assert wrong == [], "\n".join(wrong[:40])
    assert visited > 60


def test_pale_letters_a_picture_without_words_and_a_wide_table_are_found(arrive):
    person = arrive("en", width=320)
    person.page.route("**/terms", lambda route: route.fulfill(body=BAD, content_type="text/html"))
    found = faults(person, "/terms", 320)
    assert {"image-alt", "color-contrast"} <= {line.split(": ")[1] for line in found}
    assert any("scrolls sideways" in line for line in found)


BAD = """<!doctype html><html lang="en"><title>x</title><meta name="viewport" content="width=device-width"><main><h1>x</h1><img src="data:,">
<p style="color:#bbb;background:#fff">pale</p><div style="width:600px">wide</div></main></html>"""
