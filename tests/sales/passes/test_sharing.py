"""A month of a pool: minutes by our own clock, fixed, contested, shared once; and a refund long after."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.contracts import queries as contracts
from coursehub.contracts.models import Contract, MoneyEvent
from coursehub.contracts.operations import end_contract
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.learning.models import ActiveDay
from coursehub.learning.operations import note_active
from coursehub.ledger.accounts import PARTNER_HELD
from coursehub.sales.passes import operations, queries
from coursehub.sales.passes.comparing import compare
from coursehub.sales.passes.operations import ContestOpen, MonthNotOver, MonthShared, StillContestable
from tests.sales.passes.rig import left_in_pool

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NET = 9_900 - 560 - 487


def used(story, cast):
    """Ada learns 60 minutes of Python and 20 of SQL, Bo nothing; both periods end in April."""
    ada, bo = story.take(cast.ada), story.take(cast.bo)
    story.learn(ada, story.courses[0], 60)
    story.learn(ada, story.courses[1], 20)
    story.wait(31, ada, bo)
    return ada, bo


def seconds(enrolment):
    return {
        day.on_day: day.seconds for day in db.session.execute(sa.select(ActiveDay)).scalars() if day.enrolment_id == enrolment.id
    }


def test_time_counts_by_our_clock_however_often_a_page_speaks(story, cast):
    mine = story.take(cast.ada)
    by = cast.acting(cast.ada)
    enrolment = operations.open_course(mine, story.courses[0], by=by, at=story.now)
    for n in range(600):  # a script that shouts
        note_active(enrolment, by=by, at=story.now + n * timedelta(seconds=1) / 10)
    assert sum(seconds(enrolment).values()) <= 60


def test_two_windows_count_once_and_a_pause_counts_for_little(story, cast):
    mine = story.take(cast.ada)
    by = cast.acting(cast.ada)
    python, sql = (operations.open_course(mine, course, by=by, at=story.now) for course in story.courses)
    for n in range(11):
        for enrolment in (python, sql):
            note_active(enrolment, by=by, at=story.now + n * MINUTE)
    assert sum((seconds(python) | seconds(sql)).values()) <= 600
    note_active(python, by=by, at=story.now + 20 * MINUTE)  # without scripts: another page after ten minutes
    assert sum(seconds(python).values()) + sum(seconds(sql).values()) == 900
    note_active(python, by=by, at=story.now + timedelta(hours=3))  # somebody came back
    assert sum(seconds(python).values()) + sum(seconds(sql).values()) == 900


def test_nothing_is_kept_of_courses_that_were_bought(story, cast):
    order = story.buy(story.offer(story.courses[0]), cast.ada)
    from coursehub.learning.models import Enrolment

    note_active(db.session.get_one(Enrolment, order.enrolment_id), by=cast.acting(cast.ada), at=story.now)
    note_active(db.session.get_one(Enrolment, order.enrolment_id), by=cast.acting(cast.ada), at=story.now + MINUTE)
    assert db.session.execute(sa.select(ActiveDay)).first() is None


def test_a_month_is_fixed_with_the_periods_that_ended_in_it(story, cast):
    used(story, cast)
    with pytest.raises(MonthNotOver):
        operations.draw_up(story.on_offer, "2026-04", at=story.now)
    story.wait(30)
    month = story.draw_up("2026-04")
    assert operations.draw_up(story.on_offer, "2026-04", at=story.now) is None
    assert [use.minutes for use in queries.uses_in(month.id)] == [60, 20]
    periods = queries.periods_in(month.id)
    assert month.facts_hash == queries.facts_hash(story.on_offer, "2026-04", periods, queries.used_in(periods))


def test_a_shared_month_gives_each_course_what_its_learners_paid(story, cast):
    used(story, cast)
    story.wait(30)
    month = story.draw_up("2026-04")
    with pytest.raises(StillContestable):
        operations.share_month(month, by=story.house, at=story.now)
    story.share(month)
    assert (month.funded_minor, month.distributed_minor) == (2 * NET, NET)
    given = {event.course_id: event.amount_minor for event in db.session.execute(sa.select(MoneyEvent)).scalars()}
    assert given == {story.courses[0].id: 6_640, story.courses[1].id: 2_213}  # 8853 by 60 to 20: 6639.75 and 2213.25
    assert story.standing("income:pool") == -NET  # Bo learned nothing
    assert -story.standing(PARTNER_HELD, cast.northwind.public_id) == 6_197  # 70 % of each part: 4648 and 1549.1
    again = operations.share_month(month, by=story.house, at=story.now)
    assert again.journal_id == month.journal_id and story.standing("income:pool") == -NET


def test_only_finance_shares_and_only_the_partner_contests_its_own(story, cast):
    used(story, cast)
    story.wait(30)
    month = story.draw_up("2026-04")
    with pytest.raises(NotAllowed):
        operations.share_month(month, by=cast.acting(cast.cato), at=story.now)
    with pytest.raises(NotAllowed):
        operations.contest_use(queries.uses_in(month.id)[0], reason="?", by=cast.acting(cast.eve), at=story.now)


def test_contested_minutes_hold_the_month_until_they_are_answered(story, cast):
    used(story, cast)
    story.wait(30)
    month = story.draw_up("2026-04")
    use = queries.uses_in(month.id)[1]
    contest = operations.contest_use(use, reason="我们自己的记录是 60 分钟", by=cast.acting(cast.pia), at=story.now)
    with pytest.raises(operations.AlreadyContested):
        operations.contest_use(use, reason="again", by=cast.acting(cast.pia), at=story.now)
    with pytest.raises(ContestOpen):
        story.share(month)
    operations.answer_contest(contest, answer="同意", minutes=60, by=story.house, at=story.now)
    story.share(month)
    assert sorted(use.share_minor for use in queries.uses_in(month.id)) == [4_426, 4_427]
    assert use.minutes == 20  # what was measured stays on file
    with pytest.raises(MonthShared):
        operations.contest_use(queries.uses_in(month.id)[0], reason="late", by=cast.acting(cast.pia), at=story.now)


def test_three_rules_stand_side_by_side_through_the_terms_of_each_course(story, cast):
    used(story, cast)
    story.wait(30)
    month = story.draw_up("2026-04")
    compared = compare(story.on_offer, queries.sharing_of(story.on_offer, month), at=story.now)
    python, sql = story.courses
    assert [amounts[:2] for amounts in (compared.courses[python.id], compared.courses[sql.id])] == [[6_640] * 2, [2_213] * 2]
    assert sorted(amounts[2] for amounts in compared.courses.values()) == [4_426, 4_427]  # the odd unit goes round
    assert compared.unused == [NET] * 3
    assert compared.parties[cast.northwind.public_id] == [6_197, 6_197, 6_197]


def test_a_course_whose_terms_changed_within_the_month_still_answers_for_it_and_not_for_the_next(story, cast):
    used(story, cast)
    story.wait(30)
    assert set(queries.answering_terms(story.on_offer, "2026-04")) == {course.id for course in story.courses}
    before = queries.answering_terms(story.on_offer, "2026-04")[story.courses[0].id]
    from coursehub.contracts.models import Contract
    from tests.contracts.rig import agree

    contract = db.session.get_one(Contract, before.contract_id)
    agree(cast, story.courses[0], story.now, contract=contract)  # these speak of no pass
    assert story.courses[0].id in queries.answering_terms(story.on_offer, "2026-04")
    assert story.courses[0].id not in queries.answering_terms(story.on_offer, "2026-06")


@pytest.mark.parametrize(("noticed_after", "counts"), [(3, True), (0, False)])
def test_terms_that_ended_answer_for_periods_that_began_under_them_and_no_others(story, cast, noticed_after, counts):
    """The second period begins on 2 April and ends on 2 May; the terms end on 4 April, or on the 1st."""
    ada, (python, sql) = story.take(cast.ada), story.courses
    contract = db.session.get_one(Contract, contracts.terms_in_force(python.id, story.now).contract_id)
    end_contract(contract, by=cast.acting(cast.pia), at=story.now + noticed_after * DAY)
    story.learn(ada, sql, 20)
    story.wait(31, ada)
    story.learn(ada, python, 10)
    story.wait(31, ada)
    story.draw_up("2026-04")
    story.wait(30)
    sharing = queries.sharing_of(story.on_offer, story.draw_up("2026-05"))
    assert [str(python.id) in period.minutes for period in sharing.periods] == [counts]
    assert sharing.divided(story.on_offer).by_course.get(str(python.id), 0) == (NET if counts else 0)
    assert python.id not in queries.answering_terms(story.on_offer, "2026-06")


def test_a_refund_after_the_close_takes_back_the_very_amounts_of_its_period(story, cast):
    ada, bo = used(story, cast)
    story.wait(30)
    story.share(story.draw_up("2026-04"))
    held = story.standing(PARTNER_HELD, cast.northwind.public_id)
    assert held == -6_197
    period = queries.periods_of(ada.id)[-1]
    pooled = story.pooled  # the periods that follow
    operations.refund_period(period, amount_minor=5_000, by=story.house, at=story.now)
    story.work(story.now)
    operations.refund_period(period, amount_minor=4_900, by=story.house, at=story.now)
    story.work(story.now)
    assert story.standing(PARTNER_HELD, cast.northwind.public_id) == 0 and story.pooled == pooled
    idle = queries.periods_of(bo.id)[-1]
    operations.refund_period(idle, amount_minor=9_900, by=story.house, at=story.now)
    story.work(story.now)
    assert story.standing("income:pool") == 0 == story.standing("income:share") and story.pooled == pooled


def test_a_refund_in_part_before_the_close_leaves_less_to_share_and_the_rest_goes_back_after_it(story, cast):
    ada, _bo = used(story, cast)
    period = queries.periods_of(ada.id)[-1]
    operations.refund_period(period, amount_minor=3_000, by=story.house, at=story.now)
    story.work(story.now)
    story.wait(30)
    month = story.share(story.draw_up("2026-04"))
    assert month.distributed_minor == left_in_pool(period, 3_000) == period.pooled_minor
    pooled = story.pooled
    operations.refund_period(period, amount_minor=6_900, by=story.house, at=story.now)
    story.work(story.now)
    assert story.standing(PARTNER_HELD, cast.northwind.public_id) == 0 == story.standing("income:share")
    assert story.pooled == pooled


def test_a_month_of_more_periods_than_a_statement_takes_is_read_in_parts(story, cast, monkeypatch):
    """A part of one at a time: what is drawn up, what went back and what is shared are as in one go."""
    monkeypatch.setattr("coursehub.db.AT_ONCE", 1)
    ada, bo = used(story, cast)
    cleo = story.take(cast.theo)
    story.wait(31, ada, bo, cleo)
    for mine, minor in ((ada, 3_000), (bo, 1_000)):
        operations.refund_period(queries.periods_of(mine.id)[-1], amount_minor=minor, by=story.house, at=story.now)
    story.work(story.now)
    month = story.draw_up("2026-04")
    assert {use.minutes for use in queries.uses_in(month.id)} == {60, 20}
    first, second = (queries.periods_of(mine.id)[-1] for mine in (ada, bo))
    story.share(month)
    assert (first.pooled_minor, second.pooled_minor) == (left_in_pool(first, 3_000), left_in_pool(second, 1_000))
    assert queries.refunded_minor([first.id, second.id]) == {first.id: 3_000, second.id: 1_000}


def test_the_month_is_drawn_up_by_itself_a_day_after_it_and_what_is_late_waits_for_the_next(story, cast):
    used(story, cast)
    story.wait(30)
    may = story.now.replace(month=5, day=2)
    assert operations.draw_up_months(at=may + 2 * DAY) == 1 and operations.draw_up_months(at=may + 2 * DAY) == 0
    assert [month for _pass, month in queries.unshared_pools("2026-04")] == ["2026-04"]
    assert queries.unshared_pools("2026-03") == []
