"""What an employer looks for in the pool, as it stands in the address of the page. No database."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

ORDERS = ("level", "evidence", "hours")
"""By the levels of the skills asked for, by the day they were proven, by hours a week: nothing else decides who is first."""
MOST_SKILLS = 5
AGES_MONTHS = (6, 12, 24)


@dataclass(frozen=True)
class SkillWish:
    """A skill, proven at this level or higher (1 to 4)."""

    code: str
    level: int


@dataclass(frozen=True)
class PoolSearch:
    """Every filter narrows. `opening` is the public id of an opening whose pay has to meet what a person asks at least."""

    words: str = ""
    skills: tuple[SkillWish, ...] = ()
    within_months: int = 0
    city: str = ""
    remote: bool = False
    hours: int = 0
    form: str = ""
    opening: str = ""
    order: str = "hours"

    def with_skill(self, code: str) -> dict[str, object]:
        """The address of the same search with one skill more, at any level."""
        return replace(self, skills=(*self.skills, SkillWish(code, 1))).address()

    def address(self) -> dict[str, object]:
        """The parts of the page's address that say this search."""
        said: dict[str, object] = {
            "q": self.words, "within": self.within_months, "city": self.city, "remote": int(self.remote), "hours": self.hours,
            "form": self.form, "opening": self.opening, "order": self.order,
            "skill": [wish.code for wish in self.skills], "level": [wish.level for wish in self.skills],
        }  # fmt: skip
        return {name: value for name, value in said.items() if value}


def read_search(said: Mapping[str, str], codes: list[str], levels: list[str]) -> PoolSearch:
    """The search that an address says; what makes no sense is left out. codes and levels belong together by their place."""
    wishes: dict[str, SkillWish] = {}
    for code, level in zip(codes, [*levels, *[""] * len(codes)], strict=False):
        if code and code not in wishes and len(wishes) < MOST_SKILLS:
            wishes[code] = SkillWish(code, _number(level, low=1, high=4))
    months = _number(said.get("within", ""), low=0, high=max(AGES_MONTHS))
    order = said.get("order", "")
    usual = "level" if wishes else "hours"
    return PoolSearch(
        words=said.get("q", "").strip()[:200], skills=tuple(wishes.values()),
        within_months=months if months in AGES_MONTHS else 0, city=said.get("city", "").strip()[:60],
        remote=said.get("remote") == "1", hours=_number(said.get("hours", ""), low=0, high=60), form=said.get("form", ""),
        opening=said.get("opening", ""), order=order if order in ORDERS and (wishes or order == "hours") else usual,
    )  # fmt: skip


def from_address(address: Mapping[str, object]) -> PoolSearch:
    """The search that `PoolSearch.address` gave, as it was kept."""
    said = {name: str(value) for name, value in address.items() if not isinstance(value, list)}
    codes, levels = (address.get(name, []) for name in ("skill", "level"))
    assert isinstance(codes, list)
    assert isinstance(levels, list)
    return read_search(said, codes, [str(level) for level in levels])


def _number(text: str, *, low: int, high: int) -> int:
    return min(max(int(text), low), high) if text.isascii() and text.isdigit() and len(text) < 4 else low
