"""The simulation on a proposal: what the last year would have been under it, in all, by what changes, and by month."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from coursehub.contracts import queries
from coursehub.contracts.counters import window_of, written
from coursehub.contracts.models import Contract, MoneyEvent
from coursehub.contracts.replay import Effect, Moved, Past, effects, replay, replay_by_month, sale_from
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import shares_of

REPLAYED = timedelta(days=365)
PART_WORDS = {
    "base": _l("what is taken off before sharing"),
    "fixed": _l("fixed amounts"),
    "rates": _l("the platform's part"),
    "recoup": _l("costs that come back first"),
    "split": _l("the division of the rest"),
    "discount": _l("who bears a discount"),
    "guarantees": _l("guarantees"),
}
"""The parts of terms that move money, in words."""


@dataclass(frozen=True)
class Simulation:
    """What the last year would have been: in all, by the part that changes, and month by month."""

    sales: int
    moved: list[Moved]
    effects: list[Effect]
    months: list[tuple[str, list[tuple[int, int]]]]

    @property
    def widest_minor(self) -> int:
        """The largest difference of a side: how long its bar is."""
        return max([1, *(abs(row.change_minor) for row in self.moved)])


def simulated(found: Contract, body: TermsBody, against: TermsBody | None, at: datetime) -> Simulation | None:
    """What the sales of the last year would have given each side under these terms; None where nothing was sold."""
    sales = queries.sales_since(found.id, at - REPLAYED)
    if not sales:
        return None
    back = queries.refunded_by_sale([sale.id for sale in sales])
    past = [
        Past(
            sale_from(_facts(sale, back.get(sale.id, [])), sale.contribution, written(sale.occurred_at)),
            _kept(sale, back.get(sale.id, [])),
            -sum(refund.amount_minor for refund in back.get(sale.id, [])),
        )
        for sale in sales
    ]
    parties = [party.party for party in found.parties]
    after = replay_by_month(past, body)
    before: dict[tuple[str, str], int] = {}
    for each in past:
        for party, amount in each.got.items():
            place = (window_of("month", each.sale.occurred_at), party)
            before[place] = before.get(place, 0) + amount
    names = sorted({month for month, _party in [*before, *after]})
    months = [(month, [(before.get((month, party), 0), after.get((month, party), 0)) for party in parties]) for month in names]
    return Simulation(len(sales), replay(past, body, parties), effects(past, against, body) if against else [], months)


def _facts(sale: MoneyEvent, beside: list[MoneyEvent]) -> dict[str, Any]:
    """The facts of a sale, with how it came as it was said last."""
    said = [event.facts for event in beside if event.kind == "reshared"]
    return queries.facts_now(sale, said[-1] if said else None)


def _kept(sale: MoneyEvent, refunds: list[MoneyEvent]) -> dict[str, int]:
    """What each side kept of a sale as booked, refunds taken off."""
    kept = shares_of([queries.line_of(row) for row in sale.lines])
    for refund in refunds:
        for party, amount in shares_of([queries.line_of(row) for row in refund.lines]).items():
            kept[party] = kept.get(party, 0) + amount
    return kept
