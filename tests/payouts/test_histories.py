"""In any history of sales, holds, refunds, runs and answers of a bank, what was earned is held, ready, on its way, paid or owed."""

import random

import pytest
import sqlalchemy as sa

from coursehub.contracts.models import MoneyEvent, MoneyLine
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import BANK, NOT_GIVEN_BACK
from coursehub.ledger.checks import check_books
from coursehub.payouts import operations, queries
from coursehub.payouts.checks import faults
from coursehub.payouts.models import Payout
from tests.ledger import strangers

from .rig import CNY, World

STEPS = 40


class History:
    """Things that happen to one partner's money, drawn by lot."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.dice, self.n = world, random.Random(seed), 0
        self.sales: dict[str, int] = {}
        self.runs: list = []

    def sell(self):
        self.sales[self.world.sell(mature=False, gross=self.dice.randrange(1_000, 200_000))] = 0

    def mature(self):
        operations.end_holds(at=self.world.now)

    def refund(self):
        if self.sales:
            sale = self.dice.choice(list(self.sales))
            self.world.refund(sale, self.dice.randrange(1, 60_000))

    def prepare(self):
        self.runs.append(self.world.prepare())

    def confirm(self):
        if self.runs:
            self.world.confirm(self.runs[-1])

    def take_back(self):
        if self.runs:
            operations.take_run_back(self.runs[-1], by=self.world.cast.acting(self.world.cast.fay), at=self.world.now)

    def answer(self):
        found = db.session.execute(sa.select(Payout)).scalars().all()
        if found:
            payout = self.dice.choice(found)
            self.world.count += 1
            outcome = self.dice.choice(["paid", "paid", "bounced"])
            wrong = self.dice.random() < 0.1
            self.world.answer((payout.public_id, outcome, payout.amount_minor + wrong), name=f"{self.world.count}.csv")

    def give_up(self):
        operations.give_up_claims(at=self.world.now + self.dice.choice([0, 1, 200]) * (self.world.now - self.world.at) / 30)

    def fresh_account(self):
        self.world.account(CNY, self.world.at)

    def step(self):
        does = self.dice.choice(
            [self.sell, self.sell, self.mature, self.refund, self.prepare, self.confirm, self.confirm, self.take_back,
             self.answer, self.answer, self.give_up, self.fresh_account]
        )  # fmt: skip
        try:
            does()
        except Refusal:
            pass  # somebody is told so, and nothing happens


def earned(party: str) -> int:
    found = (
        sa.select(sa.func.sum(MoneyLine.amount_minor))
        .join(MoneyEvent, MoneyEvent.id == MoneyLine.event_id)
        .where(MoneyLine.party == party)
    )
    return int(db.session.execute(found).scalar() or 0)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_nothing_is_paid_beyond_what_was_earned(cast, at, seed, tmp_path):
    history = History(World(cast, at), seed)
    party = cast.northwind.public_id
    for _ in range(STEPS):
        history.step()
        standing = history.world.standing
        held, ready, way, owes = (standing.get(name, 0) for name in ("held", "ready", "way", "owes"))
        paid = -ledger.balance_of(BANK, "CNY")
        lost = ledger.balance_of(NOT_GIVEN_BACK, "CNY", party=party)
        assert min(held, ready, way, owes, paid, lost) >= 0, standing
        assert held + ready + way + paid - owes - lost == earned(party)
        assert sum(claim.left_minor for claim in queries.claims_of(party, "CNY")) == owes
    assert list(faults()) == [] and check_books().faults == ()
    strangers.agree(tmp_path)
