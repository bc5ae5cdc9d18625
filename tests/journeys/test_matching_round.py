"""A matching round with its host: drafted, announced, lists and rankings sealed, run, certified, answered, closed."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from coursehub import clock
from coursehub.demo.players import PASSWORD
from coursehub.talent.working_days import end_of, local_day

from .browser import Person
from .later import LaterSite, later_site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STEPS = {
    "lists_until_at": 10, "ranks_until_at": 13, "accept_until_at": 27, "second_lists_until_at": 32, "second_ranks_until_at": 35,
    "second_accept_until_at": 49,
}  # fmt: skip
SEATS = {"en": ("Emma", "Emil"), "zh-CN": ("Emil", "Emma")}
"""Whose seats; the first is what both learners want most, and it ranks Grace before Tomás."""
LEARNERS = ("grace", "tomas")
"""Two who have neither worked for these employers nor applied to them."""
TITLE = "Spring intake 春季双选"


@pytest.fixture
def later(built_demo, tmp_path, monkeypatch):
    with later_site(built_demo, tmp_path / "later", monkeypatch) as site:
        yield site


class Round:
    """The round of one journey: its people, its address, and the last day of each step."""

    def __init__(self, come: Callable[[], Person], later: LaterSite) -> None:
        self.later = later
        self.begun_on = local_day(clock.now())
        self.people: dict[str, Person] = {}
        self.come = come
        self.public_id = ""

    def person(self, name: str) -> Person:
        """Somebody of the demo at their own browser, signed in today."""
        if name not in self.people:
            self.people[name] = self.come()
        if name in LEARNERS:
            self.people[name].come_back(f"{name}@example.org", PASSWORD)
        else:
            self.people[name].become(name)
        return self.people[name]

    def day(self, step: str) -> Any:
        return self.begun_on + timedelta(days=STEPS[step])

    def pass_by(self, step: str) -> None:
        """The last day of a step goes by, and the worker does what is due."""
        self.later.wait_until(end_of(self.day(step)))

    def host(self) -> Person:
        """The host in front of the round's page."""
        stan = self.person("Stan")
        stan.go(f"/house/rounds/{self.public_id}")
        return stan

    def at(self, name: str, place: str) -> Person:
        """Somebody in front of the round's page of their own side."""
        person = self.person(name)
        person.go(f"/{place}/rounds/{self.public_id}")
        return person


def draft(story: Round) -> None:
    """The host writes title and dates; the rules stand there to begin with."""
    stan = story.person("Stan")
    stan.go("/house/rounds")
    stan.press("Draft a round")
    stan.fill("title", TITLE)
    for step in STEPS:
        stan.fill(step, story.day(step).isoformat())
    stan.press("Save the draft")
    story.public_id = stan.path.rsplit("/", 1)[1]
    stan.sees("being prepared")
    stan.sees("No seat yet")


def enter_seat(story: Round, name: str) -> str:
    """An employer enters one place of its first open opening; gives the public id of the opening."""
    employer = story.at(name, "hire")
    option = employer.page.locator("#opening option").first
    opening = str(option.get_attribute("value"))
    employer.fill("start_on", (story.begun_on + timedelta(days=70)).isoformat())
    employer.press("Enter the seat")
    employer.sees("Take out")
    return opening


def announce(story: Round) -> str:
    """From now on everything is fixed; gives the hash that everybody can compute."""
    stan = story.host()
    stan.press("Announce the round")
    stan.sees("learners write their lists")
    stan.sees("Hash of rules, dates and seats")
    answer = stan.context.request.get(f"{stan.site}/alliance/rounds/{story.public_id}/rules.json")
    assert {seat["places"] for seat in answer.json()["seats"]} == {1} and len(answer.json()["seats"]) == 2
    return str(answer.text())


def seal_list(story: Round, name: str, wanted: list[str]) -> None:
    """A learner numbers the seats; the order can be read by nobody else."""
    person = story.person(name)
    person.go("/career")
    person.go(f"/career/rounds/{story.public_id}")
    for place, opening in enumerate(wanted, 1):
        person.fill(f"position-{opening}", str(place))
    person.page.locator("main form").filter(has_text=person.say("Seal the list")).locator(".buttons button").first.click()
    person.waits_for(lambda: person.has("Sealed. You can still change it."), reload=False)


