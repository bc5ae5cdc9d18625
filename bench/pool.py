"""HR's search over the pool: ours against a scan, a plain GIN index and bare bitmaps, in turn, on the same million profiles.

.venv/bin/python -m bench.pool [--database postgresql|sqlite] [--profiles N] [--questions N] [--rounds N]

Every answer of every way is compared with every other before a time counts.
"""

import argparse
import os
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from bench.__main__ import postgresql, sqlite
from bench.floors.pool import INDEX, SCAN, Answer, Bitmaps, Question, ask_postgresql, ask_sqlite
from bench.pool_data import FORMS, NOW, READER, city_name, fill_postgresql, fill_sqlite
from bench.targets import memory_mb
from coursehub import config, schema
from coursehub.app import create_app
from coursehub.db import db, transaction
from coursehub.people.actor import Actor
from coursehub.talent.models import Profile
from coursehub.talent.pool_search import PoolSearch, SkillWish
from coursehub.talent.queries.pool import hits_of
from coursehub.talent.queries.pool_finding import find
from coursehub.talent.queries.pool_memory import pool_now

PROFILES = {"postgresql": 1_000_000, "sqlite": 100_000}
AIMS = {
    "scan": (("p50", 1 / 50), ("p99", 1 / 15)), "GIN": (("p50", 1 / 2.5),), "bitmaps": (("p50", 2.0),), "LIKE": (),
}  # fmt: skip
"""Ours may take at most so much of the other's time; bare bitmaps are further than we need to come."""

Way = Callable[[Question], Answer]


def questions(kind: str, many: int) -> list[Question]:
    """normal: two skills and a form in one city; broad: the same anywhere. Among the skills and cities that many have."""
    lot = random.Random(kind)
    found = []
    for _ in range(many):
        skills = tuple((skill, lot.randint(1, 2)) for skill in lot.sample(range(1, 9), 2))
        found.append(Question(skills, 1, lot.randint(1, 10) if kind == "normal" else 0))
    return found


def ours(question: Question) -> Answer:
    """What the page asks for: the rows of the page with their skills, the total, all skills, all cities."""
    reader = Actor(0, organisation_id=READER)
    skills = tuple(SkillWish(f"skill-{skill:03d}", level) for skill, level in question.skills)
    wish = PoolSearch(
        skills=skills, form=FORMS[question.form], city=city_name(question.city) if question.city else "", order="hours"
    )
    found = find(reader, wish, NOW, 1)
    hits_of(found.page.items, wish)
    db.session.rollback()
    return Answer(
        found.page.total,
        {int(facet.value[-3:]): facet.hits for facet in found.skills},
        {city.value: city.hits for city in found.cities},
    )


def quantile(took: list[float], part: float) -> float:
    """Milliseconds."""
    return 1000 * sorted(took)[min(len(took) - 1, int(part * len(took)))]


def compare(ways: dict[str, Way], kind: str, many: int, rounds: int) -> None:
    """Print one table: every way answers every question, in turn."""
    asked = questions(kind, many)
    took: dict[str, list[float]] = {name: [] for name in ways}
    totals = []
    for _ in range(rounds):
        for question in asked:
            answers = {}
            for name, way in ways.items():
                began = time.perf_counter()
                answers[name] = way(question)
                took[name].append(time.perf_counter() - began)
            assert all(answer == answers["ours"] for answer in answers.values()), (question, answers)
            totals.append(answers["ours"].total)
    totals.sort()
    print(
        f"\n{kind}: {len(asked)} questions, {rounds} rounds, hits {totals[len(totals) // 2]} at the middle, {totals[-1]} at most\n"
    )
    print("|         |  p50 ms |  p99 ms | ours of its p50 | ours of its p99 | aim |")
    print("|---------|---------|---------|-----------------|-----------------|-----|")
    own = {"p50": quantile(took["ours"], 0.5), "p99": quantile(took["ours"], 0.99)}
    print(f"| ours    | {own['p50']:7.2f} | {own['p99']:7.2f} |                 |                 |     |")
    for name in ways:
        if name == "ours":
            continue
        other = {"p50": quantile(took[name], 0.5), "p99": quantile(took[name], 0.99)}
        held = [f"{part} <= {_ratio(most)}: {'ok' if own[part] <= most * other[part] else 'MISSED'}" for part, most in AIMS[name]]
        ratios = [_ratio(own[part] / other[part]) for part in ("p50", "p99")]
        print(f"| {name:7} | {other['p50']:7.2f} | {other['p99']:7.2f} | {ratios[0]:>15} | {ratios[1]:>15} | {'; '.join(held)} |")


