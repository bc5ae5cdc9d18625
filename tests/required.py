"""Where everything is required (COURSEHUB_REQUIRE_ALL=1), a test that is skipped has failed, however it was skipped."""

import os
from collections.abc import Generator
from typing import Any

import pytest


def _strictly(report: Any) -> Any:
    if os.environ.get("COURSEHUB_REQUIRE_ALL") == "1" and report.skipped and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"everything is required here, and this was not run: {why}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """A single test."""
    return _strictly((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """A whole file that gives up while it is read."""
    return _strictly((yield))
