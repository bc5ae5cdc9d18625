"""The colours: both notations say the same, and every pair of words and ground can be read."""

import math
import re
from itertools import product

import pytest

from coursehub.config import package

WORDS = ("ink", "quiet", "tide", "tide-deep", "waits", "harm", "done", "code-keyword", "code-string", "code-number", "code-name")
GROUNDS = ("paper", "sunken", "raised", "tide-wash", "waits-wash", "harm-wash", "done-wash")
ON = (("on-tide", "tide"), ("on-tide", "tide-deep"), ("on-harm", "harm"))
BORDERS = (
    ("edge", "paper"),
    ("edge", "raised"),
    ("chart-1", "paper"),
    ("chart-2", "paper"),
    ("chart-3", "paper"),
    ("chart-4", "paper"),
)

SHEET = (package() / "static/css/tokens.css").read_text(encoding="utf-8")
Rgb = tuple[float, float, float]


def plain(theme: str) -> dict[str, Rgb]:
    """The fallback colours of a theme."""
    block = SHEET.split(":root {", 1)[1] if theme == "light" else SHEET.split(':root[data-theme="dark"] {', 1)[1]
    found = re.findall(r"--([\w-]+): #([0-9a-f]{6});", block.split("}", 1)[0])
    return {name: tuple(int(value[i : i + 2], 16) / 255 for i in (0, 2, 4)) for name, value in found}  # type: ignore[misc]


def modern(theme: str) -> dict[str, Rgb]:
    """The colours of a theme as light-dark() writes them."""
    found = re.findall(r"--([\w-]+): light-dark\(oklch\(([^)]*)\), oklch\(([^)]*)\)\);", SHEET)
    return {
        name: from_oklch(*map(float, (light if theme == "light" else dark).replace("%", "").split()))
        for name, light, dark in found
    }


def from_oklch(lightness: float, chroma: float, hue: float) -> Rgb:
    """sRGB of an OKLCH colour (lightness in percent). Source: Ottosson, A perceptual color space for image processing."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long, middle, short = (
        (lightness / 100 + x * a + y * b) ** 3
        for x, y in ((0.3963377774, 0.2158037573), (-0.1055613458, -0.0638541728), (-0.0894841775, -1.2914855480))
    )
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return tuple(_gamma(min(1.0, max(0.0, x))) for x in linear)  # type: ignore[return-value]


def _gamma(x: float) -> float:
    return 12.92 * x if x <= 0.0031308 else 1.055 * x ** (1 / 2.4) - 0.055


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of two colours. Source: WCAG 2.2."""

    def luminance(rgb: Rgb) -> float:
        red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in rgb)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_can_be_read_on_every_ground(theme):
    colours = plain(theme)
    pairs = [*product(WORDS, GROUNDS), *ON]
    assert [pair for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < 4.5] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_borders_and_chart_marks_can_be_seen(theme):
    colours = plain(theme)
    assert [pair for pair in BORDERS if contrast(colours[pair[0]], colours[pair[1]]) < 3.0] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_plain_colours_are_the_modern_ones(theme):
    old, new = plain(theme), modern(theme)
    assert old.keys() == new.keys()
    assert [name for name in old if max(abs(a - b) for a, b in zip(old[name], new[name], strict=True)) > 0.005] == []


def test_both_dark_themes_are_the_same():
    chosen, followed = re.findall(r'(?::root\[data-theme="dark"\]|:root:not\(\[data-theme="light"\]\)) \{([^}]*#[^}]*)\}', SHEET)
    assert chosen.split() == followed.split()


def test_a_pair_that_cannot_be_read_would_be_found():
    assert contrast((1, 1, 1), (0, 0, 0)) == pytest.approx(21)
    assert contrast(from_oklch(70, 0, 0), (1, 1, 1)) < 4.5
