"""A large book: balances, months, itemised statements, proving the chain, and journals singly and by the hundred.

.venv/bin/python -m bench.ledger --database sqlite|postgresql [--journals 250000] [--parties 2000] [--sales 2000] [--rounds 5]

A quarter of a million journals have a million postings; with --journals 1000000 the chain is as long as its aim says. Filling takes
most of the time: some two minutes for the million postings, eight for four millions. Ratios are of CPU time, the database's
included, against plain SQL by the driver in the same run; a balance is told in wall-clock time.
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.targets import Booker, cpu_seconds

BUSY = "asset:rail:stripe"


def _parsed() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    asked.add_argument("--database", choices=("sqlite", "postgresql"), required=True)
    asked.add_argument("--journals", type=int, default=250_000)
    asked.add_argument("--parties", type=int, default=2_000)
    asked.add_argument("--sales", type=int, default=2_000, help="sales on the itemised statement")
    asked.add_argument("--rounds", type=int, default=5)
    return asked.parse_args()


class Clock:
    """CPU time of this process and of the database's."""

    def __init__(self, database: list[int]) -> None:
        self._of = [os.getpid(), *database]

    def took(self, act: Callable[[], object]) -> float:
        """Seconds of CPU."""
        before = cpu_seconds(self._of)
        act()
        return cpu_seconds(self._of) - before

    def in_turn(self, rounds: int, *acts: Callable[[], object]) -> list[float]:
        """The median of each over the rounds, in which they take turns."""
        taken = [[self.took(act) for act in acts] for _round in range(rounds)]
        return [max(statistics.median(each), 0.001) for each in zip(*taken, strict=True)]


def _verdict(name: str, ours: float, floor: float, most: float) -> None:
    ratio = ours / floor
    print(f"{name}: ours {1000 * ours:,.0f} ms, floor {1000 * floor:,.0f} ms of CPU = {ratio:.2f}x (aim: <= {most:g}x, "
          f"{'ok' if ratio <= most else 'MISSED'})", flush=True)  # fmt: skip


