"""Subscriptions that the rail never answers about, or that stay as they are, must not keep others from their turn."""

from datetime import timedelta

from coursehub import rails
from coursehub.sales.passes import operations
from tests.sales.test_turns import half_away


def begun(story, *buyers):
    """The pass taken by each of them, whose pages are open."""
    return [operations.subscribe(story.on_offer, by=story.cast.acting(buyer), at=story.now) for buyer in buyers]


def agree(story, mine):
    story.sandbox.tell(f"sessions/{mine.session_id}/pay")


def test_a_subscription_behind_a_whole_batch_without_an_answer_is_asked_for_all_the_same(story, cast):
    taken = begun(story, cast.ada, cast.bo, cast.emma)
    agree(story, taken[2])
    with rails.use(half_away(story, *(mine.session_id for mine in taken[:2]))):
        operations.settle_passes(at=story.now + timedelta(minutes=11), limit=2, patience=2)
    assert [mine.state for mine in taken] == ["awaiting_payment", "awaiting_payment", "running"]


def test_subscriptions_that_stay_open_with_and_without_an_answer_leave_a_newer_one_its_turn(story, cast):
    """Two that the rail says nothing about, two whose pages it says are open still, and the last one is agreed on; two are read at a time."""
    taken, at = begun(story, cast.ada, cast.bo, cast.emma, cast.pia, cast.stan), story.now
    agree(story, taken[4])
    with rails.use(half_away(story, *(mine.session_id for mine in taken[:2]))):
        for hour in range(1, 4):
            assert operations.settle_passes(at=at + timedelta(hours=hour), limit=2, patience=3) == 2
    assert [mine.state for mine in taken] == [*["awaiting_payment"] * 4, "running"]
    assert [mine.asked_at.hour - at.hour for mine in taken] == [3, 1, 2, 2, 3]


def test_passes_that_are_late_for_weeks_leave_a_newer_one_its_turn(story, cast):
    """The rail answers about each of them, and each answer is the same."""
    late = [story.take(buyer) for buyer in (cast.ada, cast.bo)]
    for mine in late:
        story.wait(0, declines=mine)
    story.wait(32, *late)
    assert [mine.state for mine in late] == ["late", "late"]
    (new,) = begun(story, cast.emma)
    agree(story, new)
    for hour in range(1, 3):
        operations.settle_passes(at=story.now + timedelta(hours=hour), limit=2)
    assert [mine.state for mine in (*late, new)] == ["late", "late", "running"]
