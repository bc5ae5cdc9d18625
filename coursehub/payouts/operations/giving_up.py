"""Giving up a reversal that the provider refused: one person of finance says how it ends, another confirms."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from coursehub import events
from coursehub.db import db, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger.accounts import NOT_GIVEN_BACK
from coursehub.ledger.operations import AccountRef, stand_in_line
from coursehub.payouts import policies, queries
from coursehub.payouts.models import BackGivenUp, Payout, TransferBack
from coursehub.payouts.operations.mismatches import settle_mismatches
from coursehub.payouts.operations.steps import book_step
from coursehub.people.actor import Actor
from coursehub.people.audit import note


class NotRefused(Refusal):
    """This reversal does not stand still any more: it was tried again, or came back meanwhile. Look at its run."""


class GivenUpAlready(Refusal):
    """A colleague has proposed how this reversal ends. Confirm or decline that first."""


class ProposalAnswered(Refusal):
    """This was confirmed or declined meanwhile."""


def propose_giving_up(payout: Payout, *, ending: str, words: str, by: Actor, at: datetime) -> BackGivenUp:
    """Say how a refused reversal ends, and why; nothing changes before another person confirms it.

    ending: keeps | back | lost, see ENDINGS. Raises NotRefused, GivenUpAlready.
    """
    require(policies.may_prepare(by))
    with transaction():
        stand_in_line()
        _check_refused(payout)
        before = queries.giving_up_of(payout.id)
        if before is not None:
            raise NotRefused if before.is_confirmed else GivenUpAlready
        row = BackGivenUp(payout_id=payout.id, ending=ending, words=words.strip(), proposed_at=at, proposed_by_id=by.person_id)
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except IntegrityError as problem:
            raise GivenUpAlready from problem
        _note("reversal_giving_up_proposed", row, payout, by, at)
    return row


def confirm_giving_up(row: BackGivenUp, *, by: Actor, at: datetime) -> None:
    """The second person agrees, and the reversal is over.

    Where the partner keeps the money, nothing is booked: the books say that it was paid what it had earned, and a claim
    beside that would take it twice. Money that came back another way, or that the partner never had, is the partner's
    again; in the second case the house bears it. Raises ProposalAnswered, NotRefused.
    """
    require(policies.may_confirm_giving_up(by, row))
    with transaction():
        stand_in_line()
        _decide(row, True, by, at)
        payout = db.session.get_one(Payout, row.payout_id)
        _check_refused(payout)
        if row.ending != "keeps":
            lost = AccountRef(NOT_GIVEN_BACK) if row.ending == "lost" else None
            book_step(payout, "returned", row.words, at, rail=queries.rail_of(payout.id), against=lost)
        _note("reversal_given_up", row, payout, by, at)
        events.record("payouts.back_given_up", at=at, payout_id=payout.id)
    settle_mismatches(at=at)  # after it, as nobody who books should wait for that


def decline_giving_up(row: BackGivenUp, *, by: Actor, at: datetime) -> None:
    """Anybody of finance, also who proposed it, lets the reversal wait on. Raises ProposalAnswered."""
    require(policies.may_prepare(by))
    with transaction():
        stand_in_line()
        _decide(row, False, by, at)
        _note("reversal_giving_up_declined", row, db.session.get_one(Payout, row.payout_id), by, at)


def _check_refused(payout: Payout) -> None:
    back = db.session.get(TransferBack, payout.id)
    if back is None or back.done_at is not None or not queries.waits_for_a_person(payout.id, "back"):
        raise NotRefused


def _decide(row: BackGivenUp, is_confirmed: bool, by: Actor, at: datetime) -> None:
    db.session.refresh(row)
    if row.decided_at is not None:
        raise ProposalAnswered
    row.is_confirmed, row.decided_at, row.decided_by_id = is_confirmed, at, by.person_id
    db.session.flush()


def _note(act: str, row: BackGivenUp, payout: Payout, by: Actor, at: datetime) -> None:
    note(
        act, at=at, by_id=by.person_id, organisation_id=by.organisation_id, payout=payout.public_id, ending=row.ending,
        amount_minor=payout.amount_minor, currency=payout.currency,
    )  # fmt: skip
