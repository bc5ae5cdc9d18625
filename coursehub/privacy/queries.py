"""Exports and wishes of the reader, and what stands in the way of being forgotten."""

from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.privacy.models import DataExport, ErasureWish


def exports_visible_to(reader: Actor) -> "sa.Select[DataExport]":
    """The reader's exports that are being made or can be fetched, the latest first."""
    return (
        sa.select(DataExport)
        .where(DataExport.person_id == reader.person_id, DataExport.dropped_at.is_(None))
        .order_by(DataExport.id.desc())
    )


def open_wish_of(person_id: int) -> ErasureWish | None:
    """The wish to be forgotten that still stands, if there is one."""
    return db.session.execute(
        sa.select(ErasureWish).where(
            ErasureWish.person_id == person_id, ErasureWish.undone_at.is_(None), ErasureWish.done_at.is_(None)
        )
    ).scalar_one_or_none()


def owned_alone(person_id: int) -> list[Organisation]:
    """Organisations that would have no owner without this person, though others belong to them."""
    return [
        organisation
        for organisation in people.organisations_of(person_id)
        if people.members_with_role(organisation.id, "owner") == [person_id]
        and people.members_with_role(organisation.id) != [person_id]
    ]


def wishes_due(at: datetime) -> list[int]:
    """The ids of the wishes whose time has come, the oldest first."""
    due = sa.select(ErasureWish.id).where(
        ErasureWish.due_at <= at, ErasureWish.undone_at.is_(None), ErasureWish.done_at.is_(None)
    )
    return list(db.session.execute(due.order_by(ErasureWish.due_at, ErasureWish.id)).scalars())


def exports_over(at: datetime) -> list[DataExport]:
    """Exports whose days are over and whose file is still here."""
    over = sa.select(DataExport).where(DataExport.kept_until <= at, DataExport.dropped_at.is_(None))
    return list(db.session.execute(over.order_by(DataExport.id)).scalars())


def files_to_drop() -> list[DataExport]:
    """Exports that are offered no more and whose file may still be here."""
    dropped = sa.select(DataExport).where(DataExport.dropped_at.is_not(None), DataExport.storage_key.is_not(None))
    return list(db.session.execute(dropped.order_by(DataExport.id).execution_options(populate_existing=True)).scalars())
