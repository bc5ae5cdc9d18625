"""Weeks and disputes: caps, clocks, approvals by hand and by time, corrections, and the ladder of a dispute."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.talent.machines import DISPUTE, TIMESHEET, IllegalMove, replay
from coursehub.talent.models import CareerFact, Dispute, Move, Timesheet
from coursehub.talent.operations import disputes, engagements, timesheets
from coursehub.talent.queries.work import days_of, earned_by, timesheets_visible_to, waiting_for, week_of
from coursehub.talent.queries.working_days import due_after
from coursehub.talent.rule_packs import PACKS
from tests.rigs.threads import at_once

from .test_hiring_races import as_now, sorted_out
from .work import DAYS, MONDAY, handed_in, worker, working

LATER = 8 * DAYS


@pytest.fixture
def row(cast, at):
    return working(cast, worker(cast, at), at)


def test_a_week_is_filled_handed_in_and_approved(cast, at, row):
    theo, emma = cast.acting(cast.theo), cast.acting(cast.emma)
    sheet = timesheets.fill_week(row, MONDAY, {MONDAY: 120, MONDAY + DAYS: 0}, words="Reviews", by=theo, at=at)
    again = timesheets.fill_week(row, MONDAY, {MONDAY: 140}, words="Reviews", by=theo, at=at)
    assert (again.id, again.minutes, days_of(sheet.id)) == (sheet.id, 140, {MONDAY: 140})
    assert db.session.execute(timesheets_visible_to(emma)).scalars().all() == []  # a draft is the worker's alone
    timesheets.submit_week(sheet, by=theo, at=at)
    assert sheet.due_at == due_after(at, 5)
    assert waiting_for(emma) == [sheet]
    with pytest.raises(timesheets.WeekIsHandedIn):
        timesheets.fill_week(row, MONDAY, {MONDAY: 60}, words="", by=theo, at=at)
    with pytest.raises(NotAllowed):
        timesheets.approve_weeks([sheet], by=cast.acting(cast.emil), at=at)
    timesheets.approve_weeks([sheet], by=emma, at=at + DAYS)
    assert (sheet.state, sheet.pay_minor) == ("approved", 28_000)  # 140 minutes at 120.00 an hour
    fact = db.session.execute(sa.select(CareerFact).where(CareerFact.kind == "hours_approved")).scalar_one()
    assert (fact.person_id, fact.organisation_id, fact.detail) == (cast.theo.id, cast.harbour.id, "140")
    assert earned_by(cast.theo.id) == {"CNY": {"waiting": 28_000, "paid": 0}}


@pytest.mark.parametrize(
    ("days", "refusal"),
    [
        ({0: 241}, timesheets.OverTheDay),
        ({0: 240, 1: 240, 2: 240, 3: 1}, timesheets.OverTheAgreement),
        (dict.fromkeys(range(7), 240), timesheets.OverTheWeek),
        ({-1: 60}, timesheets.NotAWeek),
        ({7: 60}, timesheets.NotAWeek),
        ({6: 1500}, timesheets.NotAWeek),
    ],
)
def test_a_week_keeps_to_its_form_and_to_what_was_agreed(cast, at, row, days, refusal):
    minutes = {MONDAY + n * DAYS: one for n, one in days.items()}
    with pytest.raises(refusal):
        timesheets.fill_week(row, MONDAY, minutes, words="", by=cast.acting(cast.theo), at=at + LATER)


def test_hours_lie_between_the_first_day_and_today_and_a_day_has_24(cast, at, row):
    theo = cast.acting(cast.theo)
    with pytest.raises(timesheets.DayIsOutside):
        timesheets.fill_week(row, MONDAY, {MONDAY + DAYS: 60}, words="", by=theo, at=at)  # tomorrow
    with pytest.raises(timesheets.DayIsOutside):
        timesheets.fill_week(row, MONDAY - 7 * DAYS, {MONDAY - DAYS: 60}, words="", by=theo, at=at)
    with pytest.raises(timesheets.NotAWeek):
        timesheets.fill_week(row, MONDAY + DAYS, {MONDAY + DAYS: 60}, words="", by=theo, at=at + LATER)
    with pytest.raises(timesheets.NothingWorked):
        timesheets.submit_week(timesheets.fill_week(row, MONDAY, {}, words="", by=theo, at=at), by=theo, at=at)
    engagements.end_work(row, reason="Done.", by=theo, at=at + DAYS)
    timesheets.fill_week(row, MONDAY, {MONDAY + DAYS: 60}, words="", by=theo, at=at + LATER)  # worked before the end
    with pytest.raises(timesheets.DayIsOutside):
        timesheets.fill_week(row, MONDAY, {MONDAY + 2 * DAYS: 60}, words="", by=theo, at=at + LATER)


def test_two_employers_cannot_have_more_than_a_day_of_one_person(cast, at):
    profile = worker(cast, at, hours=60)
    first = working(cast, profile, at, form="business_service", weekly_minutes=1800)
    second = working(cast, profile, at, form="business_service", weekly_minutes=1800, hr=cast.emil)
    theo = cast.acting(cast.theo)
    timesheets.fill_week(first, MONDAY, {MONDAY: 800}, words="", by=theo, at=at)
    with pytest.raises(timesheets.DayIsFull):
        timesheets.fill_week(second, MONDAY, {MONDAY: 641}, words="", by=theo, at=at)
    timesheets.fill_week(second, MONDAY, {MONDAY: 640}, words="", by=theo, at=at)


def test_silence_approves_after_the_working_days_agreed_and_not_before(cast, at, row):
    sheet = handed_in(cast, row, at + DAYS)
    assert timesheets.let_weeks_pass(at=sheet.due_at - timedelta(seconds=1)) == 0
    assert timesheets.let_weeks_pass(at=sheet.due_at) == 1
    assert (sheet.state, sheet.pay_minor) == ("approved", 60_000)
    assert timesheets.let_weeks_pass(at=sheet.approved_at + DAYS) == 0
    moves = db.session.execute(sa.select(Move.move).where(Move.machine == "timesheet").order_by(Move.n)).scalars().all()
    assert moves == ["begin", "submit", "approve_by_time"]


def test_a_week_is_taken_back_only_before_an_answer(cast, at, row):
    sheet, theo = handed_in(cast, row, at + DAYS), cast.acting(cast.theo)
    timesheets.take_back_week(sheet, by=theo, at=at + DAYS)
    assert (sheet.state, sheet.due_at) == ("draft", None)
    timesheets.submit_week(sheet, by=theo, at=at + DAYS)
    timesheets.approve_weeks([sheet], by=cast.acting(cast.emma), at=at + DAYS)
    with pytest.raises(IllegalMove):
        timesheets.take_back_week(sheet, by=theo, at=at + DAYS)


def test_a_correction_is_a_reversal_and_a_new_week(cast, at, row):
    sheet, theo, emma = handed_in(cast, row, at + DAYS), cast.acting(cast.theo), cast.acting(cast.emma)
    timesheets.approve_weeks([sheet], by=emma, at=at + DAYS)
    with pytest.raises(NotAllowed):
        timesheets.correct_week(sheet, reason="Less, please", by=emma, at=at + DAYS)
    with pytest.raises(engagements.SayWhy):
        timesheets.correct_week(sheet, reason=" ", by=theo, at=at + DAYS)
    fresh = timesheets.correct_week(sheet, reason="Tuesday was wrong.", by=theo, at=at + 2 * DAYS)
    assert (sheet.state, fresh.state, fresh.corrects_id, fresh.minutes) == ("reversed", "draft", sheet.id, sheet.minutes)
    assert earned_by(cast.theo.id) == {}
    timesheets.fill_week(row, MONDAY, {MONDAY: 60}, words="", by=theo, at=at + 2 * DAYS)
    timesheets.submit_week(fresh, by=theo, at=at + 2 * DAYS)
    timesheets.approve_weeks([fresh], by=emma, at=at + 3 * DAYS)
    assert earned_by(cast.theo.id) == {"CNY": {"waiting": 12_000, "paid": 0}}
    assert days_of(sheet.id) == {MONDAY: 120, MONDAY + DAYS: 180}  # what was handed in stays as it was


@pytest.mark.parametrize(
    "statement",
    ["UPDATE timesheet SET minutes = 1", "UPDATE timesheet SET pay_minor = 1", "DELETE FROM timesheet", "UPDATE timesheet_day SET minutes = 1",
     "DELETE FROM timesheet_day"],
)  # fmt: skip
def test_the_database_keeps_what_was_handed_in(cast, at, row, statement):
    timesheets.approve_weeks([handed_in(cast, row, at + DAYS)], by=cast.acting(cast.emma), at=at + DAYS)
    with pytest.raises(sa.exc.DBAPIError), transaction():
        db.session.execute(sa.text(statement))


def test_approving_disputing_taking_back_and_the_clock_at_once_leave_one_story(app, cast, at, row):
    sheet = handed_in(cast, row, at + DAYS)
    sheet_id, theo, emma, harbour, due = sheet.id, cast.theo.id, cast.emma.id, cast.harbour.id, sheet.due_at
    outcomes = at_once(
        app,
        lambda: timesheets.approve_weeks([db.session.get_one(Timesheet, sheet_id)], by=as_now(emma, harbour), at=due),
        lambda: disputes.open_dispute(db.session.get_one(Timesheet, sheet_id), words="No.", by=as_now(emma, harbour), at=due),
        lambda: timesheets.take_back_week(db.session.get_one(Timesheet, sheet_id), by=as_now(theo), at=due),
        lambda: timesheets.let_weeks_pass(at=due),
        lambda: timesheets.approve_weeks([db.session.get_one(Timesheet, sheet_id)], by=as_now(emma, harbour), at=due),
    )
    sorted_out(outcomes)
    db.session.expire_all()
    state = db.session.get_one(Timesheet, sheet_id).state
    facts = db.session.execute(sa.select(sa.func.count(CareerFact.id)).where(CareerFact.kind == "hours_approved")).scalar_one()
    disputed = db.session.execute(sa.select(sa.func.count(Dispute.id))).scalar_one()
    assert (state, facts, disputed) in {("approved", 1, 0), ("disputed", 0, 1), ("draft", 0, 0)}


def test_two_tabs_begin_one_week_once(app, cast, at, row):
    row_id, theo = row.id, cast.theo.id

    def fill():
        from coursehub.talent.models import Engagement

        timesheets.fill_week(db.session.get_one(Engagement, row_id), MONDAY, {MONDAY: 60}, words="", by=as_now(theo), at=at)

    assert sorted_out(at_once(app, fill, fill, fill)) == (3, 0)
    assert week_of(row_id, MONDAY).minutes == 60


def disputed(cast, row, at):
    sheet = handed_in(cast, row, at + DAYS)
    return sheet, disputes.open_dispute(sheet, words="Tuesday nobody was here.", by=cast.acting(cast.emma), at=at + DAYS)


def test_a_dispute_climbs_rung_by_rung_when_its_clock_is_over(cast, at, row):
    sheet, dispute = disputed(cast, row, at)
    assert (sheet.state, sheet.due_at, dispute.due_at) == ("disputed", None, due_after(at + DAYS, 5))
    assert timesheets.let_weeks_pass(at=at + 90 * DAYS) == 0  # silence does not decide a dispute
    first = dispute.due_at
    assert disputes.climb(at=first - timedelta(seconds=1)) == 0
    with pytest.raises(disputes.NotWithTheHouse):
        disputes.decide_dispute(dispute, approves=True, words="So.", by=cast.acting(cast.susi), at=first)
    assert disputes.climb(at=first) == 1
    assert (dispute.state, dispute.due_at) == ("with_mediator", due_after(first, 10))
    second = dispute.due_at
    assert disputes.climb(at=second - timedelta(seconds=1)) == 0
    assert disputes.climb(at=second) == 1
    assert (dispute.state, dispute.due_at) == ("outside", None)
    assert disputes.climb(at=second + 900 * DAYS) == 0
    disputes.decide_dispute(dispute, approves=True, words="The court says so.", by=cast.acting(cast.susi), at=second + 9 * DAYS)
    assert (dispute.state, sheet.state) == ("settled", "approved")


def test_the_two_settle_it_between_them(cast, at, row):
    sheet, dispute = disputed(cast, row, at)
    theo, emma = cast.acting(cast.theo), cast.acting(cast.emma)
    with pytest.raises(NotAllowed):
        disputes.answer_dispute(dispute, words="I was.", by=emma, at=at + DAYS)
    disputes.answer_dispute(dispute, words="I was there.", by=theo, at=at + DAYS)
    with pytest.raises(NotAllowed):
        disputes.agree_with_worker(dispute, by=theo, at=at + DAYS)
    disputes.agree_with_worker(dispute, by=emma, at=at + 2 * DAYS)
    assert (sheet.state, sheet.pay_minor, dispute.state, dispute.answer) == ("approved", 60_000, "settled", "I was there.")


def test_a_disputed_week_counts_only_once_its_dispute_is_settled(cast, at, row):
    sheet, dispute = disputed(cast, row, at)
    with pytest.raises(IllegalMove):  # from a list of weeks that was drawn before
        timesheets.approve_weeks([sheet], by=cast.acting(cast.emma), at=at + DAYS)
    db.session.expire_all()
    assert (sheet.state, sheet.pay_minor, dispute.state, earned_by(cast.theo.id)) == ("disputed", None, "between_parties", {})


def test_the_worker_mends_a_disputed_week(cast, at, row):
    sheet, dispute = disputed(cast, row, at)
    fresh = disputes.agree_with_employer(dispute, by=cast.acting(cast.theo), at=at + 2 * DAYS)
    assert (sheet.state, fresh.state, fresh.corrects_id) == ("dropped", "draft", sheet.id)
    with pytest.raises(IllegalMove):
        disputes.agree_with_worker(dispute, by=cast.acting(cast.emma), at=at + 2 * DAYS)


def test_a_mediator_sends_a_week_back_with_a_reason(cast, at, row):
    sheet, dispute = disputed(cast, row, at)
    disputes.climb(at=at + 30 * DAYS)
    for other in (cast.emma, cast.theo, cast.cato):
        with pytest.raises(NotAllowed):
            disputes.decide_dispute(dispute, approves=True, words="Mine.", by=cast.acting(other), at=at + 30 * DAYS)
    with pytest.raises(engagements.SayWhy):
        disputes.decide_dispute(dispute, approves=False, words=" ", by=cast.acting(cast.susi), at=at + 30 * DAYS)
    disputes.decide_dispute(dispute, approves=False, words="One hour.", by=cast.acting(cast.susi), at=at + 30 * DAYS)
    assert (sheet.state, dispute.state, dispute.decision) == ("dropped", "settled", "One hour.")
    assert week_of(row.id, MONDAY).state == "draft"


def test_the_moves_of_weeks_and_disputes_tell_their_states(cast, at, row):
    sheet, dispute = disputed(cast, row, at)
    disputes.agree_with_worker(dispute, by=cast.acting(cast.emma), at=at + 2 * DAYS)
    for machine, subject in ((TIMESHEET, sheet), (DISPUTE, dispute)):
        moves = sa.select(Move.move).where(Move.machine == machine.name, Move.subject_id == subject.id).order_by(Move.n)
        assert replay(machine, list(db.session.execute(moves).scalars())[1:]) == subject.state


def test_lending_staff_costs_no_fee_and_pays_the_same():
    assert PACKS["secondment"].earns_fee is False
