"""Taking everything along, and being forgotten: by wish, after a time in which it can be taken back."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events, jobs, storage
from coursehub.db import db, lock, new_public_id, sweep, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.people.models import Person
from coursehub.privacy import archive, policies, queries
from coursehub.privacy.models import DataExport, ErasureWish
from coursehub.privacy.rooms import ABOVE_PEOPLE, ROOMS

KEPT_FOR = timedelta(days=7)
"""How long an export can be fetched."""
COOLING = timedelta(days=7)
"""How long a wish to be forgotten can be taken back."""


class ExportIsRunning(Refusal):
    """Your data is being put together already. We tell you when it is ready."""


class ExportIsGone(Refusal):
    """This archive is not here any more. Ask for a new one."""


class AskedAlready(Refusal):
    """You have asked to be forgotten already. Until the day it happens you can take it back."""


class OwnsAlone(Refusal):
    """Others belong to an organisation of which you are the only owner. Make somebody else an owner first."""


def ask_for_export(*, by: Actor, at: datetime) -> DataExport:
    """Ask for everything that is known of the person. Raises ExportIsRunning."""
    require(policies.may_decide_about_own_data(by))
    with transaction():
        export = DataExport(
            public_id=new_public_id(), person_id=by.person_id, asked_at=at, done=0, total=len(ROOMS), size_bytes=0,
            ready_at=None, kept_until=None, storage_key=None, dropped_at=None,
        )  # fmt: skip
        try:
            with db.session.begin_nested():
                db.session.add(export)
                db.session.flush()
        except sa.exc.IntegrityError as clash:
            raise ExportIsRunning from clash
        jobs.enqueue("privacy.make_export", at=at, export_id=export.id)
    return export


def make_export(export_id: int, *, at: datetime) -> None:
    """Put the archive together, room by room; a second run starts anew and ends the same."""
    export = db.session.get_one(DataExport, export_id)
    if export.ready_at is not None or export.dropped_at is not None:
        return
    parts = {}
    for done, (name, room) in enumerate(ROOMS.items(), start=1):
        parts[name] = room.export(export.person_id)
        with transaction():
            export.done = done
    packed = archive.packed(export.person_id, parts, export.public_id)
    key = storage.put(packed, suffix=".zip")
    with transaction():
        lock(export)
        export.storage_key, export.size_bytes = key, len(packed)
        export.ready_at, export.kept_until = at, at + KEPT_FOR
        events.record("privacy.export_ready", at=at, export_id=export.id)
    drop_files()  # of somebody who was forgotten in between


def fetch_export(export: DataExport, *, by: Actor, at: datetime) -> str:
    """The key of the archive's file. Raises ExportIsGone."""
    require(policies.may_download(by, export))
    if export.storage_key is None or export.dropped_at is not None or export.kept_until is None or export.kept_until <= at:
        raise ExportIsGone
    return export.storage_key


def drop_old_exports(*, at: datetime) -> None:
    """Take archives away whose days are over."""
    with transaction():
        for export in queries.exports_over(at):
            export.dropped_at = at
    drop_files()


def drop_files() -> None:
    """Take the files of archives off the disk that are offered no more; a run that was cut short is made up by the next."""
    for export in queries.files_to_drop():
        storage.drop(export.storage_key or "")
        with transaction():
            export.storage_key = None


def ask_to_be_forgotten(*, by: Actor, at: datetime) -> ErasureWish:
    """Wish to be forgotten; it happens after seven days. The page has asked for the password. Raises AskedAlready, OwnsAlone."""
    require(policies.may_decide_about_own_data(by))
    if queries.owned_alone(by.person_id):
        raise OwnsAlone
    with transaction():
        wish = ErasureWish(
            public_id=new_public_id(), person_id=by.person_id, asked_at=at, due_at=at + COOLING, undone_at=None, done_at=None
        )
        try:
            with db.session.begin_nested():
                db.session.add(wish)
                db.session.flush()
        except sa.exc.IntegrityError as clash:
            raise AskedAlready from clash
        events.record("privacy.erasure_asked", at=at, wish_id=wish.id)
    return wish


def stay_after_all(wish: ErasureWish, *, by: Actor, at: datetime) -> None:
    """Take the wish back; nothing has changed. Too late once it was carried out, since then nobody can sign in."""
    require(policies.may_undo(by, wish))
    with transaction():
        lock(wish)
        if wish.done_at is None and wish.undone_at is None:
            wish.undone_at = at


def forget_whose_time_has_come(*, at: datetime) -> None:
    """Carry out every wish that is due, each in a transaction of its own."""
    for wish_id in queries.wishes_due(at):
        forget(wish_id, at=at)


def forget(wish_id: int, *, at: datetime) -> None:
    """Forget one person everywhere, all in one transaction: every room empties its words, then the vault is destroyed."""
    with transaction():
        wish = db.session.get_one(ErasureWish, wish_id)
        lock(wish)
        if wish.done_at is not None or wish.undone_at is not None:
            return
        _stop_exports(wish.person_id, at=at)
        for room in ROOMS.values():
            room.erase(wish.person_id, at)
        wish.done_at = at
        db.session.flush()
    drop_files()
    sweep()


def forget_what_rooms_above_hold(person_id: int, *, at: datetime) -> None:
    """People forgot somebody (an account that was never confirmed, a child without consent, a wish): empty the rest."""
    if db.session.get_one(Person, person_id).erased_at is None:
        return
    with transaction():
        _stop_exports(person_id, at=at)
        for room in ABOVE_PEOPLE.values():
            room.erase(person_id, at)
    drop_files()
    sweep()


def _stop_exports(person_id: int, *, at: datetime) -> None:
    running = sa.update(DataExport).where(DataExport.person_id == person_id, DataExport.dropped_at.is_(None))
    db.session.execute(running.values(dropped_at=at))
