"""Do payouts agree with the books? Every partner's accounts told twice."""

from collections.abc import Iterator

import sqlalchemy as sa

from coursehub.billing.models import EntryUse
from coursehub.db import db
from coursehub.ledger.accounts import PARTNER_ON_ITS_WAY, PARTNER_OWES, PARTNER_READY
from coursehub.ledger.models import Account, Balance, Journal, Posting
from coursehub.payouts import queries
from coursehub.payouts.models import ClaimPaid, MovementMatch, Payout, PayoutStep, RailMovement
from coursehub.people.models import Organisation

SOUND = "Every payout and repayment moved in the books what it says, once, and every claim stands there."


def faults() -> Iterator[str]:
    """One sentence per fault; none when payouts, their steps and the books tell the same."""
    yield from _steps()
    yield from _on_its_way()
    yield from _owed()
    yield from _paid_back()
    yield from _exchanged()
    found = sa.select(Account.party, Account.currency, Balance.posted_minor).join(Balance, Balance.account_id == Account.id)
    for party, currency, minor in db.session.execute(found.where(Account.code == PARTNER_ON_ITS_WAY, Balance.posted_minor > 0)):
        yield f"{party} in {currency}: {minor} more arrived than was ordered"


def _steps() -> Iterator[str]:
    """Each step's journal moves the very amount of its payout, once."""
    moved = sa.func.sum(sa.case((Account.code.in_((PARTNER_READY, PARTNER_ON_ITS_WAY)), Posting.amount_minor), else_=0))
    rows = db.session.execute(
        sa.select(Payout.public_id, PayoutStep.kind, Payout.amount_minor, Payout.offset_minor, Journal.effect_key, moved)
        .join(PayoutStep, PayoutStep.payout_id == Payout.id)
        .join(Journal, Journal.id == PayoutStep.journal_id)
        .join(Posting, Posting.journal_id == Journal.id)
        .join(Account, Account.id == Posting.account_id)
        .group_by(Payout.public_id, PayoutStep.kind, Payout.amount_minor, Payout.offset_minor, Journal.effect_key)
    )
    for name, kind, amount, offset, key, minor in rows:
        meant = {"ordered": offset, "paid": amount, "bounced": 0, "returned": -amount}[kind]
        wanted = f"payout:{name}" if kind == "ordered" else f"payout:{name}:{kind}"
        if key != wanted or int(minor) != meant:
            yield f"payout {name}, {kind}: journal {key} moves {minor}, not {meant}"


def _on_its_way() -> Iterator[str]:
    """What is on its way in the books is what was ordered and has no end yet."""
    ended = sa.select(PayoutStep.payout_id).where(PayoutStep.kind.in_(("paid", "bounced")))
    rows = db.session.execute(
        sa.select(Organisation.public_id, Payout.currency, sa.func.sum(Payout.amount_minor))
        .join(Organisation, Organisation.id == Payout.organisation_id)
        .join(PayoutStep, sa.and_(PayoutStep.payout_id == Payout.id, PayoutStep.kind == "ordered"))
        .where(Payout.id.not_in(ended))
        .group_by(Organisation.public_id, Payout.currency)
    )
    told = {(party, currency): int(minor) for party, currency, minor in rows}
    booked = {
        (party, currency): -int(minor)
        for party, currency, minor in db.session.execute(
            sa.select(Account.party, Account.currency, Balance.posted_minor)
            .join(Balance, Balance.account_id == Account.id)
            .where(Account.code == PARTNER_ON_ITS_WAY, Balance.posted_minor != 0)
        )
    }
    for party, currency in sorted({*told, *booked}):
        if told.get((party, currency), 0) != booked.get((party, currency), 0):
            yield (
                f"{party} in {currency}: {booked.get((party, currency), 0)} on its way in the books, "
                f"{told.get((party, currency), 0)} ordered"
            )


def _owed() -> Iterator[str]:
    """What a partner owes in the books is what its claims add up to."""
    for party, currency, minor in queries.owed_by_party():
        claims = sum(claim.left_minor for claim in queries.claims_of(party, currency))
        if claims != minor:
            yield f"{party} in {currency}: owes {minor} in the books, its claims add up to {claims}"


def _paid_back() -> Iterator[str]:
    """What claims a line of the bank paid is what its journal took off that partner's debt."""
    claims = (
        sa.select(ClaimPaid.use_id, ClaimPaid.organisation_id, sa.func.sum(ClaimPaid.amount_minor).label("minor"))
        .group_by(ClaimPaid.use_id, ClaimPaid.organisation_id)
        .subquery()
    )
    off = sa.and_(Account.code == PARTNER_OWES, Account.party == Organisation.public_id)
    rows = db.session.execute(
        sa.select(EntryUse.id, EntryUse.amount_minor, claims.c.minor, sa.func.sum(sa.case((off, Posting.amount_minor), else_=0)))
        .join(Posting, Posting.journal_id == EntryUse.journal_id)
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(claims, claims.c.use_id == EntryUse.id)
        .outerjoin(Organisation, Organisation.id == claims.c.organisation_id)
        .where(EntryUse.kind == queries.DEBT, EntryUse.undoes_id.is_(None))
        .group_by(EntryUse.id, EntryUse.amount_minor, claims.c.minor, claims.c.organisation_id)
    )
    for use_id, minor, paid, booked in rows:
        if not int(paid or 0) == minor == -int(booked):
            yield f"use {use_id} of a line: {minor} paid back, {int(paid or 0)} of claims, {-int(booked)} in the books"


def _exchanged() -> Iterator[str]:
    """What the provider settled in another currency, and is matched, came into the balance that it stands in."""
    rail = sa.and_(Account.code == sa.literal("asset:rail:") + RailMovement.rail, Account.currency == RailMovement.currency)
    rows = db.session.execute(
        sa.select(
            RailMovement.movement_id, RailMovement.amount_minor - RailMovement.fee_minor,
            sa.func.sum(sa.case((rail, Posting.amount_minor), else_=0)),
        )
        .join(MovementMatch, MovementMatch.movement_id == RailMovement.id)
        .outerjoin(Journal, Journal.effect_key == sa.literal("exchange:") + RailMovement.movement_id)
        .outerjoin(Posting, Posting.journal_id == Journal.id)
        .outerjoin(Account, Account.id == Posting.account_id)
        .where(RailMovement.presented_minor.is_not(None))
        .group_by(RailMovement.movement_id, RailMovement.amount_minor, RailMovement.fee_minor)
    )  # fmt: skip
    for name, net, booked in rows:
        if int(booked or 0) != net:
            yield f"movement {name}: {net} came in by its exchange, {int(booked or 0)} in the books"
