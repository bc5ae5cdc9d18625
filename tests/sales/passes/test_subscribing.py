"""A pass from the first yes to its end: trial, renewal, a card that fails, stopping, money back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from coursehub import clock
from coursehub.desks.queries.house import queues
from coursehub.errors import NotAllowed
from coursehub.sales.models import PassSubscription
from coursehub.sales.operations import MayNotBuy, keep_event, read_event, sweep_events
from coursehub.sales.passes import operations, queries
from coursehub.sales.passes.operations import (
    AlreadySubscribed,
    CourseDoesNotAgree,
    NotInPass,
    PassNotPaid,
    WindowOver,
)
from tests.cast import sign_in
from tests.sales.passes.rig import left_in_pool

DAY = timedelta(days=1)
NET = 9_900 - 560 - 487  # 99.00 with 6 % tax within, and 2.9 % + 2.00 for the rail


def test_a_course_joins_only_by_terms_that_name_the_very_rule(story):
    other = story.course("other")
    with pytest.raises(CourseDoesNotAgree):
        operations.add_course(story.on_offer, other, by=story.house, at=story.now)
    first = operations.add_course(story.on_offer, story.courses[0], by=story.house, at=story.now)
    assert first.joined_at == story.at  # a second time changes nothing


def test_only_the_house_offers_passes(story, cast):
    with pytest.raises(NotAllowed):
        operations.add_course(story.on_offer, story.courses[0], by=cast.acting(cast.pia), at=story.now)


def test_who_takes_a_pass_pays_a_period_that_waits_in_the_pool(story, cast):
    mine = story.take(cast.ada)
    assert (mine.state, mine.covered_until) == ("running", queries.periods_of(mine.id)[0].ends_at)
    assert story.pooled == NET and story.standing("liability:tax") == -560
    operations.settle(mine, at=story.now)  # told again
    assert story.pooled == NET and len(queries.periods_of(mine.id)) == 1


def test_a_pass_is_taken_once(story, cast):
    waiting = operations.subscribe(story.on_offer, by=cast.acting(cast.ada), at=story.now)
    assert operations.subscribe(story.on_offer, by=cast.acting(cast.ada), at=story.now).id == waiting.id
    story.sandbox.tell(f"sessions/{waiting.session_id}/pay")
    operations.settle(waiting, at=story.now)
    with pytest.raises(AlreadySubscribed):
        operations.subscribe(story.on_offer, by=cast.acting(cast.ada), at=story.now)


def test_courses_open_while_the_pass_is_paid_and_close_with_it(story, cast):
    mine = story.take(cast.ada)
    enrolment = story.learn(mine, story.courses[0], 3)
    assert enrolment.source == "pass"
    with pytest.raises(NotInPass):
        operations.open_course(mine, story.course("other"), by=cast.acting(cast.ada), at=story.now)
    operations.stop(mine, by=cast.acting(cast.ada), at=story.now)
    assert mine.stops_at_end and story.open_courses(mine) == [True]
    story.wait(32, mine)
    assert mine.state == "ended" and story.open_courses(mine) == [False]
    with pytest.raises(PassNotPaid):
        operations.open_course(mine, story.courses[0], by=cast.acting(cast.ada), at=story.now)


def test_stopping_can_be_taken_back_until_the_end(story, cast):
    mine = story.take(cast.ada)
    operations.stop(mine, by=cast.acting(cast.ada), at=story.now)
    operations.go_on(mine, by=cast.acting(cast.ada), at=story.now)
    story.wait(32, mine)
    assert mine.state == "running" and len(queries.periods_of(mine.id)) == 2


def test_who_comes_back_goes_on_where_they_were_and_has_no_second_trial(story, cast):
    mine = story.take(cast.ada)
    before = story.learn(mine, story.courses[0], 3)
    operations.stop(mine, by=cast.acting(cast.ada), at=story.now)
    story.wait(32, mine)
    again = story.take(cast.ada)
    assert again.id != mine.id and again.trial_days == 0
    assert operations.open_course(again, story.courses[0], by=cast.acting(cast.ada), at=story.now).id == before.id


def test_a_failed_renewal_leaves_days_of_grace_then_courses_close_and_open_again_when_it_is_paid(story, cast):
    mine = story.take(cast.ada)
    story.learn(mine, story.courses[0], 3)
    story.wait(31, mine, declines=mine)
    assert mine.state == "late" and mine.invoice_url and story.open_courses(mine) == [True]
    assert operations.close_after_grace(at=story.now) == 0
    story.now += 8 * DAY
    assert operations.close_after_grace(at=story.now) == 1 and operations.close_after_grace(at=story.now) == 0
    assert story.open_courses(mine) == [False]
    story.sandbox.browser.post("/" + mine.invoice_url.split("/", 3)[3])  # paid with another card
    operations.follow(mine, at=story.now)
    assert mine.state == "running" and story.open_courses(mine) == [True]
    assert story.pooled == 2 * NET


def test_a_card_that_never_works_again_ends_the_pass(story, cast):
    mine = story.take(cast.ada)
    story.learn(mine, story.courses[0], 3)
    story.wait(31, mine, declines=mine)
    story.wait(20, mine)
    assert mine.state == "ended" and story.open_courses(mine) == [False] and story.pooled == NET


def test_a_trial_costs_nothing_and_puts_nothing_into_the_pool(story, cast):
    trial = operations.open_pass(
        operations.PassDraft(
            "trial", "试", "Trial", "", "", 9_900, "CNY", 600, story.on_offer.pool, trial_days=7
        ), by=story.house, at=story.now,
    )  # fmt: skip
    for course in story.courses:
        operations.add_course(trial, course, by=story.house, at=story.now)
    story.on_offer = trial
    mine = story.take(cast.ada)
    assert mine.state == "trial" and story.pooled == 0 and not queries.periods_of(mine.id)
    story.wait(7, mine)
    assert mine.state == "running" and story.pooled == NET


def test_within_the_window_everything_goes_back_and_the_pass_ends(story, cast):
    mine = story.take(cast.ada)
    story.learn(mine, story.courses[0], 3)
    operations.ask_back(mine, by=cast.acting(cast.ada), at=story.now)
    story.work(story.now)
    assert story.pooled == 0 == story.standing("liability:tax")
    assert mine.state == "ended" and story.open_courses(mine) == [False]


def test_after_the_window_finance_decides_about_a_period_but_not_about_its_own(story, cast):
    mine = story.take(cast.ada)
    story.wait(8)
    with pytest.raises(WindowOver):
        operations.ask_back(mine, by=cast.acting(cast.ada), at=story.now)
    period = queries.periods_of(mine.id)[0]
    operations.refund_period(period, amount_minor=4_950, by=story.house, at=story.now)
    story.work(story.now)
    assert mine.state == "running" and story.pooled == NET - period.paid("").legs()["pool"] + left_in_pool(period, 4_950)
    own = story.take(cast.stan)
    with pytest.raises(NotAllowed):
        operations.refund_period(queries.periods_of(own.id)[0], amount_minor=1, by=story.house, at=story.now)


def test_a_refund_that_fails_at_the_bank_waits_in_suspense_and_is_sent_again(story, cast):
    mine = story.take(cast.ada)
    story.sandbox.tell("refunds", outcome="failed")
    refund = operations.ask_back(mine, by=cast.acting(cast.ada), at=story.now)
    story.work(story.now)
    story.sandbox.tell("settle")
    operations.record(refund, story.rail.read_refund(refund.rail_refund_id), at=story.now)
    assert refund.state == "failed" and story.standing("liability:suspense") == -9_900 and story.pooled == 0
    story.sandbox.tell("refunds", outcome="succeeded")
    operations.send_again(refund, by=story.house, at=story.now)
    story.work(story.now)
    assert refund.state == "done" and story.standing("liability:suspense") == 0


def test_a_refund_that_the_rail_refuses_is_shown_to_finance_who_try_again(app, story, cast, monkeypatch):
    """Nothing of it is in suspense, so no list of reconciliation has it; the pass has ended, and its subscriber has nothing."""
    mine = story.take(cast.ada)
    (period,) = queries.periods_of(mine.id)
    refund = operations.ask_back(mine, by=cast.acting(cast.ada), at=story.now)
    number = story.sandbox.tell("disputes", charge=period.rail_charge_id)["id"]
    story.work(story.now)
    assert refund.state == "failed" and refund.booked_at is None
    monkeypatch.setattr(clock, "now", lambda: story.now)
    fay, susi = (sign_in(app.test_client(), person) for person in (cast.fay, cast.susi))
    page = fay.get("/house/refunds", headers={"Accept-Language": "en"}).text
    target = f"/house/pools/refunds/{refund.public_id}/tries"
    assert target in page and "charge_disputed" in page and "Ada" not in page
    assert [(queue.kind, queue.count) for queue in queues(cast.acting(cast.fay), at=story.now) if queue.kind == "passes_failed"]
    assert target not in susi.get("/house/refunds").text and susi.post(target).status_code == 403
    story.sandbox.tell("disputes", dispute=number, won=True)
    assert fay.post(target).status_code == 303
    story.work(story.now)
    assert refund.state == "done" and target not in fay.get("/house/refunds").text


def test_events_of_the_rail_in_any_order_and_twice_end_in_the_same_state(story, cast):
    mine = operations.subscribe(story.on_offer, by=cast.acting(cast.ada), at=story.now)
    story.sandbox.tell(f"sessions/{mine.session_id}/pay")
    events = [story.rail.verified_event for _ in ()]  # nothing was delivered: the sweep finds it
    assert not events
    told = list(reversed(list(story.sandbox.stripe.v1.events.list(params={"limit": 100}).data)))
    from coursehub.rails.stripe import event_facts

    for body in [*told[::-1], *told]:
        keep_event(event_facts(body.to_dict()), source="sweep", at=story.now)
    story.work(story.now)
    assert mine.state == "running" and story.pooled == NET


def test_an_answer_that_arrives_late_does_not_turn_time_back(story, cast, monkeypatch):
    mine = story.take(cast.ada)
    old = story.rail.read_subscription(mine.rail_subscription_id)
    story.wait(31, declines=mine)

    class Slow:
        """The first reading of the two is written down last."""

        def read_subscription(self, rail_id, *, booked=()):
            operations.follow(mine, at=story.now)  # a twin asks and hears in between
            return replace(old, invoices=())

        def __getattr__(self, name):
            return getattr(story.rail, name)

    from coursehub import rails

    with rails.use(Slow()) as slow:
        original = slow.read_subscription
        slow.read_subscription = lambda rail_id, booked=(): (
            setattr(slow, "read_subscription", story.rail.read_subscription),
            original(rail_id),
        )[1]
        operations.follow(mine, at=story.now)
    assert mine.state == "late"


def test_what_nobody_told_is_asked_for(story, cast):
    mine = operations.subscribe(story.on_offer, by=cast.acting(cast.ada), at=story.now)
    story.sandbox.tell(f"sessions/{mine.session_id}/pay")
    assert operations.settle_passes(at=story.now + timedelta(minutes=11)) == 1
    assert mine.state == "running" and sweep_events(at=story.now) == 0
    story.wait(32)
    assert operations.settle_passes(at=story.now) == 1 and len(queries.periods_of(mine.id)) == 2


def test_a_page_nobody_agreed_on_is_over(story, cast):
    mine = operations.subscribe(story.on_offer, by=cast.acting(cast.ada), at=story.now)
    story.sandbox.tell("clock", advance_seconds=3_600)
    story.sandbox.tell("settle")
    operations.settle_passes(at=story.now + timedelta(hours=1))
    assert mine.state == "expired"
    assert operations.subscribe(story.on_offer, by=cast.acting(cast.ada), at=story.now + timedelta(hours=1)).id != mine.id


def test_a_course_one_holds_already_is_simply_opened(story, cast):
    mine = story.take(cast.ada)
    own = story.buy(story.offer(story.courses[0]), cast.ada)
    assert operations.open_course(mine, story.courses[0], by=cast.acting(cast.ada), at=story.now).id == own.enrolment_id
    assert queries.enrolments_of(mine.id) == []


def test_who_may_not_pay_takes_no_pass(story, cast, monkeypatch):
    monkeypatch.setattr("coursehub.people.queries.can_pay", lambda *_args, **_more: False)
    with pytest.raises(MayNotBuy):
        operations.subscribe(story.on_offer, by=cast.acting(cast.ada), at=story.now)


def test_read_event_says_what_became_of_a_stranger_s_subscription(story, cast):
    story.sandbox.tell(f"sessions/{story.sandbox.subscription().id}/pay")
    from coursehub.rails.stripe import event_facts
    from coursehub.sales.models import WebhookEvent

    told = story.sandbox.stripe.v1.events.list(params={"limit": 100}).data
    for body in told:
        keep_event(event_facts(body.to_dict()), source="sweep", at=story.now)
    from coursehub.db import db

    outcomes = {read_event(row, at=story.now) for row in db.session.query(WebhookEvent).all()}
    assert outcomes <= {"unknown subscription", "noted"} and db.session.query(PassSubscription).count() == 0
