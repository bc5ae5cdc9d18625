"""What the house's desk shows: what must be done today, how the last thirty days were, and whether the house is set up."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from coursehub.billing import queries as billing
from coursehub.billing.bank import queries as bank
from coursehub.catalog.models import Course, Release, ReleaseReview
from coursehub.config import current_settings
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import Contract, Listing, NegotiationEntry, Proposal, Terms
from coursehub.contracts.operations.contests import ANSWER_TIME
from coursehub.db import UtcDateTime, db
from coursehub.jobs import Job
from coursehub.learning import queries as learning
from coursehub.learning.models import Completion, Credential, Enrolment
from coursehub.ledger.models import Account, Balance, ChainHead
from coursehub.ledger.sealing import begin_of
from coursehub.mail import Letter
from coursehub.payouts import queries as payouts
from coursehub.payouts.models import Adjustment, MismatchOwner
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation, OrganisationRight, PartnerApplication, Person, RoleWish
from coursehub.sales import queries as sales
from coursehub.sales.models import (
    AttributionContest,
    Order,
    PassPeriod,
    PassRefund,
    Payment,
    PaymentDispute,
    PoolMonth,
    Refund,
    RefundRequest,
    SupportMessage,
    UseContest,
)
from coursehub.sales.passes import queries as passes
from coursehub.statements import checklist
from coursehub.talent.models import Opening, Placement
from coursehub.talent.operations.placements import SILENT_AFTER
from coursehub.talent.working_days import local_day

MONTH = timedelta(days=30)
STUCK = timedelta(minutes=15)

_Moment = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
_Counted = sa.Select[*tuple[Any, ...]]
"""Rows of kind, count, when the oldest began, when the first is due, and where: what one statement can count with others."""


@dataclass(frozen=True)
class Queue:
    """How many things of one kind wait, the clock of the most urgent, and where that is, if not all kinds are on one page."""

    kind: str
    count: int
    opened_at: datetime | None = None
    due_at: datetime | None = None
    place: str = ""


@dataclass(frozen=True)
class Books:
    """A cheap look at the books: what all balances of each currency add up to, which must be nothing."""

    journals: int
    off: dict[str, int]


@dataclass(frozen=True)
class Month:
    """The last thirty days in numbers; money per currency, refunds taken off."""

    people: int
    orders: int
    enrolments: int
    completions: int
    credentials: int
    taken: list[tuple[str, int]]


@dataclass(frozen=True)
class SetUp:
    """The six steps of a new installation, each done or not."""

    house: bool
    languages: bool
    payments: bool
    mail: bool
    first_course: bool
    first_partner: bool

    @property
    def is_new(self) -> bool:
        """Whether the house still waits for its first course or its first partner."""
        return not (self.first_course and self.first_partner)


def queues(reader: Actor, *, at: datetime) -> list[Queue]:
    """What waits for this member of staff, by role, the promises to people first; only what is not empty."""
    roles = reader.staff_roles
    found: list[Queue | _Counted] = []
    if roles & {"finance", "support"}:
        found.append(_queue("refunds", RefundRequest.answered_at.is_(None), RefundRequest.asked_at, RefundRequest.answer_by))
        found.append(_counted("orders", sales.orders_matching(reader, trouble=True).with_only_columns(Order.id)))
        failed = passes.refunds_in_trouble().with_only_columns(PassRefund.wanted_at.label("opened"))
        found.append(_counted("passes_failed", failed))
        found.append(Queue("kept", len(sales.kept_without_seat())))
        answerable = PaymentDispute.state.in_(("inquiry", "needs_response"))
        found.append(_queue("disputes", answerable, PaymentDispute.opened_at, PaymentDispute.answer_by))
    if "finance" in roles:
        found.append(Queue("invoices", len(billing.overdue(local_day(at)))))
        found.append(_runs(reader))
        entries_to_confirm = payouts.adjustments_to_confirm(reader.person_id)
        found.append(_counted("adjustments", entries_to_confirm.with_only_columns(Adjustment.proposed_at.label("opened"))))
        found.append(Queue("paydays", len(payouts.due_today(at))))
        found.append(_contests(reader.organisation.public_id if reader.organisation else ""))
        count, oldest = db.session.execute(sales.fapiao_to_do()).one()
        found.append(Queue("fapiao", count, oldest))
        found.append(_minutes())
        found.append(_queue("pools", PoolMonth.shared_at.is_(None), PoolMonth.drawn_up_at))
        months = checklist.waiting_for(reader.person_id, at)
        found.append(Queue("months", len(months), months[0].ends if months else None))
        still = payouts.standing_still()
        found.append(Queue("transfers", len(still), still[0][0].since_at if still else None))
        entries, since = bank.waiting_now()
        found.append(Queue("entries", entries, begin_of(since) if since else None))
        found.append(Queue("movements", len(payouts.open_lines()) + len(payouts.unmatched())))
        mine = payouts.looked_after_by(reader.person_id)
        found.append(_counted("mismatches", mine.with_only_columns(MismatchOwner.since_at.label("opened"))))
    if "catalogue" in roles:
        found.append(_queue("openings", Opening.state == "approval", Opening.submitted_at))
        found.append(_queue("reviews", ReleaseReview.decision.is_(None), ReleaseReview.submitted_at, ReleaseReview.due_at))
        found.append(_queue("applications", PartnerApplication.answered_at.is_(None), PartnerApplication.asked_at))
        found.append(_counted("listings", sa.select(Release.id).where(Release.state == "approved")))
    if roles & {"catalogue", "finance"} and reader.organisation is not None:
        found += _negotiations(reader.organisation.public_id, at)
        found.append(_facts(reader.organisation.public_id))
    if "support" in roles:
        found.append(_queue("messages", SupportMessage.answered_at.is_(None), SupportMessage.written_at))
        if current_settings().smtp_url:  # without a mail server none ever leaves, and the outbox is where they are read
            stuck = sa.select(Letter.id).where(Letter.sent_at.is_(None), Letter.written_at < at - STUCK)
            found.append(_counted("letters", stuck))
        found.append(_queue("placements", _to_decide(at), Placement.agreed_at))
    if roles & {"catalogue", "support"}:
        found.append(Queue("reports", learning.open_reports_count()))
    found.append(_queue("roles", _to_confirm(reader), RoleWish.asked_at))
    found.append(_counted("jobs", sa.select(Job.id).where(Job.state == "dead")))
    return [_with_clock(queue) for queue in _together(found) if queue.count]


def _together(found: list[Queue | _Counted]) -> list[Queue]:
    """All queues in their order, those that only count asked in one statement."""
    asked = sa.union_all(*(one for one in found if not isinstance(one, Queue)))
    counted = iter([Queue(*row) for row in db.session.execute(asked)])
    return [one if isinstance(one, Queue) else next(counted) for one in found]


def _contests(party: str) -> _Counted:
    """Contests of how a sale came that wait for the house's word."""
    columns = AttributionContest.contested_at.label("opened"), AttributionContest.due_at.label("due")
    return _counted("contests", sales.contests_waiting_for(party).with_only_columns(*columns))


