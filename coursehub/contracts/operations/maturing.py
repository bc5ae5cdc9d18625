"""What happens to a share after its hold: it becomes ready to be paid, and a late refund takes it back from there."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from coursehub.contracts import queries
from coursehub.contracts.models import MoneyEvent, MoneyLine
from coursehub.contracts.terms import TermsBody
from coursehub.db import db, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import NOT_GIVEN_BACK, PARTNER_HELD, PARTNER_OWES, PARTNER_READY
from coursehub.ledger.operations import AccountRef, Booked, Leg, post, stand_in_line


def mature_sale(sale: MoneyEvent, *, at: datetime) -> Booked | None:
    """The hold of a sale is over: what each partner has left of it can be paid. Once; None if nothing is left.

    Raises ValueError before the hold is over.
    """
    if sale.kind != "sale" or sale.held_until > at:
        raise ValueError(f"money event {sale.id} is no sale whose hold is over")
    with transaction():
        stand_in_line()
        before = ledger.journal_for(_key(sale))
        if before is not None:
            return Booked(before.id, before.hash)
        moves = [
            Leg(AccountRef(code, party), sign * amount)
            for party, amount in _left_of(sale).items()
            for code, sign in ((PARTNER_HELD, 1), (PARTNER_READY, -1))
        ]
        if not any(leg.amount_minor for leg in moves):
            return None
        return post(
            kind="mature", effect_key=_key(sale), occurred_at=sale.held_until, at=at, postings=moves,
            currency=sale.currency, terms_hash=sale.terms_hash,
        )  # fmt: skip


def take_back_matured(
    refund: MoneyEvent, sale: MoneyEvent, shares: Mapping[str, int], body: TermsBody, *, at: datetime
) -> Booked | None:
    """After a refund is booked: if the hold of its sale was over, settle what it took from the held shares.

    shares: what the refund gave each party, negative. What is ready to be paid goes first;
    the rest was paid out, so the partner owes it, or the house bears it where the terms
    set nothing against later payouts. None if the hold was not over.
    """
    if ledger.journal_for(_key(sale)) is None:
        return None
    legs: list[Leg] = []
    for party, minor in shares.items():
        if party == body.house.id or not minor:
            continue
        ready = max(0, -ledger.balance_of(PARTNER_READY, refund.currency, party=party))
        back = min(-minor, ready)
        owed = NOT_GIVEN_BACK if is_borne_by_house(body) else PARTNER_OWES
        legs += [
            Leg(AccountRef(PARTNER_HELD, party), minor),
            Leg(AccountRef(PARTNER_READY, party), back),
            Leg(AccountRef(owed, party), -minor - back, "/clawback"),
        ]
    if not legs:
        return None
    return post(
        kind="clawback", effect_key=f"clawback:{refund.public_id}", occurred_at=refund.occurred_at, at=at,
        postings=legs, currency=refund.currency, terms_hash=refund.terms_hash,
    )  # fmt: skip


def is_borne_by_house(body: TermsBody) -> bool:
    """Whether these terms set nothing that was paid out against later payouts."""
    return not body.clawback.offset_limit_bps or not body.clawback.max_age_days


def _key(sale: MoneyEvent) -> str:
    return f"mature:{sale.public_id}"


def _left_of(sale: MoneyEvent) -> dict[str, int]:
    """What each partner has of a sale after its refunds, fees that it bears left aside."""
    house = queries.body_hashed(sale.terms_hash).house.id
    rows = db.session.execute(
        sa.select(MoneyLine.party, sa.func.sum(MoneyLine.amount_minor))
        .join(MoneyEvent, MoneyEvent.id == MoneyLine.event_id)
        .where(
            sa.or_(MoneyEvent.id == sale.id, MoneyEvent.reverses_id == sale.id),
            MoneyLine.role.in_(("share", "discount")), MoneyLine.party.is_not(None), MoneyLine.party != house,
        )
        .group_by(MoneyLine.party)
        .order_by(MoneyLine.party)
    )  # fmt: skip
    return {str(party): int(amount) for party, amount in rows}
