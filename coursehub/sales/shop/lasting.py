"""What the page of a course says of its release. A frozen release never changes, so that is written once and kept.

Nothing here knows the reader, the price, the seats, the reviews or the hour: the templates get no request's context.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from coursehub.catalog.words import language_words, level_words, skill_level_words
from coursehub.learning import queries as learning
from coursehub.learning.proof import proven
from coursehub.sales.shop.describing import alternates, as_json_ld, course_data
from coursehub.sales.shop.queries import CourseFacts
from coursehub.sales.shop.words import contents_words
from coursehub.web import current_locale, external_url
from coursehub.web.spoken import environment

KEPT = 512
"""How many courses, each language apart, a process keeps in memory."""


@dataclass(frozen=True)
class Lasting:
    """The parts of a page that stay. preview_key: the first step that everybody may read, while the course is listed."""

    canonical: str
    alternates: list[tuple[str, str]]
    json_ld: Markup
    head: Markup
    rest: Markup
    contents: str
    preview_key: str | None


def lasting_of(course: CourseFacts) -> Lasting:
    """The lasting parts for a reader of the current language."""
    keep = course.content_hash is not None  # a draft may still change below its facts
    return (_kept if keep else _written)(course, current_locale())


def _written(course: CourseFacts, locale: str) -> Lasting:
    tree = learning.outline(course.release_id, course.locale)
    minutes = sum(lesson.minutes for lesson in tree.lessons)
    counted = contents_words(tree)
    open_steps = (step.key for step in tree.steps if step.is_preview)
    said: dict[str, Any] = {
        "course": course, "tree": tree, "minutes": minutes, "contents": counted, "locale": locale,
        "levels": level_words(), "languages": language_words(), "skill_levels": skill_level_words(),
        "skills": proven(course.skills, graded=tree.graded),
    }  # fmt: skip
    return Lasting(
        canonical=external_url("shop.course", slug=course.slug),
        alternates=alternates("shop.course", course.languages, slug=course.slug),
        json_ld=as_json_ld(course_data(course, minutes)),
        head=_render("sales/shop/_course_head.html", said),
        rest=_render("sales/shop/_course_rest.html", said),
        contents=_render("sales/shop/_contents.html", said).strip(),
        preview_key=next(open_steps, None) if course.is_listed else None,
    )


_kept = lru_cache(maxsize=KEPT)(_written)


def _render(template: str, said: dict[str, Any]) -> Markup:
    return Markup(environment().get_template(template).render(said))  # noqa: S704 - the template has escaped it
