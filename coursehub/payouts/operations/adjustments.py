"""Adjusting entries: one person of finance writes one, another confirms it; taken back the same way."""

from dataclasses import dataclass
from datetime import date, datetime, time

from coursehub import events, rails
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger.operations import AccountRef, Leg, post, stand_in_line
from coursehub.payouts import policies, queries
from coursehub.payouts.adjusting import adjustable, other_sides, rail_account
from coursehub.payouts.models import Adjustment, RailMovement
from coursehub.payouts.operations.mismatches import settle_mismatches
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.sales.operations.refunds_by_bank import mark_paid_by_bank, unmark_paid_by_bank, unsay_paid_by_bank
from coursehub.web.locale import SHOWN_ZONE

NOON = time(12)


class AccountsUnfit(Refusal):
    """Choose two different accounts among those that an adjusting entry may move."""

    status = 422


class DayToCome(Refusal):
    """What has not happened yet cannot be booked. Choose today or an earlier day."""

    status = 422


class MovementStands(Refusal):
    """This movement has its payment, its explanation or its entry by now. Look at the list again."""


class AdjustmentDecided(Refusal):
    """This entry was confirmed or declined meanwhile."""


class TakenBackAlready(Refusal):
    """This entry is taken back, or a colleague has proposed to take it back."""


@dataclass(frozen=True, slots=True)
class AdjustmentDraft:
    """What somebody of finance wants to book.

    debit, credit: codes of accounts, see `adjusting.adjustable`. amount_minor: above zero.
    words:         why, for the colleague who confirms and for whoever reads the books later.
    reference:     a number at the bank or provider by which it is found again, or nothing.
    """

    debit: str
    credit: str
    currency: str
    amount_minor: int
    occurred_on: date
    words: str
    reference: str = ""


def propose_adjustment(draft: AdjustmentDraft, *, by: Actor, at: datetime) -> Adjustment:
    """Write an entry down; nothing is booked before another person confirms it. Raises AccountsUnfit, DayToCome."""
    require(policies.may_prepare(by))
    known = adjustable(rails.current_name())
    if draft.debit == draft.credit or not {draft.debit, draft.credit} <= set(known) or draft.amount_minor <= 0:
        raise AccountsUnfit
    return propose(draft, by=by, at=at)


def propose_for_movement(movement: RailMovement, *, other: str, words: str, by: Actor, at: datetime) -> Adjustment:
    """Write down what a movement at the provider was that matches nothing: the account its money came from or went to.

    Raises AccountsUnfit, and MovementStands where it matches, is explained, or has an entry.
    """
    require(policies.may_prepare(by))
    if other not in other_sides():
        raise AccountsUnfit
    net = movement.amount_minor - movement.fee_minor
    rail = rail_account(movement.rail)
    debit, credit = (rail, other) if net > 0 else (other, rail)
    draft = AdjustmentDraft(
        debit, credit, movement.currency, abs(net), movement.made_at.astimezone(SHOWN_ZONE).date(), words,
        movement.source_id or movement.movement_id,
    )  # fmt: skip
    with transaction():
        stand_in_line()
        waits = {each.movement.id: each.why for each in queries.looked_at()}
        if net == 0 or waits.get(movement.id, "") not in queries.TO_BE_BOOKED or queries.entry_of(movement.id) is not None:
            raise MovementStands
        return propose(draft, movement_id=movement.id, by=by, at=at)


def take_back_adjustment(row: Adjustment, *, words: str, by: Actor, at: datetime) -> Adjustment:
    """Propose the reverse of a confirmed entry, whole. Raises TakenBackAlready."""
    require(policies.may_prepare(by))
    with transaction():
        stand_in_line()
        if row.journal_id is None or row.reverses_id is not None or queries.taken_back_by(row.id) is not None:
            raise TakenBackAlready
        draft = AdjustmentDraft(
            row.credit_code,
            row.debit_code,
            row.currency,
            row.amount_minor,
            at.astimezone(SHOWN_ZONE).date(),
            words,
            row.reference,
        )
        return propose(draft, reverses_id=row.id, refund_name=row.refund_name, by=by, at=at)


