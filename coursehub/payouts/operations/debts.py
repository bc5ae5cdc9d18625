"""A partner pays back what it owes by bank transfer: a line of the bank is booked against its claims, and taken off again."""

from collections.abc import Mapping
from datetime import datetime

from coursehub import events
from coursehub.billing import operations as billing
from coursehub.billing.models import BankEntry, EntryUse
from coursehub.db import db, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_OWES
from coursehub.ledger.operations import AccountRef, stand_in_line
from coursehub.payouts import policies, queries
from coursehub.payouts.models import ClaimPaid
from coursehub.payouts.operations.mismatches import settle_mismatches
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.people.models import Organisation


class MoreThanOwed(Refusal):
    """Less is owed of one of these claims by now than you typed. What it does not need stays where it is; look at it again."""


class NoClaimChosen(Refusal):
    """Type an amount beside a claim. Nothing was booked."""

    status = 422


def book_debt_paid(
    entry: BankEntry, organisation: Organisation, parts: Mapping[int, int], *, seen: int | None = None, by: Actor, at: datetime
) -> EntryUse:
    """This money pays what a partner owes: so much of each claim, by the claim's journal. What is over goes on waiting.

    One person books it, like any other money that came in (decision 55): none leaves, and it can be undone.
    seen: as `billing.operations.assign_entry` takes it.
    Raises NoClaimChosen, MoreThanOwed, UsedMeanwhile, and MoreThanWaits where so much of the line does not wait any more.
    """
    require(policies.may_prepare(by))
    if not parts or any(minor <= 0 for minor in parts.values()):
        raise NoClaimChosen
    with transaction():
        stand_in_line()
        billing.must_be_as_seen(entry, seen)
        left = {claim.journal_id: claim.left_minor for claim in queries.claims_of(organisation.public_id, entry.currency)}
        minor = sum(parts.values())
        owed = ledger.balance_of(PARTNER_OWES, entry.currency, party=organisation.public_id)
        if minor > owed or any(part > left.get(claim_id, 0) for claim_id, part in parts.items()):
            raise MoreThanOwed
        against = AccountRef(PARTNER_OWES, organisation.public_id)
        use = billing.use_entry(entry, queries.DEBT, amount_minor=minor, against=against, by=by, at=at)
        for claim_id, part in sorted(parts.items()):
            db.session.add(ClaimPaid(use_id=use.id, organisation_id=organisation.id, claim_id=claim_id, amount_minor=part))
        db.session.flush()
        _note("debt_paid", use, organisation, by, at)
        events.record("payouts.debt_paid", at=at, use_id=use.id)
    settle_mismatches(at=at)  # after it, as nobody who books should wait for that
    return use


def undo_entry_use(use: EntryUse, *, words: str, by: Actor, at: datetime) -> None:
    """What became of a line of the bank was a mistake: its money waits again, and what a partner paid back is owed again.

    Raises what `billing.operations.undo_use` raises.
    """
    require(policies.may_prepare(by))
    with transaction():
        stand_in_line()
        billing.undo_use(use, words=words, by=by, at=at)
        if use.kind == queries.DEBT:
            (paid,) = queries.paid_back(use_ids=[use.id])
            _note("debt_paid_undone", use, db.session.get_one(Organisation, paid.organisation_id), by, at)
            events.record("payouts.debt_paid_undone", at=at, use_id=use.id)


def _note(act: str, use: EntryUse, organisation: Organisation, by: Actor, at: datetime) -> None:
    entry = db.session.get_one(BankEntry, use.entry_id)
    note(
        act, at=at, by_id=by.person_id, organisation_id=organisation.id, entry=entry.public_id, amount_minor=use.amount_minor,
        currency=entry.currency,
    )  # fmt: skip