def _minutes() -> _Counted:
    """Contested minutes of passes that wait for an answer, and their month if it is one."""
    waiting = passes.contests_to_answer()
    return _counted(
        "minutes", waiting.with_only_columns(UseContest.contested_at.label("opened"), PoolMonth.public_id.label("place"))
    )


def _with_clock(queue: Queue) -> Queue:
    """All contests of minutes have the same time, so the oldest is the first that is due."""
    if queue.kind != "minutes" or queue.opened_at is None:
        return queue
    return replace(queue, due_at=queue.opened_at + ANSWER_TIME)


def _facts(party: str) -> Queue:
    """Facts about contributions that wait for the house's word, and the contract of the most urgent."""
    found = contracts.facts_waiting_for(party)
    if not found:
        return Queue("facts", 0)
    return Queue(
        "facts", sum(one.count for one in found), min(one.since for one in found), found[0].due_at, found[0].contract.public_id
    )


def _queue(kind: str, waits: sa.ColumnElement[bool], opened: _Moment, due: _Moment | None = None) -> _Counted:
    """Count what waits and find the one that began, or falls due, first."""
    columns = [opened.label("opened")] if due is None else [opened.label("opened"), due.label("due")]
    return _counted(kind, sa.select(*columns).where(waits))


def _counted(kind: str, waiting: "sa.Select[*tuple[Any, ...]]") -> _Counted:
    """Rows of what waits, counted; their columns `opened` and `due`, where they have them, tell the most urgent.

    A column `place` tells where they are, if that is one place.
    """
    rows = waiting.order_by(None).subquery()
    never = sa.null().cast(UtcDateTime())
    moments = [sa.func.min(rows.c[name]) if name in rows.c else never for name in ("opened", "due")]
    place: sa.ColumnElement[str] = sa.literal("")
    if "place" in rows.c:
        first, last = sa.func.min(rows.c.place), sa.func.max(rows.c.place)
        place = sa.case((first == last, first), else_="")
    return sa.select(sa.literal(kind), sa.func.count(), *moments, place).select_from(rows)


def _to_decide(at: datetime) -> sa.ColumnElement[bool]:
    """Disputed placements, and starts that only one side has confirmed although two weeks have passed."""
    half = sa.and_(
        Placement.state.in_(("confirmed_by_person", "confirmed_by_employer")), Placement.start_on <= local_day(at) - SILENT_AFTER
    )
    return sa.or_(Placement.state == "disputed", half)


