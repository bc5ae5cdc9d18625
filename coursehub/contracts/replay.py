"""Replay: what past sales would have given each party under other terms. Static: people's behaviour is not guessed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import Sale, share_sale, shares_of


@dataclass(frozen=True, slots=True)
class Moved:
    """What one party got from these sales, and what it would have got."""

    party: str
    before_minor: int
    after_minor: int

    @property
    def change_minor(self) -> int:
        """More (or less) than before."""
        return self.after_minor - self.before_minor


def sale_from(facts: dict[str, Any], contribution: dict[str, Any]) -> Sale:
    """A sale as the book keeps its facts."""
    return Sale(
        gross_minor=int(facts["gross_minor"]),
        tax_bps=int(facts.get("tax_bps", 0)),
        fee_minor=int(facts.get("fee_minor", 0)),
        channel=str(facts.get("channel", "platform")),
        attributed=facts.get("attributed"),
        discount_minor=int(facts.get("discount_minor", 0)),
        discount_borne_by=facts.get("discount_borne_by"),
        module_weights=contribution.get("module_weights", {}),
        approved_minutes=contribution.get("approved_minutes", {}),
    )


def replay(sales: Iterable[tuple[Sale, dict[str, int]]], terms: TermsBody, parties: Sequence[str]) -> list[Moved]:
    """Run sales again under other terms.

    sales: each with what every party got from it as booked.
    """
    before = dict.fromkeys(parties, 0)
    after = dict.fromkeys(parties, 0)
    for sale, got in sales:
        for party, amount in got.items():
            before[party] = before.get(party, 0) + amount
        for party, amount in shares_of(share_sale(terms, sale)).items():
            after[party] = after.get(party, 0) + amount
    return [Moved(party, before[party], after.get(party, 0)) for party in before]
