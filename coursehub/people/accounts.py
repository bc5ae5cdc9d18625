"""Numbers of bank accounts and of banks: what can be checked of them without asking a bank. No database."""

import re

_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_CNAPS = re.compile(r"\d{12}")

PAID_IN = ("CNY", "USD", "EUR", "GBP", "HKD", "SGD", "JPY")
"""Currencies in which organisations can be paid; the rails pay the same."""


def compact(number: str | None) -> str:
    """A number without blanks and hyphens, in capitals."""
    return re.sub(r"[\s-]", "", number or "").upper()


def looks_like_iban(number: str) -> bool:
    """Whether a compact number is meant as an IBAN: a country and two check digits in front."""
    return re.match(r"[A-Z]{2}\d{2}", number) is not None


def iban_is_right(account: str) -> bool:
    """The check digits of an international account number (ISO 13616, remainder 97)."""
    moved = account[4:] + account[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def is_iban(number: str) -> bool:
    """Whether a number, however spelt, is a right IBAN."""
    number = compact(number)
    return looks_like_iban(number) and re.fullmatch(r"[A-Z0-9]{15,34}", number) is not None and iban_is_right(number)


def is_bic(code: str) -> bool:
    """The shape of a bank's international code (ISO 9362): 8 or 11 letters and digits."""
    return _BIC.fullmatch(code) is not None


def is_cnaps(code: str) -> bool:
    """The shape of a Chinese branch's number in the payment system: 12 digits. Its check digit is not published."""
    return _CNAPS.fullmatch(code) is not None
