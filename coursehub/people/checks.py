"""Proving the audit lines: none was altered, deleted, put in between, or emptied before its time."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.audit_chain import BEGINNING, EMPTIED, SAID, digest_of, link
from coursehub.people.models import AuditHead, PeopleAudit
from coursehub.people.operations.forgetting import EMPTYING, KEPT_FOR

SOUND = "Every audit line is what it was when it was written, none is missing, and only those whose time is over are empty."


def faults() -> Iterator[str]:
    """Everything that does not fit, in plain English for whoever runs the house's machines."""
    emptied_before, last, height = _emptied_before(), BEGINNING, 0
    for row in _rows():
        if link(last, row.id, row.at, row.digest) != row.hash:
            yield f"Audit line {row.id} was altered, or one before it is missing or was put in."
        elif row.salt is None:
            if any(getattr(row, name) != EMPTIED[name] for name in SAID):
                yield f"Audit line {row.id} was altered: it says something without the salt that it was sealed with."
            elif emptied_before is None or row.at >= emptied_before:
                yield f"Audit line {row.id} was emptied before its time."
        elif digest_of(row._asdict(), row.salt) != row.digest:
            yield f"Audit line {row.id} was altered: what it says does not give its digest."
        last, height = row.hash, row.id
    head = db.session.execute(sa.select(AuditHead.height, AuditHead.hash)).one_or_none()
    ends, ends_with = head or (0, BEGINNING)
    if (ends, ends_with) != (height, last):
        yield f"The audit lines end at {height}, their head says {ends}: the end is missing or was exchanged."


def _rows(*, at_once: int = 2000) -> Iterator[sa.Row[tuple[object, ...]]]:
    """Every line in order, a few thousand in memory at a time."""
    wanted, last = sa.select(PeopleAudit.__table__).order_by(PeopleAudit.id).limit(at_once), 0
    while rows := db.session.execute(wanted.where(PeopleAudit.id > last)).all():
        yield from rows
        last = rows[-1].id


def _emptied_before() -> datetime | None:
    """Lines older than this were emptied, as the latest line about it says; its own moment is bound by the chain."""
    latest = sa.select(PeopleAudit.at).where(PeopleAudit.act == EMPTYING).order_by(PeopleAudit.at.desc()).limit(1)
    at: datetime | None = db.session.execute(latest).scalar_one_or_none()
    return at - KEPT_FOR if at else None
