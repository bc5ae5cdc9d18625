"""Tables of the catalogue, split by noun.

Everything that hangs below a release carries `release_id`, so that one trigger
per table can refuse to touch the content of a frozen release.
"""

from coursehub.catalog.models.content import (
    Asset,
    Lesson,
    LessonText,
    ModuleMaker,
    Phase,
    PhaseText,
    ReleaseText,
    Step,
    StepText,
)
from coursehub.catalog.models.course import LEVELS, LOCALES, OPEN_STATES, STATES, STEP_KINDS, Course, Release
from coursehub.catalog.models.package import CourseImport, StepEdit
from coursehub.catalog.models.review import ReleaseEvent, ReleaseReview, ReviewRemark
from coursehub.catalog.models.skill import CatalogueRevision, ReleaseSkill, Skill

__all__ = [
    "LEVELS",
    "LOCALES",
    "OPEN_STATES",
    "STATES",
    "STEP_KINDS",
    "Asset",
    "CatalogueRevision",
    "Course",
    "CourseImport",
    "Lesson",
    "LessonText",
    "ModuleMaker",
    "Phase",
    "PhaseText",
    "Release",
    "ReleaseEvent",
    "ReleaseReview",
    "ReleaseSkill",
    "ReleaseText",
    "ReviewRemark",
    "Skill",
    "Step",
    "StepEdit",
    "StepText",
]
