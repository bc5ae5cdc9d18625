"""What happens to a share after its hold: it becomes ready to be paid, and a late refund takes it back from there."""

from datetime import datetime

import sqlalchemy as sa

from coursehub.contracts import queries
from coursehub.contracts.models import MoneyEvent, MoneyLine
from coursehub.contracts.reserve import reserve_left
from coursehub.contracts.terms import TermsBody
from coursehub.db import db, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import NOT_GIVEN_BACK, PARTNER_HELD, PARTNER_OWES, PARTNER_READY, PARTNER_RESERVE
from coursehub.ledger.chain import Line
from coursehub.ledger.operations import AccountRef, Booked, Leg, post, stand_in_line

MATURING = ("sale", "period")
"""Events that mature one by one when their hold is over; parts of a member's fee wait for the member's money as well."""


def mature_sale(sale: MoneyEvent, *, at: datetime) -> Booked | None:
    """The hold of a sale or of a part of a pool is over: what each partner has left can be paid. Once; None if nothing is left.

    Raises ValueError before the hold is over.
    """
    if sale.kind not in MATURING or sale.held_until > at:
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
        if not any(leg.amount_minor for leg in moves) or _was_over(sale):
            return None
        return post(
            kind="mature", effect_key=_key(sale), occurred_at=sale.held_until, at=at, postings=moves,
            currency=sale.currency, terms_hash=sale.terms_hash,
        )  # fmt: skip


def hold_is_over(sale: MoneyEvent, *, at: datetime) -> bool:
    """Whether the hold of a sale is over; what is still on hold of it matures now, so nothing of it is after this."""
    if sale.kind not in MATURING or sale.held_until > at:
        return False  # parts of a fee are let go of together; `settle_matured` sees it
    mature_sale(sale, at=at)
    return True


def settle_matured(
    sale: MoneyEvent, body: TermsBody, *events: MoneyEvent | None, at: datetime, is_over: bool = False
) -> Booked | None:
    """After something was booked of a sale: what it moved on an account that the sale had left already is settled.

    events: the refund and what followed it, one effect together. What is ready to be paid goes first; the rest was paid out,
    so the partner owes it, or the house bears it where the terms set nothing against later payouts. What a correction gives
    is ready to be paid. is_over: nothing was on hold before these events, though nothing may have been there to mature.
    None if hold and reserve still stood.
    """
    booked = [event for event in events if event is not None and event.journal_id is not None]
    left = [
        code
        for code, key in ((PARTNER_HELD, _key(sale)), (PARTNER_RESERVE, reserve_key(sale.effect_key)))
        if (is_over and code == PARTNER_HELD) or ledger.journal_for(key) is not None
    ]
    if not booked or not left:
        return None
    taken: dict[tuple[str, str], int] = {}
    for leg in [leg for event in booked for leg in _legs_of(event.journal_id) if leg.code in left]:
        taken[leg.code, leg.party] = taken.get((leg.code, leg.party), 0) + leg.amount_minor
    legs: list[Leg] = []
    ready: dict[str, int] = {}
    owed = NOT_GIVEN_BACK if is_borne_by_house(body) else PARTNER_OWES
    for (code, party), amount in taken.items():
        legs.append(Leg(AccountRef(code, party), -amount))
        if amount > 0:
            legs += owed_back(party, amount, sale.currency, ready, owed=owed)
        else:
            legs.append(Leg(AccountRef(PARTNER_READY, party), amount))
    if not any(leg.amount_minor for leg in legs):
        return None
    first = booked[0]
    kind = "clawback" if any(amount > 0 for amount in taken.values()) else "mature"
    return post(
        kind=kind, effect_key=f"{kind}:{first.public_id}", occurred_at=first.occurred_at, at=at,
        postings=legs, currency=sale.currency, terms_hash=first.terms_hash,
    )  # fmt: skip


