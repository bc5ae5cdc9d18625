"""Disputes over passes: a bank takes the payment of a period, before or after its month was shared, and gives it back or not."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import rails
from coursehub.billing import checks
from coursehub.billing import queries as billing
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.operations import mature_sale
from coursehub.contracts.queries import refunded_of
from coursehub.db import db, transaction
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_OWES, PARTNER_READY
from coursehub.ledger.checks import check_books
from coursehub.payouts.queries import waiting_in_suspense
from coursehub.people.operations.buyer_details import DetailsDraft
from coursehub.sales.models import PassPeriod, PaymentDispute
from coursehub.sales.operations import follow_dispute, keep_event
from coursehub.sales.passes import operations, queries
from coursehub.sales.passes.operations import PeriodDisputed, papers

DAY = timedelta(days=1)
NET = 9_900 - 560 - 487
FEE = 1_500
BORNE = -487 - FEE


def used(story, cast):
    """Ada learns 60 minutes of Python and 20 of SQL; her period, which ends in April."""
    mine = story.take(cast.ada)
    story.learn(mine, story.courses[0], 60)
    story.learn(mine, story.courses[1], 20)
    return mine, queries.periods_of(mine.id)[0]


def disputed(story, period, **given):
    """Her bank takes the payment; its number, and what we make of it."""
    number = story.sandbox.tell("disputes", charge=period.rail_charge_id, **given)["id"]
    return number, follow_dispute(number, at=story.now)


def decided(story, number, *, won):
    story.sandbox.tell("clock", stopped_at=int(story.now.timestamp()))
    story.sandbox.tell("disputes", dispute=number, won=won)
    return follow_dispute(number, at=story.now)


def shared(story):
    """April is over and shared."""
    story.wait(61)
    return story.share(story.draw_up("2026-04"))


def standing(story):
    """What the rail, the pool's month, the partner and the house have; the periods that follow left aside."""
    northwind = story.cast.northwind.public_id
    later = sum(NET for row in db.session.execute(sa.select(PassPeriod)).scalars() if row.pool_month_id is None)
    held = -story.standing(PARTNER_HELD, northwind)
    return {
        "pool": story.pooled - later,
        "held": held,
        "house": -story.standing("income:share"),
        "unused": -story.standing("income:pool"),
    }


def test_before_the_month_is_shared_the_bank_takes_the_period_out_of_the_pool(story, cast):
    """
    asset:rail:stripe   -9900
    expense:rail_fee      487
    liability:tax         560
    liability:pool       8853
    """
    mine, period = used(story, cast)
    _number, dispute = disputed(story, period)
    assert (dispute.state, dispute.shared_minor, dispute.fee_minor, dispute.order_id) == ("needs_response", 9_900, FEE, None)
    assert story.pooled == 0 == story.standing("liability:tax") and story.standing("asset:rail:stripe") == BORNE
    assert story.standing("expense:rail_fee") == -BORNE
    assert story.open_courses(mine) == [True, True] and queries.refundable_minor(period) == 0
    assert check_books().faults == ()


def test_a_dispute_that_is_won_before_the_month_is_shared_is_as_if_it_had_not_been_but_for_the_fee(story, cast):
    _mine, period = used(story, cast)
    number, _dispute = disputed(story, period)
    decided(story, number, won=True)
    assert story.pooled == NET and story.standing("asset:rail:stripe") == 9_900 + BORNE
    month = shared(story)
    assert (month.funded_minor, month.distributed_minor) == (NET, NET)


def test_a_period_that_is_lost_before_its_month_is_shared_gives_nothing_to_anybody(story, cast):
    _mine, period = used(story, cast)
    number, _dispute = disputed(story, period)
    decided(story, number, won=False)
    month = shared(story)
    assert (month.funded_minor, period.pooled_minor) == (0, 0) and month.journal_id is None


def test_after_the_month_was_shared_it_takes_back_what_the_period_gave_and_to_the_unit_what_it_had(story, cast):
    _mine, period = used(story, cast)
    shared(story)
    before = standing(story)
    assert before == {"pool": 0, "held": 6_197, "house": 2_656, "unused": 0}
    number, dispute = disputed(story, period)
    assert standing(story) == {"pool": 0, "held": 0, "house": 0, "unused": 0}
    taken = db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind == "dispute")).scalars().all()
    assert sorted(-each.amount_minor for each in taken) == [2_213, 6_640] and dispute.withdrawn_at is not None
    story.now += 3 * DAY
    decided(story, number, won=True)
    assert standing(story) == before
    assert [refunded_of(db.session.get_one(MoneyEvent, each.reverses_id)) for each in taken] == [0, 0]
    assert check_books().faults == ()


