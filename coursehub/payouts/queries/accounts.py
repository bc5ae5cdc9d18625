"""How partners are paid: the way they chose, and their accounts at the payment provider."""

from collections.abc import Sequence

import sqlalchemy as sa

from coursehub import rails
from coursehub.contracts.models import MoneyEvent
from coursehub.db import db
from coursehub.ledger.accounts import PARTNER_READY, account_id
from coursehub.ledger.models import Journal, Posting
from coursehub.payouts.models import (
    BackGivenUp,
    Payout,
    PayoutStep,
    PayoutTransfer,
    PayoutWay,
    RailAccount,
    TransferBack,
    TransferMade,
    TransferTrouble,
)
from coursehub.payouts.policies import may_read_all
from coursehub.people.actor import Actor
from coursehub.sales.models import Payment


def way_of(organisation_id: int) -> PayoutWay | None:
    """The way that a partner chose last; None is the bank, chosen by nobody."""
    found = sa.select(PayoutWay).where(PayoutWay.organisation_id == organisation_id).order_by(PayoutWay.id.desc())
    return db.session.execute(found.limit(1)).scalar_one_or_none()


def rail_chosen(way: PayoutWay | None) -> rails.PayoutRail:
    """The rail of a choice; the bank where nobody chose."""
    return rails.payout_rail(way.way if way else rails.BANK)


def rail_account_of(organisation_id: int, rail: str) -> RailAccount | None:
    """A partner's account at a rail, if it wanted one there."""
    found = sa.select(RailAccount).where(RailAccount.organisation_id == organisation_id, RailAccount.rail == rail)
    return db.session.execute(found).scalar_one_or_none()


def rail_of(payout_id: int) -> rails.PayoutRail:
    """The rail by which a payout leaves: where the partner has an account, or the bank."""
    found = sa.select(RailAccount.rail).join(PayoutTransfer, PayoutTransfer.account_id == RailAccount.id)
    name = db.session.execute(found.where(PayoutTransfer.payout_id == payout_id)).scalar_one_or_none()
    return rails.payout_rail(name or rails.BANK)


def account_at_rail(rail_account_id: str) -> RailAccount | None:
    """The account with the provider's own number."""
    return db.session.execute(sa.select(RailAccount).where(RailAccount.rail_account_id == rail_account_id)).scalar_one_or_none()


def opened_accounts() -> Sequence[RailAccount]:
    """Every account that the provider has opened."""
    found = sa.select(RailAccount).where(RailAccount.rail_account_id.is_not(None)).order_by(RailAccount.id)
    return db.session.execute(found).scalars().all()


def transfers_of(payout_ids: Sequence[int]) -> dict[int, PayoutTransfer]:
    """Which of these payouts leave through an account of the partner's own; the others are in the file for the bank."""
    found = sa.select(PayoutTransfer).where(PayoutTransfer.payout_id.in_(payout_ids))
    return {each.payout_id: each for each in db.session.execute(found).scalars()}


def backs_of(payout_ids: Sequence[int]) -> dict[int, TransferBack]:
    """Which of these payouts are wanted back."""
    found = sa.select(TransferBack).where(TransferBack.payout_id.in_(payout_ids))
    return {each.payout_id: each for each in db.session.execute(found).scalars()}


def troubles_of(payout_id: int, what: str) -> list[TransferTrouble]:
    """Everything that let a transfer or its reversal stand still, the oldest first; the last may wait for a person."""
    found = sa.select(TransferTrouble).where(TransferTrouble.payout_id == payout_id, TransferTrouble.what == what)
    return list(db.session.execute(found.order_by(TransferTrouble.id)).scalars())


def waits_for_a_person(payout_id: int, what: str) -> bool:
    """Whether a transfer or its reversal stands still."""
    troubles = troubles_of(payout_id, what)
    return bool(troubles) and troubles[-1].again_at is None


def giving_up_of(payout_id: int) -> BackGivenUp | None:
    """How the refused reversal of a payout ends: as somebody proposes, or as it was confirmed."""
    found = sa.select(BackGivenUp).where(BackGivenUp.payout_id == payout_id, BackGivenUp.is_confirmed.is_not(sa.false()))
    return db.session.execute(found).scalar_one_or_none()


