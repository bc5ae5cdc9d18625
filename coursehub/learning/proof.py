"""What a completed course proves: a skill above the first level rests on work that somebody else than the learner judged.

Pure. See docs/decisions/0011-skills-rest-on-graded-work.md.
"""

from collections.abc import Iterable
from dataclasses import replace

from coursehub.catalog.queries import SkillLevel

BY_WORD = 1
"""The highest level (knows it) that readings alone can prove, since nobody but the learner says that they were read."""


def proven_level(stated: int, *, graded: int) -> int:
    """The level that a release proves, from the one its author states and how many of its steps are graded."""
    return stated if graded else min(stated, BY_WORD)


def proven(stated: Iterable[SkillLevel], *, graded: int) -> list[SkillLevel]:
    """The same skills at the levels that a release with so many graded steps proves."""
    return [replace(skill, level=proven_level(skill.level, graded=graded)) for skill in stated]
