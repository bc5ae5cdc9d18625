"""What a partner's desk shows: what sold since they last looked, what waits for them, and how their courses do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course, Release, ReleaseReview, ReviewRemark
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import (
    Contract,
    ContractParty,
    MoneyEvent,
    MoneyLine,
    NegotiationEntry,
    Proposal,
    Terms,
)
from coursehub.contracts.queries import FactsWaiting
from coursehub.db import db
from coursehub.desks.queries.courses import CourseHead, Stop, Way, courses_of, stops, ways
from coursehub.learning import queries as learning
from coursehub.learning.models import Enrolment, Question
from coursehub.people.models import Organisation
from coursehub.sales import queries as sales
from coursehub.sales.models import AttributionContest
from coursehub.web.locale import local_time

PERIOD = timedelta(days=90)
MONTHS = 12
SHOWN = 5


@dataclass(frozen=True)
class Sold:
    """Sales and refunds of a while in one currency, and what they left with the party."""

    currency: str
    sales: int
    refunds: int
    net_minor: int


@dataclass(frozen=True)
class ReleaseWaiting:
    """A release on its way to the shelf: in review, sent back with remarks, or approved and not yet listed."""

    public_id: str
    course: str
    version: str
    state: str
    remarks: int
    submitted_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True)
class StudioDesk:
    """Everything on the desk of a partner; the parts a reader has no say in stay empty."""

    sold: list[Sold]
    proposals: list[Proposal]
    endings: list[tuple[Contract, datetime]]
    reopened: list[tuple[Contract, NegotiationEntry]]
    facts: list[FactsWaiting]
    contests: list[AttributionContest]
    releases: list[ReleaseWaiting]
    questions: list[Question]
    question_count: int
    learners_now: int
    stops: list[tuple[Stop, CourseHead, str]]
    courses: list[CourseHead]
    ways: dict[int, Way]
    months: dict[str, list[tuple[datetime, int]]]


def studio_desk(
    organisation: Organisation, locale: str, *, since: datetime, at: datetime, money: bool, teaching: bool
) -> StudioDesk:
    """money: the reader sees sales and contracts. teaching: the reader answers learners."""
    courses = courses_of(organisation.id, locale)
    ids = [course.id for course in courses]
    party = organisation.public_id
    waiting = learning.unanswered_in(ids)
    return StudioDesk(
        sold=sold(party, since=since) if money else [],
        proposals=_proposals(party) if money else [],
        endings=_endings(organisation.id, at) if money else [],
        reopened=_reopened(organisation.id, at) if money else [],
        facts=contracts.facts_waiting_for(party)[:SHOWN] if money else [],
        contests=list(db.session.execute(sales.contests_waiting_for(party)).scalars()) if money else [],
        releases=_releases(organisation.id, locale),
        questions=list(db.session.execute(waiting.limit(SHOWN)).scalars()) if teaching else [],
        question_count=_count(waiting) if teaching else 0,
        learners_now=_count(sa.select(Enrolment.id).where(Enrolment.course_id.in_(ids), Enrolment.ended_at.is_(None))),
        stops=named_stops(stops(ids, at=at), courses, locale),
        courses=courses,
        ways=ways(ids, since=at - PERIOD, until=at),
        months=months(party, at=at) if money else {},
    )


def _count(select: "sa.Select[int] | sa.Select[Question]") -> int:
    return db.session.execute(sa.select(sa.func.count()).select_from(select.order_by(None).subquery())).scalar_one()


def sold(party: str, *, since: datetime) -> list[Sold]:
    """What was booked for a party from a moment on, per currency."""
    rows = db.session.execute(
        sa.select(
            MoneyEvent.currency,
            sa.func.count(sa.distinct(sa.case((MoneyEvent.kind == "sale", MoneyEvent.id)))),
            sa.func.count(sa.distinct(sa.case((MoneyEvent.kind == "refund", MoneyEvent.id)))),
            sa.func.sum(MoneyLine.amount_minor),
        )
        .join(MoneyLine, MoneyLine.event_id == MoneyEvent.id)
        .where(MoneyLine.party == party, MoneyEvent.recorded_at >= since)
        .group_by(MoneyEvent.currency)
        .order_by(MoneyEvent.currency)
    )
    return [Sold(currency, sales, refunds, int(net)) for currency, sales, refunds, net in rows]


def _proposals(party: str) -> list[Proposal]:
    """Open proposals that the other side made and this one has not answered."""
    theirs = contracts.proposals_waiting_for(party).where(Proposal.offered_party != party)
    found = theirs.options(joinedload(Proposal.contract)).limit(SHOWN)
    return list(db.session.execute(found).unique().scalars())


def _bound(organisation_id: int) -> "sa.Select[int]":
    return sa.select(ContractParty.contract_id).where(ContractParty.organisation_id == organisation_id)


def _reopened(organisation_id: int, at: datetime) -> list[tuple[Contract, NegotiationEntry]]:
    """Contracts that are open for talk again, and the entries by which they are."""
    found = contracts.open_reopenings(at).where(Contract.id.in_(_bound(organisation_id))).limit(SHOWN)
    return [(contract, entry) for contract, entry in db.session.execute(found.with_only_columns(Contract, NegotiationEntry))]


def _endings(organisation_id: int, at: datetime) -> list[tuple[Contract, datetime]]:
    """Contracts whose terms are near their last day, and when they end."""
    near = contracts.ending_terms(at).where(Contract.id.in_(_bound(organisation_id))).limit(SHOWN)
    rows = db.session.execute(near.with_only_columns(Contract, Terms.ended_at))
    return [(contract, ends) for contract, ends in rows if ends is not None]


def _releases(organisation_id: int, locale: str) -> list[ReleaseWaiting]:
    """The newest release of each course while it is neither a draft nor on the shelf."""
    newest = sa.select(sa.func.max(Release.number)).where(Release.course_id == Course.id).correlate(Course).scalar_subquery()
    remarks = (
        sa.select(sa.func.count()).where(ReviewRemark.review_id == ReleaseReview.id).correlate(ReleaseReview).scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Release, ReleaseReview, remarks)
        .join(Course, Course.id == Release.course_id)
        .outerjoin(ReleaseReview, ReleaseReview.release_id == Release.id)
        .where(
            Course.organisation_id == organisation_id, Release.number == newest,
            Release.state.in_(("submitted", "in_review", "changes_requested", "approved")),
        )
        .order_by(Release.state, Release.id)
        .limit(SHOWN)
    ).all()  # fmt: skip
    texts = catalog.release_texts([release.id for release, _review, _n in rows], locale) if rows else {}
    return [
        ReleaseWaiting(
            release.public_id, texts[release.id].title if release.id in texts else "", release.version, release.state, count,
            review.submitted_at if review else None, review.due_at if review else None,
        )
        for release, review, count in rows
    ]  # fmt: skip


def named_stops(found: list[Stop], courses: list[CourseHead], locale: str) -> list[tuple[Stop, CourseHead, str]]:
    """Each stop with its course and the title of the step."""
    heads = {course.id: course for course in courses}
    named: list[tuple[Stop, CourseHead, str]] = []
    for stop in found:
        head = heads[stop.course_id]
        step = learning.outline(head.release_id, locale).by_key.get(stop.step_key) if head.release_id else None
        named.append((stop, head, step.title if step else stop.step_key))
    return named


def months(party: str, *, at: datetime, course_id: int | None = None) -> dict[str, list[tuple[datetime, int]]]:
    """What reached a party in each of the last twelve months of our zone, per currency, refunds taken off; one query."""
    starts = _month_starts(at)
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((_between(begin, end), MoneyLine.amount_minor), else_=0)), 0)
        for begin, end in zip(starts, [*starts[1:], None], strict=True)
    ]
    found = (
        sa.select(MoneyEvent.currency, *sums)
        .join(MoneyLine, MoneyLine.event_id == MoneyEvent.id)
        .where(MoneyLine.party == party, MoneyEvent.occurred_at >= starts[0])
        .group_by(MoneyEvent.currency)
        .order_by(MoneyEvent.currency)
    )
    if course_id is not None:
        found = found.where(MoneyEvent.course_id == course_id)
    return {
        currency: _from_the_first([(begin, int(amount)) for begin, amount in zip(starts, amounts, strict=True)])
        for currency, *amounts in db.session.execute(found)
    }


def _from_the_first(points: list[tuple[datetime, int]]) -> list[tuple[datetime, int]]:
    """Without the months before anything was earned, but never less than three."""
    first = next((n for n, (_begin, amount) in enumerate(points) if amount), 0)
    return points[min(first, len(points) - 3) :]


def _between(begin: datetime, end: datetime | None) -> sa.ColumnElement[bool]:
    begun = MoneyEvent.occurred_at >= begin
    return begun if end is None else sa.and_(begun, MoneyEvent.occurred_at < end)


def _month_starts(at: datetime) -> list[datetime]:
    first = local_time(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    starts = [first]
    for _n in range(MONTHS - 1):
        starts.append((starts[-1] - timedelta(days=1)).replace(day=1))
    return starts[::-1]