def givings_up_of(payout_ids: Sequence[int]) -> dict[int, BackGivenUp]:
    """The same for several, by the payout."""
    found = sa.select(BackGivenUp).where(BackGivenUp.payout_id.in_(payout_ids), BackGivenUp.is_confirmed.is_not(sa.false()))
    return {row.payout_id: row for row in db.session.execute(found).scalars()}


def giving_up_visible_to(reader: Actor, number: int) -> "sa.Select[BackGivenUp]":
    """One that waits for its second person, for finance staff."""
    found = sa.select(BackGivenUp).where(BackGivenUp.id == number, BackGivenUp.decided_at.is_(None))
    return found if may_read_all(reader) else found.where(sa.false())


def is_given_up(trouble: TransferTrouble) -> bool:
    """Whether a reversal that stands still was given up for good."""
    row = giving_up_of(trouble.payout_id) if trouble.what == "back" else None
    return row is not None and bool(row.is_confirmed)


_GIVEN_UP = sa.and_(
    TransferTrouble.what == "back",
    TransferTrouble.payout_id.in_(sa.select(BackGivenUp.payout_id).where(BackGivenUp.is_confirmed.is_(sa.true()))),
)


def standing_still() -> list[tuple[TransferTrouble, Payout]]:
    """Transfers and reversals that wait for a person of finance, the oldest first."""
    found = (
        sa.select(TransferTrouble, Payout)
        .join(Payout, Payout.id == TransferTrouble.payout_id)
        .where(TransferTrouble.again_at.is_(None), sa.not_(_GIVEN_UP))
        .order_by(TransferTrouble.id)
    )
    return [(trouble, payout) for trouble, payout in db.session.execute(found)]


def trouble_visible_to(reader: Actor, number: int) -> "sa.Select[TransferTrouble]":
    """One of them that still waits, for finance staff."""
    found = sa.select(TransferTrouble).where(TransferTrouble.id == number, TransferTrouble.again_at.is_(None), sa.not_(_GIVEN_UP))
    return found if may_read_all(reader) else found.where(sa.false())


def payouts_arrived_at(account: RailAccount) -> Sequence[Payout]:
    """What was transferred to an account and not taken back, the latest first."""
    found = (
        sa.select(Payout)
        .join(PayoutTransfer, PayoutTransfer.payout_id == Payout.id)
        .join(TransferMade, TransferMade.payout_id == Payout.id)
        .outerjoin(TransferBack, TransferBack.payout_id == Payout.id)
        .join(PayoutStep, sa.and_(PayoutStep.payout_id == Payout.id, PayoutStep.kind == "paid"))
        .where(PayoutTransfer.account_id == account.id, TransferBack.payout_id.is_(None))
        .order_by(Payout.id.desc())
    )
    return db.session.execute(found).scalars().all()


def words_of(payout_id: int) -> str:
    """What was said beside the last step of a payout."""
    found = sa.select(PayoutStep.words).where(PayoutStep.payout_id == payout_id).order_by(PayoutStep.id.desc())
    return db.session.execute(found.limit(1)).scalar_one_or_none() or ""


def is_heard(rail_payout_id: str) -> bool:
    """Whether transfers are wanted back already because this payout of the provider failed."""
    found = sa.select(TransferBack.payout_id).where(TransferBack.words.startswith(f"{rail_payout_id}:"))
    return db.session.execute(found).first() is not None


def sole_charge(party: str, currency: str, ready_minor: int) -> str | None:
    """The one payment that all of what is ready comes from; None if it comes from several, or from something else."""
    last = (
        sa.select(Posting.amount_minor, Journal.kind, Journal.effect_key)
        .join(Journal, Journal.id == Posting.journal_id)
        .where(Posting.account_id == account_id(PARTNER_READY, party, currency))
        .order_by(Posting.journal_id.desc(), Posting.n.desc())
        .limit(1)
    )
    row = db.session.execute(last).one_or_none()
    if row is None or row.kind != "mature" or -row.amount_minor != ready_minor:
        return None
    sale = sa.select(MoneyEvent.effect_key).where(MoneyEvent.public_id == row.effect_key.removeprefix("mature:"))
    key = db.session.execute(sale).scalar_one_or_none() or ""
    paid = sa.select(Payment.rail_charge_id).where(Payment.rail_payment_id == key.removeprefix("sale:"))
    return db.session.execute(paid).scalar_one_or_none()
