"""Fixtures of the learning room: a course that is listed, and Ada enrolled in it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from coursehub.catalog.models import Course, Release
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import enrol

from .course import make_course, make_release


@pytest.fixture
def course(cast: Any, at: datetime) -> Course:
    """Northwind's course."""
    return make_course(cast.northwind, at=at)


@pytest.fixture
def release(course: Course, at: datetime) -> Release:
    """Its listed release."""
    return make_release(course, at=at)


@pytest.fixture
def enrolment(cast: Any, release: Release, at: datetime) -> Enrolment:
    """Ada's open enrolment."""
    return enrol(person_id=cast.ada.id, release_id=release.id, at=at)


@pytest.fixture
def ada(cast: Any) -> Any:
    """Ada as an actor."""
    return cast.acting(cast.ada)


Finish = Callable[..., None]
