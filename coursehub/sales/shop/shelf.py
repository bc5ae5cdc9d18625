"""The shelf in memory: what filters and orders ask of each course, as sets of places. Arithmetic only, no database.

Courses stand in places, the newest in place 0. A set of places is one whole number whose bit
n says whether place n belongs to it: to narrow is `&`, to count is `bit_count()`, and both
take microseconds for thousands of courses.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import islice
from operator import attrgetter, or_
from typing import Any, TypeVar

from coursehub.catalog.models.course import LEVELS, LOCALES
from coursehub.sales.shop.forms import BANDS, Wish

# Up to here a price counts as low, in each currency's own minor units.
LOW_MINOR = {"CNY": 20_000, "USD": 3_000, "EUR": 3_000, "GBP": 2_500, "HKD": 20_000, "SGD": 4_000, "JPY": 4_000}
SELLERS = ("house", "partners")

Value = TypeVar("Value")
Places = int
"""A set of places."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a filter or an order may ask of one course on the shelf."""

    course_id: int
    release_id: int
    since: datetime
    level: str
    languages: tuple[str, ...]
    price_minor: int
    currency: str
    seller: str
    is_house: bool
    skill_ids: tuple[int, ...]

    @property
    def band(self) -> str:
        """The range of its price."""
        if self.price_minor == 0:
            return "free"
        return "low" if self.price_minor <= LOW_MINOR.get(self.currency, 0) else "high"


@dataclass(frozen=True, slots=True)
class SkillOnShelf:
    """A skill by which courses can be chosen. parent_id: the wider one."""

    id: int
    code: str
    name: Mapping[str, str]
    parent_id: int | None


@dataclass(frozen=True)
class Counts:
    """How many courses each choice of a filter would show, the other filters as they stand."""

    total: int
    unfiltered: int
    levels: tuple[tuple[str, int], ...]
    prices: tuple[tuple[str, int], ...]
    by: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]
    skills: tuple[tuple[str, str, int], ...]


