"""Which skills completing a release proves, and at which level."""

from coursehub.catalog.queries import SkillLevel, skills_of
from coursehub.learning.proof import proven
from coursehub.learning.queries.outline import outline


def proven_skills(release_id: int, locale: str) -> list[SkillLevel]:
    """What completing a release proves, strongest first; names in this language."""
    return proven(skills_of(release_id, locale), graded=graded_steps(release_id))


def graded_steps(release_id: int) -> int:
    """How many steps of a release are judged by us; the same in every language."""
    return outline(release_id, "").graded
