"""What the pages of sales share: the names of courses, bundles and organisations."""

from collections.abc import Sequence

from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course
from coursehub.people.models import Organisation
from coursehub.sales.models import Bundle
from coursehub.web import current_locale


def course_titles(courses: Sequence[Course]) -> dict[int, str]:
    """The title of each course in the reader's language, by its id; its address while it has no release."""
    titles: dict[int, str] = {}
    for course in dict.fromkeys(courses):
        release = catalog.current_release(course.id) or catalog.newest_release(course.id)
        titles[course.id] = (catalog.title_of(release.id, current_locale()) if release else "") or course.slug
    return titles


def course_choices(courses: Sequence[Course]) -> list[tuple[str, str]]:
    """Courses as choices of a form."""
    titles = course_titles(courses)
    return [(course.public_id, titles[course.id]) for course in courses]


def name_of_bundle(bundle: Bundle) -> str:
    """A bundle's name in the reader's language."""
    return bundle.name_en if current_locale() == "en" else bundle.name


def name_of(organisation: Organisation) -> str:
    """An organisation's name in the reader's language."""
    return organisation.name_en if current_locale() == "en" else organisation.name
