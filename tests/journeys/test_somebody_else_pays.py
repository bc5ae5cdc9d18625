"""Somebody else pays, through the screens only: a gift that another accepts, and an employer that pays by invoice."""

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


def test_an_employer_pays_by_invoice(arrive):
    learner: Person = arrive("zh-CN")
    sign_up(learner)
    learner.go("/courses/programming-with-python/employer")
    learner.fill("words", "组里的报表以后由我来写。")
    learner.press("Make the link")
    link = learner.page.inner_text("main code")
    learner.go("/orders")
    assert learner.page.locator("main tbody tr").count() == 0

    employer: Person = arrive("en")
    employer.become("Emma")
    employer.go(link)
    employer.unfold("Pay by invoice")
    employer.fill("reference", "PO-2042")
    employer.press("Make out the invoice")
    employer.reads("PO-2042")
    number = employer.page.inner_text("main h1")
    sheet = employer.path

    finance: Person = arrive("zh-CN")
    finance.become("Fay")
    finance.go(sheet.replace("/hire/", "/house/"))
    finance.press("Mark a payment")
    finance.fill("bank_reference", "JOURNEY-1")
    finance.press("Mark as received")
    assert number

    learner.go("/orders")
    learner.submit("main tbody a")
    learner.waits_for(lambda: learner.page.locator("main a[href*='/learn/']").count() > 0)
