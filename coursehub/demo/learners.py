"""What learners of the demo did: came, bought, read, answered, coded, asked, praised, and sometimes gave back."""

from concurrent.futures import Future
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from coursehub import jobs
from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course
from coursehub.catalog.queries.content import StepView
from coursehub.db import db, transaction
from coursehub.demo.agenda import Agenda
from coursehub.demo.offers import folder
from coursehub.demo.players import Players
from coursehub.learning.exercises import Judgement
from coursehub.learning.grading.isolation import isolation_available
from coursehub.learning.models import Enrolment, Question
from coursehub.learning.operations import (
    answer,
    answer_quiz,
    ask,
    hand_in,
    mark_read,
    mark_watched,
    open_step,
    write_review,
    write_verdict,
)
from coursehub.people.models import Person
from coursehub.sales.models import Order
from coursehub.sales.operations.checkout import Click, start_checkout
from coursehub.sales.operations.completion import settle_order
from coursehub.sales.queries import open_offering

MINUTES = timedelta(minutes=1)
METHODS = ("card", "alipay", "wechat_pay", "alipay", "wechat_pay", "card", "alipay")

REVIEWS = {
    "programming-with-python": (
        (5, "每课的例子都能自己跑出来，错了也知道错在哪里。"), (4, "练习的反馈很具体，就是第十二课有点难。"),
        (5, "第一次有课程把“人人都会犯的错”讲清楚。"), (4, "The exercises are short and never the same twice."),
        (3, "内容很好，希望有更多视频。"), (5, "零基础跟下来了，账本那一课让我真的用上了。"),
    ),
    "tests-you-can-trust": (
        (5, "Break it on purpose: I do that with every test now."), (4, "Short, and worth every minute."),
        (4, "讲得很克制，两个练习都卡在边界上，正好是我平时漏掉的。"),
    ),
    "answers-with-sql": (
        (5, "“一行是一个什么”这句话救了我的周报。"), (4, "例子小而准，空值那一课值回票价。"), (5, "终于明白 LEFT JOIN 之后为什么会多出一行。"),
    ),
    "reading-data-honestly": (
        (5, "第八课的两家修车铺，我拿去给同事讲了一遍，会上吵了两周的事就清楚了。"),
        (4, "Every lesson ends with a question I now ask in meetings."), (5, "脏数据不删、先写规则，这条纪律救了我的月报。"),
    ),
    "working-together-with-git": (
        (5, "第三课之后，我的提交说明里再没有写过“更新”。"), (5, "The exercises look at my repository, not at what I say about it."),
        (4, "reflog 救回了我以为丢了的一周。希望再多几份真实项目的历史可以读。"),
    ),
}  # fmt: skip
QUESTIONS = {
    "programming-with-python": (
        ("l02-read", "为什么 round(2.675, 2) 得到 2.67 而不是 2.68？", "因为 2.675 存下来时比 2.675 略小一点，这正是“float 是近似值”的样子。"),
        ("l06-read", "切片 a[:] 和 a.copy() 有区别吗？", "结果一样，都是新列表。copy 读起来更清楚。"),
        ("l05-read", "示例里的利息为什么舍去而不是四舍五入？", ""),
    ),
    "tests-you-can-trust": (("shape-read", "Is one assert per test a rule?", "No. One act per test is; assert as much about it as you need."),),
    "answers-with-sql": (("04-joins", "LEFT JOIN 之后用 WHERE 过滤右表，为什么港口站又不见了？", ""),),
    "reading-data-honestly": (
        ("l03-read", "收入那样的数据，既报平均数又报中位数，读的人会不会更糊涂？", "会问“为什么差这么多”，这正是我们希望他问的。把个数也写上，再用一句话说明尾巴朝哪边。"),
        ("l01-read", "键重复了，但两行的时长不一样，算记重还是算两次骑行？", "先当作对表的理解有误，停下来问记录的人；第二课会给出怎样写进清理记录。"),
    ),
    "working-together-with-git": (
        ("l01-read", "同一个文件夹能不能既放在网盘里同步，又用 Git 管？", "最好不要：网盘会在 Git 写到一半时搬动它的文件。历史用 Git 传，第八课讲怎样传。"),
        ("l02-read", "MM 的时候用 git restore，会回到哪一份？", ""),
    ),
}  # fmt: skip


