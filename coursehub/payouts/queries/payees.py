"""Bank accounts of partners as payouts use them: what is under way to one, and in which money a partner is owed."""

import sqlalchemy as sa

from coursehub.db import db
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_ON_ITS_WAY, PARTNER_READY, PARTNER_RESERVE
from coursehub.ledger.models import Account, Balance
from coursehub.payouts.models import Payout, PayoutStep, PayoutTransfer, RunDecision
from coursehub.people.actor import Actor
from coursehub.people.models import PayeeRecord
from coursehub.people.policies import may_change_payee


def is_paid_to(payee_record_id: int) -> bool:
    """Whether a payout by bank to this account stands in a run that waits, or is on its way."""
    ended = sa.select(PayoutStep.payout_id).where(PayoutStep.kind.in_(("paid", "bounced")))
    found = (
        sa.select(Payout.id)
        .outerjoin(RunDecision, RunDecision.run_id == Payout.run_id)
        .where(
            Payout.payee_record_id == payee_record_id,
            Payout.id.not_in(ended),
            Payout.id.not_in(sa.select(PayoutTransfer.payout_id)),
            sa.or_(RunDecision.kind.is_(None), RunDecision.kind == "confirmed"),
        )
    )
    return db.session.execute(found.limit(1)).first() is not None


def currencies_owed(party: str) -> list[str]:
    """In which currencies a partner is owed anything: on hold, in reserve, ready or on its way."""
    found = (
        sa.select(Account.currency)
        .join(Balance, Balance.account_id == Account.id)
        .where(
            Account.party == party,
            Account.code.in_((PARTNER_HELD, PARTNER_RESERVE, PARTNER_READY, PARTNER_ON_ITS_WAY)),
            Balance.posted_minor < 0,
        )
        .group_by(Account.currency)
        .order_by(Account.currency)
    )
    return list(db.session.execute(found).scalars())


def account_visible_to(reader: Actor, number: int) -> "sa.Select[PayeeRecord]":
    """An account in use of the organisation one acts for, by those who may change it."""
    own = PayeeRecord.organisation_id == reader.organisation_id
    found = sa.select(PayeeRecord).where(PayeeRecord.id == number, PayeeRecord.ended_at.is_(None), own)
    allowed = reader.organisation is not None and may_change_payee(reader, reader.organisation)
    return found if allowed else found.where(sa.false())
