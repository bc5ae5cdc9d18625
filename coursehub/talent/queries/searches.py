"""Saved searches as their owner reads them, and those whose letter is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.talent.models import SavedSearch
from coursehub.talent.pool_search import PoolSearch, from_address
from coursehub.talent.queries.pool_finding import find
from coursehub.talent.undoing import UNDO


@dataclass(frozen=True)
class Saved:
    """A saved search with what it says and how many fit now."""

    search: SavedSearch
    wish: PoolSearch
    people: int


def searches_visible_to(reader: Actor) -> "sa.Select[SavedSearch]":
    """The reader's own, for the employer they act for, the newest first; removed ones as well."""
    own = sa.select(SavedSearch).where(
        SavedSearch.person_id == reader.person_id, SavedSearch.organisation_id == (reader.organisation_id or 0)
    )
    return own.order_by(SavedSearch.made_at.desc(), SavedSearch.id.desc())


def standing_searches(reader: Actor, at: datetime) -> list[Saved]:
    """Those that were not removed."""
    rows = db.session.execute(searches_visible_to(reader).where(SavedSearch.removed_at.is_(None))).scalars().all()
    wishes = [from_address(row.wish) for row in rows]
    return [Saved(row, wish, find(reader, wish, at, 1).page.total) for row, wish in zip(rows, wishes, strict=True)]


def removed_searches(reader: Actor, at: datetime) -> list[SavedSearch]:
    """Those that can still be brought back."""
    return list(db.session.execute(searches_visible_to(reader).where(SavedSearch.removed_at > at - UNDO)).scalars())


def search_of_letter(public_id: str) -> SavedSearch | None:
    """The search that a letter speaks of."""
    return db.session.execute(sa.select(SavedSearch).where(SavedSearch.public_id == public_id)).scalar_one_or_none()


def alerts_due(every: Mapping[str, timedelta], at: datetime) -> list[int]:
    """The ids of searches whose letter is due."""
    due = sa.or_(*(sa.and_(SavedSearch.alert == word, SavedSearch.told_at <= at - after) for word, after in every.items()))
    found = sa.select(SavedSearch.id).where(SavedSearch.removed_at.is_(None), due).order_by(SavedSearch.id)
    return list(db.session.execute(found).scalars())
