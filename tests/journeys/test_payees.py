"""Partners' accounts: a transfer that cannot be taken back is given up by two persons, and a bank account is removed."""

from collections.abc import Callable

import pytest

from ..demo.conftest import BuiltDemo
from .browser import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHY = "The wrong month; agreed with the partner by letter."


def want_it_back(fay: Person) -> None:
    """Finance finds the run with a transfer through the provider and wants it back."""
    fay.go("/house/payouts")
    runs = [str(link.get_attribute("href")) for link in fay.page.locator("main table a[href*='/house/payouts/']").all()]
    for run in runs:
        fay.go(run)
        if fay.thing("Reverse it").count():
            break
    fay.unfold("Reverse it")
    fay.fill("words", WHY, within="main details[open]")
    fay.press("Take the transfer back")


def propose(fay: Person) -> None:
    """The provider has refused; finance says how it ends, not without a reason."""
    fay.go("/house/payouts/reconciliation")
    fay.waits_for(lambda: fay.has("The reversal was refused"))
    fay.sees("The partner's account at the provider does not hold that much any more.")
    fay.unfold("Give it up")
    fay.press("Propose it")
    assert fay.page.locator("main .field--wrong").count() == 2, "how it ends, and why"
    fay.page.check("main details[open] input[name=ending][value=keeps]")
    fay.fill("words", WHY, within="main details[open]")
    fay.press("Propose it")
    fay.sees("You proposed it. Another person of finance confirms it.")


def test_a_transfer_that_the_provider_does_not_take_back_is_given_up_by_two(
    arrive: Callable[..., Person], built_demo: BuiltDemo
) -> None:
    """Fay works in Chinese, Stan in English on a phone."""
    fay, stan, provider = arrive("zh-CN"), arrive("en", width=390), arrive("en")
    fay.become("Fay")
    stan.become("Stan")
    provider.page.goto(f"http://localhost:{built_demo.env['COURSEHUB_SANDBOX_PORT']}/payees")
    with provider.page.expect_navigation():
        provider.page.locator("button[value=arrives]").first.click()
    want_it_back(fay)
    propose(fay)
    stan.go("/house/payouts/reconciliation")
    stan.reads(WHY)
    assert not stan.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    stan.unfold("Confirm it")
    stan.press("Confirm it", within="main .confirm__body")
    stan.sees("No transfer stands still.")


def give_euro_account(finn: Person) -> None:
    """A second account, for euros alone."""
    finn.press("Bank and tax details")
    finn.press("Give an account")
    finn.page.select_option("main select[name=currency]", "EUR")
    for name, text in (
        ("holder", "Northwind"), ("bank", "Beispielbank"), ("account", "DE89370400440532013000"), ("bank_code", "COBADEFFXXX"),
        ("tax_number", "DE123456789"),
    ):  # fmt: skip
        finn.fill(name, text)
    finn.page.select_option("main select[name=country]", "DE")
    finn.press("Save")
    finn.confirm()


def remove(finn: Person, tail: str) -> None:
    """Remove the account with this end, with one's password again where the sign-in is old."""
    finn.go("/studio/payouts/way")
    row = finn.page.locator("main .list li").filter(has_text=tail)
    row.locator("summary").click()
    with finn.page.expect_navigation():
        row.locator(".confirm__body button").click()
    finn.confirm()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_partner_removes_an_account_but_not_the_only_one_that_takes_its_money(
    arrive: Callable[..., Person], language: str
) -> None:
    finn = arrive(language)
    finn.become("Finn")
    remove(finn, "1234")
    assert finn.page.locator("main .list li").filter(has_text="1234").count() == 1, "money is owed that only this one takes"
    give_euro_account(finn)
    finn.go("/studio/payouts/way")
    assert finn.page.locator("main .list li").count() == 2
    remove(finn, "3000")
    finn.sees("Your bank accounts")
    assert finn.page.locator("main .list li").filter(has_text="3000").count() == 0
    finn.go("/outbox?q=finn@")
    finn.reads("A bank account of Northwind was removed")  # in Finn's own language