def propose(
    draft: AdjustmentDraft,
    *,
    movement_id: int | None = None,
    reverses_id: int | None = None,
    refund_name: str | None = None,
    by: Actor,
    at: datetime,
) -> Adjustment:
    """Write an entry down for a colleague; who calls has looked whether it may be. Raises DayToCome."""
    require(policies.may_prepare(by))
    if draft.occurred_on > at.astimezone(SHOWN_ZONE).date():
        raise DayToCome
    with transaction():
        row = Adjustment(
            public_id=new_public_id(), debit_code=draft.debit, credit_code=draft.credit, currency=draft.currency,
            amount_minor=draft.amount_minor, occurred_on=draft.occurred_on, words=draft.words.strip(),
            reference=draft.reference.strip(), movement_id=movement_id, reverses_id=reverses_id,
            refund_name=refund_name, proposed_at=at,
            proposed_by_id=by.person_id,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        _note("adjustment_proposed", row, by, at)
        events.record("payouts.adjustment_proposed", at=at, adjustment_id=row.id)
    return row


def confirm_adjustment(row: Adjustment, *, by: Actor, at: datetime) -> None:
    """The second person agrees, and it is booked. Raises AdjustmentDecided, MovementStands, RefundNotWaiting."""
    require(policies.may_confirm_adjustment(by, row))
    refund = queries.refund_named(row.refund_name) if row.refund_name else None
    with transaction():
        if refund is not None:
            lock(refund)  # before the line of the books, as whoever tries it again does
        stand_in_line()
        _still_open(row)
        if row.movement_id is not None and not _still_waits(row.movement_id):
            raise MovementStands
        first = db.session.get_one(Adjustment, row.reverses_id) if row.reverses_id is not None else None
        booked = post(
            kind="correction" if first else "adjustment", effect_key=f"adjustment:{row.public_id}",
            occurred_at=_moment(row.occurred_on, at), at=at, currency=row.currency,
            postings=[Leg(AccountRef(row.debit_code), row.amount_minor), Leg(AccountRef(row.credit_code), -row.amount_minor)],
            reverses=first.journal_id if first else None,
        )  # fmt: skip
        if refund is not None and first is None:
            mark_paid_by_bank(refund, at=at)
        elif refund is not None:
            unmark_paid_by_bank(refund)
        row.is_confirmed, row.decided_at, row.decided_by_id, row.journal_id = True, at, by.person_id, booked.id
        db.session.flush()
        _note("adjustment_confirmed", row, by, at)
        events.record("payouts.adjustment_booked", at=at, adjustment_id=row.id)
    settle_mismatches(at=at)  # after it: all of reconciliation is read, and nobody who books should wait for that


def decline_adjustment(row: Adjustment, *, by: Actor, at: datetime) -> None:
    """Anybody of finance, also who wrote it, drops an entry that waits. Raises AdjustmentDecided."""
    require(policies.may_prepare(by))
    refund = queries.refund_named(row.refund_name) if row.refund_name and row.reverses_id is None else None
    with transaction():
        if refund is not None:
            lock(refund)
        stand_in_line()
        _still_open(row)
        if refund is not None:
            unsay_paid_by_bank(refund)
        row.is_confirmed, row.decided_at, row.decided_by_id = False, at, by.person_id
        db.session.flush()
        _note("adjustment_declined", row, by, at)


def _still_open(row: Adjustment) -> None:
    db.session.refresh(row)
    if row.decided_at is not None:
        raise AdjustmentDecided


def _still_waits(movement_id: int) -> bool:
    """Whether nothing of ours was found meanwhile that the movement belongs to."""
    return any(each.movement.id == movement_id and each.why in queries.TO_BE_BOOKED for each in queries.looked_at())


def _moment(day: date, at: datetime) -> datetime:
    """Noon of a day here; of today not later than now, since nothing occurs after it is recorded."""
    return min(datetime.combine(day, NOON, SHOWN_ZONE), at)


def _note(act: str, row: Adjustment, by: Actor, at: datetime) -> None:
    note(
        act, at=at, by_id=by.person_id, organisation_id=by.organisation_id, adjustment=row.public_id, debit=row.debit_code,
        credit=row.credit_code, amount_minor=row.amount_minor, currency=row.currency,
    )  # fmt: skip
