"""The pool of a pass: what learners paid for their periods, divided among the courses they used.

Pure: no database, no clock. A period's money is divided for itself, so a refund can take back the very amounts that it
gave, and a partner can follow one learner's period to the last unit. Whole units by largest remainder; which course is
first where remainders are equal goes round from period to period, so no course wins every tie.

By hand. A learner paid 90.00 for a period and was active 60 minutes in course A, 20 in B, 4 in C; the floor is 5.

    by her own minutes        A 9000 x 60/80 = 6750, B 9000 x 20/80 = 2250
    equally among courses     A 4500, B 4500
    by everybody's minutes    A 100, B 20, C 80 in all: A 4500, B 900, C 3600

Equally among the courses a learner used is what the Shapley value gives where having any one of them is what the
learner pays for (Ginsburgh and Zang 2003, The museum pass game).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coursehub.contracts.clauses import Pool, PoolRule
from coursehub.money import share_out

RULES: tuple[PoolRule, ...] = ("minutes_each", "minutes_together", "courses_each")


@dataclass(frozen=True, slots=True)
class Period:
    """One learner's paid period. amount_minor: what of it is in the pool. minutes: course -> active minutes."""

    id: str
    amount_minor: int
    minutes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Divided:
    """Where the money of a pool went, to the unit.

    by_period: period -> course -> minor units; what is missing to a period's amount is the house's.
    """

    funded_minor: int
    by_period: Mapping[str, Mapping[str, int]]

    @property
    def by_course(self) -> dict[str, int]:
        """What each course gets of the whole pool."""
        found: dict[str, int] = {}
        for shares in self.by_period.values():
            for course, amount in shares.items():
                found[course] = found.get(course, 0) + amount
        return found

    @property
    def distributed_minor(self) -> int:
        """What all courses get together."""
        return sum(self.by_course.values())

    @property
    def undistributed_minor(self) -> int:
        """What no course gets: it is the house's, as the rule says."""
        return self.funded_minor - self.distributed_minor


def divide(pool: Pool, periods: Sequence[Period], courses: Sequence[str]) -> Divided:
    """Divide what these periods brought among these courses; minutes in other courses count for nothing.

    The same for every order of `periods`. Raises ValueError for an amount below zero or two periods of one name.
    """
    if len({period.id for period in periods}) != len(periods) or any(period.amount_minor < 0 for period in periods):
        raise ValueError("periods have names of their own and amounts of at least zero")
    counting = {period.id: _counting(pool, period, courses) for period in periods}
    together = {course: sum(minutes.get(course, 0) for minutes in counting.values()) for course in courses}
    by_period = {}
    for n, period in enumerate(sorted(periods, key=lambda each: each.id)):
        weights = _weights(pool, counting[period.id], together)
        first = n % len(courses) if courses else 0
        turn = [course for course in [*courses[first:], *courses[:first]] if weights.get(course)]
        by_period[period.id] = share_out(period.amount_minor, {course: weights[course] for course in turn}) if turn else {}
    return Divided(sum(period.amount_minor for period in periods), by_period)


def _counting(pool: Pool, period: Period, courses: Sequence[str]) -> dict[str, int]:
    """The minutes of a period that reach the floor."""
    return {
        course: minutes
        for course, minutes in period.minutes.items()
        if course in courses and minutes > 0 and minutes >= pool.floor_minutes
    }


def _weights(pool: Pool, own: Mapping[str, int], together: Mapping[str, int]) -> Mapping[str, int]:
    if not own:
        return together if pool.unused == "together" else {}
    if pool.rule == "minutes_together":
        return together
    return dict.fromkeys(own, 1) if pool.rule == "courses_each" else own


def side_by_side(pool: Pool, periods: Sequence[Period], courses: Sequence[str]) -> dict[PoolRule, Divided]:
    """What the same month comes to under each of the three rules, floor and unused money as they are."""
    return {rule: divide(Pool(rule, pool.floor_minutes, pool.unused), periods, courses) for rule in RULES}
