"""A shop whose clock moves, for prices that are paid month by month."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from coursehub import jobs
from coursehub.learning.queries.enrolments import open_enrolment_id
from coursehub.sales import operations, queries
from coursehub.sales.models import InstalmentPlan, Offering, Order
from coursehub.sales.operations import charging
from coursehub.sales.operations.instalments import pause_late
from tests.sales.rig import Shop, open_shop
from tests.sandbox.rig import Sandbox

DAY = timedelta(days=1)


class Months(Shop):
    """A shop whose clock moves, and in which Ada pays 199.00 in three parts."""

    def wait(self, days: int) -> None:
        """Days go by, and the worker does what became due."""
        self.at += days * DAY
        self.sandbox.tell("clock", stopped_at=int(self.at.timestamp()))
        charging.charge_due(at=self.at)
        pause_late(at=self.at)
        jobs.run_due(at=self.at, strict=True)

    def buy_by_parts(self, offering: Offering, buyer: Any, **given: Any) -> Order:
        """The first part is paid on a page that keeps the card."""
        order = self.buy(offering, buyer, by_parts=True, **given)
        self.work(self.at)
        return order

    def answer(self, order: Order, code: str) -> None:
        """How the bank answers the kept card from now on."""
        self.sandbox.tell(f"cards/{plan(order).payer_id}", code=code)

    def pay_page(self, order: Order, buyer: Any, *, whole: bool = False) -> None:
        """The buyer pays what is due (or all that is left) on the rail's page, and comes back."""
        charging.open_instalment_page(order, whole=whole, by=self.cast.acting(buyer), at=self.at)
        self.sandbox.tell(f"sessions/{plan(order).session_id}/pay")
        charging.settle_parts(order, at=self.at)
        self.work(self.at)


def plan(order: Order) -> InstalmentPlan:
    found = queries.plan_of(order.id)
    assert found is not None
    return found


def parts(order: Order) -> list[tuple[int, int, bool]]:
    """Number, amount, and whether it is paid."""
    return [(row.part_n, row.amount_minor, row.payment_id is not None) for row in queries.instalments_of(order.id)]


def is_open(order: Order) -> bool:
    assert order.course_id is not None
    return open_enrolment_id(person_id=order.buyer_id, course_id=order.course_id) is not None


def dispute(months: Months, order: Order, n: int) -> str:
    """The buyer's bank takes back the money of the nth payment."""
    charge = queries.sold_payments(order.id)[n].rail_charge_id
    found = months.sandbox.tell("disputes", charge=charge)["id"]
    operations.follow_dispute(found, at=months.at)
    return str(found)


@pytest.fixture
def months(app: Any, cast: Any, sandbox: Sandbox, at: datetime) -> Any:
    with open_shop(Months, cast, sandbox, at) as made:
        yield made


@pytest.fixture
def by_three(months: Months) -> Offering:
    return months.offer(months.course(), instalments=3)