def test_what_had_been_paid_out_is_owed_and_comes_back_ready(story, cast):
    _mine, period = used(story, cast)
    shared(story)
    northwind = cast.northwind.public_id
    story.now += 60 * DAY
    for event in db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind == "period")).scalars().all():
        mature_sale(event, at=story.now)
    from coursehub.ledger.operations import AccountRef, Leg, post

    with transaction():  # as a run of payouts does
        legs = [Leg(AccountRef(PARTNER_READY, northwind), 6_197), Leg(AccountRef("asset:bank"), -6_197)]
        post(kind="payout", effect_key="payout:1", occurred_at=story.now, at=story.now, postings=legs, currency="CNY")
    number, _dispute = disputed(story, period)
    assert story.standing(PARTNER_OWES, northwind) == 6_197 and story.standing(PARTNER_HELD, northwind) == 0
    decided(story, number, won=True)
    assert story.standing(PARTNER_OWES, northwind) == 6_197 == -story.standing(PARTNER_READY, northwind)


def test_money_that_comes_back_after_its_month_was_shared_without_it_follows_that_month_by_its_own_minutes(story, cast):
    _mine, period = used(story, cast)
    number, _dispute = disputed(story, period)
    month = shared(story)
    assert month.funded_minor == 0
    story.now += 20 * DAY
    decided(story, number, won=True)
    assert standing(story) == {"pool": 0, "held": 6_197, "house": 2_656, "unused": 0}
    assert (month.funded_minor, month.distributed_minor, period.pooled_minor) == (NET, NET, NET)
    assert queries.shares_of(period) == {story.courses[0].id: 6_640, story.courses[1].id: 2_213}
    late = db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind == "period")).scalars().all()
    assert {each.occurred_at for each in late} == {story.now}, "its hold begins when the money came"
    operations.refund_period(period, amount_minor=9_900, by=story.house, at=story.now)
    story.work(story.now)
    assert standing(story) == {"pool": 0, "held": 0, "house": 0, "unused": 0} and check_books().faults == ()


@pytest.mark.parametrize("parts", [(3_000, 2_000, 7_900), (9_000, 500, 9_400), (1, 9_000, 900)])
def test_a_part_that_comes_late_stands_beside_what_was_shared_and_all_of_it_can_go_back(story, cast, parts):
    first, second, last = parts
    _mine, period = used(story, cast)
    number, dispute = disputed(story, period, amount=first)
    assert dispute.shared_minor == first
    shared(story)
    decided(story, number, won=True)
    assert period.pooled_minor == NET and sum(queries.shares_of(period).values()) == NET
    for amount in (second, last):
        operations.refund_period(period, amount_minor=amount, by=story.house, at=story.now)
        story.work(story.now)
    assert standing(story) == {"pool": 0, "held": 0, "house": 0, "unused": 0}
    assert story.standing("liability:tax") == -560 * (len(queries.periods_of(period.subscription_id)) - 1)
    assert check_books().faults == ()


def test_money_of_a_period_in_which_nobody_learned_is_the_house_s_again_when_it_comes_late(story, cast):
    mine = story.take(cast.bo)
    period = queries.periods_of(mine.id)[0]
    number, _dispute = disputed(story, period)
    shared(story)
    decided(story, number, won=True)
    assert standing(story) == {"pool": 0, "held": 0, "house": 0, "unused": NET}
    disputed_again = operations.refund_period(period, amount_minor=9_900, by=story.house, at=story.now)
    story.work(story.now)
    assert disputed_again.state == "done" and standing(story)["unused"] == 0


def test_a_dispute_lost_and_won_on_appeal_after_the_month_was_shared_follows_it_as_well(story, cast):

    _mine, period = used(story, cast)
    number, _dispute = disputed(story, period)
    decided(story, number, won=False)
    shared(story)
    facts = replace(story.rail.read_dispute(number), state="won", reinstated_at=story.now)
    dispute = operations.record_period_dispute(period, facts, at=story.now)
    assert dispute.state == "won" and standing(story)["held"] == 6_197 and check_books().faults == ()


