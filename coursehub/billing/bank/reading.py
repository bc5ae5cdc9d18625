"""What a statement of the bank says, whatever its format. Pure: no database, no clock.

The formats stand in `camt053` and `table`. A file is read as a whole or refused with a reason and the line it is about.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256

from coursehub.money import as_decimal, currency_exponent

LARGEST_BYTES = 5_000_000
MOST_LINES = 5_000
"""What one request can book while everybody else who books waits: see docs/speed.md."""
_DECIMAL = re.compile(r"[0-9]{1,13}(\.[0-9]{1,5})?")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class NotReadable(ValueError):
    """Why a file is refused: a word of `words.PROBLEMS`, the line it is about (0: the whole file), and what stands there."""

    def __init__(self, problem: str, n: int = 0, said: str = "") -> None:
        super().__init__(f"{problem} {n} {said}")
        self.problem, self.n, self.said = problem, n, clean(said, 60)


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of the account. n: where it stands in the file, from 1.

    is_in: money came in. is_reversal: the bank takes an earlier movement back, so what came in is our own that returns, and
    what left is what had come in. `structured` is the payer's structured reference; `party` the other side.
    """

    n: int
    is_in: bool
    amount_minor: int
    booked_on: date
    bank_reference: str = ""
    end_to_end: str = ""
    structured: str = ""
    party: str = ""
    party_account: str = ""
    words: str = ""
    is_reversal: bool = False
    fingerprint: str = ""

    @property
    def signed_minor(self) -> int:
        """What it adds to the balance."""
        return self.amount_minor if self.is_in else -self.amount_minor


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was understood. Balances are None where it has none; `pending` lines were left out."""

    format: str
    account: str
    currency: str
    lines: tuple[Line, ...]
    number: str = ""
    from_on: date | None = None
    to_on: date | None = None
    opening_minor: int | None = None
    closing_minor: int | None = None
    pending: int = 0


def read(raw: bytes, *, account: str, currency: str) -> Read:
    """Read a file of the bank about one of our accounts. Raises NotReadable.

    account, currency: whose statement it must be; a table does not say it, so it is believed there.
    """
    from coursehub.billing.bank import camt053, table

    if len(raw) > LARGEST_BYTES:
        raise NotReadable("too_large")
    if not raw.strip():
        raise NotReadable("empty")
    found = camt053.read(raw) if is_message(raw) else table.read(raw, account=account, currency=currency)
    if len(found.lines) > MOST_LINES:
        raise NotReadable("too_many")
    if bare(found.account) != bare(account):
        raise NotReadable("other_account", 0, found.account[-4:])
    if found.currency != currency:
        raise NotReadable("file_currency", 0, found.currency)
    if not found.lines and not found.pending:
        raise NotReadable("no_lines")
    return replace(found, lines=fingerprinted(found.lines, account, currency))


def is_message(raw: bytes) -> bool:
    """Whether a file is XML rather than a table."""
    return raw.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00").startswith(b"<")


def fingerprinted(lines: Iterable[Line], account: str, currency: str) -> tuple[Line, ...]:
    """Each line with what tells it from every other, the same in whatever file it stands.

    The bank's own number of a line, with its day, amount and direction; where the bank gives none, all that the line says.
    Lines of one file that are alike are counted: each file has all lines of its days.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for line in lines:
        who = (line.bank_reference,) if line.bank_reference else ("", line.end_to_end, line.structured, line.party, line.words)
        key = (bare(account), currency, "in" if line.is_in else "out", str(line.amount_minor), line.booked_on.isoformat(), *who)
        seen[key] += 1
        found.append(replace(line, fingerprint=sha256("\n".join((*key, str(seen[key]))).encode()).hexdigest()))
    return tuple(found)


def bare(account: str) -> str:
    """The number of an account without spaces and signs."""
    return re.sub(r"[^0-9A-Z]", "", account.upper())


def clean(text: str, most: int) -> str:
    """A text of the file as it can be kept and shown: one line, nothing that does not print, not too long."""
    if not text.isprintable():  # most are, and looking at each sign takes its time
        text = "".join(each if unicodedata.category(each)[0] != "C" else " " for each in text)
    return " ".join(text.split())[:most]


def minor_of(text: str, currency: str, n: int) -> int:
    """An amount without a sign, in minor units. Raises NotReadable."""
    if not _DECIMAL.fullmatch(text):
        raise NotReadable("amount", n, text)
    scaled = Decimal(text).scaleb(currency_exponent(currency))
    if scaled != scaled.to_integral_value():
        raise NotReadable("amount", n, text)
    return int(scaled)


def day_of(text: str, n: int) -> date:
    """A day, or the day of a moment, as ISO 8601 writes it. Raises NotReadable."""
    try:
        if not _ISO_DAY.match(text):
            raise ValueError(text)
        return date.fromisoformat(text[:10])
    except ValueError as problem:
        raise NotReadable("day", n, text) from problem


def must_add_up(opening: int, lines: Iterable[Line], closing: int, currency: str) -> None:
    """The balance before, with all lines, is the balance after. Raises NotReadable."""
    reckoned = opening + sum(line.signed_minor for line in lines)
    if reckoned != closing:
        raise NotReadable("balance", 0, f"{as_decimal(reckoned, currency):f} / {as_decimal(closing, currency):f}")