class ShelfInMemory:
    """Every course that can be bought, at one state of the database; never changed, only made anew."""

    def __init__(self, courses: Iterable[Standing], skills: Sequence[SkillOnShelf]) -> None:
        """skills: in the order in which equal counts are shown."""
        self.courses = sorted(courses, key=attrgetter("since", "course_id"), reverse=True)
        self.place_of = {course.course_id: place for place, course in enumerate(self.courses)}
        self.every = (1 << len(self.courses)) - 1
        self._levels = self._sets(lambda course: (course.level,))
        self._prices = self._sets(lambda course: (course.band,))
        self._sellers = self._sets(lambda course: (course.seller,)) | self._sets(lambda course: (SELLERS[not course.is_house],))
        self._languages = self._sets(lambda course: course.languages)
        self._skills = skills
        self._taught = self._with_wider(self._sets(lambda course: course.skill_ids))
        self._by_price: dict[str, list[int]] = {}

    def _sets(self, values: Callable[[Standing], Iterable[Value]]) -> dict[Value, Places]:
        """The places of each value."""
        places: dict[Value, list[int]] = {}
        for place, course in enumerate(self.courses):
            for value in values(course):
                places.setdefault(value, []).append(place)
        return {value: self.as_places(found) for value, found in places.items()}

    def as_places(self, places: Iterable[int]) -> Places:
        """These places as a set."""
        bits = bytearray(len(self.courses) // 8 + 1)
        for place in places:
            bits[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(bits, "little")

    def _with_wider(self, taught: Mapping[int, Places]) -> dict[str, Places]:
        """The places of each skill by its code; who teaches a narrower one teaches the wider, too."""
        parents = {skill.id: skill.parent_id for skill in self._skills}
        found = dict.fromkeys(parents, 0)
        for skill_id, places in taught.items():
            seen: set[int] = set()
            wider: int | None = skill_id
            while wider is not None and wider not in seen:
                found[wider] |= places
                seen.add(wider)
                wider = parents[wider]
        return {skill.code: found[skill.id] for skill in self._skills}

    def _wished(self, wish: Wish) -> dict[str, Places]:
        """The places that meet each filter of a wish that is set, but for its skill."""
        wished = {}
        if wish.levels:
            wished["level"] = reduce(or_, (self._levels.get(level, 0) for level in wish.levels))
        if wish.price:
            wished["price"] = self._prices.get(wish.price, 0)
        if wish.by:
            wished["by"] = self._sellers.get(wish.by, 0)
        if wish.language:
            wished["language"] = self._languages.get(wish.language, 0)
        return wished

    def met(self, wish: Wish, among: Places) -> Places:
        """The places that meet all filters of a wish. among: those that hold its words."""
        found = among & self._taught.get(wish.skill, 0) if wish.skill else among
        for places in self._wished(wish).values():
            found &= places
        return found

    def counts(self, wish: Wish, among: Places, locale: str) -> Counts:
        """How many courses each choice would show. among: those that hold the words of the wish."""
        taught = among & self._taught.get(wish.skill, 0) if wish.skill else among
        wished = self._wished(wish)

        def count(group: str, sets: Mapping[str, Places], choices: Iterable[str]) -> tuple[tuple[str, int], ...]:
            left = taught
            for other, places in wished.items():
                if other != group:
                    left &= places
            return tuple((choice, (left & sets.get(choice, 0)).bit_count()) for choice in choices)

        return Counts(
            total=self.met(wish, among).bit_count(),
            unfiltered=taught.bit_count(),
            levels=count("level", self._levels, LEVELS),
            prices=count("price", self._prices, BANDS),
            by=count("by", self._sellers, SELLERS if wish.by in ("", *SELLERS) else (*SELLERS, wish.by)),
            languages=count("language", self._languages, LOCALES),
            skills=self._skill_counts(wish, among, locale),
        )

    def _skill_counts(self, wish: Wish, among: Places, locale: str) -> tuple[tuple[str, str, int], ...]:
        """The skills that the narrowed shelf teaches, those of most courses first."""
        left = among
        for places in self._wished(wish).values():
            left &= places
        counted = [(skill, (left & self._taught[skill.code]).bit_count()) for skill in self._skills]
        counted.sort(key=lambda each: -each[1])
        names = ((skill, skill.name.get(locale) or next(iter(skill.name.values()), ""), n) for skill, n in counted if n)
        return tuple((skill.code, name, n) for skill, name, n in names)

    # Orders: each gives the places of a set in turn

    def newest(self, found: Places) -> Iterator[int]:
        """What came last first."""
        bits = bin(found)[:1:-1]
        place = bits.find("1")
        while place >= 0:
            yield place
            place = bits.find("1", place + 1)

    def cheapest(self, found: Places, home_currency: str) -> Iterator[int]:
        """What costs least first, what is priced in the home currency before all else."""
        order = self._by_price.get(home_currency)
        if order is None:
            order = self._by_price[home_currency] = sorted(
                range(len(self.courses)), key=lambda place: self._price(place, home_currency)
            )
        bits = bin(found)[:1:-1].ljust(len(self.courses), "0")
        return (place for place in order if bits[place] == "1")

    def _price(self, place: int, home_currency: str) -> tuple[bool, str, int, int]:
        course = self.courses[place]
        return course.currency != home_currency, course.currency, course.price_minor, place

    def highest(self, found: Places, scores: Mapping[int, Any]) -> Iterator[int]:
        """What scores most first. scores: of courses by their ids; one that is missing has none."""
        return iter(sorted(self.newest(found), key=lambda place: -scores.get(self.courses[place].course_id, 0)))

    def page(self, order: Iterator[int], number: int, per_page: int) -> list[Standing]:
        """The courses of one page, the first being 1."""
        return [self.courses[place] for place in islice(order, (number - 1) * per_page, number * per_page)]