def _ratio(part: float) -> str:
    return f"1/{round(1 / part, 1):g}" if part < 1 else f"{round(part, 1):g}x"


def _other_ways(database: str, env: dict[str, str], profiles: int) -> dict[str, Way]:
    if database == "sqlite":
        connection = sqlite3.connect(env["DATABASE_URL"].removeprefix("sqlite:///"))
        return {"LIKE": lambda question: ask_sqlite(connection, question, NOW)}
    scanning, indexed = (psycopg.connect(env["DATABASE_URL"].replace("+psycopg", ""), autocommit=True) for _ in range(2))
    for connection, settings in ((scanning, SCAN), (indexed, INDEX)):
        connection.execute(settings)
        connection.execute("SET max_parallel_workers_per_gather = 0")
    bitmaps = Bitmaps(profiles, NOW)
    return {
        "scan": lambda question: ask_postgresql(scanning, question, NOW),
        "GIN": lambda question: ask_postgresql(indexed, question, NOW),
        "bitmaps": bitmaps.ask,
    }


def _change(seconds: list[float], times: int) -> None:
    """One profile moves to another city; how long the next search takes to know it."""
    for n in range(times):
        with transaction():
            db.session.execute(
                sa.update(Profile).where(Profile.id == 17 + n).values(city=city_name(1 + n % 9), visibility="anonymous")
            )
        began = time.perf_counter()
        pool_now()
        seconds.append(time.perf_counter() - began)
        db.session.rollback()


def main() -> None:
    """Fill a database of our own, then let all ways answer in turn."""
    parser = argparse.ArgumentParser(prog="python -m bench.pool", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--profiles", type=int)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    profiles = asked.profiles or PROFILES[asked.database]
    folder = Path(tempfile.mkdtemp(prefix="ch-bench-"))
    places: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
    try:
        with places[asked.database](folder) as place:
            app = create_app(config.read(place.env))
            with app.app_context():
                schema.migrate()
                db.session.remove()
                began = time.perf_counter()
                if asked.database == "sqlite":
                    fill_sqlite(place.env["DATABASE_URL"].removeprefix("sqlite:///"), profiles)
                else:
                    fill_postgresql(place.env["DATABASE_URL"].replace("+psycopg", ""), profiles)
                print(f"{place.name}, {profiles:,} profiles, written in {time.perf_counter() - began:.0f} s", flush=True)
                before, began = memory_mb(os.getpid())[0], time.perf_counter()
                pool_now()
                print(
                    f"ours read whole in {time.perf_counter() - began:.1f} s, {memory_mb(os.getpid())[0] - before:.0f} MB",
                    flush=True,
                )
                others = _other_ways(asked.database, place.env, profiles)
                with app.test_request_context("/", headers={"Accept-Language": "en"}):
                    for kind in ("normal", "broad"):
                        compare({"ours": ours, **others}, kind, asked.questions, asked.rounds)
                    changed: list[float] = []
                    _change(changed, 50)
                    print(
                        f"\nA change is in the sets {quantile(changed, 0.5):.2f} ms (p50) and {quantile(changed, 0.99):.2f} ms (p99) later."
                    )
                db.session.remove()
                db.engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
