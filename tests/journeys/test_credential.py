"""A learner finishes a course and holds a credential that a stranger can verify."""

import json
import re

import pytest

from .test_learner import pay, sign_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_learner_finishes_a_course_and_a_stranger_verifies_the_credential(arrive, language):
    person = arrive(language)
    sign_up(person)
    person.go("/courses/sql")
    person.press("Buy this course")
    pay(person, "pay")
    person.waits_for(lambda: person.page.locator("main a[href*='/learn/']").count() > 0)
    person.press("Go to the lessons")
    if re.fullmatch(r"/learn/\w+", person.path):
        person.submit("main a.button--primary")
    for _step in range(60):
        if re.fullmatch(r"/learn/\w+", person.path):
            break
        if person.page.locator("form[action$='/read']").count():
            person.press("I have read this")  # leads to the next step
        else:
            person.submit("main nav.lesson__nav a[rel=next]")
    person.waits_for(lambda: person.page.locator(".completed a.button").count() > 0)
    person.press("Your credential")
    person.sees("This credential counts")
    address = person.page.url
    person.go("/credentials")
    assert person.page.locator(f"main a[href='{address.removeprefix(person.site)}']").count() == 1

    stranger = arrive(language)
    stranger.go(address)
    stranger.sees("This credential counts")
    printed = stranger.context.request.get(stranger.site + str(stranger.thing("Certificate (PDF)").get_attribute("href")))
    assert printed.body().startswith(b"%PDF-")
    signed = stranger.context.request.get(f"{address}.json")
    assert json.loads(signed.body())["proof"]["cryptosuite"] == "eddsa-rdfc-2022"

    changed = json.loads(signed.body())
    changed["credentialSubject"]["achievement"]["name"] = "Something grander"
    for document, verdict in ((json.loads(signed.body()), "This credential counts"), (changed, "This credential does not count")):
        stranger.go("/credentials/check")
        stranger.page.locator("main textarea").first.fill(json.dumps(document))
        stranger.submit("main form[method=post] button")
        stranger.sees(verdict)
