"""An employer's reports: what is under way is not over, what was taken back never was, and nobody counts for another employer."""

from datetime import UTC, datetime, timedelta

import pytest

from coursehub import clock
from coursehub.talent import hiring_figures as figures
from coursehub.talent.operations import advancing, introductions, offers, openings, placements
from coursehub.talent.queries.hiring_reports import report_of
from coursehub.talent.working_days import end_of
from tests.cast import sign_in

from .hiring import TERMS, applied, in_pool, offered, opened, screened, skill, wanted

DAY = timedelta(days=1)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def moves(*steps):
    """Moves of one application: (step, state after it, day)."""
    return [(step, after, START + day * DAY) for step, after, day in steps]


def test_stays_are_what_the_moves_leave_and_an_undone_move_never_was():
    stays = figures.stays_of(moves(("begin", "applied", 0), ("screen", "screen", 2), ("reject", "rejected", 5),
                                   ("back_to_screen", "screen", 5), ("interview", "interview", 9)))  # fmt: skip
    assert [(s.state, s.since_at - START, s.until_at and s.until_at - START) for s in stays] == [
        ("applied", 0 * DAY, 2 * DAY), ("screen", 2 * DAY, 9 * DAY), ("interview", 9 * DAY, None),
    ]  # fmt: skip


def test_somebody_who_came_by_an_introduction_begins_in_the_first_stage():
    stays = figures.stays_of(moves(("begin", "applied", 0), ("source", "sourced", 0), ("screen", "screen", 3)))
    assert [stay.state for stay in stays] == ["applied", "screen"]
    assert figures.Case("introduction", stays).reached == figures.WAY.index("screen")


@pytest.mark.parametrize(
    ("cases", "median"),
    [
        ([(1, True), (3, True), (5, True)], 3),
        ([(1, True), (30, False), (30, False)], None),  # the slow ones are still there: nobody knows yet
        ([(1, True), (2, True), (30, False)], 2),
        ([], None),
    ],
)
def test_what_is_under_way_holds_the_median_back(cases, median):
    found = figures.how_long(cases)
    assert found.median == median and found.running == sum(not over for _days, over in cases)


def test_the_funnel_counts_how_far_each_came_even_if_it_ended():
    far = figures.Case(
        "applied", figures.stays_of(moves(("begin", "applied", 0), ("screen", "screen", 1), ("reject", "rejected", 2)))
    )
    near = figures.Case("applied", figures.stays_of(moves(("begin", "applied", 0))))
    assert figures.funnel([far, near]) == {"applied": 2, "screen": 1, "interview": 0, "offer": 0, "hired": 0}


def test_a_report_tells_an_employers_own_hiring_and_nobody_elses(cast, at):
    emma = cast.acting(cast.emma)
    opening = opened(cast, at)
    ada = applied(cast, opening, cast.ada, at)
    bo = applied(cast, opening, cast.bo, at + DAY)
    offer = offered(cast, ada, at + 3 * DAY)
    batch = advancing.advance([bo], "reject", reason="skills", by=emma, at=at + 4 * DAY)
    advancing.undo(batch, by=emma, at=at + 4 * DAY + timedelta(minutes=1))
    offers.accept_offer(offer, by=cast.acting(cast.ada), at=at + 6 * DAY)
    now = at + 20 * DAY
    report = report_of(emma, since_at=at - DAY, at=now)
    assert (report.began, report.hired, report.days_to_hire, report.to_fill.median) == (2, 1, 6, 6)
    assert report.funnel == {"applied": 2, "screen": 1, "interview": 1, "offer": 1, "hired": 1}
    new = report.stages["applied"]
    assert (new.many, new.running, new.median) == (2, 1, 3)
    assert report.offers["accepted"] == 1 and report.sources["applied"].hired == 1 and report.sources["introduction"].began == 0
    assert report_of(emma, since_at=at + 2 * DAY, at=now).began == 0
    other = openings.draft_opening(TERMS, wanted((skill("other"), 2)), by=emma, at=at)
    assert report_of(emma, since_at=at - DAY, at=now, opening=other).began == 0
    assert report_of(emma, since_at=at - DAY, at=now, opening=opening).began == 2
    theirs = report_of(cast.acting(cast.emil), since_at=at - DAY, at=now)
    assert (theirs.began, theirs.to_fill.many, sum(theirs.offers.values())) == (0, 0, 0)


def test_an_opening_closed_unfilled_and_a_word_without_answer_hold_their_medians_back(cast, at):
    emma = cast.acting(cast.emma)
    opening = opened(cast, at)
    row = introductions.introduce(opening, in_pool(cast.ada, at).public_id, message="Hello", by=emma, at=at)
    introductions.let_introductions_end(at=at + 40 * DAY)
    openings.close_opening(opening, reason="", by=emma, at=at + 50 * DAY)
    report = report_of(emma, since_at=at - DAY, at=at + 60 * DAY)
    assert row.state == "expired" and report.introductions["expired"] == 1
    assert (report.answers.many, report.answers.median, report.to_fill.many, report.to_fill.median) == (1, None, 1, None)


def test_whoever_is_still_here_counts_as_here(cast, at):
    emma, ada = cast.acting(cast.emma), cast.acting(cast.ada)
    placement = offers.accept_offer(offered(cast, applied(cast, opened(cast, at), cast.ada, at), at), by=ada, at=at)
    start = end_of(placement.start_on)
    placements.confirm_start_as_person(placement, by=ada, at=start)
    placements.confirm_start_as_employer(placement, by=emma, at=start)
    here = report_of(emma, since_at=at, at=start + 99 * DAY)
    assert [(k.days, k.at_risk, k.share) for k in here.kept] == [(30, 1, 1.0), (90, 1, 1.0), (180, 0, None), (365, 0, None)]
    last_day = placement.start_on + 40 * DAY
    placements.say_somebody_left(placement, left_on=last_day, reason="Moved away", by=ada, at=end_of(last_day) + DAY)
    gone = report_of(emma, since_at=at, at=start + 99 * DAY)
    assert [(k.at_risk, k.share) for k in gone.kept[:2]] == [(1, 1.0), (0, 0.0)]


def test_hr_reads_the_figures_with_what_they_count(app, cast):
    at = clock.now()
    opening = opened(cast, at)
    screened(cast, applied(cast, opening, cast.ada, at), at)
    emma = sign_in(app.test_client(), cast.emma)
    shown = emma.get("/hire/reports").text
    assert "Time to hire" in shown and "Kaplan-Meier" in shown and "The median of the 0 hired" in shown
    assert emma.get(f"/hire/reports?days=90&opening={opening.public_id}").status_code == 200
    assert "Ada" not in shown
    assert sign_in(app.test_client(), cast.emil).get(f"/hire/reports?opening={opening.public_id}").status_code == 404
