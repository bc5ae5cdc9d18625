"""A matching round from its announcement to its end: two employers, five learners, one who says yes."""

from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.demo.agenda import Agenda
from coursehub.demo.hiring import PAY, skills_of
from coursehub.demo.players import Players
from coursehub.talent.models import MatchingResult, MatchingRound, Offer, Opening
from coursehub.talent.operations import round_answers, round_lists, round_running, rounds
from coursehub.talent.operations.offers import accept_offer, approve_offer, extend_offer
from coursehub.talent.operations.openings import Terms, close_opening, draft_opening, publish_opening, submit_opening
from coursehub.talent.operations.placements import confirm_start_as_employer, confirm_start_as_person
from coursehub.talent.operations.profiles import begin_profile
from coursehub.talent.queries import rounds as queries

DAY = timedelta(days=1)
BEGINS = 78
"""Days ago on which the openings of the round were written."""
LEARNERS = (3, 4, 5, 6, 7)
WISHES = {3: ("emma", "emil"), 4: ("emma",), 5: ("emil", "emma"), 6: ("emma", "emil"), 7: ("emil",)}
RANKS = {"emma": (4, 3, 6, 5), "emil": (5, 3, 7, 6)}
SAYS_YES = 5
"""Whom Beacon gets."""


def put_on_the_agenda(agenda: Agenda, people: Players, courses: dict[str, Course]) -> None:
    """Announced eleven weeks ago, closed four weeks ago."""
    openings: dict[str, Opening] = {}
    row: list[MatchingRound] = []
    begin = agenda.ago(days=BEGINS)
    agenda.add(begin, lambda at: openings.update(_open_two(people, courses, at)))
    agenda.add(begin + DAY, lambda at: row.append(_announce(people, openings, at)))
    for n in LEARNERS:
        agenda.add(begin + (2 + n / 8) * DAY, partial(_wish, people, openings, row, n))
    for who in ("emma", "emil"):
        agenda.add(begin + 12 * DAY, partial(_rank, people, openings, row, who))
    for days in (11.5, 14.5, 28.5, 33.5, 36.5, 50.5):
        agenda.add(begin + days * DAY, _tick)
    agenda.add(begin + 16 * DAY, lambda at: _accept(people, row, at))
    agenda.add(begin + 40 * DAY, lambda at: _close(people, openings, at))


def _open_two(people: Players, courses: dict[str, Course], at: datetime) -> dict[str, Opening]:
    made = {}
    for who, title, about, city in (
        ("emma", "秋季培养生：后端", "半年轮岗，每月换一位带教同事。", "上海"), ("emil", "秋季培养生：数据", "跟着两个项目从取数走到报告。", "杭州"),
    ):  # fmt: skip
        terms = Terms(
            kind="hire", title=title, about=about, form="employee", pay_minor=PAY["tests"], currency="CNY", pay_period="month",
            weekly_hours=40, city=city, remote=False, places=1, answer_within_days=5, guarantee_days=60,
        )  # fmt: skip
        by = people.acting(who)
        made[who] = draft_opening(terms, skills_of(courses["answers-with-sql"]), by=by, at=at)
        submit_opening(made[who], by=by, at=at + timedelta(hours=1))
        publish_opening(made[who], by=people.acting("stan"), at=at + timedelta(hours=2))
    return made


def _announce(people: Players, openings: dict[str, Opening], at: datetime) -> MatchingRound:
    stan = people.acting("stan")
    times = rounds.Timetable(*(at + days * DAY for days in (10, 13, 27, 32, 35, 49)))
    row = rounds.draft_round(
        title="秋季培养生", rules="每人排自己的志愿，单位排申请它的人；先后不由任何人挑。", timetable=times, by=stan, at=at
    )
    for who, opening in openings.items():
        rounds.enter_seat(row, opening, places=1, start_on=(at + 52 * DAY).date(), by=people.acting(who), at=at)
    rounds.announce_round(row, by=stan, at=at + timedelta(hours=1))
    return row


def _wish(people: Players, openings: dict[str, Opening], row: list[MatchingRound], n: int, at: datetime) -> None:
    learner = people.learner(people.learners[n])
    begin_profile(by=learner, at=at)
    wanted = {openings[who].public_id: place for place, who in enumerate(WISHES[n], start=1)}
    round_lists.write_list(row[0], wanted, by=learner, at=at)


def _rank(people: Players, openings: dict[str, Opening], row: list[MatchingRound], who: str, at: datetime) -> None:
    by = people.acting(who)
    seat = db.session.execute(queries.own_seat(by, row[0], openings[who].public_id)).scalar_one()
    entries = [queries.entry_of(row[0], people.learners[n].id) for n in RANKS[who]]
    ranks = {entry.public_id: place for place, entry in enumerate(entries, start=1) if entry is not None}
    round_lists.write_ranking(row[0], seat, ranks, by=by, at=at)


def _tick(at: datetime) -> None:
    round_running.advance_rounds(at=at)
    round_running.delete_old_lists(at=at)


def _accept(people: Players, row: list[MatchingRound], at: datetime) -> None:
    """The learner says yes, the offer goes out at the terms of the opening, and they start on the day that was announced."""
    person = people.learners[SAYS_YES]
    learner, emil = people.learner(person), people.acting("emil")
    entry = queries.entry_of(row[0], person.id)
    if entry is None:
        raise LookupError("whoever says yes took part")
    result: MatchingResult = queries.results_of(entry)[0]
    application = round_answers.accept_match(row[0], result, fields=("display_name", "credentials"), by=learner, at=at)
    offer = db.session.execute(sa.select(Offer).where(Offer.application_id == application.id)).scalar_one()
    approve_offer(offer, by=emil, at=at + timedelta(hours=3))
    extend_offer(offer, decide_by_at=at + 14 * DAY, by=emil, at=at + timedelta(hours=4))
    placement = accept_offer(offer, by=learner, at=at + DAY)
    begun = datetime.combine(placement.start_on, datetime.min.time(), at.tzinfo) + timedelta(hours=4)
    confirm_start_as_person(placement, by=learner, at=begun)
    confirm_start_as_employer(placement, by=emil, at=begun + timedelta(hours=2))


def _close(people: Players, openings: dict[str, Opening], at: datetime) -> None:
    """Harbour keeps no place open after the round."""
    if openings["emma"].state == "open":
        close_opening(openings["emma"], reason="", by=people.acting("emma"), at=at)
