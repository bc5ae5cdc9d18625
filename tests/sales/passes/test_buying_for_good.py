"""A course that a pass opens is bought meanwhile: one enrolment, which changes hands and comes back with the money."""

import pytest
import sqlalchemy as sa

from coursehub.db import db, lock, transaction
from coursehub.learning.models import ActiveDay, Enrolment
from coursehub.learning.operations import AlreadyEnrolled, note_active
from coursehub.sales import operations
from coursehub.sales import queries as sales
from coursehub.sales.models import Order
from coursehub.sales.operations import instalments
from coursehub.sales.operations.bundles import BundleDraft
from coursehub.sales.operations.checkout import PartsOpen
from coursehub.sales.operations.gifts import GiftDraft, claim_gift, give_bundle, give_course, make_gift_link
from coursehub.sales.passes import operations as passes
from coursehub.sales.passes import queries
from coursehub.sales.passes.months import month_of
from tests.sales.passes.rig import DAY, MINUTE, Story
from tests.sales.test_paid_twice import lose, win


@pytest.fixture
def ada(cast):
    return cast.acting(cast.ada)


def buy(story: Story, offering, person, **given) -> Order:
    order = story.order(offering, person, at=story.now, **given)
    story.pay(order)
    return operations.settle_order(order, at=story.now)


def open_ones(person) -> list[Enrolment]:
    found = sa.select(Enrolment).where(Enrolment.person_id == person.id, Enrolment.ended_at.is_(None))
    return list(db.session.execute(found).scalars())


def end(story: Story, mine) -> None:
    """The pass runs out."""
    passes.stop(mine, by=story.cast.acting(db.session.get_one(type(story.cast.ada), mine.person_id)), at=story.now)
    story.wait(32, mine)
    assert mine.state == "ended"


def seconds(enrolment: Enrolment) -> int:
    found = sa.select(sa.func.sum(ActiveDay.seconds)).where(ActiveDay.enrolment_id == enrolment.id)
    return db.session.execute(found).scalar_one() or 0


def refund(story: Story, order: Order, minor: int | None = None) -> None:
    """All of it within the window, or a part by staff."""
    by = story.cast.acting(story.cast.ada)
    if minor is None:
        operations.ask_refund(order, reason="", by=by, at=story.now)
    else:
        order.refund_days = 0
        asked = operations.ask_refund(order, reason="why", by=by, at=story.now)
        operations.approve_refund(asked, amount_minor=minor, answer="", by=story.house, at=story.now)
    story.work(story.now)


def test_the_sale_completes_on_the_enrolment_that_is_there_and_outlives_the_pass(story, cast):
    mine = story.take(cast.ada)
    held = story.learn(mine, story.courses[0], 3)
    held.last_step_key = "here"
    order = buy(story, story.offer(story.courses[0]), cast.ada)
    assert (order.state, order.enrolment_id) == ("paid", held.id)
    assert (held.source, held.last_step_key, held.ended_at) == ("order", "here", None)
    end(story, mine)
    assert [each.id for each in open_ones(cast.ada)] == [held.id]
    with pytest.raises(AlreadyEnrolled):
        story.order(story.offer(story.courses[0], 20_000), cast.ada)


def test_minutes_before_the_sale_count_for_the_pass_and_none_after_it(story, cast, ada):
    mine = story.take(cast.ada)
    held, other = story.learn(mine, story.courses[0], 10), story.courses[1]
    story.now += 2 * MINUTE
    buy(story, story.offer(story.courses[0]), cast.ada)
    assert seconds(held) == 12 * 60  # up to the sale, to the second
    for n in range(1, 9):
        note_active(held, by=ada, at=story.now + n * MINUTE)
    second = passes.open_course(mine, other, by=ada, at=story.now)
    note_active(second, by=ada, at=story.now + 9 * MINUTE)  # the time since the sale is nobody's
    assert (seconds(held), seconds(second)) == (12 * 60, 0)
    note_active(second, by=ada, at=story.now + 10 * MINUTE)
    story.wait(70, mine)
    month = story.draw_up(month_of(queries.periods_of(mine.id)[-1].ends_at))
    assert {use.course_id: use.minutes for use in queries.uses_in(month.id)} == {story.courses[0].id: 12, other.id: 1}


def test_a_full_refund_hands_the_course_back_to_the_pass_and_its_end_closes_it(story, cast, ada):
    mine = story.take(cast.ada)
    held = story.learn(mine, story.courses[0], 3)
    order = buy(story, story.offer(story.courses[0]), cast.ada)
    refund(story, order)
    assert (order.state, held.source, held.ended_at) == ("refunded", "pass", None)
    note_active(held, by=ada, at=story.now + MINUTE)
    note_active(held, by=ada, at=story.now + 2 * MINUTE)
    assert seconds(held) == 5 * 60
    again = buy(story, story.offer(story.courses[0], 20_000), cast.ada)  # and it is bought again
    assert (again.state, again.enrolment_id, order.enrolment_id) == ("paid", held.id, held.id)
    refund(story, again)
    end(story, mine)
    assert held.ended_reason == "pass_ended" and open_ones(cast.ada) == []


