"""What the rails can pay: to which countries, in which currency, from which amount."""

from coursehub.config import current_settings

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


def payee_countries() -> tuple[str, ...]:
    """Countries in which the provider opens accounts of payees for us; mainland China is not among them.

    They follow from where our own account stands (the setting STRIPE_COUNTRY): across borders within the region above,
    else only at home.
    """
    home = current_settings().stripe_country
    return CROSS_BORDER if not home or home in CROSS_BORDER else (home,)


def bank_takes(currency: str, *, iban: bool) -> bool:
    """Whether an account can be paid in a currency by a file for the bank: euros go to an IBAN, yuan to an account in China."""
    return iban if currency == "EUR" else not (currency == "CNY" and iban)