def _to_confirm(reader: Actor) -> sa.ColumnElement[bool]:
    """Roles of the house that wait for a second person, who is neither who asked nor who would hold the role."""
    return sa.and_(
        RoleWish.answered_at.is_(None), RoleWish.organisation_id == reader.organisation_id,
        RoleWish.asked_by_id != reader.person_id, RoleWish.person_id != reader.person_id,
    )  # fmt: skip


def _runs(reader: Actor) -> Queue:
    """Payout runs that somebody else has prepared."""
    waiting = payouts.runs_waiting_for(reader.person_id)
    return Queue("payouts", len(waiting), min((run.prepared_at for run in waiting), default=None))


def _negotiations(party: str, at: datetime) -> list[_Counted]:
    """What partners proposed, terms near their last day, and contracts that are open for talk again."""
    place = Contract.public_id.label("place")
    ending = contracts.ending_terms(at).with_only_columns(Terms.ended_at.label("due"), place)
    reopened = contracts.open_reopenings(at).with_only_columns(NegotiationEntry.at.label("opened"), place)
    return [_proposals(party), _counted("last_days", ending), _counted("reopened", reopened)]


def _proposals(party: str) -> _Counted:
    """Open proposals that a partner made and the house has not answered."""
    theirs = contracts.proposals_waiting_for(party).where(Proposal.offered_party != party)
    return _counted("proposals", theirs.with_only_columns(Proposal.offered_at.label("opened"), Proposal.reply_by.label("due")))


def books() -> Books:
    """What every currency's balances add up to, and how many journals there are; the full check is a page of its own."""
    totals = db.session.execute(
        sa.select(Account.currency, sa.func.sum(Balance.posted_minor))
        .join(Account, Account.id == Balance.account_id)
        .group_by(Account.currency)
    )
    off = {currency: int(total) for currency, total in totals if total}
    journals = db.session.execute(sa.select(sa.func.max(ChainHead.height))).scalar_one_or_none()
    return Books(journals or 0, off)


def last_month(*, at: datetime) -> Month:
    """The last thirty days, counted."""
    since = at - MONTH
    counts = [
        sa.select(sa.func.count()).where(column >= since, *more).scalar_subquery()
        for column, more in (
            (Person.confirmed_at, (Person.erased_at.is_(None),)),
            (Order.placed_at, (Order.paid_at.is_not(None),)),
            (Enrolment.opened_at, ()),
            (Completion.at, ()),
            (Credential.issued_at, (Credential.revoked_at.is_(None),)),
        )
    ]
    row = db.session.execute(sa.select(*counts)).one()
    came = sa.select(Payment.currency, Payment.amount_minor).where(Payment.paid_at >= since, Payment.outcome == "sold")
    passes = sa.select(PassPeriod.currency, PassPeriod.amount_minor).where(PassPeriod.paid_at >= since)
    sold_back = sa.select(Payment.currency, -Refund.amount_minor).join(Payment, Payment.id == Refund.payment_id)
    back = sold_back.where(Refund.booked_at >= since, Payment.outcome == "sold")
    back_of_passes = sa.select(PassPeriod.currency, -PassRefund.amount_minor).join(
        PassPeriod, PassPeriod.id == PassRefund.period_id
    )
    moved = sa.union_all(came, passes, back, back_of_passes.where(PassRefund.booked_at >= since)).subquery()
    taken = sa.select(moved.c.currency, sa.func.sum(moved.c.amount_minor)).group_by(moved.c.currency).order_by(moved.c.currency)
    people, orders, enrolments, completions, credentials = row
    return Month(
        people,
        orders,
        enrolments,
        completions,
        credentials,
        [(currency, int(amount)) for currency, amount in db.session.execute(taken)],
    )


def set_up() -> SetUp:
    """How far a new installation is."""
    settings = current_settings()
    founded, listed, partner = db.session.execute(
        sa.select(
            sa.exists().where(Organisation.is_house),
            sa.exists(sa.select(Listing.id).join(Course, Course.id == Listing.course_id)),
            sa.exists(
                sa.select(OrganisationRight.id)
                .join(Organisation, Organisation.id == OrganisationRight.organisation_id)
                .where(OrganisationRight.right == "sells", OrganisationRight.until_at.is_(None), Organisation.is_house.is_(False))
            ),
        )
    ).one()
    return SetUp(
        house=bool(founded),
        languages=bool(settings.default_locale),
        payments=not settings.uses_sandbox and bool(settings.stripe_webhook_secret),
        mail=bool(settings.smtp_url),
        first_course=bool(listed),
        first_partner=bool(partner),
    )
