"""Matched evidence: which courses helped somebody into a job, and with what weight.

Pure: no database, no clock. A credential counts if the employer could read it, under a
grant, before the offer went out, and if it proves a skill that the opening required at
the required level or above. It weighs its assessed minutes, falling in a straight line
from all at the day of issue to nothing 24 months later. Who employed the person before
is no input here, so it cannot matter.

By hand. Required: SQL at 2. The offer goes out on 1 July 2026. A course of 40 assessed hours proved SQL
at 3 on 1 July 2025, 365 days before: 2400 x (730 - 365) = 876,000. Another of 20 hours
proved SQL at 2 on the day of the offer, an hour before: 1200 x 730 = 876,000. Each gets half.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

COUNTS_FOR_DAYS = 730
"""24 months. Source: the design of the placement fee; published with the price list."""


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A credential as the employer could read it.

    credential, course: public ids. skills: code of a skill -> level proven, 1 to 4.
    disclosed_at: the first moment at which a live grant let the employer read it.
    """

    credential: str
    course: str
    skills: Mapping[str, int]
    assessed_minutes: int
    issued_at: datetime
    disclosed_at: datetime


@dataclass(frozen=True, slots=True)
class Matched:
    """A credential that counts: for which required skills, and with what weight (minutes x days left)."""

    credential: str
    course: str
    skills: tuple[str, ...]
    assessed_minutes: int
    days_left: int
    weight: int


def matched_evidence(required: Mapping[str, int], disclosed: Iterable[Disclosed], *, offered_at: datetime) -> tuple[Matched, ...]:
    """The credentials that count, at most one per course (the heaviest), those issued first standing first.

    required: code of a skill -> level that the opening required. The order of the input
    changes nothing. Weights only compare with each other.
    """
    heaviest: dict[str, tuple[Matched, datetime]] = {}
    for credential in sorted(disclosed, key=lambda each: (each.issued_at, each.credential)):
        found = _match(required, credential, offered_at)
        if found and (credential.course not in heaviest or found.weight > heaviest[credential.course][0].weight):
            heaviest[credential.course] = (found, credential.issued_at)
    in_order = sorted(heaviest.values(), key=lambda pair: (pair[1], pair[0].credential))
    return tuple(found for found, _issued_at in in_order)


def weights_by_course(matched: Iterable[Matched]) -> dict[str, int]:
    """Course -> weight, in the order in which the evidence stands."""
    return {each.course: each.weight for each in matched}


def _match(required: Mapping[str, int], credential: Disclosed, offered_at: datetime) -> Matched | None:
    if max(credential.issued_at, credential.disclosed_at) >= offered_at:
        return None
    skills = tuple(sorted(code for code, level in required.items() if credential.skills.get(code, 0) >= level))
    days_left = COUNTS_FOR_DAYS - (offered_at - credential.issued_at).days
    weight = credential.assessed_minutes * days_left
    if not skills or weight <= 0:
        return None
    return Matched(credential.credential, credential.course, skills, credential.assessed_minutes, days_left, weight)