def test_a_part_that_goes_back_changes_nothing(story, cast):
    mine = story.take(cast.ada)
    held = story.learn(mine, story.courses[0], 3)
    order = buy(story, story.offer(story.courses[0]), cast.ada)
    refund(story, order, 5_000)
    end(story, mine)
    assert (order.state, held.source, held.ended_at) == ("paid", "order", None)


def test_after_the_pass_a_full_refund_ends_the_enrolment(story, cast):
    mine = story.take(cast.ada)
    held = story.learn(mine, story.courses[0], 3)
    order = buy(story, story.offer(story.courses[0], refund_days=60), cast.ada)
    end(story, mine)
    refund(story, order)
    assert (held.source, held.ended_reason) == ("order", "refunded")


def test_a_pass_that_is_late_beyond_its_grace_has_it_closed_and_opens_it_when_it_is_paid(story, cast):
    mine = story.take(cast.ada)
    held = story.learn(mine, story.courses[0], 3)
    order = buy(story, story.offer(story.courses[0], refund_days=60), cast.ada)
    story.wait(31, mine, declines=mine)
    story.now += 8 * DAY
    passes.close_after_grace(at=story.now)
    assert held.ended_at is None
    refund(story, order)
    assert (held.source, held.ended_reason) == ("pass", "pass_ended")
    story.sandbox.browser.post("/" + mine.invoice_url.split("/", 3)[3])
    passes.follow(mine, at=story.now)
    assert (mine.state, held.ended_at) == ("running", None)


def test_who_buys_after_the_pass_goes_on_where_they_were(story, cast):
    mine = story.take(cast.ada)
    held = story.learn(mine, story.courses[0], 3)
    end(story, mine)
    order = buy(story, story.offer(story.courses[0]), cast.ada)
    assert order.enrolment_id == held.id and (held.source, held.ended_at) == ("order", None)


def test_a_course_opened_by_a_pass_while_its_order_waits_is_sold_all_the_same(story, cast, ada):
    mine = story.take(cast.ada)
    order = story.order(story.offer(story.courses[0]), cast.ada, at=story.now)
    held = passes.open_course(mine, story.courses[0], by=ada, at=story.now)
    story.pay(order)
    operations.settle_order(order, at=story.now)
    assert (order.state, order.enrolment_id) == ("paid", held.id)


def test_a_bundle_sells_what_a_pass_opens_and_gives_it_back_course_by_course(story, cast, ada):
    for course in story.courses:
        story.offer(course)
    mine = story.take(cast.ada)
    held = story.learn(mine, story.courses[0], 3)
    draft = BundleDraft("两门", "Both", "", "", tuple(story.courses), 30_000, "CNY", 7)
    bundle = operations.make_bundle(draft, by=cast.acting(cast.pia), at=story.now)
    quoted = operations.quote_bundle(bundle, person_id=cast.ada.id, at=story.now)
    assert [(part.is_owned, part.is_lent) for part in quoted.parts] == [(False, True), (False, False)]
    order = operations.start_bundle_checkout(bundle, buyer=ada, at=story.now)
    story.pay(order)
    operations.settle_order(order, at=story.now)
    first, second = sales.parts_of(order.id)
    assert (order.state, first.enrolment_id, held.source) == ("paid", held.id, "order")
    operations.ask_refund(order, reason="", by=ada, at=story.now, part=first)
    story.work(story.now)
    assert (order.state, held.source, held.ended_at) == ("paid", "pass", None)
    alone = buy(story, story.offer(story.courses[0], 20_000), cast.ada)
    assert alone.enrolment_id == held.id
    operations.ask_refund(
        order, reason="", by=ada, at=story.now, part=second
    )  # the rest of the bundle leaves the other sale alone
    story.work(story.now)
    assert (order.state, alone.state, held.source, held.ended_at) == ("refunded", "paid", "order", None)
    assert len(open_ones(cast.ada)) == 1


def test_a_gift_is_accepted_on_what_a_pass_opens_and_goes_back_to_it(story, cast, ada):
    mine = story.take(cast.ada)
    held = story.learn(mine, story.courses[0], 3)
    order = give_course(story.offer(story.courses[0]), GiftDraft("for you"), by=cast.acting(cast.bo), at=story.now)
    story.pay(order)
    operations.settle_order(order, at=story.now)
    token = make_gift_link(sales.gift_of(order), by=cast.acting(cast.bo), at=story.now)
    assert claim_gift(token, by=ada, at=story.now).id == held.id and held.source == "order"
    asked = operations.ask_refund(order, reason="sorry", by=cast.acting(cast.bo), at=story.now)
    operations.approve_refund(asked, amount_minor=19_900, answer="", by=story.house, at=story.now)
    story.work(story.now)
    assert (held.source, held.ended_at) == ("pass", None)
    end(story, mine)
    assert held.ended_reason == "pass_ended"


