"""Two of finance share out what reconciliation lists: one hands a line of the bank over, the other explains it and thinks again."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIST = "/house/payouts/reconciliation"
LINE = "po-4471"
"""Of the demo: a line of the bank's answer that matches nothing, which Fay looks after."""


@pytest.mark.parametrize("width", [1280, 390])
def test_a_line_is_handed_over_explained_by_a_colleague_and_listed_again(arrive, width):
    """Fay works in Chinese, Stan in English."""
    fay, stan = arrive("zh-CN", width=width), arrive("en", width=width)
    fay.become("Fay")
    stan.become("Stan")
    fay.go("/house")
    fay.submit(f"main a[href='{LIST}?whose=mine']")
    fay.reads(LINE)
    fay.submit(f"main tr:has-text('{LINE}') a[href*='/reconciliation/of/line/']")
    item = fay.path
    fay.sees("What to do")
    fay.page.select_option("main select[name=to]", label=str(fay.page.locator("main select[name=to] option").first.inner_text()))
    fay.press("Hand it over")
    fay.go(f"{LIST}?whose=mine")
    assert LINE not in fay.page.inner_text("main")
    stan.go("/house")
    stan.submit(f"main a[href='{LIST}?whose=mine']")
    stan.unfold("Explain")
    stan.fill("words", "a transfer of the house's own")
    stan.press("Keep the explanation")
    fay.go(item)
    fay.sees("Nothing of this waits any more.")
    stan.go(f"{LIST}/explained?q={LINE}")
    stan.reads("a transfer of the house's own")
    stan.unfold("Take it back")
    stan.fill("words", "another house")
    stan.press("It was not so")
    fay.go(item)
    fay.press("I look after it")
    fay.sees("You look after it now.")
    assert re.search(r"po-4471", fay.page.inner_text("main"))
    fay.go(f"{LIST}/movements")
    fay.fill("q", "du_")
    fay.press("Search", within="form.search")
    assert fay.page.locator("main table tbody tr").count() >= 1
