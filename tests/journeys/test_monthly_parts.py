"""A price in three monthly parts, through the screens only: one is taken from the card, one refused, the lessons close, and it is paid by hand.

And a bundle: one of its courses goes back, the parts that follow are smaller, and what is refused closes the others together.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from coursehub.db import db
from coursehub.demo.players import PASSWORD
from coursehub.sales.models import InstalmentPlan, Order
from coursehub.sandbox import cards

from ..demo.conftest import BuiltDemo
from .browser import Person
from .later import LaterSite, later_site
from .test_learner import pay

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COURSE = "working-together-with-git"
BUYERS = {"zh-CN": "weilai@example.org", "en": "grace@example.org"}
"""Learners of the demo who do not have that course, and whose letters are in that language."""
BUNDLE_BUYERS = {"zh-CN": "xujia@example.org", "en": "nora@example.org"}
"""Learners of the demo who have one course of the bundle."""
TITLES = {"zh-CN": "用 Git 一起工作", "en": "Working together with Git"}


@pytest.fixture
def later(built_demo: BuiltDemo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LaterSite]:
    with later_site(built_demo, tmp_path / "later", monkeypatch) as site:
        yield site


@pytest.fixture
def come(chromium: Any, later: LaterSite, language: str) -> Iterator[Callable[..., Person]]:
    """Somebody comes to that site, which is weeks ahead of other journeys."""
    here: list[Person] = []

    def arrive(*, width: int = 1280) -> Person:
        context = chromium.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
        here.append(Person(context, later.address, language))
        return here[-1]

    yield arrive
    for person in here:
        person.close()


def the_bank_answers(later: LaterSite, order: str, code: str) -> None:
    """How the learner's bank answers from now on; a bank has no screen of ours."""
    with later.app.app_context():
        found = sa.select(InstalmentPlan.payer_id).join(Order).where(Order.public_id == order)
        cards.answer(later.payments, db.session.execute(found).scalar_one(), code)
        db.session.remove()


def states(person: Person) -> list[str]:
    """What the page says became of each part."""
    rows = person.page.locator("#parts tbody tr").all()
    return [row.locator("td").last.inner_text().strip() for row in rows]


def letter(later: LaterSite, person: Person, address: str, subject: str, **values: Any) -> None:
    """A letter that the worker has written by now."""
    later.work()
    person.letter(address, subject, **values)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_learner_pays_in_parts_is_refused_once_and_pays_by_hand(
    come: Callable[..., Person], later: LaterSite, language: str
) -> None:
    title, buyer = TITLES[language], BUYERS[language]
    learner = come()
    learner.come_back(buyer, PASSWORD)
    learner.go(f"/courses/{COURSE}/checkout")
    learner.press("Pay in %(num)s monthly parts", num=3)
    pay(learner, "pay")
    order = learner.path
    assert order.startswith("/orders/")
    learner.sees("not due yet")
    assert len(states(learner)) == 3 and states(learner)[1:] == [learner.say("not due yet")] * 2
    learner.press("Go to the lessons")
    lessons = learner.path

    later.wait(days=32)
    learner.come_back(buyer, PASSWORD)
    learner.go(order)
    assert states(learner)[2] == learner.say("not due yet") != states(learner)[1]
    part = "第2期，共3期" if language == "zh-CN" else "part 2 of 3"
    letter(later, learner, buyer, "%(title)s: payment received (%(part)s)", title=title, part=part)

    the_bank_answers(later, order.rsplit("/", 1)[1], "card_declined")
    later.wait(days=31)
    learner.come_back(buyer, PASSWORD)
    learner.go(order)
    learner.sees("A part could not be taken from the card.")
    assert states(learner)[2] == learner.say("the bank said no")

    later.wait(days=8)
    learner.come_back(buyer, PASSWORD)
    learner.go(lessons)
    learner.sees("A part of its price is due. Pay it on the page of your order, and you go on where you were.")
    assert learner.page.locator("main a.button--primary").count() == 0
    letter(later, learner, buyer, "%(title)s is closed until a part is paid", title=title)
    learner.go(lessons)
    learner.press("My orders")
    learner.submit(f"main a[href='{order}']")

    fay = come()
    fay.become("Fay")
    fay.go("/house/orders?q=" + order.rsplit("/", 1)[1])
    fay.submit(f"main a[href$='{order}']")
    fay.sees("The course is closed: a part is due.")
    assert states(fay)[2] == fay.say("the bank said no")
    assert fay.page.locator("#parts button").count() == 0, "nobody but the buyer pays"

    learner.press("Pay what is due now")
    pay(learner, "pay")
    assert learner.path == order
    learner.sees("Everything is paid, and the payment service has forgotten the card.")
    learner.press("Go to the lessons")
    assert learner.path == lessons and learner.page.locator("main a.button--primary").count() == 1

    fay.page.reload()
    assert fay.say("the bank said no") not in states(fay)
    assert fay.page.locator("main code").count() == 3, "three payments for one price"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_learner_pays_a_bundle_in_parts_and_gives_one_course_back(
    come: Callable[..., Person], later: LaterSite, language: str
) -> None:
    buyer = BUNDLE_BUYERS[language]
    learner = come(width=390 if language == "en" else 1280)
    learner.come_back(buyer, PASSWORD)
    learner.go("/bundles")
    learner.submit("main .course-row__title a")
    learner.press("Pay in %(num)s monthly parts", num=3)
    pay(learner, "pay")
    order = learner.path
    assert order.startswith("/orders/")
    whole = amounts(learner)
    learner.unfold("Ask for your money back")
    learner.sees("What is not paid of it yet is not asked for any more.")
    learner.page.locator("main select[name=part]").select_option(
        index=learner.page.locator("main select[name=part] option").count() - 1
    )
    learner.submit("main form[action$='/refund-requests'] button[type=submit]")
    smaller = amounts(learner)
    assert smaller[0] == whole[0] and smaller[1] == smaller[2] < whole[1]

    later.wait(days=32)
    learner.come_back(buyer, PASSWORD)
    learner.go(order)
    assert learner.say("not due yet") not in states(learner)[1] and states(learner)[2] == learner.say("not due yet")
    the_bank_answers(later, order.rsplit("/", 1)[1], "card_declined")
    later.wait(days=31)
    later.wait(days=8)
    learner.come_back(buyer, PASSWORD)
    learner.go(order)
    learner.sees("The courses are closed until what is due is paid.")
    assert learner.page.locator("#courses a").count() == 0, "all of them are closed"
    learner.press("Pay what is due now")
    pay(learner, "pay")
    learner.sees("Everything is paid, and the payment service has forgotten the card.")
    rows = learner.page.locator("#courses tbody tr").count()
    assert learner.page.locator("#courses a").count() == rows - 1, "all but the one that went back are open"


def amounts(person: Person) -> list[float]:
    """How much the page says each part is."""
    rows = person.page.locator("#parts tbody tr").all()
    return [float("".join(c for c in row.locator("td").nth(1).inner_text() if c.isdigit() or c == ".")) for row in rows]
