"""The pool in memory: who has which skill, lives where, hides from whom, as sets of places. Arithmetic only, no database.

Every shown profile has a place, drawn by lot from its number: equals stand in the order of
places, so nobody is first for having been here early. A set of places is a roaring bitmap; to
narrow is `&`, to count an intersection takes microseconds among a million profiles.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

from pyroaring import BitMap

from coursehub.talent.pool_search import PoolSearch

GOLDEN = 0.6180339887498949
"""Multiplying by this share of a power of two, made odd, scatters neighbours (Knuth, The Art of Computer Programming, 3, 6.4)."""
LEVELS = (1, 2, 3, 4)


class Lot:
    """A place for each number below 2 ** bits, and back: multiplication by an odd number, which has an inverse."""

    def __init__(self, bits: int) -> None:
        self.room = 1 << bits
        self._factor = int(self.room * GOLDEN) | 1
        self._back = pow(self._factor, -1, self.room)

    def place(self, number: int) -> int:
        """The place of one number."""
        return number * self._factor & self.room - 1

    def places(self, numbers: Iterable[int]) -> BitMap:
        """The places of these numbers."""
        factor, mask = self._factor, self.room - 1
        return BitMap([number * factor & mask for number in numbers])

    def numbers(self, places: Iterable[int]) -> list[int]:
        """The numbers at these places, in their order."""
        back, mask = self._back, self.room - 1
        return [place * back & mask for place in places]


Fact = tuple[str, Any, Iterable[int]]
"""A kind, a value, and the numbers of the profiles that have it."""


@dataclass(frozen=True)
class Narrowed:
    """What a search found. hits: the places; anywhere: those of the same search without its city."""

    hits: BitMap
    anywhere: BitMap


class PoolInMemory:
    """Sets of places by kind and value, at one state of the database; never changed, only made anew.

    Kinds: skill (skill_id, level): those at this level or above; city; remote; hours a week; form of work;
    day (days since 1970): confirmed on it; blocked (organisation_id): those who hide from it.
    """

    def __init__(self, lot: Lot, sets: Mapping[str, Mapping[Any, BitMap]]) -> None:
        self.lot = lot
        self._sets = sets
        self._later: dict[int, BitMap] = {}

    def after(self, changed: Iterable[int], facts: Iterable[Fact]) -> "PoolInMemory":
        """The pool once these profiles have changed. facts: everything that holds of them now."""
        gone = self.lot.places(changed)
        sets = {kind: dict(of_kind) for kind, of_kind in self._sets.items()}
        for of_kind in sets.values():
            for value in [value for value, holders in of_kind.items() if holders.intersect(gone)]:
                of_kind[value] = of_kind[value] - gone
        for kind, value, numbers in facts:
            places = self.lot.places(numbers)
            of_kind = sets.setdefault(kind, {})
            # Of a skill, a level means every lower one as well.
            for each in [(value[0], level) for level in range(1, value[1] + 1)] if kind == "skill" else [value]:
                of_kind[each] = of_kind[each] | places if each in of_kind else places
        return PoolInMemory(self.lot, sets)

    def of(self, kind: str, value: Any) -> BitMap:
        """The places of one value."""
        return self._sets.get(kind, {}).get(value) or BitMap()

    def values(self, kind: str) -> list[Any]:
        """The values of a kind that somebody has or had."""
        return list(self._sets.get(kind, {}))

    def confirmed_since(self, day: int) -> BitMap:
        """Those who confirmed on this day or later."""
        if day not in self._later:
            later = [self.of("day", other) for other in self.values("day") if other >= day]
            self._later = {day: BitMap.union(*later) if later else BitMap()}
        return self._later[day]

    def narrow(self, wish: PoolSearch, skills: Sequence[int | None], since: int, organisations: Iterable[int]) -> Narrowed:
        """Who meets what a search asks of skills, city, distance, hours and form.

        skills: the ids of its skills, None for one that does not exist. since: the day on or after which one must have
        confirmed. organisations: the reader's and its affiliates; whoever hides from one of them is taken out, which costs
        the same whether or not they fit.
        """
        wanted = [self.confirmed_since(since)]
        wanted += [self.of("skill", (id, asked.level)) for id, asked in zip(skills, wish.skills, strict=True)]
        if wish.remote:
            wanted.append(self.of("remote", True))
        if wish.form:
            wanted.append(self.of("form", wish.form))
        if wish.hours:
            wanted.append(
                reduce(or_, (self.of("hours", hours) for hours in self.values("hours") if hours >= wish.hours), BitMap())
            )
        hidden = reduce(or_, (self.of("blocked", each) for each in organisations), BitMap())
        anywhere = reduce(and_, sorted(wanted, key=len)) - hidden
        return Narrowed(anywhere & self.of("city", wish.city) if wish.city else anywhere, anywhere)

    def counts(self, kind: str, values: Iterable[Any], among: BitMap) -> list[tuple[Any, int]]:
        """How many among these have each value; those that nobody has are left out."""
        held = self._sets.get(kind, {})
        counted = ((value, held[value].intersection_cardinality(among)) for value in values if value in held)
        return [(value, many) for value, many in counted if many]

    def ordered(self, wish: PoolSearch, skills: Sequence[int | None], hits: BitMap, *, skip: int, most: int) -> list[int]:
        """The numbers of at most so many hits in the order of the search: by the sum of levels of its skills, or by hours."""
        found: list[int] = []
        for equals in self._by_level(skills, hits) if wish.order == "level" and skills else self._by_hours(hits):
            found += self.lot.numbers(equals[skip : skip + most - len(found)])
            skip = max(0, skip - len(equals))
            if len(found) == most:
                break
        return found

    def _by_hours(self, hits: BitMap) -> Iterator[BitMap]:
        return (hits & self.of("hours", hours) for hours in sorted(self.values("hours"), reverse=True))

    def _by_level(self, skills: Sequence[int | None], hits: BitMap) -> Iterator[BitMap]:
        """The hits by the sum of their levels, the highest first; one skill after the other parts every sum into four."""
        sums = {0: hits}
        for skill_id in skills:
            parted: dict[int, BitMap] = {}
            for total, holders in sums.items():
                for level in LEVELS:
                    just = (holders & self.of("skill", (skill_id, level))) - self.of("skill", (skill_id, level + 1))
                    parted[total + level] = parted.get(total + level, BitMap()) | just
            sums = parted
        return (sums[total] for total in sorted(sums, reverse=True))
