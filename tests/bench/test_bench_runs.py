"""The harness of the bench, whole but small: it runs and prints ratios. Times are never judged here."""

import os
import re
import subprocess
import sys

import pytest

from coursehub.config import root
from tests.conftest import DATABASE


@pytest.mark.slow
def test_the_bench_runs_from_end_to_end_and_prints_a_ratio_for_everything_it_promises():
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--database", DATABASE],
        cwd=root(), env=os.environ | {"PYTHONUNBUFFERED": "1"}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    named = {line.split("|")[1].strip() for line in done.stdout.splitlines() if re.search(r"^\|.*\d+\.\d\dx", line)}
    assert named >= {
        "catalogue, anonymous", "catalogue, signed in", "course, anonymous", "course, signed in",
        "lesson, anonymous", "lesson, signed in", "search, anonymous", "sale, completed", "journal / raw SQL",
    }  # fmt: skip
    assert "journals, ours / raw SQL" in done.stdout
    assert "Our worker's memory" in done.stdout
    assert "other bytes" not in done.stdout, done.stdout


@pytest.mark.slow
def test_the_bench_of_the_pool_compares_every_answer_and_names_each_way():
    done = subprocess.run(
        [sys.executable, "-m", "bench.pool", "--database", DATABASE, "--profiles", "3000", "--questions", "4", "--rounds", "1"],
        cwd=root(), env=os.environ | {"PYTHONUNBUFFERED": "1"}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ways = {"ours", "LIKE"} if DATABASE == "sqlite" else {"ours", "scan", "GIN", "bitmaps"}
    rows = [line.split("|")[1].strip() for line in done.stdout.splitlines() if re.search(r"^\|.*\d+\.\d\d", line)]
    assert set(rows) == ways and len(rows) == 2 * len(ways)
    assert "A change is in the sets" in done.stdout


@pytest.mark.slow
def test_the_bench_of_the_books_compares_every_answer_with_plain_sql():
    small = ["--journals", "600", "--parties", "20", "--sales", "60", "--rounds", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "bench.ledger", "--database", DATABASE, *small],
        cwd=root(), env=os.environ | {"PYTHONUNBUFFERED": "1"}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for promised in (
        "balance of an account with 660 postings", "equal to their sum", "totals of a month for 20 parties",
        "itemised statement of 60 sales", "proving 660 journals", "journals singly", "journals 100 to a commit",
    ):  # fmt: skip
        assert promised in done.stdout, done.stdout