def give_back_matured(event: MoneyEvent, taken: MoneyEvent, sale: MoneyEvent, *, at: datetime, is_over: bool = False) -> None:
    """After a dispute's money is booked back: what its sale holds no more is ready to be paid at once. is_over: as above.

    What the house had borne, because terms set nothing against later payouts, comes back to the house. A claim stays: later
    payouts, out of what is ready now, are set against it as before.
    """
    if event.journal_id is None:
        return
    left = [
        code
        for code, key in ((PARTNER_HELD, _key(sale)), (PARTNER_RESERVE, reserve_key(sale.effect_key)))
        if (is_over and code == PARTNER_HELD) or ledger.journal_for(key) is not None
    ]
    if PARTNER_HELD not in left and sale.held_until <= at:
        mature_sale(sale, at=at)  # its hold ended while the bank had the money
    clawback = ledger.journal_for(f"clawback:{taken.public_id}")
    borne = {leg.party: leg.amount_minor for leg in _legs_of(clawback.id if clawback else None) if leg.code == NOT_GIVEN_BACK}
    legs: list[Leg] = []
    for leg in _legs_of(event.journal_id):
        if leg.code in left and leg.amount_minor < 0:
            back = min(-leg.amount_minor, borne.get(leg.party, 0))
            borne[leg.party] = borne.get(leg.party, 0) - back
            legs += [
                Leg(AccountRef(leg.code, leg.party), -leg.amount_minor),
                Leg(AccountRef(NOT_GIVEN_BACK, leg.party), -back, "/clawback"),
                Leg(AccountRef(PARTNER_READY, leg.party), leg.amount_minor + back),
            ]
    if legs:
        post(
            kind="mature", effect_key=f"mature:{event.public_id}", occurred_at=event.occurred_at, at=at, postings=legs,
            currency=event.currency, terms_hash=event.terms_hash,
        )  # fmt: skip


def _legs_of(journal_id: int | None) -> list[Line]:
    return [] if journal_id is None else ledger.lines_of(journal_id)


def owed_back(party: str, amount_minor: int, currency: str, ready: dict[str, int], *, owed: str = PARTNER_OWES) -> list[Leg]:
    """The legs by which a partner gives an amount back: out of what is ready to be paid, the rest on the account `owed`.

    ready: what was left of it for each party so far in this journal; filled and lowered here.
    """
    if party not in ready:
        ready[party] = max(0, -ledger.balance_of(PARTNER_READY, currency, party=party))
    back = min(amount_minor, ready[party])
    ready[party] -= back
    return [Leg(AccountRef(PARTNER_READY, party), back), Leg(AccountRef(owed, party), amount_minor - back, "/clawback")]


def is_borne_by_house(body: TermsBody) -> bool:
    """Whether these terms set nothing that was paid out against later payouts."""
    return not body.clawback.offset_limit_bps or not body.clawback.max_age_days


def _was_over(sale: MoneyEvent) -> bool:
    """Whether a hold had ended with nothing on it: then what was booked of its sale afterwards was settled at once."""
    settled = [f"{kind}:{event.public_id}" for event in queries.reversals_of_event(sale.id) for kind in ("clawback", "mature")]
    found = [journal for key in settled if (journal := ledger.journal_for(key)) is not None]
    return any(leg.code == PARTNER_HELD for journal in found for leg in ledger.lines_of(journal.id))


def _key(sale: MoneyEvent) -> str:
    """The effect by which a hold ends: that of a sale or a part of a pool by itself, those of a fee's parts together."""
    if sale.kind in MATURING or sale.journal_id is None:
        return f"mature:{sale.public_id}"
    return released_key(ledger.journal(sale.journal_id).effect_key)


def released_key(effect_key: str) -> str:
    """The effect by which what courses got of a fee becomes ready to be paid."""
    return f"{effect_key}:released"


def reserve_key(effect_key: str) -> str:
    """The effect by which what a reserve kept of a sale is let go of."""
    return f"{effect_key}:reserve"


def _left_of(sale: MoneyEvent) -> dict[str, int]:
    """What each partner has on hold of a sale after its refunds; what a reserve keeps is not among it."""
    body = queries.body_hashed(sale.terms_hash)
    house = body.house.id
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
    left = {str(party): int(amount) for party, amount in rows}
    if sale.kind == "sale" and body.reserve:
        kept = reserve_left(body, queries.lines_now(sale, body), gone_minor=queries.refunded_of(sale))
        left = {party: amount - kept.get(party, 0) for party, amount in left.items()}
    return left
