"""A price in monthly parts: taken from a kept card, refused and caught up with, given back, disputed, and what stays fixed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from coursehub import clock, rails
from coursehub.billing import queries as billing
from coursehub.catalog.models import Course
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import Contract
from coursehub.contracts.operations.listings import close_listing
from coursehub.db import db, transaction
from coursehub.learning.models import Enrolment
from coursehub.mail import Letter
from coursehub.people.operations.buyer_details import DetailsDraft
from coursehub.sales import instalments, operations, personal, queries
from coursehub.sales.models import Offering, Order
from coursehub.sales.operations import charging, checkout, fapiao, offerings, papers
from coursehub.sales.operations.instalments import pause_late
from tests.cast import sign_in
from tests.contracts.rig import agree
from tests.sales.months import DAY, Months, is_open, parts, plan
from tests.sales.rig import books, event_count, told
from tests.sandbox.rig import Sandbox


def test_a_price_that_does_not_divide_gives_the_rest_to_the_first_part() -> None:
    assert instalments.amounts(19_900, 3) == [6_634, 6_633, 6_633]
    assert all(sum(instalments.amounts(gross, n)) == gross for gross in range(800, 1_300) for n in range(1, 7))
    assert instalments.discounts(101, [34, 33, 33]) == [35, 33, 33]


def test_months_are_counted_by_the_calendar_and_end_with_a_short_one() -> None:
    first = datetime.fromisoformat("2027-01-31T10:00:00+00:00")
    assert [instalments.due_at(first, n).date().isoformat() for n in range(4)] == [
        "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30",
    ]  # fmt: skip


def test_the_first_part_opens_the_course_and_the_card_pays_the_others(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    assert (order.state, order.gross_minor, is_open(order)) == ("paid", 19_900, True)
    assert parts(order) == [(1, 6_634, True), (2, 6_633, False), (3, 6_633, False)]
    months.wait(30)
    assert parts(order)[1][2] is False, "a month has not passed yet"
    months.wait(1)
    assert parts(order)[1][2] is True and plan(order).state == "running"
    months.wait(31)
    assert [row[2] for row in parts(order)] == [True, True, True] and plan(order).state == "paid"
    assert queries.paid_minor(order) == 19_900 and event_count() == 3
    assert (plan(order).payer_id, plan(order).card_id) == ("", ""), "the card is forgotten"


def test_a_part_is_shared_when_it_is_paid_as_the_terms_of_the_sale_say(months: Months, by_three: Offering) -> None:
    """
    asset:rail:stripe                         6240
    expense:rail_fee                             0
    liability:tax                             -375
    income:share                             -1760
    liability:payable:held northwind         -4105
    """
    order = months.buy_by_parts(by_three, months.cast.ada)
    months.wait(31)
    second = queries.sold_payments(order.id)[1]
    event = contracts.event_for(second.effect_key)
    assert event is not None and event.terms_hash == order.terms_hash
    assert (event.facts["instalment"], event.facts["instalment_to"], event.facts["instalments"]) == (2, 2, 3)
    shown = told(second.effect_key, [months.cast.house, months.cast.northwind])
    assert sum(int(line.rsplit(None, 1)[1]) for line in shown.splitlines()) == 0


def test_asking_a_card_twice_takes_the_money_once(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    months.wait(31)
    charging.charge_due(at=months.at)
    charging.charge(queries.instalments_of(order.id)[1], at=months.at)
    assert len(queries.payments_of(order.id)) == 2


@pytest.mark.parametrize("disaster", ["lose_reply", "fail_after_commit"])
def test_a_charge_whose_answer_is_lost_is_booked_once(months: Months, by_three: Offering, disaster: str) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    months.sandbox.tell("chaos", **{disaster: 1})
    months.wait(31)
    months.wait(1)
    assert [payment.outcome for payment in queries.payments_of(order.id)] == ["sold", "sold"]


def test_a_refused_part_is_asked_again_and_then_the_course_closes_until_it_is_paid(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    months.answer(order, "card_declined")
    months.wait(31)
    second = queries.instalments_of(order.id)[1]
    assert (plan(order).state, second.problem, second.tries, is_open(order)) == ("late", "card_declined", 1, True)
    months.wait(3)
    assert second.tries == 2 and is_open(order)
    months.wait(4)
    assert plan(order).state == "paused" and not is_open(order)
    enrolment = db.session.get_one(Enrolment, order.enrolment_id)
    months.wait(1)
    months.wait(7)
    assert second.tries == 4 and second.try_at is None, "the card is not asked for ever"
    months.wait(9)
    months.pay_page(order, months.cast.ada)
    assert plan(order).state == "running" and is_open(order) and enrolment.ended_at is None
    assert parts(order)[1][2] is True


def test_a_new_card_takes_the_parts_that_follow(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    card = plan(order).card_id
    months.answer(order, "expired_card")
    months.wait(31)
    months.pay_page(order, months.cast.ada)
    assert plan(order).card_id not in ("", card)
    months.wait(31)
    assert plan(order).state == "paid"


def test_the_rest_can_be_paid_at_once(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    months.pay_page(order, months.cast.ada, whole=True)
    assert plan(order).state == "paid"
    event = contracts.event_for(queries.sold_payments(order.id)[1].effect_key)
    assert event is not None and (event.facts["instalment"], event.facts["instalment_to"]) == (2, 3)
    with pytest.raises(charging.NothingDue):
        charging.open_instalment_page(order, whole=True, by=months.cast.acting(months.cast.ada), at=months.at)


def test_a_page_that_is_paid_after_the_card_was_charged_gives_its_money_back(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    charging.open_instalment_page(order, whole=False, by=months.cast.acting(months.cast.ada), at=months.at)
    page = plan(order).session_id
    months.sandbox.tell(f"sessions/{page}/pay")  # nobody hears of it
    second = queries.instalments_of(order.id)[1]
    second.try_at = months.at
    plan(order).page_expires_at = months.at
    db.session.commit()
    charging.charge(second, at=months.at)
    assert page is not None
    charging.settle_page(page, at=months.at)
    months.work(months.at)
    assert [payment.outcome for payment in queries.payments_of(order.id)] == ["sold", "sold", "returned"]
    assert "liability:suspense" not in books([months.cast.house, months.cast.northwind])


def test_while_a_page_is_open_the_card_is_left_alone(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    months.answer(order, "card_declined")
    months.wait(31)
    months.answer(order, "")
    months.at += 3 * DAY
    months.sandbox.tell("clock", stopped_at=int(months.at.timestamp()))
    charging.open_instalment_page(order, whole=False, by=months.cast.acting(months.cast.ada), at=months.at)
    charging.charge_due(at=months.at)
    assert queries.instalments_of(order.id)[1].tries == 1
    charging.charge_due(at=months.at + timedelta(hours=1))
    assert parts(order)[1][2] is True


def test_a_refund_within_the_window_gives_back_what_was_paid_and_asks_for_no_more(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    operations.ask_refund(order, reason="", by=months.cast.acting(months.cast.ada), at=months.at)
    months.work(months.at)
    assert (order.state, plan(order).state, is_open(order)) == ("refunded", "ended", False)
    assert [refund.amount_minor for refund in queries.refunds_of(order.id)] == [6_634]
    months.wait(40)
    assert len(queries.payments_of(order.id)) == 1 and plan(order).payer_id == ""


def test_a_refund_of_several_parts_takes_back_the_legs_of_each(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    months.wait(31)
    asked = operations.ask_refund(order, reason="不合适", by=months.cast.acting(months.cast.ada), at=months.at)
    operations.approve_refund(asked, amount_minor=8_000, answer="好", by=months.cast.acting(months.cast.stan), at=months.at)
    months.work(months.at)
    assert [refund.amount_minor for refund in queries.refunds_of(order.id)] == [6_633, 1_367], "the last part first"
    assert plan(order).state == "running" and is_open(order), "a part went back, the plan goes on"
    first, second = (contracts.event_for(payment.effect_key) for payment in queries.sold_payments(order.id))
    assert first is not None and second is not None
    assert (contracts.refunded_of(first), contracts.refunded_of(second)) == (1_367, 6_633)
    asked = operations.ask_refund(order, reason="还是不合适", by=months.cast.acting(months.cast.ada), at=months.at)
    left = queries.refundable_minor(order)
    operations.approve_refund(asked, amount_minor=left, answer="好", by=months.cast.acting(months.cast.stan), at=months.at)
    months.work(months.at)
    assert (order.state, plan(order).state) == ("refunded", "ended")
    held = books([months.cast.house, months.cast.northwind])
    assert not [name for name, minor in held.items() if name.startswith(("liability:payable", "liability:tax", "income:share"))]


def test_each_part_has_an_invoice_of_its_own_and_the_later_ones_follow(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    details = DetailsDraft("personal", "Ada", "", "", "")
    papers.ask_invoice(order, details, by=months.cast.acting(months.cast.ada), at=months.at)
    months.wait(31)
    found = db.session.execute(billing.buyer_documents_of(order.public_id)).scalars().all()
    assert [(each.kind, each.number, each.amount_minor) for each in found] == [
        ("sale_invoice", 1, 6_634),
        ("sale_invoice", 2, 6_633),
    ]
    assert "part 2 of 3" in found[1].lines[0]["text"]["en"] and "2" in found[1].lines[0]["text"]["zh-CN"]
    with pytest.raises(fapiao.FapiaoAfterLastPart):
        fapiao.ask_fapiao(order, details, kind="normal", by=months.cast.acting(months.cast.ada), at=months.at)
    asked = operations.ask_refund(order, reason="x", by=months.cast.acting(months.cast.ada), at=months.at)
    operations.approve_refund(asked, amount_minor=1_000, answer="好", by=months.cast.acting(months.cast.stan), at=months.at)
    months.work(months.at)
    credit = db.session.execute(billing.buyer_documents_of(order.public_id)).scalars().all()[-1]
    assert (credit.kind, credit.amount_minor, credit.credits_id) == ("sale_credit", 1_000, found[1].id)


def test_what_is_changed_meanwhile_does_not_reach_the_parts_that_follow(months: Months, by_three: Offering) -> None:
    """New terms in another currency, another price, no more selling and a listing that is closed: the old terms hold."""
    order = months.buy_by_parts(by_three, months.cast.ada)
    course = db.session.get_one(Course, by_three.course_id)
    contract = db.session.execute(sa.select(Contract)).scalar_one()
    months.wait(1)
    agree(months.cast, course, months.at, contract=contract, currency="USD")
    months.offer(course, 9_900, currency="USD")
    operations.close_offering(course, by=months.cast.acting(months.cast.pia), at=months.at)
    close_listing(course, by=months.cast.acting(months.cast.stan), at=months.at)
    months.wait(31)
    months.wait(31)
    events = [contracts.event_for(payment.effect_key) for payment in queries.sold_payments(order.id)]
    assert {event and event.terms_hash for event in events} == {order.terms_hash}
    assert [event and (event.amount_minor, event.currency) for event in events] == [
        (6_634, "CNY"),
        (6_633, "CNY"),
        (6_633, "CNY"),
    ]
    assert plan(order).state == "paid" and is_open(order)


def test_a_discount_is_told_once_over_all_parts(months: Months, by_three: Offering) -> None:
    draft = operations.CouponDraft(code="TEN", borne_by="house", starts_at=months.at, off_bps=1_000)
    operations.make_coupon(draft, by=months.cast.acting(months.cast.stan), at=months.at)
    order = months.buy_by_parts(by_three, months.cast.ada, coupon_code="TEN")
    months.wait(31)
    months.wait(31)
    events = [contracts.event_for(payment.effect_key) for payment in queries.sold_payments(order.id)]
    assert sum(event.facts["discount_minor"] for event in events if event) == order.discount_minor == 1_990
    assert sum(event.amount_minor for event in events if event) == order.gross_minor == 17_910


def test_who_closes_the_account_is_asked_for_nothing_more(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    payer = plan(order).payer_id
    with transaction():
        personal.erase(months.cast.ada.id, months.at)
    months.wait(40)
    assert plan(order).state == "ended" and [row[2] for row in parts(order)] == [True, False, False]
    assert months.sandbox.store.find("customer", payer) is None, "the card is forgotten at the rail"
    assert [row["amount_minor"] for row in personal.export(months.cast.ada.id)["instalments"]] == [6_634, 6_633, 6_633]


def test_a_course_that_waits_for_a_part_is_not_bought_again(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    months.answer(order, "card_declined")
    months.wait(31)
    months.wait(7)
    with pytest.raises(checkout.PartsOpen):
        months.order(by_three, months.cast.ada)


def test_terms_that_look_at_one_whole_sale_are_not_divided(months: Months) -> None:
    fixed = [{"party": months.cast.northwind.public_id, "amount_minor": 500}]
    course = months.course("sql", fixed=fixed)
    with pytest.raises(offerings.TermsLookAtSale):
        months.offer(course, instalments=3)
    with pytest.raises(offerings.PartTooSmall):
        months.offer(months.course("git"), 1_000, instalments=3)


def test_a_course_sold_whole_is_not_paid_in_parts(months: Months) -> None:
    with pytest.raises(checkout.NotByParts):
        months.order(months.offer(months.course()), months.cast.ada, by_parts=True)


def test_letters_say_what_was_taken_what_was_refused_and_that_the_course_is_closed(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    months.answer(order, "card_declined")
    months.wait(31)
    months.wait(7)
    months.pay_page(order, months.cast.ada)
    written = db.session.execute(sa.select(Letter.key).where(Letter.key.startswith("sales.")).order_by(Letter.id)).scalars().all()
    assert [key.partition(":")[0].removeprefix("sales.") for key in written] == [
        "receipt", "instalment_refused", "instalment_refused", "plan_paused", "instalment_paid",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_buyer_sees_the_plan_pays_what_is_due_and_staff_see_it_too(
    app: Any, cast: Any, sandbox: Sandbox, language: str
) -> None:
    """Pages know only the present, so the second part is made due by hand."""
    months = Months(cast, sandbox, clock.now())
    with rails.use(months.rail):
        months.offer(months.course(), instalments=3)
        ada, stan = (sign_in(app.test_client(), person) for person in (cast.ada, cast.stan))
        for browser in (ada, stan):
            browser.set_cookie("language", language, domain="localhost")
        page = ada.get("/courses/python").text
        assert "66.33" in page and "/courses/python/checkout#parts" in page
        page = ada.get("/courses/python/checkout").text
        assert "66.34" in page and "66.33" in page and 'name="by_parts"' in page
        gone = ada.post("/courses/python/orders", data={"by_parts": "1"})
        order = db.session.execute(sa.select(Order)).scalar_one()
        assert (order.instalments, gone.location) == (3, order.session_url)
        assert "66.34" in ada.get(f"/orders/{order.public_id}").text
        months.pay(order)
        ada.get(f"/orders/{order.public_id}/return")
        second = queries.instalments_of(order.id)[1]
        second.due_at = second.try_at = months.at
        db.session.commit()
        months.answer(order, "card_declined")
        charging.charge_due(at=clock.now())
        assert plan(order).state == "late" and ada.get(f"/orders/{order.public_id}").status_code == 200
        pause_late(at=clock.now() + 7 * DAY)
        page = ada.get(f"/orders/{order.public_id}").text
        assert f'action="/orders/{order.public_id}/instalments"' in page
        assert stan.get(f"/house/orders/{order.public_id}").text.count("66.33") >= 2
        gone = ada.post(f"/orders/{order.public_id}/instalments", data={})
        assert gone.status_code == 303 and gone.location == plan(order).session_url
        months.sandbox.tell(f"sessions/{plan(order).session_id}/pay")
        ada.get(f"/orders/{order.public_id}/instalments/return")
        assert plan(order).state == "running" and is_open(order)
        gone = ada.post(f"/orders/{order.public_id}/instalments", data={"whole": "1"})
        assert gone.location == plan(order).session_url
        months.sandbox.tell(f"sessions/{plan(order).session_id}/pay")
        ada.get(f"/orders/{order.public_id}/instalments/return")
        assert plan(order).state == "paid" and ada.get(f"/orders/{order.public_id}").status_code == 200
        assert "199.00" in ada.get(f"/orders/{order.public_id}/receipt").text


def test_a_webhook_alone_completes_a_part(months: Months, by_three: Offering) -> None:
    from coursehub.rails.stripe import event_facts

    order = months.buy_by_parts(by_three, months.cast.ada)
    charging.open_instalment_page(order, whole=True, by=months.cast.acting(months.cast.ada), at=months.at)
    months.sandbox.tell(f"sessions/{plan(order).session_id}/pay")
    told_events = months.sandbox.stripe.v1.events.list(params={"type": "checkout.session.completed", "limit": 1}).data
    operations.keep_event(event_facts(told_events[0].to_dict()), source="webhook", at=months.at)
    months.work(months.at)
    assert plan(order).state == "paid"
