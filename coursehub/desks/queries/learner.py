"""What a learner's desk shows: where to go on, and what happened to what they asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.learning import queries as learning
from coursehub.learning.credentials import queries as credentials
from coursehub.learning.models import Answer, Credential, Enrolment, Question
from coursehub.learning.queries import DeskCourse
from coursehub.learning.queries.outline import OutlineStep
from coursehub.sales import queries as sales
from coursehub.sales.models import PAYING, Order, RefundRequest, SupportMessage

COURSES_SHOWN = 6
STEPS_AHEAD = 3
RECENT = timedelta(days=30)
SHOWN = 4


@dataclass(frozen=True)
class Going:
    """The course to go on with: its next step, what comes after it, and when a used-up quiz opens again."""

    course: DeskCourse
    ahead: list[OutlineStep]
    opens_at: datetime | None


@dataclass(frozen=True)
class Held:
    """A credential as the desk names it."""

    public_id: str
    course: str
    issued_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class OpenOrder:
    """An order that needs something: to be paid by a moment, or an answer by the house."""

    public_id: str
    course: str
    amount_minor: int
    currency: str
    needs: str  # pay | refund_answer
    opened_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class LearnerDesk:
    """Everything on the desk of one learner."""

    going: Going | None
    others: list[DeskCourse]
    answered: list[tuple[Question, datetime]]
    asked_and_waiting: int
    replies: list[SupportMessage]
    credentials: list[Held]
    credential_count: int
    orders: list[OpenOrder]


def learner_desk(person_id: int, locale: str, *, at: datetime) -> LearnerDesk:
    """One person's own desk."""
    courses = [course for course in learning.desk_courses(person_id, limit=COURSES_SHOWN) if course.ended_at is None]
    first = next((c for c in courses if c.next_key and c.completed_at is None), None)
    held = credentials.credentials_of(person_id)
    return LearnerDesk(
        going=_going(first, at) if first else None,
        others=[course for course in courses if course is not first],
        answered=learning.answered_for(person_id, since=at - RECENT)[:SHOWN],
        asked_and_waiting=_waiting_questions(person_id),
        replies=_replies(person_id, since=at - RECENT),
        credentials=_held(held[:SHOWN], locale),
        credential_count=len(held),
        orders=_open_orders(person_id, locale),
    )


def _going(course: DeskCourse, at: datetime) -> Going:
    enrolment = db.session.execute(sa.select(Enrolment).where(Enrolment.public_id == course.enrolment_public_id)).scalar_one()
    tree = learning.outline(enrolment.release_id, enrolment.locale)
    done = {key for key, done_at in learning.progress_of(enrolment.id).items() if done_at is not None}
    keys = [step.key for step in tree.steps]
    start = keys.index(course.next_key) + 1 if course.next_key in keys else 0
    ahead = [step for step in tree.steps[start:] if step.key not in done][:STEPS_AHEAD]
    return Going(course, ahead, _opens_at(enrolment, course.next_key or "", at))


def _opens_at(enrolment: Enrolment, step_key: str, at: datetime) -> datetime | None:
    """When the next attempt at a quiz opens whose attempts of the day are used up."""
    step = catalog.step_for(enrolment.release_id, step_key, enrolment.locale)
    if step is None or step.kind != "quiz":
        return None
    left = learning.attempts_left(enrolment.id, step_key, int(step.definition.get("attempts") or 0), at=at)
    return left.opens_at if left else None


def _waiting_questions(person_id: int) -> int:
    answered = sa.exists().where(
        Answer.question_id == Question.id, Answer.person_id != person_id, Answer.deleted_at.is_(None), Answer.hidden_at.is_(None)
    )
    mine = sa.select(sa.func.count()).where(
        Question.person_id == person_id, Question.deleted_at.is_(None), Question.hidden_at.is_(None), ~answered
    )
    return db.session.execute(mine).scalar_one()


def _replies(person_id: int, *, since: datetime) -> list[SupportMessage]:
    found = sales.messages_of(person_id).where(SupportMessage.answered_at >= since)
    return list(db.session.execute(found.limit(SHOWN)).scalars())


def _held(rows: list[Credential], locale: str) -> list[Held]:
    texts = catalog.release_texts([row.release_id for row in rows], locale) if rows else {}
    return [
        Held(row.public_id, texts[row.release_id].title if row.release_id in texts else "", row.issued_at, row.revoked_at)
        for row in rows
    ]


def _open_orders(person_id: int, locale: str) -> list[OpenOrder]:
    """Orders that wait for the buyer's payment, then requests that wait for the house."""
    unpaid = db.session.execute(sales.orders_of(person_id).where(Order.state.in_(PAYING)).limit(SHOWN)).scalars().all()
    asked = db.session.execute(
        sales.requests_waiting().where(Order.buyer_id == person_id).limit(SHOWN)
    ).all()  # fmt: skip
    orders = [*unpaid, *(order for _request, order in asked)]
    titles = sales.titles_of(orders, locale)

    def title(order: Order) -> str:
        return titles.get(order.id, "")

    def refund(request: RefundRequest, order: Order) -> OpenOrder:
        amount = request.amount_minor or order.gross_minor
        return OpenOrder(
            order.public_id, title(order), amount, order.currency, "refund_answer", request.asked_at, request.answer_by
        )

    return [
        *(OpenOrder(o.public_id, title(o), o.gross_minor, o.currency, "pay", o.placed_at, o.expires_at) for o in unpaid),
        *(refund(request, order) for request, order in asked),
    ]


def has_course_on_offer() -> bool:
    """Whether there is anything to begin with, for the words of an empty desk."""
    return db.session.execute(catalog.listed_courses().with_only_columns(Course.id).limit(1)).first() is not None
