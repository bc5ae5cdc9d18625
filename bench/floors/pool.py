"""What a search over the pool is measured against: one flat table, read by a scan or by a plain GIN index; and bare bitmaps.

The table holds everything one can filter by as numbers in an array, which is kinder to these
floors than our own tables would be. Page with total, skills and cities are a query each.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pyroaring import BitMap

from bench.pool_data import CITY_TOKEN, FORM_TOKEN, READER, SKILLS, city_name, people

PER_PAGE = 25
_MAY_BE_MET = (
    "visibility IN ('anonymous', 'named') AND confirmed_at > {limit} AND person_id NOT IN"
    f" (SELECT person_id FROM block WHERE organisation_id = {READER} AND lifted_at IS NULL)"
)


@dataclass(frozen=True)
class Question:
    """Two skills with the level at least, a form of work, perhaps a city (0: anywhere)."""

    skills: tuple[tuple[int, int], ...]
    form: int
    city: int

    @property
    def tokens(self) -> list[int]:
        """Without the city."""
        return [*(skill * 10 + level for skill, level in self.skills), FORM_TOKEN + self.form]


@dataclass(frozen=True)
class Answer:
    """What every way must agree on: how many, their skills without those asked for, their cities if the city were open."""

    total: int
    skills: dict[int, int]
    cities: dict[str, int]


SCAN = "SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off"
INDEX = "RESET enable_indexscan; RESET enable_bitmapscan; RESET enable_indexonlyscan"


def ask_postgresql(connection: Any, question: Question, at: datetime) -> Answer:
    """Three queries. Whether they scan or use the index, the session's settings say."""
    met = _MAY_BE_MET.format(limit="%(limit)s")
    values = {"wanted": question.tokens, "limit": at - timedelta(days=90), "city": city_name(question.city)}
    in_city = " AND city = %(city)s" if question.city else ""
    if question.city:
        values["wanted_here"] = [*question.tokens, CITY_TOKEN + question.city]
    here = "%(wanted_here)s" if question.city else "%(wanted)s"
    page = connection.execute(
        f"SELECT *, count(*) OVER () AS total FROM flat_profile WHERE tokens @> {here}::int[] AND {met}{in_city}"
        f" ORDER BY weekly_hours DESC, public_id LIMIT {PER_PAGE}",
        values,
    ).fetchall()
    skills = connection.execute(
        f"SELECT token / 10, count(*) FROM flat_profile, unnest(tokens) AS token WHERE tokens @> {here}::int[] AND {met}{in_city}"
        f" AND token < {CITY_TOKEN} AND token %% 10 = 1 GROUP BY 1",
        values,
    ).fetchall()
    cities = connection.execute(
        f"SELECT city, count(*) FROM flat_profile WHERE tokens @> %(wanted)s::int[] AND {met} GROUP BY city", values
    ).fetchall()
    named = {skill for skill, _level in question.skills}
    return Answer(page[0][-1] if page else 0, {skill: many for skill, many in skills if skill not in named}, dict(cities))


def ask_sqlite(connection: Any, question: Question, at: datetime) -> Answer:
    """Two scans with LIKE; skills and cities are counted in Python."""
    met = _MAY_BE_MET.format(limit="?")
    limit = (at - timedelta(days=90)).strftime("%Y-%m-%d %H:%M:%S.%f")
    likes = " AND ".join("tokens LIKE ?" for _ in question.tokens)
    wanted = [f"%,{token},%" for token in question.tokens]
    found = connection.execute(
        f"SELECT id, public_id, city, weekly_hours, tokens FROM flat_profile WHERE {likes} AND {met}", [*wanted, limit]
    ).fetchall()
    wanted_city = city_name(question.city)
    hits = [row for row in found if not question.city or row[2] == wanted_city]
    sorted(hits, key=lambda row: (-row[3], row[1]))[:PER_PAGE]
    named = {skill for skill, _level in question.skills}
    tokens = (int(token) for row in hits for token in row[4].split(",") if token)
    skills = Counter(token // 10 for token in tokens if token < CITY_TOKEN and token % 10 == 1)
    return Answer(
        len(hits), {skill: many for skill, many in skills.items() if skill not in named}, dict(Counter(row[2] for row in found))
    )


class Bitmaps:
    """Roaring bitmaps in our own process and nothing else: no database is asked, nothing can change, no row is read."""

    def __init__(self, many: int, at: datetime) -> None:
        places: dict[int, list[int]] = {}
        met, hours = [], {}
        for each in people(many):
            if each.visibility == "hidden" or each.confirmed_at <= at - timedelta(days=90) or each.blocks == READER:
                continue
            met.append(each.id)
            hours.setdefault(each.hours, []).append(each.id)
            for token in each.tokens:
                places.setdefault(token, []).append(each.id)
        self._met = BitMap(met)
        self._sets = {token: BitMap(found) for token, found in places.items()}
        self._hours = [BitMap(hours[many]) for many in sorted(hours, reverse=True)]

    def ask(self, question: Question) -> Answer:
        """Filter, the ids of a page, all skills, all cities."""
        anywhere = self._met
        for token in question.tokens:
            anywhere = anywhere & self._sets[token]
        hits = anywhere & self._sets[CITY_TOKEN + question.city] if question.city else anywhere
        page: list[int] = []
        for equals in self._hours:
            page += (equals & hits)[: PER_PAGE - len(page)]
            if len(page) == PER_PAGE:
                break
        named = {skill for skill, _level in question.skills}
        counted = {skill: hits.intersection_cardinality(self._sets[skill * 10 + 1]) for skill in range(1, SKILLS + 1)}
        cities = {
            city_name(token - CITY_TOKEN): anywhere.intersection_cardinality(holders)
            for token, holders in self._sets.items()
            if CITY_TOKEN <= token < FORM_TOKEN
        }
        return Answer(
            len(hits), {skill: many for skill, many in counted.items() if many and skill not in named},
            {city: many for city, many in cities.items() if many},
        )  # fmt: skip
