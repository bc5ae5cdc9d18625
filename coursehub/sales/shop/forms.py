"""What a reader wishes for, read from the address. Odd values are left out, never refused: an old link still leads somewhere."""

from dataclasses import dataclass
from typing import Self

from werkzeug.datastructures import MultiDict

from coursehub.catalog.models.course import LEVELS, LOCALES

BANDS = ("free", "low", "high")
SORTS = ("relevance", "newest", "price", "rating")
LONGEST_QUERY = 100
PER_PAGE = 24


@dataclass(frozen=True)
class Wish:
    """Words, filters and order. Empty means: any. `by` is `house`, `partners` or one organisation's slug."""

    q: str = ""
    skill: str = ""
    levels: frozenset[str] = frozenset()
    price: str = ""
    by: str = ""
    language: str = ""
    sort: str = "newest"
    page: int = 1

    @classmethod
    def from_address(cls, args: "MultiDict[str, str]") -> Self:
        """The wish that an address spells out."""
        q = " ".join(args.get("q", "").split())[:LONGEST_QUERY]
        sort = args.get("sort", "")
        if sort not in SORTS or (sort == "relevance" and not q):
            sort = "relevance" if q else "newest"
        return cls(
            q=q,
            skill=args.get("skill", "")[:80],
            levels=frozenset(level for level in args.getlist("level") if level in LEVELS),
            price=_known(args.get("price", ""), BANDS),
            by=args.get("by", "")[:60],
            language=_known(args.get("language", ""), LOCALES),
            sort=sort,
            page=min(max(1, args.get("page", 1, int)), 10_000),
        )

    @property
    def narrowed(self) -> int:
        """How many filters are set."""
        return len([each for each in (self.skill, self.levels, self.price, self.by, self.language) if each])

    @property
    def default_sort(self) -> str:
        """How the courses stand if nothing is said."""
        return "relevance" if self.q else "newest"

    def as_args(self) -> list[tuple[str, str]]:
        """The wish as the shortest address that spells it, without its page."""
        single = (("q", self.q), ("skill", self.skill), ("price", self.price), ("by", self.by), ("language", self.language))
        args = [(name, value) for name, value in single if value]
        args += [("level", level) for level in LEVELS if level in self.levels]
        return args + ([("sort", self.sort)] if self.sort != self.default_sort else [])


def _known(value: str, words: tuple[str, ...]) -> str:
    return value if value in words else ""
