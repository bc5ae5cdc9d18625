"""A month of a pass that a bank took back, by all whom it concerns: finance, the subscriber, the partner, and the bank itself."""

from collections.abc import Callable

import pytest

from coursehub.demo.players import PASSWORD

from ..demo.conftest import BuiltDemo
from .browser import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SUBSCRIBER = "lizimo@example.org"
"""The learner of the demo whose bank took a month back; their letters are in Chinese."""
NAMES = {"zh-CN": "数据与编程畅学卡", "en": "Data and code pass"}


def find_the_dispute(fay: Person) -> str:
    """Finance finds it among those that wait, reads what to hand in and what it took; the rail's number."""
    fay.become("Fay")
    fay.go("/house/disputes")
    fay.submit(f"main table a:has-text('{NAMES[fay.language]}')")
    fay.sees("The bank waits for our evidence.")
    fay.sees("What it took, and from whom")
    fay.reads("北风编程" if fay.language == "zh-CN" else "Northwind")
    found: str = fay.page.locator("main dd", has_text="du_").inner_text().strip()
    fay.submit("main p a[href*='/house/pools/']")
    fay.sees("Periods")
    assert fay.page.locator("main td a[href*='/house/disputes/']").count() == 1
    return found


def read_own_page(subscriber: Person) -> None:
    """The subscriber reads what happened and that nothing more is charged."""
    subscriber.come_back(SUBSCRIBER, PASSWORD)
    subscriber.go("/subscriptions")
    subscriber.submit("main a[href*='/subscriptions/']")
    subscriber.sees("Your bank is looking into a payment")
    subscriber.sees("Your courses stay open.")
    subscriber.sees("taken by your bank, not decided yet")
    assert not subscriber.page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_bank_takes_a_month_of_a_pass_and_decides_for_us(arrive: Callable[..., Person], built_demo: BuiltDemo) -> None:
    for language in ("en", "zh-CN"):
        number = find_the_dispute(arrive(language))
    fay = arrive("zh-CN")
    fay.become("Fay")
    read_own_page(arrive("en", width=390))
    subscriber = arrive("zh-CN")
    read_own_page(subscriber)
    subscriber.press("Go on after all")
    subscriber.sees("It goes on and renews as before.")
    bank = arrive("zh-CN")
    bank.page.goto(f"http://localhost:{built_demo.env['COURSEHUB_SANDBOX_PORT']}/bank")
    with bank.page.expect_navigation():
        bank.page.locator(f"form[action$='{number}'] button[value=won]").click()
    subscriber.waits_for(lambda: not subscriber.has("Your bank is looking into a payment"))
    fay.go("/house/disputes")
    fay.submit(f"main table a:has-text('{NAMES['zh-CN']}')")
    fay.sees("What came back")
    fay.letter(SUBSCRIBER, "Your bank has decided about a payment for %(title)s", title=NAMES["zh-CN"])
