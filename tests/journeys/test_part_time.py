"""Part-time work by both sides: proposed, accepted, the paper attached, a week paid, corrected, disputed and mended."""

import secrets
from typing import Any

import pytest

from coursehub import clock
from coursehub.talent.working_days import local_day

from .browser import Person
from .test_learner import sign_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHERE = {"en": ("Emma", "Harbour Software"), "zh-CN": ("Emil", "灯塔科技")}
PAPER = {"name": "consent.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 from home"}


def offers_hours(worker: Person) -> None:
    """The worker says how many hours a week they have."""
    worker.go("/career/profile")
    worker.fill("headline", "Some hours a week")
    worker.fill("weekly_hours", "12")
    with worker.page.expect_navigation():
        worker.page.locator("main form.form button[type=submit]").first.click()


def opens_work(employer: Person, stan: Person, title: str) -> str:
    """The employer writes a part-time opening and the house publishes it; gives the last part of its address."""
    employer.go("/hire/openings/new")
    for name, text in (
        ("title", title),
        ("about", "每周两个下午评审合并请求。"),
        ("pay", "120"),
        ("weekly_hours", "10"),
        ("city", "上海"),
    ):
        employer.fill(name, text)
    for name, value in (("kind", "part_time"), ("form", "non_full_time"), ("pay_period", "hour")):
        employer.page.select_option(f"main [name='{name}']", value)
    employer.page.select_option("main [name='skill-0']", index=1)
    employer.press("Save the draft")
    employer.reads(title)
    employer.press("Ask the house to publish")
    own = employer.path.rsplit("/", 1)[1]
    stan.go("/house/openings")
    with stan.page.expect_navigation():
        stan.page.locator("article.panel").filter(has_text=title).get_by_role("button", name=stan.say("Publish")).click()
    return own


def proposes(employer: Person, application: str) -> str:
    """The employer proposes at the terms of the opening, from today on; gives the address of the engagement."""
    employer.go(application)
    employer.press("Propose work")
    employer.fill("about", "Reviews and teaching.")
    employer.fill("start_on", local_day(clock.now()).isoformat())
    employer.press("Propose")
    employer.sees("waits for the worker's answer")
    return employer.path


def accepts(worker: Person, employer: Person, work: str, title: str) -> None:
    """The worker finds the proposal on the desk and says yes; it begins once the paper of the own employer is there."""
    worker.go("/career")
    worker.press("Part-time work: %(title)s", title=title)
    assert worker.path == work
    worker.page.check("#a-paper")
    worker.press("Accept this work")
    worker.sees("a paper is still to come")
    worker.go("/career")
    worker.press("A paper is missing: %(title)s", title=title)
    worker.page.set_input_files("input[name=paper]", [PAPER])
    worker.press("Attach")
    worker.sees("the paper is attached")
    employer.go(work)
    employer.sees("running")
    employer.reads("Wanderer")
    assert PAPER["name"] not in employer.page.inner_text("main")


def hands_in(worker: Person, work: str, hours: str) -> str:
    """The worker fills in today and hands the week in; gives the address of the week."""
    worker.go("/career/work")
    form = worker.page.locator(f"form[action*='{work}/weeks']")
    form.locator(f"[name=day-{local_day(clock.now()).weekday()}]").fill(hours)
    with worker.page.expect_navigation():
        form.get_by_role("button", name=worker.say("Hand in the week")).click()
    worker.press("Read this week")
    worker.sees("handed in")
    return worker.path


def opens_from_the_desk(employer: Person, week: str) -> None:
    """The week stands on the employer's desk, with the day on which silence approves it."""
    employer.go("/hire")
    employer.sees("Counts as approved")
    employer.submit(f"main .todo a[href='{week}']")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_from_a_proposal_to_pay_and_through_a_dispute(arrive: Any, language: str) -> None:
    """Both sides, with the letters of each step; what was approved is corrected, disputed, mended and approved again."""
    who, organisation = WHERE[language]
    worker, employer, stan = arrive(language, width=390), arrive(language), arrive(language)
    address = sign_up(worker)
    employer.become(who)
    stan.become("Stan")
    title = f"代码评审 {secrets.token_hex(3)}"
    offers_hours(worker)
    opening = opens_work(employer, stan, title)
    worker.go(f"/openings/{opening}")
    worker.fill("message", "我评审过三年。")
    worker.press("Apply")
    work = proposes(employer, f"/hire/applications/{worker.path.rsplit('/', 1)[1]}")
    worker.letter(address, "%(organisation)s proposes part-time work: %(title)s", organisation=organisation, title=title)
    accepts(worker, employer, work, title)

    week = hands_in(worker, work, "3.5")
    opens_from_the_desk(employer, week)
    employer.press("Approve the hours")
    worker.go("/career/work")
    worker.reads("420.00")
    worker.sees("approved, not paid yet")

    worker.go(week)
    worker.unfold("Correct this week")
    worker.fill("words", "It was two hours and a half.", within="details[open]")
    worker.press("Correct this week", within="details[open] form")
    second = hands_in(worker, work, "2.5")
    assert second != week
    opens_from_the_desk(employer, second)
    employer.unfold("I see it differently")
    employer.fill("words", "The meeting took one hour.", within="details[open]")
    employer.press("Dispute this week")
    worker.go("/career")
    worker.press("Disputed: %(title)s", title=title)
    worker.reads("The meeting took one hour.")
    worker.fill("words", "I took it for two.")
    worker.press("Answer")
    employer.go(second)
    employer.reads("I took it for two.")
    worker.press("They are right, I mend it")
    worker.sees("This week stands in the place of an earlier one.")

    third = hands_in(worker, work, "1")
    opens_from_the_desk(employer, third)
    employer.press("Approve the hours")
    worker.go("/career/work")
    worker.reads("120.00")
    worker.go(week)
    worker.sees("corrected by another")