def rank(story: Round, name: str, opening: str, headlines: list[str]) -> None:
    """An employer ranks who asked, by what they say of themselves, without a name."""
    employer = story.at(name, "hire")
    employer.press("Rank")
    text = employer.page.inner_text("main")
    assert "Grace" not in text and "Tomás" not in text
    for place, headline in enumerate(headlines, 1):
        line = employer.page.locator(".ranking > li").filter(has_text=headline)
        line.locator("input[name^='rank-']").fill(str(place))
    employer.press("Seal the ranking")
    employer.sees("sealed")


def keep_certificate(story: Round, name: str) -> dict[str, Any]:
    """A learner reads the certificate, which is checked on the page, and keeps its file."""
    person = story.at(name, "career")
    person.press("Your certificate, and how to check it")
    person.sees("Checked just now: it is your sealed list, your result, and it hangs below the root that everybody sees.")
    file = str(person.thing("Download (JSON)").get_attribute("href"))
    return dict(json.loads(person.context.request.get(person.site + file).text()))


def progress(story: Round) -> list[str]:
    """How far the first run is, as its host reads it: lists, rankings, sealed, run, and learners with a seat."""
    return list(story.host().page.locator("main .facts").first.locator("dd").all_inner_texts())


def accepted_at(story: Round, name: str) -> int:
    """How many people an employer reads to have said yes; a no shows nowhere."""
    return int(story.at(name, "hire").page.locator("main a[href*='/hire/applications/']").count())


def describe(story: Round, name: str, headline: str) -> None:
    """A learner says a line by which an employer can tell them apart."""
    person = story.person(name)
    person.go("/career/profile")
    person.fill("headline", headline)
    with person.page.expect_navigation():
        person.page.locator("main form.form button[type=submit]").first.click()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_round_from_its_draft_to_its_end(chromium: Any, later: LaterSite, language: str) -> None:
    """Time alone moves it; the host reads how far it is and never a list."""
    contexts: list[Any] = []

    def come() -> Person:
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce"))
        return Person(contexts[-1], later.address, language)

    story = Round(come, later)
    first, second = SEATS[language]
    winner, other = LEARNERS
    describe(story, winner, "Writes queries 查询")
    describe(story, other, "Writes tests 测试")
    draft(story)
    seats = [enter_seat(story, first), enter_seat(story, second)]
    announce(story)
    for name in (winner, other):
        seal_list(story, name, seats)
    assert progress(story)[0] == "2"

    story.pass_by("lists_until_at")
    story.host().sees("not ranked yet")
    rank(story, first, seats[0], ["Writes queries 查询", "Writes tests 测试"])
    rank(story, second, seats[1], ["Writes tests 测试"])
    assert len(progress(story)) == 4 and "2" in progress(story)[1]
    stan = story.host()
    stan.sees("ranked")
    assert not stan.has("not ranked yet")

    story.pass_by("ranks_until_at")
    stan = story.host()
    stan.sees("time to accept")
    stan.sees("First run, published")
    assert len(progress(story)) == 5
    kept = {name: keep_certificate(story, name) for name in (winner, other)}
    assert [kept[name]["certificate"]["matched"] for name in (winner, other)] == seats
    assert len({one["published"]["certificates_root"] for one in kept.values()}) == 1
    assert kept[winner]["published"]["certificates_root"] in stan.page.content()

    person = story.at(winner, "career")
    person.press("Accept the seat")
    assert person.path.startswith("/career/applications/")
    assert accepted_at(story, first) == 1
    person = story.at(other, "career")
    person.unfold("Decline")
    person.press("Decline", within="details[open] form")
    person.sees("declined")
    assert accepted_at(story, second) == 0

    story.pass_by("accept_until_at")
    story.host().sees("second run: lists")
    for step in ("second_lists_until_at", "second_ranks_until_at", "second_accept_until_at"):
        story.pass_by(step)
    stan = story.host()
    stan.sees("round closed")
    stan.sees("Second run, published")
    for person in story.people.values():
        person.close()
