"""Courses of the house that came later: each under its contract, bought, begun, finished by one, and talked about."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from coursehub.db import db, transaction
from coursehub.demo import learners, offers
from coursehub.demo.agenda import Agenda, SideStory
from coursehub.demo.players import Players
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import count_visits


@dataclass(frozen=True)
class Later:
    """A course, when it came, what it costs, and who came for it: number in the list of learners, how far they got."""

    slug: str
    title: str
    title_en: str
    days_ago: int
    price_minor: int
    readers: tuple[tuple[int, float], ...]


SHELF = (
    Later(
        slug="reading-data-honestly", title="诚实地读数据", title_en="Reading data honestly", days_ago=60, price_minor=24_900,
        readers=((0, 0.4), (8, 1.0), (4, 0.2), (10, 0.1)),
    ),
    Later(
        slug="working-together-with-git", title="用 Git 一起工作", title_en="Working together with Git", days_ago=45, price_minor=19_900,
        readers=((0, 0.25), (5, 1.0), (9, 0.35), (7, 0.1)),
    ),
)  # fmt: skip


def put_on_the_agenda(agenda: Agenda, people: Players) -> None:
    """Let each course come on its day."""
    for number, later in enumerate(SHELF):
        side = SideStory(agenda, seed=number)
        side.add(side.ago(days=later.days_ago), partial(_arrive, side, people, later))


def _arrive(side: SideStory, people: Players, later: Later, at: datetime) -> datetime:
    course = offers.house_course(
        people, later.slug, contract_title=f"量潮课堂自有课程：《{later.title}》",
        contract_title_en=f"Courses of the house: {later.title_en}", price_minor=later.price_minor, at=at,
    )  # fmt: skip
    learners.judge_ahead(side, course)
    for n, (number, share) in enumerate(later.readers):
        side.add(at + timedelta(days=5 + 6 * n), partial(_begin, side, people, later.slug, course.id, number, share))
    for day in range(later.days_ago - 4):
        side.add(side.ago(days=day, hours=3), partial(_visits, side, course.id))
    side.add(side.ago(days=1, hours=5), partial(_talk, side, people, later.slug, course.id))
    return at + timedelta(days=3)


def _begin(side: SideStory, people: Players, slug: str, course_id: int, number: int, share: float, at: datetime) -> None:
    order = learners.buy(side, people, people.learners[number], course_id, at=at, click=None, coupon="")
    if order.enrolment_id is not None:
        enrolment = db.session.get_one(Enrolment, order.enrolment_id)
        walk = learners.Walk(side, people, enrolment, slug=slug, share=share, coded=share == 1.0)
        walk.begin(at + timedelta(minutes=30))


def _visits(side: SideStory, course_id: int, at: datetime) -> None:
    with transaction():
        seen = side.dice.randint(4, 14)
        count_visits(course_id, what="course", on_day=at.date(), visits=seen)
        count_visits(course_id, what="preview", on_day=at.date(), visits=seen // 4)


def _talk(side: SideStory, people: Players, slug: str, course_id: int, _at: datetime) -> None:
    learners.talk(side, people, slug=slug, course_id=course_id, teacher="lin")
