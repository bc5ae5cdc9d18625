"""Killed at any point of any flow of money, the house comes back to where it would have been.

The suite dies at two points of each flow, chosen by a seed, COURSEHUB_CRASH_POINTS=40 at forty, COURSEHUB_DRILL=1 at every
point of all of them: some twelve thousand, hours on each database.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import DATABASE
from tests.rigs import DRILL, SEED
from tests.rigs.crash import CrashRig, chosen, crash_rig
from tests.rigs.flows import FLOWS

AT_MOST = int(os.environ.get("COURSEHUB_CRASH_POINTS", 0 if DRILL else 2)) or None
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrashRig]:
    folder: Path = tmp_path_factory.mktemp("crash")
    server = request.getfixturevalue("postgresql") if DATABASE == "postgresql" else None
    with crash_rig(folder, server=server) as made:
        for flow in FLOWS:
            made.prepare(flow)
        yield made


def test_the_matrix_is_as_wide_as_it_says() -> None:
    assert len(FLOWS) >= 36


@pytest.mark.parametrize("flow", FLOWS)
def test_a_process_killed_anywhere_leaves_what_an_undisturbed_run_leaves(rig: CrashRig, flow: str) -> None:
    points, undisturbed = rig.run(flow)
    if DRILL:
        assert (points, undisturbed) == rig.run(flow), "the rig itself is not steady"
    assert undisturbed["faults of the books"] == []
    assert undisturbed["dead jobs"] == undisturbed["webhooks undone"] == 0
    die_at = chosen(len(points), at_most=AT_MOST, seed=SEED)
    print(f"{flow}: killed at {len(die_at)} of {len(points)} points")
    assert list(rig.violations(flow, die_at, (points, undisturbed))) == []


@pytest.mark.parametrize(
    ("flow", "fault", "where"),
    [
        ("sale by return page", "commit twice", "after commit"),
        ("part of a refund", "forget the key", "after call"),
        ("payout", "decide first", "after commit"),
        ("payout through the provider", "forget the transfer", "after call"),
        ("run with a claim set off", "decide first", "after commit"),
        ("debt paid back", "keep later", "after commit"),
        ("approved week", "charge later", "after commit"),
        ("contested fact that stands", "tick off first", "after commit"),
        ("parts of a course: the last", "ask anew", "after call"),
    ],
)
def test_a_planted_fault_is_found(rig: CrashRig, flow: str, fault: str, where: str) -> None:
    """Without a crash the fault does no harm; killed at the places named, it shows."""
    points, harmless = rig.run(flow, fault=fault)
    undisturbed = rig.run(flow)
    assert harmless == undisturbed[1]
    die_at = [n for n, point in enumerate(points, start=1) if point == where]
    assert any(rig.violations(flow, die_at, (points, harmless), fault=fault))
