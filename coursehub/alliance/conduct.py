"""Scoreboards: how soon members answer, and whether they stand by their offers. Arithmetic only, no database.

Members stand in the order of their names unless the reader chooses otherwise: nothing here is
one number for a member. Counts of fewer than five are hidden with what would give them away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from coursehub.alliance.suppression import SMALLEST, suppressed
from coursehub.talent import hiring_figures
from coursehub.talent.hiring_figures import Answered

KINDS = ("in_time", "late", "silent", "open")


def kind_of(case: Answered, at: datetime) -> str:
    """silent: the promised day passed, or the case ended after it, without an answer. open: no answer was due yet."""
    if case.answered_at is not None:
        return "in_time" if case.answered_at <= case.promised_at else "late"
    return "silent" if (case.ended_at or at) > case.promised_at else "open"


@dataclass(frozen=True)
class Conduct:
    """One member over a period; None stands for a hidden number.

    many: applications; share: answered in time among those whose answer was due, between 0 and 1; median_days: half had an
    answer after so many days, those without one counted as under way; offers and rescinded: offers made, and taken back.
    """

    organisation: str
    many: int | None
    kinds: tuple[int | None, ...]
    share: float | None
    median_days: float | None
    offers: int | None
    rescinded: int | None
    rescinding: float | None


def scoreboard(
    members: Sequence[str], applications: Sequence[Answered], offers: Sequence[tuple[str, str]], *, at: datetime
) -> list[Conduct]:
    """One row for each member in the given order; those of whom there is nothing to say are left out."""
    known = [member for member in members if any(each.organisation == member for each in applications) or member in dict(offers)]
    if not known:
        return []
    cases = {member: [each for each in applications if each.organisation == member] for member in known}
    answers = suppressed([[sum(kind_of(each, at) == kind for each in cases[member]) for kind in KINDS] for member in known])
    made = {member: [state for organisation, state in offers if organisation == member] for member in known}
    kept = suppressed([[states.count("rescinded"), len(states) - states.count("rescinded")] for states in made.values()])
    return [
        Conduct(
            member, answers.rows[n], answers.cells[n], _in_time(answers.cells[n]), _median(cases[member], at),
            kept.rows[n], kept.cells[n][0], _part(kept.cells[n][0], kept.rows[n]),
        )
        for n, member in enumerate(known)
    ]  # fmt: skip


def _in_time(kinds: Sequence[int | None]) -> float | None:
    in_time, late, silent, _open = kinds
    if in_time is None or late is None or silent is None:
        return None
    return _part(in_time, in_time + late + silent)


def _part(count: int | None, of: int | None) -> float | None:
    return count / of if count is not None and of else None


def _median(cases: Sequence[Answered], at: datetime) -> float | None:
    """Days until the first answer; a case without one was seen until it ended, or until now."""
    if len(cases) < SMALLEST:
        return None
    return hiring_figures.how_long(
        (hiring_figures.days_between(each.applied_at, each.answered_at or each.ended_at or at), each.answered_at is not None)
        for each in cases
    ).median


ORDERS = ("name", "answers", "offers")


def ordered(rows: Sequence[Conduct], order: str) -> list[Conduct]:
    """By what the reader chose; what is hidden stands last, equals keep their place."""
    if order == "answers":
        return sorted(rows, key=lambda row: (row.share is None, -(row.share or 0)))
    if order == "offers":
        return sorted(rows, key=lambda row: (row.rescinding is None, row.rescinding or 0))
    return list(rows)
