"""The simulation of other terms: what the last year would have been under them, in all, change by change, and by month."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from coursehub.contracts import queries
from coursehub.contracts.counters import window_of
from coursehub.contracts.models import Contract
from coursehub.contracts.one_by_one import OneChange
from coursehub.contracts.prose import sections
from coursehub.contracts.replay import Moved, effects, replay, replay_by_month
from coursehub.contracts.terms import TermsBody
from coursehub.web import current_locale

REPLAYED = timedelta(days=365)
MOST_AT_ONCE = 5_000
"""So many events a page works out at once, in a second or two; of more it takes the latest, unless it is asked for all."""
ALL = 1_000_000
PART_WORDS = {
    "scope": _l("what the terms answer for"),
    "base": _l("what is taken off before sharing"),
    "fixed": _l("fixed amounts"),
    "rates": _l("the platform's part"),
    "recoup": _l("costs that come back first"),
    "split": _l("the division of the rest"),
    "discount": _l("who bears a discount"),
    "guarantees": _l("guarantees"),
    "refund_fee": _l("who bears the fee of a refund"),
    "pool": _l("how a pass is divided"),
    "parties": _l("the names of the sides"),
}
"""The parts of terms in words, for a change that no sentence shows."""


@dataclass(frozen=True)
class ToldEffect:
    """One change in sentences, and what it does to each party; by_party: None where it moves no money."""

    old: list[str]
    new: list[str]
    part: LazyString | str
    by_party: dict[str, int] | None


@dataclass(frozen=True)
class Simulation:
    """What the last year would have been: in all, change by change, and month by month.

    kinds: how many events of each kind were shared again. left_out: how many older ones were left aside. divided_anew: how
    many months of passes these terms divide by another rule than they were shared by; as_shared: how many they would, which
    are left as they were.
    """

    kinds: dict[str, int]
    left_out: int
    divided_anew: int
    as_shared: int
    moved: list[Moved]
    effects: list[ToldEffect]
    months: list[tuple[str, list[tuple[int, int]]]]

    @property
    def widest_minor(self) -> int:
        """The largest difference of a side: how long its bar is."""
        return max([1, *(abs(row.change_minor) for row in self.moved)])


def simulated(
    found: Contract, body: TermsBody, against: TermsBody | None, at: datetime, *, whole: bool = False
) -> Simulation | None:
    """What the last year would have given each side under these terms; None where nothing was shared.

    whole: all of the year, however many events it has; 100,000 take some ten seconds.
    """
    pools = {each.pool for each in (body, against) if each is not None and each.pool is not None}
    past, there = queries.past_of(
        found.id, at - REPLAYED, currency=body.currency, most=ALL if whole else MOST_AT_ONCE, pools=pools
    )
    if not past:
        return None
    parties = [party.party for party in found.parties]
    after = replay_by_month(past, body)
    before: dict[tuple[str, str], int] = {}
    for each in past:
        for party, amount in each.got.items():
            place = (window_of("month", each.sale.occurred_at), party)
            before[place] = before.get(place, 0) + amount
    names = sorted({month for month, _party in [*before, *after]})
    months = [(month, [(before.get((month, party), 0), after.get((month, party), 0)) for party in parties]) for month in names]
    changes = [_told(each.change, each.by_party) for each in effects(past, against, body)] if against else []
    booked = [each for each in past if each.pooled is None or each.sale.gross_minor]
    kinds = Counter(each.kind for each in booked)
    others = [each.pooled.month for each in past if each.pooled and body.pool and each.pooled.month.rule != body.pool]
    anew, left = ({(one.pass_id, one.month) for one in others if one.is_told is told} for told in (True, False))
    return Simulation(
        dict(kinds), there - len(booked), len(anew), len(left), replay(past, body, parties), changes, months
    )  # fmt: skip


def _told(change: OneChange, by_party: Any) -> ToldEffect:
    """A change as the sentences that go and those that come; clauses are numbered anew, so numbers are left aside."""
    locale = current_locale()
    before, after = (
        [sentence.text for section in sections(body, locale) for sentence in section.sentences]
        for body in (change.before, change.after)
    )
    old, new = [text for text in before if text not in after], [text for text in after if text not in before]
    return ToldEffect(old, new, PART_WORDS.get(change.part, ""), dict(by_party) if change.moves_money else None)
