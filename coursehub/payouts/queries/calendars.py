"""The calendar of payouts in force, and what terms promise beyond it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from coursehub.contracts import queries as contracts
from coursehub.contracts.models import MoneyEvent, MoneyLine
from coursehub.contracts.operations.maturing import MATURING
from coursehub.contracts.queries import PaydayPromise
from coursehub.db import db
from coursehub.ledger.models import Journal
from coursehub.payouts.models import HoldEnd, Payout, PayoutCalendar, PayoutRun, PayoutStep
from coursehub.payouts.paydays import Calendar

PARTS_OF_FEES = ("hire", "hour")


def calendar() -> Calendar:
    """What finance decided last, or what the platform begins with."""
    row = calendar_row()
    return Calendar() if row is None else Calendar(row.day, minimum_minor=dict(row.minimum_minor))


def promised(at: datetime) -> dict[tuple[int, str], Calendar]:
    """The rule for partners whose terms promise more than the house's, by organisation and currency.

    A promise outlives its terms for what was earned under them, until that is paid.
    """
    rule, found = calendar(), dict[tuple[int, str], list[Any]]()
    for one in contracts.paydays_promised(at):
        known = found.setdefault((one.organisation_id, one.currency), [])
        if one.payday not in known and (not one.is_over or _is_unpaid(one, at)):
            known.append(one.payday)
    return {key: rule.with_promises(paydays, key[1]) for key, paydays in found.items() if paydays}


def calendar_row() -> PayoutCalendar | None:
    """The decision behind it, with who and when; None before the first."""
    return db.session.execute(sa.select(PayoutCalendar).order_by(PayoutCalendar.id.desc()).limit(1)).scalar_one_or_none()


def _is_unpaid(promise: PaydayPromise, at: datetime) -> bool:
    """Whether anything that a partner earned under these terms has not been paid: on hold, in reserve, ready, or bounced.

    A run takes all that is ready when it is prepared, so what became ready before the last payout that stands was paid.
    """
    event, reserve = MoneyEvent, contracts.body_hashed(promise.terms_hash).reserve
    paid = _paid_until(promise)
    own, released, let_go = aliased(Journal), aliased(Journal), aliased(Journal)
    sale = sa.func.coalesce(event.reverses_id, event.id)
    late = [
        event.kind.in_(MATURING) & _is_after(paid, HoldEnd.at),
        event.kind.in_(PARTS_OF_FEES) & _is_after(paid, released.recorded_at),
        event.kind.not_in((*MATURING, *PARTS_OF_FEES)) & _is_after(paid, event.recorded_at),
    ]
    if reserve:
        kept = event.occurred_at > at - timedelta(days=reserve.days)
        late.append((event.kind == "sale") & (kept | (let_go.id.is_not(None) & _is_after(paid, let_go.recorded_at))))
    found = (
        sa.select(event.id)
        .outerjoin(HoldEnd, HoldEnd.event_id == event.id)
        .outerjoin(own, own.id == event.journal_id)
        .outerjoin(released, released.effect_key == own.effect_key + ":released")
        .outerjoin(let_go, let_go.effect_key == event.effect_key + ":reserve")
        .where(
            event.contract_id == promise.contract_id, event.terms_hash == promise.terms_hash, sa.or_(*late),
            _given(promise.party, lambda each: each.id == event.id) > 0,  # not what took something
            _given(promise.party, lambda each: sa.or_(each.id == sale, each.reverses_id == sale)) > 0,  # nor what went back whole
        )
    )  # fmt: skip
    return db.session.execute(found.limit(1)).first() is not None


def _paid_until(promise: PaydayPromise) -> datetime | None:
    """When the last run was prepared from which this partner was paid in this currency; None if none was."""
    ordered, lost = (
        sa.exists().where(PayoutStep.payout_id == Payout.id, PayoutStep.kind.in_(kinds))
        for kinds in (("ordered",), ("bounced", "returned"))
    )
    found = (
        sa.select(sa.func.max(PayoutRun.prepared_at))
        .join(Payout, Payout.run_id == PayoutRun.id)
        .where(Payout.organisation_id == promise.organisation_id, Payout.currency == promise.currency, ordered, ~lost)
    )
    return db.session.execute(found).scalar()


def _is_after(paid: datetime | None, ready_at: Any) -> Any:
    """Whether something became ready after a payout, or is not ready yet."""
    return sa.true() if paid is None else ready_at.is_(None) | (ready_at > paid)


def _given(party: str, which: Callable[[Any], Any]) -> Any:
    """What a party got by lines of these entries of the book, in minor units."""
    each = aliased(MoneyEvent)
    found = sa.select(sa.func.coalesce(sa.func.sum(MoneyLine.amount_minor), 0)).join(each, each.id == MoneyLine.event_id)
    return found.where(MoneyLine.party == party, MoneyLine.role.in_(("share", "discount")), which(each)).scalar_subquery()
