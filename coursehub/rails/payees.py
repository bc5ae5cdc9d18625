"""The rails by which payees are paid: what each can pay, and whether it is given a file or called. No network, no key needed.

Another rail is one more class here and its line in `PAYOUT_RAILS`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from coursehub import rails
from coursehub.config import current_settings
from coursehub.rails.abilities import PaysAccounts

CROSS_BORDER = (
    "AT", "BE", "BG", "CA", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "US",
)  # fmt: skip
"""Where a platform in one of these countries may transfer money to accounts in any other.

Source: https://docs.stripe.com/connect/cross-border-payouts (availability: the US, the UK, the EEA, Canada and Switzerland;
elsewhere only by an arrangement with Stripe), less Iceland, where https://stripe.com/global lists no accounts. Read in 2026.
"""
LEAST_PAYOUT_MINOR = {"CNY": 100, "USD": 100, "EUR": 100, "GBP": 100, "HKD": 100, "SGD": 100, "JPY": 1}
"""The smallest payout by the provider: one whole unit of the currency; also all currencies in which we pay.

Source: https://docs.stripe.com/connect/cross-border-payouts/special-requirements ("typically one base unit"). Read in 2026.
"""
BANK = "bank"
STRIPE = "stripe"


@dataclass(frozen=True, slots=True)
class Payee:
    """Whom a rail is asked about.

    country: where it is at home, ISO 3166-1, upper case.
    ibans:   for each currency whether its bank account for that is an IBAN; not there where none can be read.
    is_open: whether its account at the rail that is asked takes transfers and sends them on.
    """

    country: str
    ibans: Mapping[str, bool]
    is_open: bool = False


class PayoutRail(Protocol):
    """By what a payee is paid. One that is no `AccountRail` is given a file, and answers with one.

    asset: the account of the books where the money stands that it pays.
    """

    name: str
    asset: str

    def reaches(self, payee: Payee, currency: str) -> bool:
        """Whether it can ever pay somebody in a currency, whatever is still to be told."""

    def hindrance(self, payee: Payee, currency: str) -> str:
        """What stands between a payee and its money today: no_account, account_unfit or provider_waits; "" is nothing."""

    def least_minor(self, currency: str) -> int:
        """The smallest amount that it pays."""


@runtime_checkable
class AccountRail(PayoutRail, Protocol):
    """A rail at which a payee has an account of its own: it is called, and replies."""

    def countries(self) -> tuple[str, ...]:
        """In which countries it opens accounts of payees for us."""

    def connected(self) -> PaysAccounts:
        """What is called. Raises as `rails.current` does."""


class Bank:
    """The house's bank: a file with payments to bank accounts, in every country; its answer comes days later."""

    name = BANK
    asset = "asset:bank"

    def reaches(self, payee: Payee, currency: str) -> bool:
        """By the account's kind: euros go to an IBAN, yuan to an account in China."""
        return not self.hindrance(payee, currency)

    def hindrance(self, payee: Payee, currency: str) -> str:
        """An account that is not given, or is of the wrong kind."""
        iban = payee.ibans.get(currency)
        if iban is None:
            return "no_account"
        takes = iban if currency == "EUR" else not (currency == "CNY" and iban)
        return "" if takes else "account_unfit"

    def least_minor(self, currency: str) -> int:  # noqa: ARG002 - every rail is asked so
        """It has no smallest amount."""
        return 1


class StripeAccounts:
    """The payee's own account at Stripe, which sends the money on to the payee's bank."""

    name = STRIPE
    asset = "asset:rail:stripe"

    def countries(self) -> tuple[str, ...]:
        """Mainland China is not among them.

        They follow from where our own account stands (the setting STRIPE_COUNTRY): across borders within `CROSS_BORDER`,
        else only at home.
        """
        home = current_settings().stripe_country
        return CROSS_BORDER if not home or home in CROSS_BORDER else (home,)

    def reaches(self, payee: Payee, currency: str) -> bool:
        """Where it opens accounts; it changes the money into what the account is kept in."""
        return payee.country in self.countries() and currency in LEAST_PAYOUT_MINOR

    def hindrance(self, payee: Payee, currency: str) -> str:  # noqa: ARG002 - every rail is asked so
        """It has not heard enough of the payee."""
        return "" if payee.is_open else "provider_waits"

    def least_minor(self, currency: str) -> int:
        """One whole unit."""
        return LEAST_PAYOUT_MINOR.get(currency, 1)

    def connected(self) -> PaysAccounts:
        """The provider in use."""
        return rails.current()


PAYOUT_RAILS: dict[str, PayoutRail] = {rail.name: rail for rail in (Bank(), StripeAccounts())}


def payout_rails() -> Collection[PayoutRail]:
    """Every rail by which payees can be paid."""
    return PAYOUT_RAILS.values()


def payout_rail(name: str) -> PayoutRail:
    """The rail of that name. Raises LookupError."""
    return PAYOUT_RAILS[name]


def account_rail(name: str) -> AccountRail:
    """The rail of that name, at which payees have accounts. Raises LookupError, also for one that is given files."""
    rail = payout_rail(name)
    if not isinstance(rail, AccountRail):
        raise LookupError(f"nobody has an account at {name}")
    return rail
