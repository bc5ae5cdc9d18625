"""Payouts that leave through the payment provider: sent once, taken back once, whatever is interrupted."""

import logging
from datetime import datetime

from coursehub import jobs, rails
from coursehub.db import db, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger.operations import stand_in_line
from coursehub.payouts import policies, queries
from coursehub.payouts.models import (
    Payout,
    PayoutTransfer,
    RailAccount,
    TransferBack,
    TransferMade,
    TransferTrouble,
)
from coursehub.payouts.operations.mismatches import settle_mismatches
from coursehub.payouts.operations.steps import book_step
from coursehub.people.actor import Actor
from coursehub.people.audit import note

log = logging.getLogger(__name__)


KEY_SPOILED = "key_spoiled"


class NotArrived(Refusal):
    """Only a payout that has arrived can be taken back, and only once."""


def send_transfer(payout: Payout, *, at: datetime) -> str:
    """Ask the provider for the transfer of an ordered payout and book its answer; where the payout stands then.

    Safe to repeat after any interruption: a transfer that was made before is found by its group, and the key is our own.
    A key that is spoiled at the provider, under which nothing was made, lets it stand still for a person of finance.
    Raises RailAway when the rail does not answer: the job comes again.
    """
    if queries.step_of(payout.id) != "ordered" or queries.waits_for_a_person(payout.id, "transfer"):
        return queries.step_of(payout.id)
    transfer = db.session.get_one(PayoutTransfer, payout.id)
    account = db.session.get_one(RailAccount, transfer.account_id)
    wish = rails.TransferWish(
        key=_key(payout, "transfer"), reference=payout.public_id, account_id=account.rail_account_id or "",
        amount_minor=payout.amount_minor, currency=payout.currency, source_charge=transfer.source_charge, again=True,
    )  # fmt: skip
    try:
        facts = rails.account_rail(account.rail).connected().transfer(wish)
    except rails.KeySpoiled:
        return _stand_still(payout, "transfer", KEY_SPOILED, at)
    except rails.RailRefused as problem:
        return _record(payout, "bounced", (problem.code or str(problem))[:200], at)
    if (facts.amount_minor, facts.currency) != (payout.amount_minor, payout.currency):
        raise rails.RailAway(f"transfer {facts.id} is not what payout {payout.public_id} asked for")
    return _record(payout, "paid", "", at, made=facts.id)


def _record(payout: Payout, kind: str, words: str, at: datetime, *, made: str | None = None) -> str:
    """Write down and book an end of a payout, both or neither; a twin may have been faster."""
    with transaction():
        stand_in_line()
        steps = {step.kind for step in queries.steps_of([payout.id])[payout.id]}
        if steps & {"paid", "bounced"}:
            return queries.step_of(payout.id)
        if made is not None:
            db.session.add(TransferMade(payout_id=payout.id, rail_transfer_id=made, at=at))
        book_step(payout, kind, words, at, rail=queries.rail_of(payout.id))
    return kind


def want_back(payout: Payout, *, words: str, by: Actor, at: datetime) -> None:
    """A transfer was a mistake: take it back from the partner's account at the provider. Raises NotArrived."""
    require(policies.may_prepare(by))
    with transaction():
        stand_in_line()
        _want_back(payout, words, at, by_id=by.person_id)
        note("payout_wanted_back", at=at, by_id=by.person_id, organisation_id=by.organisation_id, payout=payout.public_id)


def _want_back(payout: Payout, words: str, at: datetime, *, by_id: int | None) -> None:
    if db.session.get(TransferMade, payout.id) is None or db.session.get(TransferBack, payout.id) is not None:
        raise NotArrived
    db.session.add(TransferBack(payout_id=payout.id, words=words.strip(), wanted_at=at, wanted_by_id=by_id))
    db.session.flush()
    jobs.enqueue("payouts.take_transfer_back", at=at, payout_id=payout.id)


