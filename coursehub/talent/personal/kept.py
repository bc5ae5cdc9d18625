"""What employers keep of the pool: of a person who was kept, and by a person who hired."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.talent.models import (
    PoolExport,
    PoolExportPerson,
    Profile,
    SavedSearch,
    SearchKnown,
    Shortlist,
    ShortlistEntry,
    ShortlistNote,
)
from coursehub.talent.personal.profiles import rows
from coursehub.talent.queries.profiles import short_id_of

GONE = "—"
"""What stands in place of words in the record of an export; the database lets nothing else be written over them."""


def export(person_id: int) -> dict[str, Any]:
    """The files they stood in; and, if they hired, what they looked for, remarked, called their lists and took out."""
    stood = sa.select(PoolExport.public_id, PoolExport.organisation_id, PoolExport.purpose, PoolExport.words, PoolExport.at)
    stood = stood.join(PoolExportPerson, PoolExportPerson.export_id == PoolExport.id)
    searches = sa.select(SavedSearch.public_id, SavedSearch.title, SavedSearch.wish, SavedSearch.alert, SavedSearch.made_at)
    notes = sa.select(ShortlistNote.scope, ShortlistNote.text, ShortlistNote.at)
    lists = sa.select(Shortlist.public_id, Shortlist.title, Shortlist.made_at)
    taken = sa.select(
        PoolExport.public_id, PoolExport.purpose, PoolExport.words, PoolExport.source, PoolExport.many, PoolExport.at
    )
    return {
        "stood_in": rows(stood.where(PoolExportPerson.person_id == person_id).order_by(PoolExport.id)),
        "searches": rows(searches.where(SavedSearch.person_id == person_id).order_by(SavedSearch.id)),
        "notes": rows(notes.where(ShortlistNote.by_id == person_id).order_by(ShortlistNote.at)),
        "lists": rows(lists.where(Shortlist.made_by_id == person_id).order_by(Shortlist.id)),
        "taken_out": rows(taken.where(PoolExport.by_id == person_id).order_by(PoolExport.id)),
    }


def erase(person_id: int, at: datetime) -> None:  # noqa: ARG001 - every noun is asked alike
    """Forget who was kept, and every free word that they wrote or that was written about a few of whom they were one.

    A list stays with a number for its title; the record of an export stays with its purpose and its day.
    """
    profiles = sa.select(Profile.id).where(Profile.person_id == person_id)
    entries = sa.select(ShortlistEntry.id).where(ShortlistEntry.profile_id.in_(profiles))
    held = sa.select(ShortlistEntry.shortlist_id).where(ShortlistEntry.profile_id.in_(profiles))
    lists = sa.select(Shortlist).where(sa.or_(Shortlist.made_by_id == person_id, Shortlist.id.in_(held)))
    for shortlist in db.session.execute(lists).scalars():
        shortlist.title = short_id_of(shortlist.public_id)
    db.session.flush()
    stood = sa.select(PoolExportPerson.export_id).where(PoolExportPerson.person_id == person_id)
    searches = sa.select(SavedSearch.id).where(SavedSearch.person_id == person_id)
    for statement in (
        sa.update(PoolExport)
        .where(sa.or_(PoolExport.by_id == person_id, PoolExport.id.in_(stood)))
        .values(words=GONE, source=GONE),
        sa.delete(PoolExportPerson).where(PoolExportPerson.person_id == person_id),
        sa.delete(ShortlistNote).where(sa.or_(ShortlistNote.by_id == person_id, ShortlistNote.entry_id.in_(entries))),
        sa.delete(ShortlistEntry).where(ShortlistEntry.profile_id.in_(profiles)),
        sa.delete(SearchKnown).where(sa.or_(SearchKnown.search_id.in_(searches), SearchKnown.profile_id.in_(profiles))),
        sa.delete(SavedSearch).where(SavedSearch.person_id == person_id),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expire_all()