@pytest.mark.parametrize("order_of", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_events_that_come_late_twice_or_in_another_order_end_alike(story, cast, order_of):
    from coursehub.rails.stripe import event_facts

    _mine, period = used(story, cast)
    number = story.sandbox.tell("disputes", charge=period.rail_charge_id)["id"]
    story.sandbox.tell("disputes", dispute=number, won=True)
    found = story.sandbox.stripe.v1.events.list({"limit": 100}).data
    told = [event_facts(body.to_dict()) for body in found if "dispute" in body.type]
    assert len(told) == 4
    for place in (*order_of, *order_of):
        keep_event(told[place], source="webhook", at=story.now)
        story.work(story.now)
    dispute = db.session.execute(sa.select(PaymentDispute)).scalar_one()
    assert dispute.state == "won" and story.pooled == NET and story.standing("expense:rail_fee") == FEE


def test_news_of_a_dispute_before_the_payment_itself_reads_the_subscription_first(story, cast):
    mine = operations.subscribe(story.on_offer, by=cast.acting(cast.ada), at=story.now)
    story.sandbox.tell(f"sessions/{mine.session_id}/pay")
    (charge,) = story.sandbox.stripe.v1.charges.list().data
    number = story.sandbox.tell("disputes", charge=charge.id)["id"]
    dispute = follow_dispute(number, at=story.now)
    assert mine.state == "running" and dispute.period_id == queries.periods_of(mine.id)[0].id and story.pooled == 0


def test_no_refund_is_given_while_the_bank_has_the_money_and_none_is_paid_twice(story, cast):
    mine, period = used(story, cast)
    refund = operations.refund_period(period, amount_minor=4_000, by=story.house, at=story.now)
    disputed(story, period)
    story.work(story.now)
    assert (refund.state, refund.problem, refund.booked_at) == ("failed", "charge_disputed", None)
    with pytest.raises(PeriodDisputed):
        operations.refund_period(period, amount_minor=1, by=story.house, at=story.now)
    with pytest.raises(PeriodDisputed):
        operations.ask_back(mine, by=cast.acting(cast.ada), at=story.now)
    assert mine.state == "running", "the pass does not end for nothing"


def test_a_refund_whose_answer_was_lost_is_booked_before_the_dispute_over_the_rest(story, cast):
    _mine, period = used(story, cast)
    refund = operations.refund_period(period, amount_minor=4_000, by=story.house, at=story.now)
    story.rail.refund(rails.RefundWish("an answer that was lost", refund.reference, period.rail_payment_id, 4_000))
    with transaction():
        refund.tries = 1
    _number, dispute = disputed(story, period)
    assert (refund.state, dispute.shared_minor) == ("done", 5_900)
    assert story.pooled == 0 == story.standing("liability:tax") and story.standing("asset:rail:stripe") == BORNE


def test_a_refund_that_the_rail_gave_of_money_that_a_bank_has_stands_in_suspense(story, cast):
    _mine, period = used(story, cast)
    refund = operations.refund_period(period, amount_minor=4_000, by=story.house, at=story.now)
    disputed(story, period, amount=7_000)
    facts = rails.RefundFacts(
        id="re_1", state="succeeded", payment_id=period.rail_payment_id, reference=refund.reference, amount_minor=4_000,
        currency="CNY", made_at=story.now,
    )  # fmt: skip
    for _told_twice in range(2):
        operations.record(refund, facts, at=story.now)
    assert refund.state == "done" and story.standing("liability:suspense") == 4_000 - 2_900
    assert [(each.about, each.minor) for each in waiting_in_suspense("CNY")] == [("pass", 2_900 - 4_000)]
    assert story.pooled == 0 == story.standing("liability:tax") == queries.left_minor(period)
    assert story.standing("asset:rail:stripe") == 9_900 - 487 - 7_000 - FEE - 4_000 and check_books().faults == ()


def test_what_a_bank_takes_beyond_the_rest_of_a_period_stands_in_suspense(story, cast):

    _mine, period = used(story, cast)
    number = story.sandbox.tell("disputes", charge=period.rail_charge_id)["id"]
    facts = story.rail.read_dispute(number)
    operations.record_period_dispute(period, replace(facts, id="du_first", amount_minor=6_000), at=story.now)
    second = operations.record_period_dispute(period, facts, at=story.now)
    assert second.shared_minor == 3_900 and story.standing("liability:suspense") == 6_000
    (waiting,) = waiting_in_suspense("CNY")
    assert (waiting.about, waiting.name, waiting.minor) == ("dispute", second.public_id, -6_000)
    assert check_books().faults == ()


def test_two_disputes_of_which_the_first_is_given_back_leave_no_unit_behind(story, cast):

    _mine, period = used(story, cast)
    shared(story)
    facts = story.rail.read_dispute(story.sandbox.tell("disputes", charge=period.rail_charge_id)["id"])
    first = replace(facts, id="du_first", amount_minor=3_333)
    operations.record_period_dispute(period, first, at=story.now)
    operations.record_period_dispute(period, replace(facts, id="du_second", amount_minor=3_334, state="lost"), at=story.now)
    won = replace(first, state="won", reinstated_at=story.now)
    operations.record_period_dispute(period, won, at=story.now)
    assert queries.left_minor(period) == 9_900 - 3_334
    operations.record_period_dispute(period, replace(facts, id="du_third", amount_minor=9_900 - 3_334), at=story.now)
    assert standing(story) == {"pool": 0, "held": 0, "house": 0, "unused": 0} and check_books().faults == ()


def test_nothing_more_is_charged_while_the_bank_decides_unless_the_subscriber_goes_on(story, cast):
    mine, period = used(story, cast)
    number, _dispute = disputed(story, period)
    story.work(story.now)
    assert mine.stops_at_end and mine.state == "running" and story.open_courses(mine) == [True, True]
    operations.go_on(mine, by=cast.acting(cast.ada), at=story.now)
    follow_dispute(number, at=story.now)
    story.work(story.now)
    assert not mine.stops_at_end, "what they decided is not decided again"
    decided(story, number, won=True)
    story.wait(31, mine)
    assert mine.state == "running" and len(queries.periods_of(mine.id)) == 2


def test_a_job_that_comes_after_the_bank_has_decided_for_us_stops_nothing(story, cast):
    mine, period = used(story, cast)
    number, _dispute = disputed(story, period)
    decided(story, number, won=True)
    story.work(story.now)  # only now does the worker come to what was to be done when the dispute was opened
    assert not mine.stops_at_end
    story.wait(31, mine)
    assert mine.state == "running" and len(queries.periods_of(mine.id)) == 2


def test_a_period_that_is_lost_whole_while_it_runs_ends_the_pass_and_no_evidence(story, cast):
    mine, period = used(story, cast)
    number, _dispute = disputed(story, period)
    decided(story, number, won=False)
    story.work(story.now)
    assert mine.state == "ended" and story.open_courses(mine) == [False, False]


def test_a_part_that_is_lost_or_a_month_that_is_over_ends_no_pass(story, cast):
    mine, period = used(story, cast)
    number, _dispute = disputed(story, period, amount=4_000)
    decided(story, number, won=False)
    story.work(story.now)
    assert mine.state == "running" and story.open_courses(mine) == [True, True]
    operations.go_on(mine, by=cast.acting(cast.ada), at=story.now)
    story.wait(31, mine)
    facts = story.rail.read_dispute(number)

    operations.record_period_dispute(period, replace(facts, id="du_old", amount_minor=5_900, state="lost"), at=story.now)
    story.work(story.now)
    assert queries.left_minor(period) == 0 and mine.state == "running"


def test_a_bank_that_only_asks_takes_nothing_and_stops_nothing(story, cast):
    mine, period = used(story, cast)
    number, dispute = disputed(story, period, inquiry=True)
    story.work(story.now)
    assert (dispute.state, dispute.withdrawn_at, mine.stops_at_end, story.pooled) == ("inquiry", None, False, NET)
    refund = operations.refund_period(period, amount_minor=9_900, by=story.house, at=story.now)
    story.work(story.now)
    assert refund.state == "done"
    assert decided(story, number, won=True).state == "dropped"


def test_a_credit_note_is_written_once_the_bank_has_decided_for_the_subscriber(story, cast):
    mine, period = used(story, cast)
    papers.ask_invoices(mine, DetailsDraft("personal", "Ada Chen"), by=cast.acting(cast.ada), at=story.now)
    number, dispute = disputed(story, period)

    def kinds():
        return [each.kind for each in db.session.execute(billing.buyer_documents_of(mine.public_id)).scalars()]

    assert kinds() == ["sale_invoice"]
    decided(story, number, won=False)
    assert kinds() == ["sale_invoice", "sale_credit"]
    won = replace(story.rail.read_dispute(number), state="won", reinstated_at=story.now)
    for _told_twice in range(2):
        operations.record_period_dispute(period, won, at=story.now)
    assert kinds() == ["sale_invoice", "sale_credit", "sale_invoice"] and list(checks.faults()) == []
    assert billing.buyer_document_for(dispute.effect_key).amount_minor == 9_900
