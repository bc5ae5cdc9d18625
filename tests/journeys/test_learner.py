"""A learner from the first search to the money back, in both languages, through the screens only."""

import secrets
import tomllib
from typing import Any

import pytest

from coursehub.config import root
from coursehub.learning.grading.isolation import isolation_available

from ..conftest import require
from .browser import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PYTHON = root() / "courses" / "programming-with-python" / "steps"
PASSWORD = "a quiet tide turns slowly"


def sign_up(person: Person) -> str:
    """Open an account and confirm it by the link in the letter; gives the address."""
    address = f"journey-{secrets.token_hex(4)}@example.org"
    person.go("/sign-up")
    person.fill("display_name", "远行 Wanderer")
    person.fill("email", address)
    person.fill("password", PASSWORD)
    person.fill("birth_on", "1994-05-06")
    person.page.check("input[name=accepts]")
    person.press("Sign up")
    person.letter(address, "Confirm your address")
    person.submit(".letter a[href*='/sign-up/confirm/']")
    if person.page.locator("input[name=password]").count():
        person.fill("password", PASSWORD)
        person.press("Confirm and sign in")
    assert person.page.locator(".bar__person").count() == 1, f"not signed in: {person.page.url} {person.page.inner_text('main')}"
    return address


def find_and_read(person: Person) -> None:
    """Find the house's course by a Chinese word of two characters, and read a lesson that is free."""
    person.go("/courses")
    person.page.fill("main input[type=search]", "编程")
    with person.page.expect_navigation():
        person.page.press("main input[type=search]", "Enter")
    person.submit("main .catalogue a[href='/courses/programming-with-python']")
    person.press("Read a free lesson first")
    person.sees("Free preview")
    person.press("See the whole course")


def pay(person: Person, outcome: str) -> None:
    """Choose an ending on the payment sandbox's page."""
    assert "SANDBOX" in person.page.inner_text("body")
    person.submit(f"button[value={outcome}]")


def buy(person: Person, slug: str = "programming-with-python", coupon: str = "SPRING20") -> None:
    """Buy with a coupon; the card is declined once, then the bank asks."""
    person.go(f"/courses/{slug}")
    person.unfold("I have a coupon")
    person.page.fill("#coupon", coupon)
    person.press("See the price with it")
    person.sees("Coupon %(code)s", code=coupon)
    person.press("Go to payment")
    pay(person, "decline")
    assert person.page.locator("[role=alert]").count() == 1
    pay(person, "authenticate")
    pay(person, "confirm")
    assert person.path.startswith("/orders/")
    person.waits_for(lambda: person.page.locator("main a[href*='/learn/']").count() > 0)


def answer(person: Person, quiz: dict[str, Any], *, rightly: bool) -> None:
    """Fill in a quiz from its source: everything right, or everything wrong."""
    for question in quiz["questions"]:
        name = f"q-{question['id']}"
        match question["kind"]:
            case "single":
                chosen = next(c["id"] for c in question["choices"] if c["correct"] == rightly)
                person.page.check(f"input[name={name}][value={chosen}]")
            case "multiple":
                for choice in question["choices"]:
                    if choice["correct"] == rightly:
                        person.page.check(f"input[name={name}][value={choice['id']}]")
            case "ordering":
                count = len(question["items"])
                for place, item in enumerate(question["items"], 1):
                    wanted = place if rightly else count + 1 - place
                    person.page.select_option(f"[name={name}-{item['id']}]", str(wanted))
            case "numeric":
                person.page.fill(f"[name={name}]", question["answer"] if rightly else "-987654")
            case _:
                person.page.fill(f"[name={name}]", question["accept"][0] if rightly else "nothing like it")
    person.press("Hand in")


def learn_a_lesson(person: Person) -> None:
    """Read, answer a quiz wrong and then right, run an exercise wrong and then right."""
    person.press("Go to the lessons")
    if not person.path.endswith("/l01-read"):
        person.submit("main a.button--primary")
    if person.path.endswith("-video"):
        person.submit("main nav.lesson__nav a[rel=next]")
    lessons = person.page.url.rsplit("/", 1)[0]
    assert person.path.endswith("/l01-read")
    person.press("I have read this")
    person.go(f"{lessons}/l01-quiz")
    quiz = tomllib.loads((PYTHON / "l01-quiz" / "step.toml").read_text(encoding="utf-8"))
    answer(person, quiz, rightly=False)
    assert person.page.locator("#result[data-verdict=wrong]").count() == 1
    person.press("Try the quiz again")
    answer(person, quiz, rightly=True)
    assert person.page.locator("#result[data-verdict=right]").count() == 1
    person.go(f"{lessons}/l01-code")
    wrong, right = sorted((PYTHON / "l01-code" / "wrong").iterdir())[0], PYTHON / "l01-code" / "reference" / "solution.py"
    for file, verdict in ((wrong, "failed"), (right, "passed")):
        person.page.fill("#source", file.read_text(encoding="utf-8"))
        person.press("Check my work")
        person.waits_for(lambda: person.page.locator("#result [data-waiting]").count() == 0, reload=False, seconds=120)
        person.page.locator(f"#result [data-verdict={verdict}].verdict").wait_for()


def speak(person: Person, course: str) -> None:
    """See the evidence, ask a question, write a review that stands on the course page."""
    person.unfold("Ask a question")
    person.fill("text", "为什么要写括号? Why the brackets?")
    person.press("Ask")
    person.reads("为什么要写括号? Why the brackets?")
    person.go(course)
    person.press("Your evidence")
    assert person.page.locator(".evidence[data-verdict=passed]").count() == 3
    assert person.page.locator(".evidence").count() >= 4, "the wrong answers are evidence as well"
    person.go(course)
    person.press("Review this course")
    person.page.check("main input[type=radio][value='4']")
    person.page.fill("main textarea[name=text]", "讲得清楚。Clear and calm.")
    person.press("Save the review")
    person.go("/courses/programming-with-python")
    person.reads("讲得清楚。Clear and calm.")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_learner_finds_buys_learns_and_takes_the_money_back(arrive, language):
    require(isolation_available(), "isolation for code exercises (bubblewrap)")
    person = arrive(language)
    find_and_read(person)
    address = sign_up(person)
    buy(person)
    order = person.page.url
    person.letter(address, "Receipt for %(title)s", title="用 Python 编程" if language == "zh-CN" else "Programming with Python")
    person.go(order)
    person.press("Receipt")
    person.reads(order.rsplit("/", 1)[1].split("?")[0])
    person.go(order)
    learn_a_lesson(person)
    course = person.page.url.split("?")[0].rsplit("/", 1)[0]
    speak(person, course)
    person.go(order)
    person.unfold("Ask for your money back", within="#refund")
    person.press("Ask for your money back", within="#refund form")
    person.waits_for(lambda: person.has("This order was refunded in full."))
    person.go(course)
    assert person.page.locator("main .notice--waits").count() == 1, "the enrolment has ended"
    assert person.page.locator("main a.button--primary").count() == 0
