"""What a random history does about debts: the partner pays back by bank, or such a payment is found to be wrong."""

from random import Random
from typing import Any

from coursehub.payouts import operations, queries
from coursehub.payouts.debts import oldest_first
from tests.payouts.rig import came_in


class Repaying:
    """After a step of a history, by a chance of its own, so that the steps of a seed stay what they were."""

    def __init__(self, history: Any, seed: int) -> None:
        self.history = history
        self.chance = Random(f"repayments of {seed}")
        self.paid: list[Any] = []

    def step(self) -> None:
        """Northwind sends a part of what it owes, all of it, or more; cut off first, then done. Or an earlier one is undone."""
        chance, history = self.chance, self.history
        if chance.random() > 0.2:
            return
        northwind, fay = history.cast.northwind, history.cast.acting(history.cast.fay)
        claims = queries.claims_of(northwind.public_id, "CNY")
        owed = sum(claim.left_minor for claim in claims)
        if self.paid and chance.random() < 0.3:
            history.told.append("take off a repayment")
            use = self.paid.pop(chance.randrange(len(self.paid)))
            operations.undo_entry_use(use, words="It was another partner's", by=fay, at=history.now)
        elif owed:
            minor = chance.choice([1, owed, owed + 77, 1 + chance.randrange(owed)])
            history.told.append(f"pay back {minor} of {owed}")
            entry = came_in(history.world, minor, f"R-{len(history.told)}", by=fay, at=history.now)
            parts = oldest_first(minor, claims)
            if chance.random() < 0.3:
                claim = chance.choice(claims)
                parts = {claim.journal_id: min(minor, claim.left_minor)}
            said = {"by": fay, "at": history.now}
            history._lost(lambda: operations.book_debt_paid(entry, northwind, parts, **said))
            self.paid.append(operations.book_debt_paid(entry, northwind, parts, **said))
