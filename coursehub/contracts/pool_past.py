"""Months of pools as they were shared, so that a replay can divide them by another rule.

What learners used is known to the room that shares the months, which stands above this one: it says here how it tells of
them, as rooms say what listens to an event. The arithmetic is pure.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from coursehub.contracts.clauses import Pool
from coursehub.contracts.pools import Period, divide
from coursehub.ledger.allocation import webster_target


@dataclass(frozen=True)
class PooledMonth:
    """A month of a pool: the rule by which it was shared, its periods with what they brought, and what went back of each since.

    pass_id: the pass's public id; month: as 2026-11. courses: all that took part, own: those of one contract. gone: by period,
    in minor units. is_told: False where its periods were too many to be read; it then stays as it was shared.
    """

    pass_id: str
    month: str
    currency: str
    occurred_at: datetime
    rule: Pool
    periods: Sequence[Period]
    gone: Mapping[str, int]
    courses: Sequence[str]
    own: Collection[str]
    is_told: bool = True
    _known: dict[Pool, dict[str, tuple[int, int]]] = field(default_factory=dict, compare=False, repr=False)

    def part(self, pool: Pool, course: str) -> tuple[int, int]:
        """What a course would have got of the month by a rule, and how much of that would have gone back; minor units."""
        if pool not in self._known:
            self._known[pool] = self._divided(pool)
        return self._known[pool].get(course, (0, 0))

    def _divided(self, pool: Pool) -> dict[str, tuple[int, int]]:
        """As sharing the month does, and as what goes back of a period afterwards is taken from where it had gone."""
        found: dict[str, tuple[int, int]] = {}
        amounts = {period.id: period.amount_minor for period in self.periods}
        for period, shares in divide(pool, self.periods, self.courses).by_period.items():
            legs = {course: shares[course] for course in sorted(shares, key=int) if shares[course]}
            legs[""] = amounts[period] - sum(legs.values())
            back = webster_target(legs, min(self.gone.get(period, 0), amounts[period]))
            for course, amount in legs.items():
                got, gone = found.get(course, (0, 0))
                found[course] = got + amount, gone + back[course]
        return found


@dataclass(frozen=True)
class PooledPart:
    """What one course got of a month of a pool. is_late: it came after the rest of the month, and is in that part already."""

    month: PooledMonth
    course: str
    is_late: bool = False

    def under(self, pool: Pool) -> tuple[int, int]:
        """What it would have been by another rule, and how much of that would have gone back; minor units."""
        return (0, 0) if self.is_late else self.month.part(pool, self.course)


Teller = Callable[[int, datetime, Collection[Pool], int], Sequence[PooledMonth]]
"""Tells of the months in which courses of a contract (by its id) took part since a moment, but for those that all of these
rules would have shared as they were; of the latest with so many periods in all.
"""
_tellers: list[Teller] = []


def tells(teller: Teller) -> Teller:
    """Say how a room tells of the months that it shared."""
    _tellers.append(teller)
    return teller


def pooled_months(contract_id: int, since: datetime, pools: Collection[Pool], *, most: int) -> list[PooledMonth]:
    """Months that some of these rules would have divided otherwise, the oldest first. most: how many periods are read."""
    found = [month for teller in _tellers for month in teller(contract_id, since, pools, most)] if pools else []
    return sorted(found, key=lambda month: (month.occurred_at, month.pass_id))
