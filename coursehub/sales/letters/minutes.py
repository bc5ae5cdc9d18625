"""Letters about contested minutes of passes: to the house that has something to answer, and back to the partner."""

from datetime import datetime

from coursehub.contracts.operations.contests import ANSWER_TIME
from coursehub.db import db
from coursehub.events import on
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.sales.letters.writing import course_title, write
from coursehub.sales.models import CoursePass, PeriodUse, PoolMonth, UseContest


@on("sales.use_contested")
def send_use_contested(*, at: datetime, contest_id: int, **_more: object) -> None:
    """Finance of the house has something to answer, by a day."""
    contest = db.session.get_one(UseContest, contest_id)
    _write("use_contested", contest, people.members_with_role(people.house().id, "staff_finance"), at=at)


@on("sales.use_contest_ends_soon")
def send_use_contest_ends_soon(*, at: datetime, contest_id: int) -> None:
    """It still waits, and its time is nearly over; once."""
    contest = db.session.get_one(UseContest, contest_id)
    if contest.answered_at is None:
        _write("use_contest_ends_soon", contest, people.members_with_role(people.house().id, "staff_finance"), at=at)


@on("sales.contest_answered")
def send_use_answered(*, at: datetime, contest_id: int, **_more: object) -> None:
    """Who contested and who answers for the money of the partner read what counts now."""
    contest = db.session.get_one(UseContest, contest_id)
    told = people.members_with_role(contest.organisation_id, "owner", "finance")
    still_there = people.members_with_role(contest.organisation_id)
    if contest.contested_by_id in still_there and contest.contested_by_id not in told:
        told = [*told, contest.contested_by_id]
    _write("use_answered", contest, told, at=at)


def _write(name: str, contest: UseContest, to: list[int], *, at: datetime) -> None:
    use = db.session.get_one(PeriodUse, contest.use_id)
    month = db.session.get_one(PoolMonth, use.pool_month_id)
    pass_ = db.session.get_one(CoursePass, month.pass_id)
    partner, house = db.session.get_one(Organisation, contest.organisation_id), people.house()
    for person_id in to:
        locale = people.locale_of(person_id)
        english = locale == "en"
        write(
            name, person_id=person_id, mark=f"{contest.public_id}:{person_id}", at=at, contest=contest, use=use, month=month,
            due_at=contest.contested_at + ANSWER_TIME, title=course_title(use.course_id, locale),
            pass_name=pass_.name_en if english else pass_.name, partner=partner.name_en if english else partner.name,
            house=house.name_en if english else house.name,
        )  # fmt: skip
