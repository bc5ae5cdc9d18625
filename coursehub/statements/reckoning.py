"""The reckoning of a statement: plain canonical data, what it adds up to, and what is wrong when it does not.

Amounts are minor units as they stand to the party's credit: positive is owed to the party, negative it owes.
`lines` say what courses gave and took, by course, channel, clause; `moves` say what the books did to the
party's accounts, by kind of journal and account. The two come from different tables and must agree.
Pure: no database, no clock.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from coursehub.contracts.terms import canonical
from coursehub.ledger.accounts import PARTNER_RESERVE

FORMAT, WITHOUT_HISTORY, WITHOUT_BANKS = (f"coursehub-statement/{n}" for n in (3, 2, 1))
"""The form of statements issued now, which tells contracts that count or guarantee from their first event on; the one before,
which told where counters stood; and the first one, whose list of what is kept in reserve left out what banks took and gave
back and so did not add up to what stands there."""
GIVES = ("sale", "hire", "hour", "period", "reshared", "true_up", "guarantee")
TAKES = ("refund", "dispute", "reinstated", "rebate")
KINDS = (*GIVES, *TAKES)
"""Kinds of money event, in the order in which a statement tells them."""


@dataclass(frozen=True, slots=True)
class CourseLine:
    """What one clause gave or took by the sales of one course through one channel."""

    kind: str
    course: str
    channel: str
    terms_hash: str
    path: str
    role: str
    events: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Move:
    """What journals of one kind did to one account. explained: money events stand behind them, so lines say why."""

    kind: str
    account: str
    explained: bool
    journals: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Held:
    """What is held, or kept in reserve, until a day (in the platform's zone), as YYYY-MM-DD."""

    until: str
    amount_minor: int


def statement_data(
    head: Mapping[str, Any],
    *,
    opening: Mapping[str, int],
    closing: Mapping[str, int],
    lines: Iterable[CourseLine],
    moves: Iterable[Move],
    held: Iterable[Held],
    reserved: Iterable[Held],
) -> dict[str, Any]:
    """The canonical data of a statement.

    head: format, party, currency, month, zone, begins, ends, the numbers of its journals and the head of the chain.
    opening, closing: account code -> amount.
    """
    return {
        **head,
        "opening": dict(sorted(opening.items())),
        "lines": [asdict(line) for line in sorted(lines, key=lambda one: (one.course, *_place(one)))],
        "moves": [asdict(move) for move in sorted(moves, key=lambda one: (one.kind, one.account, one.explained))],
        "closing": dict(sorted(closing.items())),
        "held": [asdict(one) for one in sorted(held, key=lambda one: one.until)],
        "reserved": [asdict(one) for one in sorted(reserved, key=lambda one: one.until)],
    }


def _place(line: CourseLine) -> tuple[Any, ...]:
    return (KINDS.index(line.kind), line.channel, line.terms_hash, line.path, line.role)


def hash_of(data: Mapping[str, Any] | Sequence[Any]) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of a statement, or of its events."""
    return hashlib.sha256(canonical(data)).hexdigest()


@dataclass(frozen=True, slots=True)
class Totals:
    """What a statement adds up to. `others`: (kind of journal, amount) of what courses do not explain and that is not nothing."""

    opening_minor: int
    earned_minor: int
    taken_back_minor: int
    others: tuple[tuple[str, int], ...]
    closing_minor: int

    @property
    def others_minor(self) -> int:
        """All that moved otherwise, payouts above all."""
        return sum(amount for _kind, amount in self.others)


def totals(data: Mapping[str, Any]) -> Totals:
    """From opening to closing, in the words of the summary."""
    others: dict[str, int] = {}
    for move in data["moves"]:
        if not move["explained"]:
            others[move["kind"]] = others.get(move["kind"], 0) + move["amount_minor"]
    return Totals(
        opening_minor=sum(data["opening"].values()),
        earned_minor=_sum(data["lines"], GIVES),
        taken_back_minor=_sum(data["lines"], TAKES),
        others=tuple((kind, amount) for kind, amount in others.items() if amount),
        closing_minor=sum(data["closing"].values()),
    )


def _sum(lines: Sequence[Mapping[str, Any]], kinds: Sequence[str]) -> int:
    return sum(int(line["amount_minor"]) for line in lines if line["kind"] in kinds)


def disagreements(data: Mapping[str, Any]) -> list[str]:
    """Why a statement does not add up; nothing when it does. For people who mend programs, so in plain English."""
    found = []
    for account in sorted({*data["opening"], *data["closing"], *(move["account"] for move in data["moves"])}):
        moved = sum(move["amount_minor"] for move in data["moves"] if move["account"] == account)
        opening, closing = data["opening"].get(account, 0), data["closing"].get(account, 0)
        if opening + moved != closing:
            found.append(f"{account}: {opening} and {moved} do not make {closing}")
    kept, stands = sum(one["amount_minor"] for one in data["reserved"]), data["closing"].get(PARTNER_RESERVE, 0)
    if data["format"] != WITHOUT_BANKS and kept != stands:
        found.append(f"{PARTNER_RESERVE}: {kept} until their days do not make {stands}")
    said = sum(line["amount_minor"] for line in data["lines"])
    booked = sum(move["amount_minor"] for move in data["moves"] if move["explained"])
    if said != booked:
        found.append(f"the lines say {said}, the books {booked}")
    return found
