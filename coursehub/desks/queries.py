"""What the home page shows of the rooms: how many courses are listed, a few of them, one living credential."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class CourseLine:
    """One course as the home page lists it."""

    slug: str
    title: str
    summary: str
    organisation: str
    price_minor: int
    currency: str


@dataclass(frozen=True)
class Front:
    """The living part of the home page; empty on a new installation."""

    courses: list[CourseLine] = field(default_factory=list)
    course_count: int = 0
    partner_count: int = 0
    credential_course: str = ""
    credential_url: str | None = None
    partner_url: str = "/organisations/new"


def front(locale: str) -> Front:
    """What is really there, in the reader's language."""
    return Front()
