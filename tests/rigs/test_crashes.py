"""Killed at any point of a sale, a refund or a payout, the house comes back to where it would have been."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import DATABASE
from tests.rigs import DRILL, SEED
from tests.rigs.crash import CrashRig, chosen, crash_rig
from tests.rigs.flows import FLOWS

AT_MOST = None if DRILL else 8
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrashRig]:
    folder: Path = tmp_path_factory.mktemp("crash")
    server = request.getfixturevalue("postgresql") if DATABASE == "postgresql" else None
    with crash_rig(folder, server=server) as made:
        for flow in FLOWS:
            made.prepare(flow)
        yield made


@pytest.mark.parametrize("flow", FLOWS)
def test_a_process_killed_anywhere_leaves_what_an_undisturbed_run_leaves(rig: CrashRig, flow: str) -> None:
    points, undisturbed = rig.run(flow)
    again_points, once_more = rig.run(flow)
    assert (points, undisturbed) == (again_points, once_more), "the rig itself is not steady"
    assert undisturbed["faults of the books"] == []
    assert undisturbed["dead jobs"] == undisturbed["webhooks undone"] == 0
    die_at = chosen(len(points), at_most=AT_MOST, seed=SEED)
    print(f"{flow}: killed at {len(die_at)} of {len(points)} points")
    assert list(rig.violations(flow, die_at)) == []


@pytest.mark.parametrize(
    ("flow", "fault", "where"),
    [
        ("sale by return page", "commit twice", "after commit"),
        ("part of a refund", "forget the key", "after call"),
        ("payout", "decide first", "after commit"),
    ],
)
def test_a_planted_fault_is_found(rig: CrashRig, flow: str, fault: str, where: str) -> None:
    """Without a crash the fault does no harm; killed at the places named, it shows."""
    points, undisturbed = rig.run(flow, fault=fault)
    assert undisturbed == rig.run(flow)[1]
    die_at = [n for n, point in enumerate(points, start=1) if point == where]
    assert any(rig.violations(flow, die_at, fault=fault))
