"""Reading data honestly: its data and figures are what its scripts make, and the figures can be read without eyes."""

import csv
import re
import runpy
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from coursehub.config import root

pytestmark = pytest.mark.once

COURSE = root() / "courses" / "reading-data-honestly"
FIGURE = re.compile(r"^:::\{figure\} (\S+)\n:alt: (.+)\n\n(.+)\n:::$", re.M)
SHAPES = {"svg", "title", "rect", "line", "circle", "path", "text"}
MADE = (*COURSE.glob("data/*.csv"), COURSE / "steps" / "l12-code" / "starter" / "lights.csv", *COURSE.glob("figures/*.svg"))


def made_anew(folder):
    """The course's scripts, run in an empty copy of its folder."""
    shutil.copytree(COURSE / "code", folder / "code")
    for script in ("make_data.py", "draw_figures.py"):
        subprocess.run([sys.executable, "-I", folder / "code" / script], check=True, timeout=60, capture_output=True)
    return folder


def differing(folder):
    """Which committed files are not, byte for byte, what lies under the same name in the folder."""
    return [
        path.relative_to(COURSE).as_posix()
        for path in MADE
        if not (again := folder / path.relative_to(COURSE)).exists() or again.read_bytes() != path.read_bytes()
    ]


def test_data_and_figures_are_what_the_scripts_make(tmp_path):
    again = made_anew(tmp_path)
    assert len(MADE) == 23
    assert differing(again) == []
    assert len(list(again.rglob("*.csv")) + list(again.rglob("*.svg"))) == len(MADE)


def test_a_number_changed_by_hand_is_found(tmp_path):
    again = made_anew(tmp_path)
    planted = again / "data" / "rides.csv"
    planted.write_text(planted.read_text(encoding="utf-8").replace(",59\n", ",58\n", 1), encoding="utf-8")
    assert differing(again) == ["data/rides.csv"]


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_figure_is_shown_once_and_told_in_words(locale):
    shown = []
    for page in sorted(COURSE.glob(f"steps/*/{locale}.md")):
        text = page.read_text(encoding="utf-8")
        found = FIGURE.findall(text)
        assert len(found) == text.count("{figure}"), page
        for target, alternative, caption in found:
            assert (page.parent / target).is_file(), target
            assert len(alternative) >= 40, f"{page}: the alternative text must tell what there is to see"
            assert caption not in alternative
            shown.append(target.rpartition("/")[2])
    assert sorted(shown) == sorted(path.name for path in COURSE.glob(f"figures/*.{locale}.svg"))


def test_figures_are_well_formed_and_carry_nothing_that_runs():
    for path in COURSE.glob("figures/*.svg"):
        drawn = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        assert {element.tag.rpartition("}")[2] for element in drawn.iter()} <= SHAPES
        assert not [name for element in drawn.iter() for name in element.attrib if name.startswith("on") or "href" in name]


def test_what_the_pictures_say_of_the_data_is_so():
    """Sentences of lessons 5, 6 and 12 that rest on the data."""
    made = runpy.run_path(str(COURSE / "code" / "make_data.py"))
    valley = [row for row in made["rides"]() if 20 <= row[3] < 30]
    assert len(valley) < 10 < 100 < sum(row[3] < 20 for row in made["rides"]())
    rates = sorted((1000 * repairs / rides, rides) for _name, rides, repairs in made["stations"]())
    assert max(rides for _rate, rides in rates[:3] + rates[-3:]) < 400
    rows = list(csv.DictReader((COURSE / "data" / "lights.csv").open(encoding="utf-8", newline="")))
    assert len(rows) == 90
    assert len({row["bike"] for row in rows}) == 88
