"""Movements that match nothing we know, with their age: lines of the bank, payouts without an answer, suspense."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.db import db
from coursehub.ledger.models import Account, Balance, Journal, Posting
from coursehub.payouts.models import AnswerLine, BankAnswer, Explanation, Payout, PayoutStep
from coursehub.payouts.policies import may_read_all
from coursehub.payouts.queries.explanations import taken_back
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation

ANSWER_WITHIN = timedelta(days=5)
"""A bank answers sooner; a payout without an answer for longer is asked after."""


def open_lines() -> list[tuple[AnswerLine, BankAnswer]]:
    """Lines about no payout of ours, or at odds with it, that nobody has explained; the oldest first."""
    found = (
        sa.select(AnswerLine, BankAnswer)
        .join(BankAnswer, BankAnswer.id == AnswerLine.answer_id)
        .outerjoin(Explanation, Explanation.line_id == AnswerLine.id)
        .where(
            AnswerLine.result.in_(("unknown", "differs")),
            sa.or_(Explanation.line_id.is_(None), taken_back("line", AnswerLine.id)),
        )
        .order_by(BankAnswer.at, AnswerLine.id)
    )
    return [(line, answer) for line, answer in db.session.execute(found)]


def line_visible_to(reader: Actor, line_id: int) -> "sa.Select[AnswerLine]":
    """One line, for finance staff."""
    found = sa.select(AnswerLine).where(AnswerLine.id == line_id)
    return found if may_read_all(reader) else found.where(sa.false())


def results_of(answer_id: int) -> dict[str, int]:
    """How many lines of an answer ended in each way."""
    found = sa.select(AnswerLine.result, sa.func.count()).where(AnswerLine.answer_id == answer_id).group_by(AnswerLine.result)
    return dict(db.session.execute(found).tuples().all())


def answers_read(count: int) -> list[tuple[BankAnswer, dict[str, int]]]:
    """The last files of the bank, each with what became of its lines."""
    found = sa.select(BankAnswer).order_by(BankAnswer.id.desc()).limit(count)
    return [(answer, results_of(answer.id)) for answer in db.session.execute(found).scalars()]


def without_answer(at: datetime) -> list[tuple[Payout, PayoutStep]]:
    """Payouts that are on their way for longer than a bank takes, the oldest first."""
    ended = sa.select(PayoutStep.payout_id).where(PayoutStep.kind.in_(("paid", "bounced")))
    found = (
        sa.select(Payout, PayoutStep)
        .join(PayoutStep, sa.and_(PayoutStep.payout_id == Payout.id, PayoutStep.kind == "ordered"))
        .where(Payout.id.not_in(ended), PayoutStep.on < (at - ANSWER_WITHIN).date())
        .order_by(PayoutStep.on, Payout.id)
    )
    return [(payout, step) for payout, step in db.session.execute(found)]


def suspense() -> list[tuple[str, int, datetime]]:
    """(currency, what waits for an explanation in the books, since when its account was last even)."""
    found = (
        sa.select(Account.id, Account.currency, Balance.posted_minor)
        .join(Balance, Balance.account_id == Account.id)
        .where(Account.code == "liability:suspense", Balance.posted_minor != 0)
        .order_by(Account.currency)
    )
    return [(currency, -int(minor), _since(account_id)) for account_id, currency, minor in db.session.execute(found)]


def _since(account_id: int) -> datetime:
    """When the first of the journals was booked after which the account was not even again."""
    rows = db.session.execute(
        sa.select(Journal.recorded_at, sa.func.sum(Posting.amount_minor))
        .join(Posting, Posting.journal_id == Journal.id)
        .where(Posting.account_id == account_id)
        .group_by(Journal.id, Journal.recorded_at)
        .order_by(Journal.id)
    ).all()
    standing, since = 0, rows[0][0]
    for recorded_at, minor in rows:
        if standing == 0:
            since = recorded_at
        standing += int(minor)
    return since


def organisations_of_parties(parties: Sequence[str]) -> dict[str, int]:
    """Which organisation each party of the books is."""
    found = sa.select(Organisation.public_id, Organisation.id).where(Organisation.public_id.in_(parties))
    return dict(db.session.execute(found).tuples().all())
