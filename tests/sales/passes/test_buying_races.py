"""Sale, refund and the end of a pass in the same moment, with threads on the real database."""

import pytest
import sqlalchemy as sa

from coursehub.db import db
from coursehub.learning.models import Enrolment
from coursehub.people.actor import actor_for
from coursehub.people.models import Person
from coursehub.sales import operations
from coursehub.sales.models import Order, PassSubscription, Refund
from coursehub.sales.passes import operations as passes
from tests.sales.passes.rig import Story
from tests.sales.test_races import at_once


def enrolments(person_id: int) -> list[tuple[str, str | None]]:
    """(source, why it ended) of each."""
    found = sa.select(Enrolment.source, Enrolment.ended_reason).where(Enrolment.person_id == person_id)
    return list(db.session.execute(found.order_by(Enrolment.id)).tuples())


def settling(order_id: int, at):
    return lambda: operations.settle_order(db.session.get_one(Order, order_id), at=at).state


def following(subscription_id: int, at):
    return lambda: passes.follow(db.session.get_one(PassSubscription, subscription_id), at=at).state


def about_to_end(story: Story, person: Person) -> PassSubscription:
    """A pass with its first course open, over at the rail and not yet here."""
    mine = story.take(person)
    passes.open_course(mine, story.courses[0], by=story.cast.acting(person), at=story.now)
    passes.stop(mine, by=story.cast.acting(person), at=story.now)
    return mine


@pytest.mark.parametrize("round", range(3))
def test_a_pass_that_lapses_while_the_sale_completes_leaves_the_course_bought(app, story, cast, round):
    mine = about_to_end(story, cast.ada)
    order = story.order(story.offer(story.courses[0]), cast.ada, at=story.now)
    story.pay(order)
    story.wait(32)
    at_once(app, settling(order.id, story.now), following(mine.id, story.now), settling(order.id, story.now))
    assert (order.state, mine.state) == ("paid", "ended")
    assert enrolments(cast.ada.id) == [("order", None)]


@pytest.mark.parametrize("round", range(3))
def test_a_refund_while_the_pass_ends_leaves_nothing_open(app, story, cast, round):
    mine = about_to_end(story, cast.ada)
    order = story.order(story.offer(story.courses[0], refund_days=60), cast.ada, at=story.now)
    story.pay(order)
    operations.settle_order(order, at=story.now)
    refund = operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=story.now)
    story.wait(32)
    id, now = refund.id, story.now
    at_once(app, lambda: operations.send_refund(db.session.get_one(Refund, id), at=now).state, following(mine.id, now))
    assert (order.state, mine.state) == ("refunded", "ended")
    assert enrolments(cast.ada.id) in ([("order", "refunded")], [("pass", "pass_ended")])


@pytest.mark.parametrize("round", range(3))
def test_a_course_opened_by_a_pass_in_the_moment_it_is_bought_is_open_once_and_bought(app, story, cast, round):
    mine = story.take(cast.ada)
    order = story.order(story.offer(story.courses[0]), cast.ada, at=story.now)
    story.pay(order)
    ada, mine_id, course_id, now = cast.ada.id, mine.id, story.courses[0].id, story.now

    def open_it() -> object:
        by = actor_for(db.session.get_one(Person, ada))
        course = db.session.get_one(type(story.courses[0]), course_id)
        return passes.open_course(db.session.get_one(PassSubscription, mine_id), course, by=by, at=now).id

    answers = at_once(app, settling(order.id, now), open_it, settling(order.id, now), open_it)
    assert order.state == "paid" and "AlreadyEnrolled" not in answers
    assert enrolments(ada) == [("order", None)]
