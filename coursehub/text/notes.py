"""What a rendering notes down on its way: headings, labels, problems."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heading:
    """A heading: its level as drawn, its id in the page, its words."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Link:
    """A link as written, and where it leads now; None means broken."""

    target: str
    address: str | None
    is_external: bool


@dataclass(frozen=True)
class Image:
    """An image as written, its words for those who do not see it, and its address."""

    target: str
    alt: str
    address: str


@dataclass(frozen=True)
class Problem:
    """Something that was not kept as written. kind: a word of ours; detail: the author's text."""

    kind: str
    detail: str


@dataclass
class Notes:
    """Collected while one text is drawn."""

    locale: str
    title_of: Callable[[str], str | None]
    top_level: int
    headings: list[Heading] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    depth: int = 0
    last_level: int = 0

    def note(self, kind: str, detail: str) -> None:
        """Remember a problem, its detail cut to a sensible length."""
        self.problems.append(Problem(kind, " ".join(detail.split())[:120]))

    def heading_id(self, text: str) -> str:
        """A page-wide unique id that keeps Chinese words readable."""
        base = slug(text) or "part"
        taken = {heading.id for heading in self.headings}
        name, n = f"h-{base}", 1
        while name in taken:
            n += 1
            name = f"h-{base}-{n}"
        return name


def slug(text: str) -> str:
    """The words of a heading as an address fragment."""
    return re.sub(r"[^\w]+", "-", text.strip().lower()).strip("-")[:80]