def _balance(rounds: int) -> None:
    from bench.floors import books
    from bench.floors.database import database
    from coursehub.db import db
    from coursehub.ledger import queries

    took = []
    for _n in range(200 * rounds):
        began = time.perf_counter()
        held = queries.balance_of(BUSY, "CNY")
        took.append(1000 * (time.perf_counter() - began))
        db.session.rollback()
    posted, many = books.posted(database(), BUSY, "CNY")
    took.sort()
    middle = took[len(took) // 2]
    print(f"balance of an account with {many:,} postings: {middle:.2f} ms (p50), {took[int(0.99 * len(took))]:.2f} ms (p99), "
          f"{'equal to' if held == posted else 'NOT'} their sum (aim: < 1 ms, {'ok' if middle < 1 else 'MISSED'})")  # fmt: skip
    if held != posted:
        raise SystemExit("a balance is not the sum of its postings")


def _months(clock: Clock, rounds: int) -> None:
    from bench.floors import books
    from bench.floors.database import database
    from coursehub.db import db
    from coursehub.statements.months import Month
    from coursehub.statements.queries import journals_of, moved_by_party

    month, at = Month(2026, 2), datetime.now(UTC)
    span = journals_of(month, at)
    ours, floor = moved_by_party(month, at), books.totals(database(), *span)
    db.session.rollback()
    if ours != floor:
        raise SystemExit("ours and the floor add up differently")
    taken = clock.in_turn(rounds, lambda: moved_by_party(month, at), lambda: books.totals(database(), *span))
    _verdict(f"totals of a month for {len(ours):,} parties over {span[1] - span[0]:,} journals", *taken, 1.5)


def _statement(clock: Clock, party: str, after: int, rounds: int) -> None:
    from bench.floors import books
    from bench.floors.database import database
    from coursehub.contracts.terms import canonical
    from coursehub.statements.bundle import event_data
    from coursehub.statements.reckoning import FORMAT

    far = datetime.now(UTC) + timedelta(days=400)
    through = after + 10**9

    def ours() -> bytes:
        return canonical(event_data(party, "CNY", after, through, far, form=FORMAT))

    def floor() -> str:
        return books.itemised(database(), party, "CNY", after, through)

    items = json.loads(ours())
    if items != json.loads(floor()):
        raise SystemExit("ours and the floor tell different items")
    _verdict(f"itemised statement of {len(items):,} sales", *clock.in_turn(rounds, ours, floor), 2.0)


def _prove(clock: Clock) -> None:
    from coursehub.ledger.checks import check_books

    began = time.perf_counter()
    found: list[object] = []
    cpu = clock.took(lambda: found.append(check_books()))
    wall = time.perf_counter() - began
    checked = found[0]
    if checked.faults:  # type: ignore[attr-defined]
        raise SystemExit(f"the books are not sound: {checked.faults[0]}")  # type: ignore[attr-defined]
    million = cpu / checked.journals * 1_000_000  # type: ignore[attr-defined]
    print(f"proving {checked.journals:,} journals with {checked.postings:,} postings: {cpu:.1f} s of CPU, {wall:.1f} s by the "  # type: ignore[attr-defined]
          f"clock; a million would take {million:.0f} s of CPU (aim: < 60 s, {'ok' if million < 60 else 'MISSED'})",
          flush=True)  # fmt: skip


def _rates(env: dict[str, str], processes: list[int], rounds: int) -> None:
    targets = [Booker(name, env, database=processes) for name in ("ours", "raw")]
    try:
        for at_once, many in ((1, 200), (100, 1_000)):
            cpu: dict[str, list[float]] = {"ours": [], "raw": []}
            rate: dict[str, list[float]] = {"ours": [], "raw": []}
            for target in targets:
                target.measure(at_once * 2, at_once)
            for _round in range(rounds):
                for target in targets:
                    sample = target.measure(many, at_once)
                    cpu[target.name].append(1000 * sample.cpu / many)
                    rate[target.name].append(many / sum(sample.took))
            ours, raw = (statistics.median(rate[name]) for name in ("ours", "raw"))
            told = "singly" if at_once == 1 else f"{at_once} to a commit"
            print(f"journals {told}, ours / raw SQL: {ours:,.0f} / {raw:,.0f} a second = {ours / raw:.2f}x (aim: >= 0.5x, "
                  f"{'ok' if ours / raw >= 0.5 else 'MISSED'}); {statistics.median(cpu['ours']):.2f} / "
                  f"{statistics.median(cpu['raw']):.2f} ms of CPU each", flush=True)  # fmt: skip
    finally:
        for target in targets:
            target.close()


def _measure(asked: argparse.Namespace, env: dict[str, str], processes: list[int]) -> None:
    os.environ.update(env)  # before the floors are imported: they choose their driver by it
    from bench import book_filling, dataset
    from bench.floors.database import database
    from coursehub import config
    from coursehub.app import create_app
    from coursehub.db import db
    from coursehub.ledger.operations import seal_days

    app, clock = create_app(config.read(env)), Clock(processes)
    dataset.build(app, courses=20, orders=0)
    dataset.reset_sequences(app)
    began = time.perf_counter()
    with app.app_context():
        book_filling.fill(database(), journals=asked.journals, parties=asked.parties)
        after = book_filling.height(database())
        party = book_filling.sell(asked.sales)
        database().run("ANALYZE")
        seal_days(at=datetime.now(UTC))
        db.session.rollback()
        print(f"\n## {asked.database}: {asked.journals:,} journals, {asked.journals * book_filling.LEGS:,} postings, "
              f"{asked.parties:,} parties, filled in {time.perf_counter() - began:.0f} s\n", flush=True)  # fmt: skip
        _balance(asked.rounds)
        _months(clock, asked.rounds)
        _statement(clock, party, after, asked.rounds)
        _prove(clock)
        db.session.remove()
    _rates(env, processes, asked.rounds)


def main() -> None:
    """Fill, measure, print, and leave nothing behind."""
    from bench.__main__ import postgresql, sqlite

    asked = _parsed()
    folder = Path(tempfile.mkdtemp(prefix="ch-bench-"))
    try:
        with {"sqlite": sqlite, "postgresql": postgresql}[asked.database](folder) as place:
            _measure(asked, place.env, place.processes)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
