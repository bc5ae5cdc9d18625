"""Finance hands in the bank's file: a wrong one is refused, a right one booked, and what it brought is placed and taken back."""

from datetime import timedelta

import pytest

from coursehub import clock

from ..billing.statement import Told, camt
from .browser import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ACCOUNT = "0000 1111 2222"
"""Of the demo's house."""


def hand_in(fay: Person, raw: bytes) -> None:
    fay.go("/house/bank")
    file = {"name": "camt.xml", "mimeType": "application/xml", "buffer": raw}
    fay.page.set_input_files("main input[type=file]", file)
    fay.press("Read the statement")


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 1280), ("en", 390)])
def test_finance_books_the_banks_file_and_decides_about_a_strangers_money(arrive, language, width):
    fay = arrive(language, width=width)
    fay.become("Fay")
    reference = f"J-{language}"
    line = Told(
        6_600, words="cooperation", reference=reference, party="Rivers and Sons", on=f"{clock.now() - timedelta(days=2):%Y-%m-%d}"
    )
    hand_in(fay, camt(line, account=ACCOUNT, closing=106_601))
    assert fay.path == "/house/bank" and fay.page.locator("main input[type=file]").is_visible(), "a cent too much is refused"
    right = camt(line, account=ACCOUNT, number=reference)
    hand_in(fay, right)
    fay.sees("Nothing of this statement stands in the books yet.")
    fay.reads("Rivers and Sons")
    fay.unfold("Book the statement")
    fay.press("Book the statement", within=".confirm__body")
    fay.sees("waits in suspense")
    fay.go("/house/bank/suspense")
    waiting = fay.page.locator("main table tr").filter(has_text=reference)
    with fay.page.expect_navigation():
        waiting.locator("a.button, .is-action a").first.click()
    fay.unfold("It is no receipt, or stands in the books by another way")
    fay.fill("words", "interest", within="form[action$='/set-aside']")
    fay.press("Take it off the list")
    fay.sees("All of it has its place.")
    entry = fay.path
    fay.go("/house/bank/suspense")
    assert waiting.count() == 0
    fay.go(entry)
    fay.unfold("Undo")
    fay.fill("reason", "it was not interest", within="form[action$='/undone']")
    fay.submit("form[action$='/undone'] button[type=submit]")
    fay.sees("Assign it")
    hand_in(fay, right)
    fay.sees("This file was booked before. Every file counts once.")
