"""Counters: what clauses over more than one sale have to remember, by names that stand in the books.

Pure. A counter's name says what it counts and in which window: `volume:2026`, `platform:2026-03`, `recouped:film`.
In the ledger it is the balance of a memo account of the contract (`memo:<name>`), so the waterfall has no hidden
state and every change of a counter stands in the journal of the sale that changed it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

from coursehub.contracts.clauses import Window

if TYPE_CHECKING:
    from coursehub.contracts.terms import TermsBody
    from coursehub.contracts.waterfall import Line

_BEIJING = timezone(timedelta(hours=8))


def window_of(window: Window, moment: str) -> str:
    """The window in which a moment of universal time (2026-05-01T00:00:00Z) lies: 2026-05, 2026 or "all"."""
    if window == "contract":
        return "all"
    month = _month_of(moment[: len("2026-05-01T00")])
    return month if window == "month" else month[:4]


@lru_cache(maxsize=10_000)  # the hours of a year
def _month_of(hour: str) -> str:
    return f"{datetime.fromisoformat(f'{hour}:00+00:00').astimezone(_BEIJING):%Y-%m}"


def written(moment: datetime) -> str:
    """A moment as terms write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def midnight(day: date) -> str:
    """The first moment of a day in Beijing, as terms write it."""
    return written(datetime(day.year, day.month, day.day, tzinfo=_BEIJING))


def day_of(moment: str) -> date:
    """The day in Beijing on which a moment of the terms falls."""
    return datetime.fromisoformat(moment).astimezone(_BEIJING).date()


def last_day(ends: str) -> date:
    """The last day before a moment of the terms, in Beijing."""
    return day_of(ends) - timedelta(days=1)


def names_for(terms: "TermsBody", moment: str) -> list[str]:
    """The counters that a sale at this moment reads and moves; none for terms that look at one sale alone."""
    rest = terms.rates.rest
    found = [f"volume:{window_of(rest.ladder.window, moment)}"] if rest.ladder else []
    if terms.rates.ceiling:
        found.append(f"platform:{window_of(terms.rates.ceiling.window, moment)}")
    return [*found, *(f"recouped:{one.id}" for one in terms.recoup)]


def limits_for(terms: "TermsBody", moment: str) -> dict[str, int]:
    """How far each counter of a sale at this moment may go; those that only count have no limit."""
    most = {f"recouped:{one.id}": one.amount_minor for one in terms.recoup}
    if terms.rates.ceiling:
        most[f"platform:{window_of(terms.rates.ceiling.window, moment)}"] = terms.rates.ceiling.amount_minor
    return most


def moved_by(terms: "TermsBody", lines: "Sequence[Line]", moment: str) -> dict[str, int]:
    """How far the lines of a sale move each counter, in minor units."""
    moved: dict[str, int] = {}
    for name in names_for(terms, moment):
        counts, _colon, what = name.partition(":")
        if counts == "recouped":
            paths = {f"/recoup/{n}" for n, one in enumerate(terms.recoup) if one.id == what}
            moved[name] = sum(line.amount_minor for line in lines if line.path in paths)
        else:
            rate = [line for line in lines if line.reason.kind == "rate"]
            moved[name] = sum(int(line.reason.of) if counts == "volume" else line.amount_minor for line in rate)
    return {name: amount for name, amount in moved.items() if amount}


def moved_back(moved: Mapping[str, int], *, gross_minor: int, before_minor: int, amount_minor: int) -> dict[str, int]:
    """How far a part-refund moves the counters of its sale back; all parts of a whole refund move them back whole."""

    def up_to(amount: int, refunded: int) -> int:
        return amount * refunded // gross_minor

    steps = {name: up_to(amount, before_minor + amount_minor) - up_to(amount, before_minor) for name, amount in moved.items()}
    return {name: step for name, step in steps.items() if step}


def windows_between(window: Window, first: datetime, last: datetime) -> Iterator[str]:
    """Every window that the days from first to last touch, in order."""
    day, seen = first, ""
    while day <= last:
        name = window_of(window, written(day))
        if name != seen:
            yield name
            seen = name
        day += timedelta(days=1)
