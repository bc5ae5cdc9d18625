"""What part-time work waits for stands on both desks, with a link to where it is answered."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.db import db
from coursehub.talent.models import Dispute, Timesheet
from coursehub.talent.operations import disputes, engagements, timesheets
from coursehub.talent.queries.work import code_of
from coursehub.talent.queries.work_desks import workers_hours
from coursehub.talent.working_days import last_day_before, local_day
from tests.cast import sign_in

from .work import DAYS, handed_in, proposed, worker, working


@pytest.fixture
def emma(app, cast):
    return sign_in(app.test_client(), cast.emma)


@pytest.fixture
def theo(app, cast):
    return sign_in(app.test_client(), cast.theo)


def monday(at, *, weeks_ago=0):
    day = local_day(at)
    return day - timedelta(days=day.weekday()) - 7 * weeks_ago * DAYS


def begun_long_ago(cast):
    """Work that began three weeks ago."""
    then = clock.now() - 21 * DAYS
    return working(cast, worker(cast, then), then, start_on=local_day(then))


def test_a_proposal_and_a_missing_paper_wait_for_the_worker(theo, cast):
    now = clock.now()
    row = proposed(cast, worker(cast, now), now, start_on=local_day(now))
    desk = theo.get("/career").text
    assert f"Part-time work: {row.title}" in desk and f"/work/{row.public_id}" in desk
    engagements.accept_work(row, needs_paper=True, by=cast.acting(cast.theo), at=now)
    desk = theo.get("/career").text
    assert f"A paper is missing: {row.title}" in desk and "Part-time work: " not in desk
    engagements.attach_home_document(row, name="a.pdf", content=b"%PDF-1.7", by=cast.acting(cast.theo), at=now)
    assert "A paper is missing" not in theo.get("/career").text


def test_a_past_week_waits_for_the_worker_until_it_is_handed_in_and_then_for_the_employer(emma, theo, cast):
    row = begun_long_ago(cast)
    now, week_on = clock.now(), monday(clock.now(), weeks_ago=1)
    link = f"/career/work?week={week_on.isoformat()}"
    desk = theo.get("/career").text
    assert f"Put down your hours: {row.title}" in desk and link in desk
    sheet = timesheets.fill_week(row, week_on, {week_on: 60}, words="", by=cast.acting(cast.theo), at=now)
    desk = theo.get("/career").text
    assert f"Hand in your hours: {row.title}" in desk and link in desk and "Put down your hours" not in desk
    assert "Weeks to answer" not in emma.get("/hire").text
    timesheets.submit_week(sheet, by=cast.acting(cast.theo), at=now)
    assert "Hand in your hours" not in theo.get("/career").text
    desk = emma.get("/hire").text
    assert "Weeks to answer" in desk and f"/work/weeks/{sheet.public_id}" in desk and code_of(row) in desk
    assert f"silence approves it on {last_day_before(sheet.due_at).day}" in desk and "Theo" not in desk
    timesheets.approve_weeks([sheet], by=cast.acting(cast.emma), at=now)
    assert "Weeks to answer" not in emma.get("/hire").text


def test_a_dispute_stands_on_both_desks_with_its_rung_until_it_is_settled(app, emma, theo, cast):
    row = begun_long_ago(cast)
    now = clock.now()
    sheet = handed_in(cast, row, now, week_on=monday(now, weeks_ago=1))
    disputes.open_dispute(sheet, words="Fewer.", by=cast.acting(cast.emma), at=now)
    for client in (emma, theo):
        desk = client.get("/hire" if client is emma else "/career").text
        assert f"/work/weeks/{sheet.public_id}" in desk and "between the two sides" in desk and "This step ends" in desk
    disputes.climb(at=now + 10 * DAYS)
    disputes.climb(at=now + 40 * DAYS)
    assert "outside the platform" in emma.get("/hire").text and "outside the platform" in theo.get("/career").text
    db.session.expire_all()
    dispute = db.session.execute(sa.select(Dispute)).scalar_one()
    disputes.decide_dispute(dispute, approves=True, words="It stands.", by=cast.acting(cast.susi), at=now + 41 * DAYS)
    assert f"/work/weeks/{sheet.public_id}" not in emma.get("/hire").text + theo.get("/career").text


def test_nothing_of_another_employers_work_stands_on_a_desk(app, cast):
    row = begun_long_ago(cast)
    now = clock.now()
    handed_in(cast, row, now, week_on=monday(now, weeks_ago=1))
    emil = sign_in(app.test_client(), cast.emil)
    assert "Weeks to answer" not in emil.get("/hire").text


def test_the_week_that_still_runs_and_paused_work_do_not_wait(cast):
    row = begun_long_ago(cast)
    now = clock.now()
    today = local_day(now)
    theo = cast.acting(cast.theo)
    timesheets.fill_week(row, monday(now), {monday(now): 60}, words="", by=theo, at=now)
    waiting = workers_hours(theo, today)
    assert not waiting.drafts and [week for _row, week in waiting.unfilled] == [monday(now, weeks_ago=1)]
    engagements.pause_work(row, reason="Holidays", by=theo, at=now)
    assert not workers_hours(theo, today).any
    assert db.session.execute(sa.select(sa.func.count()).select_from(Timesheet)).scalar_one() == 1
