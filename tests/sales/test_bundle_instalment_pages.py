"""The pages of a bundle that is paid in parts: its own, the order's, the receipt, the desk's; and the file one takes along."""

from typing import Any

import pytest
import sqlalchemy as sa

from coursehub import clock, rails
from coursehub.db import db
from coursehub.sales import operations, personal, queries
from coursehub.sales.models import Order
from coursehub.sales.operations import charging
from coursehub.sales.operations.instalments import pause_late
from tests.cast import sign_in
from tests.sales.months import DAY, plan
from tests.sales.test_bundle_instalments import Together, opened, part_of
from tests.sandbox.rig import Sandbox


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_learner_pays_a_bundle_in_parts_and_gives_one_course_back(app: Any, cast: Any, sandbox: Sandbox, language: str) -> None:
    """Pages know only the present, so the second part is made due by hand."""
    together = Together(cast, sandbox, clock.now())
    with rails.use(together.rail):
        bundle = together.bundle()
        ada, stan = (sign_in(app.test_client(), person) for person in (cast.ada, cast.stan))
        for browser in (ada, stan):
            browser.set_cookie("language", language, domain="localhost")
        stranger = app.test_client().get(f"/bundles/{bundle.public_id}").text
        assert "83.32" in stranger and 'name="by_parts"' not in stranger, "a stranger reads that it can be paid so"
        page = ada.get(f"/bundles/{bundle.public_id}").text
        assert "83.36" in page and "83.32" in page and 'name="by_parts"' in page
        gone = ada.post(f"/bundles/{bundle.public_id}/orders", data={"seen_minor": "25000", "by_parts": "1"})
        order = db.session.execute(sa.select(Order)).scalar_one()
        assert (order.instalments, gone.location) == (3, order.session_url)
        assert ada.post(f"/orders/{order.public_id}/pay").location == order.session_url
        together.pay(order)
        ada.get(f"/orders/{order.public_id}/return")
        assert "83.32" in ada.get(f"/orders/{order.public_id}").text
        git = part_of(order, "git")
        ada.post(f"/orders/{order.public_id}/refund-requests", data={"part": str(git.n), "reason": ""})
        together.work(clock.now())
        page = ada.get(f"/orders/{order.public_id}").text
        assert page.count("59.62") == 2 and ("without" if language == "en" else "不含") in page
        assert stan.get(f"/house/orders/{order.public_id}").text.count("59.62") >= 2
        second = queries.instalments_of(order.id)[1]
        second.due_at = second.try_at = together.at
        db.session.commit()
        together.answer(order, "card_declined")
        charging.charge_due(at=clock.now())
        late = ada.get(f"/orders/{order.public_id}").text
        assert ("The courses stay open until" if language == "en" else "各门课程可继续学习到") in late
        pause_late(at=clock.now() + 7 * DAY)
        assert plan(order).state == "paused" and opened(order) == set()
        shut = "The courses are closed" if language == "en" else "各门课程"
        assert shut in ada.get(f"/orders/{order.public_id}").text and shut in stan.get(f"/house/orders/{order.public_id}").text
        receipt = ada.get(f"/orders/{order.public_id}/receipt").text
        assert receipt.count("23.70") == 2 and "59.64" in receipt, "two parts without git; what was paid less git"
        gone = ada.post(f"/orders/{order.public_id}/instalments", data={"whole": "1"})
        together.sandbox.tell(f"sessions/{plan(order).session_id}/pay")
        ada.get(f"/orders/{order.public_id}/instalments/return")
        assert plan(order).state == "paid" and opened(order) == {"python", "sql"}


def test_an_order_whose_pay_page_never_opened_stays_one_in_parts(app: Any, cast: Any, sandbox: Sandbox) -> None:
    together = Together(cast, sandbox, clock.now())
    bundle = together.bundle()
    with rails.use(together.rail):
        order = together.place(bundle, cast.ada)
        order.state, order.session_id, order.session_url = "placed", None, None
        db.session.commit()
        ada = sign_in(app.test_client(), cast.ada)
        assert ada.post(f"/orders/{order.public_id}/pay").status_code == 303
        assert db.session.execute(sa.select(Order.instalments)).scalars().all() == [3]


def test_the_parts_of_a_bundle_are_in_the_file_that_one_takes_along(app: Any, cast: Any, sandbox: Sandbox) -> None:
    together = Together(cast, sandbox, clock.now())
    with rails.use(together.rail):
        order = together.buy_bundle(together.bundle(), cast.ada)
        operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=together.at, part=part_of(order, "git"))
        taken = personal.export(cast.ada.id)
    assert [row["amount_minor"] for row in taken["instalments"]] == [8_336, 5_962, 5_962]
    git = [row for row in taken["instalments_by_course"] if row["slug"] == "git"]
    assert [(row["n"], row["amount_minor"], row["dropped_at"] is None) for row in git] == [
        (1, 2_372, True), (2, 2_370, False), (3, 2_370, False),
    ]  # fmt: skip
