"""Draws the figures of this course next to itself: `python draw.py`. The committed pictures are what it draws, byte for byte.

All words stand white on a filled shape, so that the pictures read in light and in dark.
"""

from pathlib import Path
from xml.sax.saxutils import escape

TEAL, OCHRE, GREEN, GREY = "#1f6f78", "#9a6410", "#4f6f33", "#6b7280"
STEP, ROW, RADIUS = 80, 70, 17
FONT = 'font-family="system-ui, sans-serif" font-size="14" fill="#ffffff" text-anchor="middle"'

Point = tuple[int, int]


def picture(width: int, height: int, title: str, parts: list[str]) -> str:
    """A whole SVG file."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"><title>{escape(title)}</title>'
    return "\n".join([head, *parts, "</svg>", ""])


def line(a: Point, b: Point, *, dashed: bool = False) -> str:
    """A line between two points."""
    dash = ' stroke-dasharray="5 5"' if dashed else ""
    return f'<path d="M{a[0]} {a[1]}L{b[0]} {b[1]}" fill="none" stroke="{GREY}" stroke-width="2.5"{dash}/>'


def arrow(a: int, b: int, y: int, word: str) -> list[str]:
    """An arrow to the right with a word above it."""
    middle = (a + b) // 2
    wide = 9 * len(word) + 12
    return [
        f'<path d="M{a} {y}H{b}m-9 -7 9 7-9 7" fill="none" stroke="{GREY}" stroke-width="2.5"/>',
        *box((middle - wide // 2, y - 40), (wide, 24), word, GREY),
    ]


def box(corner: Point, size: Point, word: str, colour: str) -> list[str]:
    """A filled box with a word in it."""
    (x, y), (width, height) = corner, size
    return [
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="5" fill="{colour}"/>',
        f'<text x="{x + width // 2}" y="{y + height // 2 + 5}" {FONT}>{escape(word)}</text>',
    ]


def places(title: str, words: tuple[str, str, str]) -> str:
    """The three places of lesson one."""
    parts: list[str] = []
    for n, (word, colour) in enumerate(zip(words, (GREY, OCHRE, TEAL), strict=True)):
        parts += box((10 + 270 * n, 40), (150, 60), word, colour)
    return picture(710, 130, title, [*parts, *arrow(168, 272, 70, "git add"), *arrow(438, 542, 70, "git commit")])


def graph(title: str, commits: dict[str, tuple[int, int, str]], names: dict[str, tuple[str, str]], ghosts: str = "") -> str:
    """Commits as circles, each with the commits before it, and names as labels.

    commits: letter -> (column, row, letters of its parents); names: label -> (letter, "above" or "below").
    ghosts: letters that no name leads to any more, drawn dashed.
    """
    at = {letter: (45 + STEP * column, 60 + ROW * row) for letter, (column, row, _) in commits.items()}
    parts = [
        line(at[parent], at[letter], dashed=letter in ghosts)
        for letter, (_, _, before) in commits.items()
        for parent in before.split()
    ]
    for letter, (x, y) in at.items():
        colour = GREY if letter in ghosts else (TEAL, OCHRE, GREEN)[commits[letter][1] % 3]
        parts.append(f'<circle cx="{x}" cy="{y}" r="{RADIUS}" fill="{colour}"/>')
        parts.append(f'<text x="{x}" y="{y + 5}" {FONT}>{escape(letter)}</text>')
    for name, (letter, side) in names.items():
        wide, (x, y) = 9 * len(name) + 14, at[letter]
        parts += box((x - wide // 2, y - 50 if side == "above" else y + 26), (wide, 24), name, GREY)
    width = max(x for x, _ in at.values()) + 75
    return picture(width, max(y for _, y in at.values()) + 60, title, parts)


PICTURES = {
    "places-zh": places("工作区、暂存区、历史", ("工作区", "暂存区", "历史")),
    "places-en": places("working folder, staging area, history", ("working folder", "staging area", "history")),
    "branches": graph(
        "two names on one history",
        {"A": (0, 0, ""), "B": (1, 0, "A"), "C": (2, 0, "B"), "D": (2, 1, "B"), "E": (3, 1, "D")},
        {"main": ("C", "above"), "sundays": ("E", "below"), "HEAD": ("E", "above")},
    ),
    "merge": graph(
        "a merge has two parents",
        {"A": (0, 0, ""), "B": (1, 0, "A"), "C": (2, 0, "B"), "D": (2, 1, "B"), "M": (3, 0, "C D")},
        {"main": ("M", "above"), "sundays": ("D", "below")},
    ),
    "remote": graph(
        "where main stands here and where it was last seen there",
        {"A": (0, 0, ""), "B": (1, 0, "A"), "C": (2, 0, "B"), "D": (2, 1, "B")},
        {"origin/main": ("C", "above"), "main": ("D", "below")},
    ),
    "rebase": graph(
        "rebase makes new commits on top of main",
        {
            "A": (0, 0, ""), "B": (1, 0, "A"), "C": (2, 0, "B"), "D": (2, 1, "B"), "E": (3, 1, "D"),
            "D'": (3, 0, "C"), "E'": (4, 0, "D'"),
        },
        {"main": ("C", "above"), "sundays": ("E'", "above")},
        ghosts="DE",
    ),
    "release": graph(
        "a fix copied to the release branch",
        {"A": (0, 0, ""), "B": (1, 0, "A"), "C": (2, 0, "B"), "F": (3, 0, "C"), "F'": (3, 1, "A")},
        {"main": ("F", "above"), "v1.2.0": ("A", "above"), "v1.2.1": ("F'", "below")},
    ),
}  # fmt: skip


if __name__ == "__main__":
    for name, drawn in PICTURES.items():
        Path(__file__).with_name(f"{name}.svg").write_text(drawn, encoding="utf-8")
