"""The pool in memory, kept in step with the database: read once, then only what has changed since.

Triggers leave a row for every change (migration `pool`). Each search first asks for the rows
since the last one and reads those profiles anew, in the request that searches: whoever hides,
blocks somebody or loses a credential is out of the sets from the moment it is committed.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

import sqlalchemy as sa
from pyroaring import BitMap

from coursehub.catalog.models import CatalogueRevision, Skill
from coursehub.db import db, in_transaction, look
from coursehub.learning.credentials.models import Credential
from coursehub.talent.models import Block, PoolChange, Profile, ProvenSkill
from coursehub.talent.pool_sets import Fact, Lot, PoolInMemory

DAY_SECONDS = 86_400
LASTS_SECONDS = DAY_SECONDS / 2
"""After so long without a search the pool is read whole: what changed may have been swept away after a day."""
MOST_CHANGED = 5_000
"""With more changes than this the pool is read whole."""
SMALLEST_BITS = 12


class KnownSkill(NamedTuple):
    """A skill by which one can search. names: by language, as JSON."""

    id: int
    code: str
    names: str


class InStep(NamedTuple):
    """The pool and the skills as the database has them now."""

    pool: PoolInMemory
    skills: Sequence[KnownSkill]


@dataclass(frozen=True)
class _Kept:
    """The pool at one state of a database. since: changes with lower numbers are in it; of the others, those in `seen`."""

    world: tuple[str | None, int]
    since: int
    seen: frozenset[tuple[int, int]]
    looked: float
    now: InStep


_guard = Lock()
_kept: _Kept | None = None


def day_of(moment: datetime) -> int:
    """The day since 1970 in UTC, as the sets count days."""
    return int(moment.timestamp() // DAY_SECONDS)


def pool_now() -> InStep:
    """The pool as the database has it now. Inside a transaction nothing is kept: what it wrote may yet be undone."""
    global _kept
    if in_transaction():
        return InStep(_read_whole(), _read_skills())
    with _guard:
        _kept = _in_step(_kept)
        return _kept.now


def _in_step(kept: _Kept | None) -> _Kept:
    """What is kept, with everything that was committed since."""
    dialect, now = db.engine.dialect.name, time.monotonic()
    state = look(_STATES[dialect]).one()  # before the pool is read: what is committed meanwhile will be looked at again
    world = (state.world, state.revision)
    if kept is None or kept.world[0] != state.world or now - kept.looked > LASTS_SECONDS:
        return _Kept(world, state.upto, frozenset(), now, InStep(_read_whole(), _read_skills()))
    changes = {(row.profile_id, row.number) for row in look(_CHANGES[dialect], {"since": kept.since})}
    fresh = sorted({profile_id for profile_id, _number in changes - kept.seen})
    in_step = kept.now
    if len(fresh) > MOST_CHANGED or (fresh and fresh[-1] >= in_step.pool.lot.room):
        in_step = in_step._replace(pool=_read_whole())
    elif fresh:
        in_step = in_step._replace(pool=in_step.pool.after(fresh, _facts(fresh)))
    if kept.world != world:
        in_step = in_step._replace(skills=_read_skills())
    return _Kept(world, state.upto, frozenset(change for change in changes if change[1] >= state.upto), now, in_step)


def _read_skills() -> list[KnownSkill]:
    """In the order in which equal counts are shown."""
    found = sa.select(Skill.id, Skill.code, sa.cast(Skill.name, sa.Text)).order_by(Skill.position, Skill.id)
    return [KnownSkill(*row) for row in db.session.execute(found)]


def _read_whole() -> PoolInMemory:
    highest = db.session.scalar(sa.select(sa.func.coalesce(sa.func.max(Profile.id), 0))) or 0
    # A profile begun since then fits, too: there is room for as many again.
    lot = Lot(max(SMALLEST_BITS, highest.bit_length() + 1))
    return PoolInMemory(lot, {}).after((), _facts(None))


# What has changed

_WORLD = sa.select(Profile.public_id).order_by(Profile.id).limit(sa.literal_column("1")).scalar_subquery()
"""Tells databases apart; if the first profile goes, the pool is read anew."""
_SNAPSHOT = sa.func.pg_current_snapshot()


def _number(transaction: Any) -> "sa.ColumnElement[int]":
    return sa.cast(sa.cast(transaction, sa.Text), sa.BigInteger)


_REVISION = sa.select(CatalogueRevision.number).where(CatalogueRevision.id == sa.literal_column("1")).scalar_subquery()
"""Grows with every change of a skill (migration `shelf`)."""
_STATE = sa.select(_WORLD.label("world"), sa.func.coalesce(_REVISION, sa.literal_column("0")).label("revision"))
_STATES = {
    "sqlite": _STATE.add_columns(
        (sa.select(sa.func.coalesce(sa.func.max(PoolChange.number), 0) + 1).scalar_subquery()).label("upto")
    ),
    "postgresql": _STATE.add_columns(_number(sa.func.pg_snapshot_xmin(_SNAPSHOT)).label("upto")),
}
"""The database, and the number below which nothing can be committed any more."""
_SINCE = sa.select(PoolChange.profile_id, PoolChange.number).where(
    PoolChange.number >= sa.bindparam("since", type_=sa.BigInteger)
)
_CHANGES = {
    "sqlite": _SINCE,
    # Every transaction below a snapshot's xmin has ended. A number from xmax on came with a dump of another cluster.
    "postgresql": _SINCE.where(PoolChange.number < _number(sa.func.pg_snapshot_xmax(_SNAPSHOT))),
}


# What holds of profiles


def _facts(some: Sequence[int] | None) -> Iterator[Fact]:
    """Everything that holds of these profiles, or of all, as far as they are shown; statements collect the numbers by value."""
    shown = sa.and_(_among(Profile.id, some), Profile.visibility != "hidden")
    numbers = _collected(Profile.id)
    for kind, column in (("city", Profile.city), ("remote", Profile.remote), ("hours", Profile.weekly_hours)):
        for value, found in db.session.execute(sa.select(column, numbers).where(shown).group_by(column)):
            if value not in ("", False) or kind == "hours":
                yield kind, value, _read(found)
    day = _day(Profile.confirmed_at)
    everybody = BitMap()
    for value, found in db.session.execute(sa.select(day, numbers).where(shown).group_by(day)):
        confirmed = BitMap(_read(found))
        everybody |= confirmed
        yield "day", value, confirmed
    forms = sa.cast(Profile.forms, sa.Text)
    for text, found in db.session.execute(sa.select(forms, numbers).where(shown).group_by(forms)):
        for form in json.loads(text):
            yield "form", form, _read(found)
    yield from _skill_facts(some, everybody)
    blocks = (
        sa.select(Block.organisation_id, numbers)
        .join(Profile, Profile.person_id == Block.person_id)
        .where(shown, Block.lifted_at.is_(None))
        .group_by(Block.organisation_id)
    )
    for organisation_id, found in db.session.execute(blocks):
        yield "blocked", organisation_id, _read(found)


def _among(column: Any, some: Sequence[int] | None) -> "sa.ColumnElement[bool]":
    found: sa.ColumnElement[bool] = sa.true() if some is None else column.in_(some)
    return found


def _skill_facts(some: Sequence[int] | None, shown: BitMap) -> Iterator[Fact]:
    """Skills in the order of their index, with no look at each credential; what is dead or not shown is taken out afterwards."""
    dead: dict[tuple[int, int], list[int]] = {}
    revoked = (
        sa.select(ProvenSkill.skill_id, ProvenSkill.level, ProvenSkill.profile_id)
        .join(Credential, Credential.id == ProvenSkill.credential_id)
        .where(Credential.revoked_at.is_not(None), _among(ProvenSkill.profile_id, some))
    )
    for skill_id, level, profile_id in db.session.execute(revoked):
        dead.setdefault((skill_id, level), []).append(profile_id)
    held = (
        sa.select(ProvenSkill.skill_id, ProvenSkill.level, _collected(ProvenSkill.profile_id))
        .where(_among(ProvenSkill.profile_id, some))
        .group_by(ProvenSkill.skill_id, ProvenSkill.level)
    )
    for skill_id, level, found in db.session.execute(held):
        live = (BitMap(_read(found)) & shown) - BitMap(dead.get((skill_id, level), ()))
        yield "skill", (skill_id, level), live


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def _collected(column: Any) -> "sa.ColumnElement[Any]":
    return sa.func.json_group_array(column) if _is_sqlite() else sa.func.array_agg(column)


def _read(found: Any) -> list[int]:
    numbers: list[int] = json.loads(found) if isinstance(found, str) else found
    return numbers


def _day(column: Any) -> "sa.ColumnElement[int]":
    if _is_sqlite():
        return sa.cast(sa.func.strftime("%s", column), sa.Integer).op("/")(DAY_SECONDS)
    return sa.cast(sa.func.floor(sa.extract("epoch", column) / DAY_SECONDS), sa.Integer)
