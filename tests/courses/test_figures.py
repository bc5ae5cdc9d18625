"""Figures of house courses that a script draws: the committed pictures are what it draws, and each stands on a page."""

import re
import runpy

import pytest

from coursehub.config import root

pytestmark = pytest.mark.once

DRAWN = sorted((root() / "courses").glob("*/images/draw.py"))


@pytest.mark.parametrize("script", DRAWN, ids=lambda p: p.parent.parent.name)
def test_the_committed_pictures_are_what_the_script_draws(script):
    drawn = runpy.run_path(str(script))["PICTURES"]
    kept = {picture.stem: picture.read_text(encoding="utf-8") for picture in script.parent.glob("*.svg")}
    assert kept == drawn


@pytest.mark.parametrize("script", DRAWN, ids=lambda p: p.parent.parent.name)
def test_every_picture_stands_on_a_page_with_words_for_those_who_do_not_see_it(script):
    shown: dict[str, list[str]] = {}
    for page in (script.parent.parent / "steps").glob("*/*.md"):
        for name, alt in re.findall(r"^:::\{figure\} \.\./\.\./images/(.+)\.svg\n:alt: (.+)$", page.read_text("utf-8"), re.M):
            shown.setdefault(name, []).append(alt)
    assert sorted(shown) == sorted(picture.stem for picture in script.parent.glob("*.svg"))
    assert all(len(alt) > 10 for alts in shown.values() for alt in alts)
