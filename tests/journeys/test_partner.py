"""A partner brings a course, agrees terms with the house, sells it through a link, and sees why the sale gave what it gave."""

import re
import secrets
from pathlib import Path

import pytest

from .browser import Person
from .package import write_package
from .test_learner import pay

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def upload(pia: Person, package: Path) -> None:
    """Upload the zip file, watch it being read, see what became of it."""
    pia.go("/studio/courses")
    pia.press("Bring a course")
    pia.page.set_input_files("main input[name=package]", str(package))
    pia.press("Read the package")
    assert "/studio/uploads/" in pia.page.url
    pia.waits_for(lambda: pia.has("The package has been read"), reload=False)
    assert pia.page.locator(".report__rows li").count() >= 3
    pia.press("Go to the draft")


def mend(pia: Person, text: str) -> None:
    """Change the first page, look at it first, keep it, and see it as a learner does."""
    pia.submit("main a[href*='/steps/scale-read']")
    pia.press("Mend this step")
    source = pia.page.locator("main textarea[name=source]")
    source.fill(source.input_value() + f"\n\n{text}\n")
    pia.press("Look at it first")
    assert text in pia.page.inner_text("#preview")
    pia.press("Keep the change")
    if "/mending" in pia.page.url:
        pia.press("Leave it")
    pia.sees("This is how a learner sees it. Answers are marked for you only.")
    pia.reads(text)


def submit(pia: Person, release: str) -> None:
    """Set the facts and send the draft to the house."""
    pia.go(release)
    pia.press("Set the facts")
    pia.fill("licence", "CC BY 4.0")
    pia.press("Keep the facts")
    pia.go(release)
    pia.press("Submit for listing")


def take_review(lin: Person, name: str) -> None:
    """Open the newest submission of this course and take it."""
    lin.go("/house/reviews")
    lin.submit(f"main .list a:has-text('{name}')")
    lin.press("Take the review")


def review(pia: Person, lin: Person, name: str, release: str) -> None:
    """The house asks for a change with a remark; the partner revises; the house approves."""
    take_review(lin, name)
    step = lin.page.locator("#step-scale-read")
    step.locator("summary").first.click()
    step.locator("textarea[name=body]").fill("Please say what m stands for.")
    with lin.page.expect_navigation():
        step.get_by_role("button", name=lin.say("Keep the remark")).click()
    lin.fill("summary", "One remark, then it is ready.")
    lin.press("Request changes")
    pia.go(release)
    pia.reads("One remark, then it is ready.")
    pia.submit("main .breadcrumbs li:nth-last-child(2) a")
    pia.press("Begin a new draft")
    again = pia.page.url
    mend(pia, "Here m is the number in the scale.")
    submit(pia, again)
    take_review(lin, name)
    lin.press("Approve")


def write_terms(person: Person, percent: str, message: str, *, of_a_sale: str) -> None:
    """Fill in the platform's part, see what it does beside it, put the terms on offer; the first press shows sentences."""
    person.fill("rate_rest", percent)
    person.waits_for(lambda: of_a_sale in person.page.inner_text(".beside"), reload=False)
    person.fill("message", message)
    person.press("Look at it as sentences")
    assert person.page.locator("#preview .waterfall").count() == 1
    person.press("Put it on offer")
    assert person.page.locator("main .error-summary").count() == 0, person.page.inner_text("main .error-summary")


def sign(person: Person) -> None:
    """Read the whole text, prove who one is, sign."""
    person.press("Read and sign")
    person.confirm()
    person.page.check("main input[name=read]")
    person.press("Sign the terms")
    person.confirm()


def agree(pia: Person, stan: Person, name: str) -> str:
    """The partner proposes, the house counters, both sign; gives the contract's page in the studio."""
    pia.go("/studio/contracts")
    pia.press("Open a contract")
    pia.page.locator("main label.choice").filter(has_text=name).locator("input").check()
    pia.fill("title", f"{name} 合同")
    pia.fill("title_en", f"{name} contract")
    pia.press("Open it and write the terms")
    contract = re.sub(r"/propose.*", "", pia.page.url)
    write_terms(pia, "20", "We bring our learners.", of_a_sale="36.39")  # of 181.97, what tax and fee leave of 199.00
    stan.go(contract.replace("/studio/", "/house/"))
    stan.press("Read the proposal")
    stan.press("Answer with other terms")
    write_terms(stan, "30", "Support is ours.", of_a_sale="54.59")
    pia.go(contract)
    pia.press("Read the proposal")
    assert pia.page.locator("#diff").count() == 1
    sign(pia)
    stan.go(contract.replace("/studio/", "/house/"))
    stan.press("Read the proposal")
    sign(stan)
    pia.go(contract)
    pia.sees("Terms in force")
    return contract


def sell(pia: Person, stan: Person, contract: str, name: str, slug: str) -> str:
    """Price it, list it, make a link; gives the link."""
    pia.go("/studio")
    pia.submit(f"main table a:has-text('{name}')")
    pia.press("Price", within=".ways--course")
    pia.fill("price", "120")
    pia.fill("tax_percent", "6")
    pia.press("Sell at this price")
    stan.go(contract.replace("/studio/", "/house/"))
    if stan.thing("List it").count():
        stan.press("List it")
    pia.go("/courses?q=" + name)
    assert pia.page.locator(f".catalogue a[href='/courses/{slug}']").count() == 1
    pia.go("/studio/links")
    pia.fill("name", name)
    option = pia.page.locator("main select[name=course] option").filter(has_text=name).get_attribute("value")
    pia.page.select_option("main select[name=course]", option)
    pia.press("Make the link")
    row = pia.page.locator("main table tr").filter(has_text=name).first.inner_text()
    found = re.search(r"http://\S+/r/\w+", row)
    assert found, row
    return found[0]


@pytest.mark.parametrize(("language", "buyer"), [("zh-CN", "林可"), ("en", "Theo")])
def test_a_partner_lists_a_course_and_sees_why_a_sale_gave_what_it_gave(arrive, tmp_path, language, buyer):
    name, slug = f"Map{secrets.token_hex(3)}", f"map-{secrets.token_hex(3)}"
    pia, lin, stan = arrive(language), arrive(language), arrive(language)
    pia.become("Pia")
    lin.become("林知远")
    stan.become("Stan")
    upload(pia, write_package(tmp_path / "map.zip", slug=slug, name=name))
    release = pia.page.url
    mend(pia, "Take a ruler with you.")
    submit(pia, release)
    review(pia, lin, name, release)
    contract = agree(pia, stan, name)
    link = sell(pia, stan, contract, name, slug)

    learner = arrive(language)
    learner.become(buyer)
    learner.go(link)
    assert learner.path == f"/courses/{slug}"
    learner.press("Buy this course")
    learner.press("Go to payment") if learner.path.endswith("/checkout") else None
    pay(learner, "pay")
    learner.waits_for(lambda: learner.page.locator("main a[href*='/learn/']").count() > 0)

    pia.go("/studio/earnings")
    row = pia.page.locator("#events table tr").filter(has_text=name).first
    with pia.page.expect_navigation():
        row.locator("a").first.click()
    steps = pia.page.locator(".waterfall__clause")
    assert steps.count() >= 3, "each step of the waterfall names its clause"
    assert "120" in pia.page.inner_text("main .waterfall")
    with pia.page.expect_navigation():
        pia.page.locator("main a[href*='/studio/contracts/']").last.click()
    assert contract.rsplit("/", 1)[1] in pia.page.url
