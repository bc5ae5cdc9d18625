"""A wheel carries everything: it migrates, checks itself and serves a page from a folder without a checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The wheel, built from this tree and unpacked elsewhere."""
    from coursehub.web.locale import compile_catalogues

    compile_catalogues()
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def run(unpacked, cwd, program):
    env = {"PATH": os.environ["PATH"], "HOME": str(cwd), "COURSEHUB_INSTANCE": str(cwd / "instance"), "PYTHONPATH": str(unpacked)}
    return subprocess.run(
        [sys.executable, "-c", program], cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.slow
def test_a_wheel_migrates_and_serves_a_page_from_anywhere(unpacked, tmp_path):
    done = run(
        unpacked, tmp_path,
        "from coursehub import config, schema\n"
        "from coursehub.app import create_app\n"
        "app = create_app()\n"
        "with app.app_context():\n"
        "    schema.migrate()\n"
        "client = app.test_client()\n"
        "answers = [client.get(p, base_url='http://localhost:8000').status_code for p in ('/', '/courses', '/sign-in', '/readyz')]\n"
        "print(config.root(), answers, (config.root() / 'courses').is_dir())\n",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert "_assets" in done.stdout
    assert "[200, 200, 200, 200] True" in done.stdout


@pytest.mark.slow
def test_an_odd_setting_is_one_sentence_on_stderr_and_exit_code_2(unpacked, tmp_path):
    program = (
        "import os, sys\nos.environ['PORT'] = 'many'\nsys.argv = ['coursehub', 'check']\nfrom coursehub.cli import main\nmain()\n"
    )
    done = run(unpacked, tmp_path, program)
    assert done.returncode == 2
    assert done.stderr.strip() == "coursehub: PORT is 'many'; it must be a whole number."
