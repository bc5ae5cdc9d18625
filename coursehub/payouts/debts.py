"""How a partner's debt is paid back by bank: the reference to quote, whose a transfer seems to be, and which claims it pays.

Pure: no database, no clock.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from coursehub.billing.bank.matching import payer_fits
from coursehub.payouts.offsets import Claim

_REFERENCE = re.compile(r"OWED[^0-9A-Z]{0,3}([0-9]{5,12})[^0-9A-Z]{0,3}([0-9]{2})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Debtor:
    """A partner that owes something in one currency; names: in each language, as the bank may write it."""

    organisation_id: int
    public_id: str
    names: tuple[str, ...]
    currency: str
    owed_minor: int


@dataclass(frozen=True, slots=True)
class Payer:
    """What a line of the bank says of who paid. said: all words of the transfer. minor: what of it waits."""

    said: str
    party: str
    minor: int


def reference_of(organisation_id: int) -> str:
    """What a partner quotes on its transfer; its last two digits tell a mistyped number (ISO 7064, mod 97-10, as in an IBAN)."""
    return f"OWED-{organisation_id:05}-{_check(organisation_id):02}"


def named_in(said: str) -> list[int]:
    """The partners that these words name by their references, each once; a reference with a wrong digit names nobody."""
    found = _REFERENCE.findall(unicodedata.normalize("NFKC", said).upper())
    return list(dict.fromkeys(int(number) for number, check in found if _check(int(number)) == int(check)))


def _check(number: int) -> int:
    return 98 - number * 100 % 97


def suggested(payer: Payer, debtors: Sequence[Debtor]) -> Debtor | None:
    """Whose debt a transfer seems to pay: the one partner it names, or else the one of that name that owes this very amount."""
    named = named_in(payer.said)
    if named:
        found = [each for each in debtors if each.organisation_id in named]
        return found[0] if len(named) == 1 and found else None
    fitting = [each for each in debtors if each.owed_minor == payer.minor and payer_fits(payer.party, each.names)]
    return fitting[0] if len(fitting) == 1 else None


def oldest_first(minor: int, claims: Sequence[Claim]) -> dict[int, int]:
    """How much of each claim, by its journal, so much money pays, the oldest first; never more than is left of one."""
    paid: dict[int, int] = {}
    for claim in sorted(claims, key=lambda each: (each.since_at, each.journal_id)):
        part = min(claim.left_minor, minor - sum(paid.values()))
        if part > 0:
            paid[claim.journal_id] = part
    return paid
