"""Contests of facts: a reason, an answer, and a clock on each; nobody's fact counts over another side's objection.

Nobody gains by the time that takes either: once it is settled, what was shared meanwhile is put right (decision 62).
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.contracts import policies
from coursehub.contracts.models import Contract, ContributionFact, FactContest
from coursehub.contracts.operations.facts import FactSettled, open_contest
from coursehub.contracts.operations.putting_right import note_settlement
from coursehub.contracts.operations.recording import write_down
from coursehub.contracts.policies import side_of
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor

ANSWER_TIME = timedelta(days=14)
"""So long each side has for its word: the one that recorded to answer, then the one that contests to say whether it accepts."""
LAST_DAYS = timedelta(days=3)
"""So long before the time runs out whoever must speak is reminded."""


class NothingContested(Refusal):
    """Your side does not contest this fact."""


class NothingToAnswer(Refusal):
    """There is no contest here that waits for your answer."""


class NotAnsweredYet(Refusal):
    """The other side has not answered yet. Read its answer first, or accept the fact."""


def contest_fact(fact: ContributionFact, *, by: Actor, at: datetime, reason: str) -> FactContest:
    """Say that a fact is not so; no sale uses it until it is settled; if it stands these are put right. Raises FactSettled."""
    contract = db.session.get_one(Contract, fact.contract_id)
    require(policies.may_contest(by, fact, contract))
    with transaction():
        lock(contract)
        db.session.refresh(fact)
        if fact.withdrawn_at is not None or open_contest(fact) is not None:
            raise FactSettled
        contest = FactContest(
            fact_id=fact.id, party=side_of(by, contract), reason=reason, contested_at=at, contested_by_id=by.person_id,
            due_at=at + ANSWER_TIME,
        )  # fmt: skip
        db.session.add(contest)
        db.session.flush()
        db.session.refresh(fact, ["contests"])
        write_down(contract, "fact_contested", asked_by=by, at=at, fact=fact.public_id, reason=reason)
        events.record("contracts.fact_contested", at=at, contest_id=contest.id)
        return contest


def answer_contest(fact: ContributionFact, *, by: Actor, at: datetime, answer: str) -> None:
    """Stand by one's own side's fact and say why; the side that contests has as long again. Raises NothingToAnswer."""
    contract = db.session.get_one(Contract, fact.contract_id)
    require(policies.may_answer_contest(by, fact, contract))
    with transaction():
        lock(contract)
        db.session.refresh(fact)
        contest = open_contest(fact)
        if contest is None or contest.answered_at is not None or contest.due_at <= at:
            raise NothingToAnswer
        contest.answer, contest.answered_at, contest.answered_by_id = answer, at, by.person_id
        contest.due_at = at + ANSWER_TIME
        write_down(contract, "fact_answered", asked_by=by, at=at, fact=fact.public_id, reason=answer)
        events.record("contracts.contest_answered", at=at, contest_id=contest.id)


def settle_contest(fact: ContributionFact, *, by: Actor, at: datetime) -> None:
    """Accept a fact one's own side has contested; it counts as if it had never been. Raises NothingContested."""
    contract = db.session.get_one(Contract, fact.contract_id)
    require(policies.may_contest(by, fact, contract))
    with transaction():
        contest = _own_contest(fact, contract, by)
        _close(contest, fact, "accepted", at=at)
        write_down(contract, "fact_accepted", asked_by=by, at=at, fact=fact.public_id)


def uphold_contest(fact: ContributionFact, *, by: Actor, at: datetime) -> None:
    """Not be convinced by the answer: the fact is set aside for good, and the sides may state another.

    If it was contested as soon as it was told, it never counted; else what it shared before that stays.

    Raises NothingContested or NotAnsweredYet.
    """
    contract = db.session.get_one(Contract, fact.contract_id)
    require(policies.may_contest(by, fact, contract))
    with transaction():
        contest = _own_contest(fact, contract, by)
        if contest.answered_at is None:
            raise NotAnsweredYet
        fact.withdrawn_at = at
        _close(contest, fact, "upheld", at=at)
        write_down(contract, "fact_upheld", asked_by=by, at=at, fact=fact.public_id)


def run_out_contests(*, at: datetime) -> int:
    """End every contest whose time is over, against the side that kept silent; says how many. Others are brought to mind.

    Without an answer the fact is set aside. With an answer and no reply to it the fact counts again.
    """
    open_ones = sa.select(FactContest.id).where(FactContest.settled_at.is_(None))
    ended = 0
    for contest_id in db.session.execute(open_ones.where(FactContest.due_at <= at).order_by(FactContest.id)).scalars().all():
        with transaction():
            contest = db.session.get_one(FactContest, contest_id)
            fact = db.session.get_one(ContributionFact, contest.fact_id)
            contract = db.session.get_one(Contract, fact.contract_id)
            lock(contract)
            db.session.refresh(contest)
            if contest.settled_at is not None or contest.due_at > at:
                continue
            answered = contest.answered_at is not None
            if not answered:
                fact.withdrawn_at = at
            _close(contest, fact, "let_stand" if answered else "unanswered", at=at)
            write_down(contract, "contest_ran_out", asked_by=None, at=at, fact=fact.public_id, counts=answered)
            ended += 1
    with transaction():
        soon = open_ones.where(FactContest.due_at > at, FactContest.due_at <= at + LAST_DAYS)
        for contest_id in db.session.execute(soon.order_by(FactContest.id)).scalars().all():
            events.record("contracts.contest_ends_soon", at=at, contest_id=contest_id)
    return ended


def _own_contest(fact: ContributionFact, contract: Contract, by: Actor) -> FactContest:
    lock(contract)
    db.session.refresh(fact)
    contest = open_contest(fact)
    if contest is None or contest.party != side_of(by, contract):
        raise NothingContested
    return contest


def _close(contest: FactContest, fact: ContributionFact, outcome: str, *, at: datetime) -> None:
    contest.settled_at, contest.outcome = at, outcome
    db.session.flush()
    events.record("contracts.contest_closed", at=at, contest_id=contest.id)
    note_settlement(fact, contest, at=at)
