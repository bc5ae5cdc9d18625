"""The course of the learning tests, for cohorts."""

from tests.learning.conftest import course, release

__all__ = ["course", "release"]
