"""Selection rates: whether those who have proven a required skill come further than those who have not. No database.

Each stage is compared by Fisher's exact test (`exact.py`). What is published is one table of how far
people came, in cells that do not overlap, so that hiding its small cells hides them at every stage;
the people of the pool who were written to are a table of their own. No other attribute is known here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from coursehub.alliance.exact import Rates
from coursehub.alliance.suppression import suppressed
from coursehub.talent.hiring_figures import WAY

STEPS = WAY[1:]
"""Screening, interview, offer, hired: what one can come to after applying."""


@dataclass(frozen=True)
class Step:
    """One stage: how many of both groups came to it, of how many that could. None stands for a hidden number."""

    name: str
    holders: tuple[int | None, int | None]
    others: tuple[int | None, int | None]
    rates: Rates | None


@dataclass(frozen=True)
class Selection:
    """One required skill. exposure: who was written to, of those in the pool; steps: how far the applications came."""

    skill: str
    exposure: Step
    steps: tuple[Step, ...]


def selection(skill: str, *, reached: Sequence[tuple[bool, int]], pool: Sequence[tuple[bool, bool]]) -> Selection:
    """reached: for each application whether its person had proven the skill, and the place in WAY of the furthest stage.
    pool: for each person of the pool whether they have, and whether somebody wrote to them.
    """
    cells = [[sum(1 for held, far in reached if held == group and far == n) for n in range(len(WAY))] for group in (True, False)]
    written = [
        [sum(1 for held, was in pool if held == group and was == said) for said in (True, False)] for group in (True, False)
    ]
    came, seen = suppressed(cells), suppressed(written)
    return Selection(
        skill,
        _step("exposure", *((row[0], total) for row, total in zip(seen.cells, seen.rows, strict=True))),
        tuple(
            _step(name, *((_sum(row[n:]), _sum(row[n - 1 :])) for row in came.cells))
            for n, name in enumerate(STEPS, start=1)
        ),
    )  # fmt: skip


def _sum(cells: Sequence[int | None]) -> int | None:
    shown = [cell for cell in cells if cell is not None]
    return sum(shown) if len(shown) == len(cells) else None


def _step(name: str, holders: tuple[int | None, int | None], others: tuple[int | None, int | None]) -> Step:
    numbers = (*holders, *others)
    shown = [number for number in numbers if number is not None]
    rates = Rates(*shown) if len(shown) == len(numbers) and holders[1] and others[1] else None
    return Step(name, holders, others, rates)
