"""An organisation's courses as its desk lists them: how far each brought people, and what it earned. Never who."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course, Release
from coursehub.contracts.models import MoneyEvent, MoneyLine
from coursehub.db import db
from coursehub.learning import queries as learning
from coursehub.learning.models import Completion, Enrolment, StepProgress, VisitCount
from coursehub.learning.queries.teaching import STILL
from coursehub.sales.models import Order, OrderPart


@dataclass(frozen=True)
class CourseHead:
    """A course by the name and state of the release that stands for it: the listed one, else the newest."""

    id: int
    public_id: str
    slug: str
    title: str
    state: str
    release_id: int | None


@dataclass(frozen=True)
class Way:
    """How many came how far, from a look at the course page to its completion."""

    visits: int = 0
    previews: int = 0
    ordered: int = 0
    bought: int = 0
    begun: int = 0
    halfway: int = 0
    completed: int = 0


@dataclass(frozen=True)
class Door:
    """Through which channel people bought: orders placed and kept, and what reached one party."""

    channel: str
    ordered: int
    bought: int
    earned: list[tuple[str, int]]


@dataclass(frozen=True)
class Stop:
    """A step at which learners stopped, by how many."""

    course_id: int
    step_key: str
    count: int


def courses_of(organisation_id: int, locale: str) -> list[CourseHead]:
    """Every course of an organisation, the newest first."""
    courses = db.session.execute(
        sa.select(Course).where(Course.organisation_id == organisation_id).order_by(Course.id.desc())
    ).scalars().all()  # fmt: skip
    chosen: dict[int, Any] = {}
    rows = db.session.execute(
        sa.select(Release.id, Release.course_id, Release.state)
        .where(Release.course_id.in_([course.id for course in courses]))
        .order_by(Release.number)
    )
    for row in rows:
        known = chosen.get(row.course_id)
        if known is None or known.state != "listed":
            chosen[row.course_id] = row
    texts = catalog.release_texts([row.id for row in chosen.values()], locale)

    def head(course: Course) -> CourseHead:
        row = chosen.get(course.id)
        title = texts[row.id].title if row is not None and row.id in texts else course.slug
        return CourseHead(course.id, course.public_id, course.slug, title, row.state if row else "", row.id if row else None)

    return [head(course) for course in courses]


def ways(course_ids: Sequence[int], *, since: datetime, until: datetime) -> dict[int, Way]:
    """The funnel of each course for visits, orders and enrolments that began in a half-open period; four queries."""
    counts: dict[int, dict[str, int]] = {course_id: {} for course_id in course_ids}
    for course_id, what, visits in db.session.execute(
        sa.select(VisitCount.course_id, VisitCount.what, sa.func.sum(VisitCount.visits))
        .where(VisitCount.course_id.in_(course_ids), VisitCount.on_day >= since.date(), VisitCount.on_day <= until.date())
        .group_by(VisitCount.course_id, VisitCount.what)
    ):
        counts[course_id]["visits" if what == "course" else "previews"] = int(visits)
    wishes = _wishes(course_ids, since, until).subquery()
    for course_id, ordered, bought in db.session.execute(
        sa.select(wishes.c.course_id, sa.func.count(), sa.func.count(wishes.c.paid_at)).group_by(wishes.c.course_id)
    ):
        counts[course_id].update(ordered=ordered, bought=bought)
    for course_id, more in _learning(course_ids, since, until).items():
        counts[course_id].update(more)
    return {course_id: Way(**found) for course_id, found in counts.items()}


def _wishes(course_ids: Sequence[int], since: datetime, until: datetime) -> "sa.CompoundSelect[int, str, datetime | None]":
    """Orders of a period for these courses, by themselves or as part of a bundle."""
    placed = (Order.placed_at >= since, Order.placed_at < until)
    alone = sa.select(Order.course_id, Order.channel, Order.paid_at).where(Order.course_id.in_(course_ids), *placed)
    parts = sa.select(OrderPart.course_id, Order.channel, Order.paid_at).join(Order, Order.id == OrderPart.order_id)
    return sa.union_all(alone, parts.where(OrderPart.course_id.in_(course_ids), *placed))


def _learning(course_ids: Sequence[int], since: datetime, until: datetime) -> dict[int, dict[str, int]]:
    """Of the enrolments of a period: begun, half done, completed."""
    done = sa.func.count(StepProgress.done_at).label("done")
    completed = sa.select(Completion.id).where(Completion.enrolment_id == Enrolment.id).exists().label("completed")
    rows = db.session.execute(
        sa.select(Enrolment.course_id, Enrolment.release_id, Enrolment.last_seen_at, done, completed)
        .outerjoin(StepProgress, StepProgress.enrolment_id == Enrolment.id)
        .where(Enrolment.course_id.in_(course_ids), Enrolment.opened_at >= since, Enrolment.opened_at < until)
        .group_by(Enrolment.id)
    ).all()
    totals = {release_id: len(learning.outline(release_id, "").counted) for release_id in {row.release_id for row in rows}}
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        mine = found.setdefault(row.course_id, {"begun": 0, "halfway": 0, "completed": 0})
        mine["begun"] += row.last_seen_at is not None
        mine["halfway"] += 2 * row.done >= totals[row.release_id] > 0
        mine["completed"] += bool(row.completed)
    return found


def doors(course_id: int, party: str, *, since: datetime, until: datetime) -> list[Door]:
    """Each channel of a period, the one that brought most first."""
    wishes = _wishes([course_id], since, until).subquery()
    orders = {
        row.channel: (row.ordered, row.bought)
        for row in db.session.execute(
            sa.select(wishes.c.channel, sa.func.count().label("ordered"), sa.func.count(wishes.c.paid_at).label("bought"))
            .group_by(wishes.c.channel)
        )
    }  # fmt: skip
    earned: dict[str, list[tuple[str, int]]] = {}
    for channel, currency, amount in db.session.execute(
        sa.select(MoneyEvent.channel, MoneyEvent.currency, sa.func.sum(MoneyLine.amount_minor))
        .join(MoneyLine, MoneyLine.event_id == MoneyEvent.id)
        .where(
            MoneyLine.party == party, MoneyEvent.course_id == course_id,
            MoneyEvent.occurred_at >= since, MoneyEvent.occurred_at < until,
        )
        .group_by(MoneyEvent.channel, MoneyEvent.currency)
        .order_by(MoneyEvent.currency)
    ):  # fmt: skip
        earned.setdefault(channel, []).append((currency, int(amount)))
    both = {channel: orders.get(channel, (0, 0)) for channel in {*orders, *earned}}
    ordered = sorted(both.items(), key=lambda one: (-one[1][1], -one[1][0], one[0]))
    return [Door(channel, *counts, earned.get(channel, [])) for channel, counts in ordered]


def stops(course_ids: Iterable[int], *, at: datetime, limit: int = 5) -> list[Stop]:
    """The steps at which most learners stopped: open, not completed, unseen for two weeks."""
    completed = sa.exists().where(Completion.enrolment_id == Enrolment.id)
    many = sa.func.count().label("many")
    rows = db.session.execute(
        sa.select(Enrolment.course_id, Enrolment.last_step_key, many)
        .where(
            Enrolment.course_id.in_(list(course_ids)), Enrolment.ended_at.is_(None), Enrolment.last_step_key.is_not(None),
            Enrolment.last_seen_at < at - STILL, ~completed,
        )
        .group_by(Enrolment.course_id, Enrolment.last_step_key)
        .order_by(many.desc(), Enrolment.course_id, Enrolment.last_step_key)
        .limit(limit)
    )  # fmt: skip
    return [Stop(row.course_id, str(row.last_step_key), row.many) for row in rows]
