"""Saved searches: keep, change, remove and bring back; and tell of whoever fits that did not before."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor, actor_for
from coursehub.people.models import Person
from coursehub.talent.letters.searches import tell_of_new_people
from coursehub.talent.models import Profile, SavedSearch, SearchKnown
from coursehub.talent.models.searches import ALERTS
from coursehub.talent.policies import hiring as policies
from coursehub.talent.pool_search import PoolSearch, from_address
from coursehub.talent.queries.pool import fitting
from coursehub.talent.undoing import require_undo

MOST_SEARCHES = 50
MOST_PEOPLE = 500
"""A letter about a search that finds more says nothing; whoever wants letters narrows it."""
EVERY = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}


class TooManySearches(Refusal):
    """There are fifty saved searches already. Remove one that you do not need any more."""


class TooBroadForLetters(Refusal):
    """More than 500 people fit this search. Narrow it, or save it without letters."""


def save_search(wish: PoolSearch, *, title: str, alert: str, by: Actor, at: datetime) -> SavedSearch:
    """Keep a search for oneself. Raises TooManySearches, TooBroadForLetters."""
    require(policies.may_hire(by))
    if alert not in ALERTS:
        raise ValueError(f"{alert} is no interval")
    with transaction():
        _require_room(by)
        search = SavedSearch(
            public_id=new_public_id(), organisation_id=by.organisation_id or 0, person_id=by.person_id, title=title.strip(),
            wish=wish.address(), alert="off", made_at=at, told_at=at,
        )  # fmt: skip
        db.session.add(search)
        db.session.flush()
        _set_alert(search, alert, by, at)
        events.record("talent.search_saved", at=at, search_id=search.id, by_id=by.person_id)
    return search


def change_search(search: SavedSearch, *, title: str, alert: str, by: Actor, at: datetime) -> None:
    """Another title, letters or none. Raises TooBroadForLetters."""
    require(policies.may_keep_search(by, search))
    if alert not in ALERTS:
        raise ValueError(f"{alert} is no interval")
    with transaction():
        lock(search)
        search.title = title.strip()
        if alert != search.alert:
            _set_alert(search, alert, by, at)
        events.record("talent.search_changed", at=at, search_id=search.id, by_id=by.person_id, alert=alert)


def remove_search(search: SavedSearch, *, by: Actor, at: datetime) -> None:
    """Put it away; for a day it can be brought back."""
    require(policies.may_keep_search(by, search))
    with transaction():
        search.removed_at = search.removed_at or at
        events.record("talent.search_removed", at=at, search_id=search.id, by_id=by.person_id)


def bring_search_back(search: SavedSearch, *, by: Actor, at: datetime) -> None:
    """Undo the removal. Raises TooLateToBringBack, TooManySearches."""
    require(policies.may_keep_search(by, search))
    require_undo(search.removed_at, at)
    with transaction():
        if search.removed_at is not None:
            _require_room(by)
        search.removed_at = None
        events.record("talent.search_brought_back", at=at, search_id=search.id, by_id=by.person_id)


def _require_room(by: Actor) -> None:
    lock(db.session.get_one(Person, by.person_id))
    own = sa.select(sa.func.count()).where(SavedSearch.person_id == by.person_id, SavedSearch.removed_at.is_(None))
    if db.session.execute(own).scalar_one() >= MOST_SEARCHES:
        raise TooManySearches


def stop_letters(search: SavedSearch, *, at: datetime) -> None:
    """By the link of a letter, which only its reader has."""
    with transaction():
        lock(search)
        search.alert = "off"
        events.record("talent.search_changed", at=at, search_id=search.id, by_id=search.person_id, alert="off")


def tell_of_search(search_id: int, *, at: datetime) -> bool:
    """Go through one search whose letter is due; says whether a letter went out. A second run writes none twice."""
    with transaction():
        search = db.session.get(SavedSearch, search_id)
        if search is None:  # its owner was forgotten meanwhile
            return False
        lock(search)
        if search.alert == "off" or search.removed_at is not None or search.told_at > at - EVERY[search.alert]:
            return False  # another run was here
        reader = actor_for(db.session.get_one(Person, search.person_id), search.organisation_id)
        if reader.organisation_id != search.organisation_id or not policies.may_hire(reader):
            search.alert = "off"
            return False
        before, search.told_at = search.told_at, at
        fresh = _fresh(search, reader, at)
        if not fresh:
            return False
        tell_of_new_people(search, len(fresh), since=before, at=at)
        return True


def _set_alert(search: SavedSearch, alert: str, by: Actor, at: datetime) -> None:
    """Whoever fits when letters begin is known from the start."""
    search.alert, search.told_at = alert, at
    if alert != "off" and _fresh(search, by, at) is None:
        raise TooBroadForLetters


def _fresh(search: SavedSearch, reader: Actor, at: datetime) -> list[int] | None:
    """Who fits now and was not known, and is from now on; None if the search finds too many to tell of."""
    found = fitting(reader, from_address(search.wish), at).with_only_columns(Profile.id).order_by(None)
    ids = set(db.session.execute(found.limit(MOST_PEOPLE + 1)).scalars())
    if len(ids) > MOST_PEOPLE:
        return None
    known = sa.select(SearchKnown.profile_id).where(SearchKnown.search_id == search.id)
    fresh = sorted(ids - set(db.session.execute(known).scalars()))
    db.session.add_all(SearchKnown(search_id=search.id, profile_id=id) for id in fresh)
    db.session.flush()
    return fresh
