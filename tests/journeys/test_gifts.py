"""A gift through the screens only: one person pays and hands over a link, another signs up and learns."""

import pytest

from .browser import Person
from .test_learner import pay, sign_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_one_person_gives_and_another_learns(arrive, language):
    giver: Person = arrive(language)
    sign_up(giver)
    giver.go("/courses/programming-with-python")
    giver.press("Give this course to somebody")
    giver.fill("words", "For your first program. 祝顺利！")
    giver.press("Pay for the gift")
    pay(giver, "pay")
    order = giver.path
    giver.waits_for(lambda: giver.has("nobody has a link"))
    giver.press("Make a link to hand over")
    link = giver.page.inner_text("main code")

    taker: Person = arrive(language, width=390)
    taker.go(link)
    taker.reads("For your first program. 祝顺利！")
    taker.sees("It is paid. Sign in to accept it; if you have no account yet, sign up first. The link keeps working.")
    sign_up(taker)
    taker.go(link)
    taker.press("Accept the course")
    assert taker.path.startswith("/learn/")

    giver.go(order)
    giver.sees("accepted")
    assert not giver.has("nobody has a link") and giver.page.locator("main a[href*='/learn/']").count() == 0
