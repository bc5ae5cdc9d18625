"""Somebody looks for work: from the list of openings through an interview to an agreed start, with the letters of each step."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .browser import Person
from .test_learner import sign_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHERE = {
    "en": ("Emma", "Harbour Software", "开发", "初级 Python 开发", "11500"),
    "zh-CN": ("Emil", "灯塔科技", "数据", "数据分析助理", "10500"),
}
"""In each language another employer and another opening, so that both can take their last free place."""


def apply(person: Person, word: str, title: str) -> str:
    """Find an opening by a word of it, read its terms, apply; gives the address's last part."""
    person.go("/openings")
    person.page.fill("main input[type=search]", word)
    with person.page.expect_navigation():
        person.page.press("main input[type=search]", "Enter")
    person.submit(f"main .catalogue a:has-text('{title}')")
    person.sees("These terms cannot be changed any more. A change would be a new opening.")
    person.fill("message", "I wrote a scheduler for my own choir. 我给合唱团写过排程。")
    person.press("Apply")
    return person.path.rsplit("/", 1)[1]


def propose(employer: Person, within: str, *, days: int) -> None:
    """Fill in two times, in some days, within a form that is open."""
    for n, hour in ((0, 10), (1, 15)):
        when = (datetime.now(UTC) + timedelta(days=days)).replace(hour=hour, minute=0)
        employer.page.locator(f"{within} input[name=times]").nth(n).fill(when.strftime("%Y-%m-%dT%H:%M"))


def meet(person: Person, employer: Person, own: str, theirs: str) -> None:
    """Times are proposed, none fits, others are, one is picked, and a calendar file says so."""
    employer.go(theirs)
    employer.reads("Wanderer")
    employer.press("To screening")
    employer.go(theirs)
    employer.unfold("Propose an interview")
    propose(employer, "form[action$='/interviews']", days=2)
    employer.press("Propose")
    person.go(own)
    person.unfold("None of these suits me")
    person.page.fill("details[open] input[name=words]", "Next week, please")
    person.press("Ask for other times")
    employer.go(theirs)
    employer.reads("Next week, please")
    propose(employer, "details[open] form[action$='/acts']", days=7)
    employer.press("Propose these instead")
    person.go("/career")
    person.press("Pick a time for an interview: %(title)s", title=person_title(person, own))
    person.page.locator("input[name=slot]").first.check()
    person.press("Take this time")
    file = person.thing("Into my calendar").get_attribute("href")
    answer = person.context.request.get(person.site + str(file))
    assert answer.headers["content-type"].startswith("text/calendar") and "BEGIN:VEVENT" in answer.text()


def person_title(person: Person, own: str) -> str:
    """What the opening is called, as its application's page says."""
    return str(person.context.request.get(person.site + own).text().split("<title>")[1].split(" · ")[0].split("</title>")[0])


def offer(employer: Person, theirs: str, pay: str) -> None:
    """An offer is written, approved and sent, with a fortnight to decide."""
    employer.go(theirs)
    employer.unfold("Write an offer")
    form = "details[open] form[action$='/offers']"
    first_day, last_day = (datetime.now(UTC).date() + timedelta(days=days) for days in (30, 14))
    typed = {"pay": pay, "weekly_hours": "40", "place": "上海", "start_on": first_day.isoformat()}
    for name, value in typed.items():
        employer.fill(name, value, within=form)
    employer.press("Save the offer")
    employer.press("Approve")
    employer.fill("decide_by", last_day.isoformat())
    employer.press("Send the offer")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_from_an_opening_to_an_agreed_start(arrive: Any, language: str) -> None:
    """Applied, met, offered, accepted; the start cannot be confirmed before its day."""
    who, organisation, word, title, pay = WHERE[language]
    person, employer = arrive(language), arrive(language)
    address = sign_up(person)
    employer.become(who)
    code = apply(person, word, title)
    own, theirs = f"/career/applications/{code}", f"/hire/applications/{code}"
    person.letter(address, "%(organisation)s has your application: %(title)s", organisation=organisation, title=title)
    meet(person, employer, own, theirs)
    person.letter(address, "The interview is agreed: %(title)s", title=title)
    offer(employer, theirs, pay)
    person.letter(address, "%(organisation)s makes you an offer: %(title)s", organisation=organisation, title=title)
    person.submit(f".letter a[href*='{own}']")
    person.unfold("Accept")
    person.press("Accept", within="details[open] form")
    assert person.path.startswith("/placements/")
    person.letter(address, "Agreed: %(title)s", title=title)
    person.submit(".letter a[href*='/placements/']")
    person.page.get_by_role("button", name=person.say("The work has begun")).click()
    person.sees("You can confirm the start from the first day of work on.")
    employer.go(theirs)
    employer.sees("It is closed, and so is what you could see. Erase what you copied.")
    assert "Wanderer" not in employer.page.inner_text("main")
