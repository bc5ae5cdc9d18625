"""What stands between the suite and a green light: skips where everything is required, and the sum of three runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import run

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
SKIPPING = {
    "by a mark": "import pytest\n@pytest.mark.skipif(True, reason='no tool')\ndef test_x(): pass\n",
    "in its middle": "import pytest\ndef test_x(): pytest.skip('no tool')\n",
    "as a whole file": "import pytest\npytest.importorskip('no_such_tool')\ndef test_x(): pass\n",
}


@pytest.mark.parametrize("how", SKIPPING)
def test_what_is_skipped_where_everything_is_required_has_failed(how, tmp_path):
    (tmp_path / "test_something.py").write_text(SKIPPING[how])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.required", "--rootdir", tmp_path, "-c", os.devnull, tmp_path]
    ended = [
        subprocess.run(
            command, cwd=ROOT, env={**os.environ, "COURSEHUB_REQUIRE_ALL": required}, capture_output=True, text=True, check=False
        )
        for required in ("1", "")
    ]
    assert ended[0].returncode in (1, 2), ended[0].stdout
    assert "everything is required here" in ended[0].stdout
    assert ended[1].returncode in (0, 5), ended[1].stdout


def test_the_last_line_adds_up_what_each_part_said():
    texts = [
        "....F\nFAILED tests/x.py::test_3_passed_in_time\n1 failed, 4 passed, 2 deselected in 61.02s (0:01:01)\n",
        "..E\nERROR tests/y.py\n2 passed, 1 error in 3.10s\n",
        "\n1 passed, 1 error in 0.10s\n",
    ]
    assert run.added_up(texts, seconds=64.5) == "1 failed, 7 passed, 2 deselected, 2 errors in 64.50s"
    assert run.added_up(["....\n4 passed in 0.10s\n"], seconds=1) == "4 passed in 1.00s"


def test_the_worst_part_decides_and_silence_is_no_success():
    assert run.worst([0, 1, 0], chosen=False) == 1
    assert run.worst([0, 5, 0], chosen=False) == 5
    assert run.worst([0, 5, 5], chosen=True) == 0
    assert run.worst([5, 5, 5], chosen=True) == 5
    assert run.worst([0, 0, 139], chosen=True) == 139


def test_a_part_is_shown_whole_and_its_failure_is_kept(tmp_path, capsys, monkeypatch):
    (tmp_path / "test_two.py").write_text("def test_good(): pass\ndef test_bad(): assert False, 'seen to the end'\n")
    monkeypatch.setattr(run, "PARTS", (("one", "sqlite", ()), ("two", "sqlite", ("-k", "good"))))
    assert run.main(("-c", os.devnull, "-p", "no:cacheprovider", str(tmp_path))) == 1
    shown = capsys.readouterr().out
    assert shown.index("== one") < shown.index("seen to the end") < shown.index("== two")
    assert shown.splitlines()[-1].startswith("1 failed, 2 passed, 1 deselected in ")
