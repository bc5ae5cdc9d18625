"""A day in the back office: money, messages, reports, books, jobs, letters, a look as somebody, a new partner."""

import re
import secrets
from typing import Any

import pytest

from .browser import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def ask_for_money_back(learner: Person) -> str:
    """A learner of the demo asks after the window; gives their words."""
    words = f"换了工作 {secrets.token_hex(4)}"
    learner.go("/orders")
    orders = [str(a.get_attribute("href")) for a in learner.page.locator("main a[href^='/orders/']").all()]
    for order in reversed(dict.fromkeys(orders)):  # the oldest, whose window is over
        learner.go(order)
        if learner.page.locator("#refund details").count():
            break
    learner.unfold("Ask for your money back", within="#refund")
    learner.page.fill("#refund textarea", words)
    learner.press("Ask for your money back", within="#refund form")
    learner.reads(words)
    learner.sees("You asked for your money back.")
    return learner.page.url


def give_a_part_back(stan: Person, learner: Person, order: str) -> None:
    """Staff decide: a part comes back, and the enrolment goes on."""
    stan.go("/house/refunds")
    number = order.rsplit("/", 1)[1].split("#", maxsplit=1)[0].split("?", maxsplit=1)[0]
    request: Any = stan.page.locator("article.panel").filter(has=stan.page.locator(f"a[href$='/house/orders/{number}']"))
    request.locator("summary").click()
    request.locator("input[value=approved]").check()
    request.locator("input[name=amount]").fill("50")
    request.locator("textarea[name=answer]").fill("50 元退给您，课程继续有效。")
    with stan.page.expect_navigation():
        request.locator("button[type=submit]").click()
    learner.go(order)
    learner.waits_for(lambda: "50" in learner.page.inner_text("#refund .list"))
    assert learner.page.locator("main a[href*='/learn/']").count() > 0, "a part does not end the enrolment"


def answer_a_message(stan: Person, learner: Person, order: str, address: str) -> None:
    """A learner writes about the order; staff answer; a letter goes out and the answer stands on the order."""
    words, reply = f"发票 {secrets.token_hex(4)}", f"好的 {secrets.token_hex(4)}"
    learner.go(order)
    learner.page.fill("#support textarea", words)
    learner.press("Send to the house", within="#support")
    stan.go("/house/support")
    message = stan.page.locator("article.panel").filter(has_text=words)
    message.locator("textarea").fill(reply)
    with stan.page.expect_navigation():
        message.locator("button[type=submit]").click()
    learner.go(order)
    learner.reads(reply)
    stan.go(f"/house/outbox?q={address}")
    stan.waits_for(lambda: stan.page.locator("main table tbody tr").count() > 0)
    stan.submit("main table a")
    stan.waits_for(lambda: reply in stan.page.inner_text("main"), reload=False, seconds=1)


def judge_a_report(stan: Person, learner: Person) -> None:
    """A learner reports a review; staff keep it and say why."""
    why = f"不实 {secrets.token_hex(4)}"
    learner.go("/courses/tests-you-can-trust")
    learner.submit("main a[href*='/reports/new?subject=course']")
    learner.page.select_option("main select[name=why]", "other")
    learner.fill("text", why)
    learner.press("Send the report")
    stan.go("/house/reports")
    for link in [str(a.get_attribute("href")) for a in stan.page.locator("main table a").all()]:
        stan.go(link)
        if why in stan.page.inner_text("main"):
            break
    stan.page.check("main input[name=decision][value=keep]")
    stan.fill("text", "我们读过了，它可以留着。")
    stan.press("Save the decision")
    stan.go("/house/reports?state=decided")
    assert stan.page.locator("main table tbody tr").count() >= 1


def read_the_books(stan: Person) -> None:
    """Accounts, one journal, and the proof; nothing waits dead in the queue."""
    stan.go("/house/books")
    stan.go("/house/books/journals")
    stan.submit("main table a[href*='/house/books/journals/']")
    stan.go("/house/books/check")
    assert stan.page.locator("main .notice--done").count() == 1
    stan.go("/house/jobs?state=dead")
    stan.sees("No dead jobs")
    stan.go("/house/outbox")
    assert stan.page.locator("main table tbody tr").count() > 5


def look_as(stan: Person, learner: Person, address: str) -> None:
    """Staff look as the learner, cannot change anything, and the learner can read that they did."""
    reason = f"付款问题 {secrets.token_hex(4)}"
    stan.go("/house/people")
    stan.page.fill("main input[type=search]", address)
    stan.press("Search")
    looking = stan.page.locator("main form[action$='/look']")
    assert looking.count() == 1, stan.page.url + stan.page.inner_text("main")
    looking.locator("input[type=text], textarea").first.fill(reason)
    with stan.page.expect_navigation():
        looking.locator("button[type=submit]").click()
    assert stan.page.locator(".banner--waits").count() == 1
    stan.go("/orders")
    assert stan.page.locator("main a[href^='/orders/']").count() >= 1, "the learner's own orders"
    stan.go("/support")
    stan.fill("text", "not mine to write")
    stan.press("Send")
    learner.go("/support")
    assert "not mine to write" not in learner.page.inner_text("main")
    stan.go("/")
    stan.press("Stop looking", within=".banner--waits")
    assert stan.page.locator(".banner--waits").count() == 0
    learner.go("/account/privacy")
    learner.reads(reason)


@pytest.mark.parametrize(
    ("language", "name", "address"), [("zh-CN", "Ada", "ada@example.org"), ("en", "Theo", "theo@example.org")]
)
def test_a_day_in_the_back_office(arrive, language, name, address):
    stan, learner = arrive(language), arrive(language)
    stan.become("Stan")
    learner.become(name)
    order = ask_for_money_back(learner)
    give_a_part_back(stan, learner, order)
    answer_a_message(stan, learner, order, address)
    judge_a_report(stan, learner)
    read_the_books(stan)
    look_as(stan, learner, address)


@pytest.mark.parametrize(("language", "who"), [("zh-CN", "林可"), ("en", "Theo")])
def test_an_organisation_applies_and_becomes_a_partner(arrive, language, who):
    name = f"Quay {secrets.token_hex(3)}"
    founder, stan = arrive(language), arrive(language)
    founder.become(who)
    founder.go("/account/organisations")
    founder.press("Found an organisation")
    founder.fill("name", f"码头 {name}")
    founder.fill("name_en", name)
    founder.press("Found it")
    organisation = founder.page.url
    if founder.thing("Apply as a partner").count() == 0:
        founder.go("/account/organisations")
        founder.submit(f"main a:has-text('{name}')")
        organisation = founder.page.url
    founder.press("Apply as a partner")
    founder.fill(
        "about", "关于海图与潮汐的课程，写给出海的人。Courses about charts and tides for people who sail, in Chinese and English."
    )
    founder.press("Send the application")
    founder.sees("Your application to sell courses is with the house")
    stan.become("Stan")
    stan.go("/house/organisations")
    stan.submit(f"main .todo a:has-text('{name}')")
    stan.page.check("main input[name=verdict][value=approve]")
    stan.press("Answer")
    founder.go(organisation)
    assert founder.page.locator("main .tag--done").count() >= 1
    founder.go("/studio")
    founder.sees("No course yet")
    assert re.fullmatch(r"/studio", founder.path)
