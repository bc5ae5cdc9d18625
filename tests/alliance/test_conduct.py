"""Scoreboards and selection rates: what counts as what, what is hidden, and that hidden stays hidden."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursehub import clock
from coursehub.alliance.conduct import KINDS, kind_of, ordered, scoreboard
from coursehub.alliance.exact import Rates
from coursehub.alliance.selection import STEPS, selection
from coursehub.alliance.suppression import SMALLEST
from coursehub.talent.hiring_figures import WAY, Answered
from coursehub.talent.operations import advancing, offers
from coursehub.talent.queries.conduct import applications_since, offers_since
from coursehub.talent.queries.selections import compared_skills
from tests.talent.hiring import applied, opened, said, screened, skill, wanted

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def case(applied_days, promised_days, answered=None, ended=None, who="harbour"):
    """An application so many days before AT."""
    begun = AT - applied_days * DAY
    return Answered(
        who, begun, begun + promised_days * DAY, None if answered is None else begun + answered * DAY,
        None if ended is None else begun + ended * DAY,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given_case", "kind"),
    [
        (case(10, 3, answered=3), "in_time"),
        (case(10, 3, answered=4), "late"),
        (case(10, 3), "silent"),
        (case(10, 3, ended=9), "silent"),  # it lapsed
        (case(10, 3, ended=2), "open"),  # the person withdrew before anything was due
        (case(2, 3), "open"),
    ],
)
def test_an_answer_is_in_time_late_missing_or_not_due(given_case, kind):
    assert kind_of(given_case, AT) == kind


def test_a_board_says_shares_and_a_median_that_counts_whoever_waits():
    cases = [case(30, 3, answered=n % 4 + 1) for n in range(8)] + [case(30, 3) for _ in range(8)]
    offers_made = [("harbour", "accepted")] * 6 + [("harbour", "rescinded")] * 6
    (row,) = scoreboard(["beacon", "harbour"], cases, offers_made, at=AT)
    assert (row.organisation, row.many, row.kinds[2], row.offers, row.rescinded) == ("harbour", 16, 8, 12, 6)
    assert row.rescinding == 0.5 and row.median_days == 4.0
    assert row.kinds[1] is None and row.share is None  # two were late: hidden, and with them the share


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(1, 40), st.integers(0, 6), st.none() | st.integers(0, 9)), max_size=60
    ),
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(("accepted", "rescinded", "extended"))), max_size=40),
)
def test_what_is_small_is_never_shown_and_what_is_shown_is_true(cases, made):
    applications = [case(days, promised, answered, who=who) for who, days, promised, answered in cases]
    for row in scoreboard("abc", applications, made, at=AT):
        own = [each for each in applications if each.organisation == row.organisation]
        counts = [sum(kind_of(each, AT) == kind for each in own) for kind in KINDS]
        for shown, true in (*zip(row.kinds, counts, strict=True), (row.many, len(own))):
            assert shown is None or (shown == true and not 0 < true < SMALLEST)
        hidden = [n for n, shown in enumerate(row.kinds) if shown is None]
        assert row.many is None or len(hidden) != 1  # one alone could be subtracted


def test_the_order_is_the_readers_and_what_is_hidden_stands_last():
    cases = [case(30, 3, answered=1, who="a") for _ in range(9)]
    cases += [case(30, 3, answered=answered, who="b") for answered in (1, None) for _ in range(6)]
    rows = scoreboard("ba", cases, [], at=AT)
    assert [(row.organisation, row.share) for row in rows] == [("b", 0.5), ("a", 1.0)]
    rows = [replace(rows[0], organisation="hidden", share=None), *rows]
    assert [row.organisation for row in ordered(rows, "answers")] == ["a", "b", "hidden"]
    assert ordered(rows, "nonsense") == rows


def test_each_step_is_of_those_who_came_to_the_one_before():
    reached = [(True, 4)] * 6 + [(True, 2)] * 6 + [(True, 0)] * 8 + [(False, 0)] * 20 + [(False, 2)] * 5
    found = selection("python", reached=reached, pool=[(True, True)] * 5 + [(True, False)] * 5 + [(False, False)] * 9)
    steps = {step.name: step for step in found.steps}
    assert tuple(steps) == STEPS == ("screen", "interview", "offer", "hired")
    assert (steps["screen"].holders, steps["screen"].others) == ((12, 20), (5, 25))
    assert (steps["hired"].holders, steps["hired"].others) == ((6, 6), (0, 0))
    assert steps["screen"].rates == Rates(12, 20, 5, 25) and steps["hired"].rates is None
    assert (found.exposure.holders, found.exposure.others) == ((5, 10), (0, 9))


groups = st.lists(st.tuples(st.booleans(), st.integers(0, len(WAY) - 1)), max_size=60)


@given(groups)
def test_no_step_gives_a_hidden_number_back(reached):
    found = selection("x", reached=reached, pool=[])
    for step, n in zip(found.steps, range(1, len(WAY)), strict=True):
        for group, (some, of) in ((True, step.holders), (False, step.others)):
            cells = [sum(1 for held, far in reached if held == group and far == m) for m in range(len(WAY))]
            assert some is None or some == sum(cells[n:])
            assert of is None or of == sum(cells[n - 1 :])
            if any(0 < cell < SMALLEST for cell in cells[n:]):
                assert some is None


def test_the_boards_are_made_of_what_happened(client, cast):
    at = clock.now() - 20 * DAY
    python = skill("python", "Python")
    opening = opened(cast, at, skills=wanted((python, 2)))
    ada, bo = applied(cast, opening, cast.ada, at), applied(cast, opening, cast.bo, at + DAY)
    emma = cast.acting(cast.emma)
    screened(cast, ada, at + DAY)
    offer = offers.draft_offer(ada, said(start_on=(clock.now() + 30 * DAY).date()), by=emma, at=at + DAY)
    offers.approve_offer(offer, by=emma, at=at + DAY)
    offers.extend_offer(offer, decide_by_at=at + 15 * DAY, by=emma, at=at + DAY)
    offers.rescind_offer(offer, reason="The team was closed.", by=emma, at=at + 2 * DAY)
    advancing.advance([bo], "screen", by=emma, at=at + 12 * DAY)
    cases = applications_since(at - DAY)
    assert [kind_of(each, clock.now()) for each in cases] == ["in_time", "late"]
    assert offers_since(at - DAY) == [(cast.harbour.public_id, "rescinded")] and offers_since(clock.now()) == []
    (found,) = compared_skills(at - DAY, clock.now())
    assert found.code == "python" and sorted(found.reached) == [(False, WAY.index("screen")), (False, WAY.index("offer"))]
    for path in ("/alliance/scoreboards?months=3&order=offers", "/alliance/selection?months=nonsense"):
        page = client.get(path)
        assert page.status_code == 200 and 'class="empty"' not in page.text
    assert "Harbour" in client.get("/alliance/scoreboards").text
