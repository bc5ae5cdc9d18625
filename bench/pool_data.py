"""A pool of any size: people with skills, cities and forms of work in uneven numbers, some hidden, late or hiding from the reader.

Written past our operations, as fast as the database takes it: COPY on PostgreSQL, one
statement for many rows on SQLite. The same people stand a second time in one flat table,
which only the floors read.
"""

import json
import random
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain, islice
from typing import Any

import psycopg

SKILLS, CITIES, ORGANISATIONS = 500, 200, 20
READER = 1
"""The organisation that searches; of each thousand people five hide from it."""
FORMS = ("employee", "non_full_time", "internship")
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
CITY_TOKEN, FORM_TOKEN = 1_000_000, 2_000_000


@dataclass(frozen=True)
class Somebody:
    """One profile; the id is that of person, profile and credential. skills: id and level."""

    id: int
    visibility: str
    confirmed_at: datetime
    city: int
    remote: bool
    hours: int
    forms: tuple[int, ...]
    skills: tuple[tuple[int, int], ...]
    blocks: int

    @property
    def public_id(self) -> str:
        """Sixteen letters that nobody could guess the next of."""
        return f"{self.id * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF:016x}"

    @property
    def tokens(self) -> list[int]:
        """Everything one can filter by as numbers: of a skill every level up to one's own, the city, the forms."""
        levels = [skill * 10 + level for skill, own in self.skills for level in range(1, own + 1)]
        return [*levels, CITY_TOKEN + self.city, *(FORM_TOKEN + form for form in self.forms)]


def people(many: int) -> Iterator[Somebody]:
    """The same people on every call: five to eleven draws of a skill each, so that a million have 7.5 million skills."""
    lot = random.Random(many)
    skills = list(range(1, SKILLS + 1))
    fame = list(accumulate(1 / (3 + n) ** 0.8 for n in range(SKILLS)))
    cities = list(range(1, CITIES + 1))
    size = list(accumulate(1 / (2 + n) for n in range(CITIES)))
    for id in range(1, many + 1):
        drawn = dict.fromkeys(lot.choices(skills, cum_weights=fame, k=lot.randint(5, 11)))
        yield Somebody(
            id=id, visibility=lot.choices(("anonymous", "named", "hidden"), (85, 10, 5))[0],
            confirmed_at=NOW - timedelta(seconds=lot.randrange(100 * 86_400)),
            city=lot.choices(cities, cum_weights=size)[0], remote=lot.random() < 0.3, hours=lot.choice((8, 16, 20, 24, 32, 40)),
            forms=(1,) if lot.random() < 0.2 else (0, 2), skills=tuple((skill, lot.randint(1, 4)) for skill in drawn),
            blocks=lot.randint(1, ORGANISATIONS) if lot.random() < 0.1 else 0,
        )  # fmt: skip


def city_name(number: int) -> str:
    """What a city is called."""
    return f"city-{number:03d}"


Columns = str
Row = tuple[Any, ...]


def tables(many: int) -> Iterator[tuple[str, Columns, Iterable[Row]]]:
    """Table, columns, rows; moments aware, JSON as text."""
    begun = NOW - timedelta(days=200)
    everybody: Callable[[], Iterator[Somebody]] = lambda: people(many)  # noqa: E731 - read anew for each table
    yield (
        "skill",
        "id, code, name, synonyms, position",
        ((n, f"skill-{n:03d}", json.dumps({"zh-CN": f"技能 {n}", "en": f"Skill {n}"}), "[]", n) for n in range(1, SKILLS + 1)),
    )
    yield (
        "organisation",
        "id, public_id, slug, name, name_key, name_en, name_en_key, is_house, created_at",
        (
            (n, f"organisation{n:04d}", f"employer-{n}", f"雇主{n}", f"雇主{n}", f"Employer {n}", f"employer {n}", False, begun)
            for n in range(1, ORGANISATIONS + 1)
        ),
    )
    yield "person", "id, public_id, locale, created_at", ((each.id, each.public_id, "en", begun) for each in everybody())
    yield (
        "profile",
        "id, public_id, person_id, visibility, headline, about, city, remote, weekly_hours, forms, quiet, begun_at, changed_at, confirmed_at",
        (
            (each.id, each.public_id, each.id, each.visibility, f"Junior {each.id}", "", city_name(each.city), each.remote, each.hours,
             json.dumps([FORMS[form] for form in each.forms]), False, begun, begun, each.confirmed_at)
            for each in everybody()
        ),
    )  # fmt: skip
    yield (
        "credential",
        "id, public_id, completion_id, enrolment_id, person_id, release_id, issuer_key_id, status_list_id, status_index, subject_id,"
        " name_shown, document, issued_at, signed_at",
        (
            (each.id, each.public_id, each.id, each.id, each.id, 1, 1, 1, each.id, f"urn:{each.id}", False, "{}", begun, begun)
            for each in everybody()
        ),
    )
    yield (
        "proven_skill",
        "profile_id, skill_id, level, proven_at, credential_id",
        ((each.id, skill, level, begun, each.id) for each in everybody() for skill, level in each.skills),
    )
    yield (
        "block",
        "id, public_id, person_id, organisation_id, cause, from_at",
        ((each.id, each.public_id, each.id, each.blocks, "chosen", begun) for each in everybody() if each.blocks),
    )


FLAT = "id, public_id, person_id, visibility, confirmed_at, city, weekly_hours, tokens"


def flat(many: int) -> Iterator[tuple[Row, list[int]]]:
    """The rows of the floors' table but for the tokens, and the tokens."""
    for each in people(many):
        yield (
            (each.id, each.public_id, each.id, each.visibility, each.confirmed_at, city_name(each.city), each.hours),
            each.tokens,
        )


def fill_postgresql(url: str, many: int) -> None:
    """Fill our tables and the floors' one, with its GIN index, and let the server count them."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # rows stand in whatever order they come
        for table, columns, rows in tables(many):
            with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        connection.execute(
            "CREATE TABLE flat_profile (id bigint PRIMARY KEY, public_id text, person_id bigint, visibility text,"
            " confirmed_at timestamptz, city text, weekly_hours int, tokens int[])"
        )
        with connection.cursor().copy(f"COPY flat_profile ({FLAT}) FROM STDIN") as copy:
            for row, tokens in flat(many):
                copy.write_row((*row, tokens))
        connection.execute("CREATE INDEX flat_profile_tokens ON flat_profile USING gin (tokens) WITH (fastupdate = off)")
        connection.execute("VACUUM ANALYZE")


def fill_sqlite(path: str, many: int) -> None:
    """The same in SQLite; the tokens stand there as text between commas, one table row for each profile."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(f"CREATE TABLE flat_profile ({FLAT.replace('id,', 'id INTEGER PRIMARY KEY,', 1)})")
    texts = ((*row, "," + ",".join(map(str, tokens)) + ",") for row, tokens in flat(many))
    for table, columns, rows in chain(tables(many), [("flat_profile", FLAT, texts)]):
        connection.execute("BEGIN")
        marks = ", ".join("?" * len(columns.split(",")))
        given = iter(rows)
        while some := [tuple(map(_plain, row)) for row in islice(given, 50_000)]:
            connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", some)
        connection.execute("COMMIT")
    connection.execute("DELETE FROM pool_change")
    connection.execute("ANALYZE")
    connection.close()


def _plain(value: Any) -> Any:
    """A moment as our tables hold it in SQLite."""
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value