def buy(
    agenda: Agenda, players: Players, person: Person, course_id: int, *, at: datetime, click: Click | None, coupon: str
) -> Order:
    """Place an order and pay for it on the sandbox's page a few minutes later."""
    offering = open_offering(course_id)
    if offering is None:
        raise LookupError("the course is not on offer")
    order = start_checkout(offering, buyer=players.learner(person), at=at, click=click, coupon_code=coupon)
    if order.session_id is not None:
        agenda.rail.at = at + 3 * MINUTES
        agenda.rail.pay(order.session_id, method=agenda.dice.choice(METHODS))
        settle_order(order, at=at + 4 * MINUTES)
    return order


def leave_unpaid(players: Players, person: Person, course_id: int, *, at: datetime) -> None:
    """Open the pay page and think better of it; the order expires by itself."""
    offering = open_offering(course_id)
    if offering is not None:
        start_checkout(offering, buyer=players.learner(person), at=at)


def right_answers(step: StepView, *, miss: int) -> dict[str, Any]:
    """Answers to a quiz, with the first `miss` questions answered wrongly."""
    given: dict[str, Any] = {}
    for number, question in enumerate(step.definition["questions"]):
        wrong = number < miss
        kind = question["kind"]
        if kind in ("single", "multiple"):
            chosen = [c["id"] for c in question["choices"] if bool(c.get("correct")) is not wrong]
            given[question["id"]] = chosen[0] if kind == "single" else chosen
        elif kind == "numeric":
            mistakes = question.get("mistakes") or [{"answer": "-1"}]
            given[question["id"]] = mistakes[0]["answer"] if wrong else question["answer"]
        elif kind == "text":
            mistakes = question.get("mistakes") or [{"accept": ["?"]}]
            given[question["id"]] = mistakes[0]["accept"][0] if wrong else question["accept"][0]
        else:
            ids = [item["id"] for item in question["items"]]
            given[question["id"]] = ids[::-1] if wrong else ids
    return given


def judge_ahead(agenda: Agenda, course: Course) -> None:
    """Let the judges begin with what most learners will hand in, while the story is still far from the first of them."""
    release = catalog.current_release(course.id)
    if release is None or not isolation_available():
        return
    for step in agenda.steps_of(release.id):
        if step.kind == "code":
            agenda.judges.begin(step, reference_of(course.slug, step).read_text(encoding="utf-8"))


def reference_of(slug: str, step: StepView) -> Path:
    """The file that solves an exercise of a course of the demo."""
    return folder(slug) / "steps" / step.key / "reference" / str(step.definition["file"])


