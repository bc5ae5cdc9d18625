"""Counting: where the counters of a contract stand, and the memo legs by which an event moves them.

A counter is the balance of `memo:<name>` of the contract; `memo:contra` stands against all of them, so a journal with
counters balances as any other. Read them with the contract locked: its events queue there.
"""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from coursehub.contracts.counters import names_for
from coursehub.contracts.terms import TermsBody
from coursehub.db import db
from coursehub.ledger.models import Account, Balance
from coursehub.ledger.operations import AccountRef, Leg

CONTRA = "memo:contra"


def counted(body: TermsBody, moment: str) -> dict[str, int]:
    """Where each counter stands that a sale at this moment reads; nothing for terms that count nothing."""
    return standing_counters(body, names_for(body, moment))


def standing_counters(body: TermsBody, names: Iterable[str]) -> dict[str, int]:
    """Where these counters of the contract stand."""
    wanted = list(names)
    if not wanted:
        return {}
    standing = db.session.execute(
        sa.select(Account.code, Balance.posted_minor)
        .join(Balance, Balance.account_id == Account.id)
        .where(
            Account.code.in_([f"memo:{name}" for name in wanted]), Account.party == body.contract,
            Account.currency == body.currency,
        )
    )  # fmt: skip
    found = {code.removeprefix("memo:"): -int(minor) for code, minor in standing}
    return {name: found.get(name, 0) for name in wanted}


def memo_legs(body: TermsBody, moved: Mapping[str, int]) -> list[Leg]:
    """The legs that move counters up by these amounts (down by negative ones); a counter stands on the credit side."""
    legs = [Leg(AccountRef(f"memo:{name}", body.contract), -amount) for name, amount in moved.items() if amount]
    return [*legs, Leg(AccountRef(CONTRA, body.contract), sum(moved.values()))] if legs else []
