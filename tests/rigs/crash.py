"""The crash rig: prepare a house once, then for each point: begin there, kill, start again, compare."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from coursehub.sandbox.app import create_sandbox
from coursehub.sandbox.store import Store
from tests.rigs import effects
from tests.sandbox.rig import Running

ROOT = Path(__file__).resolve().parents[2]


KEEP = """
DO $$ DECLARE t text; BEGIN
  DROP SCHEMA IF EXISTS kept_{name} CASCADE; CREATE SCHEMA kept_{name};
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE kept_{name}.%I AS TABLE public.%I', t, t);
  END LOOP;
END $$"""
BRING_BACK = """
DO $$ DECLARE t text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DELETE FROM public.%I', t);
    EXECUTE format('INSERT INTO public.%I SELECT * FROM kept_{name}.%I', t, t);
  END LOOP;
END $$"""


@dataclass
class Database:
    """The victim's database, which can be kept and brought back as it was: a SQLite file, or a PostgreSQL database."""

    url: str
    folder: Path

    def keep(self, name: str) -> None:
        """Keep the present state under a name."""
        if self.url.startswith("sqlite"):
            self._copy("live", name)
        else:
            self._say(KEEP.format(name=name))

    def bring_back(self, name: str) -> None:
        """Make the kept state the present one. Whoever was killed lets go of its locks first."""
        if self.url.startswith("sqlite"):
            self._copy(name, "live")
        else:
            self._say(BRING_BACK.format(name=name))

    def _copy(self, source: str, target: str) -> None:
        for ending in ("", "-wal", "-shm"):
            (self.folder / f"{target}.sqlite3{ending}").unlink(missing_ok=True)
        for ending in ("", "-wal"):
            file = self.folder / f"{source}.sqlite3{ending}"
            if file.exists():
                shutil.copy(file, self.folder / f"{target}.sqlite3{ending}")

    def _say(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


@dataclass
class CrashRig:
    """A victim process, its database, and the sandbox it speaks to."""

    database: Database
    victim: subprocess.Popen[str]
    sandbox: Any
    at: datetime
    facts: dict[str, Any] = field(default_factory=dict)

    def tell(self, do: str, flow: str = "", **more: Any) -> dict[str, Any]:
        """Give the victim one order; what it answered."""
        assert self.victim.stdin is not None
        assert self.victim.stdout is not None
        order = {"do": do, "flow": flow, "at": self.at.isoformat(), "facts": self.facts.get(flow), **more}
        self.victim.stdin.write(json.dumps(order) + "\n")
        self.victim.stdin.flush()
        answer: dict[str, Any] = json.loads(self.victim.stdout.readline())
        if "failed" in answer:
            raise AssertionError(f"{flow}, {do}: {answer['failed']}")
        return answer

    def prepare(self, flow: str) -> None:
        """Build what the flow begins with, and keep it."""
        self._bring_back("empty")
        self.at = _now()
        self.facts[flow] = self.tell("prepare", flow)
        self._keep(_word(flow))

    def run(self, flow: str, *, die_at: int | None = None, fault: str | None = None) -> tuple[list[str], dict[str, Any]]:
        """Begin where the flow begins, act (and die), let the world go on; the points passed and what is left."""
        self._bring_back(_word(flow))
        self.at = _now()  # webhooks are received by a real clock, and what they enqueue is due by it
        acted = self.tell("act", flow, die_at=die_at, fault=fault)
        if die_at is not None:  # a run may be a few points shorter than the one that was counted
            assert "killed" in acted or len(acted["points"]) < die_at, f"{flow} lived on at point {die_at}"
        left = self.tell("again", flow, fault=fault)
        return acted.get("points", []), left | effects.of_the_rail(self.store)

    def violations(
        self, flow: str, die_at: list[int], undisturbed: tuple[list[str], dict[str, Any]], *, fault: str | None = None
    ) -> Iterator[str]:
        """What differs from an undisturbed run, for each of these points where something does."""
        points, whole = undisturbed
        for point in die_at:
            _points, left = self.run(flow, die_at=point, fault=fault)
            if differing := effects.difference(whole, left):
                yield f"{flow}, point {point} ({points[point - 1]}): " + "; ".join(differing)

    @property
    def store(self) -> Store:
        """What the sandbox remembers."""
        store: Store = self.sandbox.extensions["sandbox_store"]
        return store

    def _keep(self, name: str) -> None:
        self.database.keep(name)
        self.store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(self.database.folder / "sandbox.sqlite3", self.database.folder / f"sandbox_{name}.sqlite3")

    def _bring_back(self, name: str) -> None:
        self.database.bring_back(name)
        self.store.close()
        folder = self.database.folder
        for ending in ("", "-wal", "-shm"):
            (folder / f"sandbox.sqlite3{ending}").unlink(missing_ok=True)
        shutil.copy(folder / f"sandbox_{name}.sqlite3", folder / "sandbox.sqlite3")
        self.sandbox.extensions["sandbox_store"] = Store(folder / "sandbox.sqlite3")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _word(flow: str) -> str:
    return re.sub(r"\W+", "_", flow)


def chosen(points: int, *, at_most: int | None, seed: int) -> list[int]:
    """The points to die at: all of them, or a sample that a seed decides."""
    every = list(range(1, points + 1))
    return every if at_most is None or at_most >= points else sorted(random.Random(seed).sample(every, at_most))


@contextmanager
def crash_rig(folder: Path, *, server: Any = None) -> Iterator[CrashRig]:
    """A rig over a SQLite file in `folder`, or over databases of this PostgreSQL server."""
    url = f"sqlite:///{folder / 'live.sqlite3'}"
    database = Database(url, folder)
    if server is not None:
        database = Database(server.get_uri("crash_rig"), folder)
        server.psql("CREATE DATABASE crash_rig;")
    sandbox = create_sandbox(folder / "sandbox.sqlite3", with_control=True)
    running = Running(sandbox)
    sandbox.config["PUBLIC_URL"] = running.url
    env = {
        **os.environ,
        "COURSEHUB_INSTANCE": str(folder),
        "COURSEHUB_SECRET_KEY": "a secret that is only for rigs, and long",
        "COURSEHUB_BASE_URL": "https://localhost",
        "COURSEHUB_LOCALE": "en",
        "DATABASE_URL": database.url,
        "STRIPE_BASE_URL": running.url,
    }
    victim = subprocess.Popen(
        [sys.executable, "-m", "tests.rigs.victim"], cwd=ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    rig = CrashRig(database, victim, sandbox, _now())
    try:
        rig.tell("migrate")
        rig._keep("empty")
        rig.tell("warm up", "part of a refund")
        yield rig
    finally:
        assert victim.stdin is not None
        victim.stdin.close()
        victim.wait(20)
        running.stop()
        rig.store.close()
