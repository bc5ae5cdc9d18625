"""Contests of how a sale came: a reason, an answer, a clock on each, and a correction in the books where it was not so."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.contracts.models import Contract, MoneyEvent
from coursehub.contracts.operations.contests import ANSWER_TIME, LAST_DAYS
from coursehub.contracts.operations.recording import write_down
from coursehub.contracts.operations.resharing import reattribute
from coursehub.contracts.policies import side_of
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.sales import policies
from coursehub.sales.models import CORRECTED, AttributionContest

CONTESTABLE = timedelta(days=90)
"""So long after a sale either side may say that it came otherwise."""


class SaleContestedBefore(Refusal):
    """How this sale came was contested before. A sale is contested once."""


class TooLateToContest(Refusal):
    """A sale can be contested for 90 days. These are over."""


class NothingToSay(Refusal):
    """There is no contest of this sale that waits for your word."""


def contest_attribution(sale: MoneyEvent, *, reason: str, by: Actor, at: datetime) -> AttributionContest:
    """Say that a sale came otherwise: a partner, by its own link; the house, by no partner's link.

    The sale stays as it is until the other side gives way or lets its time pass. Raises SaleContestedBefore, TooLateToContest.
    """
    contract = db.session.get_one(Contract, sale.contract_id)
    require(policies.may_contest_attribution(by, sale, contract))
    if at > sale.occurred_at + CONTESTABLE:
        raise TooLateToContest
    party = str(side_of(by, contract))
    house = next(each.party for each in contract.parties if each.side == "house")
    own = party != house
    with transaction():
        lock(contract)
        if db.session.execute(sa.select(AttributionContest.id).where(AttributionContest.event_id == sale.id)).first():
            raise SaleContestedBefore
        contest = AttributionContest(
            event_id=sale.id, party=party, asked=house if own else str(sale.facts["attributed"]),
            channel="partner_link" if own else "platform", attributed=party if own else None,
            reason=reason, contested_at=at, contested_by_id=by.person_id, due_at=at + ANSWER_TIME,
        )  # fmt: skip
        db.session.add(contest)
        db.session.flush()
        write_down(contract, "sale_contested", asked_by=by, at=at, sale=sale.public_id, reason=reason)
        events.record("sales.attribution_contested", at=at, contest_id=contest.id)
    return contest


def answer_attribution(contest: AttributionContest, *, answer: str, by: Actor, at: datetime) -> None:
    """Stand by how the sale came, and say why; the side that contests has as long again. Raises NothingToSay."""
    contract = _contract_of(contest)
    require(policies.may_answer_attribution(by, contest, contract))
    with transaction():
        _its_turn(contest, contract, contest.asked, at)
        contest.answer, contest.answered_at, contest.answered_by_id = answer, at, by.person_id
        contest.due_at = at + ANSWER_TIME
        write_down(contract, "sale_answered", asked_by=by, at=at, sale=_sale_of(contest).public_id, reason=answer)
        events.record("sales.attribution_answered", at=at, contest_id=contest.id)


def give_way(contest: AttributionContest, *, by: Actor, at: datetime) -> None:
    """Agree that it was not so, before or after an answer: the sale is shared anew, today. Raises NothingToSay."""
    contract = _contract_of(contest)
    require(policies.may_answer_attribution(by, contest, contract))
    with transaction():
        _its_turn(contest, contract, None, at)
        _end(contest, contract, "taken_back", by=by, at=at)


def accept_attribution(contest: AttributionContest, *, by: Actor, at: datetime) -> None:
    """Accept after all how the sale came; it stays as it is. Raises NothingToSay."""
    contract = _contract_of(contest)
    require(policies.may_accept_attribution(by, contest, contract))
    with transaction():
        _its_turn(contest, contract, None, at)
        _end(contest, contract, "accepted", by=by, at=at)


def run_out_attributions(*, at: datetime) -> int:
    """End every contest whose time is over, against the side that kept silent; says how many. Others are brought to mind.

    Without an answer the sale is shared anew. With an answer and no reply to it the sale stays as it is.
    """
    open_ones = sa.select(AttributionContest.id).where(AttributionContest.settled_at.is_(None))
    ended = 0
    late = open_ones.where(AttributionContest.due_at <= at).order_by(AttributionContest.id)
    for contest_id in db.session.execute(late).scalars().all():
        with transaction():
            contest = db.session.get_one(AttributionContest, contest_id)
            contract = _contract_of(contest)
            lock(contract)
            db.session.refresh(contest)
            if contest.settled_at is not None or contest.due_at > at:
                continue
            _end(contest, contract, "let_stand" if contest.answered_at else "unanswered", by=None, at=at)
            ended += 1
    with transaction():
        soon = open_ones.where(AttributionContest.due_at > at, AttributionContest.due_at <= at + LAST_DAYS)
        for contest_id in db.session.execute(soon.order_by(AttributionContest.id)).scalars().all():
            events.record("sales.attribution_ends_soon", at=at, contest_id=contest_id)
    return ended


def _contract_of(contest: AttributionContest) -> Contract:
    return db.session.get_one(Contract, _sale_of(contest).contract_id)


def _sale_of(contest: AttributionContest) -> MoneyEvent:
    return db.session.get_one(MoneyEvent, contest.event_id)


def _its_turn(contest: AttributionContest, contract: Contract, whose: str | None, at: datetime) -> None:
    """Lock and look again: the contest is open, in time, and (if it is asked) waits for this side."""
    lock(contract)
    db.session.refresh(contest)
    if contest.settled_at is not None or contest.due_at <= at or whose not in (None, contest.turn):
        raise NothingToSay


def _end(contest: AttributionContest, contract: Contract, outcome: str, *, by: Actor | None, at: datetime) -> None:
    sale = _sale_of(contest)
    contest.settled_at, contest.outcome, contest.settled_by_id = at, outcome, by.person_id if by else None
    db.session.flush()
    write_down(contract, "sale_contest_ended", asked_by=by, at=at, sale=sale.public_id, outcome=outcome)
    events.record("sales.attribution_settled", at=at, contest_id=contest.id)
    if outcome in CORRECTED:  # last: from here everybody who books waits
        reattribute(sale, channel=contest.channel, attributed=contest.attributed, contest=contest.public_id, at=at)
