"""Which invoice a line of the bank pays: by the number in the payer's words, and the amount. Pure.

Only a line that names one invoice and pays all that is open of it settles by itself. Everything else is a suggestion.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from coursehub.billing.bank.reading import Line

KINDS = ("exact", "underpaid", "overpaid", "several", "settled", "guess", "unknown")
"""exact: one invoice is named and the amount is what is open. several: more than one is named. settled: what is named is paid
already. guess: nothing is named, but the payer's name and the amount fit one invoice. unknown: nothing fits.
"""
_NUMBER = re.compile(r"INV[^0-9A-Z]{0,3}0*([1-9][0-9]{0,8})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Owed:
    """An invoice as far as a payer is concerned. names: of whom it was made out to, in each language."""

    id: int
    number: int
    organisation_id: int
    names: tuple[str, ...]
    open_minor: int


@dataclass(frozen=True, slots=True)
class Match:
    """What a line seems to pay. invoices: those it names, or the one that is guessed. payer_fits: None if unsaid."""

    kind: str
    invoices: tuple[int, ...] = ()
    payer_fits: bool | None = None


def named_in(line: Line) -> list[int]:
    """The numbers of invoices that a payer wrote on a transfer, each once, in their order."""
    said = " ".join((line.structured, line.words, line.end_to_end))
    return list(dict.fromkeys(int(found) for found in _NUMBER.findall(unicodedata.normalize("NFKC", said).upper())))


def matched(lines: Iterable[Line], owed: Sequence[Owed]) -> dict[str, Match]:
    """What each line that came in seems to pay, by its fingerprint, in the order of the file.

    What an earlier line settles is settled for those after it.
    """
    left = {each.id: each for each in owed}
    by_number = {each.number: each.id for each in owed}
    by_amount: dict[int, list[int]] = {}
    for each in owed:
        by_amount.setdefault(each.open_minor, []).append(each.id)
    found: dict[str, Match] = {}
    for line in lines:
        match = _match(line, left, by_number) or _guess(line, [left[one] for one in by_amount.get(line.amount_minor, ())])
        found[line.fingerprint] = match
        if match.kind == "exact":
            left[match.invoices[0]] = replace(left[match.invoices[0]], open_minor=0)
    return found


def _match(line: Line, left: Mapping[int, Owed], by_number: Mapping[int, int]) -> Match | None:
    named = [left[by_number[number]] for number in named_in(line) if number in by_number]
    if not named:
        return None
    fits = payer_fits(line.party, named[0].names)
    ids = tuple(each.id for each in named)
    if len(named) > 1:
        return Match("several", ids, fits)
    if named[0].open_minor == 0:
        return Match("settled", ids, fits)
    if line.amount_minor == named[0].open_minor:
        return Match("exact", ids, fits)
    return Match("underpaid" if line.amount_minor < named[0].open_minor else "overpaid", ids, fits)


def _guess(line: Line, owed: Iterable[Owed]) -> Match:
    fitting = [
        each for each in owed if each.open_minor == line.amount_minor and each.open_minor and payer_fits(line.party, each.names)
    ]
    return Match("guess", (fitting[0].id,), True) if len(fitting) == 1 else Match("unknown")


def payer_fits(party: str, names: Iterable[str]) -> bool | None:
    """Whether the payer's name is one of these, however it is written; None where the bank gives none."""
    told = _plain(party)
    return any(told == _plain(name) for name in names if name) if told else None


def _plain(name: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKC", name).casefold() if each.isalnum())
