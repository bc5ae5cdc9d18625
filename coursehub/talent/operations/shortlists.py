"""Lists of people from the pool: begin, rename, remove and bring back; keep and take off; remark."""

from collections.abc import Sequence
from datetime import datetime

from coursehub import events
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.talent.models import Profile, Shortlist, ShortlistEntry, ShortlistNote
from coursehub.talent.models.shortlists import SCOPES
from coursehub.talent.policies import hiring as policies
from coursehub.talent.queries.profiles import profiles_met_by
from coursehub.talent.queries.shortlists import entries_visible_to, standing_lists
from coursehub.talent.undoing import require_undo

MOST_LISTS, MOST_ENTRIES = 100, 500
"""A list is for choosing by hand; whoever needs more is collecting people, which is not what consent is for."""


class TooManyLists(Refusal):
    """There are a hundred lists already. Remove one that nobody needs any more."""


class ListIsFull(Refusal):
    """There is no more room on this list. Take people off, or begin another list."""


def begin_shortlist(*, title: str, by: Actor, at: datetime) -> Shortlist:
    """An empty list of the employer one acts for. Raises TooManyLists."""
    require(policies.may_hire(by))
    with transaction():
        _require_room_for_a_list(by)
        shortlist = Shortlist(
            public_id=new_public_id(), organisation_id=by.organisation_id or 0, title=title.strip(), made_by_id=by.person_id,
            made_at=at,
        )  # fmt: skip
        db.session.add(shortlist)
        db.session.flush()
        events.record("talent.shortlist_begun", at=at, shortlist_id=shortlist.id, by_id=by.person_id)
    return shortlist


def rename_shortlist(shortlist: Shortlist, *, title: str, by: Actor, at: datetime) -> None:
    """Give a list another title."""
    require(policies.may_work_on(by, shortlist))
    with transaction():
        shortlist.title = title.strip()
        events.record("talent.shortlist_renamed", at=at, shortlist_id=shortlist.id, by_id=by.person_id)


def remove_shortlist(shortlist: Shortlist, *, by: Actor, at: datetime) -> None:
    """Put a list away with everybody on it; for a day it can be brought back."""
    require(policies.may_work_on(by, shortlist))
    with transaction():
        shortlist.removed_at = shortlist.removed_at or at
        events.record("talent.shortlist_removed", at=at, shortlist_id=shortlist.id, by_id=by.person_id)


def bring_shortlist_back(shortlist: Shortlist, *, by: Actor, at: datetime) -> None:
    """Undo the removal. Raises TooLateToBringBack, TooManyLists."""
    require(policies.may_work_on(by, shortlist))
    require_undo(shortlist.removed_at, at)
    with transaction():
        if shortlist.removed_at is not None:
            _require_room_for_a_list(by)
        shortlist.removed_at = None
        events.record("talent.shortlist_brought_back", at=at, shortlist_id=shortlist.id, by_id=by.person_id)


def _require_room_for_a_list(by: Actor) -> None:
    lock(db.session.get_one(Organisation, by.organisation_id))
    if len(standing_lists(by)) >= MOST_LISTS:
        raise TooManyLists


def keep(shortlist: Shortlist, public_ids: Sequence[str], *, by: Actor, at: datetime) -> int:
    """Put people on a list as far as one may meet them; says how many stand on it now that did not. Raises ListIsFull.

    Whoever may not be met is passed over without a word, as if nobody had been named.
    """
    require(policies.may_work_on(by, shortlist))
    with transaction():
        lock(shortlist)
        here = _standing(shortlist, by, at)
        named = profiles_met_by(by, at).where(Profile.public_id.in_(public_ids[:100]), Profile.id.not_in(here))
        fresh = list(db.session.execute(named.with_only_columns(Profile.id)).scalars())
        if len(here) + len(fresh) > MOST_ENTRIES:
            raise ListIsFull
        db.session.add_all(
            ShortlistEntry(
                public_id=new_public_id(), shortlist_id=shortlist.id, profile_id=id, added_by_id=by.person_id, added_at=at
            )
            for id in fresh
        )
        db.session.flush()
        events.record("talent.shortlisted", at=at, shortlist_id=shortlist.id, by_id=by.person_id, many=len(fresh))
    return len(fresh)


def _standing(shortlist: Shortlist, by: Actor, at: datetime) -> list[int]:
    """The profiles that one meets on a list: whoever hides takes no room either, or a full list would tell of them."""
    entries = entries_visible_to(by, shortlist, at).where(ShortlistEntry.removed_at.is_(None))
    return [entry.profile_id for entry in db.session.execute(entries).scalars()]


def take_off(entry: ShortlistEntry, shortlist: Shortlist, *, by: Actor, at: datetime) -> None:
    """Take somebody off a list; for a day they can be put back, with the notes."""
    require(policies.may_work_on(by, shortlist))
    with transaction():
        entry.removed_at = entry.removed_at or at
        events.record("talent.taken_off_shortlist", at=at, shortlist_id=shortlist.id, by_id=by.person_id, entry_id=entry.id)


def put_back(entry: ShortlistEntry, shortlist: Shortlist, *, by: Actor, at: datetime) -> None:
    """Undo it; nothing to do if they stand there again. Raises TooLateToBringBack, ListIsFull."""
    require(policies.may_work_on(by, shortlist))
    require_undo(entry.removed_at, at)
    with transaction():
        lock(shortlist)
        here = _standing(shortlist, by, at)
        if entry.profile_id in here:
            return
        if len(here) >= MOST_ENTRIES:
            raise ListIsFull
        entry.removed_at = None
        events.record("talent.put_back_on_shortlist", at=at, shortlist_id=shortlist.id, by_id=by.person_id, entry_id=entry.id)


def remark(entry: ShortlistEntry, shortlist: Shortlist, *, text: str, scope: str, by: Actor, at: datetime) -> None:
    """Write one's own note on an entry, over the last one; an empty text takes it away."""
    require(policies.may_work_on(by, shortlist))
    if scope not in SCOPES:
        raise ValueError(f"{scope} is no scope")
    with transaction():
        lock(shortlist)
        note = db.session.get(ShortlistNote, (entry.id, by.person_id))
        if not text.strip():
            if note is not None:
                db.session.delete(note)
            return
        if note is None:
            note = ShortlistNote(entry_id=entry.id, by_id=by.person_id)
            db.session.add(note)
        note.scope, note.text, note.at = scope, text.strip(), at