class Walk:
    """One learner's way through a course, step by step, until they stop or finish."""

    def __init__(self, agenda: Agenda, players: Players, enrolment: Enrolment, *, slug: str, share: float, coded: bool) -> None:
        """share: how far they get (1.0 finishes). coded: whether their exercises are really judged."""
        self.agenda, self.players, self.enrolment_id, self.slug = agenda, players, enrolment.id, slug
        self.person_id = enrolment.person_id
        steps = agenda.steps_of(enrolment.release_id)
        self.steps = steps[: round(len(steps) * share)]
        self.coded = coded and isolation_available()
        self._judged: dict[str, list[tuple[str, Future[Judgement]]]] = {}

    def begin(self, at: datetime) -> None:
        """Plan the days on which this learner learns, a sitting is one happening; the judges run ahead."""
        dice = self.agenda.dice
        for step in self.steps:
            if step.kind == "code" and self.coded:
                self._judged[step.key] = [(work, self.agenda.judges.begin(step, work)) for work in self._works(step)]
        moment, rest = at + timedelta(minutes=dice.randint(5, 400)), list(self.steps)
        while rest:
            length = dice.randint(2, 5)
            self.agenda.add(moment, partial(self.sit, rest[:length]))
            rest = rest[length:]
            moment += timedelta(days=dice.randint(1, 4), minutes=dice.randint(0, 300))

    def sit(self, steps: list[StepView], at: datetime) -> None:
        """One sitting: a few steps in a row."""
        enrolment = db.session.get_one(Enrolment, self.enrolment_id)
        if enrolment.ended_at is not None:
            return
        learner = self.players.learner(db.session.get_one(Person, self.person_id))
        for n, step in enumerate(steps):
            moment = at + timedelta(minutes=11 * n)
            with transaction():
                open_step(enrolment, step.key, by=learner, at=moment)
                if step.kind == "text":
                    mark_read(enrolment, step.key, by=learner, at=moment + 8 * MINUTES)
                elif step.kind == "video":
                    mark_watched(enrolment, step.key, by=learner, at=moment + 3 * MINUTES)
                elif step.kind == "quiz":
                    self._quiz(enrolment, step, learner, moment)
            if step.kind == "code" and self.coded:
                self._code(enrolment, step, learner, moment)

    def _quiz(self, enrolment: Enrolment, step: StepView, learner: Any, at: datetime) -> None:
        first = self.agenda.dice.choice((0, 0, 1, 3))
        attempt = answer_quiz(enrolment, step.key, answers=right_answers(step, miss=first), by=learner, at=at + 4 * MINUTES)
        if not attempt.passed:
            answer_quiz(enrolment, step.key, answers=right_answers(step, miss=0), by=learner, at=at + 7 * MINUTES)

    def _works(self, step: StepView) -> list[str]:
        """What this learner hands in, one after the other: now and then a mistake first, then what is right."""
        files = [reference_of(self.slug, step)]
        wrong = sorted((files[0].parents[1] / "wrong").glob(f"*{files[0].suffix}"))
        if wrong and self.agenda.dice.random() < 0.3:
            files.insert(0, self.agenda.dice.choice(wrong))
        return [file.read_text(encoding="utf-8") for file in files]

    def _code(self, enrolment: Enrolment, step: StepView, learner: Any, at: datetime) -> None:
        for n, (work, judged) in enumerate(self._judged[step.key]):
            moment = at + (3 + 4 * n) * MINUTES
            attempt = hand_in(enrolment, step.key, source=work, purpose="check", by=learner, at=moment)
            if attempt.step_id == step.id:  # else another release by now: the worker judges
                write_verdict(attempt, judged.result(), at=moment)
            jobs.run_due(at=moment, strict=True)


def talk(agenda: Agenda, players: Players, *, slug: str, course_id: int, teacher: str) -> None:
    """Reviews and questions by people who are enrolled, and what the teachers answered."""
    course = db.session.get_one(Course, course_id)
    rows = list(
        db.session.execute(
            sa.select(Enrolment)
            .where(Enrolment.course_id == course_id, Enrolment.ended_at.is_(None))
            .order_by(Enrolment.opened_at)
        ).scalars()
    )
    for enrolment, (stars, words) in zip(rows, REVIEWS[slug], strict=False):
        person = db.session.get_one(Person, enrolment.person_id)
        at = min(enrolment.opened_at + timedelta(days=16), agenda.ago(hours=6))
        write_review(course, stars=stars, text=words, by=players.learner(person), at=at)
    for enrolment, (step_key, words, reply) in zip(rows[::-1], QUESTIONS[slug], strict=False):
        person = db.session.get_one(Person, enrolment.person_id)
        at = min(enrolment.opened_at + timedelta(days=2), agenda.ago(hours=30))
        asked: Question = ask(enrolment, step_key, text=words, by=players.learner(person), at=at)
        if reply:
            answer(asked, text=reply, by=players.acting(teacher), at=at + timedelta(hours=9))
