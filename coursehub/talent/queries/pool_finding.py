"""One page of a search over the pool, with how many hits have which skill besides and live where.

The sets in memory narrow, count and order. What stands in no set (words, pay, when a skill was
proven) is asked of the database among those who are left; the rows of the page are read
through `profiles_visible_to`, so that nobody is shown from memory alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from coursehub.db import UtcDateTime, db, look
from coursehub.people.actor import Actor
from coursehub.talent.models import Profile
from coursehub.talent.pool_search import PoolSearch
from coursehub.talent.pool_sets import Narrowed, PoolInMemory
from coursehub.talent.queries.blocks import affiliates_of
from coursehub.talent.queries.pool import THESE, Facet, fitting, page_of, skill_facets, skill_named
from coursehub.talent.queries.pool_memory import KnownSkill, day_of, pool_now
from coursehub.talent.queries.profiles import CONFIRMED_FOR
from coursehub.web import Page
from coursehub.web.locale import current_locale

PER_PAGE = 25
MOST_NAMED = 20_000
"""So many profiles at most are named to the database one by one; among more it looks by itself."""

FEW = 250
"""Of so many whose confirmation may have run out today the database is asked a page at a time; of more, of all that day."""


@dataclass(frozen=True)
class Found:
    """page: rows of profiles (`pool.page_of`) in the order of the search.

    skills and cities: with the hits that each would leave, the most first.
    """

    page: Page[Any]
    skills: list[Facet]
    cities: list[Facet]


def find(reader: Actor, wish: PoolSearch, at: datetime, number: int) -> Found:
    """The page of this number (from 1; the last one if there are fewer) of those who fit."""
    pool, known = pool_now()
    ids = {skill.code: skill.id for skill in known}
    wished = [ids.get(asked.code) for asked in wish.skills]
    narrowed = _still_confirmed(pool, pool.narrow(wish, wished, day_of(at - CONFIRMED_FOR), _family(reader)), at)
    listed: list[int] | None = None
    if wish.words or wish.within_months or wish.opening or wish.order == "evidence":
        narrowed, listed = _asked(pool, reader, wish, at, narrowed)
    total = len(narrowed.hits)
    number = min(max(1, number), max(1, -(-total // PER_PAGE)))
    skip = (number - 1) * PER_PAGE
    if listed is None or wish.order != "evidence":
        listed = pool.ordered(wish, wished, narrowed.hits, skip=skip, most=PER_PAGE)
    else:
        listed = listed[skip : skip + PER_PAGE]
    skills = skill_facets(reader, wish, at) if wish.within_months else _skill_counts(pool, wish, known, narrowed)
    cities = sorted(pool.counts("city", pool.values("city"), narrowed.anywhere), key=lambda pair: (-pair[1], pair[0]))
    return Found(
        Page(page_of(reader, listed, at), number, PER_PAGE, total), skills, [Facet(city, city, many) for city, many in cities]
    )


_FAMILY = affiliates_of(sa.bindparam("organisation", type_=sa.BigInteger))


def _family(reader: Actor) -> list[int]:
    """The reader's organisation and its affiliates."""
    return [row.id for row in look(_FAMILY, {"organisation": reader.organisation_id or 0})]


_IS_LATE = sa.select(Profile.id).where(Profile.confirmed_at <= sa.bindparam("limit", type_=UtcDateTime))
_LATE = _IS_LATE.where(Profile.id.in_(THESE.parameters))
_LATE_THAT_DAY = _IS_LATE.where(
    Profile.confirmed_at >= sa.bindparam("begins", type_=UtcDateTime),
    Profile.visibility.in_([sa.literal_column("'anonymous'"), sa.literal_column("'named'")]),
)


def _still_confirmed(pool: PoolInMemory, narrowed: Narrowed, at: datetime) -> Narrowed:
    """The sets count whole days; of the day on which confirmations run out, the database says whose has."""
    limit = at - CONFIRMED_FOR
    at_the_edge = pool.of("day", day_of(limit)) & narrowed.anywhere
    if not at_the_edge:
        return narrowed
    numbers = pool.lot.numbers(at_the_edge)
    late: list[Any] = []
    if len(numbers) > FEW:
        late += look(
            _LATE_THAT_DAY, {"limit": limit, "begins": limit.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)}
        )
    else:
        for n in range(0, len(numbers), THESE.most):
            late += look(_LATE, THESE.values(numbers[n : n + THESE.most]) | {"limit": limit})
    places = pool.lot.places(row.id for row in late if row.id < pool.lot.room)
    return Narrowed(narrowed.hits - places, narrowed.anywhere - places)


def _asked(pool: PoolInMemory, reader: Actor, wish: PoolSearch, at: datetime, narrowed: Narrowed) -> tuple[Narrowed, list[int]]:
    """Those whom the database finds as well, and the hits among them in its order."""
    asked = fitting(reader, wish, at, any_city=True).with_only_columns(Profile.id)
    if len(narrowed.anywhere) <= MOST_NAMED:
        asked = asked.where(Profile.id.in_(pool.lot.numbers(narrowed.anywhere)))
    listed = [id for id in db.session.execute(asked).scalars() if id < pool.lot.room]
    found = pool.lot.places(listed)
    hits = narrowed.hits & found
    return Narrowed(hits, narrowed.anywhere & found), [id for id in listed if pool.lot.place(id) in hits]


def _skill_counts(pool: PoolInMemory, wish: PoolSearch, known: Sequence[KnownSkill], narrowed: Narrowed) -> list[Facet]:
    """Every skill that a hit has; those the search already names are left out."""
    named, locale = {asked.code for asked in wish.skills}, current_locale()
    others = {skill.id: skill for skill in known if skill.code not in named}
    counted = pool.counts("skill", [(id, 1) for id in others], narrowed.hits)
    counted.sort(key=lambda pair: -pair[1])
    return [
        Facet(others[id].code, skill_named(others[id].names, others[id].code, locale), many) for (id, _level), many in counted
    ]
