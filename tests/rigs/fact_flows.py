"""The crash rig's flow of a fact that is settled: what was shared meanwhile is put right, batch after batch."""

from datetime import datetime
from typing import Any

from coursehub.contracts.models import ContributionFact
from coursehub.contracts.operations import contests, maturing, putting_right
from coursehub.db import db
from tests.cast import Cast
from tests.contracts.facts_rig import DAY, Register
from tests.contracts.rig import draft_of_refund
from tests.rigs.flow import Facts
from tests.rigs.house_flows import BEGUN, flow, tried
from tests.rigs.world import acting


def _prepare_contested() -> Facts:
    """Five sales while Northwind's weight is contested; one went back in part, of one the hold is over."""
    register = Register(Cast(), BEGUN, hold={"days": 3})
    fact = register.state(1_000, BEGUN)
    register.contest(fact, BEGUN + DAY)
    sales = [register.sell(BEGUN + (2 + n) * DAY, 10_000 + n) for n in range(5)]
    register.share(draft_of_refund(register.course, BEGUN + 7 * DAY, 3_333, sale="sale:2"), BEGUN + 7 * DAY)
    maturing.mature_sale(sales[0], at=BEGUN + 7 * DAY)
    return {"fact": fact.id, "stan": register.cast.stan.id}


def _settle(facts: Facts) -> datetime:
    """Stan accepts it after all, and the worker puts two sales right at a time."""
    at = BEGUN + 8 * DAY
    putting_right.AT_ONCE = 2
    fact = db.session.get_one(ContributionFact, facts["fact"])
    tried(lambda: contests.settle_contest(fact, by=acting(facts["stan"]), at=at))
    return at


FLOWS = {"contested fact that stands": flow(_prepare_contested, _settle)}


def tick_off_first() -> None:
    """A batch is ticked off before its sales are put right."""
    look = putting_right._next

    def careless(settlement: Any, fact: Any) -> Any:
        some = look(settlement, fact)
        if some:
            settlement.looked_id = some[-1].id
            db.session.commit()
            db.session.connection().exec_driver_sql("BEGIN IMMEDIATE" if db.engine.dialect.name == "sqlite" else "BEGIN")
        return some

    putting_right._next = careless
