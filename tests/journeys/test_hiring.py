"""Somebody is hired: an opening, an application, an interview, an offer and its answer; and the board by keyboard alone."""

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

import pytest

from .browser import Person
from .test_ways_of_buying import Typist

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEARNER = "Ada"


def open_a_place(emma: Person, stan: Person, title: str) -> str:
    """Emma writes an opening, the house publishes it; gives the address of the opening."""
    emma.go("/hire")
    emma.press("New opening")
    for name, text in (("title", title), ("about", "每周写两条数据管道。"), ("pay", "9000"), ("city", "上海")):
        emma.fill(name, text)
    emma.page.select_option("main [name='skill-0']", index=1)
    emma.press("Save the draft")
    own = emma.page.url
    emma.press("Ask the house to publish")
    stan.go("/house/openings")
    with stan.page.expect_navigation():
        stan.page.locator("article.panel").filter(has_text=title).get_by_role("button", name=stan.say("Publish")).click()
    emma.go(own)
    emma.sees("It takes applications")
    return own


def apply(ada: Person, title: str, own: str) -> None:
    """Ada finds it by its words and applies with her name."""
    ada.go(f"/openings?q={title.rsplit(maxsplit=1)[-1]}")
    ada.page.locator("main a").filter(has_text=title).first.click()
    ada.page.wait_for_url(re.compile(r"/openings/\w+$"))
    assert own.rsplit("/", 1)[1] in ada.page.url
    ada.fill("message", "我写过一条。")
    ada.press("Apply")
    assert ada.path.startswith("/career/applications/")


def arrange_an_interview(emma: Person, ada: Person, own: str) -> str:
    """Emma moves the card to screening and proposes times; Ada picks one. Gives the address of the application."""
    emma.go(f"{own}/board")
    card = emma.page.locator(".card[data-card]")
    assert card.count() == 1 and "Ada" not in card.inner_text(), "no name before somebody asks for it"
    with emma.page.expect_navigation():
        card.locator("form button").click()
    assert emma.page.locator(".board__column").nth(1).locator(".card[data-card]").count() == 1
    with emma.page.expect_navigation():
        emma.page.locator(".card__head a").click()
    emma.reads("Ada")
    emma.unfold("Propose an interview")
    days = [(datetime.now() + timedelta(days=n)).strftime("%Y-%m-%dT10:00") for n in (3, 4)]  # noqa: DTZ005  as typed
    form: Any = emma.page.locator("#interviews form[action$='/interviews']")
    for n, when in enumerate(days):
        form.locator("[name=times]").nth(n).fill(when)
    form.locator("[name=place]").fill("https://meet.example.org/1")
    emma.press("Propose", within="#interviews")
    ada.go(ada.page.url)
    ada.page.locator("#interviews [name=slot]").nth(1).check()
    ada.press("Take this time", within="#interviews")
    emma.go(emma.page.url.split("#")[0])
    emma.sees("time agreed")
    return emma.page.url


def make_an_offer(emma: Person, ada: Person) -> None:
    """Emma writes, approves and sends an offer; Ada accepts."""
    emma.unfold("Write an offer", within="#offers")
    form: Any = emma.page.locator("#offers form[action$='/offers']")
    form.locator("[name=pay]").fill("9500")
    form.locator("[name=place]").fill("上海")
    today = datetime.now()  # noqa: DTZ005  as typed
    form.locator("[name=start_on]").fill((today + timedelta(days=30)).strftime("%Y-%m-%d"))
    emma.press("Save the offer", within="#offers")
    emma.press("Approve", within="#offers")
    emma.fill("decide_by", (today + timedelta(days=21)).strftime("%Y-%m-%d"), within="#offers")
    emma.press("Send the offer", within="#offers")
    emma.sees("out, waits for the answer")
    ada.go(ada.page.url.split("#")[0])
    ada.reads("9,500.00")
    ada.unfold("Accept")
    with ada.page.expect_navigation():
        ada.page.locator(".confirm__body button").filter(has_text=ada.say("Accept")).locator("visible=true").click()
    assert ada.path.startswith("/placements/")
    ada.sees("First day of work")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_place_is_filled(arrive, language):
    emma, ada, stan = arrive(language), arrive(language, width=390), arrive(language)
    emma.become("Emma")
    ada.become(LEARNER)
    stan.become("Stan")
    title = f"数据工程师 {secrets.token_hex(4)}"
    own = open_a_place(emma, stan, title)
    apply(ada, title, own)
    arrange_an_interview(emma, ada, own)
    make_an_offer(emma, ada)
    emma.go("/hire/placements")
    emma.reads(title)
    emma.go(own)
    emma.sees("filled")
    opening = own.rsplit("/", 1)[1]
    emma.go(f"/hire/reports?days=90&opening={opening}")
    emma.sees("Time to hire")
    assert emma.page.locator("#funnel .bars__value").all_inner_texts()[-1].startswith("1 ")


def column_of(emma: Person, card: str) -> int:
    """In which column a card stands."""
    columns = emma.page.locator(".board__column")
    return next(n for n in range(columns.count()) if columns.nth(n).locator(f"[id='{card}']").count())


def focused(emma: Person) -> str:
    """What the keyboard is at."""
    return str(emma.page.evaluate("document.activeElement.id"))


def test_cards_move_by_keyboard_alone(arrive):
    emma = arrive("zh-CN", kind=Typist)
    emma.become("Emma")
    emma.go("/hire/openings")
    emma.touch(emma.page.locator("main tr:has-text('初级 Python 开发') td a[href$='/board']").first)
    emma.page.wait_for_url(re.compile("/board$"))
    keys = emma.page.keyboard
    for _step in range(80):
        if focused(emma).startswith("card-"):
            break
        keys.press("Tab")
    first = focused(emma)
    assert first.startswith("card-") and column_of(emma, first) == 0
    keys.press("ArrowRight")
    assert column_of(emma, focused(emma)) > 0
    keys.press("ArrowLeft")
    assert focused(emma) == first
    keys.press("Space")
    assert emma.page.locator(f"[id='{first}'] [type=checkbox]").is_checked()
    with emma.page.expect_navigation():
        keys.press("Shift+ArrowRight")
    assert column_of(emma, first) == 1
    assert focused(emma) == first, "the focus stays with the card"
    emma.press("Undo this move")
    assert column_of(emma, first) == 0
    emma._walk_to(emma.page.locator(f"[id='{first}']"))
    with emma.page.expect_navigation():
        keys.press("Enter")
    assert emma.path.startswith("/hire/applications/")
