"""Contested minutes: the house is told and has a clock, the desk shows them, and the partner reads the answer."""

from datetime import timedelta

import pytest

from coursehub import clock, events, jobs
from coursehub.db import db, transaction
from coursehub.desks.queries.house import queues
from coursehub.mail import Letter
from coursehub.sales.passes import operations, queries
from tests.asked import reads
from tests.cast import sign_in

DAY = timedelta(days=1)


@pytest.fixture
def month(story, cast):
    """Ada learned half an hour in Northwind's first course and a little in the second; the month is fixed."""
    _ = cast.fay, cast.finn, cast.cato
    ada = story.take(cast.ada)
    story.learn(ada, story.courses[0], 30)
    story.learn(ada, story.courses[1], 20)
    story.wait(31, ada)
    story.wait(30)
    return story.draw_up("2026-04")


def contested(month, cast, at, n=0, reason="少了"):
    return operations.contest_use(queries.uses_in(month.id)[n], reason=reason, by=cast.acting(cast.pia), at=at)


def letters(name, at):
    jobs.run_due(at=at)
    found = db.session.query(Letter).order_by(Letter.id)
    return [letter for letter in found if letter.key.startswith(f"sales.{name}:")]


def test_finance_of_the_house_is_told_once_with_the_reason_the_day_and_the_place(story, cast, month):
    with transaction():
        cast.fay.locale = "zh-CN"
    contest = contested(month, cast, story.now, reason="Our own record says 60")
    with transaction():  # once more, as after a crash
        events.record("sales.use_contested", at=story.now, contest_id=contest.id, by_id=cast.pia.id)
    found = letters("use_contested", story.now)
    assert sorted(letter.to for letter in found) == ["fay@example.org", "stan@example.org"]
    for letter in found:
        assert "Our own record says 60" in letter.body and f"/house/pools/{month.public_id}" in letter.body
        assert ("Northwind says" in letter.body) == (letter.locale == "en")
        assert ("北风编程认为" in letter.body) == (letter.locale == "zh-CN")


def test_it_is_brought_to_mind_once_in_the_last_days_and_not_after_the_answer(story, cast, month):
    begun = story.now
    first, second = contested(month, cast, begun), contested(month, cast, begun, n=1)
    operations.answer_contest(second, answer="好", minutes=None, by=story.house, at=begun)
    assert operations.remind_of_contests(at=begun + 10 * DAY) == 0
    for hours in (0, 6):
        assert operations.remind_of_contests(at=begun + 12 * DAY + timedelta(hours=hours)) == 1
    found = letters("use_contest_ends_soon", begun + 13 * DAY)
    assert sorted(letter.to for letter in found) == ["fay@example.org", "stan@example.org"]
    assert all(letter.key.startswith(f"sales.use_contest_ends_soon:{first.public_id}:") for letter in found)


@pytest.mark.parametrize(("minutes", "says"), [(60, "count now: 60 (measured: 30)"), (None, "stands: 30 minutes")])
def test_the_partner_reads_the_answer_and_what_counts(story, cast, month, minutes, says):
    contest = contested(month, cast, story.now)
    operations.answer_contest(contest, answer="We looked again", minutes=minutes, by=story.house, at=story.now)
    found = letters("use_answered", story.now)
    assert sorted(letter.to for letter in found) == ["finn@example.org", "pia@example.org"]
    for letter in found:
        assert "We looked again" in letter.body and says in letter.body
        assert f"/studio/passes/{month.public_id}" in letter.body and "QuantTide Academy has answered" in letter.body


def test_the_desk_of_finance_counts_them_with_the_clock_of_the_oldest_in_the_same_statement(story, cast, month):
    fay, cato = cast.acting(cast.fay), cast.acting(cast.cato)

    def row(reader):
        return next((queue for queue in queues(reader, at=story.now) if queue.kind == "minutes"), None)

    with reads() as before:
        assert row(fay) is None
    first = contested(month, cast, story.now)
    contested(month, cast, story.now + DAY, n=1)
    with reads() as after:
        shown = row(fay)
    assert (shown.count, shown.opened_at, shown.place) == (2, first.contested_at, month.public_id)
    assert shown.due_at == first.contested_at + 14 * DAY
    assert len(after) == len(before) and row(cato) is None
    operations.answer_contest(first, answer="好", minutes=None, by=story.house, at=story.now)
    assert row(fay).count == 1


def test_the_pages_of_both_sides_say_until_when_the_answer_is_due(app, story, cast, month):
    contest = contested(month, cast, clock.now())
    fay, pia = sign_in(app.test_client(), cast.fay), sign_in(app.test_client(), cast.pia)
    for client, page in ((fay, f"/house/pools/{month.public_id}"), (pia, f"/studio/passes/{month.public_id}")):
        assert "answer due" in client.get(page).text
    assert f'href="/house/pools/{month.public_id}"' in fay.get("/house").text
    operations.answer_contest(contest, answer="好", minutes=None, by=story.house, at=clock.now())
    for client, page in ((fay, f"/house/pools/{month.public_id}"), (pia, f"/studio/passes/{month.public_id}")):
        assert "answer due" not in client.get(page).text