def test_a_bundle_that_is_given_takes_over_what_a_pass_opens_and_goes_back_to_it(story, cast, ada):
    mine = story.take(cast.ada)
    held = story.learn(mine, story.courses[0], 1)
    for course in story.courses:
        story.offer(course, 30_000, refund_days=60)
    draft = BundleDraft("两门", "Both", "", "", tuple(story.courses), 40_000, "CNY", 60)
    bundle = operations.make_bundle(draft, by=cast.acting(cast.pia), at=story.now)
    bo = cast.acting(cast.bo)
    order = give_bundle(bundle, GiftDraft(""), by=bo, at=story.now)
    story.pay(order)
    operations.settle_order(order, at=story.now)
    token = make_gift_link(sales.gift_of(order), by=bo, at=story.now)
    claim_gift(token, by=ada, at=story.now)
    assert {(each.course_id, each.source) for each in open_ones(cast.ada)} == {(c.id, "order") for c in story.courses}
    assert held in open_ones(cast.ada) and sales.refunds_of(order.id) == [], "what a pass opens is not what one has"
    asked = operations.ask_refund(order, reason="why", by=bo, at=story.now)
    operations.approve_refund(asked, amount_minor=40_000, answer="", by=story.house, at=story.now)
    story.work(story.now)
    assert order.state == "refunded"
    assert [(each.id, each.source) for each in open_ones(cast.ada)] == [(held.id, "pass")]


def test_a_course_that_became_free_is_kept(story, cast):
    mine = story.take(cast.ada)
    held = story.learn(mine, story.courses[0], 3)
    order = story.order(story.offer(story.courses[0], 0), cast.ada, at=story.now)
    assert (order.state, order.enrolment_id, held.source) == ("free", held.id, "free")
    end(story, mine)
    assert held.ended_at is None


def test_a_plan_that_pauses_leaves_the_course_to_the_pass_and_takes_it_again_when_it_is_paid(story, cast, ada):
    mine = story.take(cast.ada)
    held = story.learn(mine, story.courses[0], 3)
    order = buy(story, story.offer(story.courses[0], 30_000, instalments=3), cast.ada, by_parts=True)
    plan, rows = sales.plan_of(order.id), sales.instalments_of(order.id)
    with transaction():
        lock(order)
        instalments.pause(plan, at=story.now)
    assert (held.source, held.ended_at) == ("pass", None)
    with pytest.raises(PartsOpen):
        story.order(story.offer(story.courses[0], 31_000), cast.ada)
    end(story, mine)
    assert held.ended_reason == "pass_ended"
    payment = sales.sold_payment(order.id)
    with transaction():
        lock(order)
        instalments.note_paid(plan, rows[1:], payment, at=story.now)
    assert (plan.state, held.source, held.ended_at) == ("paid", "order", None)


def test_a_pass_opens_what_waits_for_a_part_with_all_that_was_done_in_it(story, cast, ada):
    order = buy(story, story.offer(story.courses[0], 30_000, instalments=3), cast.ada, by_parts=True)
    bought = db.session.get_one(Enrolment, order.enrolment_id)
    plan = sales.plan_of(order.id)
    with transaction():
        lock(order)
        instalments.pause(plan, at=story.now)
    assert bought.ended_reason == "instalment_due"
    mine = story.take(cast.ada)
    assert passes.open_course(mine, story.courses[0], by=ada, at=story.now).id == bought.id
    assert (bought.source, bought.ended_at) == ("pass", None)
    with transaction():
        lock(order)
        instalments.note_paid(plan, sales.instalments_of(order.id)[1:], sales.sold_payment(order.id), at=story.now)
    end(story, mine)
    assert (bought.source, bought.ended_at) == ("order", None)


def test_only_one_order_at_a_time_holds_an_enrolment(story, cast):
    mine = story.take(cast.ada)
    story.learn(mine, story.courses[0], 3)
    order = buy(story, story.offer(story.courses[0]), cast.ada)
    refund(story, order)
    buy(story, story.offer(story.courses[0], 20_000), cast.ada)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.update(Order).where(Order.id == order.id).values(state="paid"))
    db.session.rollback()


def test_what_a_bank_gives_back_of_a_sale_that_was_made_anew_goes_back_and_the_enrolment_goes_on(story, cast):
    mine = story.take(cast.ada)
    held = story.learn(mine, story.courses[0], 3)
    first = buy(story, story.offer(story.courses[0]), cast.ada)
    number = lose(story, first, story.now)
    second = buy(story, story.offer(story.courses[0], 20_000), cast.ada)
    win(story, number, story.now)
    assert (first.enrolment_id, second.enrolment_id) == (held.id, held.id)
    operations.return_second_payment(first, by=story.house, at=story.now)
    story.work(story.now)
    assert (first.state, second.state, held.source, held.ended_at) == ("refunded", "paid", "order", None)
    assert sales.kept_without_seat() == []
