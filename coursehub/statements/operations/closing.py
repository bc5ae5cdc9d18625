"""Closing a month: one person of finance goes through the checklist, another confirms that it holds."""

from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.statements import checklist, policies
from coursehub.statements.models import MonthClose, MonthPreparation
from coursehub.statements.months import Month


class MonthClosed(Refusal):
    """This month is closed already."""


class EarlierMonthOpen(Refusal):
    """Months are closed in their order: an earlier one is still open."""


class NotEverythingDone(Refusal):
    """Something on the checklist is not done. The month can be closed once all of it is."""


class SuspenseNotNamed(Refusal):
    """Money is waiting for an explanation. Name what it is before the month is prepared for closing."""


class AnotherPersonCloses(Refusal):
    """Whoever prepared a month does not close it: that takes another person of finance."""

    status = 403


def prepare_close(month: Month, *, named: str, by: Actor, at: datetime) -> MonthPreparation:
    """The first person: everything is done, and what stands in suspense is named. May be said again until it is closed.

    Raises MonthClosed, EarlierMonthOpen, NotEverythingDone or SuspenseNotNamed.
    """
    require(policies.may_prepare_close(by))
    named = named.strip()
    with transaction():
        found = _must_be_done(month, at)
        if not named and checklist.suspense_of(found):
            raise SuspenseNotNamed
        preparation = MonthPreparation(
            month=str(month), named=named, checklist=[item.as_data() for item in found], prepared_by_id=by.person_id,
            prepared_at=at,
        )  # fmt: skip
        db.session.add(preparation)
        db.session.flush()
    return preparation


def close_month(preparation: MonthPreparation, *, by: Actor, at: datetime) -> MonthClose:
    """The second person: the checklist still holds, so the month is closed, once.

    Raises AnotherPersonCloses, MonthClosed, EarlierMonthOpen or NotEverythingDone.
    """
    require(policies.may_prepare_close(by))
    if not policies.may_close(by, preparation):
        raise AnotherPersonCloses
    month = preparation.of
    with transaction():
        found = _must_be_done(month, at)
        after, through, head = checklist.journals_closed(month)
        close = MonthClose(
            month=str(month), preparation_id=preparation.id, prepared_by_id=preparation.prepared_by_id, closed_by_id=by.person_id,
            closed_at=at, checklist=[item.as_data() for item in found], after_id=after, through_id=through, chain_hash=head,
        )  # fmt: skip
        db.session.add(close)
        try:
            db.session.flush()
        except sa.exc.IntegrityError as twice:
            raise MonthClosed from twice
        events.record("statements.month_closed", at=at, month=str(month))
    return close


def _must_be_done(month: Month, at: datetime) -> list[checklist.Item]:
    if checklist.close_of(month) is not None:
        raise MonthClosed
    if not checklist.is_next(month):
        raise EarlierMonthOpen
    found = checklist.items_of(month, at)
    if not all(item.is_done for item in found):
        raise NotEverythingDone
    return found
