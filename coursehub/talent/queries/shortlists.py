"""Lists of people from the pool as their employer reads them: only whom it may meet at this moment stands on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.talent.models import Profile, Shortlist, ShortlistEntry, ShortlistNote
from coursehub.talent.pool_search import PoolSearch
from coursehub.talent.queries.pool import Hit, hits_of
from coursehub.talent.queries.profiles import profiles_met_by
from coursehub.talent.undoing import UNDO


@dataclass(frozen=True)
class Kept:
    """Somebody on a list, with the notes that the reader may read, one's own apart."""

    entry: ShortlistEntry
    hit: Hit
    own: ShortlistNote | None
    others: tuple[ShortlistNote, ...]


def shortlists_visible_to(reader: Actor) -> "sa.Select[Shortlist]":
    """The lists of the employer one acts for, the newest first; removed ones as well."""
    found = sa.select(Shortlist).where(Shortlist.organisation_id == (reader.organisation_id or 0))
    return found.order_by(Shortlist.made_at.desc(), Shortlist.id.desc())


def standing_lists(reader: Actor) -> list[Shortlist]:
    """Those that were not removed."""
    return list(db.session.execute(shortlists_visible_to(reader).where(Shortlist.removed_at.is_(None))).scalars())


def removed_lists(reader: Actor, at: datetime) -> list[Shortlist]:
    """Those that can still be brought back."""
    return list(db.session.execute(shortlists_visible_to(reader).where(Shortlist.removed_at > at - UNDO)).scalars())


def people_on(lists: Sequence[Shortlist], reader: Actor, at: datetime) -> dict[int, int]:
    """How many people one meets on each list, by its id."""
    met = profiles_met_by(reader, at).with_only_columns(Profile.id).order_by(None)
    counted = (
        sa.select(ShortlistEntry.shortlist_id, sa.func.count())
        .where(
            ShortlistEntry.shortlist_id.in_([each.id for each in lists]), ShortlistEntry.removed_at.is_(None),
            ShortlistEntry.profile_id.in_(met),
        )
        .group_by(ShortlistEntry.shortlist_id)
    )  # fmt: skip
    return dict(db.session.execute(counted).tuples().all())


def entries_visible_to(reader: Actor, shortlist: Shortlist, at: datetime) -> "sa.Select[ShortlistEntry]":
    """Entries of people whom the reader meets now, those kept first on top; whoever was taken off as well."""
    met = profiles_met_by(reader, at).with_only_columns(Profile.id).order_by(None)
    found = sa.select(ShortlistEntry).where(ShortlistEntry.shortlist_id == shortlist.id, ShortlistEntry.profile_id.in_(met))
    return found.order_by(ShortlistEntry.added_at, ShortlistEntry.id)


def as_kept(entries: Sequence[ShortlistEntry], reader: Actor) -> list[Kept]:
    """The rows of a page."""
    ids = [entry.profile_id for entry in entries]
    profiles = {row.id: row for row in db.session.execute(sa.select(Profile).where(Profile.id.in_(ids))).scalars()}
    hits = dict(zip(ids, hits_of([profiles[id] for id in ids], PoolSearch()), strict=True))
    found = sa.select(ShortlistNote).where(
        ShortlistNote.entry_id.in_([entry.id for entry in entries]),
        sa.or_(ShortlistNote.by_id == reader.person_id, ShortlistNote.scope == "organisation"),
    )
    notes: dict[int, list[ShortlistNote]] = {}
    for note in db.session.execute(found.order_by(ShortlistNote.at)).scalars():
        notes.setdefault(note.entry_id, []).append(note)
    return [
        Kept(
            entry, hits[entry.profile_id],
            next((note for note in notes.get(entry.id, ()) if note.by_id == reader.person_id), None),
            tuple(note for note in notes.get(entry.id, ()) if note.by_id != reader.person_id),
        )
        for entry in entries
    ]  # fmt: skip