def take_transfer_back(payout: Payout, *, at: datetime) -> str:
    """Ask the provider to reverse a transfer that is wanted back and book it: the partner's money is ready again.

    Safe to repeat. Raises RailAway; where the provider refuses (the partner's account is empty), or the key is spoiled,
    it stays wanted and stands still for a person of finance.
    """
    back, made = db.session.get_one(TransferBack, payout.id), db.session.get_one(TransferMade, payout.id)
    if back.done_at is not None or queries.waits_for_a_person(payout.id, "back"):
        return queries.step_of(payout.id)
    rail = rails.account_rail(queries.rail_of(payout.id).name)
    asked = rail.connected()
    try:
        reversal_id = asked.reverse_transfer(made.rail_transfer_id, key=_key(payout, "back"), reference=payout.public_id)
    except rails.KeySpoiled:
        return _stand_still(payout, "back", KEY_SPOILED, at)
    except rails.RailRefused as problem:
        return _stand_still(payout, "back", (problem.code or str(problem))[:200], at)
    with transaction():
        stand_in_line()
        db.session.refresh(back)
        if back.done_at is None:
            back.rail_reversal_id, back.done_at = reversal_id, at
            if queries.step_of(payout.id) != "returned":  # given up meanwhile: its movement is looked at by a person
                book_step(payout, "returned", back.words, at, rail=rail)
    return "returned"


def _key(payout: Payout, what: str) -> str:
    """The idempotency key of a transfer or its reversal: a new one each time that a person tried again."""
    name = f"payout:{payout.public_id}" + (":back" if what == "back" else "")
    again = len(queries.troubles_of(payout.id, what))
    return f"{name}-{again + 1}" if again else name


def _stand_still(payout: Payout, what: str, problem: str, at: datetime) -> str:
    log.warning("%s of payout %s stands still: %s", what, payout.public_id, problem)
    with transaction():
        stand_in_line()
        if not queries.waits_for_a_person(payout.id, what):
            db.session.add(TransferTrouble(payout_id=payout.id, what=what, problem=problem, since_at=at))
    return queries.step_of(payout.id)


def try_again(trouble: TransferTrouble, *, by: Actor, at: datetime) -> None:
    """Let a transfer or a reversal that stands still go on, as a new wish at the provider; one that was made is found first."""
    require(policies.may_prepare(by))
    with transaction():
        stand_in_line()
        db.session.refresh(trouble)
        if trouble.again_at is not None or queries.is_given_up(trouble):
            return
        trouble.again_at, trouble.again_by_id = at, by.person_id
        payout = db.session.get_one(Payout, trouble.payout_id)
        job = "payouts.send_transfer" if trouble.what == "transfer" else "payouts.take_transfer_back"
        jobs.enqueue(job, at=at, payout_id=payout.id)
        note("transfer_tried_again", at=at, by_id=by.person_id, organisation_id=by.organisation_id, payout=payout.public_id)
        settle_mismatches(at=at)


def hear_failed_payout(rail_account_id: str, rail_payout_id: str, *, at: datetime) -> int:
    """The provider could not send a partner's money on to its bank: the latest transfers that make up the amount come back.

    How many those are; none if no transfers make up the amount exactly, and finance finds it at the provider.
    Heard again, it finds what it wants back wanted already. Raises RailAway.
    """
    account = queries.account_at_rail(rail_account_id)
    if account is None:
        return 0
    failed = rails.account_rail(account.rail).connected().read_payee_payout(rail_account_id, rail_payout_id)
    if not failed.has_failed:
        return 0
    why = f"{rail_payout_id}: {failed.why}"
    with transaction():
        stand_in_line()
        if queries.is_heard(rail_payout_id):
            return 0
        found, left = [], failed.amount_minor
        for payout in queries.payouts_arrived_at(account):
            if payout.currency == failed.currency and left > 0:
                found.append(payout)
                left -= payout.amount_minor
        if left != 0:
            log.warning("a failed payout of account %s matches no transfers of ours", account.public_id)
            return 0
        for payout in found:
            _want_back(payout, why, at, by_id=None)
    return len(found)
